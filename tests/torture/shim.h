/* SPDX-License-Identifier: MIT */
/*
 * The files that shim.c shares with those who start it (points.py, powercut.py).
 */
#ifndef EMAPI_TORTURE_SHIM_H
#define EMAPI_TORTURE_SHIM_H

#include <stdint.h>

/* Who makes a call. */
enum shim_role {
	ROLE_NONE,
	ROLE_CLIENT,
	ROLE_SCHEDULER,
	ROLE_WORKER,
	ROLE_SERVER,
	ROLE_TAKER,
	ROLES,
};

/* EMAPI_TORTURE_CONTROL: calls that change something outside the process are counted by role; who
 * makes call number `kill_at` is ended by SIGKILL before he has made it. */
struct shim_role_control {
	int64_t calls;
	int64_t kill_at;   /* 0: nobody */
	int64_t killed_at; /* µs since 1970; 0: not yet */
	char call[128];    /* what he was about to do, and with which file */
};

struct shim_control {
	struct shim_role_control roles[ROLES];
};

/* EMAPI_TORTURE_SYNC: a file that is not there yet.  Who syncs a store's log makes FILE.begun, waits
 * for FILE, and fails with the error (a number) that stands in it; 0: syncs. */

/* EMAPI_TORTURE_RECORD: what is done to files below EMAPI_TORTURE_ROOT, one event after the other.
 * An event's place in the record is its time: a write stands there before it is made, a sync once
 * it has returned. */
enum shim_kind {
	EVENT_WRITE,      /* at: offset; data */
	EVENT_TRUNCATE,   /* at: size */
	EVENT_SYNC,       /* at: length of the record when it began */
	EVENT_SYNC_NAMES, /* of a folder; at: as above; data: its name with a slash, "": the root */
	EVENT_CREATE,     /* data: name below the root */
	EVENT_DELETE,     /* data: name */
	EVENT_RENAME,     /* data: old name, NUL, new name */
	EVENT_FOLDER,     /* data: name */
};

struct shim_event {
	uint32_t kind;
	uint32_t size; /* of the data that follows */
	int64_t at;
	uint64_t inode;
	int64_t when; /* µs since 1970 */
};

#endif
