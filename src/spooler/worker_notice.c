/* SPDX-License-Identifier: MIT */
/*
 * Reports to the sender ("MAPI Report Messages", "Required Report Message Properties"): messages of
 * class REPORT.IPM.Note.NDR, .Delayed or .DR in the receive folder of the message's own store.
 *
 * Each is there once.  The scheduler has written down that it is begun before it gives it out; when
 * it says that it was begun before, the report is looked for by its PR_SEARCH_KEY, which follows
 * from the submission and the report's number.  See worker.h.
 *
 * Microsoft's documents say that the original is attached.  It is, where it is small or is deleted
 * after it was sent; else it is in the folder for sent mail, and PR_ORIGINAL_ENTRYID leads to it.
 */
#include "worker.h"

#include <string.h>
#include <mapiguid.h>
#include "bag.h"
#include "entryid.h"
#include "hr.h"
#include "mem.h"
#include "notice.h"
#include "prop.h"

/* Not in Microsoft's mapitags.h: [MS-OXPROPS] PidTagNonDeliveryReportStatusCode and
 * PidTagRemoteMessageTransferAgent. */
#define PR_NDR_STATUS_CODE PROP_TAG(PT_LONG, 0x0C20)
#define PR_DSN_REMOTE_MTA_W PROP_TAG(PT_UNICODE, 0x0C21)
/* Originals up to this are attached. */
#define ATTACH_MAX (256 * 1024)
/* Each kind, and once more for who failed meanwhile: more at a time is no plan. */
#define REPORTS_MAX 6
#define SENDER_NAME "Mail delivery (emapi)"
#define SENDER_ADDRESS "mail-delivery"

/* A report being made. */
struct notice {
	struct sending *sending;
	const struct spool_telling *telling;
	const char *where;
	SPropValue *original; /* properties of the message that it is about; MAPI buffer */
	ULONG original_count;
	guint8 key[16]; /* PR_SEARCH_KEY */
	IMAPIFolder *inbox;
	IMessage *report;
};

/* Asking the scheduler */

static HRESULT
ask_part(struct sending *s, struct spool_telling *t, bool *more)
{
	struct ipc_message *reply = NULL;
	GVariantBuilder b;
	HRESULT hr;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "id", g_variant_new_int64(s->lease->id));
	hr = worker_ask(s->worker, "tell", g_variant_builder_end(&b), &reply);
	if (FAILED(hr))
		return hr;
	t->notice = (enum spool_notice)ipc_int(reply, "notice", NOTICE_NONE);
	t->serial = ipc_int(reply, "serial", 0);
	t->again = ipc_int(reply, "again", 0) != 0;
	t->expires = ipc_int(reply, "expires", 0);
	t->total = (guint)ipc_int(reply, "total", 0);
	t->sent = (guint)ipc_int(reply, "sent", 0);
	t->waiting = (guint)ipc_int(reply, "waiting", 0);
	if (t->notice != NOTICE_NONE)
		hr = packet_to_message(reply, &t->message, more);
	ipc_message_free(reply);
	return hr;
}

static HRESULT
ask_telling(struct sending *s, struct spool_telling *t)
{
	bool more = true;
	HRESULT hr = S_OK;

	memset(t, 0, sizeof(*t));
	while (SUCCEEDED(hr) && more) {
		more = false;
		hr = ask_part(s, t, &more);
	}
	return hr;
}

static HRESULT
say_told(struct sending *s, const struct spool_telling *t, const char *text)
{
	g_autofree char *valid = packet_text(text, 2048);
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "id", g_variant_new_int64(s->lease->id));
	g_variant_builder_add(&b, "{sv}", "serial", g_variant_new_int64(t->serial));
	g_variant_builder_add(&b, "{sv}", "text", g_variant_new_string(valid));
	return worker_ask(s->worker, "told", g_variant_builder_end(&b), NULL);
}

/* The report's properties */

