/* SPDX-License-Identifier: MIT */
/*
 * A store that keeps nothing (design D7, machine mode): its file is in memory and lasts as long as
 * the logon; what is submitted is handed over a socket to the machine's daemon, which alone owns
 * the file of the profile.  SubmitMessage is S_OK when the daemon has it on disk.
 *
 * Packets: `submit` {profile s, again x} with a sealed memory file that holds a parcel (parcel.h);
 * answered by `ok` {key ay} or `error` {hr x, text s}.  `again` is set when an answer was cut off:
 * then the daemon looks first whether it has the message, by PR_SEARCH_KEY and the sender's user
 * id, so that nothing comes twice.
 */
#ifndef EMAPI_STORE_RELAY_H
#define EMAPI_STORE_RELAY_H

#include <mapidefs.h>
#include "db.h"

struct relay;

struct relay *relay_create(const char *socket_path, const char *profile);
void relay_free(struct relay *relay);
/* MAPI_E_NETWORK_ERROR when the daemon cannot be reached, MAPI_E_NO_ACCESS when it refuses the
 * sender; relay_why() then says it in words. */
HRESULT relay_submit(struct relay *relay, IMessage *message);
/* What was wrong when `hr` was answered last; borrowed, NULL where that was not the relay's. */
const char *relay_why(const struct relay *relay, HRESULT hr);

/* A store's database in memory, whose UID is `uid`; connections of one process with the same name
 * share it, until the last is closed. */
HRESULT db_open_memory(const char *name, const MAPIUID *uid, struct db **out, char **why);

#endif
