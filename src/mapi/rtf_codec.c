/* SPDX-License-Identifier: MIT */
/* Packed RTF: see rtf_codec.h ([MS-OXRTFCP] 2.1 format, 3.1.1.1 dictionary, 3.1.3.2 checksum). */
#include "rtf_codec.h"
#include <glib.h>
#include <stdint.h>
#include <string.h>
#include <mapicode.h>

#define HEADER 16
#define DICTIONARY 4096
#define LONGEST 17
#define MAGIC_PACKED 0x75465A4Cu /* LZFu */
#define MAGIC_PLAIN 0x414C454Du  /* MELA */
#define TRIES 64                 /* places that are looked at for one match */

/* What the dictionary begins with. */
static const char start[] =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}"
    "{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArial"
    "Times New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20"
    "\\b\\i\\u\\tab\\tx";
#define START (sizeof start - 1)

/* --- Numbers and the checksum -------------------------------------------------------------- */

static uint32_t
get32(const BYTE *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void
put32(BYTE *at, uint32_t value)
{
	at[0] = (BYTE)value;
	at[1] = (BYTE)(value >> 8);
	at[2] = (BYTE)(value >> 16);
	at[3] = (BYTE)(value >> 24);
}

/* The common CRC-32, but from 0 and not inverted at the end. */
static uint32_t
checksum(const BYTE *data, size_t size)
{
	uint32_t table[256], crc = 0;
	size_t i;

	for (i = 0; i < 256; i++) {
		table[i] = (uint32_t)i;
		for (int bit = 0; bit < 8; bit++)
			table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xEDB88320u : 0);
	}
	for (i = 0; i < size; i++)
		crc = table[(crc ^ data[i]) & 0xFF] ^ crc >> 8;
	return crc;
}

/* --- Unpacking ----------------------------------------------------------------------------- */

struct unpacker {
	const BYTE *at, *end;
	BYTE dictionary[DICTIONARY];
	unsigned place; /* where the dictionary is written next */
	char *out;
	size_t size, room;
};

/* More than the header promised is dropped. */
static void
emit(struct unpacker *u, BYTE byte)
{
	u->dictionary[u->place] = byte;
	u->place = (u->place + 1) % DICTIONARY;
	if (u->size < u->room)
		u->out[u->size++] = (char)byte;
}

/* False at the end: its mark is a reference to the place that is written next. */
static bool
follow_reference(struct unpacker *u)
{
	unsigned reference, from, length;

	if (u->end - u->at < 2)
		return false;
	reference = (unsigned)u->at[0] << 8 | u->at[1];
	u->at += 2;
	from = reference >> 4;
	if (from == u->place)
		return false;
	for (length = (reference & 15) + 2; length > 0; length--, from++)
		emit(u, u->dictionary[from % DICTIONARY]);
	return true;
}

static void
unpack_all(struct unpacker *u)
{
	while (u->at < u->end) {
		BYTE control = *u->at++;

		for (int bit = 0; bit < 8 && u->at < u->end; bit++) {
			if (!(control >> bit & 1))
				emit(u, *u->at++);
			else if (!follow_reference(u))
				return;
		}
	}
}

