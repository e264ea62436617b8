/* SPDX-License-Identifier: MIT */
/* The tree that a compound file is: see compound.h. */
#include "compound.h"

#include <string.h>
#include <mapicode.h>
#include "text.h"

#define STREAM_MAX 0x7FFFFFFFu

struct node *
node_new(bool is_storage, const WCHAR *name)
{
	struct node *node = g_try_new0(struct node, 1);

	if (!node)
		return NULL;
	atomic_init(&node->refs, 1);
	node->is_storage = is_storage;
	memcpy(node->name, name, text_wcslen(name) * sizeof *name);
	if (is_storage)
		node->children = g_ptr_array_new();
	return node;
}

struct node *
node_ref(struct node *node)
{
	atomic_fetch_add(&node->refs, 1);
	return node;
}

void
node_unref(struct node *node)
{
	if (!node || atomic_fetch_sub(&node->refs, 1) > 1)
		return;
	for (guint i = 0; node->children && i < node->children->len; i++)
		node_unref(g_ptr_array_index(node->children, i));
	if (node->children)
		g_ptr_array_unref(node->children);
	g_free(node->data);
	g_free(node);
}

bool
node_is_name(const WCHAR *name)
{
	size_t i;

	for (i = 0; name[i]; i++)
		if (i == COMPOUND_NAME_MAX || name[i] == '/' || name[i] == '\\' || name[i] == ':' ||
		    name[i] == '!')
			return false;
	return i > 0;
}

static WCHAR
upper(WCHAR c)
{
	gunichar up = g_unichar_toupper(c);

	return up <= 0xFFFF ? (WCHAR)up : c;
}

int
node_compare_names(const WCHAR *a, const WCHAR *b)
{
	size_t a_length = text_wcslen(a), b_length = text_wcslen(b);

	if (a_length != b_length)
		return a_length < b_length ? -1 : 1;
	for (; *a; a++, b++) {
		WCHAR x = upper(*a), y = upper(*b);

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

/* Where a name stands, or would stand. */
static bool
search(const struct node *storage, const WCHAR *name, guint *place)
{
	guint low = 0, high = storage->children->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		const struct node *node = g_ptr_array_index(storage->children, middle);
		int order = node_compare_names(node->name, name);

		*place = middle;
		if (!order)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*place = low;
	return false;
}

struct node *
node_find(const struct node *storage, const WCHAR *name)
{
	guint place;

	return search(storage, name, &place) ? g_ptr_array_index(storage->children, place) : NULL;
}

bool
node_add(struct node *storage, struct node *child)
{
	guint place;

	if (search(storage, child->name, &place))
		return false;
	child->depth = storage->depth + 1;
	g_ptr_array_insert(storage->children, (gint)place, child);
	return true;
}

void
node_remove(struct node *storage, struct node *child)
{
	child->removed = true;
	if (g_ptr_array_remove(storage->children, child))
		node_unref(child);
}

HRESULT
node_resize(struct node *stream, uint64_t size)
{
	size_t room = stream->room;
	BYTE *data;

	if (size > STREAM_MAX)
		return STG_E_MEDIUMFULL;
	if (size > room) {
		room = MAX((size_t)size, room + room / 2);
		data = g_try_realloc(stream->data, room);
		if (!data)
			return STG_E_INSUFFICIENTMEMORY;
		stream->data = data;
		stream->room = room;
	}
	if (size > stream->size)
		memset(stream->data + stream->size, 0, (size_t)size - stream->size);
	stream->size = (size_t)size;
	return S_OK;
}
