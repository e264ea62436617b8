#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Make from the data files here the headers, name tables and Python modules that hold their facts.

generate.py KIND OUTPUT INPUT...    KIND is one of KINDS at the end of this file.
Each line of a data file is columns parted by tabs; "#" starts a remark, "## " a group's heading.
"""
import sys
from collections import namedtuple
from pathlib import Path

Row = namedtuple("Row", "group columns")
Tag = namedtuple("Tag", "name type id note group")

TYPES = {
    "UNSPECIFIED": 0x0000, "NULL": 0x0001, "I2": 0x0002, "LONG": 0x0003, "R4": 0x0004,
    "DOUBLE": 0x0005, "CURRENCY": 0x0006, "APPTIME": 0x0007, "ERROR": 0x000A, "BOOLEAN": 0x000B,
    "OBJECT": 0x000D, "I8": 0x0014, "STRING8": 0x001E, "UNICODE": 0x001F, "SYSTIME": 0x0040,
    "CLSID": 0x0048, "SRESTRICTION": 0x00FD, "ACTIONS": 0x00FE, "BINARY": 0x0102, "PTR": 0x0103,
    "FILE_EA": 0x0104,
}
MV_FLAG = 0x1000
ALONE = " alone"  # after PT_TSTRING: only the name that follows UNICODE


def read_rows(path):
    """The rows of a data file, each with the heading it stands under."""
    group = ""
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            group = line[3:]
        elif line and not line.startswith("#"):
            yield Row(group, line.split("\t"))


def read_tags(path):
    for row in read_rows(path):
        name, type_name, number = row.columns[:3]
        note = row.columns[3] if len(row.columns) > 3 else ""
        yield Tag(name, type_name, int(number, 16), note, row.group)


def type_number(name):
    """PT_MV_LONG -> 0x1003."""
    name = name[len("PT_"):]
    if name.startswith("MV_"):
        return TYPES[name[len("MV_"):]] | MV_FLAG
    return TYPES[name]


def spellings(tag):
    """(name, type) of each name that a row of a tag file stands for, the UNICODE one first."""
    if not tag.type.endswith("TSTRING"):
        return [(tag.name, tag.type.removesuffix(ALONE))]
    return [
        (tag.name + "_W", tag.type.replace("TSTRING", "UNICODE")),
        (tag.name + "_A", tag.type.replace("TSTRING", "STRING8")),
        (tag.name, tag.type),
    ]


def plain_tags(paths):
    """(value, name) of every name whose value does not depend on UNICODE."""
    for path in paths:
        for tag in read_tags(path):
            for name, type_name in spellings(tag):
                if not type_name.endswith("TSTRING"):
                    yield (tag.id << 16 | type_number(type_name), name)


def c_banner(purpose, source):
    return [
        "/* SPDX-License-Identifier: MIT */",
        f"/* {purpose} */",
        f"/* Made by data/generate.py from {source}: edit that. */",
    ]


def define(name, value):
    tabs = "\t" * max(1, (48 - 8 - len(name) + 7) // 8)
    return f"#define {name}{tabs}{value}"


def guarded(name, lines):
    guard = "EMAPI_" + name.upper().replace(".", "_").removeprefix("EMAPI_")
    return [f"#ifndef {guard}", f"#define {guard}", ""] + lines + ["", f"#endif /* {guard} */"]


def tag_defines(path):
    group = None
    for tag in read_tags(path):
        if tag.group != group:
            group = tag.group
            yield from ["", f"/* {group}. */"]
        if tag.note:
            yield f"/* {tag.note} */"
        for name, type_name in spellings(tag):
            yield define(name, f"PROP_TAG({type_name}, 0x{tag.id:04X})")


TRANSMITTABLE = """
/* Identifiers of secrets: kept outside of the profile's text, shown to nobody. */
#define PROP_ID_SECURE_MIN		0x67F0
#define PROP_ID_SECURE_MAX		0x67FF

/* Whether a property leaves with a message that is sent; by its identifier's range alone. */
#define EMAPI_ID_IN(ulPropTag, first, end) \\
	(PROP_ID(ulPropTag) >= (ULONG)(first) && PROP_ID(ulPropTag) < (ULONG)(end))
#define FIsTransmittable(ulPropTag) \\
	(PROP_ID(ulPropTag) < (ULONG)0x0E00 || EMAPI_ID_IN(ulPropTag, 0x1000, 0x6000) || \\
	EMAPI_ID_IN(ulPropTag, 0x6800, 0x7C00) || PROP_ID(ulPropTag) >= (ULONG)0x8000)
