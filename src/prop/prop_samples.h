/* SPDX-License-Identifier: MIT */
/* For tests: one value of each type there is, in order of property id. */
#ifndef EMAPI_PROP_SAMPLES_H
#define EMAPI_PROP_SAMPLES_H

#include <mapidefs.h>

static short sample_shorts[] = { -1, 2 };
static LONG sample_longs[] = { 1, -2, 3 };
static float sample_floats[] = { 1.5f };
static double sample_doubles[] = { -0.25, 1e300 };
static CURRENCY sample_currencies[] = { { .int64 = 12345 } };
static LARGE_INTEGER sample_large[] = { { .QuadPart = INT64_MIN }, { .QuadPart = 7 } };
static FILETIME sample_times[] = { { 0x89ABCDEF, 0x01234567 } };
static LPSTR sample_strings[] = { (LPSTR) "one", (LPSTR) "", (LPSTR) "\xFF not UTF-8" };
static WCHAR sample_wide[] = { 'o', 'n', 'e', 0 };
static WCHAR sample_lone[] = { 0xD800, 'x', 0xDC00, 0 };
static LPWSTR sample_wides[] = { sample_wide, sample_lone };
static SBinary sample_binaries[] = { { 3, (LPBYTE) "a\0b" }, { 0, (LPBYTE) "" } };
static GUID sample_guids[] = {
	{ 0x00020307, 0x1234, 0x5678, { 0xC0, 1, 2, 3, 4, 5, 6, 0x46 } },
	{ 1, 2, 3, { 4 } },
};

enum { SAMPLE_STRING8 = 9, SAMPLE_UNICODE = 10, SAMPLE_MV_UNICODE = 23 };

static const SPropValue samples[] = {
	{ PROP_TAG(PT_I2, 0x6600), 0, { .i = -2 } },
	{ PROP_TAG(PT_LONG, 0x6601), 0, { .l = INT32_MIN } },
	{ PROP_TAG(PT_R4, 0x6602), 0, { .flt = 2.5f } },
	{ PROP_TAG(PT_DOUBLE, 0x6603), 0, { .dbl = -2.5 } },
	{ PROP_TAG(PT_CURRENCY, 0x6604), 0, { .cur = { .int64 = -10000 } } },
	{ PROP_TAG(PT_APPTIME, 0x6605), 0, { .at = 40000.5 } },
	{ PROP_TAG(PT_ERROR, 0x6606), 0, { .err = (SCODE)0x8004010F } },
	{ PROP_TAG(PT_BOOLEAN, 0x6607), 0, { .b = 1 } },
	{ PROP_TAG(PT_I8, 0x6608), 0, { .li = { .QuadPart = INT64_MAX } } },
	{ PROP_TAG(PT_STRING8, 0x6609), 0,
	    { .lpszA = (LPSTR) "Gr\xC3\xBC\xC3\x9F"
			       "e" } },
	{ PROP_TAG(PT_UNICODE, 0x660A), 0, { .lpszW = sample_lone } },
	{ PROP_TAG(PT_SYSTIME, 0x660B), 0, { .ft = { 0xFFFFFFFF, 0x01DC0000 } } },
	{ PROP_TAG(PT_CLSID, 0x660C), 0, { .lpguid = sample_guids } },
	{ PROP_TAG(PT_BINARY, 0x660D), 0, { .bin = { 4, (LPBYTE) "\0\1\2\3" } } },
	{ PROP_TAG(PT_MV_I2, 0x660E), 0, { .MVi = { 2, sample_shorts } } },
	{ PROP_TAG(PT_MV_LONG, 0x660F), 0, { .MVl = { 3, sample_longs } } },
	{ PROP_TAG(PT_MV_R4, 0x6610), 0, { .MVflt = { 1, sample_floats } } },
	{ PROP_TAG(PT_MV_DOUBLE, 0x6611), 0, { .MVdbl = { 2, sample_doubles } } },
	{ PROP_TAG(PT_MV_CURRENCY, 0x6612), 0, { .MVcur = { 1, sample_currencies } } },
	{ PROP_TAG(PT_MV_APPTIME, 0x6613), 0, { .MVat = { 2, sample_doubles } } },
	{ PROP_TAG(PT_MV_I8, 0x6614), 0, { .MVli = { 2, sample_large } } },
	{ PROP_TAG(PT_MV_SYSTIME, 0x6615), 0, { .MVft = { 1, sample_times } } },
	{ PROP_TAG(PT_MV_STRING8, 0x6616), 0, { .MVszA = { 3, sample_strings } } },
	{ PROP_TAG(PT_MV_UNICODE, 0x6617), 0, { .MVszW = { 2, sample_wides } } },
	{ PROP_TAG(PT_MV_CLSID, 0x6618), 0, { .MVguid = { 2, sample_guids } } },
	{ PROP_TAG(PT_MV_BINARY, 0x6619), 0, { .MVbin = { 2, sample_binaries } } },
};

#define SAMPLE_COUNT (sizeof(samples) / sizeof(samples[0]))

#endif
