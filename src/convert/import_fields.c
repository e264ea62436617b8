/* SPDX-License-Identifier: MIT */
/*
 * A mail's header as properties and recipients ([MS-OXCMAIL] 2.2.3.1, 2.2.3.2).  All of it stands
 * in PR_TRANSPORT_MESSAGE_HEADERS too; of a field that may stand once only the first counts.
 */
#include "import_private.h"

#include <stdlib.h>
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>

#include "addrlist.h"
#include "charset.h"
#include "entryid.h"
#include "header.h"
#include "mem.h"
#include "prop.h"
#include "rawheader.h"
#include "tree.h"
#include "text.h"

#define NAMED_MAX 64 /* fields of one mail that become named properties */

/* The header as it is read. */
struct fields {
	struct import *import;
	GPtrArray *recipients[3]; /* struct addrlist_mailbox, by MAPI_TO - 1 ... */
	GPtrArray *names, *texts; /* of fields that become named properties */
	bool unsent;
};

/* One field's text: unfolded, each byte kept. */
static char *
raw_text(const char *raw)
{
	struct rawheader_field field = { .value = raw, .value_length = strlen(raw) };
	g_autofree char *unfolded = rawheader_unfold(&field);

	return charset_to_utf8(unfolded, strlen(unfolded), NULL);
}

/* The same with encoded words as what they stand for. */
static char *
decoded_text(const char *raw)
{
	g_autofree char *text = raw_text(raw);

	return text ? rawheader_decode(text) : NULL;
}

/* --- Text and times ------------------------------------------------------------------------- */

static HRESULT
take_text(struct fields *fields, ULONG tag, const char *raw)
{
	g_autofree char *text = decoded_text(raw);

	return text ? bag_set_text(fields->import->bag, tag, text) : MAPI_E_NOT_ENOUGH_MEMORY;
}

static HRESULT
set_time(struct bag *bag, ULONG tag, const char *text)
{
	GDateTime *date = g_mime_utils_header_decode_date(text);
	SPropValue value = { .ulPropTag = tag };
	guint64 ticks;

	if (!date)
		return S_OK;
	/* A FILETIME counts tenths of microseconds since 1601. */
	ticks = (guint64)(g_date_time_to_unix(date) + G_GINT64_CONSTANT(11644473600)) * 10000000;
	value.Value.ft.dwLowDateTime = (DWORD)ticks;
	value.Value.ft.dwHighDateTime = (DWORD)(ticks >> 32);
	g_date_time_unref(date);
	return bag_set(bag, &value);
}

/* When it came stands behind the last semicolon of the topmost Received (RFC 5321 4.4); a mail
 * without one came when it was sent. */
static HRESULT
take_date(struct fields *fields, ULONG tag, const char *raw)
{
	struct bag *bag = fields->import->bag;
	g_autofree char *text = raw_text(raw);
	const char *date;

	if (!text)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (tag == PR_CLIENT_SUBMIT_TIME)
		return set_time(bag, tag, text);
	date = strrchr(text, ';');
	return date ? set_time(bag, tag, date + 1) : S_OK;
}

/* --- Persons -------------------------------------------------------------------------------- */

/* What addrlist_parse() makes nothing of is somebody of that name, without an address. */
static HRESULT
read_people(const char *raw, GPtrArray *list)
{
	g_autofree char *text = raw_text(raw);
	guint before = list->len;
	struct addrlist_mailbox *whole;

	if (!text)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (addrlist_parse(text, list, NULL) || list->len > before)
		return S_OK;
	whole = g_new0(struct addrlist_mailbox, 1);
	whole->name = g_strdup(text);
	whole->address = g_strdup("");
	g_ptr_array_add(list, whole);
	return S_OK;
}

/* What a person is called: the name, else the address. */
static char *
person_name(const struct addrlist_mailbox *person)
{
	return rawheader_decode(person->name && *person->name ? person->name : person->address);
}

/* The properties that a person has, in a message or as a recipient. */
enum person_part { NAME, TYPE, ADDRESS, ENTRY_ID, SEARCH_KEY, PERSON_PARTS };
static const ULONG sender_tags[PERSON_PARTS] = { PR_SENDER_NAME_W, PR_SENDER_ADDRTYPE_W,
	PR_SENDER_EMAIL_ADDRESS_W, PR_SENDER_ENTRYID, PR_SENDER_SEARCH_KEY };
