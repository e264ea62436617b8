/* SPDX-License-Identifier: MIT */
/*
 * Sends messages with the engine alone, for tests:
 *
 *   smtp-send --server=H --port=N --tls=none|starttls|implicit [--user=U --password=P]
 * [--auth=LIST]
 *       [--ahead] [--ca-file=F] [--fingerprint=F] [--helo=N] [--proxy=P] [--timeout=S]
 * [--no-pipelining]
 *       [--no-chunking] [--repeat=N] [--pause=SECONDS] [--smtputf8] --from=A --message=FILE
 * ADDRESS...
 *
 * Writes a line for each recipient, "ADDRESS<TAB>class<TAB>code<TAB>enhanced<TAB>text", then
 * "queue<TAB>id", then the journey, each line after "| ".
 */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "smtp_engine.h"

static struct smtp_options options;
static const char *from = "", *message = "/dev/null", *password, *tls = "none";
static int repeat = 1, pause_seconds, port, timeout_seconds;
static gboolean smtputf8, eightbit, no_pipelining, no_chunking, one_ahead;
static char **addresses;

static GOptionEntry entries[] = {
	{ "server", 0, 0, G_OPTION_ARG_STRING, &options.server, NULL, NULL },
	{ "port", 0, 0, G_OPTION_ARG_INT, &port, NULL, NULL },
	{ "tls", 0, 0, G_OPTION_ARG_STRING, &tls, NULL, NULL },
	{ "user", 0, 0, G_OPTION_ARG_STRING, &options.user, NULL, NULL },
	{ "password", 0, 0, G_OPTION_ARG_STRING, &password, NULL, NULL },
	{ "auth", 0, 0, G_OPTION_ARG_STRING, &options.mechanisms, NULL, NULL },
	{ "ca-file", 0, 0, G_OPTION_ARG_STRING, &options.ca_file, NULL, NULL },
	{ "fingerprint", 0, 0, G_OPTION_ARG_STRING, &options.fingerprint, NULL, NULL },
	{ "client-cert", 0, 0, G_OPTION_ARG_STRING, &options.client_cert, NULL, NULL },
	{ "client-key", 0, 0, G_OPTION_ARG_STRING, &options.client_key, NULL, NULL },
	{ "helo", 0, 0, G_OPTION_ARG_STRING, &options.helo, NULL, NULL },
	{ "proxy", 0, 0, G_OPTION_ARG_STRING, &options.proxy, NULL, NULL },
	{ "timeout", 0, 0, G_OPTION_ARG_INT, &timeout_seconds, NULL, NULL },
	{ "ahead", 0, 0, G_OPTION_ARG_NONE, &one_ahead, NULL, NULL },
	{ "no-pipelining", 0, 0, G_OPTION_ARG_NONE, &no_pipelining, NULL, NULL },
	{ "no-chunking", 0, 0, G_OPTION_ARG_NONE, &no_chunking, NULL, NULL },
	{ "repeat", 0, 0, G_OPTION_ARG_INT, &repeat, NULL, NULL },
	{ "pause", 0, 0, G_OPTION_ARG_INT, &pause_seconds, NULL, NULL },
	{ "smtputf8", 0, 0, G_OPTION_ARG_NONE, &smtputf8, NULL, NULL },
	{ "8bit", 0, 0, G_OPTION_ARG_NONE, &eightbit, NULL, NULL },
	{ "from", 0, 0, G_OPTION_ARG_STRING, &from, NULL, NULL },
	{ "message", 0, 0, G_OPTION_ARG_STRING, &message, NULL, NULL },
	{ G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &addresses, NULL, NULL },
	{ NULL },
};

static char *
get_password(void *context, char **why)
{
	if (!password)
		*why = g_strdup("none was given");
	return g_strdup(password);
}

static void
print_lines(const char *mark, char *text)
{
	char **lines = g_strsplit(text, "\n", -1);
	int i;

	for (i = 0; lines[i]; i++)
		printf("%s%s\n", mark, lines[i]);
	g_strfreev(lines);
	g_free(text);
}

