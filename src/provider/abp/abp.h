/* SPDX-License-Identifier: MIT */
/*
 * What our address book providers share: everything that MAPI sees of one (IABProvider, IABLogon,
 * IABContainer, IDistList, IMailUser, tables).  A provider adds the book itself as plain functions.
 *
 * Each logon shows one container under its root, the book.  The book's functions are called with
 * the logon's lock held, from any thread, one at a time.
 *
 * Entry IDs: flags(4)=0, the book's UID(16), version(1)=1, type(1: MAPI_ABCONT, MAPI_MAILUSER,
 * MAPI_DISTLIST), 0(2), then the book's own key.  The root's and the book's have no key; the root's
 * type is 0.  An entry's type without a key is the template that CreateEntry makes a new one from.
 */
#ifndef EMAPI_PROVIDER_ABP_H
#define EMAPI_PROVIDER_ABP_H

#include <stdbool.h>
#include <glib.h>
#include <mapispi.h>
#include "bag.h"

/* One entry of a book.  `bytes` is the book's own name for it. */
struct abp_key {
	ULONG type; /* MAPI_MAILUSER or MAPI_DISTLIST */
	GBytes *bytes;
};

/* One found entry.  All of it is borrowed. */
struct abp_row {
	ULONG type;
	GBytes *bytes;   /* NULL: somebody else's entry in a list; `bag` has its PR_ENTRYID */
	struct bag *bag; /* what is known of it; abp adds entry ID, keys and types */
};

struct abp_query {
	const char *anr; /* entries that this may mean; NULL: all */
	GBytes *list;    /* members of this distribution list; NULL: the whole book */
	guint limit;     /* so many are enough; 0: all */
};

/* Takes one row; a failure ends the listing and is its result. */
typedef HRESULT (*abp_take)(void *context, const struct abp_row *row);

/* One change: fnevObjectCreated, fnevObjectModified or fnevObjectDeleted; 0 without a key where so
 * much has changed that nobody knows what. */
typedef void (*abp_changed)(void *context, ULONG event, const struct abp_key *key);

/*
 * A book.  `why` (never NULL, *why is NULL) gets a sentence for people, g_free().  The functions
 * from `write` to `remove_member` are NULL for a book that is read only.
 */
struct abp_ops {
	const char *component; /* "emapi personal address book", for errors */
	const char *module;    /* "emapi_ab.so" */
	const char *name;      /* of the container where the profile gives none */
	ULONG display_type;    /* DT_LOCAL, DT_GLOBAL */
	ULONG container_flags; /* beside AB_RECIPIENTS and AB_(UN)MODIFIABLE */

	/* `settings` is the provider's section of the profile, without secrets; `support` lives
	 * longer than the book.  Speaks to no server. */
	HRESULT(*open)
	(const struct bag *settings, IMAPISupport *support, void **book, MAPIUID *uid, char **why);
	void (*close)(void *book);
	HRESULT(*list)
	(void *book, const struct abp_query *query, abp_take take, void *context, char **why);
	/* MAPI_E_NOT_FOUND. */
	HRESULT (*read)(void *book, const struct abp_key *key, struct bag *bag, char **why);

	/* Creates where key->bytes is NULL, and sets it. */
	HRESULT (*write)(void *book, struct abp_key *key, const struct bag *bag, char **why);
	/* Also takes it out of all lists.  What is not there is no error. */
	HRESULT (*erase)(void *book, const struct abp_key *key, char **why);
	/* Adds to a list; `own` where the entry is the book's.  Once, however often it is added. */
	HRESULT(*add_member)
	(void *book, GBytes *list, const SBinary *id, GBytes *own, const struct bag *bag,
	    char **why);
	HRESULT (*remove_member)(void *book, GBytes *list, const SBinary *id, char **why);

	/* How many entries the whole book has.  NULL where it is listed in no order of its own:
	 * with this, `limit` gives the first ones of what it gives without. */
	HRESULT (*count)(void *book, gint64 *count, char **why);
	/* Whether the book can be used now; `why` may tell what was found then, too.  NULL: whether
	 * it can be listed from. */
	HRESULT (*check)(void *book, char **why);

	/* Following the book, whoever changes it; NULL where nobody can.  watch() begins now, on
	 * something that is the watcher's alone: unwatch() and changes(), which hands over what is
	 * new, come from any thread, one at a time, without the logon's lock. */
	HRESULT (*watch)(void *book, void **watch, char **why);
	void (*unwatch)(void *watch);
	HRESULT (*changes)(void *watch, abp_changed changed, void *context);
};

/* The body of ABProviderInit. */
HRESULT abp_provider_init(
    const struct abp_ops *ops, ULONG mapi_version, ULONG *provider_version, IABProvider **out);

/* Entry IDs, see above; `bytes` may be NULL.  out->lpb hangs on `root`, or is a new MAPI buffer. */
HRESULT abp_id_create(const MAPIUID *uid, ULONG type, GBytes *bytes, void *root, SBinary *out);
/* MAPI_E_UNKNOWN_ENTRYID: somebody else's; MAPI_E_INVALID_ENTRYID: broken.  *bytes (NULL where
 * there is no key) is g_bytes_unref()ed. */
HRESULT abp_id_parse(const MAPIUID *uid, const void *id, ULONG size, ULONG *type, GBytes **bytes);

/*
 * Name resolution for books in memory or in a file.  abp_anr_fold() makes the text that is kept
 * beside an entry from its properties: each word folded, in front of it a space.  abp_anr_words()
 * takes a typed name apart in the same way (g_strfreev()); it means an entry whose text has each of
 * the words at the beginning of a word of its own.
 */
HRESULT abp_anr_fold(const struct bag *bag, char **out);
char **abp_anr_words(const char *typed);
bool abp_anr_match(const char *folded, char **words);

#endif
