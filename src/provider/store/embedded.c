/* SPDX-License-Identifier: MIT */
/* Messages within attachments: see message.h. */
#include "message.h"

#include <mapicode.h>
#include <mapitags.h>

static HRESULT
copy_attachment(struct store *store, struct attachment *from, bool borrow, struct attachment **out)
{
	struct attachment *copy = attachment_new();
	HRESULT hr;

	*out = NULL;
	if (!copy)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	copy->num = from->num;
	copy->id = from->id;
	copy->embedded = from->embedded;
	if (copy->embedded)
		com_add_ref(&copy->embedded->com);
	hr = borrow ? propset_borrow(&from->set, &copy->set)
		    : propset_hand_over(store, &from->set, &copy->set);
	if (FAILED(hr))
		attachment_free(store, copy);
	else
		*out = copy;
	return hr;
}

static HRESULT
copy_attachments(struct message *from, bool borrow, struct message *to)
{
	HRESULT hr = S_OK;
	guint at;

	to->attachments = g_ptr_array_new();
	to->next_num = from->next_num;
	to->attachments_dirty = true;
	for (at = 0; at < from->attachments->len && SUCCEEDED(hr); at++) {
		struct attachment *copy;

		hr = copy_attachment(
		    to->store, g_ptr_array_index(from->attachments, at), borrow, &copy);
		if (SUCCEEDED(hr))
			g_ptr_array_add(to->attachments, copy);
	}
	return hr;
}

/* `borrow`: long values stay the source's; else the copy takes them over. */
static HRESULT
copy_state(struct message *from, bool borrow, struct message *to)
{
	HRESULT hr;

	hr = message_load_recipients(from);
	if (SUCCEEDED(hr))
		hr = message_load_attachments(from);
	if (FAILED(hr))
		return hr;
	to->id = from->id;
	to->folder = from->folder;
	to->version = from->version;
	to->next_row = from->next_row;
	to->recipients_dirty = true;
	hr = borrow ? propset_borrow(&from->set, &to->set)
		    : propset_hand_over(from->store, &from->set, &to->set);
	if (SUCCEEDED(hr))
		hr = recipients_copy(from->recipients, &to->recipients);
	if (SUCCEEDED(hr))
		hr = copy_attachments(from, borrow, to);
	return hr;
}

HRESULT
embedded_copy(struct message *from, struct message **out)
{
	struct message *copy;
	HRESULT hr = message_new(from->store, &copy);

	*out = NULL;
	if (FAILED(hr))
		return hr;
	hr = copy_state(from, false, copy);
	if (FAILED(hr))
		com_release(&copy->com);
	else
		*out = copy;
	return hr;
}

void
embedded_inherit(struct message *old, struct message *heir)
{
	guint at;

	propset_inherit(&old->set, &heir->set);
	for (at = 0; at < old->attachments->len; at++) {
		struct attachment *mine = g_ptr_array_index(old->attachments, at);
		struct attachment *same = message_find_attachment(heir, mine->num);

		if (same)
			propset_inherit(&mine->set, &same->set);
	}
}

/* A new message, the one the attachment keeps, or the one in the store. */
static HRESULT
embedded_fill(struct message *message, struct message *kept, gint64 attachment, ULONG flags)
{
	gint64 id;
	HRESULT hr;

	if (flags & MAPI_CREATE) {
		hr = message_begin(message);
	} else if (kept) {
		hr = copy_state(kept, true, message);
	} else {
		hr = db_int(message->store->db, &id, "SELECT id FROM message WHERE folder = ?", "i",
		    -attachment);
		message->id = id;
		if (SUCCEEDED(hr))
			hr = message_load(message);
	}
	return SUCCEEDED(hr) ? message_identify(message) : hr;
}

HRESULT
embedded_open(struct com_object *parent, struct store *store, struct message *kept,
    gint64 attachment, ULONG flags, struct message **out)
{
	struct message *message;
	HRESULT hr = message_new(store, &message);

	*out = NULL;
	if (FAILED(hr))
		return hr;
	com_add_ref(parent);
	message->parent = parent;
	message->writable = (flags & (MAPI_MODIFY | MAPI_CREATE)) != 0;
	hr = embedded_fill(message, kept, attachment, flags);
	if (FAILED(hr))
		com_release(&message->com);
	else
		*out = message;
	return hr;
}