static const ULONG from_tags[PERSON_PARTS] = { PR_SENT_REPRESENTING_NAME_W,
	PR_SENT_REPRESENTING_ADDRTYPE_W, PR_SENT_REPRESENTING_EMAIL_ADDRESS_W,
	PR_SENT_REPRESENTING_ENTRYID, PR_SENT_REPRESENTING_SEARCH_KEY };
static const ULONG recipient_tags[PERSON_PARTS] = { PR_DISPLAY_NAME_W, PR_ADDRTYPE_W,
	PR_EMAIL_ADDRESS_W, PR_ENTRYID, PR_SEARCH_KEY };

static HRESULT
one_off(const struct addrlist_mailbox *person, const char *name, ULONG *size, ENTRYID **id)
{
	return oneoff_encode(
	    name, "SMTP", person->address, MAPI_UNICODE | MAPI_SEND_NO_RICH_INFO, size, id);
}

static HRESULT
set_address(
    struct bag *bag, const ULONG *tags, const struct addrlist_mailbox *person, const char *name)
{
	g_autofree char *key = g_strconcat("SMTP:", person->address, NULL);
	g_autofree char *upper = g_ascii_strup(key, -1);
	ENTRYID *id = NULL;
	ULONG size = 0;
	HRESULT hr = one_off(person, name, &size, &id);

	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, tags[ENTRY_ID], id, size);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, tags[TYPE], "SMTP");
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, tags[ADDRESS], person->address);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, tags[SEARCH_KEY], upper, strlen(upper) + 1);
	mem_free(id);
	return hr;
}

static HRESULT
set_person(struct bag *bag, const ULONG *tags, const struct addrlist_mailbox *person)
{
	g_autofree char *name = person_name(person);
	HRESULT hr = bag_set_text(bag, tags[NAME], name);

	if (SUCCEEDED(hr) && *person->address)
		hr = set_address(bag, tags, person, name);
	return hr;
}

/* From is whose mail it is, Sender who sent it for them: the same where there is none. */
static HRESULT
take_sender(struct fields *fields, ULONG tag, const char *raw)
{
	struct bag *bag = fields->import->bag;
	GPtrArray *list = addrlist_new();
	HRESULT hr = read_people(raw, list);

	if (SUCCEEDED(hr) && list->len)
		hr = set_person(
		    bag, tag == PR_SENDER_NAME_W ? sender_tags : from_tags, list->pdata[0]);
	g_ptr_array_unref(list);
	return hr;
}

static HRESULT
copy_value(struct bag *bag, ULONG from, ULONG to)
{
	SPropValue value;

	if (!bag_get(bag, from) || bag_get(bag, to))
		return S_OK;
	value = *bag_get(bag, from);
	value.ulPropTag = to;
	return bag_set(bag, &value);
}

/* Who of the two is not told is the other one. */
static HRESULT
complete_sender(struct bag *bag)
{
	bool from_is_told = bag_get(bag, PR_SENT_REPRESENTING_NAME_W) != NULL;
	const ULONG *from = from_is_told ? from_tags : sender_tags;
	const ULONG *to = from_is_told ? sender_tags : from_tags;
	HRESULT hr = S_OK;

	if (bag_get(bag, to[NAME]))
		return S_OK;
	for (int i = 0; i < PERSON_PARTS && SUCCEEDED(hr); i++)
		hr = copy_value(bag, from[i], to[i]);
	return hr;
}

static HRESULT
take_recipients(struct fields *fields, ULONG kind, const char *raw)
{
	return read_people(raw, fields->recipients[kind - MAPI_TO]);
}

static HRESULT
add_reply_entry(GByteArray *entries, const struct addrlist_mailbox *person, const char *name)
{
	static const BYTE padding[3] = { 0 };
	ENTRYID *id = NULL;
	ULONG size = 0;
	HRESULT hr = one_off(person, name, &size, &id);

	if (FAILED(hr))
		return hr;
	g_byte_array_append(entries, (const guint8 *)&size, sizeof size);
	g_byte_array_append(entries, (const guint8 *)id, size);
	g_byte_array_append(entries, padding, (4 - size % 4) % 4);
	mem_free(id);
	return S_OK;
}

