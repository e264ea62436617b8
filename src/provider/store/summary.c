/* SPDX-License-Identifier: MIT */
/* What of a message follows from the rest: display lists, size, times, flags. */
#include "message.h"

#include <string.h>
#include <sys/random.h>
#include <mapicode.h>
#include <mapitags.h>
#include "filetime.h"
#include "prop.h"
#include "subject.h"

static HRESULT
summarize_recipients(struct message *message)
{
	HRESULT hr = message_load_recipients(message);

	return SUCCEEDED(hr) ? recipients_summarize(message->recipients, message->set.bag) : hr;
}

/* Bytes of recipients and attachments; the row adds its own. */
static HRESULT
summarize_parts(struct message *message, gint64 *size)
{
	struct db *db = message->store->db;
	gint64 recipients = 0, attachments = 0;
	HRESULT hr = S_OK;
	guint at;

	if (message->recipients)
		for (at = 0; at < message->recipients->len; at++) {
			const struct recipient *one = g_ptr_array_index(message->recipients, at);
			ULONG value;

			for (value = 0; value < one->count; value++)
				recipients += (gint64)prop_size(&one->props[value]) + 8;
		}
	else
		hr = db_int(db, &recipients,
		    "SELECT ifnull(sum(length(props)), 0) FROM recipient WHERE message = ?", "i",
		    message->id);
	if (SUCCEEDED(hr) && !message->attachments)
		hr = db_int(db, &attachments,
		    "SELECT ifnull(sum(size), 0) FROM attachment WHERE message = ?", "i",
		    message->id);
	for (at = 0; message->attachments && at < message->attachments->len; at++) {
		const struct attachment *one = g_ptr_array_index(message->attachments, at);

		attachments += bag_get_long(one->set.bag, PR_ATTACH_SIZE, 0); /* its data in it */
	}
	*size = recipients + attachments;
	return hr;
}

/* What has come in from somebody who wants to know whether it is read. */
static LONG
summarize_pending(const struct bag *bag, LONG flags)
{
	bool read = bag_get_bool(bag, PR_READ_RECEIPT_REQUESTED, false);
	LONG pending = 0;

	if (flags & (LONG)(MSGFLAG_UNSENT | MSGFLAG_READ | MSGFLAG_FROMME | MSGFLAG_ASSOCIATED))
		return 0;
	if (read)
		pending |= MSGFLAG_RN_PENDING;
	if (bag_get_bool(bag, PR_NON_RECEIPT_NOTIFICATION_REQUESTED, read))
		pending |= MSGFLAG_NRN_PENDING;
	return pending;
}

static HRESULT
summarize_flags(struct message *message)
{
	struct bag *bag = message->set.bag;
	LONG flags = bag_get_long(bag, PR_MESSAGE_FLAGS, 0) & ~MSGFLAG_HASATTACH;
	gint64 attachments = 0;
	HRESULT hr = S_OK;

	if (message->attachments)
		attachments = message->attachments->len;
	else
		hr = db_int(message->store->db, &attachments,
		    "SELECT count(*) FROM attachment WHERE message = ?", "i", message->id);
	if (attachments)
		flags |= MSGFLAG_HASATTACH;
	if (!message->id)
		flags |= summarize_pending(bag, flags);
	if (message->id)
		flags &= ~MSGFLAG_UNMODIFIED;
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_MESSAGE_FLAGS, flags);
	if (SUCCEEDED(hr))
		hr = bag_set_bool(bag, PR_HASATTACH, attachments != 0);
	return hr;
}

static HRESULT
summarize_defaults(struct message *message)
{
	struct bag *bag = message->set.bag;
	gint64 now = filetime_now();
	BYTE key[16];
	HRESULT hr = S_OK;

	if (!bag_get(bag, PR_MESSAGE_CLASS_A))
		hr = bag_set_text(bag, PR_MESSAGE_CLASS_A, "IPM.Note");
	if (SUCCEEDED(hr) && !bag_get(bag, PR_CREATION_TIME))
		hr = bag_set_time(bag, PR_CREATION_TIME, now);
	if (SUCCEEDED(hr))
		hr = bag_set_time(bag, PR_LAST_MODIFICATION_TIME, now);
	if (SUCCEEDED(hr) && !bag_get(bag, PR_SEARCH_KEY)) {
		if (getrandom(key, sizeof(key), 0) != sizeof(key))
			return MAPI_E_CALL_FAILED;
		hr = bag_set_binary(bag, PR_SEARCH_KEY, key, sizeof(key));
	}
	return hr;
}

HRESULT
message_summarize(struct message *message)
{
	gint64 size;
	HRESULT hr;

	hr = summarize_defaults(message);
	if (SUCCEEDED(hr))
		hr = subject_changed(message->set.bag);
	if (SUCCEEDED(hr) && (!message->id || message->recipients_dirty))
		hr = summarize_recipients(message);
	if (SUCCEEDED(hr))
		hr = summarize_flags(message);
	if (SUCCEEDED(hr))
		hr = summarize_parts(message, &size);
	if (SUCCEEDED(hr))
		hr = bag_set_long(
		    message->set.bag, PR_MESSAGE_SIZE, (LONG)MIN(size, (gint64)G_MAXINT32));
	return hr;
}
