/* SPDX-License-Identifier: MIT */
/* What the `emapi queue` commands share. */
#ifndef EMAPI_TOOLS_QUEUE_H
#define EMAPI_TOOLS_QUEUE_H

#include "client.h"
#include "cli.h"

/* The message that a person names: a unique beginning of its ID as `queue list` prints it, or
 * "last".  0, or the exit code after saying why not. */
int queue_find(const char *id, struct spool_message **out);

/* The ID as it is listed: the first digits of the key, or all of them.  g_free(). */
char *queue_id(const struct spool_message *message, bool whole);

/* Says that the spooler cannot be asked; its exit code. */
int queue_unreachable(HRESULT hr);

/* Loads the profile that was named on the command line; NULL stays NULL (all profiles). */
struct profile;
int queue_profile(const char *name, struct profile **out);

#endif
