/* SPDX-License-Identifier: MIT */
/* Names of properties, also of named ones, and values that people write: see propwords.h. */
#include "propwords.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mapiaux.h>
#include <mapicode.h>
#include <mapiguid.h>
#include "hr.h"
#include "mem.h"
#include "prop.h"
#include "text.h"

#define SET(name)                                                                                  \
	{                                                                                          \
		&name, #name                                                                       \
	}

static const struct {
	const GUID *guid;
	const char *name;
} sets[] = {
	SET(PS_MAPI),
	SET(PS_PUBLIC_STRINGS),
	SET(PS_INTERNET_HEADERS),
	SET(PSETID_Appointment),
	SET(PSETID_Meeting),
	SET(PSETID_Common),
	SET(PSETID_Address),
	SET(PSETID_Report),
	SET(PSETID_Log),
	SET(PSETID_Messaging),
	SET(PSETID_Remote),
	SET(PSETID_PostRss),
	SET(PSETID_Sharing),
	SET(PSETID_Note),
	SET(PSETID_Task),
	SET(PSETID_UnifiedMessaging),
	SET(PSETID_XmlExtractedEntities),
	SET(PSETID_Attachment),
};

/* --- Names --------------------------------------------------------------------------------- */

static char *
set_words(const GUID *guid)
{
	SPropValue value = { .ulPropTag = PT_CLSID, .Value.lpguid = (GUID *)(uintptr_t)guid };

	if (!guid)
		return g_strdup("?");
	for (size_t i = 0; i < G_N_ELEMENTS(sets); i++)
		if (!memcmp(sets[i].guid, guid, sizeof(*guid)))
			return g_strdup(sets[i].name);
	return prop_words_value(&value, true);
}

static char *
named_words(const MAPINAMEID *name)
{
	g_autofree char *set = set_words(name->lpguid);
	char *text, *words;

	if (name->ulKind == MNID_ID)
		return g_strdup_printf("%s/0x%04X", set, (unsigned)name->Kind.lID);
	text = text_to_utf8(NULL, name->Kind.lpwstrName);
	words = g_strdup_printf("%s/%s", set, text ? text : "?");
	mem_free(text);
	return words;
}

char *
prop_words_name(IMAPIProp *object, ULONG tag)
{
	SPropTagArray one = { 1, { tag } }, *tags = &one;
	MAPINAMEID **names = NULL;
	char *words = NULL;
	ULONG count = 0;

	if (PROP_ID(tag) < 0x8000 || !object)
		return g_strdup(tag_name(tag));
	if (SUCCEEDED(object->lpVtbl->GetNamesFromIDs(object, &tags, NULL, 0, &count, &names)) &&
	    count == 1 && names[0])
		words = named_words(names[0]);
	mem_free(names);
	return words ? words : g_strdup(tag_name(tag));
}

/* --- Tags ---------------------------------------------------------------------------------- */

static bool
find_set(const char *name, GUID *out)
{
	for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
		if (strcmp(sets[i].name, name))
			continue;
		*out = *sets[i].guid;
		return true;
	}
	return false;
}

static ULONG
ask_id(IMAPIProp *object, MAPINAMEID *name, bool create, char **why)
{
	SPropTagArray *tags = NULL;
	ULONG id = 0;
	HRESULT hr =
	    object->lpVtbl->GetIDsFromNames(object, 1, &name, create ? MAPI_CREATE : 0, &tags);

	if (SUCCEEDED(hr) && PROP_TYPE(tags->aulPropTag[0]) != PT_ERROR)
		id = PROP_ID(tags->aulPropTag[0]);
	if (!id)
		*why = FAILED(hr) ? g_strdup_printf(
					"the named property: %s (%s)", hr_text(hr), hr_name(hr))
				  : g_strdup("the store has no such named property");
	mem_free(tags);
	return id;
}

/* "PT_LONG" and the like that can be set; 0 for others. */
static ULONG
type_from_name(const char *name)
{
	static const ULONG types[] = { PT_I2, PT_LONG, PT_R4, PT_DOUBLE, PT_CURRENCY, PT_APPTIME,
		PT_BOOLEAN, PT_I8, PT_STRING8, PT_UNICODE, PT_SYSTIME, PT_CLSID, PT_BINARY,
		PT_MV_STRING8, PT_MV_UNICODE };

	for (size_t i = 0; i < G_N_ELEMENTS(types); i++)
		if (!strcmp(type_name(types[i]), name))
			return types[i];
	return 0;
}

