/* SPDX-License-Identifier: MIT */
/* What the files of the SMTP engine share. */
#ifndef EMAPI_SMTP_PRIVATE_H
#define EMAPI_SMTP_PRIVATE_H

#include <netinet/in.h>

#include "smtp_curl.h"

#include "mask.h"
#include "smtp_engine.h"
#include "smtp_reply.h"

/* What the server said it can do, at the last EHLO (RFC 5321 4.1.1.1). */
struct smtp_caps {
	bool ehlo; /* it knows EHLO at all */
	bool starttls, pipelining, chunking, eightbit, smtputf8, dsn, size, auth;
	guint64 size_max;  /* 0: not said */
	GPtrArray *logins; /* names of login mechanisms, upper case; NULL: none */
};

struct smtp_session {
	const struct smtp_options *options;
	CURL *curl;                     /* NULL: no connection of libcurl's */
	int plain;                      /* a socket of our own; -1: none */
	int os_error;                   /* why no connection was had, 0: not known */
	char address[INET6_ADDRSTRLEN]; /* of the server, where the socket is ours */
	char curl_text[CURL_ERROR_SIZE];
	GByteArray *input;  /* read, not yet parsed */
	GByteArray *output; /* commands that go out with what follows, or before the next reply */
	GByteArray *ahead;  /* sent before its turn, no answer to it was read; see smtp_ahead() */
	bool never_ahead;   /* the server did not answer that once */
	gint64 answer_took; /* how long its word on the last message was waited for, microseconds */
	struct smtp_caps caps;
	struct smtp_reply reply; /* the one being read */
	bool reply_broken;       /* it was no reply */
	bool encrypted;
	bool greeted;              /* the first reply was read */
	bool dead;                 /* no more use; close without QUIT */
	unsigned messages;         /* sent over this connection */
	gint64 started, last_used; /* monotonic, microseconds */
	gint64 connected;          /* the same, of the TCP connection; 0: not yet */
	char *host, *peer;         /* who is at the other end, without and with the port */
	bool keeps_journey;
	GString *journey;       /* its lines, each with its end */
	gsize journey_middle;   /* where what is too much goes from */
	unsigned journey_count; /* of all lines there were */
	unsigned journey_left_out;
	gint64 began;      /* the same, of the journey's first line */
	GPtrArray *facts;  /* lines about this connection, told again to each message over it */
	struct mask *mask; /* over what the server says: it may quote the password */
	const char *step;  /* of the way to a session, for what may go wrong there */
};

/* --- smtp_session.c --- */

/* Ready for MAIL: open, and alive as far as one can know.  *reused tells whether the connection was
 * there before. */
bool smtp_ready(struct smtp_session *session, bool *reused, struct smtp_error *error);
void smtp_drop(struct smtp_session *session); /* closes without QUIT */

/* --- smtp_error.c --- */

