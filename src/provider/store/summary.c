/* SPDX-License-Identifier: MIT */
/* What of a message follows from the rest: subject prefix, display lists, size, times, flags. */
#include "message.h"

#include <string.h>
#include <sys/random.h>
#include <mapicode.h>
#include <mapitags.h>
#include "filetime.h"
#include "prop.h"

/* "RE: ", "AW: ", "FW: " …: one to three letters, a colon and a space (PR_SUBJECT_PREFIX). */
static size_t
subject_prefix_length(const char *subject)
{
	const char *at = subject;
	int letters = 0;

	while (letters < 4 && g_unichar_isalpha(g_utf8_get_char_validated(at, -1))) {
		at = g_utf8_next_char(at);
		letters++;
	}
	if (letters < 1 || letters > 3 || at[0] != ':' || at[1] != ' ')
		return 0;
	return (size_t)(at + 2 - subject);
}

HRESULT
message_subject_changed(struct message *message)
{
	struct bag *bag = message->set.bag;
	char *subject = NULL, *prefix = NULL;
	HRESULT hr;

	hr = bag_copy_text(bag, PR_SUBJECT_A, &subject);
	if (SUCCEEDED(hr))
		hr = bag_copy_text(bag, PR_SUBJECT_PREFIX_A, &prefix);
	if (FAILED(hr)) {
		g_free(subject);
		return hr;
	}
	if (!subject) {
		bag_remove(bag, PR_NORMALIZED_SUBJECT_A);
	} else {
		if (!prefix || !g_str_has_prefix(subject, prefix)) {
			g_free(prefix);
			prefix = g_strndup(subject, subject_prefix_length(subject));
			hr = bag_set_text(bag, PR_SUBJECT_PREFIX_A, prefix);
		}
		if (SUCCEEDED(hr))
			hr = bag_set_text(bag, PR_NORMALIZED_SUBJECT_A, subject + strlen(prefix));
	}
	g_free(subject);
	g_free(prefix);
	return hr;
}

static HRESULT
summarize_list(struct message *message, LONG type, ULONG tag)
{
	GString *list = g_string_new(NULL);
	HRESULT hr = S_OK;
	guint at;

	for (at = 0; at < message->recipients->len && SUCCEEDED(hr); at++) {
		const struct recipient *one = g_ptr_array_index(message->recipients, at);
		LONG kind = prop_find_long(one->props, one->count, PR_RECIPIENT_TYPE, MAPI_TO);
		char *name;

		if ((kind & 0xf) != type)
			continue;
		hr = props_copy_text(one->props, one->count, PR_DISPLAY_NAME_A, &name);
		if (SUCCEEDED(hr) && !name)
			hr = props_copy_text(one->props, one->count, PR_EMAIL_ADDRESS_A, &name);
		if (list->len)
			g_string_append(list, "; ");
		g_string_append(list, name ? name : "");
		g_free(name);
	}
	if (SUCCEEDED(hr))
		hr = bag_set_text(message->set.bag, tag, list->str);
	g_string_free(list, TRUE);
	return hr;
}

static HRESULT
summarize_recipients(struct message *message)
{
	HRESULT hr;

	hr = message_load_recipients(message);
	if (SUCCEEDED(hr))
		hr = summarize_list(message, MAPI_TO, PR_DISPLAY_TO_A);
	if (SUCCEEDED(hr))
		hr = summarize_list(message, MAPI_CC, PR_DISPLAY_CC_A);
	if (SUCCEEDED(hr))
		hr = summarize_list(message, MAPI_BCC, PR_DISPLAY_BCC_A);
	return hr;
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
		hr = message_subject_changed(message);
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
