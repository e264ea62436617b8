/* SPDX-License-Identifier: MIT */
/*
 * The words of a trace's line.  Contents stay out: of text its length, of bytes size and mark; but
 * numbers and truth values are told, and tags.  A property whose name has PASSWORD is never told,
 * whatever the settings.
 */
#include "trace_private.h"

#include <stdio.h>
#include <string.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "hr.h"
#include "prop.h"
#include "text.h"

#define MARKED 4096u /* bytes of a value that make its mark, or are told with contents on */

void
trace_put(struct trace_call *call, const char *format, ...)
{
	size_t room = sizeof call->line - call->used;
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(call->line + call->used, room, format, args);
	va_end(args);
	if (length > 0)
		call->used += MIN((size_t)length, room - 1);
}

void
trace_result(struct trace_call *call, HRESULT hr)
{
	trace_put(call, " = 0x%08X", (unsigned)hr);
}

void
trace_number(struct trace_call *call, const char *name, guint64 value)
{
	trace_put(call, " %s=%" G_GINT64_FORMAT, name, (gint64)value);
}

void
trace_flags(struct trace_call *call, const char *name, ULONG value)
{
	trace_put(call, " %s=0x%X", name, value);
}

void
trace_pointer(struct trace_call *call, const char *name, const void *pointer)
{
	trace_put(call, " %s=%s", name, pointer ? "given" : "NULL");
}

/* Bytes as they may stand in a line. */
static void
put_contents(struct trace_call *call, const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;

	trace_put(call, ":\"");
	for (size_t i = 0; i < size && i < MARKED; i++)
		trace_put(call,
		    byte[i] <= ' ' || byte[i] >= 127 || strchr("\"%,[]{};", byte[i]) ? "%%%02X"
										     : "%c",
		    byte[i]);
	trace_put(call, "\"");
}

static void
put_bytes(struct trace_call *call, size_t size, const void *bytes)
{
	trace_put(call, "%zu", size);
	if (size && bytes && trace_has_contents())
		put_contents(call, bytes, size);
	else if (size && bytes)
		trace_put(call, ":%08x", trace_mark(bytes, MIN(size, MARKED)));
}

void
trace_bytes(struct trace_call *call, const char *name, ULONG size, const void *bytes)
{
	trace_put(call, " %s=", name);
	if (bytes)
		put_bytes(call, size, bytes);
	else
		trace_put(call, "NULL");
}

static void
put_text(struct trace_call *call, const void *text, bool wide)
{
	size_t length = wide ? text_wcslen(text) : strlen(text);

	trace_put(call, "%zu", length);
	if (trace_has_contents()) {
		g_autofree char *narrow =
		    wide ? g_utf16_to_utf8(text, length, NULL, NULL, NULL) : g_strdup(text);

		if (narrow)
			put_contents(call, narrow, strlen(narrow));
	}
}

void
trace_text(struct trace_call *call, const char *name, const void *text, ULONG flags)
{
	trace_put(call, " %s=", name);
	if (text)
		put_text(call, text, flags & MAPI_UNICODE);
	else
		trace_put(call, "NULL");
}

void
trace_secret(struct trace_call *call, const char *name, const void *text)
{
	trace_put(call, " %s=%s", name, text ? "***" : "NULL");
}

void
trace_iid(struct trace_call *call, const char *name, const IID *iid)
{
	const struct trace_kind *kind;

	if (!iid) {
		trace_put(call, " %s=NULL", name);
		return;
	}
	for (kind = trace_kinds; kind->name; kind++)
		if (IsEqualIID(iid, kind->iid)) {
			trace_put(call, " %s=%s", name, kind->name);
			return;
		}
	trace_put(call, " %s={%08X-%04X-%04X-", name, iid->Data1, iid->Data2, iid->Data3);
	for (int i = 0; i < 8; i++)
		trace_put(call, "%02X", iid->Data4[i]);
	trace_put(call, "}");
}

