/* SPDX-License-Identifier: MIT */
/*
 * The header fields that tell who, to whom, when and about what ([MS-OXCMAIL] 2.1.3.1, 2.1.3.2),
 * and what a client asked for by PS_INTERNET_HEADERS (2.1.3.2.4).
 */
#include "render.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <mapicode.h>
#include <mapiguid.h>

#include "header.h"
#include "mem.h"
#include "prop.h"
#include "read.h"
#include "text.h"

#define MAILER "emapi 0.1"

static LONG
get_long(struct render *render, ULONG tag, LONG fallback)
{
	return prop_find_long(render->props, render->count, tag, fallback);
}

static char *
get_text(struct render *render, ULONG tag)
{
	char *text = prop_find_text(render->props, render->count, tag);

	if (text && !*text)
		g_clear_pointer(&text, g_free);
	return text;
}

/* An address in the form it may stand in the header, NULL where it has none. */
static char *
header_address(struct render *render, const struct address_person *person)
{
	char *ascii;

	if (person->type && g_ascii_strcasecmp(person->type, "SMTP") != 0)
		return NULL;
	if (!address_check(person->address, NULL))
		return NULL;
	if (address_needs_smtputf8(person->address)) {
		if (render->depth > 0) /* message/rfc822 is ASCII (RFC 6532 3.7) */
			return NULL;
		if (!render->needs_smtputf8 && !render->options->utf8_headers)
			render_fail(render, MAPI_E_BAD_CHARWIDTH,
			    "the address %s needs a server that offers SMTPUTF8", person->address);
		render->needs_smtputf8 = true;
		return g_strdup(person->address);
	}
	ascii = address_to_ascii(person->address);
	return ascii && address_check(ascii, NULL) ? ascii : (g_free(ascii), NULL);
}

/* Someone without an Internet address is named, but cannot be answered. */
static void
add_person(struct render *render, struct header_list *list, const struct address_person *person)
{
	g_autofree char *address = header_address(render, person);

	if (address)
		header_list_add(list, person->name, address);
	else
		header_list_add_group(list, person->name ? person->name : person->address);
}

static bool
same_person(const struct address_person *a, const struct address_person *b)
{
	return g_ascii_strcasecmp(a->address, b->address) == 0;
}

static void
add_one(
    struct render *render, GString *header, const char *name, const struct address_person *person)
{
	struct header_list list;

	header_list_start(&list, header, name);
	add_person(render, &list, person);
	header_list_end(&list);
}

/* Who it is from, and who sent it in that one's name (left without address where it is the same).
 */
static HRESULT
pick_senders(struct render *render, struct address_person *from, struct address_person *sender)
{
	HRESULT hr;

	hr = address_pick(render->props, render->count, &address_tags_representing, from);
	if (FAILED(hr) && hr != MAPI_E_NOT_FOUND)
		return hr;
	hr = address_pick(render->props, render->count, &address_tags_sender, sender);
	if (FAILED(hr) && hr != MAPI_E_NOT_FOUND)
		return hr;
	if (!from->address) {
		*from = *sender;
		memset(sender, 0, sizeof *sender);
	}
	if (!from->address && render->options->from_address) {
		from->name = g_strdup(render->options->from_name);
		from->address = g_strdup(render->options->from_address);
	}
	if (sender->address && same_person(from, sender))
		address_person_clear(sender);
	return S_OK;
}

static HRESULT
add_from(struct render *render, GString *header)
{
	struct address_person sender = { NULL, NULL, NULL };
	HRESULT hr;

	hr = pick_senders(render, &render->from, &sender);
	if (FAILED(hr))
		return hr;
	if (render->from.address)
		add_one(render, header, "From", &render->from);
	if (sender.address)
		add_one(render, header, "Sender", &sender);
	address_person_clear(&sender);
	if (!render->from.address && render->depth == 0)
		return render_fail(render, MAPI_E_UNCONFIGURED,
		    "nobody to send from: the message has no sender, and the profile no address "
		    "(FromAddress)");
	return S_OK;
}

/* What is no one-off is passed over. */
static HRESULT
add_one_off(
    struct render *render, GString *header, struct header_list *list, const void *id, ULONG size)
{
	struct address_person person;
	SPropValue value = { .ulPropTag = PR_ENTRYID };
	HRESULT hr;

	value.Value.bin.lpb = (BYTE *)(uintptr_t)id;
	value.Value.bin.cb = size;
	hr = address_pick(&value, 1, &address_tags_recipient, &person);
	if (FAILED(hr))
		return hr == MAPI_E_NOT_FOUND ? S_OK : hr;
	if (!list->out)
		header_list_start(list, header, "Reply-To");
	add_person(render, list, &person);
	address_person_clear(&person);
	return S_OK;
}

