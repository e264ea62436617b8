/* SPDX-License-Identifier: MIT */
/*
 * One message that a user of the machine submits: see receiver.h.
 *
 * The parcel is walked twice: first for what it says of its sender and for its order, which decides
 * whether it is taken at all; then into a new message of the profile's Outbox.  Of what speaks of
 * the sender nothing is copied: it is written anew from the decision.
 */
#include "receiver.h"

#include <string.h>
#include <sys/random.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <emapispi.h>
#include "blob.h"
#include "client.h"
#include "client_part.h"
#include "com.h"
#include "entryid.h"
#include "hr.h"
#include "ipc.h"
#include "known.h"
#include "log.h"
#include "mem.h"
#include "owner.h"
#include "parcel.h"
#include "paths.h"
#include "prop.h"
#include "rawfrom.h"
#include "text.h"

/* Header fields of a name that the store has not had; a store holds some 30,000 names. */
#define NAMES_OF_ONE 100
#define FIELD_NAME_MAX 76

/* What the message says of itself. */
struct claims {
	char *representing, *sender; /* addresses; NULL: none */
	char *representing_name;
	char *envelope; /* PR_EMAPI_ENVELOPE_SENDER; NULL: none */
	GBytes *key;    /* PR_SEARCH_KEY */
	GBytes *raw;    /* PR_EMAPI_RAW_MESSAGE; NULL: none */
	GBytes *client; /* PR_EMAPI_CLIENT; NULL: none */
	guint recipients;
};

struct taking {
	const struct submission *submission;
	struct sender_user user;
	struct claims claims;
	struct rawfrom rawfrom;
	char *from, *from_name;     /* PR_SENT_REPRESENTING_* */
	char *sender, *sender_name; /* PR_SENDER_* */
	char *envelope;             /* NULL: the profile's */
	GBytes *key;
	char **why;
};

static void
taking_clear(struct taking *t)
{
	sender_user_clear(&t->user);
	g_free(t->claims.representing);
	g_free(t->claims.representing_name);
	g_free(t->claims.sender);
	g_free(t->claims.envelope);
	g_bytes_unref(t->claims.key);
	g_bytes_unref(t->claims.raw);
	g_bytes_unref(t->claims.client);
	rawfrom_clear(&t->rawfrom);
	g_free(t->from);
	g_free(t->from_name);
	g_free(t->sender);
	g_free(t->sender_name);
	g_free(t->envelope);
	g_bytes_unref(t->key);
}

/* --- What it says -------------------------------------------------------------------------- */

static void
claim_text(char **claim, const SPropValue *values, ULONG count, ULONG tag)
{
	char *text = prop_find_text(values, count, tag);

	if (text && *text && !*claim)
		*claim = text;
	else
		g_free(text);
}

static void
claim_bytes(GBytes **claim, const SPropValue *values, ULONG count, ULONG tag)
{
	const SPropValue *value = prop_find(values, count, tag);

	if (!value)
		return;
	g_bytes_unref(*claim);
	*claim = g_bytes_new(value->Value.bin.lpb, value->Value.bin.cb);
}

/* The address that a one-off entry ID names. */
static void
claim_entry(char **claim, const SPropValue *values, ULONG count, ULONG tag)
{
	const SPropValue *value = prop_find(values, count, tag);
	struct oneoff *oneoff = NULL;

	if (*claim || !value ||
	    FAILED(oneoff_decode(value->Value.bin.lpb, value->Value.bin.cb, &oneoff)))
		return;
	*claim = g_strdup(oneoff->address);
	mem_free(oneoff);
}

static HRESULT
claim_props(struct claims *claims, const struct parcel_record *record)
{
	SPropValue *values = NULL;
	ULONG count = 0;
	HRESULT hr = blob_decode(record->data, record->size, &values, &count);

	if (FAILED(hr))
		return hr;
	claim_text(&claims->representing, values, count, PR_SENT_REPRESENTING_SMTP_ADDRESS_W);
	claim_text(&claims->representing, values, count, PR_SENT_REPRESENTING_EMAIL_ADDRESS_W);
	claim_entry(&claims->representing, values, count, PR_SENT_REPRESENTING_ENTRYID);
	claim_text(&claims->representing_name, values, count, PR_SENT_REPRESENTING_NAME_W);
	claim_text(&claims->sender, values, count, PR_SENDER_SMTP_ADDRESS_W);
	claim_text(&claims->sender, values, count, PR_SENDER_EMAIL_ADDRESS_W);
	claim_entry(&claims->sender, values, count, PR_SENDER_ENTRYID);
	if (!claims->envelope)
		claims->envelope = prop_find_text(values, count, PR_EMAPI_ENVELOPE_SENDER_W);
	claim_bytes(&claims->key, values, count, PR_SEARCH_KEY);
	claim_bytes(&claims->raw, values, count, PR_EMAPI_RAW_MESSAGE);
	claim_bytes(&claims->client, values, count, PR_EMAPI_CLIENT);
	mem_free(values);
	return S_OK;
}

