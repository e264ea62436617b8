/* SPDX-License-Identifier: MIT */
/* Insides of abp: one logon and its objects.  See abp.h. */
#ifndef EMAPI_PROVIDER_ABP_PRIVATE_H
#define EMAPI_PROVIDER_ABP_PRIVATE_H

#include <sys/types.h>
#include "abp.h"
#include "com.h"

struct abp_logon {
	struct com_object com;
	IABLogon iablogon;
	const struct abp_ops *ops;
	GRecMutex lock; /* over the book and what follows */
	pid_t pid;
	IMAPISupport *support;
	void *book;
	MAPIUID uid;
	char *name; /* of the container */
	HRESULT error_hr;
	char *error;             /* of the last failure */
	bool wrote;              /* the call that holds the lock has changed the book */
	struct abp_watch *watch; /* watch.h; NULL until somebody listens; atomic */
};

/* What an object is. */
enum abp_kind { ABP_ROOT, ABP_BOOK, ABP_LIST, ABP_USER };

struct abp_object {
	struct com_object com;
	/* One vtable for all: IMailUser's methods are the first of IABContainer's, and IDistList
	 * has the same as IABContainer.  A class shows the interfaces that its kind has. */
	IABContainer iab;
	struct abp_logon *logon;
	enum abp_kind kind;
	bool writable;
	bool changed;
	ULONG create_flags; /* of CreateEntry, for the first save */
	struct abp_key key; /* bytes NULL: not saved yet, or no entry */
	GBytes *home;       /* the list that a new entry is to become a member of; NULL: none */
	struct bag *bag;
};

#define ABP_OBJECT(This) COM_OBJECT(This, struct abp_object, iab)

/* S_OK with the lock taken; MAPI_E_END_OF_SESSION after fork. */
HRESULT abp_enter(struct abp_logon *logon);
/* Lets the lock go; remembers *why (taken over) as the words for a failure.  What the call has
 * changed (logon->wrote) is told then. */
HRESULT abp_leave(struct abp_logon *logon, HRESULT hr, char *why);
HRESULT abp_last_error(struct abp_logon *logon, HRESULT hr, ULONG flags, LPMAPIERROR *out);
MAPIERROR *abp_make_error(const struct abp_ops *ops, const char *text, HRESULT hr, ULONG flags);
/* Tells the subscribers of an entry, and those of the book; these alone, that it is another one
 * now, without a key. */
void abp_notify(struct abp_logon *logon, ULONG event, const struct abp_key *key);
/* fnevCriticalError to who listens to the book: its changes cannot be read. */
void abp_notify_failure(struct abp_logon *logon, HRESULT failure);

HRESULT abp_logon_create(
    const struct abp_ops *ops, IMAPISupport *support, IABLogon **out, char **why);
HRESULT abp_open(struct abp_logon *logon, const SBinary *id, const IID *iid, ULONG flags,
    ULONG *type, IUnknown **out);

/* object.c */

/* `bag` is taken over.  *out has one reference. */
HRESULT abp_object_create(struct abp_logon *logon, enum abp_kind kind, const struct abp_key *key,
    struct bag *bag, struct abp_object **out);
HRESULT abp_object_hand_out(struct abp_object *object, const IID *iid, void **out);

/* rows.c */

/* Adds to an entry's bag what follows from its key: entry ID, keys, types, SMTP address. */
HRESULT abp_complete(struct abp_logon *logon, const struct abp_row *row);
/* The properties of the root and of the book. */
HRESULT abp_describe_container(struct abp_logon *logon, enum abp_kind kind, struct bag *bag);
HRESULT abp_hierarchy(struct abp_logon *logon, ULONG flags, IMAPITable **out);

/* templates.c: what new entries are made from.  MAPI_E_NO_SUPPORT where there are none to make. */
HRESULT abp_templates(struct abp_logon *logon, ULONG flags, IMAPITable **out);
/* The properties of the template for entries of `type`. */
HRESULT abp_describe_template(struct abp_logon *logon, ULONG type, struct bag *bag);

/* Whether the text means just this entry: its name, address or account as a whole. */
bool abp_is_exactly(const struct bag *bag, const char *typed);

/* contents.c: `list` NULL for the book's. */
HRESULT abp_contents(struct abp_logon *logon, GBytes *list, ULONG flags, IMAPITable **out);

/* container.c: IABContainer, and IDistList. */
/* One that was never saved, and has no members yet. */
bool abp_is_unsaved_list(const struct abp_object *object);
HRESULT abp_GetContentsTable(IABContainer *This, ULONG flags, LPMAPITABLE *out);
HRESULT abp_GetHierarchyTable(IABContainer *This, ULONG flags, LPMAPITABLE *out);
HRESULT abp_OpenEntry(IABContainer *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags,
    ULONG *type, LPUNKNOWN *out);
HRESULT abp_CreateEntry(IABContainer *This, ULONG size, LPENTRYID id, ULONG flags, LPMAPIPROP *out);
HRESULT abp_CopyEntries(
    IABContainer *This, LPENTRYLIST entries, ULONG_PTR ui, LPMAPIPROGRESS progress, ULONG flags);
HRESULT abp_DeleteEntries(IABContainer *This, LPENTRYLIST entries, ULONG flags);
/* resolve.c */
HRESULT abp_ResolveNames(
    IABContainer *This, LPSPropTagArray tags, ULONG flags, LPADRLIST list, LPFlagList flag_list);
HRESULT abp_PrepareRecips(IABLogon *This, ULONG flags, LPSPropTagArray tags, LPADRLIST list);

/* save.c: writes a changed entry; the lock is held. */
HRESULT abp_save(struct abp_object *object, char **why);

#endif