/* PR_REPLY_RECIPIENT_ENTRIES: a FLATENTRYLIST of one-offs, each padded to four bytes. */
static HRESULT
add_reply_to(struct render *render, GString *header)
{
	const SPropValue *value =
	    prop_find(render->props, render->count, PR_REPLY_RECIPIENT_ENTRIES);
	struct header_list list = { .out = NULL };
	size_t at = offsetof(FLATENTRYLIST, abEntries);
	HRESULT hr = S_OK;

	while (value && at + sizeof(ULONG) <= value->Value.bin.cb) {
		const BYTE *entry = value->Value.bin.lpb + at;
		ULONG size;

		memcpy(&size, entry, sizeof size);
		if (size > value->Value.bin.cb - at - sizeof size)
			break;
		hr = add_one_off(render, header, &list, entry + sizeof size, size);
		if (FAILED(hr))
			break;
		at += (sizeof size + size + 3) & ~(size_t)3;
	}
	if (list.out)
		header_list_end(&list);
	return hr;
}

/* --- Recipients ------------------------------------------------------------------------------ */

/* To and Cc are gathered in one walk over the table. */
struct recipients {
	struct render *render;
	GString *lines[2];
	struct header_list lists[2];
};

static HRESULT
add_recipient(void *context, const SPropValue *values, ULONG count)
{
	struct recipients *recipients = context;
	/* MAPI_SUBMITTED may stand in the high bits, and MAPI_P1: those of a message that is sent
	 * again are for the envelope alone (IXPLogon::SubmitMessage). */
	ULONG type = (ULONG)prop_find_long(values, count, PR_RECIPIENT_TYPE, MAPI_TO);
	LONG kind = type & MAPI_P1 ? MAPI_BCC : (LONG)(type & 0x0F);
	struct address_person person;
	int which = kind == MAPI_TO ? 0 : 1;
	g_autofree char *name = NULL;
	HRESULT hr;

	if (kind != MAPI_TO && kind != MAPI_CC)
		return S_OK;
	hr = address_pick(values, count, &address_tags_recipient, &person);
	if (FAILED(hr) && hr != MAPI_E_NOT_FOUND)
		return hr;
	if (FAILED(hr)) {
		name = prop_find_text(values, count, PR_DISPLAY_NAME_W);
		if (!name || !*name)
			return S_OK;
	}
	if (!recipients->lines[which]) {
		recipients->lines[which] = g_string_new(NULL);
		header_list_start(
		    &recipients->lists[which], recipients->lines[which], which == 0 ? "To" : "Cc");
	}
	if (name)
		header_list_add_group(&recipients->lists[which], name);
	else
		add_person(recipients->render, &recipients->lists[which], &person);
	address_person_clear(&person);
	return S_OK;
}

static HRESULT
add_recipients(struct render *render, GString *header)
{
	static const ULONG columns[] = { PR_ROWID, PR_RECIPIENT_TYPE, PR_DISPLAY_NAME_W,
		PR_ADDRTYPE_W, PR_EMAIL_ADDRESS_W, PR_SMTP_ADDRESS_W, PR_ENTRYID };
	struct recipients recipients = { .render = render };
	IMAPITable *table = NULL;
	HRESULT hr;
	int i;

	hr = render->message->lpVtbl->GetRecipientTable(render->message, MAPI_UNICODE, &table);
	if (SUCCEEDED(hr)) {
		hr = read_rows(table, columns, G_N_ELEMENTS(columns), add_recipient, &recipients);
		table->lpVtbl->Release(table);
	}
	for (i = 0; i < 2; i++)
		if (recipients.lines[i]) {
			header_list_end(&recipients.lists[i]);
			g_string_append(header, recipients.lines[i]->str);
		}
	if (!recipients.lines[0] && !recipients.lines[1])
		g_string_append(header, "To: undisclosed-recipients:;\r\n");
	for (i = 0; i < 2; i++)
		if (recipients.lines[i])
			g_string_free(recipients.lines[i], TRUE);
	return FAILED(hr) ? render_fail(render, hr, "the recipients cannot be read") : S_OK;
}

/* --- Date, subject, identity ----------------------------------------------------------------- */

