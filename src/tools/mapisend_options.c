/* SPDX-License-Identifier: MIT */
#include "mapisend_options.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "cli.h"
#include "mailbox.h"
#include "names.h"

int
mapisend_parse(int *argc, char ***argv, struct mapisend_options *o)
{
	/* What GLib is to make UTF-8 of the locale's text; ASCII is both already. */
	const bool ascii = cli_is_ascii(*argv);
	const GOptionArg text = ascii ? G_OPTION_ARG_FILENAME : G_OPTION_ARG_STRING;
	const GOptionArg texts = ascii ? G_OPTION_ARG_FILENAME_ARRAY : G_OPTION_ARG_STRING_ARRAY;
	const GOptionEntry entries[] = {
		{ "to", 't', 0, texts, &o->to, "to whom; may be repeated", "ADDRESS" },
		{ "cc", 'c', 0, texts, &o->cc, "a copy to", "ADDRESS" },
		{ "bcc", 'b', 0, texts, &o->bcc, "a copy that the others do not see", "ADDRESS" },
		{ "subject", 's', 0, text, &o->subject, "the subject", "TEXT" },
		{ "body", 0, 0, text, &o->body, "the text", "TEXT" },
		{ "body-file", 0, 0, G_OPTION_ARG_FILENAME, &o->body_file,
		    "the text from a file; without it, --body and --html from standard input",
		    "FILE" },
		{ "html", 0, 0, G_OPTION_ARG_FILENAME, &o->html,
		    "an HTML form of the text, from a file", "FILE" },
		{ "attach", 'a', 0, G_OPTION_ARG_FILENAME_ARRAY, &o->attach,
		    "attach a file; may be repeated", "FILE" },
		{ "profile", 'p', 0, text, &o->profile, "the profile instead of the default one",
		    "PROFILE" },
		{ "wait", 'w', 0, G_OPTION_ARG_INT, &o->wait,
		    "how long to wait for the outcome (30); 0: return once the mail is stored",
		    "SECONDS" },
		{ "require-accepted", 0, 0, G_OPTION_ARG_NONE, &o->require_accepted,
		    "exit 1 unless a server has accepted the mail for every recipient", NULL },
		{ "explain", 0, 0, G_OPTION_ARG_NONE, &o->explain,
		    "tell each step as it happens, with the dialogue with the server", NULL },
		{ "dry-run", 0, 0, G_OPTION_ARG_NONE, &o->dry_run,
		    "store and send nothing; show who would get what by which way", NULL },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &o->json, "print the outcome as JSON", NULL },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("[ADDRESS...]");
	int code;

	cli_set_safe("; nothing was stored or sent");
	g_option_context_set_summary(
	    context, "Sends one mail through a MAPI profile (see: emapi profile create).");
	cli_add_options(context, entries);
	code = cli_parse(context, argc, argv);
	if (!code && o->body && o->body_file)
		code = cli_fail(EX_USAGE,
		    "--body and --body-file exclude each other; nothing was stored or sent");
	if (!code && o->wait < 0)
		code = cli_fail(EX_USAGE,
		    "--wait %d: it is a number of seconds; nothing was stored or sent", o->wait);
	return code;
}

void
mapisend_options_clear(struct mapisend_options *o)
{
	g_strfreev(o->to);
	g_strfreev(o->cc);
	g_strfreev(o->bcc);
	g_strfreev(o->attach);
	g_free(o->subject);
	g_free(o->body);
	g_free(o->body_file);
	g_free(o->html);
	g_free(o->profile);
}

static int
add_recipients(struct letter *letter, int kind, char **texts)
{
	for (; texts && *texts; texts++) {
		g_autofree char *why = NULL;

		if (!mailbox_parse_names(*texts, letter->recipients[kind], &why))
			return cli_fail(EX_DATAERR,
			    "%s; nothing was stored or sent; an address looks like "
			    "ann@example.test",
			    why);
	}
	return 0;
}

/* All that comes from there; `path` says where. */
static int
read_all(int fd, const char *path, char **text)
{
	GString *all = g_string_new(NULL);
	char piece[65536];
	ssize_t size;

	while ((size = read(fd, piece, sizeof(piece))) > 0)
		g_string_append_len(all, piece, size);
	*text = g_string_free(all, FALSE);
	if (size < 0)
		return cli_fail(EX_NOINPUT,
		    "cannot read %s: %s; nothing was stored or sent; check what it is", path,
		    g_strerror(errno));
	return 0;
}

static int
read_file(const char *path, char **text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int code;

	if (fd < 0)
		return cli_fail(EX_NOINPUT,
		    "cannot read %s: %s; nothing was stored or sent; check the file's name", path,
		    g_strerror(errno));
	code = read_all(fd, path, text);
	close(fd);
	return code;
}

static int
read_stdin(char **text)
{
	if (isatty(STDIN_FILENO))
		cli_note("type the text, end it with Ctrl-D");
	return read_all(STDIN_FILENO, "standard input", text);
}

static int
read_texts(struct letter *letter, const struct mapisend_options *o)
{
	int code = 0;

	letter->subject = g_strdup(o->subject);
	if (o->html)
		code = read_file(o->html, &letter->html);
	if (code)
		return code;
	if (o->body)
		letter->body = g_strdup(o->body);
	else if (o->body_file)
		return read_file(o->body_file, &letter->body);
	else if (!o->html)
		return read_stdin(&letter->body);
	return 0;
}

int
mapisend_fill(struct letter *letter, const struct mapisend_options *o, char **more)
{
	int code = add_recipients(letter, 0, o->to);

	if (!code)
		code = add_recipients(letter, 0, more);
	if (!code)
		code = add_recipients(letter, 1, o->cc);
	if (!code)
		code = add_recipients(letter, 2, o->bcc);
	if (!code && !letter->recipients[0]->len && !letter->recipients[1]->len &&
	    !letter->recipients[2]->len)
		code = cli_fail(EX_USAGE, "no recipients: say to whom, e.g. --to ann@example.test; "
					  "nothing was stored or sent");
	for (char **path = o->attach; !code && path && *path; path++)
		if (!letter_attach(letter, *path))
			code = cli_fail(EX_NOINPUT,
			    "cannot attach %s: %s; nothing was stored or sent; check the file's "
			    "name",
			    *path, g_strerror(errno));
	if (!code)
		code = read_texts(letter, o);
	return code;
}

int
mapisend_resolve(const struct letter *letter, struct profile *profile, IMAPISession *session)
{
	int code = 0;

	for (int i = 0; !code && i < 3; i++)
		code = names_resolve(profile, session, letter->recipients[i]);
	return code;
}