/* A FLATENTRYLIST: how many, how many bytes, each entry with its size and padded to four. */
static HRESULT
take_reply_to(struct fields *fields, ULONG tag, const char *raw)
{
	struct bag *bag = fields->import->bag;
	g_autoptr(GString) names = g_string_new(NULL);
	GByteArray *entries = g_byte_array_new();
	GPtrArray *list = addrlist_new();
	ULONG counts[2] = { 0, 0 };
	HRESULT hr = read_people(raw, list);

	g_byte_array_append(entries, (const guint8 *)counts, sizeof counts);
	for (guint i = 0; i < list->len && SUCCEEDED(hr); i++) {
		const struct addrlist_mailbox *person = list->pdata[i];
		g_autofree char *name = person_name(person);

		if (!*person->address)
			continue;
		g_string_append_printf(names, "%s%s", counts[0]++ ? ";" : "", name);
		hr = add_reply_entry(entries, person, name);
	}
	counts[1] = entries->len - sizeof counts;
	memcpy(entries->data, counts, sizeof counts);
	if (SUCCEEDED(hr) && counts[0])
		hr = bag_set_binary(bag, PR_REPLY_RECIPIENT_ENTRIES, entries->data, entries->len);
	if (SUCCEEDED(hr) && counts[0])
		hr = bag_set_text(bag, PR_REPLY_RECIPIENT_NAMES_W, names->str);
	g_byte_array_unref(entries);
	g_ptr_array_unref(list);
	return hr;
}

/* --- Small things --------------------------------------------------------------------------- */

static HRESULT
take_importance(struct fields *fields, ULONG tag, const char *raw)
{
	g_autofree char *text = decoded_text(raw);
	LONG value = 1;

	if (!text)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (!g_ascii_strncasecmp(text, "high", 4) || *text == '1' || *text == '2')
		value = 2;
	else if (!g_ascii_strncasecmp(text, "low", 3) || *text == '4' || *text == '5')
		value = 0;
	return bag_set_long(fields->import->bag, PR_IMPORTANCE, value);
}

static HRESULT
take_priority(struct fields *fields, ULONG tag, const char *raw)
{
	g_autofree char *text = decoded_text(raw);
	LONG value = 0;

	if (!text)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (!g_ascii_strncasecmp(text, "urgent", 6))
		value = 1;
	else if (!g_ascii_strncasecmp(text, "non-urgent", 10))
		value = -1;
	return bag_set_long(fields->import->bag, PR_PRIORITY, value);
}

static HRESULT
take_sensitivity(struct fields *fields, ULONG tag, const char *raw)
{
	static const char *const words[] = { "personal", "private", "company-confidential" };
	g_autofree char *text = decoded_text(raw);

	if (!text)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (int i = 0; i < 3; i++)
		if (!g_ascii_strcasecmp(text, words[i]))
			return bag_set_long(fields->import->bag, PR_SENSITIVITY, i + 1);
	return S_OK;
}

static HRESULT
take_receipt(struct fields *fields, ULONG tag, const char *raw)
{
	return bag_set_bool(fields->import->bag, tag, true);
}

static HRESULT
take_thread_index(struct fields *fields, ULONG tag, const char *raw)
{
	g_autofree char *text = decoded_text(raw);
	g_autofree guchar *bytes = NULL;
	gsize size = 0;

	if (!text)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	bytes = g_base64_decode(text, &size);
	return size ? bag_set_binary(fields->import->bag, PR_CONVERSATION_INDEX, bytes, size)
		    : S_OK;
}

static HRESULT
take_unsent(struct fields *fields, ULONG tag, const char *raw)
{
	fields->unsent = strtol(raw, NULL, 10) == 1;
	return S_OK;
}

/* --- Which field is what -------------------------------------------------------------------- */

