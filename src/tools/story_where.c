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

static const char *
outbox_of(const struct story_sources *from)
{
	return from->machine ? "the Outbox of the machine's mail service"
			     : "the Outbox of the store on this machine";
}

/* "A copy lies in ..."; "" where nobody knows. */
static char *
copy_lies(const struct story_sources *from, const char *what)
{
	if (from->machine || !from->folder)
		return g_strdup("");
	if (!*from->folder)
		return g_strdup_printf(" %s is in the store no more.", what);
	return g_strdup_printf(" %s lies in \"%s\".", what, from->folder);
}

static char *
nobody_has_it(const struct story_sources *from)
{
	g_autofree char *lies = copy_lies(from, "The message");

	if (from->message->state == SPOOL_FAILED)
		return g_strdup_printf("Nobody has it.%s%s", lies,
		    from->machine ? " It is not tried again." : " A report is in the Inbox.");
	if (from->message->state == SPOOL_CANCELLED)
		return g_strdup_printf("Nobody has it: it was taken back, unsent.%s", lies);
	return g_strdup_printf("Safe in %s.", outbox_of(from));
}

static void
add_rest(struct fates *fates, const struct story_sources *from)
{
	g_autofree char *lies = copy_lies(from, "A copy");

	if (fates->refused)
		g_string_append_printf(fates->with, " %u recipient%s refused for good%s.",
		    fates->refused, fates->refused > 1 ? "s were" : " was",
		    from->machine ? "" : ": the Inbox has a report");
	if (fates->others && spool_state_final(from->message->state))
		g_string_append(fates->with, " For the others it was taken back.");
	else if (fates->others)
		g_string_append_printf(
		    fates->with, " For the others it is safe in %s.", outbox_of(from));
	else
		g_string_append(fates->with, lies);
	if (fates->server)
		g_string_append(fates->with, " Whether it was read, or sent on, only that server "
					     "knows: ask its postmaster.");
}

char *
story_whereabouts(const struct story_sources *from)
{
	struct fates fates = { .with = g_string_new(NULL) };
	char *text;

	collect(&fates, from->message);
	if (!fates.accepted) {
		g_string_free(fates.with, TRUE);
		return nobody_has_it(from);
	}
	fates.with->str[0] = g_ascii_toupper(fates.with->str[0]);
	g_string_append_c(fates.with, '.');
	add_rest(&fates, from);
	text = text_printable(fates.with->str);
	g_string_free(fates.with, TRUE);
	return text;
}
