/* SPDX-License-Identifier: MIT */
/*
 * Notifications (MAPI reference: IMsgStore::Advise, IMSLogon::Advise, IMAPITable::Advise).
 *
 * What happens in the file is written down by triggers into the table `change`, by whichever
 * process and in the same transaction, while the table `listener` has a row.  A logon's first
 * Advise puts a row there and starts the logon's one thread; the thread reads what is new after
 * each call of this logon and four times a second, and hands it to IMAPISupport::Notify.  So events
 * come in the file's order, from this process and from others alike, never within the call that
 * caused them.
 *
 * An Advise on a folder tells of the folder and of what comes and goes in it.  Where what is new
 * cannot be read, fnevCriticalError says so, and TABLE_ERROR to those who follow a table, once
 * until it can be again.
 */
#ifndef EMAPI_STORE_WATCH_H
#define EMAPI_STORE_WATCH_H

#include "store.h"

/* What a connection wants to hear of. */
struct watch_scope {
	ULONG type;    /* MAPI_STORE: everything; MAPI_FOLDER, MAPI_MESSAGE; WATCH_… below */
	gint64 object; /* its id; 0 for MAPI_STORE */
	/* Of a table: called on the watcher's thread, with nothing locked, with the changes (struct
	 * change) that may concern it, while `holder` is held. */
	void (*changed)(void *context, const GArray *changes);
	void *context;
	struct com_object *holder; /* weak */
};
/* A table of this folder's messages, hidden or found ones too; of folders. */
#define WATCH_CONTENTS 0x1001u
#define WATCH_HIERARCHY 0x1002u

/* Lock held in all functions but watch_poke() and watch_free(). */
HRESULT watch_advise(struct store *store, const struct watch_scope *scope, ULONG mask,
    IMAPIAdviseSink *sink, ULONG_PTR *connection);
/* MAPI_E_NOT_FOUND when it is none of this logon's. */
HRESULT watch_unadvise(struct store *store, ULONG_PTR connection);
/* Advise of store and logon; an entry ID of size 0 is the store. */
struct watch_request {
	ULONG size;
	const ENTRYID *id;
	ULONG mask;
	IMAPIAdviseSink *sink;
	ULONG_PTR *connection;
};
HRESULT watch_advise_entry(struct store *store, const struct watch_request *request);
/* Hands a table's events to those that have subscribed to its scope; nothing locked. */
void watch_tell(
    struct store *store, const struct watch_scope *scope, ULONG count, NOTIFICATION *notifications);
/* A message that has come in (IMsgStore::NotifyNewMail). */
HRESULT watch_new_mail(struct store *store, const NEWMAIL_NOTIFICATION *mail);
/* Inside a copy's transaction: the message or folder made is a copy, not new. */
HRESULT watch_copied(struct db *db, ULONG type, gint64 copy, gint64 source);
/* Forgets listeners that died. */
HRESULT watch_sweep(struct db *db);
/* A call has ended: there may be news. */
void watch_poke(struct watch *watch);
/* For the logon's end, in the process that logged on. */
void watch_free(struct store *store);

#endif
