/* SPDX-License-Identifier: MIT */
/*
 * The address book providers of a session (MAPI reference: IABProvider::Logon, IABLogon).
 *
 * None is loaded until something asks for what only they know: a container, an entry of theirs, a
 * name that is no address.  One that cannot be used leaves the others alone; why stands in the
 * session's last error and in the log.
 */
#ifndef EMAPI_MAPI_ABOOKS_H
#define EMAPI_MAPI_ABOOKS_H

#include <stdbool.h>
#include <glib.h>
#include <mapispi.h>

struct session;

/* The logons that there are, in profile order: a new array of IABLogon, each with a reference
 * (g_ptr_array_unref()).  Loads what is not loaded yet. */
GPtrArray *abooks_logons(struct session *session);
/* The first reason why one of them could not be used; g_free(), NULL where all could. */
char *abooks_trouble(struct session *session);
/* The logon that an entry ID belongs to, with a reference.  MAPI_E_UNKNOWN_ENTRYID.  With `load`
 * unset only those that are loaded are asked. */
HRESULT abooks_route(
    struct session *session, const void *id, ULONG size, bool load, IABLogon **out);

/* The logon of a provider, by its profile section, with a reference.  MAPI_E_UNKNOWN_ENTRYID: it is
 * no address book's; or why it cannot be used. */
HRESULT abooks_by_provider(struct session *session, const MAPIUID *provider, IABLogon **out);

/* IMAPISupport::SetProviderUID of one of them; false where `provider` is none. */
bool abooks_add_uid(struct session *session, const MAPIUID *provider, const MAPIUID *uid);
/* Releases all logons; with `logoff` ends them too. */
void abooks_close(struct session *session, bool logoff);

/* abpath.c: what the profile keeps of the address book. */

struct ab_container {
	GBytes *id;
	char *name;
	ULONG flags; /* PR_CONTAINER_FLAGS */
	ULONG display_type;
};

/* All containers of all providers, as PR_DEPTH 0, 1 ... has them: of struct ab_container. */
GPtrArray *ab_containers(struct session *session);
/* IAddrBook's methods.  An ID of 0 bytes with S_OK where there is none such. */
HRESULT ab_get_pab(struct session *session, ULONG *size, ENTRYID **out);
HRESULT ab_get_default_dir(struct session *session, ULONG *size, ENTRYID **out);
/* `tag`: PR_AB_DEFAULT_PAB or PR_AB_DEFAULT_DIR; without an ID the choice is forgotten. */
HRESULT ab_set_choice(struct session *session, ULONG tag, ULONG size, const void *id);
HRESULT ab_get_search_path(struct session *session, ULONG flags, SRowSet **out);
HRESULT ab_set_search_path(struct session *session, const SRowSet *rows);

/* abroot.c: the container above all of the providers' containers. */
HRESULT abroot_create(struct session *session, const IID *iid, IUnknown **out);
/* Opens an entry of a provider.  MAPI_E_UNKNOWN_ENTRYID. */
HRESULT abooks_open_entry(struct session *session, const SBinary *id, const IID *iid, ULONG flags,
    ULONG *type, IUnknown **out);

#endif
