/* SPDX-License-Identifier: MIT */
/*
 * Insides of a session, shared by session.c, stores.c, entries.c, status.c and support.c.
 *
 * A session lives as long as anything holds it: IMAPISession objects (several on a shared session)
 * and the support objects that providers hold.  The IMAPISession objects are its users: with the
 * last of them the session lets go of the stores it has opened; with Logoff it also ends them.
 */
#ifndef EMAPI_MAPI_SESSION_PRIVATE_H
#define EMAPI_MAPI_SESSION_PRIVATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <sys/types.h>
#include "lasterror.h"
#include "session.h"

/* One logon to a store: what a provider's Logon gave. */
struct store_logon {
	IMSLogon *logon; /* NULL where the provider gave none */
	IMsgStore *store;
};

/* One store of the profile, opened or not. */
struct store_entry {
	MAPIUID provider; /* its profile section */
	MAPIUID service;
	char *module;
	char *display_name;
	bool is_default;
	MAPIUID mdb_provider; /* PR_MDB_PROVIDER; zeros until known */
	void *id;             /* the store's own entry ID, unwrapped; NULL until known */
	ULONG id_size;
	GByteArray *record_key;    /* NULL until known */
	GArray *uids;              /* of MAPIUID: IMAPISupport::SetProviderUID */
	IMSProvider *ms_provider;  /* NULL until loaded */
	struct store_logon full;   /* for writing, as far as the store allows */
	struct store_logon reader; /* for those who asked for no more than reading */
	HRESULT failure;           /* of the last try to open it */
	char *reason;
};

struct session {
	atomic_uint refs;
	GRecMutex lock;
	pid_t pid;
	ULONG flags;        /* of MAPILogonEx */
	const char *chosen; /* why this profile, for people; static */
	gint64 began;       /* microseconds since 1970 */
	bool no_journey;    /* session_set_no_journey() */
	pid_t client;       /* session_set_client(); 0: this process */
	char *client_program;
	bool store_opened, store_is_default; /* OpenMsgStore */
	ULONG store_flags;                   /* of that, for the default store where it was */
	struct profile *profile;
	unsigned users;
	bool ended;
	GPtrArray *stores;            /* of struct store_entry */
	GHashTable *status_words;     /* provider -> struct bag: ModifyStatusRow; NULL: none yet */
	GArray *sinks;                /* what session_advise.c keeps; NULL: nobody asked yet */
	GPtrArray *abooks;            /* abooks.c; NULL until an address book is asked for */
	struct client_lines *journey; /* client_journey.c; NULL until something is submitted */
	struct last_error error;
};

struct session *session_ref(struct session *session);
void session_unref(struct session *session);
/* Another IMAPISession on a session, for a logon that joins it. */
HRESULT session_join(struct session *session, IMAPISession **out);
/* False once all have left it, or in another process. */
bool session_is_live(struct session *session);
/* MAPI_E_END_OF_SESSION after Logoff, and in another process than the session's. */
HRESULT session_check(struct session *session);

/* stores.c */
/* The profile's stores; on failure, MAPI_E_NOT_ENOUGH_MEMORY, those that were read. */
HRESULT stores_create(struct profile *profile, GPtrArray **out);
/* Refuses a profile that has one store twice (D10), as far as is known before opening. */
HRESULT stores_check(struct session *session, char **why);
/* Releases all logons; with `logoff` ends them too. */
void stores_close(struct session *session, bool logoff);
/* The store with this (wrapped or plain) store entry ID.  MAPI_E_NOT_FOUND.  Learns the IDs of
 * stores that were never opened. */
HRESULT stores_find(struct session *session, const void *id, ULONG size, struct store_entry **out);
struct store_entry *stores_find_provider(struct session *session, const MAPIUID *provider);
/* The store that the entry ID of a folder or message belongs to; MAPI_E_UNKNOWN_ENTRYID. */
HRESULT stores_route(struct session *session, const void *id, ULONG size, struct store_entry **out);
/* The open logon for these OpenMsgStore flags; borrowed. */
HRESULT stores_open(
    struct session *session, struct store_entry *entry, ULONG flags, struct store_logon **out);
/* Opens each store whose entry ID is not known yet; failures stay in the entry. */
void stores_learn(struct session *session);
/* The wrapped entry ID for the stores table: of the store, or for one that cannot be opened an ID
 * that opens to the reason. */
HRESULT stores_wrapped_id(const struct store_entry *entry, ULONG *size, ENTRYID **out);
HRESULT stores_add_uid(struct session *session, const MAPIUID *provider, const MAPIUID *uid);
/* IMAPISupport::SetProviderUID, of whichever kind of provider. */
HRESULT session_add_uid(struct session *session, const MAPIUID *provider, const MAPIUID *uid);

/* The IMAPISession methods that are not in session.c; `session` is checked. */
HRESULT session_stores_table(struct session *session, ULONG flags, IMAPITable **out);
HRESULT session_status_table(struct session *session, ULONG flags, IMAPITable **out);
HRESULT session_open_store(struct session *session, ULONG size, const void *id, const IID *iid,
    ULONG flags, IUnknown **out);
HRESULT session_set_default_store(struct session *session, ULONG flags, ULONG size, const void *id);
HRESULT session_open_entry(struct session *session, const SBinary *id, const IID *iid, ULONG flags,
    ULONG *type, IUnknown **out);
HRESULT session_compare_entryids(struct session *session, ULONG size1, const void *id1, ULONG size2,
    const void *id2, ULONG *result);
HRESULT session_advise(struct session *session, const SBinary *id, ULONG mask,
    IMAPIAdviseSink *sink, ULONG_PTR *connection);
HRESULT session_unadvise(struct session *session, ULONG_PTR connection);
/* Tells those who advised on the session itself that it ends (fnevExtended). */
void session_tell_end(struct session *session);
/* Ends all that session_advise() began. */
void session_forget_sinks(struct session *session);
/* IMAPISession::QueryDefaultMessageOpt. */
HRESULT session_default_options(
    struct session *session, const char *address_type, ULONG *count, SPropValue **out);
/* The logon that answers for an entry ID, with references of its own. */
HRESULT session_route(struct session *session, const void *id, ULONG size, struct store_logon *out);
/* The same for entries of address book providers only. */
HRESULT session_compare_addresses(struct session *session, ULONG size1, const void *id1,
    ULONG size2, const void *id2, ULONG *result);
/* A one-off for the profile's sender; MAPI_W_NO_SERVICE and one for nobody where it has none. */
HRESULT session_identity(struct session *session, ULONG *size, ENTRYID **out);

#endif
