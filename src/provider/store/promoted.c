/* SPDX-License-Identifier: MIT */
/* Promoted properties: see promoted.h. */
#include "promoted.h"

#include <stdlib.h>
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "filetime.h"
#include "mem.h"
#include "prop.h"
#include "text.h"

const ULONG promoted[PROMOTED_COUNT + 1] = { PR_MESSAGE_FLAGS, PR_MSG_STATUS, PR_MESSAGE_SIZE,
	PR_CREATION_TIME, PR_LAST_MODIFICATION_TIME, PR_SUBJECT_A, PR_SUBJECT_PREFIX_A,
	PR_MESSAGE_CLASS_A, PR_SENDER_NAME_A, PR_DISPLAY_TO_A, PR_DISPLAY_CC_A, PR_DISPLAY_BCC_A,
	PR_CLIENT_SUBMIT_TIME, PR_MESSAGE_DELIVERY_TIME, PR_IMPORTANCE, PR_PRIORITY, PR_SENSITIVITY,
	PR_SEARCH_KEY, 0 };

#define SORT_KEY_VERSION 1
#define SORT_KEY_MAX 255

bool
promoted_fits(ULONG tag)
{
	size_t at;

	for (at = 0; at < PROMOTED_COUNT; at++) {
		ULONG type = PROP_TYPE(promoted[at]);

		if (PROP_ID(promoted[at]) != PROP_ID(tag))
			continue;
		return PROP_TYPE(tag) == type ||
		       (type == PT_STRING8 && PROP_TYPE(tag) == PT_UNICODE);
	}
	return true;
}

bool
promoted_value(sqlite3_stmt *row, int column, ULONG tag, SPropValue *out)
{
	if (sqlite3_column_type(row, column) == SQLITE_NULL)
		return false;
	memset(out, 0, sizeof(*out));
	out->ulPropTag = tag;
	switch (PROP_TYPE(tag)) {
	case PT_LONG:
		out->Value.l = (LONG)sqlite3_column_int64(row, column);
		return true;
	case PT_SYSTIME:
		out->Value.ft = filetime_struct(sqlite3_column_int64(row, column));
		return true;
	case PT_STRING8:
		out->Value.lpszA = (char *)(size_t)sqlite3_column_text(row, column);
		return out->Value.lpszA != NULL;
	default:
		out->Value.bin.lpb = (BYTE *)(size_t)sqlite3_column_blob(row, column);
		out->Value.bin.cb = (ULONG)sqlite3_column_bytes(row, column);
		return true;
	}
}

static int
compare_places(const void *a, const void *b)
{
	return (int)PROP_ID(promoted[*(const guint8 *)a]) -
	       (int)PROP_ID(promoted[*(const guint8 *)b]);
}

/* The places in promoted[] in order of id. */
static const guint8 *
promoted_order(void)
{
	static guint8 order[PROMOTED_COUNT];
	static gsize made;
	guint8 at;

	if (g_once_init_enter(&made)) {
		for (at = 0; at < PROMOTED_COUNT; at++)
			order[at] = at;
		qsort(order, PROMOTED_COUNT, 1, compare_places);
		g_once_init_leave(&made, 1);
	}
	return order;
}

HRESULT
promoted_read(sqlite3_stmt *row, int column, struct bag *bag)
{
	SPropValue found[PROMOTED_COUNT], value;
	void *root = bag_shared(bag);
	HRESULT hr = root ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	const guint8 *order = promoted_order();
	ULONG count = 0;
	int at;

	for (at = 0; at < PROMOTED_COUNT && SUCCEEDED(hr); at++)
		if (promoted_value(row, column + order[at], promoted[order[at]], &value))
			hr = prop_copy(root, &value, &found[count++]);
	return SUCCEEDED(hr) ? bag_put(bag, found, count) : hr;
}

static int
promoted_bind_text(sqlite3_stmt *statement, int at, const SPropValue *value, void *root)
{
	const char *text = NULL;

	if (PROP_TYPE(value->ulPropTag) == PT_STRING8)
		text = value->Value.lpszA;
	else if (PROP_TYPE(value->ulPropTag) == PT_UNICODE)
		text = text_to_utf8(root, value->Value.lpszW);
	else
		return SQLITE_OK;
	return text ? sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC) : SQLITE_NOMEM;
}

static int
promoted_bind_one(sqlite3_stmt *statement, int at, ULONG tag, const SPropValue *value, void *root)
{
	if (PROP_TYPE(tag) == PT_STRING8)
		return promoted_bind_text(statement, at, value, root);
	if (PROP_TYPE(value->ulPropTag) != PROP_TYPE(tag))
		return SQLITE_OK;
	switch (PROP_TYPE(tag)) {
	case PT_LONG:
		return sqlite3_bind_int64(statement, at, value->Value.l);
	case PT_SYSTIME:
		return sqlite3_bind_int64(statement, at, filetime_number(value->Value.ft));
	default:
		return sqlite3_bind_blob64(
		    statement, at, value->Value.bin.lpb, value->Value.bin.cb, SQLITE_STATIC);
	}
}

HRESULT
promoted_bind(sqlite3_stmt *statement, int at, const struct bag *bag, void *root)
{
	int code = SQLITE_OK, column;

	for (column = 0; column < PROMOTED_COUNT && code == SQLITE_OK; column++) {
		const SPropValue *value = bag_get(bag, promoted[column]);

		if (value)
			code = promoted_bind_one(
			    statement, at + column, promoted[column], value, root);
	}
	return hr_from_sqlite(code);
}

GByteArray *
promoted_sort_key(const char *text)
{
	GByteArray *key = g_byte_array_new();
	BYTE version = SORT_KEY_VERSION;
	char *valid, *folded;

	g_byte_array_append(key, &version, 1);
	if (!text)
		return key;
	valid = g_utf8_make_valid(text, MIN(strlen(text), (size_t)1024));
	folded = g_utf8_casefold(valid, -1);
	g_byte_array_append(
	    key, (const BYTE *)folded, (guint)MIN(strlen(folded), (size_t)SORT_KEY_MAX - 1));
	g_free(folded);
	g_free(valid);
	return key;
}
