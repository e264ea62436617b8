#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Turn the facts files here into C and C++ that fails to compile, or to run, if a header differs.

make_checks.py layout|values|slots OUTPUT FACTS...
"""
import sys
from collections import defaultdict
from pathlib import Path

SPECIAL = {"FTGNULL", "fMapiUnicode"}  # a pointer; a flag that follows UNICODE
UNIONS = {"_PV", "tagCY", "_LARGE_INTEGER", "_ULARGE_INTEGER"}


def rows(path):
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def head(headers):
    return ["/* Made by tests/headers/make_checks.py. */", "#ifndef __cplusplus",
            "#define static_assert _Static_assert", "#endif"] + [
                f"#include <{header}>" for header in sorted(headers) if not header.startswith("-")]


def tagged(name):
    return ("union " if name in UNIONS else "struct ") + name


def split_type(text):
    """'HRESULT (ULONG, LPVOID *)' -> ('HRESULT', 'ULONG, LPVOID *')."""
    result, arguments = text.split(" (", 1)
    return result, arguments.rsplit(")", 1)[0]


def method_pointer(owner, text):
    result, arguments = split_type(text)
    this = owner + " *" if arguments == "void" else f"{owner} *, {arguments}"
    return f"{result} (*)({this})"


def same_type(expression, text):
    return (f"static_assert(__builtin_types_compatible_p(__typeof__({expression}), {text}),"
            f' "type of {expression}");')


def layout_checks(layout, functions):
    facts, types = list(rows(layout)), list(rows(functions))
    lines = head({fact[0] for fact in facts} | {fact[0] for fact in types})
    for _, what, owner, name, number, *more in facts:
        if what == "size":
            lines.append(f'static_assert(sizeof({tagged(owner)}) == {number}, "{owner}");')
        elif what == "field":
            lines.append(f"static_assert(offsetof({tagged(owner)}, {name}) == {number},"
                         f' "{owner}.{name}");')
        else:
            member = f"{owner}Vtbl, {name}"
            lines.append(f"static_assert(offsetof({member}) == {number} * sizeof(void *),"
                         f' "{member}");')
            lines.append(same_type(f"(({owner}Vtbl *)0)->{name}", method_pointer(owner, more[0])))
    for _, name, text in types:
        result, arguments = split_type(text)
        lines.append(same_type(name, f"{result} ({arguments})"))
    return lines + ["int", "main(void)", "{", "\treturn 0;", "}"]


def same_value(name, value):
    return f'static_assert((ULONG)({name}) == {value}, "{name}");'


def value_checks(values):
    facts = list(rows(values))
    lines = head({fact[0] for fact in facts}) + ["#include <stdio.h>", ""]
    body = []
    for _, name, value, *tstring in facts:
        if name in SPECIAL:
            continue
        if value.startswith('"'):
            body.append(f"\tfailed |= strcmp({name}, {value}) != 0;")
        elif value.startswith("L"):
            body.append(f"\tfailed |= memcmp({name}, u{value[1:]}, sizeof(u{value[1:]})) != 0;")
        elif value.startswith(("{0x", "{0,")):
            body.append(f"\t{{ static const BYTE is[] = {name}, should[] = {value};\n\tfailed |="
                        " sizeof(is) != sizeof(should) || memcmp(is, should, sizeof(is)); }")
        elif value.startswith("{"):
            body.append(f'\tfailed |= guid_differs("{name}", &{name}, "{value}");')
        elif tstring:
            lines += ["#ifndef UNICODE", same_value(name, value + "u"), "#else",
                      same_value(name, f"({value}u | PT_UNICODE)"), "#endif"]
        else:
            lines.append(same_value(name, value + "u"))
    return lines + GUID_CHECK + ["int", "main(void)", "{", "\tint failed = 0;"] + body + [
        "\treturn failed;", "}"]


GUID_CHECK = """
static int
guid_differs(const char *name, const GUID *guid, const char *should)
{
	const BYTE *b = guid->Data4;
	char is[64];

	snprintf(is, sizeof(is), "{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
		(unsigned)guid->Data1, guid->Data2, guid->Data3, b[0], b[1], b[2], b[3], b[4], b[5],
		b[6], b[7]);
	if (strcmp(is, should) == 0)
		return 0;
	fprintf(stderr, "%s is %s, should be %s\\n", name, is, should);
	return 1;
}
""".splitlines()

SLOT_CHECK = """
#include <cstdio>
#include <cstring>

/* Under the Itanium ABI a pointer to a virtual method is its distance in the vtable, plus one. */
template <typename Member> static std::size_t
slot_of(Member member)
{
	std::ptrdiff_t distance;

	std::memcpy(&distance, &member, sizeof(distance));
	return (distance - 1) / sizeof(void *);
}

static int
slot_differs(const char *name, std::size_t is, std::size_t should)
{
	if (is == should)
		return 0;
	std::fprintf(stderr, "%s is in slot %zu, should be in %zu\\n", name, is, should);
	return 1;
}
""".splitlines()


def slot_checks(layout):
    """The same slots as seen by C++, and single inheritance: an object is one pointer wide."""
    owners = defaultdict(list)
    headers = set()
    for header, what, owner, name, number, *_ in rows(layout):
        headers.add(header)
        if what == "slot":
            owners[owner].append((name, number))
    lines = head(headers) + SLOT_CHECK + ["int", "main()", "{", "\tint failed = 0;"]
    for owner, methods in owners.items():
        lines.append(f'\tstatic_assert(sizeof({owner}) == sizeof(void *), "{owner}");')
        for name, number in methods:
            method = f"{owner}::{name}"
            lines.append(f'\tfailed |= slot_differs("{method}", slot_of(&{method}), {number});')
    return lines + ["\treturn failed;", "}"]


KINDS = {"layout": layout_checks, "values": value_checks, "slots": slot_checks}


def main(arguments):
    kind, output, *facts = arguments
    Path(output).write_text("\n".join(KINDS[kind](*facts)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
