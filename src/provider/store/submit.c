/* SPDX-License-Identifier: MIT */
/*
 * IMessage::SubmitMessage (MAPI reference; design D4): message, submit flag and outgoing-queue row
 * in one durable transaction.  What the client did not say is filled in first: sender, search key,
 * Message-ID, time, the folder for sent mail.  A failure leaves the message open and unsubmitted.
 */
#include "submit.h"

#include <string.h>
#include <sys/random.h>
#include <unistd.h>
#include <emapispi.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "client_part.h"
#include "entryid.h"
#include "filetime.h"
#include "folders.h"
#include "log.h"
#include "hr.h"
#include "mem.h"
#include "message.h"
#include "prop.h"
#include "storequeue.h"

/* The profile's identity (design D10); NULL members where the profile names none. */
struct sender {
	char *name;
	char *address;
	ENTRYID *id; /* a one-off, made when it is first wanted; a MAPI buffer */
	ULONG id_size;
};

static void
sender_clear(struct sender *sender)
{
	g_free(sender->name);
	g_free(sender->address);
	mem_free(sender->id);
}

static HRESULT
sender_from_section(IProfSect *section, struct sender *sender)
{
	SizedSPropTagArray(2, tags) = { 2, { PR_EMAPI_FROM_NAME_W, PR_EMAPI_FROM_ADDRESS_W } };
	SPropValue *values = NULL;
	ULONG count = 0;
	HRESULT hr;

	hr = section->lpVtbl->GetProps(
	    section, (SPropTagArray *)(void *)&tags, MAPI_UNICODE, &count, &values);
	if (FAILED(hr))
		return hr;
	hr = props_copy_text(values, count, PR_EMAPI_FROM_NAME_W, &sender->name);
	if (SUCCEEDED(hr))
		hr = props_copy_text(values, count, PR_EMAPI_FROM_ADDRESS_W, &sender->address);
	mem_free(values);
	return hr;
}

/* A profile without an identity is no error here: the transport has a sender of its own or says so.
 */
static HRESULT
sender_read(struct store *store, struct sender *sender)
{
	MAPIUID uid;
	HRESULT hr = S_OK;

	memcpy(&uid, &MUID_PROFILE_INSTANCE, sizeof(uid));
	/* Kept open; what it says is read anew each time. */
	if (!store->identity)
		hr = store->support->lpVtbl->OpenProfileSection(
		    store->support, &uid, 0, &store->identity);
	if (SUCCEEDED(hr) && store->identity)
		hr = sender_from_section(store->identity, sender);
	if (hr == MAPI_E_NOT_ENOUGH_MEMORY)
		return hr;
	if (FAILED(hr))
		log_info("no identity in the profile: %s", hr_name(hr));
	return S_OK;
}

/* The five properties of a sender, PR_SENDER_* or PR_SENT_REPRESENTING_*. */
struct sender_tags {
	ULONG name, address_type, address, entryid, search_key;
};

static const struct sender_tags sender_tags = { PR_SENDER_NAME_A, PR_SENDER_ADDRTYPE_A,
	PR_SENDER_EMAIL_ADDRESS_A, PR_SENDER_ENTRYID, PR_SENDER_SEARCH_KEY };
static const struct sender_tags representing_tags = { PR_SENT_REPRESENTING_NAME_A,
	PR_SENT_REPRESENTING_ADDRTYPE_A, PR_SENT_REPRESENTING_EMAIL_ADDRESS_A,
	PR_SENT_REPRESENTING_ENTRYID, PR_SENT_REPRESENTING_SEARCH_KEY };

static const char *
sender_name(const struct sender *sender)
{
	return sender->name ? sender->name : sender->address;
}

static HRESULT
sender_put_ids(struct bag *bag, struct sender *sender, const struct sender_tags *tags)
{
	g_autofree char *key = g_strconcat("SMTP:", sender->address, NULL);
	HRESULT hr = S_OK;
	char *at;

	for (at = key; *at; at++)
		*at = g_ascii_toupper(*at);
	if (!sender->id)
		hr = oneoff_encode(sender_name(sender), "SMTP", sender->address, MAPI_UNICODE,
		    &sender->id_size, &sender->id);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, tags->entryid, sender->id, sender->id_size);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, tags->search_key, key, strlen(key) + 1);
	return hr;
}

