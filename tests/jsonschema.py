# SPDX-License-Identifier: MIT
"""As much of JSON Schema (draft 2020-12) as docs/*.schema.json use.  A word that is not known here is
an error, so that no part of a schema goes unchecked."""

import re

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}
SAID = {"$schema", "$defs", "title", "description"}


def problems(value, schema, root=None, at="$"):
    """A line for each place where the value is not as the schema says."""
    root = root or schema
    found = []
    for word, wanted in schema.items():
        if word == "$ref":
            assert wanted.startswith("#/$defs/")
            found += problems(value, root["$defs"][wanted[8:]], root, at)
        elif word == "anyOf":
            ways = [problems(value, one, root, at) for one in wanted]
            found += [] if [] in ways else [f"{at}: no way fits: {ways}"]
        elif word == "type":
            kinds = [TYPES[k] for k in ([wanted] if isinstance(wanted, str) else wanted)]
            if type(value) not in kinds:
                found.append(f"{at}: {value!r} is no {wanted}")
        elif word == "enum":
            found += [] if value in wanted else [f"{at}: {value!r} is none of {wanted}"]
        elif word == "pattern":
            if isinstance(value, str) and not re.search(wanted, value):
                found.append(f"{at}: {value!r} does not fit {wanted}")
        elif word == "required":
            if isinstance(value, dict):
                found += [f"{at}: no {name}" for name in wanted if name not in value]
        elif word == "items":
            if isinstance(value, list):
                for i, one in enumerate(value):
                    found += problems(one, wanted, root, f"{at}[{i}]")
        elif word == "properties":
            if isinstance(value, dict):
                for name in set(wanted) & set(value):
                    found += problems(value[name], wanted[name], root, f"{at}.{name}")
        elif word == "additionalProperties":
            if isinstance(value, dict):
                for name in set(value) - set(schema.get("properties", ())):
                    found += problems(value[name], wanted, root, f"{at}.{name}")
        else:
            assert word in SAID, f"{word} is not known to this validator"
    return found
