/* SPDX-License-Identifier: MIT */
/* What libcurl and its TLS library say, in words for people.  Their own words go to the log. */
#include <string.h>

#include "log.h"
#include "smtp_private.h"

struct meaning {
	const char *said; /* a part of their words */
	const char *means;
	const char *remedy; /* a sentence that begins with a blank */
};

static const struct meaning certificates[] = {
	{ "expired", "it has expired", " Ask the server's administrator to renew it." },
	{ "not yet valid", "it is not valid yet",
	    " Check this machine's clock; else ask the server's administrator." },
	{ "revoked", "it was revoked", " Ask the server's administrator for a new one." },
	{ "match", "it is for another name",
	    " Check Server in this profile: it must be a name that the certificate has." },
	{ "self-signed certificate in", "it comes from an authority that is not trusted here", "" },
	{ "self signed certificate in", "it comes from an authority that is not trusted here", "" },
	{ "self-signed", "it is signed by itself", "" },
	{ "self signed", "it is signed by itself", "" },
	{ "issuer", "it comes from an authority that is not trusted here", "" },
	{ "", "it cannot be verified", "" },
};

/* Of these the first ones are a line that was cut: see smtp_words_cut(). */
static const struct meaning handshakes[] = {
	{ "eset by peer", "the connection was cut", "" },
	{ "SYSCALL", "the connection was cut", "" },
	{ "unexpected eof", "the connection was cut", "" },
	{ "roken pipe", "the connection was cut", "" },
	{ "timed out", "it has not answered in time", "" },
	{ "wrong version number", "what it says is no TLS",
	    " This port speaks no TLS at first: set TLS=starttls (usual on 587 and 25)." },
	{ "protocol version", "it has no version of TLS that this machine allows",
	    " Ask the server's administrator for TLS 1.2 or newer." },
	{ "unsupported protocol", "it has no version of TLS that this machine allows",
	    " Ask the server's administrator for TLS 1.2 or newer." },
	{ "certificate required", "it wants a certificate of ours",
	    " Set ClientCert and ClientKey in this profile." },
	{ "bad certificate", "it does not take our certificate",
	    " Check ClientCert and ClientKey in this profile." },
	{ "too small", "its key is too weak for this machine's rules",
	    " Ask the server's administrator for a stronger one." },
	{ "", "both sides found no way to encrypt that they allow",
	    " Ask the server's administrator." },
};

#define CUT_LAST 4

static const struct meaning settings[] = {
	{ "verify locations", "the file that CAFile names cannot be read, or holds no certificate",
	    " Check CAFile in this profile." },
	{ "client certificate", "the file that ClientCert names cannot be used",
	    " Check ClientCert in this profile." },
	{ "private key", "the file that ClientKey names cannot be used",
	    " Check ClientKey in this profile." },
	{ "proxy", "the proxy's name cannot be found or understood",
	    " Check Proxy in this profile." },
	{ "", "they do not go together", " Check the transport's settings in this profile." },
};

static const struct meaning connections[] = {
	{ "(5)", "it says that the connection was refused", "" },
	{ "(4)", "it says that the host cannot be reached", "" },
	{ "(3)", "it says that the network cannot be reached", "" },
	{ "(2)", "its rules do not allow this connection", "" },
	{ "eset by peer", "the connection was cut", "" },
	{ "resolve", "the name cannot be found", "" },
	{ "timed out", "no answer in time", "" },
	{ "broke off", "it broke off", "" },
	{ "", "the connection cannot be made", "" },
};

static const struct meaning *
find(const struct meaning *table, const struct smtp_session *session, CURLcode result)
{
	const char *said = *session->curl_text ? session->curl_text
			   : session->curl     ? smtp_curl()->strerror(result)
					       : "it broke off";

	log_debug("%s: %s", smtp_peer(session), said);
	while (*table->said && !strstr(said, table->said))
		table++;
	return table;
}

const char *
smtp_words_certificate(const struct smtp_session *session, CURLcode result, const char **remedy)
{
	const struct meaning *meaning = find(certificates, session, result);

	*remedy = meaning->remedy;
	return meaning->means;
}

const char *
smtp_words_handshake(
    const struct smtp_session *session, CURLcode result, const char **remedy, bool *cut)
{
	const struct meaning *meaning = find(handshakes, session, result);

	*cut = meaning <= &handshakes[CUT_LAST];
	*remedy = meaning->remedy;
	return meaning->means;
}

const char *
smtp_words_settings(const struct smtp_session *session, CURLcode result, const char **remedy)
{
	const struct meaning *meaning = find(settings, session, result);

	*remedy = meaning->remedy;
	return meaning->means;
}

const char *
smtp_words_connection(const struct smtp_session *session, CURLcode result)
{
	return find(connections, session, result)->means;
}