static const struct known {
	const char *name;
	HRESULT (*take)(struct fields *fields, ULONG tag, const char *raw);
	ULONG tag;   /* or what `take` makes of it */
	bool repeat; /* each one counts, not the first alone */
} known[] = {
	{ "Date", take_date, PR_CLIENT_SUBMIT_TIME, false },
	{ "Received", take_date, PR_MESSAGE_DELIVERY_TIME, false },
	{ "From", take_sender, PR_SENT_REPRESENTING_NAME_W, false },
	{ "Sender", take_sender, PR_SENDER_NAME_W, false },
	{ "Reply-To", take_reply_to, PR_REPLY_RECIPIENT_ENTRIES, false },
	{ "To", take_recipients, MAPI_TO, true },
	{ "Cc", take_recipients, MAPI_CC, true },
	{ "Bcc", take_recipients, MAPI_BCC, true },
	{ "Subject", take_text, PR_SUBJECT_W, false },
	{ "Thread-Topic", take_text, PR_CONVERSATION_TOPIC_W, false },
	{ "Thread-Index", take_thread_index, PR_CONVERSATION_INDEX, false },
	{ "Message-ID", take_text, TAG_MESSAGE_ID_W, false },
	{ "In-Reply-To", take_text, TAG_IN_REPLY_TO_W, false },
	{ "References", take_text, TAG_REFERENCES_W, false },
	{ "Importance", take_importance, PR_IMPORTANCE, false },
	{ "X-Priority", take_importance, PR_IMPORTANCE, false },
	{ "Priority", take_priority, PR_PRIORITY, false },
	{ "Sensitivity", take_sensitivity, PR_SENSITIVITY, false },
	{ "Disposition-Notification-To", take_receipt, PR_READ_RECEIPT_REQUESTED, false },
	{ "Return-Receipt-To", take_receipt, PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED, false },
	{ "X-Unsent", take_unsent, 0, false },
};

static HRESULT
take_named(struct fields *fields, const char *name, const char *raw)
{
	char *text;

	if (fields->names->len >= NAMED_MAX || fields_is_reserved(name) || !header_name_check(name))
		return S_OK;
	for (guint i = 0; i < fields->names->len; i++)
		if (!g_ascii_strcasecmp(fields->names->pdata[i], name))
			return S_OK;
	text = decoded_text(raw);
	if (!text)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	g_ptr_array_add(fields->names, g_strdup(name));
	g_ptr_array_add(fields->texts, text);
	return S_OK;
}

static HRESULT
take_field(struct fields *fields, const char *name, const char *raw, bool seen[])
{
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		if (g_ascii_strcasecmp(known[i].name, name))
			continue;
		if (seen[i] && !known[i].repeat)
			return S_OK;
		seen[i] = true;
		return known[i].take(fields, known[i].tag, raw);
	}
	return take_named(fields, name, raw);
}

static HRESULT
take_all(struct fields *fields, GMimeHeaderList *list, GString *whole)
{
	bool seen[G_N_ELEMENTS(known)] = { false };
	int count = g_mime_header_list_get_count(list);
	HRESULT hr = S_OK;

	for (int i = 0; i < count && SUCCEEDED(hr); i++) {
		GMimeHeader *header = g_mime_header_list_get_header_at(list, i);
		const char *raw = g_mime_header_get_raw_value(header);

		if (!raw)
			continue;
		g_string_append_printf(whole, "%s:%s", g_mime_header_get_raw_name(header), raw);
		if (!g_str_has_suffix(raw, "\n"))
			g_string_append_c(whole, '\n');
		hr = take_field(fields, g_mime_header_get_name(header), raw, seen);
	}
	return hr;
}

/* --- Into the message ----------------------------------------------------------------------- */

static HRESULT
name_ids(struct fields *fields, void *root, SPropTagArray **tags)
{
	GUID set = PS_INTERNET_HEADERS;
	IMessage *message = fields->import->message;
	ULONG count = fields->names->len;
	MAPINAMEID *ids = mem_zalloc(root, count * sizeof *ids);
	MAPINAMEID **pointers = mem_zalloc(root, count * sizeof *pointers);

	if (!ids || !pointers)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (ULONG i = 0; i < count; i++) {
		ids[i].lpguid = &set;
		ids[i].ulKind = MNID_STRING;
		ids[i].Kind.lpwstrName = text_to_utf16(root, fields->names->pdata[i]);
		pointers[i] = &ids[i];
		if (!ids[i].Kind.lpwstrName)
			return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	return message->lpVtbl->GetIDsFromNames(message, count, pointers, MAPI_CREATE, tags);
}

/* Where the store has no room for names left, or none at all, the header's text has to do. */
static HRESULT
set_named(struct fields *fields)
{
	SPropTagArray *tags = NULL;
	void *root = mem_zalloc(NULL, 1);
	HRESULT hr = root ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr) && fields->names->len)
		hr = name_ids(fields, root, &tags);
	for (ULONG i = 0; SUCCEEDED(hr) && tags && i < tags->cValues; i++)
		if (PROP_TYPE(tags->aulPropTag[i]) != PT_ERROR)
			hr = bag_set_text(fields->import->bag,
			    CHANGE_PROP_TYPE(tags->aulPropTag[i], PT_UNICODE),
			    fields->texts->pdata[i]);
	mem_free(tags);
	mem_free(root);
	return hr == MAPI_E_NOT_ENOUGH_MEMORY ? hr : S_OK;
}