""".splitlines()


def make_mapitags_h(path):
    body = ["#include \"mapidefs.h\""] + list(tag_defines(path)) + TRANSMITTABLE
    return c_banner("Property tags that MAPI defines.",
                    "data/tags.tsv") + guarded("mapitags.h", body)


def make_emapitags_h(path):
    body = ["#include \"mapidefs.h\""] + list(tag_defines(path))
    return c_banner("Property tags of emapi's own; emapispi.h explains them.",
                    "data/emapitags.tsv") + guarded("emapitags.h", body)


def make_edktags_h(path):
    body = ["#include \"mapidefs.h\""] + list(tag_defines(path))
    return c_banner("Property tags of Exchange's stores; included by edkmdb.h.",
                    "data/edktags.tsv") + guarded("emapi_edktags.h", body)


EMSABTAG_HEAD = """#include "mapidefs.h"

/* Flags of Exchange's address book provider. */
#define AB_SHOW_PHANTOMS		2
#define AB_SHOW_OTHERS			4
#define EMS_AB_ADDRESS_LOOKUP		((ULONG)0x00000001)

/* Identifiers from here on are made up by the provider. */
#define MIN_EMS_AB_CONSTRUCTED_PROP_ID	0xFFF8""".splitlines()


def make_emsabtag_h(path):
    body = EMSABTAG_HEAD + list(tag_defines(path))
    return c_banner("Property tags of Exchange's address book.",
                    "data/emsabtags.tsv") + guarded("emsabtag.h", body)


def codes_of(path, header):
    for row in read_rows(path):
        if row.columns[0] == header:
            yield row.columns[1], int(row.columns[2], 16)


def make_hresult_h(path):
    body = ["#include \"emapi_wintypes.h\"", ""]
    body += [define(name, f"((HRESULT)0x{value:08X}u)")
              for name, value in codes_of(path, "emapi_hresult.h")]
    return c_banner("Result codes of COM and of streams; included by emapi_wintypes.h.",
                    "data/codes.tsv") + guarded("emapi_hresult.h", body)


MAPICODE_HEAD = """#include "emapi_wintypes.h"

#define SUCCESS_SUCCESS			0L

/* A result of MAPI's own: severity, facility and code put together. */
#define MAKE_MAPI_SCODE(sev, fac, code) \\
	((SCODE)(((ULONG)(sev) << 31) | ((ULONG)(fac) << 16) | (ULONG)(code)))
#define MAKE_MAPI_E(err)		MAKE_MAPI_SCODE(1, FACILITY_ITF, err)
#define MAKE_MAPI_S(warn)		MAKE_MAPI_SCODE(0, FACILITY_ITF, warn)

#define MakeResult(_s)			ResultFromScode(_s)
#define HR_SUCCEEDED(_hr)		SUCCEEDED((SCODE)(_hr))
#define HR_FAILED(_hr)			FAILED((SCODE)(_hr))
""".splitlines()


def mapi_code(value):
    """The value as people know it: the number that follows MAPI's facility."""
    if value >> 16 == 0x8004:
        return f"MAKE_MAPI_E(0x{value & 0xFFFF:03X})"
    if value >> 16 == 0x0004:
        return f"MAKE_MAPI_S(0x{value & 0xFFFF:03X})"
    return f"((SCODE)0x{value:08X}u)"


def make_mapicode_h(path):
    body = MAPICODE_HEAD + [define(name, mapi_code(value))
                            for name, value in codes_of(path, "mapicode.h")]
    return c_banner("Result codes of MAPI.", "data/codes.tsv") + guarded("mapicode.h", body)


def guid_fields(text):
    """{00020300-0000-0000-C000-000000000046} -> (data1, data2, data3, [8 bytes])."""
    first, second, third, *rest = text.strip("{}").split("-")
    return int(first, 16), int(second, 16), int(third, 16), bytes.fromhex("".join(rest))


def guid_initializer(text):
    first, second, third, rest = guid_fields(text)
    octets = ", ".join(f"0x{octet:02X}" for octet in rest)
    return f"{{0x{first:08X}, 0x{second:04X}, 0x{third:04X}, {{{octets}}}}}"


GUID_HEAD = """#include "emapi_wintypes.h"

/*
 * libemapi exports all of these. A file that defines INITGUID before it includes this header holds
 * copies instead; both may meet in one program. USES_IID_x of Microsoft's header is not needed.
 */
#if !defined(EMAPI_@NAME@_H) || (defined(INITGUID) && !defined(EMAPI_@NAME@_INIT))
#define EMAPI_@NAME@_H
#undef DEFINE_GUID
#ifdef INITGUID
#define EMAPI_@NAME@_INIT
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \\
	EMAPI_GUID_DEFINITION(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8)
#else
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \\
	EMAPI_GUID_DECLARATION(name)
#endif
#ifndef DEFINE_OLEGUID
#define DEFINE_OLEGUID(name, l, w1, w2) \\
	DEFINE_GUID(name, l, w1, w2, 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46)
#endif

EMAPI_BEGIN_C
#ifndef INITGUID"""


