/* SPDX-License-Identifier: MIT */
/*
 * Opening the connection by libcurl: name, proxy, TLS or STARTTLS, EHLO; no login (design D5).
 * Where none of that is asked for but EHLO, smtp_wire.c opens it.
 *
 * libcurl hands us every reply line.  Greeting, EHLO, STARTTLS, EHLO: what counts is the last EHLO,
 * so the answer to STARTTLS forgets what was offered before (RFC 3207 4.2).
 */
#include <netdb.h>
#include <string.h>
#include <unistd.h>

#include "smtp_private.h"

#define CONNECT_SECONDS 30

unsigned
smtp_port(const struct smtp_options *options)
{
	if (options->port)
		return options->port;
	if (options->tls == SMTP_TLS_IMPLICIT)
		return 465;
	return options->user && *options->user ? 587 : 25;
}

char *
smtp_own_name(void)
{
	struct addrinfo hints = { .ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char name[256] = "", *result = NULL;
	const char *at;

	if (gethostname(name, sizeof(name) - 1) < 0)
		name[0] = '\0';
	if (*name && !strchr(name, '.') && getaddrinfo(name, NULL, &hints, &found) == 0) {
		if (found->ai_canonname && strchr(found->ai_canonname, '.'))
			g_strlcpy(name, found->ai_canonname, sizeof(name));
		freeaddrinfo(found);
	}
	if (strchr(name, '.'))
		result = g_strdup(name);
	for (at = name; *at; at++) {
		if (!g_ascii_isalnum(*at) && *at != '-' && *at != '.')
			g_clear_pointer(&result, g_free);
	}
	return result ? result : g_strdup("[127.0.0.1]");
}

static bool
is_host(const char *server)
{
	const char *at;

	for (at = server; *at; at++) {
		if ((unsigned char)*at <= ' ' || *at == 0x7f || strchr("/@?#%\\\"<>[]", *at))
			return false;
	}
	return at > server && at - server < 256;
}

/* The name we greet with, g_free(). */
static char *
helo_name(const struct smtp_options *options)
{
	return options->helo && *options->helo ? g_strdup(options->helo) : smtp_own_name();
}

/* smtp://host:port/name-to-greet-with, NULL where the server's name is none. */
static char *
make_url(const struct smtp_options *options)
{
	bool ip6 = options->server && strchr(options->server, ':') != NULL;
	char *helo, *escaped, *url;

	if (!options->server || !is_host(options->server))
		return NULL;
	helo = helo_name(options);
	escaped = g_uri_escape_string(helo, NULL, FALSE);
	url = g_strdup_printf("%s://%s%s%s:%u/%s",
	    options->tls == SMTP_TLS_IMPLICIT ? "smtps" : "smtp", ip6 ? "[" : "", options->server,
	    ip6 ? "]" : "", smtp_port(options), escaped);
	g_free(escaped);
	g_free(helo);
	return url;
}

/* A line of a reply arrives. */
static void
greeted(struct smtp_session *session)
{
	const GPtrArray *lines = session->reply.lines;

	if (session->reply.code == 220 && !session->greeted && lines->len > 0)
		smtp_fact(session, "greeting", "%s", (const char *)g_ptr_array_index(lines, 0));
	session->greeted = true;
}

static size_t
on_header(char *line, size_t size, size_t count, void *context)
{
	struct smtp_session *session = context;
	enum smtp_parse state = smtp_reply_line(&session->reply, line, size * count);

	if (state == SMTP_PARSE_BROKEN) {
		session->reply_broken = true;
		return 0;
	}
	if (state == SMTP_PARSE_MORE)
		return size * count;
	smtp_note_reply(session, &session->reply);
	greeted(session);
	if (session->reply.code == 250)
		smtp_caps_parse(&session->caps, &session->reply);
	else
		smtp_caps_clear(&session->caps);
	return size * count;
}

static size_t
on_body(char *data, size_t size, size_t count, void *context)
{
	return size * count;
}

static bool
begins(const char *data, size_t size, const char *word)
{
	return size > strlen(word) && strncmp(data, word, strlen(word)) == 0;
}

/* libcurl's words about the connection, as facts.  They are not promised to stay the same: what is
 * not recognised is only not told. */
static void
on_text(struct smtp_session *session, const char *text)
{
	static const char trying[] = "Trying ", connected[] = "Connected to ",
			  tls[] = "SSL connection using ";

	while (*text == ' ')
		text++;
	if (g_str_has_prefix(text, trying)) {
		session->step = "connect";
		smtp_fact(session, "trying", "%.*s",
		    (int)(strlen(text) - strlen(trying) - (g_str_has_suffix(text, "...") ? 3 : 0)),
		    text + strlen(trying));
	} else if (g_str_has_prefix(text, connected)) {
		session->connected = g_get_monotonic_time();
		session->step = session->options->tls == SMTP_TLS_IMPLICIT ? "tls" : "greeting";
	} else if (g_str_has_prefix(text, tls)) {
		smtp_fact(session, "tls", "%s", text + strlen(tls));
		session->encrypted = true;
		session->step = "greeting";
	}
}

/* What libcurl says and does: our commands, and which TLS was agreed on. */
static int
on_debug(CURL *curl, curl_infotype type, char *data, size_t size, void *context)
{
	struct smtp_session *session = context;
	char *text;

	/* Of the request to an HTTP proxy the first line only: a password may follow. */
	if (type == CURLINFO_HEADER_OUT && begins(data, size, "CONNECT ") &&
	    memchr(data, '\n', size))
		size = (size_t)((char *)memchr(data, '\n', size) - data);
	if (type == CURLINFO_HEADER_OUT) {
		smtp_note_lines(session, "> ", data, size);
		if (begins(data, size, "STARTTLS"))
			session->step = "tls";
	}
	if (type == CURLINFO_TEXT) {
		text = g_strndup(data, size);
		on_text(session, g_strstrip(text));
		g_free(text);
	}
	return 0;
}

/* The time for name and TCP connection, and for the handshake where TLS comes first; libcurl's own
 * limit would also count the replies, its limit for a reply does not count the handshake, and its
 * CURLINFO_CONNECT_TIME is 0 until that is over. */
static int
on_progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct smtp_session *session = context;
	unsigned limit = session->options->connect_timeout;
	gint64 now = g_get_monotonic_time();
	double connected = 0, secured = 0;

	smtp_curl()->getinfo(session->curl, CURLINFO_CONNECT_TIME, &connected);
	smtp_curl()->getinfo(session->curl, CURLINFO_APPCONNECT_TIME, &secured);
	if (connected <= 0 && !session->connected)
		return now - session->started >
		       (gint64)(limit ? limit : CONNECT_SECONDS) * G_USEC_PER_SEC;
	return session->options->tls == SMTP_TLS_IMPLICIT && secured <= 0 && session->connected &&
	       now - session->connected > (gint64)smtp_reply_seconds(session) * G_USEC_PER_SEC;
}