static void
make_key(struct notice *n)
{
	const struct spool_message *m = n->telling->message;
	g_autofree char *tail = g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %d",
	    m->submitted, n->telling->serial, (int)n->telling->notice);
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	guint8 digest[32];
	gsize size = sizeof(digest);

	g_checksum_update(
	    sum, g_bytes_get_data(m->store, NULL), (gssize)g_bytes_get_size(m->store));
	g_checksum_update(
	    sum, g_bytes_get_data(m->entry, NULL), (gssize)g_bytes_get_size(m->entry));
	g_checksum_update(sum, (const guchar *)tail, -1);
	g_checksum_get_digest(sum, digest, &size);
	g_checksum_free(sum);
	memcpy(n->key, digest, sizeof(n->key));
}

/* What the report takes over from the original, under which name. */
static const struct {
	ULONG from, to;
} taken_over[] = {
	{ PR_SUBJECT_W, PR_ORIGINAL_SUBJECT_W },
	{ PR_CLIENT_SUBMIT_TIME, PR_ORIGINAL_SUBMIT_TIME },
	{ PR_MESSAGE_CLASS_W, PR_ORIG_MESSAGE_CLASS_W },
	{ PR_DISPLAY_TO_W, PR_ORIGINAL_DISPLAY_TO_W },
	{ PR_DISPLAY_CC_W, PR_ORIGINAL_DISPLAY_CC_W },
	{ PR_DISPLAY_BCC_W, PR_ORIGINAL_DISPLAY_BCC_W },
	{ PR_SEARCH_KEY, PR_PARENT_KEY },
	{ PR_SEARCH_KEY, PR_ORIGINAL_SEARCH_KEY },
	{ PR_ENTRYID, PR_ORIGINAL_ENTRYID },
	{ PR_REPORT_TAG, PR_REPORT_TAG },
	{ PR_CONVERSATION_TOPIC_W, PR_CONVERSATION_TOPIC_W },
	{ PR_CONVERSATION_INDEX, PR_CONVERSATION_INDEX },
	{ PR_INTERNET_MESSAGE_ID_W, PR_IN_REPLY_TO_W },
	{ PR_SENDER_NAME_W, PR_ORIGINAL_SENDER_NAME_W },
	{ PR_SENDER_ADDRTYPE_W, PR_ORIGINAL_SENDER_ADDRTYPE_W },
	{ PR_SENDER_EMAIL_ADDRESS_W, PR_ORIGINAL_SENDER_EMAIL_ADDRESS_W },
	{ PR_SENDER_ENTRYID, PR_ORIGINAL_SENDER_ENTRYID },
	{ PR_SENDER_SEARCH_KEY, PR_ORIGINAL_SENDER_SEARCH_KEY },
	{ PR_SENT_REPRESENTING_NAME_W, PR_ORIGINAL_SENT_REPRESENTING_NAME_W },
	{ PR_SENT_REPRESENTING_ADDRTYPE_W, PR_ORIGINAL_SENT_REPRESENTING_ADDRTYPE_W },
	{ PR_SENT_REPRESENTING_EMAIL_ADDRESS_W, PR_ORIGINAL_SENT_REPRESENTING_EMAIL_ADDRESS_W },
	{ PR_SENT_REPRESENTING_ENTRYID, PR_ORIGINAL_SENT_REPRESENTING_ENTRYID },
	{ PR_SENT_REPRESENTING_SEARCH_KEY, PR_ORIGINAL_SENT_REPRESENTING_SEARCH_KEY },
	{ PR_SENDER_NAME_W, PR_RECEIVED_BY_NAME_W },
	{ PR_SENDER_ADDRTYPE_W, PR_RECEIVED_BY_ADDRTYPE_W },
	{ PR_SENDER_EMAIL_ADDRESS_W, PR_RECEIVED_BY_EMAIL_ADDRESS_W },
	{ PR_SENDER_ENTRYID, PR_RECEIVED_BY_ENTRYID },
	{ PR_SENDER_SEARCH_KEY, PR_RECEIVED_BY_SEARCH_KEY },
	/* For our own use. */
	{ PR_MESSAGE_SIZE, 0 },
	{ PR_DELETE_AFTER_SUBMIT, 0 },
};

