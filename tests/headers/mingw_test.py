#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compare the facts files with mingw-w64's MAPI headers, for each name that both have.

mingw_test.py LAYOUT VALUES    Skipped (exit 77) where its headers or a compiler are missing.

Its 88 methods that take ULONG where Microsoft's take ULONG_PTR are let through: Microsoft is right.
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

INCLUDE = Path("/usr/share/mingw-w64/include")
SKIPPED = 77
RENAMED = {"GetMessage": "GetMessageA"}  # by a macro of Windows
NOT_NUMBERS = re.compile(r'^["{L]')
SPECIAL = {
    "FTGNULL", "fMapiUnicode",  # no numbers
    "lpv",  # a member of _PV that came later
    "ShowForm",  # the one method with ULONG for one ULONG_PTR and ULONG_PTR for the other
}


def rows(path):
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def compiler():
    for command in (["x86_64-w64-mingw32-gcc"], ["clang", "--target=x86_64-w64-windows-gnu"]):
        if shutil.which(command[0]):
            return command + ["-w", f"-I{INCLUDE}", "-x", "c"]
    return None


def run(arguments, source):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "facts.c"
        path.write_text(source, encoding="utf-8")
        return subprocess.run(arguments + [str(path)], capture_output=True, text=True, check=False)


def value_checks(facts):
    for _, name, value, *_ in facts:
        if not NOT_NUMBERS.match(value) and name not in SPECIAL:
            yield f"#ifdef {name}"
            yield f'_Static_assert((unsigned)(ULONG_PTR)({name}) == {value}u, "{name}");'
            yield "#endif"


def what_is_there(text):
    """Methods of each table, and how each structure is called: by its tag, or by a typedef alone."""
    tables = {name: set(re.findall(r"\w+", body))
              for name, body in re.findall(r"\bstruct (\w+)Vtbl\s*{([^}]*)}", text)}
    names = {name: name for name in re.findall(r"}\s*(\w+)", text)}
    names |= {name: f"{word} {name}" for word, name in re.findall(r"\b(struct|union) (\w+)\s*{", text)}
    return tables, names


def method_type(owner, text, narrow):
    result, arguments = text.split(" (", 1)
    arguments = arguments.rsplit(")", 1)[0]
    if narrow:
        arguments = re.sub(r"\bULONG_PTR\b", "ULONG", arguments)
    this = f"{owner} *" if arguments == "void" else f"{owner} *, {arguments}"
    return f"{result} (*)({this})"


def slot_checks(owner, name, number, text):
    member = f"{owner}Vtbl, {name}"
    yield f'_Static_assert(offsetof({member}) == {number} * 8, "{member}");'
    there = f"__typeof__((({owner}Vtbl *)0)->{name})"
    types = " || ".join(f"__builtin_types_compatible_p({there}, {method_type(owner, text, narrow)})"
                        for narrow in (False, True))
    yield f'_Static_assert({types}, "type of {member}");'


def layout_checks(facts, text):
    tables, names = what_is_there(text)
    for _, what, owner, name, number, *more in facts:
        if name in SPECIAL:
            continue
        if what == "slot":
            name = RENAMED.get(name, name)
            if name in tables.get(owner, ()):
                yield from slot_checks(owner, name, number, more[0])
        elif owner in names:
            there = names[owner]
            measure = f"sizeof({there})" if what == "size" else f"offsetof({there}, {name})"
            yield f'_Static_assert({measure} == {number}, "{owner} {name}");'


def guids_there():
    """Name -> value of the identifiers in mingw-w64's mapiguid.h."""
    text = (INCLUDE / "mapiguid.h").read_text(encoding="utf-8")
    for name, arguments in re.findall(r"DEFINE_(?:OLE)?GUID\s*\((\w+),([^)]*)\)", text):
        numbers = [int(number, 16) for number in arguments.split(",")]
        numbers += [0xC0, 0, 0, 0, 0, 0, 0, 0x46] if len(numbers) == 3 else []
        first, second, third, *rest = numbers
        octets = "".join(f"{octet:02X}" for octet in rest)
        yield name, f"{{{first:08X}-{second:04X}-{third:04X}-{octets[:4]}-{octets[4:]}}}"


def main(layout, values):
    command = compiler()
    if command is None or not (INCLUDE / "mapix.h").exists():
        print("no mingw-w64 headers or no compiler for them")
        return SKIPPED
    layout, values = list(rows(layout)), list(rows(values))
    headers = sorted({row[0] for row in layout + values if (INCLUDE / row[0]).exists()})
    includes = "".join(f"#include <{header}>\n" for header in ["mapix.h"] + headers)
    preprocessed = run(command + ["-E", "-P"], includes)
    text = preprocessed.stdout
    checks = list(value_checks(row for row in values if row[0] in headers))
    checks += layout_checks([row for row in layout if row[0] in headers], text)
    source = includes + "#include <stddef.h>\n" + "\n".join(checks)
    result = run(command + ["-fsyntax-only"], source)
    wrong = [line for line in result.stderr.splitlines() if "error" in line]
    ours = {row[1]: row[2] for row in values}
    wrong += [f"{name} is {value} there, {ours[name]} here"
              for name, value in guids_there() if name in ours and ours[name] != value]
    print(f"{sum(check.startswith('_Static') for check in checks)} facts, {len(wrong)} differences")
    print("\n".join(wrong))
    return preprocessed.returncode or result.returncode or int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
