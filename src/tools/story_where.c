/* SPDX-License-Identifier: MIT */
/* Where a message is now, said for all of its recipients. */
#include "story.h"

#include <string.h>
#include "text.h"

struct fates {
	GString *with; /* who has got it */
	guint accepted, refused, others;
	bool server; /* one of them is a server */
};

/* "with mail.example.test [192.0.2.1], which calls it 4F2A1B", or what a transport without a server
 * says that it has done. */
static void
add_holder(struct fates *fates, const struct spool_recipient *r)
{
	g_autoptr(GString) holder = g_string_new(NULL);

	if (*r->server)
		g_string_printf(holder, "with %s%s%s", r->server,
		    *r->queue_id ? ", which calls it " : "", r->queue_id);
	else
		g_string_printf(
		    holder, "handed over: %s", *r->text ? r->text : "its transport took it");
	fates->server = fates->server || *r->server;
	if (!strstr(fates->with->str, holder->str))
		g_string_append_printf(
		    fates->with, "%s%s", fates->with->len ? "; and " : "", holder->str);
}

static void
collect(struct fates *fates, const struct spool_message *m)
{
	for (guint i = 0; i < m->recipients->len; i++) {
		const struct spool_recipient *r = m->recipients->pdata[i];

		if (r->state == SPOOL_SENT || r->state == SPOOL_FILED) {
			fates->accepted++;
			add_holder(fates, r);
		} else if (r->state == SPOOL_FAILED) {
			fates->refused++;
		} else {
			fates->others++;
		}
	}
}

static char *
nobody_has_it(const struct spool_message *m, const char *folder)
{
	if (m->state == SPOOL_FAILED)
		return g_strdup_printf(
		    "Nobody has it. The message lies in \"%s\", a report in the Inbox.", folder);
	if (m->state == SPOOL_CANCELLED)
		return g_strdup_printf("In \"%s\", unsent.", folder);
	return g_strdup("Safe in the Outbox of the store on this machine.");
}

char *
story_whereabouts(const struct spool_message *m, const char *folder)
{
	struct fates fates = { .with = g_string_new(NULL) };
	const char *where = folder && *folder ? folder : "no folder of this store";
	char *text;

	collect(&fates, m);
	if (!fates.accepted) {
		g_string_free(fates.with, TRUE);
		return nobody_has_it(m, where);
	}
	fates.with->str[0] = g_ascii_toupper(fates.with->str[0]);
	if (fates.refused)
		g_string_append_printf(fates.with,
		    ". %u recipient%s refused for good: the Inbox has a report", fates.refused,
		    fates.refused > 1 ? "s were" : " was");
	if (fates.others && spool_state_final(m->state))
		g_string_append(fates.with, ". For the others it was taken back");
	else if (fates.others)
		g_string_append(fates.with, ". For the others it is safe in the Outbox of the "
					    "store on this machine");
	else
		g_string_append_printf(fates.with, ". A copy lies in \"%s\"", where);
	g_string_append(fates.with, fates.server ? ". Whether it was read, or sent on, only that "
						   "server knows: ask its postmaster"
						 : "");
	g_string_append_c(fates.with, '.');
	text = text_printable(fates.with->str);
	g_string_free(fates.with, TRUE);
	return text;
}
