#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes trace_methods.c: for each method of each recorded interface a function that calls the
object's own and writes a line (trace_private.h). Read from the headers' method lists.

usage: trace_methods.py OUTPUT HEADER..."""

import pathlib
import re
import sys

# Derived interfaces before their bases: an object is recorded as the first that it is.
KINDS = """IMAPISession IMsgStore IMAPIFolder IMessage IAttach IMAPITable IStream IAddrBook IDistList
IABContainer IMailUser IProfSect IMAPIStatus IProfAdmin IMsgServiceAdmin IProviderAdmin
IMAPIContainer IMAPIProp""".split()

IIDS = {"IAttach": "IID_IAttachment"}  # where it is not IID_ and the name

# What is given out, by the type of the parameter: the interface where the type tells it.
GIVEN = {
    "LPMESSAGE *": "IMessage", "LPMAPIFOLDER *": "IMAPIFolder", "LPATTACH *": "IAttach",
    "LPMAPITABLE *": "IMAPITable", "LPMDB *": "IMsgStore", "LPADRBOOK *": "IAddrBook",
    "LPPROFSECT *": "IProfSect", "LPSERVICEADMIN *": "IMsgServiceAdmin",
    "LPPROVIDERADMIN *": "IProviderAdmin", "IStream **": "IStream", "LPUNKNOWN *": None,
    "LPVOID *": None, "LPMAPIPROP *": None,
}
# Parameters that are handed in, by type.
VALUES = {
    "LPSPropTagArray": "tags", "LPSRowSet": "rows", "LPADRLIST": "adrlist", "LPENTRYLIST": "entries",
    "LPSSortOrderSet": "sort", "LPMESSAGE": "object", "LPMAPIFOLDER": "object", "LPMDB": "object",
    "LPMAPIPROGRESS": "pointer", "LPMAPIADVISESINK": "pointer", 
    "LPGUID": "iid", "REFIID": "iid", "LPCIID": "iid",
}
# What comes back in a pointer's place.
RESULTS = {
    "LPSPropTagArray *": "tags", "LPSRowSet *": "rows", "LPADRLIST *": "adrlist",
    "LPSSortOrderSet *": "sort", "LPSPropProblemArray *": "problems",
}
NUMBERS = {"ULONG", "LONG", "DWORD", "BOOKMARK", "HRESULT", "ULONG_PTR", "BOOL"}
COUNTED = {"LPENTRYID": ("cb", "bytes"), "LPBYTE": ("cb", "bytes"), "LPSPropValue": ("c", "props")}


def iid_of(iface):
    return IIDS.get(iface, "IID_" + iface)


def parameters(text):
    for part in filter(None, (" ".join(part.split()) for part in text.split(","))):
        kind, name = re.fullmatch(r"(.*?[\s*])(\w+)", part).groups()
        yield kind.strip(), name


def interfaces(text):
    """name -> [(method, result type, [(type, parameter)])] without IUnknown's own."""
    text = re.sub(r"/\*.*?\*/", " ", text.replace("\\\n", " "), flags=re.S)
    lists = {}
    for line in re.findall(r"#define (MAPI_\w+_METHODS\d?)\(IPURE\)(.*)", text):
        lists[line[0]] = line[1]
    found = {}
    for name, body in re.findall(r"EMAPI_INTERFACE_\((\w+), \w+\)\s*\{(.*?)\};", text, re.S):
        methods = []
        for used in re.findall(r"(MAPI_\w+)\(PURE\)", body)[1:]:
            for result, method, args in re.findall(
                    r"MAPIMETHOD_?\((?:(\w+), )?(\w+)\)\(THIS_?([^)]*)\)", lists[used]):
                methods.append((method, result or "HRESULT", list(parameters(args))))
        found[name] = methods
    return found


def count_of(args, index, prefix):
    """The parameter before that counts this one."""
    if index and re.match(r"lp?" + prefix + "|" + prefix, args[index - 1][1]):
        return args[index - 1][1]
    return None


def handed_in(args):
    names = [name for _, name in args]
    flags = "ulFlags" if "ulFlags" in names else "0"
    for index, (kind, name) in enumerate(args):
        follower = args[index + 1][0] if index + 1 < len(args) else ""
        if name == "ulUIParam" or name.startswith("rgiid") or (
                name.startswith("c") and follower in COUNTED):
            continue
        if kind in ("LPTSTR", "LPSTR"):
            what = "secret" if "Pass" in name else "text"
            mode = "" if what == "secret" else f", {flags if kind == 'LPTSTR' else 0}"
            yield f'trace_{what}(&call, "{name}", {name}{mode});'
        elif kind in COUNTED:
            size = count_of(args, index, COUNTED[kind][0])
            if size:
                yield f'trace_{COUNTED[kind][1]}(&call, "{name}", {size}, {name});'
        elif kind in ("LPMAPIUID",) and "List" not in name:
            yield f'trace_iid(&call, "{name}", (const IID *){name});'
        elif kind == "LPSRestriction":
            yield f'trace_restriction(&call, "{name}", {name}, hr);'
        elif kind in VALUES:
            yield f'trace_{VALUES[kind]}(&call, "{name}", {name});'
        elif name.startswith("lpDest") or name in ("lpObjectDst", "pstm"):
            yield f'trace_object(&call, "{name}", {name});'
        elif kind in NUMBERS and ("Flags" in name or "Mask" in name):
            yield f'trace_flags(&call, "{name}", {name});'
        elif kind in NUMBERS or kind == "SIZE_T":
            yield f'trace_number(&call, "{name}", (guint64){name});'
        elif kind.endswith("LARGE_INTEGER"):
            yield f'trace_number(&call, "{name}", (guint64){name}.QuadPart);'