/* RFC 5322 3.3, in this machine's time zone, in no locale. */
static void
add_date(struct render *render, GString *header)
{
	static const char days[7][4] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	static const char months[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug",
		"Sep", "Oct", "Nov", "Dec" };
	const SPropValue *value = prop_find(render->props, render->count, PR_CLIENT_SUBMIT_TIME);
	gint64 when = g_get_real_time();
	struct tm date;
	time_t seconds;
	int offset;

	if (value)
		read_filetime(value->Value.ft, &when);
	seconds = (time_t)(when / G_USEC_PER_SEC);
	if (!localtime_r(&seconds, &date))
		gmtime_r(&seconds, &date);
	offset = (int)(date.tm_gmtoff / 60);
	g_string_append_printf(header, "Date: %s, %d %s %04d %02d:%02d:%02d %c%02d%02d\r\n",
	    days[(date.tm_wday + 6) % 7], date.tm_mday, months[date.tm_mon], date.tm_year + 1900,
	    date.tm_hour, date.tm_min, date.tm_sec, offset < 0 ? '-' : '+', ABS(offset) / 60,
	    ABS(offset) % 60);
}

static void
add_subject(struct render *render, GString *header)
{
	g_autofree char *subject = get_text(render, PR_SUBJECT_W);
	g_autofree char *prefix = NULL, *rest = NULL;
	const char *text;

	if (!subject) { /* [MS-OXCMAIL] 2.1.3.2.8 */
		prefix = get_text(render, PR_SUBJECT_PREFIX_W);
		rest = get_text(render, PR_NORMALIZED_SUBJECT_W);
		if (prefix || rest)
			subject = g_strconcat(prefix ? prefix : "", rest ? rest : "", NULL);
	}
	text = subject;
	/* A .pst's subject begins with U+0001 and the length of its prefix. */
	if (text && text[0] == '\001' && text[1])
		text = g_utf8_validate(text, -1, NULL) ? g_utf8_next_char(text + 1) : text + 2;
	if (text)
		header_text(header, "Subject", text);
}

/* Where a message's ID is coined: behind the '@' of who sends it. */
static char *
sender_domain(struct render *render)
{
	const char *address = render->from.address;
	g_autofree char *ascii = NULL;

	if (address && address_check(address, NULL))
		ascii = address_to_ascii(address);
	return g_strdup(ascii ? strrchr(ascii, '@') + 1 : "localhost.localdomain");
}

/* The same whenever this submission is rendered: a second try must be known for one.  A store that
 * gives no Message-ID gives a search key all the same. */
static char *
coin_id(struct render *render)
{
	const SPropValue *key = prop_find(render->props, render->count, PR_SEARCH_KEY);
	const SPropValue *time = prop_find(render->props, render->count, PR_CLIENT_SUBMIT_TIME);
	GChecksum *sum;
	char *id;

	if (!key || !key->Value.bin.cb)
		return g_uuid_string_random();
	sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_checksum_update(sum, key->Value.bin.lpb, (gssize)key->Value.bin.cb);
	if (time)
		g_checksum_update(sum, (const guchar *)&time->Value.ft, sizeof(time->Value.ft));
	id = g_strndup(g_checksum_get_string(sum), 32);
	g_checksum_free(sum);
	return id;
}

/* [MS-OXCMAIL] 2.1.3.2.11: the one it has, as it is; else a new one. */
static void
add_message_id(struct render *render, GString *header)
{
	g_autofree char *raw = get_text(render, TAG_MESSAGE_ID_W);
	g_autofree char *clean = header_clean(raw);
	GString *id = g_string_new("<");
	const char *p;

	for (p = clean; *p; p++)
		if (*p > ' ' && *p < 0x7F && *p != '<' && *p != '>')
			g_string_append_c(id, *p);
	if (id->len == 1 || id->len > 900) {
		g_autofree char *coined = coin_id(render);
		g_autofree char *domain = sender_domain(render);

		g_string_printf(id, "<%s@%s", coined, domain);
	}
	g_string_append_c(id, '>');
	header_words(header, "Message-ID", id->str);
	render->message_id = g_string_free(id, FALSE);
}

static void
add_words(struct render *render, GString *header, const char *name, ULONG tag)
{
	g_autofree char *words = get_text(render, tag);

	if (words)
		header_words(header, name, words);
}

