/* SPDX-License-Identifier: MIT */
/* Properties for people and as JSON: see propwords.h. */
#include "propwords.h"

#include <math.h>
#include <string.h>
#include <mapicode.h>
#include "cli.h"
#include "hr.h"
#include "mem.h"
#include "prop.h"
#include "text.h"

#define SHOWN 100                                    /* characters of a value in a listing */
#define EPOCH_SECONDS G_GINT64_CONSTANT(11644473600) /* from 1601 to 1970 */

char *
prop_words_time(const FILETIME *time)
{
	gint64 ticks = (gint64)((guint64)time->dwHighDateTime << 32 | time->dwLowDateTime);
	g_autoptr(GDateTime) moment =
	    g_date_time_new_from_unix_utc(ticks / 10000000 - EPOCH_SECONDS);
	g_autofree char *text = moment ? g_date_time_format(moment, "%Y-%m-%dT%H:%M:%S") : NULL;
	int millis = (int)(ticks % 10000000 / 10000);

	if (!text)
		return g_strdup_printf("%" G_GINT64_FORMAT " ticks", ticks);
	return millis > 0 ? g_strdup_printf("%s.%03dZ", text, millis)
			  : g_strdup_printf("%sZ", text);
}

/* --- Text ---------------------------------------------------------------------------------- */

static char *
cut(char *text, bool full, size_t size, const char *unit)
{
	char *shown;

	if (full || g_utf8_strlen(text, -1) <= SHOWN)
		return text;
	*g_utf8_offset_to_pointer(text, SHOWN) = '\0';
	shown = g_strdup_printf("%s... (%zu %s)", text, size, unit);
	g_free(text);
	return shown;
}

static char *
text_words(const char *text, bool full)
{
	g_autofree char *printable = text_printable(text);

	return cut(
	    g_strdup_printf("\"%s\"", printable), full, g_utf8_strlen(printable, -1), "characters");
}

static char *
wide_words(const WCHAR *wide, bool full)
{
	char *text = text_to_utf8(NULL, wide);
	char *words = text_words(text ? text : "", full);

	mem_free(text);
	return words;
}

static char *
long_words(ULONG tag, LONG number)
{
	char **names = prop_words_flags(tag, (ULONG)number);
	g_autofree char *joined = names ? g_strjoinv(" ", names) : NULL;
	bool any = joined && *joined;

	g_strfreev(names);
	return g_strdup_printf(
	    "%d%s%s%s", number, any ? " (" : "", any ? joined : "", any ? ")" : "");
}

static char *
guid_words(const GUID *guid)
{
	return g_strdup_printf("{%08X-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
	    (unsigned)guid->Data1, guid->Data2, guid->Data3, guid->Data4[0], guid->Data4[1],
	    guid->Data4[2], guid->Data4[3], guid->Data4[4], guid->Data4[5], guid->Data4[6],
	    guid->Data4[7]);
}

/* 123400 -> "12.34": tens of thousands of a unit. */
static char *
currency_words(const CY *money)
{
	guint64 size = money->int64 < 0 ? 0 - (guint64)money->int64 : (guint64)money->int64;

	return g_strdup_printf("%s%" G_GUINT64_FORMAT ".%04u", money->int64 < 0 ? "-" : "",
	    size / 10000, (unsigned)(size % 10000));
}

static char *
number_words(double number)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	return g_strdup(g_ascii_dtostr(text, sizeof(text), number));
}

static char *
multi_words(const SPropValue *value, bool full)
{
	g_autoptr(GString) out = g_string_new("[");

	for (ULONG i = 0; i < value->Value.MVl.cValues; i++) {
		g_autofree char *words = NULL;
		SPropValue element;

		if (!full && out->len > SHOWN * 4) {
			g_string_append_printf(out, ", ... (%u values)", value->Value.MVl.cValues);
			break;
		}
		prop_mv_element(value, i, &element);
		words = prop_words_value(&element, full);
		g_string_append_printf(out, "%s%s", i ? ", " : "", words);
	}
	g_string_append_c(out, ']');
	return g_string_free(g_steal_pointer(&out), FALSE);
}

