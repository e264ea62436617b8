/* SPDX-License-Identifier: MIT */
/*
 * Which process holds something in the file: its number alone does not tell, for it is given out
 * again, after a reboot at the latest.  So its mark stands beside it: the boot's id and the time
 * the process was started (proc_pid_stat(5)).
 */
#ifndef EMAPI_STORE_PROCESS_H
#define EMAPI_STORE_PROCESS_H

#include <stdbool.h>
#include <glib.h>

#define PROCESS_MARK 64

/* "" where /proc does not say. */
void process_mark(gint64 pid, char mark[PROCESS_MARK]);
/* Whether the process with this mark is still there; of one without a mark, the number decides. */
bool process_lives(gint64 pid, const char *mark);

#endif