void smtp_error_set(struct smtp_error *error, enum smtp_class class, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds the codes of the reply that is to blame. */
void smtp_error_codes(struct smtp_error *error, const struct smtp_reply *reply);
/* What a reply means for the mail. */
enum smtp_class smtp_classify(const struct smtp_reply *reply);
/* What a reply means and what a person can do, a sentence that starts with a blank; "" where we
 * know nothing.  g_free(). */
char *smtp_advice(const struct smtp_reply *reply);

/* --- smtp_journey.c --- */

void smtp_note(struct smtp_session *session, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* "> LINE". */
void smtp_note_command(struct smtp_session *session, const char *line);
void smtp_note_lines(struct smtp_session *session, const char *mark, const char *text, size_t size);
/* "* name: text", about the connection. */
void smtp_fact(struct smtp_session *session, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void smtp_facts_clear(struct smtp_session *session);
void smtp_facts_again(struct smtp_session *session);
/* "! step: why". */
void smtp_note_failure(
    struct smtp_session *session, const char *step, const struct smtp_error *error);
/* Secrets that the reply quotes are masked, in the reply as well. */
void smtp_note_reply(struct smtp_session *session, struct smtp_reply *reply);

/* --- smtp_caps.c --- */

void smtp_caps_clear(struct smtp_caps *caps);
/* From the reply to EHLO. */
void smtp_caps_parse(struct smtp_caps *caps, const struct smtp_reply *reply);
bool smtp_caps_login(const struct smtp_caps *caps, const char *mechanism);
/* "PLAIN LOGIN", g_free(). */
char *smtp_caps_logins(const struct smtp_caps *caps);

/* --- smtp_wire.c --- */

enum smtp_wire { SMTP_WIRE_OK, SMTP_WIRE_AGAIN, SMTP_WIRE_FAILED };

/* Whether a socket of our own will do for these options. */
bool smtp_wire_plain(const struct smtp_options *options);
/* Opens it within so many seconds of session->started.  Nothing is read or said yet. */
CURLcode smtp_wire_connect(struct smtp_session *session, unsigned seconds);
bool smtp_wire_open(const struct smtp_session *session); /* there is a connection */
void smtp_wire_close(struct smtp_session *session);
int smtp_wire_socket(const struct smtp_session *session); /* for poll(); -1: lost */
/* As much as goes at once.  At the end of input nothing is received, and that is OK. */
enum smtp_wire smtp_wire_send(
    struct smtp_session *session, const void *data, size_t size, size_t *sent);
enum smtp_wire smtp_wire_receive(
    struct smtp_session *session, void *data, size_t size, size_t *got);

/* --- smtp_io.c --- */

/* Sends all of it.  Reads meanwhile, so that a server that answers before it reads on cannot block
 * both sides. */
bool smtp_write(
    struct smtp_session *session, const void *data, size_t size, struct smtp_error *error);
/* One command line, noted in the journey.  It goes out in one piece with what is sent next, at the
 * latest when a reply is awaited: whether that works shows there. */
bool smtp_command(struct smtp_session *session, struct smtp_error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Sends the commands that have been gathered. */
bool smtp_flush(struct smtp_session *session, struct smtp_error *error);
/* The next reply into session->reply.  Any code is a success; 421 marks the session dead. */
bool smtp_read(struct smtp_session *session, unsigned seconds, struct smtp_error *error);
/* Whether something unasked lies there (an end of file counts): the connection is no more use. */
bool smtp_has_news(struct smtp_session *session);
/* After a failed smtp_write(): a reply that the server sent before it closed, into session->reply.
 */
bool smtp_last_words(struct smtp_session *session);
unsigned smtp_reply_seconds(const struct smtp_session *session);

/* --- smtp_connect.c --- */

bool smtp_connect(struct smtp_session *session, struct smtp_error *error);
unsigned smtp_port(const struct smtp_options *options);
/* A handle with the options' connection, proxy and TLS settings, NULL where Server is no host. */
CURL *smtp_new_handle(struct smtp_session *session);

/* --- smtp_explain.c --- */

/* Why curl_easy_perform() failed. */
void smtp_explain(struct smtp_session *session, CURLcode result, struct smtp_error *error);

/* --- smtp_words.c --- */

/* What libcurl says of a failure, for people: a part of a sentence, and what to do, "" or a
 * sentence that begins with a blank.  Static texts. */
const char *smtp_words_certificate(
    const struct smtp_session *session, CURLcode result, const char **remedy);
/* *cut: the line was cut, which may pass. */
const char *smtp_words_handshake(
    const struct smtp_session *session, CURLcode result, const char **remedy, bool *cut);
const char *smtp_words_settings(
    const struct smtp_session *session, CURLcode result, const char **remedy);
const char *smtp_words_connection(const struct smtp_session *session, CURLcode result);

/* --- smtp_tls.c --- */

/* Notes the certificate in the journey; where a fingerprint is set, checks it. */
bool smtp_check_certificate(struct smtp_session *session, struct smtp_error *error);
/* a certificate for "x", issued by "y", valid until z; NULL where the handle has none.  g_free().
 */
char *smtp_certificate_story(CURL *curl);
/* The SHA-256 fingerprint of the server's certificate, upper-case hex, or NULL.  g_free(). */
char *smtp_certificate_fingerprint(CURL *curl);

/* What ties a login to this TLS connection (RFC 5929 tls-server-end-point, with its prefix), so
 * that nobody between can pass it on; NULL without TLS.  g_byte_array_unref(). */
GByteArray *smtp_endpoint_binding(CURL *curl);
/* Connects once more without checks, to say what the refused certificate is; sends nothing.  Both
 * NULL where it cannot be had.  g_free(). */
char *smtp_probe_certificate(struct smtp_session *session, char **fingerprint);

/* --- smtp_auth.c --- */

bool smtp_login(struct smtp_session *session, struct smtp_error *error);

#endif