static HRESULT
read_original(struct notice *n)
{
	SizedSPropTagArray(G_N_ELEMENTS(taken_over), tags) = { .cValues = 0 };
	IMessage *message = n->sending->message;

	for (size_t i = 0; i < G_N_ELEMENTS(taken_over); i++)
		tags.aulPropTag[tags.cValues++] = taken_over[i].from;
	return message->lpVtbl->GetProps(
	    message, (SPropTagArray *)&tags, MAPI_UNICODE, &n->original_count, &n->original);
}

static HRESULT
put_original(const struct notice *n, struct bag *bag)
{
	HRESULT hr = S_OK;

	for (size_t i = 0; SUCCEEDED(hr) && i < G_N_ELEMENTS(taken_over); i++) {
		const SPropValue *value =
		    prop_find(n->original, n->original_count, taken_over[i].from);
		SPropValue copy;

		if (!value || !taken_over[i].to)
			continue;
		copy = *value;
		copy.ulPropTag = taken_over[i].to;
		hr = bag_set(bag, &copy);
	}
	return hr;
}

static FILETIME
file_time(gint64 when)
{
	guint64 ticks = (guint64)(when + G_GINT64_CONSTANT(11644473600) * G_USEC_PER_SEC) * 10;
	FILETIME time = { (DWORD)ticks, (DWORD)(ticks >> 32) };

	return time;
}

static HRESULT
put_time(struct bag *bag, ULONG tag, gint64 when)
{
	SPropValue value = { .ulPropTag = tag };

	value.Value.ft = file_time(when);
	return bag_set(bag, &value);
}

/* Name, type, address, entry ID and search key of one person. */
struct person_tags {
	ULONG name, type, address, entry, key;
};

static HRESULT
put_person(struct bag *bag, const struct person_tags *tags, const char *name, const char *type,
    const char *address)
{
	g_autofree char *pair = g_strdup_printf("%s:%s", type, address);
	g_autofree char *key = g_ascii_strup(pair, -1);
	ENTRYID *entry = NULL;
	ULONG size = 0;
	HRESULT hr = oneoff_encode(name, type, address, MAPI_UNICODE, &size, &entry);

	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, tags->entry, entry, size);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, tags->key, key, strlen(key) + 1);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, tags->name, name);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, tags->type, type);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, tags->address, address);
	mem_free(entry);
	return hr;
}

static HRESULT
put_sender(struct bag *bag)
{
	static const struct person_tags sender = { PR_SENDER_NAME_W, PR_SENDER_ADDRTYPE_W,
		PR_SENDER_EMAIL_ADDRESS_W, PR_SENDER_ENTRYID, PR_SENDER_SEARCH_KEY };
	static const struct person_tags representing = { PR_SENT_REPRESENTING_NAME_W,
		PR_SENT_REPRESENTING_ADDRTYPE_W, PR_SENT_REPRESENTING_EMAIL_ADDRESS_W,
		PR_SENT_REPRESENTING_ENTRYID, PR_SENT_REPRESENTING_SEARCH_KEY };
	HRESULT hr = put_person(bag, &sender, SENDER_NAME, "SYSTEM", SENDER_ADDRESS);

	return FAILED(hr) ? hr
			  : put_person(bag, &representing, SENDER_NAME, "SYSTEM", SENDER_ADDRESS);
}

