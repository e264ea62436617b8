/* SPDX-License-Identifier: MIT */
/* The text, properties and recipient of read and non-read reports: see readreceipt.h. */
#include "readreceipt.h"
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "addrbook.h"
#include "bag.h"
#include "com.h"
#include "mailuser.h"
#include "mem.h"
#include "prop.h"
#include "session_private.h"

/* What a report takes over, and under which name. */
static const struct {
	ULONG from, to;
} taken[] = {
	{ PR_SUBJECT_W, PR_ORIGINAL_SUBJECT_W },
	{ PR_CLIENT_SUBMIT_TIME, PR_ORIGINAL_SUBMIT_TIME },
	{ PR_MESSAGE_DELIVERY_TIME, PR_ORIGINAL_DELIVERY_TIME },
	{ PR_MESSAGE_CLASS_W, PR_ORIG_MESSAGE_CLASS_W },
	{ PR_DISPLAY_TO_W, PR_ORIGINAL_DISPLAY_TO_W },
	{ PR_DISPLAY_CC_W, PR_ORIGINAL_DISPLAY_CC_W },
	{ PR_SEARCH_KEY, PR_PARENT_KEY },
	{ PR_SEARCH_KEY, PR_ORIGINAL_SEARCH_KEY },
	{ PR_REPORT_TAG, PR_REPORT_TAG },
	{ PR_CONVERSATION_TOPIC_W, PR_CONVERSATION_TOPIC_W },
	{ PR_INTERNET_MESSAGE_ID_W, PR_IN_REPLY_TO_W },
	{ PR_IMPORTANCE, PR_IMPORTANCE },
	{ PR_PRIORITY, PR_PRIORITY },
	{ PR_SENSITIVITY, PR_SENSITIVITY },
	{ PR_SENDER_NAME_W, PR_ORIGINAL_SENDER_NAME_W },
	{ PR_SENDER_ADDRTYPE_W, PR_ORIGINAL_SENDER_ADDRTYPE_W },
	{ PR_SENDER_EMAIL_ADDRESS_W, PR_ORIGINAL_SENDER_EMAIL_ADDRESS_W },
	{ PR_SENDER_ENTRYID, PR_ORIGINAL_SENDER_ENTRYID },
	{ PR_SENDER_SEARCH_KEY, PR_ORIGINAL_SENDER_SEARCH_KEY },
	/* Read for what is made of them. */
	{ PR_CONVERSATION_INDEX, 0 },
	{ PR_READ_RECEIPT_ENTRYID, 0 },
	{ PR_REPORT_ENTRYID, 0 },
	{ PR_SENT_REPRESENTING_ENTRYID, 0 },
};

struct report {
	struct session *session;
	bool read;
	SPropValue *values; /* of the message it is about */
	ULONG count;
	struct bag *bag;
};

static HRESULT
read_message(struct report *report, IMessage *message)
{
	SizedSPropTagArray(G_N_ELEMENTS(taken), tags) = { .cValues = 0 };
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(taken); i++)
		tags.aulPropTag[tags.cValues++] = taken[i].from;
	return message->lpVtbl->GetProps(
	    message, (SPropTagArray *)&tags, MAPI_UNICODE, &report->count, &report->values);
}

static HRESULT
put_taken(struct report *report)
{
	HRESULT hr = S_OK;
	size_t i;

	for (i = 0; SUCCEEDED(hr) && i < G_N_ELEMENTS(taken); i++) {
		const SPropValue *found = prop_find(report->values, report->count, taken[i].from);
		SPropValue copy;

		if (!found || !taken[i].to)
			continue;
		copy = *found;
		copy.ulPropTag = taken[i].to;
		hr = bag_set(report->bag, &copy);
	}
	return hr;
}

/* --- What it says -------------------------------------------------------------------------- */

static FILETIME
to_filetime(gint64 when)
{
	guint64 ticks = (guint64)(when + G_GINT64_CONSTANT(11644473600) * G_USEC_PER_SEC) * 10;
	FILETIME time = { (DWORD)ticks, (DWORD)(ticks >> 32) };

	return time;
}