/* `room` is what the header says; no more can come of `size` bytes than 17 for each two. */
static HRESULT
unpack_packed(const BYTE *data, size_t size, size_t room, char **out)
{
	struct unpacker *u;
	HRESULT hr;

	if (room > size * LONGEST)
		return MAPI_E_CORRUPT_DATA;
	u = g_try_malloc0(sizeof *u);
	*out = g_try_malloc(room + 1);
	if (!u || !*out) {
		g_free(u);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	u->at = data;
	u->end = data + size;
	u->out = *out;
	u->room = room;
	memcpy(u->dictionary, start, START);
	u->place = START;
	unpack_all(u);
	hr = u->size == room ? S_OK : MAPI_E_CORRUPT_DATA;
	g_free(u);
	return hr;
}

/* Outlook counts the header in with what it says of plain text. */
static HRESULT
unpack_plain(const BYTE *data, size_t size, size_t *room, char **out)
{
	*room = MIN(*room, size);
	*out = g_try_malloc(*room + 1);
	if (!*out)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (*room)
		memcpy(*out, data, *room);
	return S_OK;
}

/* There are values in mail from which the end mark was cut: without it there is nothing that the
 * checksum could be compared with, but the length tells whether all of the text is there. */
HRESULT
rtf_unpack(const void *packed, size_t size, char **out, size_t *out_size)
{
	const BYTE *header = packed;
	char *text = NULL;
	size_t counted, room;
	HRESULT hr = MAPI_E_CORRUPT_DATA;
	bool cut;

	*out = NULL;
	*out_size = 0;
	if (size < HEADER || get32(header) < HEADER - 4)
		return MAPI_E_CORRUPT_DATA;
	counted = get32(header) - (HEADER - 4); /* which is all but itself */
	room = get32(header + 4);
	cut = counted > size - HEADER;
	if (cut)
		counted = size - HEADER;
	if (get32(header + 8) == MAGIC_PLAIN && !cut)
		hr = unpack_plain(header + HEADER, counted, &room, &text);
	else if (get32(header + 8) == MAGIC_PACKED &&
		 (cut || get32(header + 12) == checksum(header + HEADER, counted)))
		hr = unpack_packed(header + HEADER, counted, room, &text);
	if (FAILED(hr)) {
		g_free(text);
		return hr;
	}
	text[room] = 0;
	*out = text;
	*out_size = room;
	return S_OK;
}

/* --- Packing ------------------------------------------------------------------------------- */

/* The text behind what the dictionary begins with, and for each two bytes their last places. */
struct packer {
	BYTE *text;
	size_t size; /* with START */
	uint32_t last[65536];
	uint32_t before[DICTIONARY];
	BYTE *out;
	size_t used;
	size_t control;
	unsigned bit;
};

static void
remember(struct packer *p, size_t at)
{
	unsigned pair;

	if (at + 1 >= p->size)
		return;
	pair = (unsigned)p->text[at] << 8 | p->text[at + 1];
	p->before[at % DICTIONARY] = p->last[pair];
	p->last[pair] = (uint32_t)at + 1; /* 0: nowhere */
}

static unsigned
match_length(const struct packer *p, size_t from, size_t at)
{
	unsigned length = 0;

	while (length < LONGEST && at + length < p->size &&
	       p->text[from + length] == p->text[at + length])
		length++;
	return length;
}

/* The longest of the nearest matches, 0 for none worth it. */
static unsigned
find_match(const struct packer *p, size_t at, size_t *from)
{
	unsigned best = 0, length, tries;
	uint32_t place;

	if (at + 1 >= p->size)
		return 0;
	place = p->last[(unsigned)p->text[at] << 8 | p->text[at + 1]];
	for (tries = 0; place && tries < TRIES && at - (place - 1) < DICTIONARY; tries++) {
		length = match_length(p, place - 1, at);
		if (length > best) {
			best = length;
			*from = place - 1;
		}
		if (p->before[(place - 1) % DICTIONARY] >= place)
			break;
		place = p->before[(place - 1) % DICTIONARY];
	}
	return best < 2 ? 0 : best;
}

static void
next_token(struct packer *p, bool reference)
{
	if (p->bit == 8) {
		p->control = p->used++;
		p->out[p->control] = 0;
		p->bit = 0;
	}
	if (reference)
		p->out[p->control] |= (BYTE)(1u << p->bit);
	p->bit++;
}

static void
put_reference(struct packer *p, size_t from, unsigned length)
{
	unsigned reference = (unsigned)(from % DICTIONARY) << 4 | (length - 2);

	next_token(p, true);
	p->out[p->used++] = (BYTE)(reference >> 8);
	p->out[p->used++] = (BYTE)reference;
}

static void
pack_all(struct packer *p)
{
	size_t at = START, from = 0, i;

	p->bit = 8;
	for (i = 0; i < START; i++)
		remember(p, i);
	while (at < p->size) {
		unsigned length = find_match(p, at, &from);

		if (length) {
			put_reference(p, from, length);
		} else {
			next_token(p, false);
			p->out[p->used++] = p->text[at];
			length = 1;
		}
		for (; length > 0; length--)
			remember(p, at++);
	}
	put_reference(p, at, 2);
}

static HRESULT
pack_packed(const void *rtf, size_t size, BYTE *out, size_t *used)
{
	struct packer *p = g_try_malloc0(sizeof *p);
	BYTE *text = g_try_malloc(START + size);

	if (!p || !text) {
		g_free(p);
		g_free(text);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	memcpy(text, start, START);
	if (size)
		memcpy(text + START, rtf, size);
	p->text = text;
	p->size = START + size;
	p->out = out;
	pack_all(p);
	*used = p->used;
	g_free(text);
	g_free(p);
	return S_OK;
}

HRESULT
rtf_pack(const void *rtf, size_t size, bool plain, BYTE **out, size_t *out_size)
{
	size_t used = size;
	HRESULT hr = S_OK;
	BYTE *packed;

	*out = NULL;
	*out_size = 0;
	if (size > UINT32_MAX / 4)
		return MAPI_E_TOO_BIG;
	packed = g_try_malloc(HEADER + size + size / 8 + 8);
	if (!packed)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (!plain)
		hr = pack_packed(rtf, size, packed + HEADER, &used);
	else if (size)
		memcpy(packed + HEADER, rtf, size);
	if (FAILED(hr)) {
		g_free(packed);
		return hr;
	}
	put32(packed, (uint32_t)(used + HEADER - 4));
	put32(packed + 4, (uint32_t)size);
	put32(packed + 8, plain ? MAGIC_PLAIN : MAGIC_PACKED);
	put32(packed + 12, plain ? 0 : checksum(packed + HEADER, used));
	*out = packed;
	*out_size = used + HEADER;
	return S_OK;
}