/* [MS-OXCMAIL] 2.1.3.2.5, 2.1.3.2.6: only what differs from the usual is said. */
static void
add_importance(struct render *render, GString *header)
{
	static const char *const sensitivities[] = { NULL, "Personal", "Private",
		"Company-Confidential" };
	LONG importance = get_long(render, PR_IMPORTANCE, 1);
	LONG priority = get_long(render, PR_PRIORITY, 0);
	LONG sensitivity = get_long(render, PR_SENSITIVITY, 0);

	if (importance == 2)
		g_string_append(header, "Importance: high\r\nX-Priority: 1\r\n");
	else if (importance == 0)
		g_string_append(header, "Importance: low\r\nX-Priority: 5\r\n");
	if (priority > 0)
		g_string_append(header, "Priority: urgent\r\n");
	else if (priority < 0)
		g_string_append(header, "Priority: non-urgent\r\n");
	if (sensitivity > 0 && sensitivity <= 3)
		g_string_append_printf(header, "Sensitivity: %s\r\n", sensitivities[sensitivity]);
}

static void
add_thread(struct render *render, GString *header)
{
	g_autofree char *topic = get_text(render, PR_CONVERSATION_TOPIC_W);
	const SPropValue *index = prop_find(render->props, render->count, PR_CONVERSATION_INDEX);

	add_words(render, header, "In-Reply-To", TAG_IN_REPLY_TO_W);
	add_words(render, header, "References", TAG_REFERENCES_W);
	if (!index || index->Value.bin.cb == 0 || index->Value.bin.cb > 600)
		return;
	if (topic)
		header_text(header, "Thread-Topic", topic);
	g_autofree char *base64 = g_base64_encode(index->Value.bin.lpb, index->Value.bin.cb);
	header_words(header, "Thread-Index", base64);
}

/* [MS-OXCMAIL] 2.1.3.1.5, 2.1.3.1.6: receipts go to who it is from. */
static void
add_receipts(struct render *render, GString *header)
{
	static const struct {
		ULONG tag;
		const char *name;
	} receipts[] = {
		{ PR_READ_RECEIPT_REQUESTED, "Disposition-Notification-To" },
		{ PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED, "Return-Receipt-To" },
	};
	struct header_list list;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(receipts) && render->from.address; i++) {
		g_autofree char *address = NULL;

		if (!prop_find_bool(render->props, render->count, receipts[i].tag, false))
			continue;
		address = header_address(render, &render->from);
		if (!address)
			continue;
		header_list_start(&list, header, receipts[i].name);
		header_list_add(&list, render->from.name, address);
		header_list_end(&list);
	}
}

/* --- What the client adds -------------------------------------------------------------------- */

bool
fields_is_reserved(const char *name)
{
	static const char *const names[] = { "bcc", "cc", "date", "disposition-notification-to",
		"dkim-signature", "from", "importance", "in-reply-to", "message-id", "mime-version",
		"priority", "received", "references", "reply-to", "return-path",
		"return-receipt-to", "sender", "sensitivity", "subject", "thread-index",
		"thread-topic", "to", "x-priority", "x-receiver", "x-sender", "apparently-to" };
	static const char *const prefixes[] = { "content-", "resent-",
		"x-ms-exchange-organization-", "x-ms-exchange-forest-" };
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(names); i++)
		if (g_ascii_strcasecmp(name, names[i]) == 0)
			return true;
	for (i = 0; i < G_N_ELEMENTS(prefixes); i++)
		if (g_ascii_strncasecmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

/* The field's name, NULL in *out where it may not be one. */
static HRESULT
field_name(const MAPINAMEID *id, char **out)
{
	char *name;

	*out = NULL;
	if (!id || id->ulKind != MNID_STRING || !id->Kind.lpwstrName)
		return S_OK;
	name = text_to_utf8(NULL, id->Kind.lpwstrName);
	if (!name)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (header_name_check(name) && !fields_is_reserved(name))
		*out = g_strdup(name);
	mem_free(name);
	return S_OK;
}

/* One field for each named property of the set that has text. */
static HRESULT
add_named(
    GString *header, MAPINAMEID **names, const SPropValue *values, ULONG count, bool *has_mailer)
{
	HRESULT hr = S_OK;
	ULONG i;

	for (i = 0; i < count && SUCCEEDED(hr); i++) {
		g_autofree char *name = NULL, *text = NULL;

		hr = field_name(names[i], &name);
		if (name)
			text = prop_find_text(&values[i], 1, values[i].ulPropTag);
		if (!text)
			continue;
		header_text(header, name, text);
		if (g_ascii_strcasecmp(name, "X-Mailer") == 0 ||
		    g_ascii_strcasecmp(name, "User-Agent") == 0)
			*has_mailer = true;
	}
	return hr;
}

static HRESULT
read_named(IMAPIProp *object, const SPropTagArray *tags, SPropValue **out)
{
	ULONG *wanted = g_try_new(ULONG, tags->cValues);
	HRESULT hr;
	ULONG i;

	if (!wanted)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < tags->cValues; i++)
		wanted[i] = CHANGE_PROP_TYPE(tags->aulPropTag[i], PT_UNICODE);
	hr = read_props(object, wanted, tags->cValues, out);
	g_free(wanted);
	return hr;
}