static char *
local_time(const SPropValue *value)
{
	guint64 ticks;
	GDateTime *time;
	char *text = NULL;

	if (!value || value->ulPropTag != PR_CLIENT_SUBMIT_TIME)
		return NULL;
	ticks = (guint64)value->Value.ft.dwHighDateTime << 32 | value->Value.ft.dwLowDateTime;
	time = g_date_time_new_from_unix_local(
	    (gint64)(ticks / 10000000) - G_GINT64_CONSTANT(11644473600));
	if (time)
		text = g_date_time_format(time, "%Y-%m-%d %H:%M:%S %z");
	if (time)
		g_date_time_unref(time);
	return text;
}

static void
add_line(GString *text, const char *label, char *value)
{
	if (value && *value)
		g_string_append_printf(text, "  %s %s\n", label, value);
	g_free(value);
}

static char *
make_body(const struct report *report)
{
	GString *text = g_string_new("Your message\n\n");
	GDateTime *now = g_date_time_new_now_local();
	char *time = g_date_time_format(now, "%Y-%m-%d %H:%M:%S %z");

	add_line(text, "To:", prop_find_text(report->values, report->count, PR_DISPLAY_TO_W));
	add_line(text, "Subject:", prop_find_text(report->values, report->count, PR_SUBJECT_W));
	add_line(text,
	    "Sent:", local_time(prop_find(report->values, report->count, PR_CLIENT_SUBMIT_TIME)));
	g_string_append_printf(
	    text, "\n%s %s.\n", report->read ? "was read on" : "was not read before", time);
	g_free(time);
	g_date_time_unref(now);
	return g_string_free(text, FALSE);
}

static HRESULT
put_words(struct report *report)
{
	char *class = prop_find_text(report->values, report->count, PR_MESSAGE_CLASS_W);
	char *subject = prop_find_text(report->values, report->count, PR_SUBJECT_W);
	const char *prefix = report->read ? "Read: " : "Not read: ";
	char *report_class = g_strconcat("REPORT.", class && *class ? class : "IPM.Note",
		 report->read ? ".IPNRN" : ".IPNNRN", NULL),
	     *report_subject = g_strconcat(prefix, subject, NULL), *body = make_body(report);
	HRESULT hr;

	hr = bag_set_text(report->bag, PR_MESSAGE_CLASS_W, report_class);
	if (SUCCEEDED(hr))
		hr = bag_set_text(report->bag, PR_SUBJECT_W, report_subject);
	if (SUCCEEDED(hr))
		hr = bag_set_text(report->bag, PR_SUBJECT_PREFIX_W, prefix);
	if (SUCCEEDED(hr))
		hr = bag_set_text(report->bag, PR_BODY_W, body);
	if (SUCCEEDED(hr))
		hr = bag_set_text(report->bag, PR_REPORT_TEXT_W, body);
	g_free(body);
	g_free(report_subject);
	g_free(report_class);
	g_free(subject);
	g_free(class);
	return hr;
}

/* When it was read, and where in the conversation the report stands. */
static HRESULT
put_place(struct report *report)
{
	const SPropValue *parent = prop_find(report->values, report->count, PR_CONVERSATION_INDEX);
	SPropValue time = { .ulPropTag = PR_REPORT_TIME };
	BYTE *index = NULL;
	ULONG size = 0;
	HRESULT hr;

	time.Value.ft = to_filetime(g_get_real_time());
	hr = bag_set(report->bag, &time);
	time.ulPropTag = PR_RECEIPT_TIME;
	if (SUCCEEDED(hr) && report->read)
		hr = bag_set(report->bag, &time);
	if (SUCCEEDED(hr))
		hr = ScCreateConversationIndex(parent ? parent->Value.bin.cb : 0,
		    parent ? parent->Value.bin.lpb : NULL, &size, &index);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(report->bag, PR_CONVERSATION_INDEX, index, size);
	if (SUCCEEDED(hr))
		hr = bag_set_bool(report->bag, PR_DELETE_AFTER_SUBMIT, true);
	if (SUCCEEDED(hr))
		hr = bag_set_bool(report->bag, PR_READ_RECEIPT_REQUESTED, false);
	if (SUCCEEDED(hr))
		hr = bag_set_bool(report->bag, PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED, false);
	mem_free(index);
	return hr;
}

/* --- Who gets it --------------------------------------------------------------------------- */

