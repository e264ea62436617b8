/* SPDX-License-Identifier: MIT */
/*
 * sendmail -bs: an SMTP dialogue (RFC 5321) on standard input and output, for programs that speak
 * nothing else.  250 after the final dot means that the mail is stored for good.
 *
 * Where the client ends its lines by CRLF, LF alone ends none, so that no text inside a mail can
 * pass for its end.
 */
#include "sendmail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "cli.h"
#include "hr.h"
#include "text.h"

#define ERRORS_MAX 20
#define RECIPIENTS_MAX 50000

struct dialogue {
	const struct sendmail_options *options;
	struct sendmail_identity identity;
	struct sendmail_session session;
	struct sendmail_input input;
	struct sendmail_mail mail;
	bool begun; /* MAIL was accepted */
	char *notify, *ret, *envid;
	int log;
	int errors;
	bool over;
};

static void G_GNUC_PRINTF(2, 3) reply(struct dialogue *d, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	printf("%s\r\n", text);
	if (fflush(stdout) != 0)
		d->over = true;
	if (d->log >= 0 && dprintf(d->log, "%s\n", text) < 0)
		d->log = -1;
	if (*text == '5' && ++d->errors >= ERRORS_MAX && !d->over) {
		d->over = true;
		printf("421 4.7.0 too many errors\r\n");
		fflush(stdout);
	}
}

static void
begin_anew(struct dialogue *d)
{
	sendmail_mail_clear(&d->mail);
	sendmail_mail_init(&d->mail);
	g_clear_pointer(&d->notify, g_free);
	g_clear_pointer(&d->ret, g_free);
	g_clear_pointer(&d->envid, g_free);
	d->begun = false;
}

/* --- MAIL and RCPT -----------------------------------------------------------------------------
 */

/* Parts "FROM:<ann@example.test> SIZE=3" at the path's end; *parameters are behind it.  NULL where
 * it is not of that form.  g_free(). */
static char *
read_path(const char *text, const char *word, const char **parameters)
{
	bool quoted = false;
	const char *p;

	if (g_ascii_strncasecmp(text, word, strlen(word)) != 0)
		return NULL;
	text += strlen(word);
	text += strspn(text, " ");
	if (*text != '<')
		return NULL;
	for (p = text; *p && (*p != '>' || quoted); p++) {
		if (*p == '\\' && p[1])
			p++;
		else if (*p == '"')
			quoted = !quoted;
	}
	if (*p != '>' || (p[1] && p[1] != ' '))
		return NULL;
	*parameters = p + 1;
	return g_strndup(text, (gsize)(p + 1 - text));
}

/* +HH of xtext (RFC 3461 4). */
static char *
from_xtext(const char *text)
{
	GString *out = g_string_new(NULL);

	for (; *text; text++) {
		if (*text == '+' && g_ascii_isxdigit(text[1]) && g_ascii_isxdigit(text[2])) {
			g_string_append_c(out, (char)(g_ascii_xdigit_value(text[1]) << 4 |
						      g_ascii_xdigit_value(text[2])));
			text += 2;
		} else {
			g_string_append_c(out, *text);
		}
	}
	return g_string_free(out, FALSE);
}

static void
set(char **target, const char *value)
{
	g_free(*target);
	*target = g_strdup(value);
}

/* The last NOTIFY is that of the whole mail: MAPI asks for reports by message. */
static bool
read_parameters(struct dialogue *d, const char *text)
{
	static const char *const ignored[] = { "SIZE", "BODY", "SMTPUTF8", "AUTH", "ORCPT", NULL };
	g_auto(GStrv) words = g_strsplit(text, " ", -1);

	for (size_t i = 0; words[i]; i++) {
		char *value = strchr(words[i], '=');
		g_autofree char *name = g_ascii_strup(words[i], value ? value - words[i] : -1);

		value = value ? value + 1 : words[i] + strlen(words[i]);
		if (!*name || g_strv_contains(ignored, name))
			continue;
		if (!strcmp(name, "NOTIFY"))
			set(&d->notify, value);
		else if (!strcmp(name, "RET"))
			set(&d->ret, value);
		else if (!strcmp(name, "ENVID")) {
			g_free(d->envid);
			d->envid = from_xtext(value);
		} else {
			g_autofree char *shown = text_printable(words[i]);

			reply(d, "555 5.5.4 unknown parameter %s", shown);
			return false;
		}
	}
	return true;
}

static void
do_mail(struct dialogue *d, const char *argument)
{
	g_autofree char *why = NULL, *path = NULL;
	const char *parameters = "";

	if (d->begun) {
		reply(d, "503 5.5.1 a mail has begun already");
		return;
	}
	path = read_path(argument, "FROM:", &parameters);
	if (!path) {
		reply(d, "501 5.5.4 write MAIL FROM:<address>");
		return;
	}
	begin_anew(d);
	if (!sendmail_set_sender(&d->identity, &d->mail, path, &why))
		reply(d, "501 5.1.7 %s", why);
	else if (read_parameters(d, parameters)) {
		d->begun = true;
		reply(d, "250 2.1.0 Ok");
	}
}

