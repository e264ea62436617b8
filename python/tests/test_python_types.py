# SPDX-License-Identifier: MIT
"""The types of Python that MAPI's scripts meet, without a profile."""
import gc
import copy
import datetime
import pickle

import pytest
import pythoncom
import pywintypes
from win32com.mapi import mapi, mapitags, mapiutil
from win32com.server.util import unwrap, wrap

UTC = datetime.timezone.utc


def test_signs():
    assert mapi.MAPI_UNICODE == -2147483648
    assert mapi.MAPI_E_NOT_FOUND == -2147221233
    assert mapitags.PROP_TAG(mapitags.PT_UNSPECIFIED, 0x8001) == 0x80010000


def test_iid():
    iid = pywintypes.IID("{00020307-0000-0000-c000-000000000046}")
    assert iid == mapi.IID_IMessage and hash(iid) == hash(mapi.IID_IMessage)
    assert iid != mapi.IID_IMAPIFolder and iid != "x"
    assert str(iid) == "{00020307-0000-0000-C000-000000000046}"
    assert repr(iid) == "IID('{00020307-0000-0000-C000-000000000046}')"
    assert bytes(iid) == bytes.fromhex("0703020000000000c000000000000046")
    assert mapi.MAPIUIDFromBinary(bytes(iid)) == iid == pywintypes.IID(bytes(iid), True)
    assert pickle.loads(pickle.dumps(iid)) == iid == copy.copy(iid)
    with pytest.raises(ValueError):
        mapi.MAPIUIDFromBinary(b"short")
    assert pywintypes.CreateGuid() != pywintypes.CreateGuid()


@pytest.mark.parametrize("text", ["", "x", "Outlook.Application", "{00020307-0000-0000-C000-00000000004}",
                                  "{00020307-0000-0000-C000-000000000046", "00020307 0000"])
def test_bad_guid_text(text):
    with pytest.raises(pythoncom.com_error) as caught:
        pywintypes.IID(text)
    assert caught.value.hresult == -2147221005


def test_com_error():
    error = pywintypes.com_error(-2147221233, "text", None, None)
    assert error.args == (-2147221233, "text", None, None)
    assert (error.hresult, error.strerror, error.excepinfo, error.argerror) == error.args
    assert pickle.loads(pickle.dumps(error)).hresult == error.hresult


@pytest.mark.parametrize("source, moment", [
    (0, datetime.datetime(1970, 1, 1, tzinfo=UTC)),
    (1.5, datetime.datetime(1970, 1, 1, 0, 0, 1, 500000, UTC)),
    (datetime.datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), datetime.datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
    ((2024, 5, 6, 7, 8, 9, 0, 0, 0), datetime.datetime(2024, 5, 6, 7, 8, 9).astimezone(UTC)),
])
def test_time(source, moment):
    time = pywintypes.Time(source)
    assert time == moment and isinstance(time, pywintypes.TimeType)
    assert time.Format("%Y") == time.strftime("%Y")


def test_mbcs_is_utf8():
    assert "Grüße".encode("mbcs") == "Grüße".encode() and "Grüße".encode().decode("mbcs") == "Grüße"


def test_hex():
    assert mapi.HexFromBin(b"\x00\xabz") == "00AB7A"
    assert mapi.BinFromHex("00ab7A") == b"\x00\xabz"
    for bad in ("0", "zz"):
        with pytest.raises(ValueError):
            mapi.BinFromHex(bad)


def test_stream_in_memory():
    stream = pythoncom.CreateStreamOnHGlobal()
    assert stream.Write(b"hello ") == 6 and stream.write("world") == 5
    assert stream.Seek(0, pythoncom.STREAM_SEEK_SET) == 0
    assert stream.Read(5) == b"hello" and stream.read(100) == b" world" and stream.Read(1) == b""
    assert len(stream.Stat()) == 11 and stream.Stat()[2] == 11
    for count in (0, -1):
        with pytest.raises(TypeError):
            stream.Read(count)
    with pytest.raises(TypeError):
        stream.Read()
    stream.SetSize(5)
    clone = stream.Clone()
    clone.Seek(0, 0)
    target = pythoncom.CreateStreamOnHGlobal()
    assert clone.CopyTo(target, 1000) == 5
    target.Seek(0, 0)
    assert target.Read(100) == b"hello"
    stream.Commit()
    stream.Commit(0)


def test_wrapped_object():
    class Source:
        _com_interfaces_ = [pythoncom.IID_IStream]

        def Read(self, count):
            raise pythoncom.com_error(mapi.MAPI_E_NO_ACCESS, "no", None, None)

        def Write(self, data):
            raise RuntimeError("broken")

    source = Source()
    stream = wrap(source)
    assert type(stream).__name__ == "PyIStream" and unwrap(stream) is source
    with pytest.raises(pythoncom.com_error) as caught:
        stream.Read(1)
    assert caught.value.hresult == mapi.MAPI_E_NO_ACCESS
    with pytest.raises(TypeError):
        unwrap(source)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_exception_behind_mapi_does_not_propagate():
    class Broken:
        def Write(self, data):
            raise RuntimeError("broken")

    with pytest.raises(pythoncom.com_error) as caught:
        pythoncom.WrapObject(Broken(), pythoncom.IID_IStream).Write(b"x")
    assert caught.value.hresult == -2147467259


