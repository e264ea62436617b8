/* SPDX-License-Identifier: MIT */
/* What became of a message, in lines for people and as JSON. */
#ifndef EMAPI_TOOLS_OUTCOME_H
#define EMAPI_TOOLS_OUTCOME_H

#include <glib.h>
#include "client.h"

/* The server's reply with its code in front, unless the words quote it already.  g_free(). */
char *outcome_reply(const struct spool_recipient *recipient);

/* What is said of the whole message; "" where the line of a recipient says the same.  g_free(). */
char *outcome_text(const struct spool_message *message);

/* "ann@example.test: accepted by mail.example.test: 250 2.0.0 Ok: queued as 4F2" */
void outcome_recipient_line(const struct spool_recipient *recipient, GString *out);
/* One JSON object for the message with its recipients. */
void outcome_json(const struct spool_message *message, GString *out);
/* The members of that object alone. */
void outcome_json_members(const struct spool_message *message, GString *out);
/* "14:03:20", with the date when it is not today's; "-" for 0. */
char *outcome_time(gint64 when);
/* That time by the clock of this place; NULL for what is no time.  g_date_time_unref(). */
GDateTime *outcome_clock(gint64 when);
/* True where every recipient's server took the mail. */
bool outcome_all_accepted(const struct spool_message *message);

#endif
