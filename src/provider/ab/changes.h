/* SPDX-License-Identifier: MIT */
/* Following a personal address book's file, whoever writes into it. */
#ifndef EMAPI_PROVIDER_AB_CHANGES_H
#define EMAPI_PROVIDER_AB_CHANGES_H

#include <stdbool.h>
#include <glib.h>
#include <mapidefs.h>

struct changes;

/* From now on.  `why` gets a sentence. */
HRESULT changes_open(const char *path, struct changes **out, char **why);
void changes_close(struct changes *changes);

/* One change: fnevObjectCreated, fnevObjectModified or fnevObjectDeleted of an entry; all 0 where
 * more has happened than is kept. */
typedef void (*changes_take)(void *context, ULONG event, gint64 entry, ULONG type);
/* Those since the last time, in their order.  Where nothing was written it costs a lock and a look
 * at one page. */
HRESULT changes_read(struct changes *changes, changes_take take, void *context);

#endif
