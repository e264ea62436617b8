# SPDX-License-Identifier: MIT
"""Every name that pywin32 has is here, with its value: surface.tsv holds the facts."""
import importlib
import pathlib
from collections import namedtuple

import pytest

FOLDER = pathlib.Path(__file__).parent
Row = namedtuple("Row", "module kind owner name value")
MODULES = {name: name for name in ("pythoncom", "pywintypes", "win32com", "win32com.mapi",
                                   "win32com.storagecon")}


def rows(*kinds):
    for line in (FOLDER / "surface.tsv").read_text().splitlines():
        if not line.startswith("#"):
            row = Row(*line.split("\t"))
            if row.kind in kinds:
                yield row


def module(row):
    return importlib.import_module(MODULES.get(row.module, "win32com.mapi." + row.module))


def test_the_imports_that_scripts_do():
    from win32com.mapi import emsabtags, exchange, mapi, mapitags, mapiutil
    import win32com.mapi.mapi
    import win32com.server.util
    import pythoncom
    import pywintypes
    import winerror
    assert win32com.mapi.mapi is mapi
    names = {}
    exec("from win32com.mapi.mapitags import *", names)
    assert names["PR_ENTRYID"] == mapitags.PR_ENTRYID
    assert winerror.FAILED(-1) and winerror.HRESULT_CODE(-2147221233) == 0x010F
    assert winerror.E_FAIL == -2147467259
    assert pythoncom.com_error is pywintypes.com_error is pythoncom.error
    assert emsabtags and exchange and mapiutil and win32com.server.util


def test_names():
    missing = [row for row in rows("function", "constant", "iid")
               if not hasattr(module(row), row.name)]
    assert missing == []


def test_integers():
    wrong = [(row, getattr(module(row), row.name)) for row in rows("constant")
             if row.value and getattr(module(row), row.name) != int(row.value)]
    assert wrong == []


def test_identifiers():
    wrong = [row for row in rows("iid")
             if row.value and str(getattr(module(row), row.name)) != row.value]
    assert wrong == []


def test_types():
    import pythoncom
    import pywintypes
    by_name = {kind.__name__: kind for kind in pythoncom.TypeIIDs.values()}
    for row in rows("class"):
        if row.module == "pywintypes":
            continue
        kind = by_name[row.name]
        if row.owner != "PyIBase":
            assert kind.__mro__[1].__name__ == row.owner
        if row.value:
            assert pythoncom.TypeIIDs[pywintypes.IID(row.value)] is kind


def test_methods():
    import pythoncom
    by_name = {kind.__name__: kind for kind in pythoncom.TypeIIDs.values()}
    missing = [row for row in rows("method")
               if not callable(getattr(by_name[row.owner], row.name, None))]
    assert missing == []


def test_constants_agree_with_the_headers():
    """What C and Python both name has one value, but for the sign."""
    from win32com.mapi import mapi
    facts = FOLDER.parent.parent / "tests" / "headers" / "values.tsv"
    if not facts.exists():
        pytest.skip("the headers' facts are not there")
    checked = 0
    for line in facts.read_text().splitlines():
        columns = line.split("\t")
        if len(columns) >= 3 and columns[2].startswith("0x") and hasattr(mapi, columns[1]):
            value = getattr(mapi, columns[1])
            if isinstance(value, int):
                assert value & 0xFFFFFFFF == int(columns[2], 16), columns[1]
                checked += 1
    assert checked > 150