/* All five or none: a sender that the client has named stays as it is. */
static HRESULT
sender_put(struct bag *bag, struct sender *sender, const struct sender_tags *tags)
{
	HRESULT hr;

	if (!sender->address || !*sender->address || bag_get(bag, tags->address) ||
	    bag_get(bag, tags->entryid))
		return S_OK;
	hr = sender_put_ids(bag, sender, tags);
	if (SUCCEEDED(hr) && !bag_get(bag, tags->name))
		hr = bag_set_text(bag, tags->name, sender_name(sender));
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, tags->address_type, "SMTP");
	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, tags->address, sender->address);
	return hr;
}

/* <32 hex digits@domain of the sender's address, else of the machine> (RFC 5322, 3.6.4). */
static HRESULT
message_id_put(struct bag *bag)
{
	static const char digits[] = "0123456789abcdef";
	char host[256] = "localhost", hex[33], *address, *text;
	const char *domain;
	BYTE random[16];
	size_t at;
	HRESULT hr;

	if (bag_get(bag, PR_INTERNET_MESSAGE_ID_A))
		return S_OK;
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return MAPI_E_CALL_FAILED;
	for (at = 0; at < sizeof(random); at++) {
		hex[2 * at] = digits[random[at] >> 4];
		hex[2 * at + 1] = digits[random[at] & 15];
	}
	hex[2 * at] = '\0';
	hr = bag_copy_text(bag, PR_SENT_REPRESENTING_EMAIL_ADDRESS_A, &address);
	if (FAILED(hr))
		return hr;
	domain = address ? strrchr(address, '@') : NULL;
	if (!domain || !domain[1]) {
		gethostname(host, sizeof(host) - 1);
		domain = host;
	} else {
		domain++;
	}
	text = g_strdup_printf("<%s@%s>", hex, domain);
	hr = bag_set_text(bag, PR_INTERNET_MESSAGE_ID_A, text);
	g_free(text);
	g_free(address);
	return hr;
}

static HRESULT
submit_fill(struct message *message)
{
	struct bag *bag = message->set.bag;
	struct sender sender = { 0 };
	HRESULT hr;

	hr = sender_read(message->store, &sender);
	if (SUCCEEDED(hr))
		hr = sender_put(bag, &sender, &sender_tags);
	if (SUCCEEDED(hr))
		hr = sender_put(bag, &sender, &representing_tags);
	sender_clear(&sender);
	if (SUCCEEDED(hr))
		hr = message_id_put(bag);
	if (SUCCEEDED(hr))
		hr = bag_set_time(bag, PR_CLIENT_SUBMIT_TIME, filetime_now());
	if (SUCCEEDED(hr) && !bag_get(bag, PR_MESSAGE_DELIVERY_TIME))
		hr = bag_set_time(bag, PR_MESSAGE_DELIVERY_TIME, filetime_now());
	if (SUCCEEDED(hr) && !bag_get(bag, PR_SENTMAIL_ENTRYID) &&
	    !bag_get_bool(bag, PR_DELETE_AFTER_SUBMIT, false))
		hr = bag_set_eid(
		    bag, PR_SENTMAIL_ENTRYID, &message->store->uid, MAPI_FOLDER, FOLDER_ID_SENT);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_MESSAGE_FLAGS,
		    bag_get_long(bag, PR_MESSAGE_FLAGS, 0) | MSGFLAG_SUBMIT | MSGFLAG_UNSENT);
	return hr;
}

/* MAPI's part: resends, and recipients that stand for others. */
static HRESULT
submit_prepare(struct message *message)
{
	IMAPISupport *support = message->store->support;
	ULONG flags = 0;
	HRESULT hr = S_OK;

	if (bag_get_long(message->set.bag, PR_MESSAGE_FLAGS, 0) & MSGFLAG_RESEND)
		hr = support->lpVtbl->PrepareSubmit(support, &message->imessage, &flags);
	if (hr == MAPI_E_NO_SUPPORT || SUCCEEDED(hr))
		hr = support->lpVtbl->ExpandRecips(support, &message->imessage, &flags);
	return (hr == MAPI_E_NO_SUPPORT) ? S_OK : hr;
}

