/* SPDX-License-Identifier: MIT */
/* What the tests of the store's objects share, beyond world.h. */
#ifndef EMAPI_TESTS_STORETESTING_H
#define EMAPI_TESTS_STORETESTING_H

#include "world.h"

#define TEXT8(text) ((LPTSTR)(uintptr_t)(text))
#define EID(value) (value)->Value.bin.cb, (ENTRYID *)(void *)(value)->Value.bin.lpb

/* Any property; MAPIFreeBuffer(). */
G_GNUC_UNUSED static SPropValue *
get(void *object, ULONG tag)
{
	SPropValue *value = NULL;

	OK(HrGetOneProp(object, tag, &value));
	return value;
}

/* The code that stands in place of a value. */
G_GNUC_UNUSED static HRESULT
no_value(void *object, ULONG tag)
{
	SizedSPropTagArray(1, tags) = { 1, { tag } };
	IMAPIProp *prop = object;
	SPropValue *value = NULL;
	ULONG count;
	HRESULT hr;

	FAILS(prop->lpVtbl->GetProps(prop, (SPropTagArray *)(void *)&tags, 0, &count, &value),
	    MAPI_W_ERRORS_RETURNED);
	hr = value->Value.err;
	MAPIFreeBuffer(value);
	return hr;
}

G_GNUC_UNUSED static void
set_text(void *object, ULONG tag, const char *text)
{
	SPropValue value = { .ulPropTag = tag, .Value.lpszA = (LPSTR)(uintptr_t)text };
	IMAPIProp *prop = object;

	OK(prop->lpVtbl->SetProps(prop, 1, &value, NULL));
}

G_GNUC_UNUSED static void
set_long(void *object, ULONG tag, LONG number)
{
	SPropValue value = { .ulPropTag = tag, .Value.l = number };
	IMAPIProp *prop = object;

	OK(prop->lpVtbl->SetProps(prop, 1, &value, NULL));
}

G_GNUC_UNUSED static void
set_bool(void *object, ULONG tag, bool yes)
{
	SPropValue value = { .ulPropTag = tag, .Value.b = yes };
	IMAPIProp *prop = object;

	OK(prop->lpVtbl->SetProps(prop, 1, &value, NULL));
}

G_GNUC_UNUSED static IMAPIFolder *
make_folder(IMAPIFolder *parent, ULONG type, const char *name)
{
	IMAPIFolder *folder = NULL;

	OK(parent->lpVtbl->CreateFolder(parent, type, TEXT8(name), NULL, NULL, 0, &folder));
	return folder;
}

/* A saved message that is released; its entry ID, MAPIFreeBuffer(). */
G_GNUC_UNUSED static SPropValue *
put_message(IMAPIFolder *folder, const char *subject)
{
	IMessage *message = world_message(folder, subject);
	SPropValue *id = get(message, PR_ENTRYID);

	RELEASE(message);
	return id;
}

/* A message that has come in from Bob, who wants to know whether it is read. */
G_GNUC_UNUSED static SPropValue *
put_received(IMAPIFolder *folder, bool wants_receipt)
{
	IMessage *message = NULL;
	SPropValue *id;

	OK(folder->lpVtbl->CreateMessage(folder, NULL, 0, &message));
	set_long(message, PR_MESSAGE_FLAGS, 0);
	set_text(message, PR_SUBJECT_A, "From Bob");
	set_text(message, PR_SENDER_NAME_A, "Bob");
	set_text(message, PR_SENDER_ADDRTYPE_A, "SMTP");
	set_text(message, PR_SENDER_EMAIL_ADDRESS_A, "bob@example.test");
	set_bool(message, PR_READ_RECEIPT_REQUESTED, wants_receipt);
	OK(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READONLY));
	id = get(message, PR_ENTRYID);
	RELEASE(message);
	return id;
}

G_GNUC_UNUSED static HRESULT
try_open(IMsgStore *store, const SPropValue *id, ULONG flags, void *out)
{
	ULONG type;

	*(void **)out = NULL;
	return store->lpVtbl->OpenEntry(store, EID(id), NULL, flags, &type, (IUnknown **)out);
}

G_GNUC_UNUSED static IMessage *
open_message(IMsgStore *store, const SPropValue *id, ULONG flags)
{
	IMessage *message = NULL;

	OK(try_open(store, id, flags, &message));
	return message;
}

G_GNUC_UNUSED static ULONG
count_of(IMAPIFolder *folder, ULONG flags)
{
	IMAPITable *table = NULL;

	return world_count(folder->lpVtbl->GetContentsTable(folder, flags, &table), &table);
}

