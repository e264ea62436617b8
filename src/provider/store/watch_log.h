/* SPDX-License-Identifier: MIT */
/* The tables `listener` and `change`: see watch.h.  Lock held in all functions. */
#ifndef EMAPI_STORE_WATCH_LOG_H
#define EMAPI_STORE_WATCH_LOG_H

#include "db.h"

/* A message as a row of the search folder `parent`: only that folder's table tells of it. */
#define CHANGE_FOUND 21u

struct change {
	gint64 seq;
	ULONG event; /* one of fnev… */
	ULONG type;  /* MAPI_FOLDER, MAPI_MESSAGE or CHANGE_FOUND */
	gint64 id, parent;
	gint64 source, old; /* of what was moved or copied: what it was, and its parent; else 0 */
	char *class;        /* fnevNewMail: PR_MESSAGE_CLASS, g_free() */
	ULONG flags;        /* fnevNewMail: PR_MESSAGE_FLAGS */
};

/* Becomes a listener: its row, and the last change that is not news to it. */
HRESULT watch_log_begin(struct db *db, gint64 *listener, gint64 *seen);
HRESULT watch_log_end(struct db *db, gint64 listener);
/* The next changes after *seen, which moves on; an array of struct change.  `more`: call again. */
HRESULT watch_log_read(struct db *db, gint64 *seen, GArray **out, bool *more);
void watch_log_free(GArray *changes);

#endif
