/* SPDX-License-Identifier: MIT */
/*
 * The command line of sendmail(8).
 *
 * Arguments are hostile: web programs put what their users typed behind the command.  So options
 * end at the first address; whatever begins with '-' behind it is refused, neither an option nor an
 * address, unless "--" stood before it.
 */
#include "sendmail.h"

#include <stdio.h>
#include <string.h>
#include "cli.h"
#include "text.h"

/* As getopt writes them: a colon for an argument, two for one in the same word only. */
static const char letters[] = "A:B:C:D:F:GIJ:L:M:N:O:Q::R:TUV:X:b:cd::e:f:h:imno:p:q::r:stvx";

static const char help[] =
    "Usage:\n  emapi-sendmail [OPTION...] [RECIPIENT...]\n\n"
    "Reads a mail from standard input and sends it through a MAPI profile.\n\n"
    "  -t               send to the recipients that the header names\n"
    "  -i               a line with a single dot is a line like any other\n"
    "  -f SENDER        the envelope sender; <> is nobody\n"
    "  -F NAME          the name of the sender, for a mail without From\n"
    "  -C PROFILE       the profile instead of the default one\n"
    "  -v               tell what was stored, then wait for what the server says\n"
    "  -N REPORTS       which delivery reports to ask the server for\n"
    "  -R full|hdrs     what a report brings back of the mail\n"
    "  -V ENVELOPE      what reports call the mail\n"
    "  -B TYPE          what bytes the mail has; these tell it as well\n"
    "  -X FILE          append all that comes in and goes out to a file\n"
    "  -bm              read a mail and send it, as without it\n"
    "  -bs              speak SMTP on standard input and output\n"
    "  -bp              list the queue, as mailq does\n"
    "  -bv              verify that the recipients are well formed; send nothing\n"
    "  -bi              say that there are no aliases, as newaliases does\n"
    "  -q               try everything that waits or is held now, once\n"
    "  --help           show these options\n";

void
sendmail_help(void)
{
	fputs(help, stdout);
}

static int
usage(const char *what, const char *text)
{
	g_autofree char *shown = text_printable(text);

	return cli_fail(EX_USAGE, "%s \"%s\"; nothing was stored or sent", what, shown);
}

static int
set_mode(struct sendmail_options *o, const char *value)
{
	static const struct {
		char letter;
		enum sendmail_mode mode;
	} modes[] = {
		{ 'm', SENDMAIL_SEND },
		{ 's', SENDMAIL_SMTP },
		{ 'v', SENDMAIL_VERIFY },
		{ 'p', SENDMAIL_LIST },
		{ 'i', SENDMAIL_ALIASES },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(modes); i++)
		if (value[0] == modes[i].letter && !value[1]) {
			o->mode = modes[i].mode;
			return 0;
		}
	if (strchr("dDl", value[0]) && value[0])
		return cli_fail(EX_CONFIG,
		    "emapi takes no mail from the network, so there is no daemon to start (-b%c); "
		    "the spooler starts by itself when there is mail to send",
		    value[0]);
	return usage("there is no such mode of -b:", value);
}

static int
set_notify(struct sendmail_options *o, const char *value)
{
	static const char *const known[] = { "never", "success", "failure", "delay", NULL };
	g_autofree char *lower = g_ascii_strdown(value, -1);
	g_auto(GStrv) words = g_strsplit(lower, ",", -1);

	for (size_t i = 0; words[i]; i++)
		if (!g_strv_contains(known, words[i]) || (words[1] && !strcmp(words[i], "never")))
			return usage(
			    "-N takes never, or some of success,failure,delay; not", value);
	o->notify = value;
	return 0;
}

static int
set_ret(struct sendmail_options *o, const char *value)
{
	if (g_ascii_strcasecmp(value, "full") && g_ascii_strcasecmp(value, "hdrs"))
		return usage("-R takes full or hdrs; not", value);
	o->ret = value;
	return 0;
}

static int
check_body(const char *value)
{
	if (g_ascii_strcasecmp(value, "7BIT") && g_ascii_strcasecmp(value, "8BITMIME"))
		return usage("-B takes 7BIT or 8BITMIME; not", value);
	return 0; /* the bytes themselves tell */
}

/* -q alone and -q15m, which is once now; -qIid, -qRtext, -qStext. */
static int
set_run(struct sendmail_options *o, const char *value)
{
	o->mode = SENDMAIL_RUN;
	if (!value || !*value || g_ascii_isdigit(*value) || *value == 'f' || *value == 'p')
		return 0;
	if (!strchr("IRS", *value) || !value[1])
		return usage("there is no such way to run the queue, -q", value);
	o->run_by = *value;
	o->run_text = value + 1;
	return 0;
}

/* A profile's name.  A path is what other sendmails configure themselves by: not ours. */
static void
set_profile(struct sendmail_options *o, const char *value)
{
	if (!strchr(value, '/'))
		o->profile = value;
}

static int
set_option(struct sendmail_options *o, char letter, const char *value)
{
	switch (letter) {
	case 'B':
		return check_body(value);
	case 'C':
		set_profile(o, value);
		break;
	case 'F':
		o->full_name = value;
		break;
	case 'I':
		o->mode = SENDMAIL_ALIASES;
		break;
	case 'N':
		return set_notify(o, value);
	case 'R':
		return set_ret(o, value);
	case 'V':
		o->envid = value;
		break;
	case 'X':
		o->log = value;
		break;
	case 'b':
		return set_mode(o, value);
	case 'f':
	case 'r':
		o->sender = value;
		break;
	case 'i':
		o->ignore_dots = true;
		break;
	case 'o':
		o->ignore_dots = o->ignore_dots || !strcmp(value, "i");
		break;
	case 'q':
		return set_run(o, value);
	case 't':
		o->from_header = true;
		break;
	case 'v':
		o->verbose = true;
		break;
	default: /* what others need and this one does not */
		break;
	}
	return 0;
}

/* One word of options, "-ti" or "-f" with its argument behind it.  *next: the following word. */
static int
parse_word(struct sendmail_options *o, const char *word, char ***next)
{
	const char *known, *value;
	int code = 0;

	for (word++; *word && !code; word++) {
		known = *word == ':' ? NULL : strchr(letters, *word);
		if (!known)
			return usage("there is no such option:", word);
		if (known[1] != ':') {
			code = set_option(o, *word, NULL);
			continue;
		}
		value = word[1] ? word + 1 : NULL;
		if (!value && known[2] != ':') {
			if (!**next)
				return usage("an argument is missing behind the option", word);
			value = *(*next)++;
		}
		return set_option(o, *word, value);
	}
	return code;
}

int
sendmail_parse(int argc, char **argv, struct sendmail_options *o)
{
	char **next = argv + (argc > 0);
	int code = 0;

	while (!code && *next && **next == '-' && (*next)[1]) {
		char *word = *next++;

		if (!strcmp(word, "--")) {
			o->arguments = next;
			return 0;
		}
		code = parse_word(o, word, &next);
	}
	o->arguments = next;
	for (; !code && *next && strcmp(*next, "--"); next++)
		if (**next == '-')
			code = usage(
			    "options stand before addresses, and an address that begins with - "
			    "behind --; refused:",
			    *next);
	if (!code && *next) /* "--" between addresses: taken out */
		for (; *next; next++)
			*next = next[1];
	return code;
}