G_GNUC_UNUSED static ULONG
folders_in(IMAPIFolder *folder, ULONG flags)
{
	IMAPITable *table = NULL;

	return world_count(folder->lpVtbl->GetHierarchyTable(folder, flags, &table), &table);
}

/* The first message of a folder's table. */
G_GNUC_UNUSED static IMessage *
first_of(struct world *world, IMAPIFolder *folder)
{
	SizedSPropTagArray(1, columns) = { 1, { PR_ENTRYID } };
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	IMessage *message;

	OK(folder->lpVtbl->GetContentsTable(folder, 0, &table));
	OK(HrQueryAllRows(table, (SPropTagArray *)(void *)&columns, NULL, NULL, 0, &rows));
	assert_true(rows->cRows > 0);
	message = open_message(world->store, rows->aRow[0].lpProps, 0);
	FreeProws(rows);
	RELEASE(table);
	return message;
}

G_GNUC_UNUSED static IMAPIFolder *
open_inbox(struct world *world)
{
	IMAPIFolder *folder = NULL;
	ENTRYID *id = NULL;
	ULONG size, type;

	OK(world->store->lpVtbl->GetReceiveFolder(world->store, NULL, 0, &size, &id, NULL));
	OK(world->store->lpVtbl->OpenEntry(
	    world->store, size, id, NULL, MAPI_MODIFY, &type, (IUnknown **)(void *)&folder));
	MAPIFreeBuffer(id);
	return folder;
}

/* A second store, of its own profile and session, as another program would have. */
struct other {
	IMAPISession *session;
	IMsgStore *store;
	IMAPIFolder *folder; /* its Sent Items, empty */
};

G_GNUC_UNUSED static void
other_open(struct other *other, const char *profile)
{
	struct world world = { 0 };

	OK(MAPILogonEx(0, TEXT8(profile), NULL, MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_NO_MAIL,
	    &world.session));
	world_open_store(&world);
	RELEASE(world.outbox);
	other->session = world.session;
	other->store = world.store;
	other->folder = world.sent;
}

G_GNUC_UNUSED static void
other_close(struct other *other)
{
	RELEASE(other->folder);
	RELEASE(other->store);
	other->session->lpVtbl->Logoff(other->session, 0, 0, 0);
	RELEASE(other->session);
}

G_GNUC_UNUSED static void
other_create(struct other *other)
{
	struct profile_settings settings = { .from_name = "Eve",
		.from_address = "eve@example.test" };

	OK(profile_create("other", &settings, NULL));
	other_open(other, "other");
}

/* An IMAPIProgress that counts, and cancels after `stop` words (0: never). */
struct watched {
	IMAPIProgress iprogress;
	ULONG flags, low, high;
	unsigned words, stop;
	ULONG value, count, total; /* of the last word */
};

static HRESULT
watched_QueryInterface(IMAPIProgress *This, REFIID iid, LPVOID *out)
{
	*out = This;
	return S_OK;
}

static ULONG
watched_refs(IMAPIProgress *This)
{
	return 1;
}

static HRESULT
watched_Progress(IMAPIProgress *This, ULONG value, ULONG count, ULONG total)
{
	struct watched *self = (struct watched *)This;

	self->value = value;
	self->count = count;
	self->total = total;
	return ++self->words == self->stop ? MAPI_E_USER_CANCEL : S_OK;
}

static HRESULT
watched_GetFlags(IMAPIProgress *This, ULONG *flags)
{
	*flags = ((struct watched *)This)->flags;
	return S_OK;
}

static HRESULT
watched_GetMax(IMAPIProgress *This, ULONG *high)
{
	*high = ((struct watched *)This)->high;
	return S_OK;
}

static HRESULT
watched_GetMin(IMAPIProgress *This, ULONG *low)
{
	*low = ((struct watched *)This)->low;
	return S_OK;
}

static HRESULT
watched_SetLimits(IMAPIProgress *This, LPULONG low, LPULONG high, LPULONG flags)
{
	return S_OK;
}

G_GNUC_UNUSED static struct watched
watched_new(ULONG flags, unsigned stop)
{
	static const IMAPIProgressVtbl vtbl = {
		.QueryInterface = watched_QueryInterface,
		.AddRef = watched_refs,
		.Release = watched_refs,
		.Progress = watched_Progress,
		.GetFlags = watched_GetFlags,
		.GetMax = watched_GetMax,
		.GetMin = watched_GetMin,
		.SetLimits = watched_SetLimits,
	};
	struct watched watched = { .flags = flags, .high = 1000, .stop = stop };

	watched.iprogress.lpVtbl = (IMAPIProgressVtbl *)(uintptr_t)&vtbl;
	return watched;
}

#endif
