/* SPDX-License-Identifier: MIT */
/* A compound file's bytes as a tree ([MS-CFB]): see compound.h. */
#include "compound.h"

#include <string.h>
#include <mapicode.h>
#include "compound_private.h"

struct reader {
	const BYTE *bytes;
	size_t size;
	unsigned shift;   /* of the size of a sector */
	uint32_t sectors; /* behind the header */
	uint32_t *fat, fat_count;
	BYTE *minifat;
	size_t minifat_size;
	BYTE *mini; /* the mini stream */
	size_t mini_size;
	BYTE *directory;
	uint32_t entries;
	BYTE *seen;  /* one for each entry */
	size_t left; /* bytes that streams may have yet: no sector belongs to two */
};

/* An entry that waits to be read: below which storage, and how deep that lies. */
struct waiting {
	uint32_t entry;
	struct node *parent;
	unsigned depth;
};

/* --- Sectors ------------------------------------------------------------------------------- */

/* Copies (part of) a sector; what the file is short of at its end is zero. */
static HRESULT
copy_sector(const struct reader *reader, uint32_t sector, BYTE *to, size_t size)
{
	size_t from, there;

	if (sector >= reader->sectors)
		return STG_E_DOCFILECORRUPT;
	from = ((size_t)sector + 1) << reader->shift;
	there = MIN(size, reader->size - from);
	memcpy(to, reader->bytes + from, there);
	memset(to + there, 0, size - there);
	return S_OK;
}

static uint32_t
next_sector(const struct reader *reader, uint32_t sector)
{
	return sector < reader->fat_count ? reader->fat[sector] : CFB_NONE;
}

/* How many sectors hang together; 0 for a chain in a circle. */
static uint32_t
chain_length(const struct reader *reader, uint32_t sector)
{
	uint32_t count = 0;

	for (; sector < CFB_MAX_SECTOR; sector = next_sector(reader, sector))
		if (++count > reader->sectors)
			return 0;
	return count;
}

/* `size` bytes along a chain. */
static HRESULT
read_chain(const struct reader *reader, uint32_t sector, size_t size, BYTE **out)
{
	size_t unit = (size_t)1 << reader->shift, done = 0;
	BYTE *bytes;
	HRESULT hr = S_OK;

	*out = NULL;
	if (size > (size_t)reader->sectors << reader->shift)
		return STG_E_DOCFILECORRUPT;
	bytes = g_try_malloc(size ? size : 1);
	if (!bytes)
		return STG_E_INSUFFICIENTMEMORY;
	while (done < size && SUCCEEDED(hr)) {
		size_t part = MIN(unit, size - done);

		hr = copy_sector(reader, sector, bytes + done, part);
		done += part;
		sector = next_sector(reader, sector);
	}
	if (FAILED(hr)) {
		g_free(bytes);
		return hr;
	}
	*out = bytes;
	return S_OK;
}

/* A chain to its end. */
static HRESULT
read_whole_chain(const struct reader *reader, uint32_t sector, BYTE **out, size_t *size)
{
	uint32_t count = chain_length(reader, sector);

	*out = NULL;
	if (!count && sector < CFB_MAX_SECTOR)
		return STG_E_DOCFILECORRUPT;
	*size = (size_t)count << reader->shift;
	return read_chain(reader, sector, *size, out);
}

/* --- The tables of sectors ----------------------------------------------------------------- */

static HRESULT
add_fat_sector(struct reader *reader, uint32_t sector)
{
	uint32_t each = 1u << (reader->shift - 2);
	uint32_t *to = reader->fat + reader->fat_count;
	HRESULT hr = copy_sector(reader, sector, (BYTE *)to, (size_t)1 << reader->shift);

	if (FAILED(hr))
		return hr;
	for (uint32_t i = 0; i < each; i++)
		to[i] = GUINT32_FROM_LE(to[i]);
	reader->fat_count += each;
	return S_OK;
}