/* A store without named properties has none to add: its refusal is no failure of ours. */
static HRESULT
add_internet_headers(struct render *render, GString *header)
{
	IMAPIProp *object = (IMAPIProp *)render->message;
	GUID set = PS_INTERNET_HEADERS;
	SPropTagArray *tags = NULL;
	SPropValue *values = NULL;
	MAPINAMEID **names = NULL;
	bool has_mailer = false;
	ULONG count = 0;
	HRESULT hr;

	hr = object->lpVtbl->GetNamesFromIDs(object, &tags, &set, 0, &count, &names);
	if (FAILED(hr) && hr != MAPI_E_NOT_ENOUGH_MEMORY)
		hr = S_OK;
	else if (SUCCEEDED(hr) && count > 0 && tags && tags->cValues == count) {
		hr = read_named(object, tags, &values);
		if (SUCCEEDED(hr))
			hr = add_named(header, names, values, count, &has_mailer);
	}
	mem_free(values);
	mem_free(tags);
	mem_free(names);
	if (!has_mailer && render->depth == 0)
		g_string_append(header, "X-Mailer: " MAILER "\r\n");
	return hr;
}

HRESULT
fields_build(struct render *render, GString *header)
{
	HRESULT hr;

	if (render->depth == 0 && render->options->first_lines)
		g_string_append(header, render->options->first_lines);
	add_date(render, header);
	hr = add_from(render, header);
	if (FAILED(hr))
		return hr;
	hr = add_reply_to(render, header);
	if (SUCCEEDED(hr))
		hr = add_recipients(render, header);
	if (FAILED(hr))
		return hr;
	add_subject(render, header);
	add_message_id(render, header);
	add_thread(render, header);
	add_importance(render, header);
	if (render->report == MIME_NO_REPORT) /* a report never asks for one: RFC 8098 2.1 */
		add_receipts(render, header);
	hr = add_internet_headers(render, header);
	if (FAILED(hr))
		return hr;
	g_string_append(header, "MIME-Version: 1.0\r\n");
	return render->needs_smtputf8 && !render->options->utf8_headers ? MAPI_E_BAD_CHARWIDTH
									: S_OK;
}

/* --- For a mail that came whole ----------------------------------------------------------------
 */

/* Each field's name gets the prefix; lines that go on with one begin with a blank. */
static void
append_prefixed(GString *out, const GString *lines, const char *prefix)
{
	const char *line = lines->str, *end;

	for (; *line; line = end) {
		end = strchr(line, '\n') + 1;
		if (*line != ' ' && *line != '\t')
			g_string_append(out, prefix);
		g_string_append_len(out, line, end - line);
	}
}

/* Who sends a mail on is the sender, whoever the mail is from. */
static HRESULT
add_resender(struct render *render, GString *header)
{
	struct address_person sender;
	HRESULT hr;

	hr = address_pick(render->props, render->count, &address_tags_sender, &sender);
	if (hr == MAPI_E_NOT_FOUND)
		return add_from(render, header);
	if (SUCCEEDED(hr))
		add_one(render, header, "From", &sender);
	address_person_clear(&sender);
	return hr;
}

HRESULT
fields_missing(struct render *render, unsigned has, GString *header)
{
	bool resent = has >> FIELD_RESENT_SHIFT != 0;
	g_autoptr(GString) lines = g_string_new(NULL);
	HRESULT hr = S_OK;

	if (render->depth == 0 && render->options->first_lines)
		g_string_append(header, render->options->first_lines);
	if (resent)
		has >>= FIELD_RESENT_SHIFT;
	if (!(has & FIELD_DATE))
		add_date(render, lines);
	if (!(has & FIELD_FROM))
		hr = resent ? add_resender(render, lines) : add_from(render, lines);
	if (FAILED(hr))
		return hr;
	if (!(has & FIELD_MESSAGE_ID))
		add_message_id(render, lines);
	else
		render->message_id = get_text(render, TAG_MESSAGE_ID_W);
	append_prefixed(header, lines, resent ? "Resent-" : "");
	return render->needs_smtputf8 && !render->options->utf8_headers ? MAPI_E_BAD_CHARWIDTH
									: S_OK;
}
