/* SPDX-License-Identifier: MIT */
/* Message services of a profile: what IMsgServiceAdmin and IProviderAdmin do, in plain C. */
#ifndef EMAPI_MAPI_SERVICES_H
#define EMAPI_MAPI_SERVICES_H

#include "profile.h"

/* Adds a service of mapisvc.inf with its providers.  `display` may be NULL.  MAPI_E_NOT_FOUND where
 * no such service is known, MAPI_E_NO_ACCESS for a second one of which there may be but one. */
HRESULT services_create(
    struct profile *profile, const char *service, const char *display, MAPIUID *uid);
/* MAPI_E_NOT_FOUND.  Takes the providers and their secrets along. */
HRESULT services_delete(struct profile *profile, const MAPIUID *service);
HRESULT services_rename(struct profile *profile, const MAPIUID *service, const char *display);
/* Sets properties of the service and its providers.  MAPI_E_UNCONFIGURED where something required
 * is still missing. */
HRESULT services_configure(
    struct profile *profile, const MAPIUID *service, ULONG count, const SPropValue *values);
/* Transports in the order of `uids`; those not named follow as they were. */
HRESULT services_order(struct profile *profile, const MAPIUID *uids, ULONG count);

/* The services in file order, and the providers of one (NULL: of all); g_array_unref(). */
GArray *services_list(struct profile *profile);
GArray *services_providers(struct profile *profile, const MAPIUID *service);

/* One provider, by its group of mapisvc.inf. */
HRESULT services_add_provider(struct profile *profile, const MAPIUID *service, const char *provider,
    ULONG count, const SPropValue *values, MAPIUID *uid);
HRESULT services_delete_provider(
    struct profile *profile, const MAPIUID *service, const MAPIUID *provider);

/* A copy of a service with its providers and their secrets, in `target` (which may be the same
 * profile: then a store is a new one, since two logons to one file are refused).  `display` NULL
 * keeps the name.  MAPI_E_NOT_FOUND, MAPI_E_NO_ACCESS for a second one of which there may be but
 * one. */
HRESULT services_copy(struct profile *profile, const MAPIUID *service, const char *display,
    struct profile *target, MAPIUID *uid);
/* Gives all sections of a copied profile UIDs of their own, and copies the secrets. */
HRESULT services_renew(GKeyFile *keys);
/* Marks the service that stands for the user (SERVICE_PRIMARY_IDENTITY in PR_RESOURCE_FLAGS), and
 * no other; NULL: none.  MAPI_E_NOT_FOUND, MAPI_E_NO_ACCESS for one that cannot. */
HRESULT services_set_primary(struct profile *profile, const MAPIUID *service);

/* For services_copy.c, under profile_edit(): a file of its own for a store or pickup folder; the
 * mark of the default where there is none yet; whether a second service of that name is one too
 * many. */
void services_put_path(
    GKeyFile *keys, const char *group, struct profile *profile, const MAPIUID *provider);
void services_put_default_store(GKeyFile *keys, const char *group);
bool services_is_second(GKeyFile *keys, const char *name);

/* Adds all of [Default Services]. */
HRESULT services_add_defaults(struct profile *profile);

#endif