static HRESULT
put_words(const struct notice *n, struct bag *bag)
{
	const struct spool_telling *t = n->telling;
	g_autofree char *original =
	    prop_find_text(n->original, n->original_count, PR_MESSAGE_CLASS_W);
	g_autofree char *class = notice_class(t->notice, original);
	g_autofree char *subject = g_strconcat(notice_prefix(t->notice), t->message->subject, NULL);
	g_autofree char *body = notice_body(t, n->where);
	HRESULT hr = bag_set_text(bag, PR_MESSAGE_CLASS_W, class);

	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_SUBJECT_W, subject);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_SUBJECT_PREFIX_W, notice_prefix(t->notice));
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_REPORT_NAME_W, SENDER_NAME);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_REPORT_TEXT_W, body);
	return FAILED(hr) ? hr : bag_set_text(bag, PR_BODY_W, body);
}

static HRESULT
put_times(struct bag *bag)
{
	static const ULONG times[] = { PR_REPORT_TIME, PR_MESSAGE_DELIVERY_TIME,
		PR_CLIENT_SUBMIT_TIME };
	gint64 now = g_get_real_time();
	HRESULT hr = S_OK;

	for (size_t i = 0; SUCCEEDED(hr) && i < G_N_ELEMENTS(times); i++)
		hr = put_time(bag, times[i], now);
	return hr;
}

static HRESULT
set_props(struct notice *n)
{
	struct bag *bag = bag_create();
	HRESULT hr = bag ? put_original(n, bag) : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = put_words(n, bag);
	if (SUCCEEDED(hr))
		hr = put_times(bag);
	if (SUCCEEDED(hr))
		hr = put_sender(bag);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_SEARCH_KEY, n->key, sizeof(n->key));
	if (SUCCEEDED(hr)) /* come in, and not read yet */
		hr = bag_set_long(bag, PR_MESSAGE_FLAGS, 0);
	if (SUCCEEDED(hr))
		hr = n->report->lpVtbl->SetProps(
		    n->report, bag_count(bag), (SPropValue *)bag_values(bag), NULL);
	bag_free(bag);
	return hr;
}

/* Recipients */

static HRESULT
put_recipient(struct bag *bag, const struct spool_recipient *r, enum spool_notice notice)
{
	static const struct person_tags person = { PR_DISPLAY_NAME_W, PR_ADDRTYPE_W,
		PR_EMAIL_ADDRESS_W, PR_ENTRYID, PR_SEARCH_KEY };
	const char *type = *r->type ? r->type : "SMTP";
	g_autofree char *line = notice_line(r);
	int reason, diag, status;
	HRESULT hr = put_person(bag, &person, *r->name ? r->name : r->address, type, r->address);

	notice_codes(r, &reason, &diag, &status);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_RECIPIENT_TYPE, r->kind);
	if (SUCCEEDED(hr) && notice == NOTICE_NDR)
		hr = bag_set_long(bag, PR_NDR_REASON_CODE, reason);
	if (SUCCEEDED(hr) && notice == NOTICE_NDR)
		hr = bag_set_long(bag, PR_NDR_DIAG_CODE, diag);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_NDR_STATUS_CODE, status);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_REPORT_TEXT_W, r->text);
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_SUPPLEMENTARY_INFO_W, line);
	if (SUCCEEDED(hr))
		hr = put_time(bag, PR_REPORT_TIME, g_get_real_time());
	if (SUCCEEDED(hr) && *r->server)
		hr = bag_set_text(bag, PR_DSN_REMOTE_MTA_W, r->server);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_EMAPI_REPLY_CODE, r->code);
	return FAILED(hr) ? hr : bag_set_text(bag, PR_EMAPI_ENHANCED_STATUS_W, r->enhanced);
}

