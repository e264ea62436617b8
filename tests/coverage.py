#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""docs/COVERAGE.md: each method of each interface and each function, done or not, and why not.

What is done is read off the code: vtables_test lists the slots of every object that a client, a
provider or the spooler meets, and a slot that holds one of src/base/unsupported.h is not done; a
function is done when libemapi exports it. The reasons stand in docs/coverage.tsv, a line each:

    interface   method   objects   how   reason

`interface` is `function` for functions of the API. `objects` are names from vtables_test with ", "
between, or *. `how` is `unsupported` (the shared stub, or not exported), or the code with which a
method built for it declines (MAPI_E_USER_CANCEL), or `module` for what provider modules export.

Usage: coverage.py VTABLES_TEST LIBEMAPI HEADERS_FOLDER DATA DOCUMENT
It fails where code, reasons and document disagree; with EMAPI_WRITE=1 it writes the document, and
takes reasons out for what is built by now.
"""

import bisect
import difflib
import os
import subprocess
import sys
import tempfile
from pathlib import Path

HEAD = """# What is built

Each method of each interface and each function of Extended MAPI. *done*: it does what Microsoft's
page says. *declines*: it is built to answer with the code named, which the page has for those who do
not support it. *not*: it answers `MAPI_E_NO_SUPPORT`, or is not exported.