def handed_out(args):
    names = [name for _, name in args]
    iid = next((name for name in names if name in ("lpInterface", "lpiid", "riid")), None)
    for index, (kind, name) in enumerate(args):
        if kind in GIVEN:
            # A caller may ask for a base: what the object is at that pointer is looked up then.
            asked = iid if iid else "&" + iid_of(GIVEN[kind]) if GIVEN[kind] else "NULL"
            if iid and GIVEN[kind]:
                asked = f"{iid} ? {iid} : &{iid_of(GIVEN[kind])}"
            yield name, f'trace_give(&call, "{name}", *{name}, {asked});'
        elif kind in RESULTS:
            yield name, f'trace_{RESULTS[kind]}(&call, "{name}", *{name});'
        elif kind in ("LPENTRYID *", "LPBYTE *") and count_of(args, index, "lpcb"):
            yield name, f'trace_bytes(&call, "{name}", *{args[index - 1][1]}, *{name});'
        elif kind == "LPSPropValue *" and count_of(args, index, "lpc"):
            yield name, f'trace_props(&call, "{name}", *{args[index - 1][1]}, *{name});'
        elif kind in ("ULONG *", "LONG *", "LPULONG", "ULONG_PTR *", "BOOKMARK *") and \
                not name.startswith("lpc"):
            yield name, f'trace_number(&call, "{name}", *{name});'
        elif kind == "ULARGE_INTEGER *":
            yield name, f'trace_number(&call, "{name}", {name}->QuadPart);'


def function(iface, method, args):
    list_of = "".join(f", {kind} {name}".replace("* ", "*") for kind, name in args)
    names = "".join(f", {name}" for _, name in args)
    yield f"static HRESULT\n{iface}_{method}({iface} *This{list_of})\n{{"
    yield "\tstruct trace_call call;"
    yield f"\tconst {iface}Vtbl *own = trace_enter(&call, This);"
    yield f"\tHRESULT hr = own->{method}(This{names});\n"
    yield f'\tif (trace_left(&call, This, "{iface}", "{method}")) {{'
    for line in handed_in(args):
        yield "\t\t" + line
    yield "\t\ttrace_result(&call, hr);"
    for name, line in handed_out(args):
        yield f"\t\tif (SUCCEEDED(hr) && {name})\n\t\t\t{line}"
    yield "\t\ttrace_end(&call);"
    if (iface, method) == ("IMAPISession", "Logoff"):
        yield "\t\ttrace_flush();"
    yield "\t}\n\treturn hr;\n}\n"


def release(iface):
    flush = "\n\t\tif (!left)\n\t\t\ttrace_flush();" if iface == "IMAPISession" else ""
    return f"""static ULONG
{iface}_Release({iface} *This)
{{
	struct trace_call call;
	const {iface}Vtbl *own = trace_enter(&call, This);
	ULONG left = own->Release(This);

	if (trace_left(&call, This, "{iface}", "Release")) {{
		trace_put(&call, " = %u", left);
		trace_end(&call);{flush}
	}}
	if (!left)
		trace_forget(This);
	return left;
}}
"""


def main():
    output, *headers = sys.argv[1:]
    known = interfaces("".join(pathlib.Path(path).read_text() for path in headers))
    text = ["/* Made by trace_methods.py from the headers' method lists. */",
            '#include "trace_private.h"', "#include <mapiguid.h>\n"]
    query = ("QueryInterface", [("REFIID", "riid"), ("LPVOID *", "ppvObj")])
    for iface in KINDS:
        text += function(iface, *query)
        text.append(release(iface))
        slots = [".QueryInterface = %s_QueryInterface" % iface, ".Release = %s_Release" % iface]
        for method, result, args in known[iface]:
            if result != "HRESULT":
                continue
            text += function(iface, method, args)
            slots.append(f".{method} = {iface}_{method}")
        text.append("static const %sVtbl %s_slots = {\n\t%s,\n};\n" %
                    (iface, iface, ",\n\t".join(slots)))
    text.append("const struct trace_kind trace_kinds[] = {")
    for iface in KINDS:
        text.append(f'\t{{ "{iface}", &{iid_of(iface)}, &{iface}_slots, '
                    f"sizeof {iface}_slots / sizeof(void *) }},")
    text.append("\t{ NULL, NULL, NULL, 0 },\n};")
    pathlib.Path(output).write_text("\n".join(text) + "\n")


main()
