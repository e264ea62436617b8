# SPDX-License-Identifier: MIT
"""What the extension module needs in Python: errors, times and the code page `mbcs`.

Nobody imports this but _emapi and pywintypes, which shows it under pywin32's names.
"""
import codecs
import datetime as _datetime

from _emapi_codes import NAMES

_EPOCH = _datetime.datetime(1601, 1, 1, tzinfo=_datetime.timezone.utc)
_DATE_EPOCH = _datetime.datetime(1899, 12, 30, tzinfo=_datetime.timezone.utc)
_TICKS_PER_SECOND = 10_000_000  # a FILETIME counts tenths of a microsecond


class error(Exception):
    """A failed Windows call: args are (winerror, funcname, strerror)."""

    def __init__(self, *args):
        super().__init__(*args)
        self.winerror, self.funcname, self.strerror = (args + (None, None, None))[:3]


class com_error(Exception):
    """A failed call into MAPI: args are (hresult, strerror, excepinfo, argerror).

    hresult is signed, as the constants of win32com.mapi.mapi are."""

    def __init__(self, *args):
        super().__init__(*args)
        self.hresult, self.strerror, self.excepinfo, self.argerror = (args + (None,) * 4)[:4]


error.__module__ = com_error.__module__ = "pywintypes"


# Where the code's own name does not say enough; describe() makes the others of the name.
_PHRASES = {
    "CO_E_CLASSSTRING": "Invalid class string",
    "MAPI_E_CALL_FAILED": "an internal error or a failure of the system",
    "MAPI_E_INVALID_PARAMETER": "an argument is not valid",
    "MAPI_E_INTERFACE_NOT_SUPPORTED": "the object does not have this interface",
    "MAPI_E_NO_ACCESS": "access denied",
    "MAPI_E_NO_SUPPORT": "not supported",
    "MAPI_E_INVALID_OBJECT": "the object can no longer be used",
    "MAPI_E_NO_RECIPIENTS": "the message has no recipients",
    "MAPI_E_END_OF_SESSION": "the session has ended",
}


def describe(hresult, reason=None):
    """`logon failed (MAPI_E_LOGON_FAILED)`, or the reason that MAPI gave and the name."""
    name = NAMES.get(hresult)
    if name is None:
        number = "OLE error 0x%08x" % (hresult & 0xFFFFFFFF)
        return f"{reason} ({number})" if reason else number
    if reason and reason.endswith(f"({name})"):
        return reason
    words = reason or _PHRASES.get(name) or name.split("_", 2)[-1].replace("_", " ").lower()
    return f"{words} ({name})"


def make_error(hresult, reason=None):
    return com_error(hresult, describe(hresult, reason), None, None)


class datetime(_datetime.datetime):
    """pywintypes.datetime: datetime.datetime with Format()."""

    def Format(self, fmt="%c"):
        return self.strftime(fmt)


datetime.__module__ = "pywintypes"


def _ours(value):
    return datetime(value.year, value.month, value.day, value.hour, value.minute, value.second,
                    value.microsecond, value.tzinfo, fold=value.fold)


_LATEST = _ours(_datetime.datetime.max.replace(tzinfo=_datetime.timezone.utc))


def datetime_from_filetime(ticks):
    """UTC, to the millisecond; what lies beyond the year 9999 is the last moment before."""
    try:
        return _ours(_EPOCH + _datetime.timedelta(milliseconds=ticks // 10_000))
    except OverflowError:
        return _LATEST


def _aware(value):
    """A datetime of any kind in UTC: a naive one is local time, a number is seconds since 1970."""
    if not isinstance(value, _datetime.datetime):
        value = time(value)
    return value.astimezone(_datetime.timezone.utc)


def filetime_from_datetime(value):
    since = _aware(value) - _EPOCH
    if since < _datetime.timedelta(0):
        raise ValueError("MAPI's times begin with the year 1601")
    return (since.days * 86_400 + since.seconds) * _TICKS_PER_SECOND + since.microseconds * 10


def datetime_from_date(days):
    """PT_APPTIME: days since 1899-12-30, the fraction being the time of day also before that."""
    whole = int(days)
    try:
        return _ours(_DATE_EPOCH + _datetime.timedelta(
            days=whole, milliseconds=round(abs(days - whole) * 86_400_000)))
    except (OverflowError, ValueError):
        return _LATEST


def date_from_datetime(value):
    since = _aware(value) - _DATE_EPOCH
    time_of_day = (since.seconds + since.microseconds / 1e6) / 86_400
    return since.days - time_of_day if since.days < 0 else since.days + time_of_day


def decimal_from_currency(units):
    """PT_CURRENCY counts ten-thousandths; pywin32's COM gives VT_CY as a Decimal, too."""
    import decimal  # few need it
    return decimal.Decimal(units).scaleb(-4, _money(decimal))


def currency_from_decimal(value):
    """The count for a Decimal, rounded to the even one; None for anything else."""
    import decimal
    if not isinstance(value, decimal.Decimal):
        return None
    if not value.is_finite():
        raise ValueError(f"{value} is no amount")
    return int(value.scaleb(4, _money(decimal)).to_integral_value(decimal.ROUND_HALF_EVEN))


def _money(decimal):
    """Exact, whatever context the caller has set."""
    return decimal.Context(prec=40, Emin=-999, Emax=999, traps=[])


def time(value, *rest):
    """pywintypes.Time: from seconds since 1970, a time tuple, a datetime, or what has timetuple()."""
    if isinstance(value, _datetime.datetime):
        return _ours(value)
    if isinstance(value, (int, float)):
        return _ours(_datetime.datetime.fromtimestamp(value, _datetime.timezone.utc))
    if hasattr(value, "timetuple"):
        value = value.timetuple()
    try:
        fields = tuple(value)
    except TypeError:
        raise TypeError(f"{type(value).__name__} is not a time") from None
    milliseconds = fields[9] if len(fields) > 9 else rest[0] if rest else 0
    local = _datetime.datetime(*fields[:6], microsecond=milliseconds * 1000)
    return _ours(local.astimezone(_datetime.timezone.utc))


def _find_codec(name):
    """The ANSI code page: UTF-8 here. Linux's Python has none of these names."""
    if name not in ("mbcs", "ansi", "dbcs", "oem"):
        return None
    utf8 = codecs.lookup("utf-8")
    return codecs.CodecInfo(utf8.encode, utf8.decode, utf8.streamreader, utf8.streamwriter,
                            utf8.incrementalencoder, utf8.incrementaldecoder, name=name)


codecs.register(_find_codec)