static HRESULT
set_recipients(struct notice *n)
{
	const GPtrArray *recipients = n->telling->message->recipients;
	ADRLIST *list = mem_zalloc(NULL, CbNewADRLIST(recipients->len));
	struct bag *bag = bag_create();
	HRESULT hr = list && bag ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	for (guint i = 0; SUCCEEDED(hr) && i < recipients->len; i++) {
		ADRENTRY *entry = &list->aEntries[i];

		bag_clear(bag);
		hr = put_recipient(bag, g_ptr_array_index(recipients, i), n->telling->notice);
		if (SUCCEEDED(hr))
			hr = prop_copy_array(bag_values(bag), bag_count(bag), &entry->rgPropVals);
		if (FAILED(hr))
			break;
		entry->cValues = bag_count(bag);
		list->cEntries++;
	}
	if (SUCCEEDED(hr))
		hr = n->report->lpVtbl->ModifyRecipients(n->report, MODRECIP_ADD, list);
	for (ULONG i = 0; list && i < list->cEntries; i++)
		mem_free(list->aEntries[i].rgPropVals);
	mem_free(list);
	bag_free(bag);
	return hr;
}

/* The original */

static bool
is_kept(const struct notice *n)
{
	return !prop_find_bool(n->original, n->original_count, PR_DELETE_AFTER_SUBMIT, false);
}

/* As the store has it: the one in hand is marked for transports. */
static HRESULT
open_original(struct notice *n, IMessage **out)
{
	struct sending *s = n->sending;
	ULONG type = 0;

	return s->store->lpVtbl->OpenEntry(s->store, (ULONG)g_bytes_get_size(s->lease->entry),
	    (ENTRYID *)g_bytes_get_data(s->lease->entry, NULL), NULL, 0, &type, (IUnknown **)out);
}

static HRESULT
copy_original(IMessage *original, IAttach *attachment, const char *subject)
{
	SPropValue values[2];
	IMessage *embedded = NULL;
	void *root = mem_zalloc(NULL, 1);
	HRESULT hr = root ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = prop_set_text(root, &values[1], PR_DISPLAY_NAME_W, subject);
	prop_set_long(&values[0], PR_ATTACH_METHOD, ATTACH_EMBEDDED_MSG);
	if (SUCCEEDED(hr))
		hr = attachment->lpVtbl->SetProps(attachment, 2, values, NULL);
	mem_free(root);
	if (SUCCEEDED(hr))
		hr = attachment->lpVtbl->OpenProperty(attachment, PR_ATTACH_DATA_OBJ, &IID_IMessage,
		    0, MAPI_CREATE | MAPI_MODIFY, (IUnknown **)&embedded);
	if (SUCCEEDED(hr))
		hr = original->lpVtbl->CopyTo(
		    original, 0, NULL, NULL, 0, NULL, &IID_IMessage, embedded, 0, NULL);
	if (SUCCEEDED(hr))
		hr = embedded->lpVtbl->SaveChanges(embedded, 0);
	if (embedded)
		embedded->lpVtbl->Release(embedded);
	return FAILED(hr) ? hr : attachment->lpVtbl->SaveChanges(attachment, 0);
}

/* A report without its attachment is still a report; but what is kept nowhere else must be in it.
 */
static HRESULT
attach_original(struct notice *n)
{
	LONG size = prop_find_long(n->original, n->original_count, PR_MESSAGE_SIZE, 0);
	IMessage *original = NULL;
	IAttach *attachment = NULL;
	ULONG number = 0;
	HRESULT hr;

	if (n->telling->notice != NOTICE_NDR || (is_kept(n) && size > ATTACH_MAX))
		return S_OK;
	hr = open_original(n, &original);
	if (SUCCEEDED(hr))
		hr = n->report->lpVtbl->CreateAttach(n->report, NULL, 0, &number, &attachment);
	if (SUCCEEDED(hr))
		hr = copy_original(original, attachment, n->telling->message->subject);
	if (attachment)
		attachment->lpVtbl->Release(attachment);
	if (original)
		original->lpVtbl->Release(original);
	if (SUCCEEDED(hr))
		return hr;
	log_warning("a report goes without the message it is about: %s", hr_name(hr));
	if (attachment)
		n->report->lpVtbl->DeleteAttach(n->report, number, 0, NULL, 0);
	return is_kept(n) ? S_OK : hr;
}