/* A whole mail lies in the parcel as it is. */
static void
claim_long(struct claims *claims, const struct parcel_record *record)
{
	if (PROP_ID(parcel_u32(record->data)) != PROP_ID(PR_EMAPI_RAW_MESSAGE))
		return;
	g_bytes_unref(claims->raw);
	claims->raw =
	    g_bytes_new_static(record->data + PARCEL_LONG_HEAD, record->size - PARCEL_LONG_HEAD);
}

static HRESULT
read_claims(const struct submission *submission, struct claims *claims)
{
	struct parcel_reader reader;
	struct parcel_record record;
	HRESULT hr = parcel_open(&reader, submission->data, submission->size);

	while (hr == S_OK) {
		hr = parcel_next(&reader, &record);
		if (hr != S_OK || reader.depth)
			continue;
		if (record.kind == PARCEL_PROPS)
			hr = claim_props(claims, &record);
		else if (record.kind == PARCEL_LONG)
			claim_long(claims, &record);
		claims->recipients += record.kind == PARCEL_RECIPIENT;
	}
	if (FAILED(hr))
		return hr;
	return claims->recipients ? S_OK : MAPI_E_NO_RECIPIENTS;
}

/* --- Whose it is --------------------------------------------------------------------------- */

static HRESULT
refuse(struct taking *t, const char *address)
{
	*t->why = g_strdup_printf("%s may not send as %s", t->user.login, address);
	return MAPI_E_NO_ACCESS;
}

/* From is what is claimed where the rules have it, else what they make of it. */
static HRESULT
decide_from(struct taking *t)
{
	const struct sender_rules *rules = &t->submission->house->rules;
	const char *claimed = t->claims.representing ? t->claims.representing : t->claims.sender;
	bool allowed = claimed && sender_allows(rules, &t->user, claimed);

	if (claimed && !allowed && rules->otherwise == SENDER_REFUSE)
		return refuse(t, claimed);
	if (claimed && (allowed || rules->otherwise == SENDER_SENDER)) {
		t->from = g_strdup(claimed);
		t->from_name =
		    g_strdup(t->claims.representing_name ? t->claims.representing_name : claimed);
	} else {
		t->from = g_strdup(t->user.address);
		t->from_name = g_strdup(t->user.own_name);
	}
	/* Only where another is named has the reader to be told who it was. */
	t->sender = g_strdup(claimed && !allowed ? t->user.address : t->from);
	t->sender_name = g_strdup(claimed && !allowed ? t->user.own_name : t->from_name);
	return S_OK;
}

/* The fields of a whole mail say who is From, the properties beside it only repeat that. */
static HRESULT
decide_raw(struct taking *t)
{
	gsize size;
	const char *mail = g_bytes_get_data(t->claims.raw, &size);
	HRESULT hr =
	    rawfrom_check(&t->submission->house->rules, &t->user, mail, size, &t->rawfrom, t->why);

	if (FAILED(hr))
		return hr;
	t->from = g_strdup(t->rawfrom.from ? t->rawfrom.from : t->user.address);
	t->from_name = g_strdup(t->rawfrom.from ? t->rawfrom.from : t->user.own_name);
	t->sender = g_strdup(t->user.address);
	t->sender_name = g_strdup(t->user.own_name);
	return S_OK;
}

/* Reports go to the user where he has an address of his own; the transport asks the profile's
 * AllowFrom whether the server takes it. */
