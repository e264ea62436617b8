/* SPDX-License-Identifier: MIT */
/*
 * A tree as the bytes of a compound file ([MS-CFB]), version 3: header, long streams, mini stream,
 * table of mini sectors, directory, FAT, and where the header is too small for it the FAT's places.
 */
#include "compound.h"

#include <string.h>
#include <mapicode.h>
#include "compound_private.h"
#include "text.h"

#define SHIFT 9u
#define UNIT (1u << SHIFT)
#define MINI (1u << CFB_MINI_SHIFT)
#define FILE_MAX ((uint64_t)1 << 31)

struct writer {
	GPtrArray *nodes; /* struct node, borrowed; an entry's number is its place */
	BYTE *bytes;
	uint64_t streams, minis, mini_sectors, minifat, directory, fat, difat; /* counts */
	uint32_t next, next_mini; /* the first that is free */
	BYTE *fat_at, *minifat_at, *directory_at, *mini_at;
};

static uint64_t
units(uint64_t size, uint64_t unit)
{
	return (size + unit - 1) / unit;
}

/* Children stand behind each other, in order: entry_of() relies on it. */
static void
collect(struct writer *writer, const struct node *root)
{
	g_ptr_array_add(writer->nodes, (gpointer)(uintptr_t)root);
	for (guint i = 0; i < writer->nodes->len; i++) {
		const struct node *node = g_ptr_array_index(writer->nodes, i);

		for (guint k = 0; node->children && k < node->children->len; k++)
			g_ptr_array_add(writer->nodes, g_ptr_array_index(node->children, k));
		if (node->size >= CFB_MINI_CUTOFF)
			writer->streams += units(node->size, UNIT);
		else
			writer->minis += units(node->size, MINI);
	}
}

static HRESULT
lay_out(struct writer *writer)
{
	uint64_t rest, fat = 0;

	writer->mini_sectors = units(writer->minis * MINI, UNIT);
	writer->minifat = units(writer->minis * 4, UNIT);
	writer->directory = units((uint64_t)writer->nodes->len * CFB_ENTRY, UNIT);
	rest = writer->streams + writer->mini_sectors + writer->minifat + writer->directory;
	do {
		writer->fat = fat;
		writer->difat =
		    fat > CFB_HEADER_DIFAT ? units(fat - CFB_HEADER_DIFAT, UNIT / 4 - 1) : 0;
		fat = units((rest + writer->fat + writer->difat) * 4, UNIT);
	} while (fat != writer->fat);
	rest = (1 + rest + writer->fat + writer->difat) * UNIT;
	if (rest > FILE_MAX)
		return STG_E_MEDIUMFULL;
	writer->bytes = g_try_malloc0((size_t)rest);
	return writer->bytes ? S_OK : STG_E_INSUFFICIENTMEMORY;
}

static BYTE *
sector_at(const struct writer *writer, uint64_t sector)
{
	return writer->bytes + ((size_t)sector + 1) * UNIT;
}

/* The next `count` sectors as a chain; its first, CFB_END for none. */
static uint32_t
take(struct writer *writer, uint64_t count)
{
	uint32_t first = writer->next;

	for (uint64_t i = 0; i < count; i++, writer->next++)
		put32(writer->fat_at + (size_t)writer->next * 4,
		    i + 1 < count ? writer->next + 1 : CFB_END);
	return count ? first : CFB_END;
}

static uint32_t
write_stream(struct writer *writer, const struct node *node)
{
	uint32_t count, first;

	if (!node->size)
		return CFB_END;
	if (node->size >= CFB_MINI_CUTOFF) {
		first = take(writer, units(node->size, UNIT));
		memcpy(sector_at(writer, first), node->data, node->size);
		return first;
	}
	count = (uint32_t)units(node->size, MINI);
	first = writer->next_mini;
	memcpy(writer->mini_at + (size_t)first * MINI, node->data, node->size);
	for (uint32_t i = 0; i < count; i++, writer->next_mini++)
		put32(writer->minifat_at + (size_t)writer->next_mini * 4,
		    i + 1 < count ? writer->next_mini + 1 : CFB_END);
	return first;
}

/* --- The directory ------------------------------------------------------------------------- */

static void
write_time(BYTE *at, FILETIME time)
{
	put32(at, time.dwLowDateTime);
	put32(at + 4, time.dwHighDateTime);
}

static void
write_entry(BYTE *at, const struct node *node, unsigned type)
{
	size_t length = text_wcslen(node->name), i;

	for (i = 0; i < length; i++)
		put16(at + i * 2, node->name[i]);
	put16(at + 64, (unsigned)(length + 1) * 2);
	at[66] = (BYTE)type;
	at[67] = 1; /* black */
	for (i = 68; i < 80; i += 4)
		put32(at + i, CFB_NONE);
	if (type == CFB_STREAM)
		return;
	put32(at + 80, node->clsid.Data1);
	put16(at + 84, node->clsid.Data2);
	put16(at + 86, node->clsid.Data3);
	memcpy(at + 88, node->clsid.Data4, sizeof node->clsid.Data4);
	put32(at + 96, node->state);
	write_time(at + 100, node->created);
	write_time(at + 108, node->modified);
}

/*
 * The brothers from `first` on as a balanced tree; its root.  Halving leaves all levels full but
 * the lowest, whose entries are red: so each way down has as many black ones.
 */