/* SET/NAME or SET/0xNUMBER, with :TYPE behind it. */
static ULONG
named_tag(IMAPIProp *object, const char *text, bool create, char **why)
{
	const char *slash = strchr(text, '/'), *colon = strrchr(text, ':');
	g_autofree char *set = g_strndup(text, slash - text);
	g_autofree char *rest =
	    colon > slash ? g_strndup(slash + 1, colon - slash - 1) : g_strdup(slash + 1);
	ULONG type = colon > slash ? type_from_name(colon + 1) : (ULONG)PT_UNICODE, id;
	MAPINAMEID name = { .ulKind = MNID_STRING };
	WCHAR *wide = NULL;
	GUID guid;

	if (!find_set(set, &guid) || !type || !*rest) {
		*why = g_strdup_printf("\"%s\" is no named property: SET/NAME:TYPE is one, as "
				       "PS_PUBLIC_STRINGS/Keywords:PT_MV_UNICODE",
		    text);
		return 0;
	}
	name.lpguid = &guid;
	if (g_str_has_prefix(rest, "0x")) {
		name.ulKind = MNID_ID;
		name.Kind.lID = (LONG)strtoul(rest, NULL, 16);
	} else {
		wide = text_to_utf16(NULL, rest);
		name.Kind.lpwstrName = wide;
	}
	id = ask_id(object, &name, create, why);
	mem_free(wide);
	return id ? PROP_TAG(type, id) : 0;
}

ULONG
prop_words_tag(IMAPIProp *object, const char *name, bool create, char **why)
{
	ULONG tag = 0;

	if (strchr(name, '/'))
		return named_tag(object, name, create, why);
	if (tag_from_name(name, &tag) && PROP_ID(tag))
		return tag;
	*why = g_strdup_printf("\"%s\" is no property: PR_SUBJECT is one, 0x0037001F, or "
			       "PS_PUBLIC_STRINGS/Keywords:PT_UNICODE",
	    name);
	return 0;
}

/* --- Values -------------------------------------------------------------------------------- */

static bool
parse_integer(const char *text, gint64 low, gint64 high, gint64 *out)
{
	char *end;

	errno = 0;
	*out = g_ascii_strtoll(text, &end, 0);
	return end != text && !*end && !errno && *out >= low && *out <= high;
}

static bool
parse_time(const char *text, FILETIME *out)
{
	g_autoptr(GTimeZone) here = g_time_zone_new_local();
	g_autoptr(GDateTime) moment = g_date_time_new_from_iso8601(text, here);
	guint64 ticks;

	if (!moment)
		return false;
	ticks = (guint64)(g_date_time_to_unix(moment) + G_GINT64_CONSTANT(11644473600)) * 10000000 +
		(guint64)g_date_time_get_microsecond(moment) * 10;
	out->dwLowDateTime = (DWORD)ticks;
	out->dwHighDateTime = (DWORD)(ticks >> 32);
	return true;
}

static bool
parse_currency(const char *text, CY *out)
{
	g_autofree char *digits = NULL;
	const char *dot = strchr(text, '.');
	size_t after = dot ? strlen(dot + 1) : 0;
	gint64 number;

	if (after > 4)
		return false;
	digits = g_strdup_printf("%.*s%s%.*s", dot ? (int)(dot - text) : (int)strlen(text), text,
	    dot ? dot + 1 : "", (int)(4 - after), "0000");
	if (strspn(digits + (*digits == '-'), "0123456789") != strlen(digits + (*digits == '-')))
		return false;
	number = g_ascii_strtoll(digits, NULL, 10);
	out->int64 = number;
	return true;
}

static bool
parse_double(const char *text, double *out)
{
	char *end;

	*out = g_ascii_strtod(text, &end);
	return end != text && !*end;
}

static bool
parse_bytes(void *root, const char *text, SPropValue *out)
{
	size_t size = strlen(text) / 2;
	BYTE *bytes = mem_zalloc(root, size + 1);

	out->Value.bin.lpb = bytes;
	out->Value.bin.cb = (ULONG)size;
	return bytes && text_unhex(text, bytes, size);
}