static HRESULT
decide_envelope(struct taking *t)
{
	const struct sender_rules *rules = &t->submission->house->rules;
	const char *claimed = t->claims.envelope;
	bool nobody = claimed && (!*claimed || strcmp(claimed, "<>") == 0);

	if (nobody || (claimed && sender_allows(rules, &t->user, claimed)))
		t->envelope = g_strdup(claimed);
	else if (claimed && rules->otherwise == SENDER_REFUSE)
		return refuse(t, claimed);
	else if (rules->domain)
		t->envelope = g_strdup(t->user.address);
	return S_OK;
}

static HRESULT
decide_key(struct taking *t)
{
	BYTE random[16];

	if (t->claims.key)
		t->key = owner_key(t->claims.key, t->submission->uid);
	if (t->key)
		return S_OK;
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return MAPI_E_NOT_ENOUGH_RESOURCES;
	g_bytes_unref(t->claims.key);
	t->claims.key = g_bytes_new(random, sizeof(random));
	t->key = owner_key(t->claims.key, t->submission->uid);
	return S_OK;
}

static HRESULT
decide(struct taking *t)
{
	const struct house *house = t->submission->house;
	HRESULT hr;

	sender_user_find(&house->rules, t->submission->uid, &t->user);
	if (!t->user.address) {
		*t->why = g_strdup_printf("the profile \"%s\" has neither MachineDomain nor "
					  "FromAddress: nobody to send as",
		    house->name);
		return MAPI_E_UNCONFIGURED;
	}
	hr = t->claims.raw ? decide_raw(t) : decide_from(t);
	if (SUCCEEDED(hr))
		hr = decide_envelope(t);
	if (SUCCEEDED(hr))
		hr = decide_key(t);
	return hr;
}

/* --- Into the store ------------------------------------------------------------------------ */

static bool
is_listed(ULONG tag, const ULONG *tags, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (PROP_ID(tags[i]) == PROP_ID(tag))
			return true;
	return false;
}

/* Not what is decided here, what belongs to the client's own store, nor what providers set. */
static bool
takes(void *context, ULONG tag)
{
	static const ULONG dropped[] = { PR_SENDER_NAME_W, PR_SENDER_ADDRTYPE_W,
		PR_SENDER_EMAIL_ADDRESS_W, PR_SENDER_SMTP_ADDRESS_W, PR_SENDER_ENTRYID,
		PR_SENDER_SEARCH_KEY, PR_SENT_REPRESENTING_NAME_W, PR_SENT_REPRESENTING_ADDRTYPE_W,
		PR_SENT_REPRESENTING_EMAIL_ADDRESS_W, PR_SENT_REPRESENTING_SMTP_ADDRESS_W,
		PR_SENT_REPRESENTING_ENTRYID, PR_SENT_REPRESENTING_SEARCH_KEY, PR_SEARCH_KEY,
		PR_SENTMAIL_ENTRYID, PR_DELETE_AFTER_SUBMIT, PR_MESSAGE_FLAGS, PR_RESPONSIBILITY,
		PR_CLIENT_SUBMIT_TIME, PR_MESSAGE_DELIVERY_TIME, PR_PARENT_ENTRYID };
	static const ULONG of_ours[] = { PR_EMAPI_DSN_NOTIFY_W, PR_EMAPI_DSN_RETURN_W,
		PR_EMAPI_DSN_ENVID_W };

	if (PROP_ID(tag) >= 0x6600 && PROP_ID(tag) < 0x6800)
		return is_listed(tag, of_ours, G_N_ELEMENTS(of_ours));
	return !is_listed(tag, dropped, G_N_ELEMENTS(dropped));
}

/* Header fields, and no more new ones of one user than the store has room for. */
static bool
takes_name(void *context, const GUID *set, const WCHAR *text)
{
	const GUID fields = PS_INTERNET_HEADERS;
	struct taking *t = context;
	GHashTable *names = t->submission->house->names;
	gpointer owner = GUINT_TO_POINTER((guint)t->submission->uid + 1);
	g_autofree char *name = NULL;
	GHashTableIter iter;
	gpointer value;
	guint of_one = 0;
	char *converted;

	if (!text || memcmp(set, &fields, sizeof(fields)) != 0)
		return false;
	converted = text_to_utf8(NULL, text);
	name = converted ? g_ascii_strdown(converted, -1) : NULL;
	mem_free(converted);
	if (!name || strlen(name) > FIELD_NAME_MAX)
		return false;
	if (g_hash_table_contains(names, name))
		return true;
	g_hash_table_iter_init(&iter, names);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		of_one += value == owner;
	if (of_one >= NAMES_OF_ONE)
		return false;
	g_hash_table_insert(names, g_steal_pointer(&name), owner);
	return true;
}

