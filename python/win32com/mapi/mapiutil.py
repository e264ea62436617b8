# SPDX-License-Identifier: MIT
"""Names for numbers, and properties without tuples: pywin32's module win32com.mapi.mapiutil."""
import pythoncom
from pywintypes import TimeType

from . import mapi, mapitags

# Filled on first use; scripts read them too.
prTable = {}  # tag, and identifier alone -> name
mapiErrorTable = {}  # result -> name
ptTable = {}  # property type -> name

_MapiTypeMap = {
    float: mapitags.PT_DOUBLE,
    int: mapitags.PT_I4,
    bytes: mapitags.PT_STRING8,
    str: mapitags.PT_UNICODE,
    type(None): mapitags.PT_UNSPECIFIED,
}

_STRING_TYPES = (mapitags.PT_STRING8, mapitags.PT_UNICODE)


def _fill_pr_table():
    """PR_X_A and PR_X_W under their tags; an identifier alone is PR_X."""
    for name, tag in vars(mapitags).items():
        if not name.startswith("PR_"):
            continue
        is_string = mapitags.PROP_TYPE(tag) in _STRING_TYPES
        if not is_string or name.endswith(("_A", "_W")):
            prTable[tag] = name
        if not is_string or not name.endswith(("_A", "_W")):
            prTable[mapitags.PROP_ID(tag)] = name


def GetPropTagName(pt):
    """The name of a tag, also where its type is another one (PT_ERROR); else its number in hex."""
    if not prTable:
        _fill_pr_table()
    for key in (pt, mapitags.PROP_ID(pt)):
        if key in prTable:
            return prTable[key]
    return hex(abs(int(pt)))


def GetScodeString(hr):
    """The name of a result, MAPI's names before COM's."""
    if not mapiErrorTable:
        for name, value in vars(mapi).items():
            if name.startswith(("MAPI_E_", "MAPI_W_")):
                mapiErrorTable[value] = name
    return mapiErrorTable.get(hr) or pythoncom.GetScodeString(hr)


def GetMapiTypeName(propType, rawType=True):
    """The name of a property type; rawType drops the flag of multiple values."""
    if not ptTable:
        for name, value in vars(mapitags).items():
            if name.startswith("PT_") and not name.endswith("TSTRING"):
                ptTable[value] = name
    if rawType:
        propType &= ~mapitags.MV_FLAG
    return ptTable.get(propType) or hex(propType)


def _tag(obj, prop, prop_type, flags):
    """A tag as it is; a name becomes one in PS_PUBLIC_STRINGS."""
    if type(prop) is int:
        return prop
    tags = obj.GetIDsFromNames(((mapi.PS_PUBLIC_STRINGS, prop),), flags)
    return mapitags.PROP_TAG(prop_type, mapitags.PROP_ID(tags[0]))


def GetProperties(obj, propList):
    """The values of tags or names: a list for a tuple or list, else one value.

    None as soon as one of them could not be got."""
    several = type(propList) in (tuple, list)
    wanted = propList if several else (propList,)
    tags = [_tag(obj, prop, mapitags.PT_UNSPECIFIED, 0) for prop in wanted]
    hr, values = obj.GetProps(tags, 0)
    if hr != 0:
        return None
    return [value for tag, value in values] if several else values[0][1]


def GetAllProperties(obj, make_tag_names=True):
    """[(name or tag, value)] of all properties; a named property goes by its string."""
    hr, values = obj.GetProps(obj.GetPropList(0))
    if not make_tag_names:
        return list(values)
    return [(_name_of(obj, tag), value) for tag, value in values]


def _name_of(obj, tag):
    if mapitags.PROP_ID(tag) >= 0x8000:
        hr, tags, names = obj.GetNamesFromIDs((tag,))
        if names and isinstance(names[0][1], str):
            return names[0][1]
    return GetPropTagName(tag)


def SetPropertyValue(obj, prop, val):
    """Set a property by tag or by name, where the value's type decides; None deletes it."""
    if type(prop) is not int:
        prop = _tag(obj, prop, _type_for(val), mapi.MAPI_CREATE)
    if val is None:
        obj.DeleteProps((prop,))
    else:
        obj.SetProps(((prop, val),))


def _type_for(val):
    if val == True or val == False:  # noqa: E712 - 0 and 1 are booleans here too, as in pywin32
        return mapitags.PT_BOOLEAN
    if type(val) not in _MapiTypeMap:
        raise ValueError(f"no property type for {val!r} ({type(val)})")
    return _MapiTypeMap[type(val)]


_DICT_TYPES = {str: mapitags.PT_UNICODE, int: mapitags.PT_I4, TimeType: mapitags.PT_SYSTIME}


def SetProperties(msg, propDict):
    """Set properties from a dictionary of tags and names, with two calls at most."""
    names = [key for key in propDict if type(key) is str]
    tags = {}
    if names:
        ids = msg.GetIDsFromNames([(mapi.PS_PUBLIC_STRINGS, name) for name in names],
                                  mapi.MAPI_CREATE)
        tags = dict(zip(names, ids))
    values = []
    for key, val in propDict.items():
        if key in tags:
            if type(val) not in _DICT_TYPES:
                raise ValueError(f"a value of type {type(val)} can not be written: {val!r}")
            key = mapitags.PROP_TAG(_DICT_TYPES[type(val)], mapitags.PROP_ID(tags[key]))
        values.append((key, val))
    msg.SetProps(values)