static void
do_rcpt(struct dialogue *d, const char *argument)
{
	g_autofree char *why = NULL, *path = NULL;
	const char *parameters = "";

	if (!d->begun) {
		reply(d, "503 5.5.1 MAIL FROM comes first");
		return;
	}
	path = read_path(argument, "TO:", &parameters);
	if (!path) {
		reply(d, "501 5.5.4 write RCPT TO:<address>");
		return;
	}
	if (d->mail.recipients->len >= RECIPIENTS_MAX)
		reply(d, "452 4.5.3 too many recipients");
	else if (!read_parameters(d, parameters))
		return;
	else if (!sendmail_add_recipients(&d->identity, &d->mail, path, &why))
		reply(d, "501 5.1.3 %s", why);
	else
		reply(d, "250 2.1.5 Ok");
}

/* --- DATA --------------------------------------------------------------------------------------
 */

/* What is left of a mail that cannot be taken. */
static void
skip(struct dialogue *d)
{
	GByteArray *piece = g_byte_array_new();

	while (!d->input.ended && sendmail_input_read(&d->input, piece))
		g_byte_array_set_size(piece, 0);
	g_byte_array_unref(piece);
}

static void
store(struct dialogue *d)
{
	g_autofree char *why = NULL;
	HRESULT hr;
	int code;

	code = sendmail_load(&d->mail, &d->input, &why);
	if (!code &&
	    !sendmail_read_header(&d->identity, &d->mail, false, d->options->full_name, &why))
		code = EX_DATAERR;
	if (code) {
		skip(d);
		reply(d, "554 5.6.0 %s; nothing was stored", why);
		return;
	}
	d->mail.notify = d->notify;
	d->mail.ret = d->ret;
	d->mail.envid = d->envid;
	hr = sendmail_submit(&d->session, &d->mail, &d->input, &why);
	if (FAILED(hr) && !d->input.ended)
		skip(d);
	if (d->input.cut || d->input.error)
		d->over = true;
	else if (FAILED(hr))
		reply(d, "%s %s; nothing was stored",
		    cli_exit_code(hr) == EX_TEMPFAIL ? "451 4.3.0" : "554 5.3.0", why);
	else {
		g_autofree char *hex = text_hex(d->mail.key, SENDMAIL_KEY_SIZE);

		reply(d, "250 2.0.0 Ok: stored as %.8s", hex);
	}
}

static void
do_data(struct dialogue *d, bool crlf)
{
	if (!d->begun || !d->mail.recipients->len) {
		reply(d, d->begun ? "554 5.5.1 no recipients" : "503 5.5.1 MAIL FROM comes first");
		return;
	}
	reply(d, "354 the mail, please, and a dot alone on a line at its end");
	sendmail_input_mail(&d->input);
	d->input.crlf_only = crlf;
	store(d);
	begin_anew(d);
}

/* --- The dialogue ------------------------------------------------------------------------------
 */

static void
do_ehlo(struct dialogue *d)
{
	begin_anew(d);
	reply(d, "250-%s", g_get_host_name());
	reply(d, "250-PIPELINING");
	reply(d, "250-8BITMIME");
	reply(d, "250-SMTPUTF8");
	reply(d, "250-DSN");
	reply(d, "250-ENHANCEDSTATUSCODES");
	reply(d, "250 SIZE 0");
}

static bool
is(const char *line, const char *word, const char **argument)
{
	size_t length = strlen(word);

	if (g_ascii_strncasecmp(line, word, length) != 0 || (line[length] && line[length] != ' '))
		return false;
	*argument = line + length + strspn(line + length, " ");
	return true;
}

static void
do_line(struct dialogue *d, const char *line, bool crlf)
{
	const char *argument = "";

	if (is(line, "MAIL", &argument))
		do_mail(d, argument);
	else if (is(line, "RCPT", &argument))
		do_rcpt(d, argument);
	else if (is(line, "DATA", &argument))
		do_data(d, crlf);
	else if (is(line, "EHLO", &argument))
		do_ehlo(d);
	else if (is(line, "HELO", &argument)) {
		begin_anew(d);
		reply(d, "250 %s", g_get_host_name());
	} else if (is(line, "RSET", &argument)) {
		begin_anew(d);
		reply(d, "250 2.0.0 Ok");
	} else if (is(line, "NOOP", &argument))
		reply(d, "250 2.0.0 Ok");
	else if (is(line, "VRFY", &argument))
		reply(d, "252 2.0.0 send it, and the server will tell");
	else if (is(line, "HELP", &argument))
		reply(d, "214 2.0.0 see emapi-sendmail(8)");
	else if (is(line, "QUIT", &argument)) {
		reply(d, "221 2.0.0 Bye");
		d->over = true;
	} else
		reply(d, "502 5.5.2 no such command here");
}

int
sendmail_smtp(
    const struct sendmail_options *options, const struct sendmail_session *session, int log)
{
	struct dialogue d = { .options = options, .log = log };
	GString *line = g_string_new(NULL);
	bool crlf;

	sendmail_identity_read(session->profile, &d.identity);
	d.session = *session;
	sendmail_mail_init(&d.mail);
	sendmail_input_init(&d.input, STDIN_FILENO, log);
	d.input.dots = d.input.stuffed = true;
	reply(&d, "220 %s ESMTP emapi", g_get_host_name());
	while (!d.over && sendmail_input_line(&d.input, line, &crlf)) {
		if (strlen(line->str) != line->len)
			reply(&d, "500 5.5.2 a NUL in a command");
		else
			do_line(&d, line->str, crlf);
	}
	begin_anew(&d);
	sendmail_mail_clear(&d.mail);
	sendmail_session_close(&d.session);
	sendmail_input_clear(&d.input);
	sendmail_identity_clear(&d.identity);
	g_string_free(line, TRUE);
	return d.input.error ? EX_IOERR : 0;
}