/* The list of FAT sectors goes on behind the header's 109 in sectors that end in the next one. */
static HRESULT
read_fat(struct reader *reader)
{
	uint32_t count = get32(reader->bytes + 44), sector = get32(reader->bytes + 68);
	uint32_t each = (1u << (reader->shift - 2)) - 1, i, read = 0;
	BYTE *place = NULL;
	HRESULT hr = S_OK;

	if (count > reader->sectors)
		return STG_E_DOCFILECORRUPT;
	reader->fat = g_try_malloc(((size_t)count + 1) << reader->shift);
	place = g_try_malloc((size_t)1 << reader->shift);
	if (!reader->fat || !place)
		hr = STG_E_INSUFFICIENTMEMORY;
	for (i = 0; SUCCEEDED(hr) && i < MIN(count, CFB_HEADER_DIFAT); i++, read++)
		hr = add_fat_sector(reader, get32(reader->bytes + 76 + (size_t)i * 4));
	while (SUCCEEDED(hr) && read < count) {
		hr = copy_sector(reader, sector, place, (size_t)1 << reader->shift);
		for (i = 0; SUCCEEDED(hr) && i < each && read < count; i++, read++)
			hr = add_fat_sector(reader, get32(place + (size_t)i * 4));
		sector = get32(place + (size_t)each * 4);
	}
	g_free(place);
	return hr;
}

static HRESULT
read_header(struct reader *reader)
{
	const BYTE *at = reader->bytes;

	if (!compound_is(at, reader->size) || reader->size < CFB_HEADER)
		return STG_E_INVALIDHEADER;
	reader->shift = get16(at + 30);
	if (get16(at + 28) != 0xFFFE || get16(at + 32) != CFB_MINI_SHIFT ||
	    get32(at + 56) != CFB_MINI_CUTOFF || (reader->shift != 9 && reader->shift != 12))
		return STG_E_INVALIDHEADER;
	if (reader->size <= (size_t)1 << reader->shift || reader->size >> 31 > 1)
		return STG_E_DOCFILECORRUPT;
	reader->sectors = (uint32_t)((reader->size - 1) >> reader->shift);
	return S_OK;
}

static const BYTE *
entry_at(const struct reader *reader, uint32_t entry)
{
	return reader->directory + (size_t)entry * CFB_ENTRY;
}

static HRESULT
read_tables(struct reader *reader)
{
	size_t size;
	HRESULT hr = read_fat(reader);

	if (SUCCEEDED(hr))
		hr = read_whole_chain(reader, get32(reader->bytes + 48), &reader->directory, &size);
	if (FAILED(hr))
		return hr;
	reader->entries = (uint32_t)(size / CFB_ENTRY);
	if (!reader->entries || entry_at(reader, 0)[66] != CFB_ROOT)
		return STG_E_DOCFILECORRUPT;
	reader->seen = g_try_malloc0(reader->entries);
	if (!reader->seen)
		return STG_E_INSUFFICIENTMEMORY;
	hr = read_whole_chain(
	    reader, get32(reader->bytes + 60), &reader->minifat, &reader->minifat_size);
	if (SUCCEEDED(hr))
		hr = read_whole_chain(
		    reader, get32(entry_at(reader, 0) + 116), &reader->mini, &reader->mini_size);
	reader->left = reader->size;
	return hr;
}

/* --- Entries ------------------------------------------------------------------------------- */

static HRESULT
read_mini(const struct reader *reader, uint32_t sector, struct node *node)
{
	size_t done = 0, unit = (size_t)1 << CFB_MINI_SHIFT;

	while (done < node->size) {
		size_t part = MIN(unit, node->size - done), from = (size_t)sector * unit;

		if (sector >= reader->mini_size >> CFB_MINI_SHIFT ||
		    sector >= reader->minifat_size / 4)
			return STG_E_DOCFILECORRUPT;
		memcpy(node->data + done, reader->mini + from, part);
		done += part;
		sector = get32(reader->minifat + (size_t)sector * 4);
	}
	return S_OK;
}

static HRESULT
read_stream(struct reader *reader, const BYTE *entry, struct node *node)
{
	uint32_t size = get32(entry + 120), start = get32(entry + 116);

	if (size > reader->left || (reader->shift == 12 && get32(entry + 124)))
		return STG_E_DOCFILECORRUPT;
	reader->left -= size;
	if (!size)
		return S_OK;
	node->size = node->room = size;
	if (size >= CFB_MINI_CUTOFF)
		return read_chain(reader, start, size, &node->data);
	node->data = g_try_malloc(size);
	return node->data ? read_mini(reader, start, node) : STG_E_INSUFFICIENTMEMORY;
}

static FILETIME
read_time(const BYTE *at)
{
	FILETIME time = { get32(at), get32(at + 4) };

	return time;
}

