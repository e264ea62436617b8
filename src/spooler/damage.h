/* SPDX-License-Identifier: MIT */
/* A spool.db that is damaged: kept beside its successor for who wants to know why. */
#ifndef EMAPI_SPOOLER_DAMAGE_H
#define EMAPI_SPOOLER_DAMAGE_H

#include <stdbool.h>
#include <glib.h>
#include <mapidefs.h>

/* Renames the file and its log, which nobody has open, to PATH.damaged-DATE (UTC); *aside is that
 * name (g_free).  An error leaves the file where it was. */
HRESULT damage_set_aside(const char *path, gint64 now, char **aside);
/* The newest file that was put aside; g_free(), NULL: none. */
char *damage_newest(const char *path);

/* What a person wished of a message that was not done with. */
struct damage_wish {
	GBytes *store, *entry;
	gint64 submitted;
	bool cancel; /* else: hold */
};
void damage_wish_free(struct damage_wish *wish);
enum damage_read { DAMAGE_READ_NOTHING, DAMAGE_READ_PART, DAMAGE_READ_ALL };
/* All that can be read of a file that was put aside; nothing is changed in it. */
GPtrArray *damage_wishes(const char *aside, enum damage_read *read);
/* A sentence about that for people; g_free(). */
char *damage_words(const GPtrArray *wishes, enum damage_read read);

#endif