char *
prop_words_value(const SPropValue *value, bool full)
{
	const union _PV *v = &value->Value;

	if (PROP_TYPE(value->ulPropTag) & MV_FLAG)
		return multi_words(value, full);
	switch (PROP_TYPE(value->ulPropTag)) {
	case PT_I2:
		return g_strdup_printf("%d", v->i);
	case PT_LONG:
		return long_words(value->ulPropTag, v->l);
	case PT_R4:
		return number_words(v->flt);
	case PT_DOUBLE:
		return number_words(v->dbl);
	case PT_APPTIME:
		return number_words(v->at);
	case PT_CURRENCY:
		return currency_words(&v->cur);
	case PT_ERROR:
		return g_strdup_printf("%s (%s)", hr_text(v->err), hr_name(v->err));
	case PT_BOOLEAN:
		return g_strdup(v->b ? "true" : "false");
	case PT_I8:
		return g_strdup_printf("%" G_GINT64_FORMAT, (gint64)v->li.QuadPart);
	case PT_STRING8:
		return text_words(v->lpszA, full);
	case PT_UNICODE:
		return wide_words(v->lpszW, full);
	case PT_SYSTIME:
		return prop_words_time(&v->ft);
	case PT_CLSID:
		return guid_words(v->lpguid);
	case PT_BINARY:
		return cut(text_hex(v->bin.lpb, v->bin.cb), full, v->bin.cb, "bytes");
	case PT_OBJECT:
		return g_strdup("(an object)");
	default:
		return g_strdup("(nothing)");
	}
}

/* --- JSON ---------------------------------------------------------------------------------- */

static void
json_double(GString *out, double number)
{
	g_autofree char *words = number_words(number);

	if (isfinite(number))
		g_string_append(out, words);
	else
		json_string(out, words);
}

static void
json_text(GString *out, const SPropValue *value)
{
	char *text = PROP_TYPE(value->ulPropTag) == PT_UNICODE
			 ? text_to_utf8(NULL, value->Value.lpszW)
			 : NULL;

	json_string(out, text ? text : value->Value.lpszA);
	mem_free(text);
}

static void
json_multi(GString *out, const SPropValue *value, void (*one)(GString *, const SPropValue *))
{
	g_string_append_c(out, '[');
	for (ULONG i = 0; i < value->Value.MVl.cValues; i++) {
		SPropValue element;

		if (i)
			g_string_append_c(out, ',');
		prop_mv_element(value, i, &element);
		one(out, &element);
	}
	g_string_append_c(out, ']');
}

static void
json_value(GString *out, const SPropValue *value)
{
	g_autofree char *words = NULL;

	if (PROP_TYPE(value->ulPropTag) & MV_FLAG) {
		json_multi(out, value, json_value);
		return;
	}
	switch (PROP_TYPE(value->ulPropTag)) {
	case PT_LONG:
		g_string_append_printf(out, "%d", value->Value.l);
		return;
	case PT_R4:
		json_double(out, value->Value.flt);
		return;
	case PT_DOUBLE:
	case PT_APPTIME:
		json_double(out, value->Value.dbl);
		return;
	case PT_STRING8:
	case PT_UNICODE:
		json_text(out, value);
		return;
	case PT_ERROR:
		json_string(out, hr_name(value->Value.err));
		return;
	case PT_NULL:
	case PT_OBJECT:
		g_string_append(out, "null");
		return;
	default:
		break;
	}
	words = prop_words_value(value, true);
	if (PROP_TYPE(value->ulPropTag) == PT_I2 || PROP_TYPE(value->ulPropTag) == PT_I8 ||
	    PROP_TYPE(value->ulPropTag) == PT_BOOLEAN)
		g_string_append(out, words);
	else
		json_string(out, words);
}

void
prop_words_json(IMAPIProp *object, const SPropValue *value, GString *out)
{
	g_autofree char *name = prop_words_name(object, value->ulPropTag);
	g_autofree char *tag = g_strdup_printf("0x%08X", (unsigned)value->ulPropTag);
	char **flags = PROP_TYPE(value->ulPropTag) == PT_LONG
			   ? prop_words_flags(value->ulPropTag, (ULONG)value->Value.l)
			   : NULL;

	g_string_append_c(out, '{');
	json_member(out, "name", name);
	json_member(out, "tag", tag);
	json_member(out, "type", type_name(PROP_TYPE(value->ulPropTag)));
	g_string_append(out, ",\"value\":");
	json_value(out, value);
	if (flags) {
		g_string_append(out, ",\"flags\":[");
		for (char **flag = flags; *flag; flag++) {
			if (flag != flags)
				g_string_append_c(out, ',');
			json_string(out, *flag);
		}
		g_string_append_c(out, ']');
	}
	g_string_append_c(out, '}');
	g_strfreev(flags);
}
