/* SPDX-License-Identifier: MIT */
/* Parts of messages in memory, and what the objects of one file share: see imsg.h. */
#include "imsg.h"

#include <mapicode.h>
#include "propnames.h"
#include "mem.h"

static void
unref_part(gpointer part)
{
	part_unref(part);
}

struct part *
part_new(bool message)
{
	struct part *part = mem_zalloc(NULL, sizeof *part);

	if (!part)
		return NULL;
	atomic_init(&part->refs, 1);
	part->bag = bag_create();
	part->attributes = g_hash_table_new(NULL, NULL);
	if (message) {
		part->recipients = recipients_new();
		part->attachments = g_ptr_array_new_with_free_func(unref_part);
	}
	if (part->bag)
		return part;
	part_unref(part);
	return NULL;
}

struct part *
part_ref(struct part *part)
{
	if (part)
		atomic_fetch_add(&part->refs, 1);
	return part;
}

void
part_unref(struct part *part)
{
	if (!part || atomic_fetch_sub(&part->refs, 1) > 1)
		return;
	bag_free(part->bag);
	g_hash_table_unref(part->attributes);
	if (part->recipients)
		g_ptr_array_unref(part->recipients);
	if (part->attachments)
		g_ptr_array_unref(part->attachments);
	part_unref(part->embedded);
	COM_CLEAR(part->ole);
	mem_free(part);
}

static void
clone_attributes(const struct part *from, struct part *to)
{
	GHashTableIter at;
	gpointer id, attributes;

	g_hash_table_iter_init(&at, from->attributes);
	while (g_hash_table_iter_next(&at, &id, &attributes))
		g_hash_table_insert(to->attributes, id, attributes);
}

HRESULT
part_clone(const struct part *part, struct part **out)
{
	struct part *copy = part_new(part->recipients != NULL);
	HRESULT hr;

	*out = NULL;
	if (!copy)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = bag_set_array(copy->bag, bag_values(part->bag), bag_count(part->bag));
	if (SUCCEEDED(hr) && part->recipients) {
		g_ptr_array_unref(copy->recipients);
		copy->recipients = NULL;
		hr = recipients_copy(part->recipients, &copy->recipients);
	}
	if (FAILED(hr)) {
		part_unref(copy);
		return hr;
	}
	clone_attributes(part, copy);
	for (guint i = 0; part->attachments && i < part->attachments->len; i++)
		g_ptr_array_add(
		    copy->attachments, part_ref(g_ptr_array_index(part->attachments, i)));
	copy->next_recipient = part->next_recipient;
	copy->next_attachment = part->next_attachment;
	copy->number = part->number;
	copy->embedded = part_ref(part->embedded);
	copy->ole = part->ole;
	if (copy->ole)
		copy->ole->lpVtbl->AddRef(copy->ole);
	*out = copy;
	return S_OK;
}

struct part *
part_find_attachment(const struct part *message, ULONG number, guint *place)
{
	for (guint i = 0; i < message->attachments->len; i++) {
		struct part *part = g_ptr_array_index(message->attachments, i);

		if (part->number != number)
			continue;
		if (place)
			*place = i;
		return part;
	}
	return NULL;
}

ULONG
part_attributes(const struct part *part, ULONG tag)
{
	gpointer attributes = NULL;
	bool there = g_hash_table_lookup_extended(
	    part->attributes, GUINT_TO_POINTER(PROP_ID(tag)), NULL, &attributes);

	return there ? GPOINTER_TO_UINT(attributes) : IMSG_ATTRIBUTES;
}

void
part_set_attributes(struct part *part, ULONG tag, ULONG attributes)
{
	gpointer id = GUINT_TO_POINTER(PROP_ID(tag));

	if (attributes == IMSG_ATTRIBUTES)
		g_hash_table_remove(part->attributes, id);
	else
		g_hash_table_insert(part->attributes, id, GUINT_TO_POINTER(attributes));
}

/* --- Documents ----------------------------------------------------------------------------- */

struct document *
document_ref(struct document *document)
{
	atomic_fetch_add(&document->refs, 1);
	return document;
}

void
document_unref(struct document *document)
{
	if (!document || atomic_fetch_sub(&document->refs, 1) > 1)
		return;
	propnames_free(document->names);
	g_rec_mutex_clear(&document->lock);
	g_free(document);
}

HRESULT
document_enter(struct document *document)
{
	g_rec_mutex_lock(&document->lock);
	if (!document->closed)
		return S_OK;
	g_rec_mutex_unlock(&document->lock);
	return MAPI_E_INVALID_OBJECT;
}

HRESULT
document_leave(struct document *document, HRESULT hr)
{
	g_rec_mutex_unlock(&document->lock);
	return hr;
}
