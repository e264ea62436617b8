#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks that libemapi.so exports what the public headers declare, less src/mapi/not-built.list.

symbols_test.py LIBRARY NOT-BUILT.LIST HEADER-FOLDER...
"""
import re
import subprocess
import sys
from pathlib import Path

FUNCTION = re.compile(r"^(?:STDAPI\w*(?:\([^)]*\))?|EMAPI_EXPORT\b)[^;{]*?\b(\w+)\((?!\*)", re.M)
IDENTIFIER = re.compile(r"^EMAPI_GUID_DECLARATION\((\w+)\)", re.M)


def declared(folders):
    """(functions, identifiers) that the headers in `folders` declare."""
    functions, identifiers = set(), set()
    for folder in folders:
        for header in sorted(Path(folder).glob("*.h")):
            text = header.read_text(encoding="utf-8")
            text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
            text = re.sub(r"^#.*?(?<!\\)$", "", text, flags=re.M | re.S)
            functions.update(FUNCTION.findall(text))
            identifiers.update(IDENTIFIER.findall(header.read_text(encoding="utf-8")))
    return functions, identifiers


def exported(library):
    """Names that the library exports, without the version node itself."""
    lines = subprocess.run(["nm", "-D", "--defined-only", library], check=True, text=True,
                           capture_output=True).stdout.splitlines()
    return {line.split()[2].split("@")[0] for line in lines if " A " not in line}


def listed(path):
    return {line for line in Path(path).read_text(encoding="utf-8").splitlines()
            if line and not line.startswith("#")}


def main(library, not_built_list, *folders):
    functions, identifiers = declared(folders)
    have, missing = exported(library), listed(not_built_list)
    complaints = [
        ("declared, but neither exported nor in not-built.list",
         (functions | identifiers) - have - missing),
        ("in not-built.list, but exported", missing & have),
        ("in not-built.list, but not declared", missing - functions - identifiers),
        ("exported, but not declared", have - functions - identifiers),
    ]
    for words, names in complaints:
        for name in sorted(names):
            print(f"{name}: {words}")
    return 1 if any(names for _, names in complaints) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
