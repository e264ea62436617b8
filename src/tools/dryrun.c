/* SPDX-License-Identifier: MIT */
#include "dryrun.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapitags.h>
#include <emapispi.h>
#include "cli.h"
#include "com.h"
#include "hr.h"
#include "mapisend_options.h"
#include "mem.h"
#include "mime.h"
#include "prop.h"
#include "session.h"
#include "story_future.h"

#define NOTHING "; nothing was stored or sent"

/* --- The mail ------------------------------------------------------------------------------ */

/* From the profile, as SubmitMessage would have it. */
static HRESULT
render(IMessage *message, struct profile *profile, struct mime_output *output, char **why)
{
	struct mime_options options = { .utf8_headers = true };
	SPropValue *values = NULL;
	ULONG count = 0;
	g_autofree char *name = NULL, *address = NULL;
	HRESULT hr =
	    profile_section_read(profile, (const MAPIUID *)&MUID_PROFILE_INSTANCE, &values, &count);

	if (FAILED(hr))
		return hr;
	name = prop_find_text(values, count, PR_EMAPI_FROM_NAME_W);
	address = prop_find_text(values, count, PR_EMAPI_FROM_ADDRESS_W);
	mem_free(values);
	options.from_name = name;
	options.from_address = address;
	return mime_render(message, &options, output, why);
}

/* All of it in memory, for JSON; NULL where there is not that much. */
static char *
read_mail(const struct mime_output *output)
{
	char *text = g_try_malloc(output->size + 1);
	guint64 at = 0;

	while (text && at < output->size) {
		ssize_t size = pread(output->fd, text + at, output->size - at, (off_t)at);

		if (size < 0 && errno == EINTR)
			continue;
		if (size <= 0)
			g_clear_pointer(&text, g_free);
		else
			at += (guint64)size;
	}
	if (text)
		text[at] = '\0';
	return text;
}

/* Its lines end as they do on a terminal. */
static int
print_mail(const struct mime_output *output)
{
	g_autofree char *piece = g_malloc(65536);
	ssize_t size;

	while ((size = read(output->fd, piece, 65536)) != 0) {
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return cli_fail(
			    EX_IOERR, "reading the mail: %s" NOTHING, g_strerror(errno));
		for (ssize_t i = 0; i < size; i++)
			if (piece[i] != '\r')
				putchar(piece[i]);
	}
	return 0;
}

/* --- The story ----------------------------------------------------------------------------- */

static int
show_json(struct story *story, struct profile *profile, const struct mime_output *output)
{
	g_autoptr(GString) out = g_string_new("{");
	g_autofree char *mail = read_mail(output);

	if (!mail)
		return cli_fail(EX_TEMPFAIL,
		    "the mail (%" G_GUINT64_FORMAT " bytes) does not fit the memory" NOTHING,
		    output->size);
	json_member(out, "profile", profile_name(profile));
	story_json(story, out);
	json_member_int(out, "size", (gint64)output->size);
	json_member(out, "mail", mail);
	g_string_append(out, "}\n");
	fputs(out->str, stdout);
	return 0;
}

static int
show_text(struct story *story, const struct mime_output *output)
{
	g_autoptr(GString) out = g_string_new("A dry run: nothing is stored or sent\n\n");

	story_print(story, out);
	g_string_append_printf(out,
	    "\nThe mail as it would be sent now, %" G_GUINT64_FORMAT " bytes\n\n", output->size);
	fputs(out->str, stdout);
	return print_mail(output);
}

static int
show(const struct mapisend_options *o, const struct letter *letter, IMAPISession *session,
    const struct mime_output *output)
{
	struct profile *profile = session_profile(session_from(session));
	struct story *story = story_create();
	HRESULT way;
	int code;

	story_future_begin(
	    story, session, o->profile ? "--profile named it" : "it is the default profile");
	story_future_recipients(story, letter);
	way = story_future_way(story, session, output->size);
	code = o->json ? show_json(story, profile, output) : show_text(story, output);
	if (!code && fflush(stdout) != 0)
		code =
		    cli_fail(EX_IOERR, "writing to standard output: %s" NOTHING, g_strerror(errno));
	if (!code && way == MAPI_E_TOO_BIG)
		code =
		    cli_fail(EX_DATAERR, "the mail is larger than the server takes: see the step "
					 "\"Check\"" NOTHING);
	else if (!code && FAILED(way))
		code = cli_fail(cli_exit_code(way),
		    "the way is not open, see the step \"Check\"" NOTHING
		    "; a mail that is sent now would wait in the Outbox until it is");
	story_free(story);
	return code;
}

/* --- All of it ----------------------------------------------------------------------------- */

static int
fail(HRESULT hr, const char *why)
{
	g_autofree char *words = cli_without_dot(why ? why : hr_text(hr));

	return cli_fail(cli_exit_code(hr), "%s" NOTHING, words);
}

static int
try_letter(const struct mapisend_options *o, const struct letter *letter, IMAPISession *session)
{
	struct profile *profile = session_profile(session_from(session));
	struct mime_output output = { .fd = -1 };
	g_autofree char *why = NULL;
	IMessage *message = NULL;
	int code = mapisend_resolve(letter, profile, session);
	HRESULT hr;

	if (code)
		return code;
	hr = letter_draft(letter, session, &message, &why);
	if (SUCCEEDED(hr))
		hr = render(message, profile, &output, &why);
	code = FAILED(hr) ? fail(hr, why) : show(o, letter, session, &output);
	COM_CLEAR(message);
	mime_output_clear(&output);
	return code;
}

static int
with_session(const struct mapisend_options *o, const struct letter *letter)
{
	struct profile *profile = NULL;
	IMAPISession *session = NULL;
	g_autofree char *why = NULL;
	int code = cli_load_profile(o->profile, NOTHING, &profile);
	HRESULT hr;

	if (code)
		return code;
	hr = session_create(profile, MAPI_EXTENDED | MAPI_NO_MAIL, &session, &why);
	profile_unref(profile);
	if (FAILED(hr))
		return fail(hr, why);
	code = try_letter(o, letter, session);
	session->lpVtbl->Logoff(session, 0, 0, 0);
	session->lpVtbl->Release(session);
	return code;
}

int
dryrun_run(int argc, char **argv)
{
	struct mapisend_options options = { .wait = 30 };
	struct letter *letter = letter_create();
	int code = mapisend_parse(&argc, &argv, &options);

	if (!code)
		code = mapisend_fill(letter, &options, argv + 1);
	if (!code)
		code = with_session(&options, letter);
	letter_free(letter);
	mapisend_options_clear(&options);
	return code;
}
