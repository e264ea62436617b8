/* SPDX-License-Identifier: MIT */
/*
 * One logon to a store: the object behind IMsgStore and IMSLogon, which live and die together.
 *
 * Every method of every object of the store begins with store_enter() and ends with store_leave().
 * One lock a logon; it is recursive, because MAPI's support object calls back during a submit.
 * After fork the child gets MAPI_E_END_OF_SESSION (D12), and nothing it releases touches the file.
 */
#ifndef EMAPI_STORE_STORE_H
#define EMAPI_STORE_STORE_H

#include <stdbool.h>
#include <sys/types.h>
#include <glib.h>
#include <mapix.h>
#include <mapispi.h>
#include <emapistore.h>
#include "bag.h"
#include "com.h"
#include "db.h"
#include "relay.h"
#include "storequeue.h"

struct watch;
struct made;
struct places;

struct store {
	struct com_object com;
	IMsgStore istore;
	IMSLogon ilogon;
	struct store_queue iqueue;
	IEmapiStoreFile ifile;
	struct db *db;
	struct relay *relay;   /* hands over what is submitted; NULL: it is kept here */
	struct watch *watch;   /* since the first Advise; watch.h */
	struct made *made;     /* orders of large folders; made.h */
	struct places *places; /* of far rows; places.h */
	GRecMutex mutex;
	MAPIUID uid;
	IMAPISupport *support;
	IProfSect *identity; /* what submit_fill() reads the sender from; NULL: not yet */
	pid_t pid;
	bool spooler;    /* from SpoolerLogon: may lock, finish and abort */
	bool writable;   /* MDB_WRITE or MAPI_BEST_ACCESS */
	gint64 secure;   /* up to this place the queue is known to be on disk (queue_secure) */
	char *name;      /* PR_DISPLAY_NAME */
	SBinary wrapped; /* the store's entry ID as MAPI gives it; a MAPI buffer */
};

/* PR_MDB_PROVIDER of all stores of this provider. */
extern const MAPIUID store_provider_uid;

/* What a logon needs; `db` and `relay` are taken over also on failure. */
struct store_logon {
	struct db *db;
	struct relay *relay;
	IMAPISupport *support;
	const char *name;
	bool spooler;
	bool writable;
};
HRESULT store_create(const struct store_logon *logon, struct store **out);

/* S_OK with the lock held, else MAPI_E_END_OF_SESSION. */
HRESULT store_enter(struct store *store);
/* Drops the lock and hands `hr` through. */
HRESULT store_leave(struct store *store, HRESULT hr);
/* Whether this is the process that logged on. */
bool store_is_mine(const struct store *store);

/* Body of each object's GetLastError: what the file said last, with the name of `hr`. */
HRESULT store_last_error(struct store *store, HRESULT hr, ULONG flags, MAPIERROR **out);
/* OpenEntry of store, logon and folders: a folder or message; no `id` is the root folder.  Lock
 * held. */
struct store_entry {
	ULONG size;
	const ENTRYID *id;
	const IID *iid;
	ULONG flags;
};
HRESULT store_open_entry(
    struct store *store, const struct store_entry *entry, ULONG *type, IUnknown **out);
/* CompareEntryIDs of store, logon and provider. */
HRESULT store_compare(
    ULONG size1, const ENTRYID *id1, ULONG size2, const ENTRYID *id2, ULONG *result);

/* What every object answers: PR_ENTRYID, PR_RECORD_KEY, PR_STORE_ENTRYID, PR_STORE_RECORD_KEY,
 * PR_MAPPING_SIGNATURE, PR_STORE_SUPPORT_MASK, PR_OBJECT_TYPE, and PR_PARENT_ENTRYID of a folder.
 * An `id` of 0 leaves out what only a saved object has. */
struct store_identity {
	ULONG type;
	gint64 id;
	gint64 parent; /* 0: none */
};
HRESULT store_identify(struct store *store, const struct store_identity *identity, struct bag *bag);
HRESULT bag_set_eid(struct bag *bag, ULONG tag, const MAPIUID *store, ULONG type, gint64 id);
/* Reads and writes props blobs of rows.  `skip` is a 0-ended list of tags (matched by id). */
HRESULT bag_from_blob(struct bag *bag, const void *data, size_t size);
HRESULT bag_to_blob(const struct bag *bag, const ULONG *skip, GByteArray *out);
HRESULT bag_set_time(struct bag *bag, ULONG tag, gint64 filetime);
/* Appends a 0-ended list to what GetPropList answers: properties that are opened, not read. */
HRESULT tags_append(SPropTagArray **tags, const ULONG *more);
bool tag_listed(const ULONG *list, ULONG tag);

/* The support mask of store objects (PR_STORE_SUPPORT_MASK). */
#define STORE_SUPPORT                                                                              \
	(STORE_ENTRYID_UNIQUE | STORE_MODIFY_OK | STORE_CREATE_OK | STORE_ATTACH_OK |              \
	    STORE_SUBMIT_OK | STORE_MV_PROPS_OK | STORE_RESTRICTION_OK | STORE_SORT_OK |           \
	    STORE_SEARCH_OK | STORE_NOTIFY_OK | STORE_UNICODE_OK)
#ifndef STORE_UNICODE_OK
#define STORE_UNICODE_OK 0x00040000u
#endif

/* The faces: store_methods.c, logon.c and store_file.c. */
extern const IMsgStoreVtbl store_msgstore_vtbl;
extern const IMSLogonVtbl store_logon_vtbl;
extern const struct store_queue_vtbl store_squeue_vtbl;
extern const IEmapiStoreFileVtbl store_file_vtbl;

#endif