void
trace_tags(struct trace_call *call, const char *name, const SPropTagArray *tags)
{
	trace_put(call, " %s=%s", name, tags ? "[" : "NULL");
	if (!tags)
		return;
	for (ULONG i = 0; i < tags->cValues; i++)
		trace_put(call, "%s%08X", i ? "," : "", tags->aulPropTag[i]);
	trace_put(call, "]");
}

void
trace_value(struct trace_call *call, const SPropValue *value)
{
	const char *name = tag_name(value->ulPropTag);

	trace_put(call, "%08X:", value->ulPropTag);
	if (strstr(name, "PASSWORD"))
		trace_put(call, "***");
	else
		switch (PROP_TYPE(value->ulPropTag)) {
		case PT_LONG:
		case PT_ERROR:
			trace_put(call, "0x%X", value->Value.ul);
			break;
		case PT_SHORT:
			trace_put(call, "%d", value->Value.i);
			break;
		case PT_BOOLEAN:
			trace_put(call, "%d", value->Value.b);
			break;
		case PT_STRING8:
			put_text(call, value->Value.lpszA, false);
			break;
		case PT_UNICODE:
			put_text(call, value->Value.lpszW, true);
			break;
		case PT_BINARY:
			put_bytes(call, value->Value.bin.cb, value->Value.bin.lpb);
			break;
		default:
			trace_put(call, "-");
		}
}

static void
put_props(struct trace_call *call, ULONG count, const SPropValue *props)
{
	trace_put(call, "[");
	for (ULONG i = 0; i < count; i++) {
		trace_put(call, "%s", i ? "," : "");
		trace_value(call, props + i);
	}
	trace_put(call, "]");
}

void
trace_props(struct trace_call *call, const char *name, ULONG count, const SPropValue *props)
{
	trace_put(call, " %s=%s", name, props ? "" : "NULL");
	if (props)
		put_props(call, count, props);
}

void
trace_rows(struct trace_call *call, const char *name, const SRowSet *rows)
{
	trace_put(call, " %s=%s", name, rows ? "{" : "NULL");
	if (!rows)
		return;
	for (ULONG i = 0; i < rows->cRows; i++)
		put_props(call, rows->aRow[i].cValues, rows->aRow[i].lpProps);
	trace_put(call, "}");
}

void
trace_adrlist(struct trace_call *call, const char *name, const ADRLIST *list)
{
	trace_put(call, " %s=%s", name, list ? "{" : "NULL");
	if (!list)
		return;
	for (ULONG i = 0; i < list->cEntries; i++)
		put_props(call, list->aEntries[i].rgPropVals ? list->aEntries[i].cValues : 0,
		    list->aEntries[i].rgPropVals);
	trace_put(call, "}");
}

void
trace_entries(struct trace_call *call, const char *name, const ENTRYLIST *list)
{
	trace_put(call, " %s=%s", name, list ? "{" : "NULL");
	if (!list)
		return;
	for (ULONG i = 0; i < list->cValues; i++) {
		trace_put(call, "%s", i ? "," : "");
		put_bytes(call, list->lpbin[i].cb, list->lpbin[i].lpb);
	}
	trace_put(call, "}");
}

void
trace_sort(struct trace_call *call, const char *name, const SSortOrderSet *order)
{
	trace_put(call, " %s=%s", name, order ? "[" : "NULL");
	if (!order)
		return;
	for (ULONG i = 0; i < order->cSorts; i++)
		trace_put(call, "%s%08X:%u", i ? "," : "", order->aSort[i].ulPropTag,
		    order->aSort[i].ulOrder);
	trace_put(call, "]");
	if (order->cCategories)
		trace_put(call, "/%u/%u", order->cCategories, order->cExpanded);
}

void
trace_problems(struct trace_call *call, const char *name, const SPropProblemArray *problems)
{
	if (!problems)
		return;
	trace_put(call, " %s=[", name);
	for (ULONG i = 0; i < problems->cProblem; i++)
		trace_put(call, "%s%08X:0x%08X", i ? "," : "", problems->aProblem[i].ulPropTag,
		    (unsigned)problems->aProblem[i].scode);
	trace_put(call, "]");
}