static uint32_t
write_brothers(struct writer *writer, uint32_t first, uint32_t count, unsigned levels)
{
	uint32_t middle = first + count / 2;
	BYTE *at = writer->directory_at + (size_t)middle * CFB_ENTRY;

	if (!count)
		return CFB_NONE;
	if (levels == 1)
		at[67] = 0;
	put32(at + 68, write_brothers(writer, first, middle - first, levels - 1));
	put32(at + 72, write_brothers(writer, middle + 1, first + count - middle - 1, levels - 1));
	return middle;
}

static unsigned
levels_of(uint32_t count)
{
	unsigned levels = 0;

	for (; count; count /= 2)
		levels++;
	return levels;
}

static void
write_directory(struct writer *writer)
{
	uint32_t next_child = 1;

	for (guint i = 0; i < writer->nodes->len; i++) {
		const struct node *node = g_ptr_array_index(writer->nodes, i);
		unsigned type = node->is_storage ? CFB_STORAGE : CFB_STREAM;

		write_entry(
		    writer->directory_at + (size_t)i * CFB_ENTRY, node, i ? type : CFB_ROOT);
	}
	for (guint i = 0; i < writer->nodes->len; i++) {
		const struct node *node = g_ptr_array_index(writer->nodes, i);
		BYTE *at = writer->directory_at + (size_t)i * CFB_ENTRY;

		if (!node->is_storage) {
			put32(at + 116, write_stream(writer, node));
			put32(at + 120, (uint32_t)node->size);
			continue;
		}
		/* An only child is black, as the root of a tree has to be. */
		put32(at + 76, write_brothers(writer, next_child, node->children->len,
				   node->children->len > 1 ? levels_of(node->children->len) : 2));
		next_child += node->children->len;
	}
	for (size_t i = writer->nodes->len; i < writer->directory * (UNIT / CFB_ENTRY); i++)
		for (size_t k = 68; k < 80; k += 4)
			put32(writer->directory_at + i * CFB_ENTRY + k, CFB_NONE);
}

/* --- The file ------------------------------------------------------------------------------ */

static void
write_header(struct writer *writer, uint32_t directory, uint32_t minifat)
{
	BYTE *at = writer->bytes;

	memcpy(at, CFB_MAGIC, 8);
	put16(at + 24, 0x3E);
	put16(at + 26, 3);
	put16(at + 28, 0xFFFE);
	put16(at + 30, SHIFT);
	put16(at + 32, CFB_MINI_SHIFT);
	put32(at + 44, (uint32_t)writer->fat);
	put32(at + 48, directory);
	put32(at + 56, CFB_MINI_CUTOFF);
	put32(at + 60, minifat);
	put32(at + 64, (uint32_t)writer->minifat);
	put32(at + 68, CFB_END);
	put32(at + 72, (uint32_t)writer->difat);
	memset(at + 76, 0xFF, CFB_HEADER_DIFAT * 4);
}

/* Where the FAT's sectors are: 109 in the header, 127 and the next one's place in each more. */
static void
write_fat_places(struct writer *writer, uint32_t fat, uint32_t difat)
{
	BYTE *place = writer->bytes + 76, *end = place + CFB_HEADER_DIFAT * 4;

	for (uint32_t i = 0; i < writer->fat; i++) {
		put32(writer->fat_at + (size_t)(fat + i) * 4, CFB_FAT_SECTOR);
		if (place == end) {
			put32(end == writer->bytes + CFB_HEADER ? writer->bytes + 68 : end, difat);
			place = sector_at(writer, difat);
			end = place + UNIT - 4;
			memset(place, 0xFF, UNIT - 4);
			put32(end, CFB_END);
			put32(writer->fat_at + (size_t)difat++ * 4, CFB_DIFAT_SECTOR);
		}
		put32(place, fat + i);
		place += 4;
	}
}

static void
write_all(struct writer *writer)
{
	uint64_t at = writer->streams;
	uint32_t minifat, mini, directory, fat;
	BYTE *root;

	writer->mini_at = sector_at(writer, at);
	writer->minifat_at = sector_at(writer, at += writer->mini_sectors);
	writer->directory_at = sector_at(writer, at += writer->minifat);
	writer->fat_at = sector_at(writer, at += writer->directory);
	fat = (uint32_t)at;
	memset(writer->minifat_at, 0xFF, (size_t)writer->minifat * UNIT);
	memset(writer->fat_at, 0xFF, (size_t)writer->fat * UNIT);
	write_directory(writer);
	mini = take(writer, writer->mini_sectors);
	minifat = take(writer, writer->minifat);
	directory = take(writer, writer->directory);
	root = writer->directory_at;
	put32(root + 116, mini);
	put32(root + 120, (uint32_t)writer->minis * MINI);
	write_header(writer, directory, minifat);
	write_fat_places(writer, fat, fat + (uint32_t)writer->fat);
}

HRESULT
compound_write(const struct node *root, BYTE **bytes, size_t *size)
{
	struct writer writer = { .nodes = g_ptr_array_new() };
	HRESULT hr;

	*bytes = NULL;
	*size = 0;
	collect(&writer, root);
	hr = lay_out(&writer);
	if (SUCCEEDED(hr)) {
		write_all(&writer);
		*bytes = writer.bytes;
		*size = (size_t)(1 + writer.streams + writer.mini_sectors + writer.minifat +
				 writer.directory + writer.fat + writer.difat) *
			UNIT;
	}
	g_ptr_array_unref(writer.nodes);
	return hr;
}