static HRESULT
fill_recipient(ADRENTRY *entry, const struct addrlist_mailbox *person, LONG kind)
{
	struct bag *bag = bag_create();
	HRESULT hr = bag ? bag_set_long(bag, PR_RECIPIENT_TYPE, kind) : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = set_person(bag, recipient_tags, person);
	if (SUCCEEDED(hr))
		hr = prop_copy_array(bag_values(bag), bag_count(bag), &entry->rgPropVals);
	if (SUCCEEDED(hr))
		entry->cValues = bag_count(bag);
	bag_free(bag);
	return hr;
}

static HRESULT
set_recipients(struct fields *fields)
{
	IMessage *message = fields->import->message;
	ADRLIST *list;
	ULONG total = 0;
	HRESULT hr = S_OK;

	for (int i = 0; i < 3; i++)
		total += fields->recipients[i]->len;
	if (!total)
		return S_OK;
	list = mem_zalloc(NULL, CbNewADRLIST(total));
	if (!list)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (int i = 0; i < 3; i++)
		for (guint j = 0; j < fields->recipients[i]->len && SUCCEEDED(hr); j++)
			hr = fill_recipient(&list->aEntries[list->cEntries++],
			    fields->recipients[i]->pdata[j], MAPI_TO + i);
	if (SUCCEEDED(hr))
		hr = message->lpVtbl->ModifyRecipients(message, MODRECIP_ADD, list);
	for (ULONG i = 0; i < list->cEntries; i++)
		mem_free(list->aEntries[i].rgPropVals);
	mem_free(list);
	return hr;
}

static HRESULT
complete(struct fields *fields, const GString *whole)
{
	struct bag *bag = fields->import->bag;
	g_autofree char *utf8 = charset_to_utf8(whole->str, whole->len, NULL);
	g_autofree char *text = utf8 ? charset_crlf(utf8) : NULL;
	HRESULT hr = text ? bag_set_text(bag, PR_TRANSPORT_MESSAGE_HEADERS_W, text)
			  : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = complete_sender(bag);
	if (SUCCEEDED(hr))
		hr = copy_value(bag, PR_CLIENT_SUBMIT_TIME, PR_MESSAGE_DELIVERY_TIME);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_MESSAGE_CLASS_W, "IPM.Note");
	if (SUCCEEDED(hr))
		hr = bag_set_long(
		    bag, PR_MESSAGE_FLAGS, MSGFLAG_READ | (fields->unsent ? MSGFLAG_UNSENT : 0));
	if (SUCCEEDED(hr))
		hr = set_named(fields);
	return SUCCEEDED(hr) ? set_recipients(fields) : hr;
}

HRESULT
import_fields(struct import *import, GMimeMessage *mail)
{
	struct fields fields = { import, { addrlist_new(), addrlist_new(), addrlist_new() },
		g_ptr_array_new_with_free_func(g_free), g_ptr_array_new_with_free_func(g_free),
		false };
	GMimeObject *body = g_mime_message_get_mime_part(mail);
	g_autoptr(GString) whole = g_string_new(NULL);
	HRESULT hr;

	hr = take_all(&fields, g_mime_object_get_header_list(GMIME_OBJECT(mail)), whole);
	if (SUCCEEDED(hr) && body)
		hr = take_all(&fields, g_mime_object_get_header_list(body), whole);
	if (SUCCEEDED(hr))
		hr = complete(&fields, whole);
	for (int i = 0; i < 3; i++)
		g_ptr_array_unref(fields.recipients[i]);
	g_ptr_array_unref(fields.names);
	g_ptr_array_unref(fields.texts);
	return FAILED(hr) ? import_fail(import, hr, "the header cannot be stored") : hr;
}
