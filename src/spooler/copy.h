/* SPDX-License-Identifier: MIT */
/*
 * A worker as a copy of the scheduler: the libraries are there already, which to load takes longer
 * than anything else that a new worker does.  Only for one that is started with the scheduler, when
 * that has no second thread and nothing open but what it names.
 */
#ifndef EMAPI_SPOOLER_COPY_H
#define EMAPI_SPOOLER_COPY_H

#include <sys/types.h>

struct hand;

/* Where the process's arguments lie; before they are parsed. */
void copy_begin(int argc, char **argv);
/* fork(); the child becomes the worker of the hand's profile and does not return.  The two ends of
 * the socket between them stay the caller's.  -1 with errno. */
pid_t copy_start(struct hand *hand, int ours, int theirs);

#endif
