/* SPDX-License-Identifier: MIT */
/*
 * A disk that can lose its power: an SQLite VFS that keeps a record of every write, truncation and
 * sync of the files below one folder, and can lay out what a power loss at any point of the record
 * may have left of them.
 *
 * What a disk promises: a write is on it for sure only once a sync that began after it has
 * returned.  Before that any part of it may be there, sector by sector, whatever became of the
 * writes before.  The same goes for a file's name: it is sure after its folder was synced (which
 * SQLite does at the first sync of a journal that it opened, and at a delete).
 */
#ifndef EMAPI_TORTURE_RECORDER_H
#define EMAPI_TORTURE_RECORDER_H

#include <glib.h>

/* How much of what was not synced is left. */
enum leftover {
	LEFT_NOTHING,
	LEFT_ALL,
	LEFT_SOME, /* each write whole or not at all */
	LEFT_TORN, /* each 512 bytes by themselves */
	LEFT_KINDS,
};

/* Makes the recording VFS SQLite's default; files that exist below `folder` are taken as durable.
 * Until recorder_stop() no other VFS is used for new connections. */
void recorder_start(const char *folder);
void recorder_stop(void);
/* A disk that says that it has synced and has not: what loses mail shows that the test can see it.
 */
void recorder_replay_lying(gboolean lying);

/* A mark in the record: `value` was promised to somebody at this point. */
void recorder_promise(gint64 value);

/* Where one can cut: 0 … recorder_points(). */
guint recorder_points(void);
/* Whether something interesting ends at this point: a sync or a promise. */
gboolean recorder_is_edge(guint point);
/* Values promised before the point. */
GArray *recorder_promises(guint point);
/* Lays the files out in `folder` (empty) as a power loss at the point may have left them. */
void recorder_replay(guint point, enum leftover left, GRand *chance, const char *folder);

/* Counts for the report. */
struct recorder_counts {
	guint writes, syncs, truncations, deletions;
};
struct recorder_counts recorder_counts(void);

#endif