/* One person's five properties. */
static HRESULT
put_person(void *root, SPropValue *values, ULONG *count, const ULONG *tags, const char *name,
    const char *address)
{
	g_autofree char *key = g_strdup_printf("SMTP:%s", address);
	g_autofree char *upper = g_ascii_strup(key, -1);
	ENTRYID *id = NULL;
	ULONG size = 0;
	HRESULT hr = oneoff_encode(name, "SMTP", address, MAPI_UNICODE, &size, &id);

	if (SUCCEEDED(hr))
		hr = prop_set_text(root, &values[(*count)++], tags[0], name);
	if (SUCCEEDED(hr))
		hr = prop_set_text(root, &values[(*count)++], tags[1], "SMTP");
	if (SUCCEEDED(hr))
		hr = prop_set_text(root, &values[(*count)++], tags[2], address);
	if (SUCCEEDED(hr))
		hr = prop_set_binary(root, &values[(*count)++], tags[3], id, size);
	if (SUCCEEDED(hr))
		hr = prop_set_binary(root, &values[(*count)++], tags[4], upper, strlen(upper) + 1);
	mem_free(id);
	return hr;
}

/* What the client says of itself, as far as it is such words; who it is the kernel has told. */
static HRESULT
put_client(const struct taking *t, IMessage *message)
{
	SPropValue value = { .ulPropTag = PR_EMAPI_CLIENT };
	const void *claim = g_bytes_get_data(t->claims.client, NULL);
	BYTE number[CLIENT_NUMBER_MAX];
	struct client_part part;
	GByteArray *bytes;
	HRESULT hr;

	if (g_strcmp0(g_getenv("EMAPI_JOURNEY"), "off") == 0 ||
	    !client_part_decode(claim, g_bytes_get_size(t->claims.client), &part))
		return S_OK;
	part.process = (guint32)t->submission->pid;
	part.user = (guint32)t->submission->uid;
	bytes = client_part_encode(&part);
	g_byte_array_append(
	    bytes, number, (guint)client_part_number((guint64)part.took / 1000, number));
	g_byte_array_append(bytes, number, (guint)client_part_number(part.calls, number));
	value.Value.bin.cb = bytes->len;
	value.Value.bin.lpb = bytes->data;
	hr = message->lpVtbl->SetProps(message, 1, &value, NULL);
	g_byte_array_unref(bytes);
	client_part_clear(&part);
	return hr;
}

static HRESULT
put_decision(const struct taking *t, IMessage *message)
{
	static const ULONG from[] = { PR_SENT_REPRESENTING_NAME_W, PR_SENT_REPRESENTING_ADDRTYPE_W,
		PR_SENT_REPRESENTING_EMAIL_ADDRESS_W, PR_SENT_REPRESENTING_ENTRYID,
		PR_SENT_REPRESENTING_SEARCH_KEY };
	static const ULONG sender[] = { PR_SENDER_NAME_W, PR_SENDER_ADDRTYPE_W,
		PR_SENDER_EMAIL_ADDRESS_W, PR_SENDER_ENTRYID, PR_SENDER_SEARCH_KEY };
	SPropValue values[16];
	void *root = mem_zalloc(NULL, 1);
	ULONG count = 0;
	HRESULT hr = root ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = put_person(root, values, &count, from, t->from_name, t->from);
	if (SUCCEEDED(hr))
		hr = put_person(root, values, &count, sender, t->sender_name, t->sender);
	if (SUCCEEDED(hr))
		hr = prop_set_binary(root, &values[count++], PR_SEARCH_KEY,
		    g_bytes_get_data(t->key, NULL), g_bytes_get_size(t->key));
	if (SUCCEEDED(hr) && t->envelope)
		hr = prop_set_text(root, &values[count++], PR_EMAPI_ENVELOPE_SENDER_W, t->envelope);
	prop_set_bool(&values[count++], PR_DELETE_AFTER_SUBMIT, !t->submission->house->keep_sent);
	if (SUCCEEDED(hr))
		hr = message->lpVtbl->SetProps(message, count, values, NULL);
	mem_free(root);
	return hr;
}

