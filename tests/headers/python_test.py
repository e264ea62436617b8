#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""python_test.py MODULE.py FACTS.tsv NAME: the module has every name of the facts."""
import runpy
import sys


def main(path, facts, wanted):
    module = runpy.run_path(path)
    wrong = []
    with open(facts, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            name_of_module, name, value = line.rstrip("\n").split("\t")
            if name_of_module == wanted and module.get(name) != int(value):
                wrong.append(f"{name} is {module.get(name)}, should be {value}")
    tag = module["PROP_TAG"](module["PT_UNICODE"], 0x0037)
    parts = module["PROP_ID"](tag), module["PROP_TYPE"](tag)
    if tag != 0x0037001F or parts != (0x37, module["PT_TSTRING"]):
        wrong.append("PROP_TAG, PROP_ID or PROP_TYPE is wrong")
    if module["PROP_TAG"](module["PT_UNSPECIFIED"], 0x8001) != 0x80010000:
        wrong.append("PROP_TAG of a named property is wrong")
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