def test_identity_and_attributes():
    stream = pythoncom.CreateStreamOnHGlobal()
    unknown = stream.QueryInterface(pythoncom.IID_IUnknown)
    assert unknown == stream and not unknown != stream and hash(unknown) == hash(stream)
    assert stream != pythoncom.CreateStreamOnHGlobal() and stream != 1
    assert type(unknown).__name__ == "PyIUnknown"
    with pytest.raises(TypeError):
        stream.attribute = 1
    with pytest.raises(pythoncom.com_error) as caught:
        stream.QueryInterface(mapi.IID_IMessage)
    assert caught.value.hresult == mapi.MAPI_E_INTERFACE_NOT_SUPPORTED
    with pytest.raises(TypeError):
        type(stream)()


def test_counts():
    gc.collect()  # what earlier tests left in cycles
    wrappers, gateways = pythoncom._GetInterfaceCount(), pythoncom._GetGatewayCount()
    streams = [pythoncom.CreateStreamOnHGlobal() for _ in range(10)]
    assert pythoncom._GetInterfaceCount() == wrappers + 10
    assert pythoncom._GetGatewayCount() == gateways + 10
    del streams
    assert (pythoncom._GetInterfaceCount(), pythoncom._GetGatewayCount()) == (wrappers, gateways)


def test_marshalling_to_another_thread_is_free():
    stream = pythoncom.CreateStreamOnHGlobal()
    carried = pythoncom.CoMarshalInterThreadInterfaceInStream(pythoncom.IID_IStream, stream)
    assert pythoncom.CoGetInterfaceAndReleaseStream(carried, pythoncom.IID_IStream) == stream


@pytest.mark.parametrize("tag, name", [
    (mapitags.PR_SUBJECT_W, "PR_SUBJECT_W"),
    (mapitags.PR_SUBJECT_A, "PR_SUBJECT_A"),
    (mapitags.PROP_TAG(mapitags.PT_ERROR, 0x0037), "PR_SUBJECT"),
    (mapitags.PR_ENTRYID, "PR_ENTRYID"),
    (0x7FF00003, "0x7ff00003"),
])
def test_tag_names(tag, name):
    assert mapiutil.GetPropTagName(tag) == name


def test_other_names():
    assert mapiutil.GetScodeString(mapi.MAPI_E_NOT_FOUND) == "MAPI_E_NOT_FOUND"
    assert mapiutil.GetScodeString(-2147467259) in ("E_FAIL", "MAPI_E_CALL_FAILED")
    assert mapiutil.GetMapiTypeName(mapitags.PT_MV_UNICODE) == "PT_UNICODE"
    assert mapiutil.GetMapiTypeName(mapitags.PT_MV_UNICODE, False) == "PT_MV_UNICODE"
    assert mapiutil.GetMapiTypeName(0x0FFE) == "0xffe"


def test_misuse_is_no_com_error():
    with pytest.raises(TypeError):
        mapi.MAPIInitialize()
    with pytest.raises(TypeError):
        mapi.MAPIInitialize([0, 0])
    with pytest.raises(TypeError):
        mapi.MAPILogonEx(0, 17, None, 0)
    with pytest.raises(OverflowError):
        mapi.MAPILogonEx(0, "", None, 1 << 33)
    with pytest.raises(TypeError):
        mapi.HrAllocAdviseSink("not callable")
    with pytest.raises(TypeError):
        mapi.HrQueryAllRows(None, None, None, None, 0)


@pytest.mark.parametrize("restriction, error", [
    ([mapi.RES_EXIST, (1,)], TypeError),
    ((mapi.RES_EXIST, 1), TypeError),
    ((mapi.RES_PROPERTY, (mapi.RELOP_EQ, mapitags.PR_SUBJECT_W, [1, 2])), TypeError),
    ((mapi.RES_PROPERTY, (mapi.RELOP_EQ, mapitags.PR_SUBJECT_W, (mapitags.PR_SUBJECT_W, b"x"))), TypeError),
    ((99, (1,)), ValueError),
])
def test_bad_restrictions(restriction, error):
    with pytest.raises(error):
        mapi.HrQueryAllRows(None, None, restriction, None, 0)


def test_a_restriction_of_any_depth_does_not_crash():
    restriction = (mapi.RES_EXIST, (mapitags.PR_SUBJECT_W,))
    for _ in range(100_000):
        restriction = (mapi.RES_NOT, (restriction,))
    with pytest.raises(RecursionError):
        mapi.HrQueryAllRows(None, None, restriction, None, 0)
