/* SPDX-License-Identifier: MIT */
/* One mail, from the options to the Outbox: see sendmail.h. */
#include "sendmail.h"

#include <string.h>
#include <unistd.h>
#include "cli.h"
#include "text.h"

char *
sendmail_profile_name(const struct sendmail_options *o, const char *environment, bool *named)
{
	const char *name = o->profile ? o->profile : environment;

	*named = name && *name;
	return *named ? g_strdup(name) : profile_default();
}

int
sendmail_read_identity(struct profile *profile, struct sendmail_identity *identity)
{
	HRESULT hr = sendmail_identity_read(profile, identity);

	if (SUCCEEDED(hr) && identity->address && *identity->address)
		return 0;
	return cli_fail(EX_CONFIG,
	    "the profile \"%s\" says not who sends: emapi profile set %s FromAddress=ADDRESS; "
	    "nothing was stored or sent",
	    profile_name(profile), profile_name(profile));
}

static int
refuse(const char *why)
{
	return cli_fail(EX_DATAERR, "%s; nothing was stored or sent", why);
}

static int
fill_envelope(const struct sendmail_options *o, const struct sendmail_identity *identity,
    struct sendmail_mail *mail)
{
	g_autofree char *why = NULL;

	mail->notify = o->notify;
	mail->ret = o->ret;
	mail->envid = o->envid;
	if (o->sender && !sendmail_set_sender(identity, mail, o->sender, &why))
		return refuse(why);
	for (char *const *argument = o->arguments; *argument; argument++)
		if (!sendmail_add_recipients(identity, mail, *argument, &why))
			return refuse(why);
	if (!mail->recipients->len && !o->from_header)
		return cli_fail(EX_USAGE,
		    "no recipients: name them, or let the header do so by -t; "
		    "nothing was stored or sent");
	return 0;
}

static int
read_mail(const struct sendmail_options *o, const struct sendmail_identity *identity,
    struct sendmail_mail *mail, struct sendmail_input *input)
{
	g_autofree char *why = NULL;
	int code = sendmail_load(mail, input, &why);

	if (!code && !sendmail_read_header(identity, mail, o->from_header, o->full_name, &why))
		code = EX_DATAERR;
	if (code)
		return cli_fail(code, "%s; nothing was stored or sent", why);
	if (!mail->recipients->len)
		return cli_fail(
		    EX_USAGE, "no recipients: the header names none; nothing was stored or sent");
	return 0;
}

static int
submit(struct sendmail_session *session, struct sendmail_mail *mail, struct sendmail_input *input)
{
	g_autofree char *why = NULL, *hex = NULL;
	HRESULT hr = sendmail_submit(session, mail, input, &why);

	if (SUCCEEDED(hr))
		return 0;
	if (mail->again) {
		hex = text_hex(mail->key, sizeof mail->key);
		return cli_fail(EX_TEMPFAIL, "%s; it may be stored: emapi explain %s", why, hex);
	}
	return cli_fail(
	    input->error ? EX_IOERR : cli_exit_code(hr), "%s; nothing was stored or sent", why);
}

int
sendmail_send(const struct sendmail_options *o, struct sendmail_session *session,
    const struct sendmail_identity *identity, struct sendmail_mail *mail,
    struct sendmail_input *input)
{
	int code = fill_envelope(o, identity, mail);

	input->dots = !o->ignore_dots;
	if (!code && input->fd >= 0 && isatty(input->fd))
		cli_note("type the mail, end it with a dot alone on a line");
	if (!code)
		code = read_mail(o, identity, mail, input);
	if (!code)
		code = submit(session, mail, input);
	return code;
}
