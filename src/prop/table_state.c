/* SPDX-License-Identifier: MIT */
/*
 * Collapse states (MAPI reference: IMAPITable::GetCollapseState, SetCollapseState).
 *
 * A state is for this order only, and outlives the table: "TCS1", a hash of the order, the instance
 * key (size as 4 bytes, 16 bytes room), then 9 bytes for each heading that is not as the order
 * has it at first: its hash, and 1 for expanded.
 */
#include "table_private.h"

#include <string.h>
#include <mapitags.h>
#include "mem.h"
#include "restriction.h"

#define MAGIC "TCS1"
#define KEY_ROOM 16
#define HEADER (4 + 8 + 4 + KEY_ROOM)
#define ENTRY 9

static guint64
hash_order(const SSortOrderSet *sort)
{
	const BYTE *data = (const BYTE *)sort;
	guint64 hash = G_GUINT64_CONSTANT(14695981039346656037);
	size_t i, size = CbNewSSortOrderSet((size_t)sort->cSorts);

	for (i = 0; i < size; i++)
		hash = (hash ^ data[i]) * G_GUINT64_CONSTANT(1099511628211);
	return hash;
}

static GByteArray *
write_state(const struct table *self, ULONG size, const BYTE *key)
{
	GByteArray *state = g_byte_array_new();
	guint64 hash = hash_order(self->sort);
	BYTE room[KEY_ROOM] = { 0 };
	guint i;

	memcpy(room, key, size);
	g_byte_array_append(state, (const guint8 *)MAGIC, 4);
	g_byte_array_append(state, (const guint8 *)&hash, sizeof(hash));
	g_byte_array_append(state, (const guint8 *)&size, sizeof(size));
	g_byte_array_append(state, room, sizeof(room));
	for (i = 0; i < self->list->groups->len; i++) {
		const struct table_group *group =
		    &g_array_index(self->list->groups, struct table_group, i);
		guint8 expanded = group->expanded;

		if (expanded == ((ULONG)group->depth < self->sort->cExpanded))
			continue;
		g_byte_array_append(state, (const guint8 *)&group->hash, sizeof(group->hash));
		g_byte_array_append(state, &expanded, 1);
	}
	return state;
}

static HRESULT
get_state(struct table *self, const SBinary *key, ULONG *size, LPBYTE *out)
{
	HRESULT hr = table_want(self, -1);
	GByteArray *state;

	if (FAILED(hr))
		return hr;
	if (!self->list || !self->list->levels)
		return MAPI_E_NO_SUPPORT;
	state = write_state(self, key->cb, key->lpb);
	*out = mem_memdup(NULL, state->data, state->len);
	*size = *out ? state->len : 0;
	g_byte_array_unref(state);
	return *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

HRESULT
table_GetCollapseState(
    IMAPITable *This, ULONG flags, ULONG size, LPBYTE key, ULONG *state_size, LPBYTE *state)
{
	struct table *self = table_of(This);
	SBinary binary = { size, key };
	HRESULT hr;

	if (!size || !key || size > KEY_ROOM || !state_size || !state)
		return MAPI_E_INVALID_PARAMETER;
	*state_size = 0;
	*state = NULL;
	if (flags)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = table_enter(self);
	if (FAILED(hr))
		return hr;
	return table_leave(self, get_state(self, &binary, state_size, state));
}

static void
apply(struct table_list *list, const SSortOrderSet *sort, const BYTE *entries, ULONG count)
{
	guint i;
	ULONG j;

	for (i = 0; i < list->groups->len; i++) {
		struct table_group *group = &g_array_index(list->groups, struct table_group, i);

		group->expanded = (ULONG)group->depth < sort->cExpanded;
		for (j = 0; j < count; j++)
			if (!memcmp(entries + j * ENTRY, &group->hash, sizeof(group->hash)))
				group->expanded = entries[j * ENTRY + 8] != 0;
	}
	table_show(list);
}

/* The row with an instance key, else the beginning. */
static HRESULT
mark_key(struct table *self, ULONG size, BYTE *key, BOOKMARK *location)
{
	SPropValue value = { .ulPropTag = PR_INSTANCE_KEY, .Value.bin = { size, key } };
	SRestriction restriction = { .rt = RES_PROPERTY };
	gint64 position = 0;
	HRESULT hr;

	restriction.res.resProperty.relop = RELOP_EQ;
	restriction.res.resProperty.ulPropTag = PR_INSTANCE_KEY;
	restriction.res.resProperty.lpProp = &value;
	hr = table_find(self, &restriction, &position);
	if (hr == MAPI_E_NOT_FOUND)
		position = 0;
	else if (FAILED(hr))
		return hr;
	return table_mark(self, position, location);
}

static HRESULT
set_state(struct table *self, ULONG size, BYTE *state, BOOKMARK *location)
{
	ULONG key_size;
	guint64 hash;
	HRESULT hr = table_want(self, -1);

	if (FAILED(hr))
		return hr;
	if (!self->list || !self->list->levels)
		return MAPI_E_NO_SUPPORT;
	memcpy(&hash, state + 4, sizeof(hash));
	memcpy(&key_size, state + 12, sizeof(key_size));
	if (hash != hash_order(self->sort) || key_size > KEY_ROOM)
		return MAPI_E_UNABLE_TO_COMPLETE;
	apply(self->list, self->sort, state + HEADER, (size - HEADER) / ENTRY);
	self->position = 0;
	return mark_key(self, key_size, state + 16, location);
}

HRESULT
table_SetCollapseState(IMAPITable *This, ULONG flags, ULONG size, LPBYTE state, BOOKMARK *location)
{
	struct table *self = table_of(This);
	HRESULT hr;

	if (!state || !location)
		return MAPI_E_INVALID_PARAMETER;
	*location = BOOKMARK_BEGINNING;
	if (flags)
		return MAPI_E_UNKNOWN_FLAGS;
	if (size < HEADER || (size - HEADER) % ENTRY || memcmp(state, MAGIC, 4))
		return MAPI_E_INVALID_PARAMETER;
	hr = table_enter(self);
	if (FAILED(hr))
		return hr;
	return table_leave(self, set_state(self, size, state, location));
}