static void
read_storage(const BYTE *entry, struct node *node)
{
	node->clsid.Data1 = get32(entry + 80);
	node->clsid.Data2 = get16(entry + 84);
	node->clsid.Data3 = get16(entry + 86);
	memcpy(node->clsid.Data4, entry + 88, sizeof node->clsid.Data4);
	node->state = get32(entry + 96);
	node->created = read_time(entry + 100);
	node->modified = read_time(entry + 108);
}

static HRESULT
read_entry(struct reader *reader, const BYTE *entry, struct node **out)
{
	WCHAR name[COMPOUND_NAME_MAX + 1] = { 0 };
	unsigned length = get16(entry + 64) / 2u, i;
	struct node *node;
	HRESULT hr = S_OK;

	if (length < 2 || length > COMPOUND_NAME_MAX + 1 ||
	    (entry[66] != CFB_STORAGE && entry[66] != CFB_STREAM))
		return STG_E_DOCFILECORRUPT;
	for (i = 0; i < length - 1; i++)
		name[i] = get16(entry + (size_t)i * 2);
	if (!node_is_name(name))
		return STG_E_DOCFILECORRUPT;
	node = node_new(entry[66] == CFB_STORAGE, name);
	if (!node)
		return STG_E_INSUFFICIENTMEMORY;
	read_storage(entry, node);
	if (!node->is_storage)
		hr = read_stream(reader, entry, node);
	if (FAILED(hr)) {
		node_unref(node);
		node = NULL;
	}
	*out = node;
	return hr;
}

static void
wait_for(GArray *list, uint32_t entry, struct node *parent, unsigned depth)
{
	struct waiting one = { entry, parent, depth };

	if (entry != CFB_NONE)
		g_array_append_val(list, one);
}

/* The brothers of an entry are a binary tree, whose order is not relied on. */
static HRESULT
read_one(struct reader *reader, struct waiting one, GArray *list)
{
	const BYTE *entry;
	struct node *node;
	HRESULT hr;

	if (one.entry >= reader->entries || reader->seen[one.entry] ||
	    one.depth > COMPOUND_DEPTH_MAX)
		return STG_E_DOCFILECORRUPT;
	reader->seen[one.entry] = 1;
	entry = entry_at(reader, one.entry);
	hr = read_entry(reader, entry, &node);
	if (FAILED(hr))
		return hr;
	if (!node_add(one.parent, node)) {
		node_unref(node);
		return STG_E_DOCFILECORRUPT;
	}
	wait_for(list, get32(entry + 68), one.parent, one.depth);
	wait_for(list, get32(entry + 72), one.parent, one.depth);
	if (node->is_storage)
		wait_for(list, get32(entry + 76), node, one.depth + 1);
	return S_OK;
}

static HRESULT
read_tree(struct reader *reader, struct node *root)
{
	GArray *list = g_array_new(FALSE, FALSE, sizeof(struct waiting));
	HRESULT hr = S_OK;

	reader->seen[0] = 1;
	read_storage(entry_at(reader, 0), root);
	wait_for(list, get32(entry_at(reader, 0) + 76), root, 1);
	while (SUCCEEDED(hr) && list->len) {
		struct waiting one = g_array_index(list, struct waiting, list->len - 1);

		g_array_set_size(list, list->len - 1);
		hr = read_one(reader, one, list);
	}
	g_array_unref(list);
	return hr;
}

bool
compound_is(const void *bytes, size_t size)
{
	return size >= 8 && memcmp(bytes, CFB_MAGIC, 8) == 0;
}

HRESULT
compound_read(const void *bytes, size_t size, struct node **out)
{
	struct reader reader = { .bytes = bytes, .size = size };
	struct node *root = NULL;
	HRESULT hr;

	*out = NULL;
	hr = read_header(&reader);
	if (SUCCEEDED(hr))
		hr = read_tables(&reader);
	if (SUCCEEDED(hr)) {
		root = node_new(true, u"Root Entry");
		hr = root ? read_tree(&reader, root) : STG_E_INSUFFICIENTMEMORY;
	}
	g_free(reader.fat);
	g_free(reader.minifat);
	g_free(reader.mini);
	g_free(reader.directory);
	g_free(reader.seen);
	if (FAILED(hr)) {
		node_unref(root);
		return hr;
	}
	*out = root;
	return S_OK;
}
