#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Make Python modules of constants from tables.

constants.py KIND OUTPUT DOCSTRING INPUT...

KIND is constants; com: of codes.tsv only those of COM; names: a dictionary NAMES, value to name;
stub: the types (.pyi) of such a module, which is the input.

An input is a table of the folder data/: lines NAME<tab>VALUE, where VALUE is an integer or the text of
an identifier; or the project's data/codes.tsv: HEADER<tab>NAME<tab>VALUE, whose values become signed.
"""
import ast
import sys
from pathlib import Path


def signed(value):
    return value - 0x1_0000_0000 if value >= 0x8000_0000 else value


def read(path, header=""):
    """(name, Python expression) of each row, of codes.tsv only what stands in header if it is given."""
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        columns = line.split("\t")
        if not line or line.startswith("#"):
            continue
        if columns[0].endswith(".h"):
            if header in ("", columns[0]):
                yield columns[1], str(signed(int(columns[2], 16)))
        elif columns[1].startswith("{"):
            yield columns[0], f'IID("{columns[1]}")'
        else:
            yield columns[0], columns[1]


def stub(path):
    """Lines of a .pyi file: the names of a module of numbers, identifiers and small functions."""
    for node in ast.parse(Path(path).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign):
            kind = "PyIID" if isinstance(node.value, ast.Call) else "int"
            yield from (f"{target.id}: {kind}" for target in node.targets)
        elif isinstance(node, ast.FunctionDef):
            arguments = ", ".join(f"{argument.arg}: int" for argument in node.args.args)
            yield f"def {node.name}({arguments}) -> int: ..."


def write_stub(output, docstring, module):
    lines = list(stub(module))
    head = ["from _emapi import PyIID", ""] if any(line.endswith("PyIID") for line in lines) else []
    text = ["# SPDX-License-Identifier: MIT", f'"""{docstring}"""', *head, *lines]
    Path(output).write_text("\n".join(text) + "\n", encoding="utf-8")


def main(kind, output, docstring, *inputs):
    if kind == "stub":
        write_stub(output, docstring, *inputs)
        return
    rows = [row for path in inputs for row in read(path, "emapi_hresult.h" if kind == "com" else "")]
    lines = ["# SPDX-License-Identifier: MIT", f'"""{docstring}"""',
             "# Made by python/constants.py: edit the tables in python/data."]
    if any(expression.startswith("IID") for name, expression in rows):
        lines += ["from pywintypes import IID"]
    if kind == "names":
        # Of two names of one value the first is the one shown.
        lines += ["", "NAMES = {"]
        lines += [f'    {value}: "{name}",' for name, value in reversed(rows)]
        lines += ["}"]
    else:
        lines += [""] + [f"{name} = {expression}" for name, expression in rows]
    Path(output).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