def make_guid_header(purpose, header, path):
    guard = header.upper().removesuffix(".H")
    declared, defined = [], []
    group = None
    for row in read_rows(path):
        if row.group != group:
            group = row.group
            declared += ["", f"/* {group}. */"]
        name, value = row.columns[:2]
        first, second, third, rest = guid_fields(value)
        octets = ", ".join(f"0x{octet:02X}" for octet in rest)
        declared.append(f"EMAPI_GUID_DECLARATION({name});\t/* {value} */")
        defined += [f"DEFINE_GUID({name},",
                    f"\t0x{first:08X}, 0x{second:04X}, 0x{third:04X}, {octets});"]
    body = GUID_HEAD.replace("@NAME@", guard).splitlines() + declared
    body += ["", "#else /* INITGUID */", ""] + defined
    body += ["", "#endif /* INITGUID */", "EMAPI_END_C", "", f"#endif /* EMAPI_{guard}_H */"]
    return c_banner(purpose, "data/" + Path(path).name) + body


def make_mapiguid_h(path):
    return make_guid_header("Identifiers of interfaces and of property sets.", "mapiguid.h", path)


def make_edkguid_h(path):
    return make_guid_header("Identifiers of Exchange's interfaces.", "edkguid.h", path)


def make_guids_c(*paths):
    lines = c_banner("Identifiers of interfaces and of property sets, as libemapi exports them.",
                     "data/guids.tsv and data/edkguids.tsv")
    lines += ["#include \"mapiguid.h\"", "#include \"edkguid.h\"", ""]
    for path in paths:
        for row in read_rows(path):
            lines += [f"const GUID {row.columns[0]} =", f"\t{guid_initializer(row.columns[1])};"]
    return lines


def table(entries, value_format, source):
    """Initializer lines { value, "NAME" } sorted by value, the first name of each value alone."""
    first = {}
    for value, name in entries:
        first.setdefault(value, name)
    return c_banner("{ value, \"NAME\" }, sorted by value.", source) + [
        f"{{ {value_format.format(value)}, \"{name}\" }}," for value, name in sorted(first.items())]


def make_tag_names(*paths):
    return table(plain_tags(paths), "0x{:08X}u", "the tag files in data/")


def make_tag_values(*paths):
    entries = sorted((name, value) for value, name in plain_tags(paths))
    lines = [f"{{ \"{name}\", 0x{value:08X}u }}," for name, value in entries]
    return c_banner("{ \"NAME\", tag }, sorted by name as strcmp() does.",
                    "the tag files in data/") + lines


def make_code_names(path):
    rows = [row.columns for row in read_rows(path)]
    return table([(int(row[2], 16), row[1]) for row in rows], "0x{:08X}u", "data/codes.tsv")


def make_guid_names(*paths):
    rows = [row.columns for path in paths for row in read_rows(path)]
    return c_banner("{ {guid}, \"NAME\" }, in the order of the data files.", "data/guids.tsv") + [
        f"{{ {guid_initializer(row[1])}, \"{row[0]}\" }}," for row in rows]


PYTHON_HEAD = '''"""@PURPOSE@, named and valued as in pywin32's module."""
# SPDX-License-Identifier: MIT
# Made by data/generate.py from @SOURCES@: edit those.
# PR_X is PR_X_W here: PT_TSTRING is PT_UNICODE.
'''

PYTHON_FUNCTIONS = '''

def PROP_TYPE(ulPropTag):
    """The type of a property tag, PT_*: its low 16 bits."""
    return ulPropTag & 0xFFFF


def PROP_ID(ulPropTag):
    """The identifier of a property tag: its high 16 bits."""
    return (ulPropTag >> 16) & 0xFFFF


def PROP_TAG(ulPropType, ulPropID):
    """The property tag of a type, PT_*, and an identifier."""
    return ulPropID << 16 | ulPropType
'''


def make_python_tags(purpose, tags, constants):
    """The constants as they stand, then the tags, but for those that the constants hold already."""
    sources = " and ".join("data/" + Path(path).name for path in (tags, constants))
    head = PYTHON_HEAD.replace("@PURPOSE@", purpose).replace("@SOURCES@", sources)
    known = {row.columns[0]: row.columns[1] for row in read_rows(constants)}
    lines = (head + PYTHON_FUNCTIONS).splitlines() + ["", ""]
    lines += [f"{name} = {value}" for name, value in known.items()]
    group = None
    for tag in read_tags(tags):
        if tag.group != group:
            group = tag.group
            lines += ["", f"# {group}"]
        for name, type_name in spellings(tag):
            number = type_number(type_name.replace("TSTRING", "UNICODE"))
            if name not in known:
                lines.append(f"{name} = 0x{tag.id << 16 | number:08X}")
    return lines