Made by `EMAPI_WRITE=1 meson test -C build coverage` from the vtables of all objects, from what
libemapi exports, and from the reasons in `coverage.tsv`; the test `coverage` fails when they differ.
"""
# Declared by the headers, but of a shape that tests/headers/functions.tsv does not carry.
MORE = [("mapidbg.h", "DebugTrapFn"), ("mapidbg.h", "DebugTraceFn"),
        ("mapihook.h", "HPProviderInit"), ("mapispi.h", "ABProviderInit"),
        ("mapispi.h", "XPProviderInit"), ("mapispi.h", "MSProviderInit")]


def rows(path):
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


class Symbols:
    """The function that lies at an offset in a module."""

    def __init__(self, path):
        lines = subprocess.run(["nm", "--defined-only", path], check=True, text=True,
                               capture_output=True).stdout.splitlines()
        found = sorted((int(words[0], 16), words[2]) for words in map(str.split, lines)
                       if len(words) == 3 and words[1] in "tTwW")
        self.starts = [start for start, _ in found]
        self.names = [name for _, name in found]

    def at(self, offset):
        return self.names[bisect.bisect_right(self.starts, offset) - 1]


def method_names(headers):
    """interface -> names of its slots, those of IUnknown left out."""
    names = {}
    for row in rows(headers / "layout.tsv"):
        if row[1] == "slot":
            names.setdefault(row[2], {})[int(row[4])] = row[3]
    return names


def walk(vtables_test, names):
    """(interface, method) -> {object: whether its slot is a stub}"""
    built, symbols = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder) / "slots"
        done = subprocess.run([vtables_test], env={**os.environ, "EMAPI_SLOTS": str(listing)},
                              text=True, capture_output=True)
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        for what, interface, number, module, offset in rows(listing):
            method = names[interface][int(number)]
            if int(number) < 3:
                continue
            if module == "/proc/self/exe":
                module = vtables_test
            if module not in symbols:
                symbols[module] = Symbols(module)
            stub = symbols[module].at(int(offset, 16)).startswith("unsupported_")
            slots = built.setdefault((interface, method), {})
            slots[what] = slots.get(what, False) or stub
    return built


def exported(library):
    lines = subprocess.run(["nm", "-D", "--defined-only", library], check=True, text=True,
                           capture_output=True).stdout.splitlines()
    return {line.split()[2].split("@")[0] for line in lines}


class Reasons:
    def __init__(self, path):
        self.lines = {}
        for interface, method, objects, how, why in rows(path):
            for what in objects.split(", "):
                self.lines[interface, method, what] = (how, why)
        self.used = set()
        self.old = set()  # keys of what is built by now
        self.complaints = []

    def find(self, interface, method, what):
        for key in ((interface, method, what), (interface, method, "*")):
            if key in self.lines:
                self.used.add(key)
                return self.lines[key]
        return None, None

    def state(self, interface, method, what, stub):
        """(state, why) of one slot; complains about what does not fit."""
        how, why = self.find(interface, method, what)
        name = f"{interface} {method} ({what})"
        if stub and how != "unsupported":
            self.complaints.append(f"{name} is not built: give the reason in coverage.tsv")
            return "not", ""
        if how == "unsupported" and not stub:
            if (interface, method, what) in self.lines:
                self.outdated((interface, method, what))
            return "done", ""
        if stub:
            return "not", why
        return ("done", "") if how in (None, "module") else (f"declines: `{how}`", why)

    def outdated(self, key):
        self.old.add(key)
        if not os.environ.get("EMAPI_WRITE"):
            self.complaints.append(f"{' '.join(key)} is built: take it out of coverage.tsv")

    def finish(self):
        for key in sorted(set(self.lines) - self.used):
            self.complaints.append(f"coverage.tsv: {' '.join(key)} is nowhere to be found")

    def drop_outdated(self, path):
        """Takes lines out whose every object is built."""
        lines = Path(path).read_text(encoding="utf-8").splitlines(True)
        kept = [line for line in lines if line.startswith("#") or any(
            (*line.split("\t")[:2], what) not in self.old
            for what in line.split("\t")[2].split(", "))]
        Path(path).write_text("".join(kept), encoding="utf-8")


def method_row(reasons, interface, method, slots):
    states = {what: reasons.state(interface, method, what, stub)
              for what, stub in sorted(slots.items())}
    kinds = sorted(set(states.values()))
    if reasons.lines.get((interface, method, "*"), ("",))[0] == "unsupported" \
            and not any(slots.values()):
        reasons.outdated((interface, method, "*"))
    if len(kinds) == 1:
        return f"| {method} | {kinds[0][0]} | {kinds[0][1]} |"
    words = [f"{state} for " + ", ".join(what for what in states if states[what] == (state, why)) +
             (f": {why}" if why else "") for state, why in kinds if state != "done"]
    return f"| {method} | partly | {'; '.join(words)} |"


def document(built, functions, have, reasons):
    text = [HEAD]
    last = None
    for (interface, method), slots in built.items():
        if interface != last:
            text.append(f"\n## {interface}\n\nObjects: {', '.join(sorted(slots))}.\n\n"
                        "| method | state | why |\n|---|---|---|\n")
            last = interface
        text.append(method_row(reasons, interface, method, slots) + "\n")
    last = None
    for header, name in functions:
        if header != last:
            text.append(f"\n## Functions of {header}\n\n"
                        "| function | state | why |\n|---|---|---|\n")
            last = header
        module = reasons.lines.get(("function", name, "*"), ("",))[0] == "module"
        state, why = reasons.state("function", name, "*", name not in have and not module)
        if module:
            why = reasons.lines["function", name, "*"][1]
        text.append(f"| {name} | {state} | {why} |\n")
    reasons.finish()
    return "".join(text)


def main(vtables_test, library, headers, data, target):
    names = method_names(Path(headers))
    built = walk(vtables_test, names)
    order = {name: place for place, name in enumerate(names)}
    built = dict(sorted(built.items(), key=lambda item: order[item[0][0]]))
    functions = sorted([(row[0], row[1]) for row in rows(Path(headers) / "functions.tsv")] + MORE,
                       key=lambda pair: pair[0])
    reasons = Reasons(data)
    text = document(built, functions, exported(library), reasons)
    for complaint in reasons.complaints:
        print(complaint)
    target = Path(target)
    old = target.read_text(encoding="utf-8") if target.exists() else ""
    if os.environ.get("EMAPI_WRITE"):
        target.write_text(text, encoding="utf-8")
        reasons.drop_outdated(data)
    elif old != text:
        sys.stdout.writelines(difflib.unified_diff(
            old.splitlines(True), text.splitlines(True), "COVERAGE.md", "the code"))
        print("EMAPI_WRITE=1 meson test -C build coverage writes docs/COVERAGE.md anew.")
        return 1
    return 1 if reasons.complaints else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
