/* SPDX-License-Identifier: MIT */
/* Sort keys: see table_key.h.  Each part ends where its own bytes say, so none is the beginning of
 * another and inverting all bits turns the order round. */
#include "table_key.h"

#include <string.h>
#include "prop.h"
#include "text.h"

enum { ABSENT, PRESENT };

static void
put(GByteArray *key, guint8 byte)
{
	g_byte_array_append(key, &byte, 1);
}

static void
put_number(GByteArray *key, guint64 number)
{
	number = GUINT64_TO_BE(number);
	g_byte_array_append(key, (const guint8 *)&number, sizeof(number));
}

static void
put_signed(GByteArray *key, gint64 number)
{
	put_number(key, (guint64)number ^ (G_GUINT64_CONSTANT(1) << 63));
}

/* NaN after all other numbers; -0 is 0. */
static void
put_double(GByteArray *key, double number)
{
	const guint64 sign = G_GUINT64_CONSTANT(1) << 63;
	guint64 bits;

	if (number != number) {
		put_number(key, G_MAXUINT64);
		return;
	}
	number = number == 0 ? 0 : number;
	memcpy(&bits, &number, sizeof(bits));
	put_number(key, bits & sign ? ~bits : bits | sign);
}

/* Ended by a 0, which no character is. */
static void
put_text(GByteArray *key, struct text_cursor cursor)
{
	char bytes[8];
	guint32 c;
	guint used = 0;

	while (used < TABLE_KEY_TEXT && (c = text_next_folded(&cursor, TEXT_IGNORE_CASE)) != 0) {
		int size = g_unichar_to_utf8(c, bytes);

		g_byte_array_append(key, (const guint8 *)bytes, (guint)size);
		used += (guint)size;
	}
	put(key, 0);
}

/* A 0 byte is 0 255, the end 0 0. */
static void
put_bytes(GByteArray *key, const BYTE *data, ULONG size)
{
	ULONG i;

	for (i = 0; i < size && i < TABLE_KEY_TEXT; i++) {
		put(key, data[i]);
		if (!data[i])
			put(key, 255);
	}
	put(key, 0);
	put(key, 0);
}

static void
put_single(GByteArray *key, const SPropValue *value)
{
	const union _PV *v = &value->Value;
	struct text_cursor text = { 0 };

	switch (PROP_TYPE(value->ulPropTag)) {
	case PT_I2:
		put_signed(key, v->i);
		break;
	case PT_LONG:
		put_signed(key, v->l);
		break;
	case PT_BOOLEAN:
		put_signed(key, v->b != 0);
		break;
	case PT_I8:
	case PT_CURRENCY:
		put_signed(key, v->li.QuadPart);
		break;
	case PT_SYSTIME:
		put_number(key, (guint64)v->ft.dwHighDateTime << 32 | v->ft.dwLowDateTime);
		break;
	case PT_R4:
		put_double(key, (double)v->flt);
		break;
	case PT_DOUBLE:
	case PT_APPTIME:
		put_double(key, v->dbl);
		break;
	case PT_STRING8:
		text.utf8 = v->lpszA;
		put_text(key, text);
		break;
	case PT_UNICODE:
		text.utf16 = v->lpszW;
		put_text(key, text);
		break;
	case PT_CLSID:
		put_bytes(key, (const BYTE *)v->lpguid, sizeof(GUID));
		break;
	case PT_BINARY:
		put_bytes(key, v->bin.lpb, v->bin.cb);
		break;
	default: /* what has no order */
		break;
	}
}

static void
put_value(GByteArray *key, const SPropValue *value)
{
	ULONG type = PROP_TYPE(value->ulPropTag), single = type & ~MV_FLAG, i;
	SPropValue element;

	if (single == PT_UNICODE)
		single = PT_STRING8;
	put(key, (guint8)(single & 0xff) | (guint8)(single >> 1 & 0x80));
	put(key, (type & MV_FLAG) != 0);
	if (!(type & MV_FLAG)) {
		put_single(key, value);
		return;
	}
	for (i = 0; i < value->Value.bin.cb && i < TABLE_KEY_TEXT; i++) {
		put(key, PRESENT);
		prop_mv_element(value, i, &element);
		put_single(key, &element);
	}
	put(key, ABSENT);
}

void
table_key_append(GByteArray *key, const SPropValue *value, bool descending)
{
	ULONG type = value ? PROP_TYPE(value->ulPropTag) : PT_ERROR;
	guint at = key->len;

	if (type == PT_ERROR || type == PT_NULL) {
		put(key, ABSENT);
	} else {
		put(key, PRESENT);
		put_value(key, value);
	}
	for (; descending && at < key->len; at++)
		key->data[at] = (guint8)~key->data[at];
}

/* Reads a part, whichever way it is turned. */
struct part {
	const guint8 *key;
	guint size, at;
	guint8 turn;
};

static guint8
get(struct part *part)
{
	return part->at < part->size ? part->key[part->at++] ^ part->turn : 0;
}

static void
skip_single(struct part *part, guint8 type)
{
	switch (type) {
	case PT_STRING8:
		while (get(part))
			;
		break;
	case PT_CLSID:
	case (PT_BINARY & 0xff) | 0x80:
		while (part->at < part->size && (get(part) || get(part)))
			;
		break;
	case PT_I2:
	case PT_LONG:
	case PT_BOOLEAN:
	case PT_I8:
	case PT_CURRENCY:
	case PT_SYSTIME:
	case PT_R4:
	case PT_DOUBLE:
	case PT_APPTIME:
		part->at += sizeof(guint64);
		break;
	default:
		break;
	}
}

guint
table_key_part(const guint8 *key, guint size, bool descending)
{
	struct part part = { key, size, 0, descending ? 0xff : 0 };
	guint8 type;

	if (get(&part) == ABSENT)
		return MIN(part.at, size);
	type = get(&part);
	if (!get(&part))
		skip_single(&part, type);
	else
		while (part.at < size && get(&part) == PRESENT)
			skip_single(&part, type);
	return MIN(part.at, size);
}

int
table_key_compare(const void *a, size_t a_size, const void *b, size_t b_size)
{
	size_t both = MIN(a_size, b_size);
	int order = both ? memcmp(a, b, both) : 0;

	return order ? order : (a_size > b_size) - (a_size < b_size);
}