static HRESULT
write_all(IStream *stream, const char *data, size_t size)
{
	HRESULT hr = S_OK;
	ULONG done = 0;

	while (SUCCEEDED(hr) && size > 0) {
		hr = stream->lpVtbl->Write(stream, data, (ULONG)MIN(size, 1u << 20), &done);
		if (SUCCEEDED(hr) && !done)
			hr = MAPI_E_DISK_ERROR;
		data += done;
		size -= done;
	}
	return hr;
}

static HRESULT
put_raw(const struct taking *t, IMessage *message)
{
	gsize size;
	const char *mail = g_bytes_get_data(t->claims.raw, &size);
	IStream *stream = NULL;
	HRESULT hr = message->lpVtbl->OpenProperty(message, PR_EMAPI_RAW_MESSAGE, &IID_IStream,
	    STGM_WRITE, MAPI_CREATE | MAPI_MODIFY, (LPUNKNOWN *)&stream);

	if (SUCCEEDED(hr) && t->rawfrom.header)
		hr = write_all(stream, t->rawfrom.header->str, t->rawfrom.header->len);
	if (SUCCEEDED(hr))
		hr = write_all(stream, mail + t->rawfrom.kept_from, size - t->rawfrom.kept_from);
	if (SUCCEEDED(hr))
		hr = stream->lpVtbl->Commit(stream, STGC_DEFAULT);
	COM_CLEAR(stream);
	return hr;
}

/* The store's own words for a failure that is its. */
static void
explain(IMessage *message, HRESULT hr, char **why)
{
	MAPIERROR *error = NULL;

	if (*why || !message || FAILED(message->lpVtbl->GetLastError(message, hr, 0, &error)) ||
	    !error)
		return;
	log_error("a message cannot be stored: %s", error->lpszError);
	mem_free(error);
}

static HRESULT
commit(struct taking *t)
{
	const struct submission *submission = t->submission;
	IMAPIFolder *outbox = submission->house->outbox;
	struct parcel_rules rules = { takes, takes_name, t };
	IMessage *message = NULL;
	HRESULT hr = outbox->lpVtbl->CreateMessage(outbox, NULL, 0, &message);

	if (SUCCEEDED(hr))
		hr = parcel_read(submission->data, submission->size, message, &rules);
	if (SUCCEEDED(hr))
		hr = put_decision(t, message);
	if (SUCCEEDED(hr) && t->claims.client)
		hr = put_client(t, message);
	if (SUCCEEDED(hr) && t->claims.raw)
		hr = put_raw(t, message);
	if (SUCCEEDED(hr))
		hr = message->lpVtbl->SubmitMessage(message, 0);
	if (FAILED(hr))
		explain(message, hr, t->why);
	COM_CLEAR(message);
	return hr;
}

/* --- Once more ----------------------------------------------------------------------------- */

/* Whether the scheduler has heard of it, also when it is long sent. */
static bool
is_remembered(const struct taking *t)
{
	g_autofree char *path = paths_runtime("spooler.sock");
	gsize size;
	const void *key = g_bytes_get_data(t->key, &size);
	bool known = false;
	int fd = ipc_connect(path);

	if (fd >= 0) {
		known_to_scheduler(fd, key, size, &known);
		close(fd);
	}
	return known;
}

static HRESULT
is_taken(const struct taking *t, bool *taken)
{
	gsize size;
	const void *key = g_bytes_get_data(t->key, &size);
	HRESULT hr = known_to_queue(t->submission->house->store, key, size, taken);

	if (SUCCEEDED(hr) && !*taken)
		*taken = is_remembered(t);
	return hr;
}

HRESULT
submission_take(const struct submission *submission, GBytes **key, char **why)
{
	struct taking t = { .submission = submission, .why = why };
	HRESULT hr = read_claims(submission, &t.claims);
	bool taken = false;

	*key = NULL;
	if (SUCCEEDED(hr))
		hr = decide(&t);
	/* It leaves the queue only when the scheduler knows it: asked in this order one has it. */
	if (SUCCEEDED(hr) && submission->again)
		hr = is_taken(&t, &taken);
	if (SUCCEEDED(hr) && !taken)
		hr = commit(&t);
	if (SUCCEEDED(hr)) {
		*key = g_bytes_ref(t.claims.key);
		house_wake(submission->house);
	}
	taking_clear(&t);
	return hr;
}