static void
set_tls(CURL *curl, const struct smtp_options *options)
{
	bool pinned = options->fingerprint && *options->fingerprint;

	smtp_curl()->setopt(curl, CURLOPT_USE_SSL,
	    (long)(options->tls == SMTP_TLS_NONE ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	smtp_curl()->setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	smtp_curl()->setopt(curl, CURLOPT_CERTINFO, 1L);
	/* A pinned certificate is checked by smtp_check_certificate() before anything is said. */
	smtp_curl()->setopt(curl, CURLOPT_SSL_VERIFYPEER, pinned ? 0L : 1L);
	smtp_curl()->setopt(curl, CURLOPT_SSL_VERIFYHOST, pinned ? 0L : 2L);
	if (options->ca_file && *options->ca_file)
		smtp_curl()->setopt(curl, CURLOPT_CAINFO, options->ca_file);
	if (options->client_cert && *options->client_cert)
		smtp_curl()->setopt(curl, CURLOPT_SSLCERT, options->client_cert);
	if (options->client_key && *options->client_key)
		smtp_curl()->setopt(curl, CURLOPT_SSLKEY, options->client_key);
}

static void
set_connection(CURL *curl, const struct smtp_session *session)
{
	const struct smtp_options *options = session->options;
	long reply = (long)smtp_reply_seconds(session);
	long connect = options->connect_timeout ? (long)options->connect_timeout : CONNECT_SECONDS;

	smtp_curl()->setopt(curl, CURLOPT_CONNECT_ONLY, 1L);
	smtp_curl()->setopt(curl, CURLOPT_NOSIGNAL, 1L);
	smtp_curl()->setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	smtp_curl()->setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
	smtp_curl()->setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
	smtp_curl()->setopt(curl, CURLOPT_CONNECTTIMEOUT, connect + reply);
	smtp_curl()->setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, reply);
	/* "" switches off what the environment says: the profile decides. */
	smtp_curl()->setopt(curl, CURLOPT_PROXY, options->proxy ? options->proxy : "");
	smtp_curl()->setopt(curl, CURLOPT_HTTPPROXYTUNNEL, 1L);
	/* on_header() takes SMTP replies: the HTTP proxy's is none. */
	smtp_curl()->setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

CURL *
smtp_new_handle(struct smtp_session *session)
{
	char *url = make_url(session->options);
	CURL *curl = url && smtp_curl() ? smtp_curl()->init() : NULL;

	if (curl) {
		smtp_curl()->setopt(curl, CURLOPT_URL, url);
		set_connection(curl, session);
		set_tls(curl, session->options);
		smtp_curl()->setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	}
	g_free(url);
	return curl;
}

static void
set_callbacks(struct smtp_session *session)
{
	CURL *curl = session->curl;

	smtp_curl()->setopt(curl, CURLOPT_ERRORBUFFER, session->curl_text);
	smtp_curl()->setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
	smtp_curl()->setopt(curl, CURLOPT_HEADERDATA, session);
	smtp_curl()->setopt(curl, CURLOPT_DEBUGFUNCTION, on_debug);
	smtp_curl()->setopt(curl, CURLOPT_DEBUGDATA, session);
	smtp_curl()->setopt(curl, CURLOPT_VERBOSE, 1L);
	smtp_curl()->setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
	smtp_curl()->setopt(curl, CURLOPT_XFERINFODATA, session);
	smtp_curl()->setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

/* "host [address]:port", as far as it is known: behind a proxy the address is not. */
static void
set_peer(struct smtp_session *session)
{
	const struct smtp_options *options = session->options;
	const char *address = session->address;

	if (session->curl && (!options->proxy || !*options->proxy))
		smtp_curl()->getinfo(session->curl, CURLINFO_PRIMARY_IP, &address);
	g_free(session->host);
	g_free(session->peer);
	if (address && *address && strcmp(address, options->server) != 0)
		session->host = g_strdup_printf("%s [%s]", options->server, address);
	else
		session->host = g_strdup(options->server);
	session->peer = g_strdup_printf("%s:%u", session->host, smtp_port(options));
}

static void
start(struct smtp_session *session)
{
	smtp_reply_clear(&session->reply);
	smtp_caps_clear(&session->caps);
	g_byte_array_set_size(session->input, 0);
	session->curl_text[0] = '\0';
	session->address[0] = '\0';
	session->os_error = 0;
	session->reply_broken = false;
	session->encrypted = false;
	session->dead = false;
	session->greeted = false;
	session->step = "name";
	smtp_facts_clear(session);
	session->messages = 0;
	session->started = g_get_monotonic_time();
	session->connected = 0;
	session->last_used = session->started;
}

/* Without libcurl: why a reply did not come, as libcurl would say it. */
static CURLcode
silence(struct smtp_session *session, gint64 began, const struct smtp_error *error)
{
	if (session->reply_broken)
		return CURLE_WEIRD_SERVER_REPLY;
	if (g_get_monotonic_time() - began >= (gint64)smtp_reply_seconds(session) * G_USEC_PER_SEC)
		return CURLE_OPERATION_TIMEDOUT;
	g_strlcpy(session->curl_text, error->text ? error->text : "", CURL_ERROR_SIZE);
	return CURLE_RECV_ERROR;
}

/* A command, NULL: none, and its answer. */
static CURLcode
ask(struct smtp_session *session, const char *command, const char *argument)
{
	gint64 began = g_get_monotonic_time();
	struct smtp_error error = { 0 };
	CURLcode result = CURLE_OK;

	if ((command && !smtp_command(session, &error, "%s %s", command, argument)) ||
	    !smtp_read(session, smtp_reply_seconds(session), &error))
		result = silence(session, began, &error);
	else if (session->reply.code / 100 != 2)
		result = CURLE_WEIRD_SERVER_REPLY;
	smtp_error_clear(&error);
	return result;
}

/* Greeting and EHLO; HELO where the server knows none (RFC 5321 3.2). */
static CURLcode
open_plain(struct smtp_session *session)
{
	const struct smtp_options *options = session->options;
	g_autofree char *name = helo_name(options);
	CURLcode result = smtp_wire_connect(
	    session, options->connect_timeout ? options->connect_timeout : CONNECT_SECONDS);

	if (result == CURLE_OK)
		result = ask(session, NULL, NULL);
	if (result != CURLE_OK)
		return result;
	greeted(session);
	result = ask(session, "EHLO", name);
	if (result == CURLE_WEIRD_SERVER_REPLY && !session->reply_broken && !session->dead)
		result = ask(session, "HELO", name);
	if (result == CURLE_OK)
		smtp_caps_parse(&session->caps, &session->reply);
	return result;
}

/* False: *error says why there is no handle. */
static bool
open_handle(struct smtp_session *session, struct smtp_error *error)
{
	const char *server = session->options->server;

	session->curl = smtp_new_handle(session);
	if (session->curl)
		set_callbacks(session);
	else if (!smtp_curl())
		smtp_error_set(error, SMTP_HOLD,
		    "libcurl (libcurl.so.4), which opens the connection, cannot be loaded. "
		    "Install it.");
	else
		smtp_error_set(error, SMTP_HOLD,
		    "The profile's Server \"%s\" is no host name or address. Set Server.",
		    server ? server : "");
	return session->curl != NULL;
}

static CURLcode
open_curl(struct smtp_session *session)
{
	CURLcode result = smtp_curl()->perform(session->curl);
	long number = 0;

	smtp_curl()->getinfo(session->curl, CURLINFO_OS_ERRNO, &number);
	session->os_error = (int)number;
	return result;
}

bool
smtp_connect(struct smtp_session *session, struct smtp_error *error)
{
	static const char *const tls_names[] = { "starttls", "implicit", "none" };
	const struct smtp_options *options = session->options;
	bool plain = smtp_wire_plain(options);
	CURLcode result;

	start(session);
	if (!plain && !open_handle(session, error))
		return false;
	smtp_note(session, "* connecting to %s:%u (TLS: %s)%s", options->server, smtp_port(options),
	    tls_names[options->tls], options->proxy && *options->proxy ? " through the proxy" : "");
	result = plain ? open_plain(session) : open_curl(session);
	set_peer(session);
	if (result == CURLE_OK) {
		smtp_fact(session, "server", "%s", smtp_peer(session));
		if (session->caps.size_max > 0)
			smtp_fact(
			    session, "size-limit", "%" G_GUINT64_FORMAT, session->caps.size_max);
		if (plain)
			return true;
		smtp_curl()->setopt(session->curl, CURLOPT_VERBOSE, 0L);
		session->step = "certificate";
		if (smtp_check_certificate(session, error))
			return true;
	} else {
		if (result == CURLE_PEER_FAILED_VERIFICATION)
			session->step = "certificate";
		if (result == CURLE_USE_SSL_FAILED)
			session->step = "tls";
		smtp_explain(session, result, error);
	}
	smtp_note_failure(session, session->step, error);
	smtp_drop(session);
	return false;
}
