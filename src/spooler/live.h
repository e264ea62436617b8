/* SPDX-License-Identifier: MIT */
/*
 * A try told as it happens.  Who looks on at a message (mapisend --explain) listens at a socket in
 * the state folder that is named after the message's PR_SEARCH_KEY; the worker that has the
 * message connects to it and says each line of the journey (PR_EMAPI_JOURNEY, emapispi.h) at once.
 * It is for the eye alone: nothing waits for it, lines may be missing, and the record tells all.
 */
#ifndef EMAPI_SPOOLER_LIVE_H
#define EMAPI_SPOOLER_LIVE_H

#include <glib.h>
#include <stdbool.h>

/* The worker's end */

/* Whether anybody looks on at any message. */
bool live_wanted(void);
/* To who looks on at this one; -1: nobody.  close(). */
int live_connect(const void *key, size_t size);
/* Never waits: what does not fit is left out. */
void live_say(int fd, const char *line);

/* The end of who looks on */

struct live;

/* Before the message is submitted.  NULL where it cannot listen. */
struct live *live_open(const void *key, size_t size);
/* Where another listens and passes on what he hears (spooler_follow()): takes over the socket. */
struct live *live_join(int fd);
/* Ends with live_stop() and once the others are out of live_wait(). */
void live_close(struct live *live);
/* Waits for lines; false once live_stop() was called, by whichever thread. */
bool live_wait(struct live *live);
void live_stop(struct live *live);
/* All that was said and not read yet, without waiting. */
void live_read(struct live *live, void (*each)(const char *line, void *context), void *context);
/* Can be read where there is something to read, for a loop instead of live_wait(); borrowed. */
int live_fd(const struct live *live);

#endif