static HRESULT
put_person_of(struct report *report, const SBinary *id, struct bag *row)
{
	static SizedSPropTagArray(4, tags) = { 4,
		{ PR_DISPLAY_NAME_W, PR_ADDRTYPE_W, PR_EMAIL_ADDRESS_W, PR_SEARCH_KEY } };
	IMAPIProp *person = NULL;
	SPropValue *values = NULL;
	ULONG type, count = 0, i;
	HRESULT hr;

	hr = bag_set_binary(row, PR_ENTRYID, id->lpb, id->cb);
	if (SUCCEEDED(hr))
		hr = session_open_entry(
		    report->session, id, NULL, 0, &type, (IUnknown **)(void *)&person);
	if (SUCCEEDED(hr))
		hr = person->lpVtbl->GetProps(person, (SPropTagArray *)&tags, 0, &count, &values);
	for (i = 0; SUCCEEDED(hr) && i < count; i++)
		if (PROP_TYPE(values[i].ulPropTag) != PT_ERROR)
			hr = bag_set(row, &values[i]);
	mem_free(values);
	COM_CLEAR(person);
	return hr;
}

static HRESULT
put_sender(struct report *report, struct bag *row)
{
	char *name = prop_find_text(report->values, report->count, PR_SENDER_NAME_W);
	char *type = prop_find_text(report->values, report->count, PR_SENDER_ADDRTYPE_W);
	char *address = prop_find_text(report->values, report->count, PR_SENDER_EMAIL_ADDRESS_W);
	ENTRYID *id = NULL;
	ULONG size;
	HRESULT hr = MAPI_E_NO_RECIPIENTS;

	if (address && *address)
		hr = addrbook_create_oneoff((LPTSTR)(name && *name ? name : address),
		    (LPTSTR)(uintptr_t)(type && *type ? type : "SMTP"), (LPTSTR)address, 0, &size,
		    &id);
	if (SUCCEEDED(hr))
		hr = mailuser_properties(id, size, row);
	mem_free(id);
	g_free(address);
	g_free(type);
	g_free(name);
	return hr;
}

static HRESULT
put_recipient(struct report *report, struct bag *row)
{
	static const ULONG asked[] = { PR_READ_RECEIPT_ENTRYID, PR_REPORT_ENTRYID };
	HRESULT hr = MAPI_E_NOT_FOUND;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(asked) && FAILED(hr); i++) {
		const SPropValue *id = prop_find(report->values, report->count, asked[i]);

		if (id && id->Value.bin.cb)
			hr = put_person_of(report, &id->Value.bin, row);
	}
	if (FAILED(hr)) {
		bag_clear(row);
		hr = put_sender(report, row);
	}
	return FAILED(hr) ? hr : bag_set_long(row, PR_RECIPIENT_TYPE, MAPI_TO);
}

static HRESULT
add_recipient(struct report *report, IMessage *target)
{
	ADRLIST *list = mem_zalloc(NULL, CbNewADRLIST(1));
	struct bag *row = bag_create();
	HRESULT hr = list && row ? put_recipient(report, row) : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr =
		    prop_copy_array(bag_values(row), bag_count(row), &list->aEntries[0].rgPropVals);
	if (SUCCEEDED(hr)) {
		list->aEntries[0].cValues = bag_count(row);
		list->cEntries = 1;
		hr = target->lpVtbl->ModifyRecipients(target, 0, list);
	}
	FreePadrlist(list);
	bag_free(row);
	return hr;
}

HRESULT
readreceipt_fill(struct session *session, IMessage *message, bool read, IMessage *target)
{
	struct report report = { .session = session, .read = read, .bag = bag_create() };
	HRESULT hr = report.bag ? read_message(&report, message) : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = put_taken(&report);
	if (SUCCEEDED(hr))
		hr = put_words(&report);
	if (SUCCEEDED(hr))
		hr = put_place(&report);
	if (SUCCEEDED(hr))
		hr = add_recipient(&report, target);
	if (SUCCEEDED(hr))
		hr = target->lpVtbl->SetProps(target, bag_count(report.bag),
		    (SPropValue *)(uintptr_t)bag_values(report.bag), NULL);
	mem_free(report.values);
	bag_free(report.bag);
	return hr;
}