def make_mapitags_py(tags, constants):
    return make_python_tags("Property tags and types of MAPI", tags, constants)


def make_emsabtags_py(tags, constants):
    return make_python_tags("Property tags of Exchange's address book", tags, constants)


def numbered(count, first=1):
    return ", ".join(f"a{number}" for number in range(first, count + 1))


def argument_macros():
    """For each number of arguments: how they are put side by side, and then checked."""
    for count in range(2, 17):
        rest = numbered(count, 2)
        yield f"#define MakeArg{count}(idx, {numbered(count)}) \\"
        yield f"\tMakeArg1(idx, a1); MakeArg{count - 1}((idx) + ArgSize(a1), {rest})"
        yield f"#define EMAPI_ARGS{count}({numbered(count)}) \\"
        yield f"\t(ArgSize(a1) + EMAPI_ARGS{count - 1}({rest}))"
    for count in range(1, 17):
        names = numbered(count)
        yield f"#define MakeArray{count}({names}) \\"
        yield f"\tDWORD_PTR __rgArgs[EMAPI_ARGS{count}({names})] = {{0}}; \\"
        yield f"\tMakeArg{count}(0, {names})"
        yield f"#define ValidateParameters{count}(m, {names}) \\"
        yield f"\t{{ MakeArray{count}({names}); EMAPI_VALIDATE(m, HRESULT) }}"
        yield f"#define UlValidateParameters{count}(m, {names}) \\"
        yield f"\t{{ MakeArray{count}({names}); EMAPI_VALIDATE(m, ULONG) }}"
        yield f"#define CheckParameters{count}(m, {names})"


def method_macros(rows):
    for method, count, *other in rows:
        name = other[0] if other else method
        names = numbered(int(count))
        for kind in ("Validate", "UlValidate", "Check"):
            prefix = "CheckParameters" if kind == "Check" else kind
            yield f"#define {prefix}_{name}({names}) \\"
            yield f"\t{kind}Parameters{count}({method}, {names})"


def make_valmethods_h(path):
    rows = [row.columns for row in read_rows(path)]
    body = ["/* The methods that have a check. */", "typedef enum _tagMethods {"]
    body += ["\t" + row[0] + "," for row in rows[:-1]] + ["\t" + rows[-1][0], "} METHODS;", ""]
    body += list(argument_macros()) + [""] + list(method_macros(rows))
    return c_banner("Checks of each method's arguments; included by mapival.h.",
                    "data/valmethods.tsv") + guarded("emapi_valmethods.h", body)


def make_presets(path):
    return c_banner("{ name, per minute, connections, recipients }.", "data/presets.tsv") + [
        "{{ \"{}\", {}, {}, {} }},".format(*row.columns[:4]) for row in read_rows(path)]


def c_string(text):
    return "NULL" if text == "-" else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def make_replies(path):
    """{ code, enhanced, text, service, cause, remedy }: 0 and NULL are any."""
    return c_banner("What servers' replies mean and what to do.", "data/replies.tsv") + [
        "{{ {}, {} }},".format(row.columns[0].replace("-", "0"),
                               ", ".join(c_string(text) for text in row.columns[1:6]))
        for row in read_rows(path)]


def make_deadlines(path):
    """{ server, by password alone, { year, month, day }, what, remedy }."""
    rows = [row.columns for row in read_rows(path)]
    return c_banner("What a mail service switches off and when.", "data/deadlines.tsv") + [
        "{{ {}, {}, {{ {} }}, {}, {} }},".format(
            c_string(server), "true" if whom == "password" else "false",
            ", ".join(str(int(part)) for part in date.split("-")), c_string(what), c_string(remedy))
        for server, whom, date, what, remedy, _source in rows]


KINDS = {
    "mapitags.h": make_mapitags_h,
    "emapitags.h": make_emapitags_h,
    "emapi_edktags.h": make_edktags_h,
    "emsabtag.h": make_emsabtag_h,
    "emapi_valmethods.h": make_valmethods_h,
    "mapicode.h": make_mapicode_h,
    "emapi_hresult.h": make_hresult_h,
    "mapiguid.h": make_mapiguid_h,
    "edkguid.h": make_edkguid_h,
    "guids.c": make_guids_c,
    "emapi_tag_names.inc": make_tag_names,
    "emapi_tag_values.inc": make_tag_values,
    "emapi_code_names.inc": make_code_names,
    "emapi_guid_names.inc": make_guid_names,
    "emapi_presets.inc": make_presets,
    "emapi_replies.inc": make_replies,
    "emapi_deadlines.inc": make_deadlines,
    "mapitags.py": make_mapitags_py,
    "emsabtags.py": make_emsabtags_py,
}


def main(arguments):
    kind, output, *inputs = arguments
    text = "\n".join(KINDS[kind](*inputs)) + "\n"
    Path(output).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
