/* SPDX-License-Identifier: MIT */
/*
 * Strings, hex and 64-bit times of MAPIUtil (MAPI reference: HexFromBin, SzFindCh, FtAddFt ...).
 * These functions have no flags: their strings are char, UTF-8, as in a program without UNICODE.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <mapicode.h>
#include <mapiutil.h>

/* --- Hex ----------------------------------------------------------------------------------- */

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

SCODE
ScBinFromHexBounded(LPTSTR text, LPBYTE bytes, ULONG size)
{
	const char *p = (const char *)text;
	ULONG i;

	if (!text || !bytes)
		return MAPI_E_INVALID_PARAMETER;
	for (i = 0; p[2 * i]; i++) {
		int high = digit(p[2 * i]), low = high < 0 ? -1 : digit(p[2 * i + 1]);

		if (low < 0)
			return MAPI_E_INVALID_PARAMETER;
		if (i >= size)
			return MAPI_E_NOT_ENOUGH_MEMORY;
		bytes[i] = (BYTE)(high << 4 | low);
	}
	return S_OK;
}

BOOL
FBinFromHex(LPTSTR text, LPBYTE bytes)
{
	return text && SUCCEEDED(ScBinFromHexBounded(text, bytes, (ULONG)strlen((char *)text)));
}

void
HexFromBin(LPBYTE bytes, int size, LPTSTR text)
{
	static const char digits[] = "0123456789ABCDEF";
	char *out = (char *)text;
	int i;

	for (i = 0; i < size; i++) {
		*out++ = digits[bytes[i] >> 4];
		*out++ = digits[bytes[i] & 15];
	}
	*out = '\0';
}

ULONG
UlFromSzHex(LPCTSTR text)
{
	const char *p = (const char *)text;
	ULONG number = 0;

	for (; p && digit(*p) >= 0; p++)
		number = number << 4 | (ULONG)digit(*p);
	return number;
}

/* --- Strings ------------------------------------------------------------------------------- */

LPTSTR
SzFindCh(LPCTSTR text, USHORT ch)
{
	return (LPTSTR)(void *)strchr((const char *)text, ch);
}

LPTSTR
SzFindLastCh(LPCTSTR text, USHORT ch)
{
	return (LPTSTR)(void *)strrchr((const char *)text, ch);
}

LPTSTR
SzFindSz(LPCTSTR text, LPCTSTR part)
{
	return (LPTSTR)(void *)strstr((const char *)text, (const char *)part);
}

unsigned int
UFromSz(LPCTSTR text)
{
	const char *p = (const char *)text;
	unsigned number = 0;

	for (; p && *p >= '0' && *p <= '9'; p++)
		number = number * 10 + (unsigned)(*p - '0');
	return number;
}

/* --- Times --------------------------------------------------------------------------------- */

static ULONGLONG
from_ft(FILETIME ft)
{
	return (ULONGLONG)ft.dwHighDateTime << 32 | ft.dwLowDateTime;
}

static FILETIME
to_ft(ULONGLONG number)
{
	FILETIME ft = { (DWORD)number, (DWORD)(number >> 32) };

	return ft;
}

FILETIME
FtAddFt(FILETIME a, FILETIME b)
{
	return to_ft(from_ft(a) + from_ft(b));
}

FILETIME
FtMulDwDw(DWORD a, DWORD b)
{
	return to_ft((ULONGLONG)a * b);
}

FILETIME
FtMulDw(DWORD a, FILETIME b)
{
	return to_ft(a * from_ft(b));
}

FILETIME
FtSubFt(FILETIME a, FILETIME b)
{
	return to_ft(from_ft(a) - from_ft(b));
}

FILETIME
FtNegFt(FILETIME a)
{
	return to_ft(0 - from_ft(a));
}

/* --- Start and end ------------------------------------------------------------------------- */

SCODE
ScInitMapiUtil(ULONG flags)
{
	return flags ? MAPI_E_UNKNOWN_FLAGS : S_OK; /* nothing here needs to be set up */
}

void
DeinitMapiUtil(void)
{
}