static bool
parse_bool(const char *text, unsigned short *out)
{
	bool yes = !strcmp(text, "true") || !strcmp(text, "1");

	*out = yes;
	return yes || !strcmp(text, "false") || !strcmp(text, "0");
}

static bool
parse_number(ULONG type, const char *text, SPropValue *out)
{
	double real = 0;
	gint64 number = 0;
	bool good;

	switch (type) {
	case PT_I2:
		good = parse_integer(text, G_MININT16, G_MAXINT16, &number);
		out->Value.i = (short)number;
		return good;
	case PT_LONG:
		good = parse_integer(text, G_MININT32, G_MAXUINT32, &number);
		out->Value.l = (LONG)(ULONG)number;
		return good;
	case PT_I8:
		good = parse_integer(text, G_MININT64, G_MAXINT64, &number);
		out->Value.li.QuadPart = number;
		return good;
	case PT_R4:
		good = parse_double(text, &real);
		out->Value.flt = (float)real;
		return good;
	default: /* PT_DOUBLE, PT_APPTIME */
		return parse_double(text, &out->Value.dbl);
	}
}

static bool
parse_guid(void *root, const char *text, SPropValue *out)
{
	unsigned v[11];
	int end = 0;
	GUID *guid = mem_zalloc(root, sizeof(*guid));

	out->Value.lpguid = guid;
	if (!guid ||
	    sscanf(text, "{%8x-%4x-%4x-%2x%2x-%2x%2x%2x%2x%2x%2x}%n", &v[0], &v[1], &v[2], &v[3],
		&v[4], &v[5], &v[6], &v[7], &v[8], &v[9], &v[10], &end) != 11 ||
	    !end || text[end])
		return false;
	guid->Data1 = v[0];
	guid->Data2 = (unsigned short)v[1];
	guid->Data3 = (unsigned short)v[2];
	for (int i = 0; i < 8; i++)
		guid->Data4[i] = (BYTE)v[3 + i];
	return true;
}

/* Several texts, separated by commas. */
static bool
parse_texts(void *root, ULONG tag, const char *text, SPropValue *out)
{
	g_auto(GStrv) parts = g_strsplit(text, ",", -1);
	ULONG count = *text ? g_strv_length(parts) : 0;
	WCHAR **list = mem_zalloc(root, (count + 1) * sizeof(*list));

	out->Value.MVszW.cValues = count;
	out->Value.MVszW.lppszW = list;
	for (ULONG i = 0; list && i < count; i++) {
		list[i] = PROP_TYPE(tag) == PT_MV_UNICODE
			      ? text_to_utf16(root, g_strstrip(parts[i]))
			      : (WCHAR *)(void *)mem_strdup(root, g_strstrip(parts[i]));
		if (!list[i])
			return false;
	}
	return list && count;
}

static bool
parse_type(void *root, ULONG tag, const char *text, SPropValue *out)
{
	switch (PROP_TYPE(tag)) {
	case PT_I2:
	case PT_LONG:
	case PT_I8:
	case PT_R4:
	case PT_DOUBLE:
	case PT_APPTIME:
		return parse_number(PROP_TYPE(tag), text, out);
	case PT_BOOLEAN:
		return parse_bool(text, &out->Value.b);
	case PT_CURRENCY:
		return parse_currency(text, &out->Value.cur);
	case PT_SYSTIME:
		return parse_time(text, &out->Value.ft);
	case PT_CLSID:
		return parse_guid(root, text, out);
	case PT_BINARY:
		return parse_bytes(root, text, out);
	case PT_STRING8:
	case PT_UNICODE:
		return SUCCEEDED(prop_set_text(root, out, tag, text));
	case PT_MV_STRING8:
	case PT_MV_UNICODE:
		return parse_texts(root, tag, text, out);
	default:
		return false;
	}
}

bool
prop_words_parse(void *root, ULONG tag, const char *text, SPropValue *out, char **why)
{
	memset(out, 0, sizeof(*out));
	out->ulPropTag = tag;
	if (parse_type(root, tag, text, out))
		return true;
	*why = g_strdup_printf("\"%s\" is no %s", text, type_name(PROP_TYPE(tag)));
	return false;
}