/* Behind what ExpandRecips says of the client, where a journey is kept. */
static HRESULT
calls_put(struct message *message, guint32 calls)
{
	const SPropValue *client = bag_get(message->set.bag, PR_EMAPI_CLIENT);
	BYTE bytes[CLIENT_PART_MAX];
	size_t size = client ? client->Value.bin.cb : 0;

	if (!size || size > sizeof(bytes) - CLIENT_NUMBER_MAX)
		return S_OK;
	memcpy(bytes, client->Value.bin.lpb, size);
	size += client_part_number(calls, bytes + size);
	return bag_set_binary(message->set.bag, PR_EMAPI_CLIENT, bytes, size);
}

static HRESULT
submit_check(struct message *message)
{
	gint64 queued;
	HRESULT hr;

	if (message->associated || message->parent)
		return MAPI_E_NO_SUPPORT;
	hr = message_load_recipients(message);
	if (FAILED(hr))
		return hr;
	if (!message->recipients->len)
		return MAPI_E_NO_RECIPIENTS;
	if (!message->id)
		return S_OK;
	hr = db_int(message->store->db, &queued, "SELECT count(queued) FROM message WHERE id = ?",
	    "i", message->id);
	return FAILED(hr) ? hr : queued ? MAPI_E_SUBMITTED : S_OK;
}

/* To the machine's daemon, whose store fills in what the client did not say. */
static HRESULT
submit_relay(struct message *message)
{
	struct db *db = message->store->db;
	HRESULT hr = message_summarize(message);

	if (SUCCEEDED(hr))
		hr = relay_submit(message->store->relay, &message->imessage);
	if (FAILED(hr) || !message->id)
		return hr;
	/* It is no longer here; it is on its way whatever becomes of the row in memory. */
	if (SUCCEEDED(db_begin(db)))
		db_end(db, db_exec(db, "DELETE FROM message WHERE id = ?", "i", message->id),
		    DB_RELAXED);
	return hr;
}

static HRESULT
submit_here(struct message *message)
{
	HRESULT hr = submit_fill(message);

	if (SUCCEEDED(hr))
		hr = message_save(message, 0, true);
	return hr;
}

HRESULT
message_submit(struct message *message)
{
	LONG flags = bag_get_long(message->set.bag, PR_MESSAGE_FLAGS, 0);
	guint32 calls = message->calls; /* before those of ExpandRecips */
	HRESULT hr;

	hr = submit_check(message);
	if (SUCCEEDED(hr))
		hr = submit_prepare(message);
	if (SUCCEEDED(hr))
		hr = calls_put(message, calls);
	if (SUCCEEDED(hr))
		hr = message->store->relay ? submit_relay(message) : submit_here(message);
	if (FAILED(hr)) {
		bag_set_long(message->set.bag, PR_MESSAGE_FLAGS, flags);
		return hr;
	}
	message->invalid = true;
	return S_OK;
}

static void
notify(struct store *store, ULONG flags)
{
	HRESULT hr;

	if (store->relay) /* the daemon wakes its own */
		return;
	hr = store->support->lpVtbl->SpoolerNotify(store->support, flags, NULL);
	if (FAILED(hr))
		log_warning("the spooler could not be woken: %s", hr_name(hr));
}

void
submit_notify(struct store *store)
{
	notify(store, NOTIFY_READYTOSEND);
}

HRESULT
submit_notify_soon(struct store *store)
{
	return store->support->lpVtbl->SpoolerNotify(store->support, NOTIFY_QUEUE_SOON, NULL);
}

void
submit_notify_safe(struct store *store, HRESULT soon)
{
	if (FAILED(soon))
		notify(store, NOTIFY_READYTOSEND);
	else if (soon != S_OK)
		notify(store, NOTIFY_QUEUE_SAFE);
}
