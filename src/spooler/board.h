/* SPDX-License-Identifier: MIT */
/*
 * The board: what a worker has in hand when it is given many messages at once, in memory that it
 * shares with the scheduler, and in a file that outlives both.
 *
 * A board has slots, a page each.  The scheduler offers a message in a free slot; the worker begins
 * it, and writes there what the server said.  A verdict is safe from a kill as soon as it stands in
 * its slot, without a packet, a commit or a system call (D4: it is written at once, and its room
 * was reserved before).  A message that is not begun yet can be
 * withdrawn by the scheduler: exactly one of the two gets it.
 *
 *   FREE -> OFFERED -> BEGUN -> SENT   everybody got it, and in which words
 *              +-> WITHDRAWN           not begun, and will not be
 *
 * What becomes of a message that not everybody got, the worker tells by packets.
 *
 * The scheduler makes a slot FREE again once what it says is in spool.db.  Files of schedulers that
 * died are read by the next one (board_next).
 */
#ifndef EMAPI_SPOOLER_BOARD_H
#define EMAPI_SPOOLER_BOARD_H

#include "packet.h"

#define BOARD_SLOTS 64

enum board_state {
	BOARD_FREE = 0,
	BOARD_OFFERED,
	BOARD_BEGUN,
	BOARD_SENT,
	BOARD_WITHDRAWN,
};

struct board;

/* The scheduler's: a new file below `state_path`, empty yet. */
HRESULT board_create(const char *state_path, GBytes *profile, struct board **out);
/* The scheduler's, before anything is offered: reserves the room, 256 KiB, which takes longer than
 * to make the file, and a worker with one message has no use for.  Fails where the disk has none:
 * then messages are given one by one. */
HRESULT board_reserve(struct board *board);
/* The worker's, by the scheduler's descriptor (taken over). */
struct board *board_open(int fd);
/* The worker's, before it looks at a slot; false: there is no room. */
bool board_ready(struct board *board);
int board_fd(const struct board *board);
/* Also removes the file, unless it is to be kept; not the worker's. */
void board_free(struct board *board);
void board_keep(struct board *board);

enum board_state board_state(const struct board *board, guint slot);
gint64 board_id(const struct board *board, guint slot);

/* Either's; false: it has been begun. */
bool board_withdraw(struct board *board, guint slot);

/* The scheduler's. */
void board_offer(struct board *board, guint slot, gint64 id);
void board_clear(struct board *board, guint slot);
/* What stands in a slot that is SENT; NULL where it cannot be read. */
struct report *board_report(const struct board *board, guint slot);

/* The worker's. */
bool board_begin(struct board *board, guint slot); /* false: it was withdrawn */
/* Writes the verdict; false where it does not fit. */
bool board_sent(struct board *board, guint slot, const struct report *report);

/* Which messages (gint64) stand on boards that a scheduler left behind, of whatever profile. */
GArray *board_ids(const char *state_path);
/* The profile's board that a scheduler left behind, `own` (of struct board *) left out; NULL: none
 * (left).  board_free() removes it. */
struct board *board_next(const char *state_path, GBytes *profile, const GPtrArray *own);

#endif
