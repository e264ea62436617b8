/* SPDX-License-Identifier: MIT */
/*
 * Notifications of a book (MAPI reference: IABLogon::Advise, IMAPITable::Advise).
 *
 * A logon's first Advise opens the book once more, to follow it, and starts the logon's one thread,
 * which asks four times a second what is new.  So changes of other processes and of this one come
 * from the same place, in the book's order; those of this logon as soon as the call that made them
 * has let the logon's lock go.  What is found goes to the subscribers of the entries and of the
 * book by IMAPISupport::Notify, and to the tables that somebody listens to.
 */
#ifndef EMAPI_PROVIDER_ABP_WATCH_H
#define EMAPI_PROVIDER_ABP_WATCH_H

#include "abp_private.h"

struct abp_watch;

/* One change, as struct abp_ops has it. */
struct abp_change {
	ULONG event;
	struct abp_key key;
};

/* A table that is to hear of changes.  `changed` is called with nothing locked, on any thread,
 * while `object` is held. */
struct abp_listener {
	struct com_object *object; /* weak: abp_watch_remove() before it goes */
	void (*changed)(struct com_object *object, const struct abp_change *changes, guint count);
};

/* Begins, if nobody has yet.  The logon's lock is held.  MAPI_E_NO_SUPPORT for a book that nobody
 * can follow. */
HRESULT abp_watch_start(struct abp_logon *logon, char **why);
/* From any thread, with nothing of abp locked that `changed` takes.  Once for each object. */
void abp_watch_add(struct abp_logon *logon, const struct abp_listener *listener);
void abp_watch_remove(struct abp_logon *logon, const struct com_object *object);
/* Something may have changed; the logon's lock is not held. */
void abp_watch_look(struct abp_logon *logon);
/* For the logon's end, in the process that logged on. */
void abp_watch_stop(struct abp_logon *logon);

#endif