struct letter {
	struct smtp_mail mail;
	struct smtp_recipient *recipients;
	size_t count;
};

static struct letter *
letter_new(int fd, guint64 size)
{
	struct letter *letter = g_new0(struct letter, 1);
	size_t i;

	letter->mail = (struct smtp_mail){
		.from = from,
		.fd = fd,
		.size = size,
		.needs_8bit = eightbit,
		.needs_smtputf8 = smtputf8,
	};
	letter->count = addresses ? g_strv_length(addresses) : 0;
	letter->recipients = g_new0(struct smtp_recipient, letter->count);
	for (i = 0; i < letter->count; i++)
		letter->recipients[i].address = addresses[i];
	return letter;
}

/* Prints what became of it, and frees it. */
static void
letter_end(struct letter *letter, struct smtp_session *session, char *queue_id)
{
	static const char *const classes[] = { "accepted", "temporary", "permanent", "hold" };
	size_t i;

	for (i = 0; i < letter->count; i++) {
		struct smtp_recipient *r = &letter->recipients[i];
		char *text = g_strescape(r->text ? r->text : "", "\"\303\204\266");

		printf("%s\t%s\t%d\t%s\t%s\n", addresses[i], classes[r->class], r->code,
		    r->enhanced ? r->enhanced : "", text);
		g_free(text);
		smtp_recipient_clear(r);
	}
	printf("queue\t%s\n", queue_id ? queue_id : "");
	print_lines("| ", smtp_take_journey(session));
	fflush(stdout);
	g_free(queue_id);
	g_free(letter->recipients);
	g_free(letter);
}

static void
send_once(struct smtp_session *session, int fd, guint64 size)
{
	struct letter *letter = letter_new(fd, size);
	char *queue_id = NULL;

	smtp_send(session, &letter->mail, letter->recipients, letter->count, &queue_id);
	letter_end(letter, session, queue_id);
}

/* `repeat` of them, each envelope sent while the server answers to the message before. */
static void
send_ahead(struct smtp_session *session, int fd, guint64 size)
{
	struct letter *letter = letter_new(fd, size);
	int i;

	for (i = 0; i < repeat; i++) {
		struct letter *next = letter_new(fd, size);
		struct smtp_transaction *outstanding =
		    smtp_begin(session, &letter->mail, letter->recipients, letter->count);
		char *queue_id = NULL;

		if (outstanding) {
			if (i + 1 < repeat)
				smtp_ahead(session, &next->mail, next->recipients, next->count);
			smtp_end(outstanding, &queue_id);
		}
		letter_end(letter, session, queue_id);
		letter = next;
	}
	g_free(letter->recipients);
	g_free(letter);
}

int
main(int argc, char **argv)
{
	GOptionContext *context = g_option_context_new("ADDRESS...");
	struct smtp_session *session;
	struct stat status;
	int fd, i;

	setlocale(LC_ALL, "");
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, NULL))
		return 64;
	g_option_context_free(context);
	fd = open(message, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) < 0)
		return 66;
	options.port = (unsigned)port;
	options.reply_timeout = (unsigned)timeout_seconds;
	options.connect_timeout = (unsigned)timeout_seconds;
	options.no_pipelining = no_pipelining;
	options.no_chunking = no_chunking;
	options.password = get_password;
	options.tls = !strcmp(tls, "implicit") ? SMTP_TLS_IMPLICIT
		      : !strcmp(tls, "none")   ? SMTP_TLS_NONE
					       : SMTP_TLS_STARTTLS;
	session = smtp_session_create(&options);
	if (one_ahead)
		send_ahead(session, fd, (guint64)status.st_size);
	for (i = 0; i < repeat && !one_ahead; i++) {
		if (i > 0 && pause_seconds > 0)
			sleep((unsigned)pause_seconds);
		send_once(session, fd, (guint64)status.st_size);
	}
	smtp_close(session);
	print_lines("| ", smtp_take_journey(session));
	smtp_session_free(session);
	close(fd);
	return 0;
}
