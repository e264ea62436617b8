/* SPDX-License-Identifier: MIT */
/* Why a connection could not be had, for people: what happened, who said it, what to do. */
#include <errno.h>
#include <string.h>

#include "smtp_private.h"

/* The server spoke, and it was a refusal. */
static void
explain_reply(struct smtp_session *session, struct smtp_error *error)
{
	char *quote = smtp_reply_quote(&session->reply);

	/* Not the mail's fault and often passing (blocked, overloaded): waiting mail is tried
	 * again for days before it fails, as Postfix does for a refusing greeting. */
	smtp_error_set(error, SMTP_TEMPORARY, "%s refuses to talk to this machine: %s",
	    smtp_peer(session), quote);
	smtp_error_codes(error, &session->reply);
	g_free(quote);
}

static void
explain_starttls(struct smtp_session *session, struct smtp_error *error)
{
	char *quote;

	if (session->caps.ehlo && !session->caps.starttls) {
		smtp_error_set(error, SMTP_HOLD,
		    "%s does not offer STARTTLS, which this profile asks for. Nothing was sent in "
		    "the "
		    "clear. Something between may have removed it (a firewall or virus scanner), "
		    "or the "
		    "server has no TLS on this port: try TLS=implicit with port 465.",
		    smtp_peer(session));
		return;
	}
	quote = smtp_reply_quote(&session->reply);
	smtp_error_set(error, session->reply.code / 100 == 4 ? SMTP_TEMPORARY : SMTP_HOLD,
	    "%s would not start TLS, which this profile asks for: %s", smtp_peer(session), quote);
	smtp_error_codes(error, &session->reply);
	g_free(quote);
}

static void
explain_certificate(struct smtp_session *session, CURLcode result, struct smtp_error *error)
{
	char *fingerprint = NULL;
	char *story = smtp_probe_certificate(session, &fingerprint);
	const char *remedy;
	const char *words = smtp_words_certificate(session, result, &remedy);

	smtp_error_set(error, SMTP_HOLD,
	    "The certificate of %s was not accepted: %s. %s%s%sNothing was sent.%s%s%s%s",
	    smtp_peer(session), words, story ? "It showed " : "", story ? story : "",
	    story ? ". " : "", remedy,
	    fingerprint
		? " If you know this certificate to be right, name its authority as CAFile or "
		  "set Fingerprint="
		: "",
	    fingerprint ? fingerprint : "", fingerprint ? "." : "");
	g_free(story);
	g_free(fingerprint);
}

/* A handshake that failed: a line that was cut, or two sides that cannot agree. */
static void
explain_handshake(struct smtp_session *session, CURLcode result, struct smtp_error *error)
{
	const char *remedy;
	bool cut;
	const char *words = smtp_words_handshake(session, result, &remedy, &cut);

	smtp_error_set(error, cut ? SMTP_TEMPORARY : SMTP_HOLD, "No TLS connection to %s: %s.%s",
	    smtp_peer(session), words, remedy);
}

static void
explain_settings(struct smtp_session *session, CURLcode result, struct smtp_error *error)
{
	const char *remedy;
	const char *words = smtp_words_settings(session, result, &remedy);

	smtp_error_set(error, SMTP_HOLD, "Cannot connect to %s with these settings: %s.%s",
	    smtp_peer(session), words, remedy);
}

static void
explain_timeout(struct smtp_session *session, struct smtp_error *error)
{
	bool spoke = session->reply.lines != NULL;

	smtp_error_set(error, SMTP_TEMPORARY, "%s does not answer: time is up.%s",
	    smtp_peer(session),
	    spoke || session->options->tls == SMTP_TLS_IMPLICIT
		? ""
		: " A server that waits for TLS stays silent like this: port 465 wants "
		  "TLS=implicit.");
}

/* The way to the server is the proxy's matter, so are most failures on it. */
static void
explain_proxy(struct smtp_session *session, CURLcode result, struct smtp_error *error)
{
	const char *proxy = session->options->proxy, *credentials = strrchr(proxy, '@');
	const char *scheme = strstr(proxy, "://");
	g_autofree char *answered = NULL;
	long code = 0;

	smtp_curl()->getinfo(session->curl, CURLINFO_HTTP_CONNECTCODE, &code);
	if (code >= 300)
		answered = g_strdup_printf("it answers %ld to the request for a way there", code);
	smtp_error_set(error, code == 407 ? SMTP_HOLD : SMTP_TEMPORARY,
	    "Cannot connect to %s through the proxy %s: %s.%s", smtp_peer(session),
	    credentials ? credentials + 1
	    : scheme    ? scheme + 3
			: proxy,
	    result == CURLE_COULDNT_CONNECT && session->os_error ? g_strerror(session->os_error)
	    : answered                                           ? answered
		       : smtp_words_connection(session, result),
	    code == 407 ? " It wants a login: set Proxy to http://USER:PASSWORD@HOST:PORT."
			: " Check Proxy in this profile.");
}

static void
explain_network(struct smtp_session *session, CURLcode result, struct smtp_error *error)
{
	const char *server = session->options->server;

	if (session->options->proxy && *session->options->proxy) {
		explain_proxy(session, result, error);
		return;
	}
	if (result == CURLE_COULDNT_RESOLVE_HOST)
		smtp_error_set(error, SMTP_TEMPORARY,
		    "Cannot find host %s. Check Server in this profile, and the network.", server);
	else if (result == CURLE_COULDNT_CONNECT && session->os_error)
		smtp_error_set(error, SMTP_TEMPORARY, "Cannot connect to %s port %u: %s.", server,
		    smtp_port(session->options), g_strerror(session->os_error));
	else
		smtp_error_set(error, SMTP_TEMPORARY, "Cannot connect to %s: %s.",
		    smtp_peer(session), smtp_words_connection(session, result));
}

void
smtp_explain(struct smtp_session *session, CURLcode result, struct smtp_error *error)
{
	if (session->reply_broken) {
		smtp_error_set(error, SMTP_TEMPORARY,
		    "What answers at %s does not speak SMTP. Check Server and Port of this "
		    "profile.",
		    smtp_peer(session));
		return;
	}
	switch (result) {
	case CURLE_PEER_FAILED_VERIFICATION:
		explain_certificate(session, result, error);
		return;
	case CURLE_USE_SSL_FAILED:
		explain_starttls(session, error);
		return;
	case CURLE_SSL_CONNECT_ERROR:
		explain_handshake(session, result, error);
		return;
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_UNSUPPORTED_PROTOCOL:
	case CURLE_URL_MALFORMAT:
	case CURLE_COULDNT_RESOLVE_PROXY:
		explain_settings(session, result, error);
		return;
	case CURLE_OPERATION_TIMEDOUT:
	case CURLE_ABORTED_BY_CALLBACK:
		explain_timeout(session, error);
		return;
	default:
		break;
	}
	if (session->reply.done && session->reply.code >= 400)
		explain_reply(session, error);
	else
		explain_network(session, result, error);
}