/* Writing */

static HRESULT
open_inbox(struct notice *n)
{
	IMsgStore *store = n->sending->store;
	ENTRYID *entry = NULL;
	ULONG size = 0, type = 0;
	HRESULT hr;

	hr = store->lpVtbl->GetReceiveFolder(
	    store, (LPTSTR) "REPORT.IPM.Note", 0, &size, &entry, NULL);
	if (SUCCEEDED(hr))
		hr = store->lpVtbl->OpenEntry(
		    store, size, entry, NULL, MAPI_MODIFY, &type, (IUnknown **)&n->inbox);
	mem_free(entry);
	return hr;
}

/* Whether the report is there already. */
static bool
is_there(const struct notice *n)
{
	SizedSPropTagArray(1, columns) = { 1, { PR_SEARCH_KEY } };
	SPropValue key = { .ulPropTag = PR_SEARCH_KEY };
	SRestriction same = { .rt = RES_PROPERTY };
	IMAPITable *table = NULL;
	HRESULT hr;

	key.Value.bin.cb = sizeof(n->key);
	key.Value.bin.lpb = (BYTE *)n->key;
	same.res.resProperty.relop = RELOP_EQ;
	same.res.resProperty.ulPropTag = PR_SEARCH_KEY;
	same.res.resProperty.lpProp = &key;
	hr = n->inbox->lpVtbl->GetContentsTable(n->inbox, 0, &table);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->SetColumns(table, (SPropTagArray *)&columns, 0);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->FindRow(table, &same, BOOKMARK_BEGINNING, 0);
	if (table)
		table->lpVtbl->Release(table);
	return SUCCEEDED(hr);
}

static HRESULT
write_report(struct notice *n)
{
	HRESULT hr = open_inbox(n);

	make_key(n);
	if (FAILED(hr) || (n->telling->again && is_there(n)))
		return hr;
	hr = read_original(n);
	if (SUCCEEDED(hr))
		hr = n->inbox->lpVtbl->CreateMessage(n->inbox, NULL, 0, &n->report);
	if (SUCCEEDED(hr))
		hr = set_props(n);
	if (SUCCEEDED(hr))
		hr = set_recipients(n);
	if (SUCCEEDED(hr))
		hr = attach_original(n);
	return FAILED(hr) ? hr : n->report->lpVtbl->SaveChanges(n->report, 0);
}

static HRESULT
tell(struct sending *s, const struct spool_telling *t, const char *where)
{
	struct notice n = { .sending = s, .telling = t, .where = where };
	g_autofree char *text = NULL;
	HRESULT hr = write_report(&n);

	if (FAILED(hr)) {
		g_autofree char *why = worker_error(n.report ? (void *)n.report : s->store, hr);

		text = g_strdup_printf(
		    "The report to the sender cannot be put into the Inbox: %s", why);
		log_error("message %" G_GINT64_FORMAT ": %s", s->lease->id, text);
	}
	if (n.report)
		n.report->lpVtbl->Release(n.report);
	if (n.inbox)
		n.inbox->lpVtbl->Release(n.inbox);
	mem_free(n.original);
	if (FAILED(hr) && worker_may_pass(hr))
		return hr;
	return say_told(s, t, text);
}

HRESULT
worker_tell_sender(struct sending *s, const char *where)
{
	HRESULT hr = S_OK;

	for (int i = 0; SUCCEEDED(hr) && s->tell && i < REPORTS_MAX; i++) {
		struct spool_telling t;

		hr = ask_telling(s, &t);
		if (SUCCEEDED(hr) && t.notice == NOTICE_NONE)
			s->tell = false;
		else if (SUCCEEDED(hr))
			hr = tell(s, &t, where);
		spool_telling_clear(&t);
	}
	return hr;
}
