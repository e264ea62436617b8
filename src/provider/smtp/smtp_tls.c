/* SPDX-License-Identifier: MIT */
/* The server's certificate: shown to people, and checked against a pinned fingerprint. */
#include <string.h>

#include "smtp_private.h"

/* A field of the server's own certificate as libcurl tells it; borrowed, NULL where absent. */
static const char *
field(const struct curl_certinfo *chain, const char *name)
{
	struct curl_slist *at;
	size_t length = strlen(name);

	if (!chain || chain->num_of_certs < 1)
		return NULL;
	for (at = chain->certinfo[0]; at; at = at->next) {
		if (!strncmp(at->data, name, length) && at->data[length] == ':')
			return at->data + length + 1;
	}
	return NULL;
}

static const struct curl_certinfo *
chain_of(CURL *curl)
{
	struct curl_certinfo *chain = NULL;

	return smtp_curl()->getinfo(curl, CURLINFO_CERTINFO, &chain) == CURLE_OK ? chain : NULL;
}

/* The server's certificate in DER, g_free(); NULL where there is none. */
static guchar *
certificate_der(CURL *curl, gsize *size)
{
	static const char begin[] = "-----BEGIN CERTIFICATE-----";
	const char *pem = field(chain_of(curl), "Cert");
	const char *end;
	char *base64;
	guchar *der;

	pem = pem ? strstr(pem, begin) : NULL;
	end = pem ? strstr(pem, "-----END") : NULL;
	if (!end)
		return NULL;
	pem += strlen(begin);
	base64 = g_strndup(pem, (gsize)(end - pem));
	der = g_base64_decode(base64, size);
	g_free(base64);
	return der;
}

char *
smtp_certificate_fingerprint(CURL *curl)
{
	gsize size = 0;
	guchar *der = certificate_der(curl, &size);
	char *digest, *upper;

	if (!der)
		return NULL;
	digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, der, size);
	upper = g_ascii_strup(digest, -1);
	g_free(digest);
	g_free(der);
	return upper;
}

/* The hash of the certificate's own signature, but SHA-256 for the weak ones (RFC 5929 4.1). */
static GChecksumType
binding_hash(CURL *curl)
{
	const char *name = field(chain_of(curl), "Signature Algorithm");
	char *lower = g_ascii_strdown(name ? name : "", -1);
	GChecksumType type = strstr(lower, "sha384")   ? G_CHECKSUM_SHA384
			     : strstr(lower, "sha512") ? G_CHECKSUM_SHA512
						       : G_CHECKSUM_SHA256;

	g_free(lower);
	return type;
}

GByteArray *
smtp_endpoint_binding(CURL *curl)
{
	static const char prefix[] = "tls-server-end-point:";
	GChecksum *checksum;
	GByteArray *binding;
	guint8 digest[64];
	gsize size = 0, length = sizeof(digest);
	guchar *der = certificate_der(curl, &size);

	if (!der)
		return NULL;
	checksum = g_checksum_new(binding_hash(curl));
	g_checksum_update(checksum, der, (gssize)size);
	g_checksum_get_digest(checksum, digest, &length);
	binding = g_byte_array_new();
	g_byte_array_append(binding, (const guint8 *)prefix, (guint)strlen(prefix));
	g_byte_array_append(binding, digest, (guint)length);
	g_checksum_free(checksum);
	g_free(der);
	return binding;
}

char *
smtp_certificate_story(CURL *curl)
{
	const struct curl_certinfo *chain = chain_of(curl);
	const char *subject = field(chain, "Subject");
	const char *issuer = field(chain, "Issuer");
	const char *expires = field(chain, "Expire date");
	const char *names = field(chain, "X509v3 Subject Alternative Name");

	if (!subject)
		return NULL;
	return g_strdup_printf("a certificate for \"%s\"%s%s%s, issued by \"%s\", valid until %s",
	    subject, names ? " (" : "", names ? names : "", names ? ")" : "", issuer ? issuer : "?",
	    expires ? expires : "?");
}

/* Fingerprints are written with and without colons, in both cases, with "SHA256:" before. */
static char *
plain_hex(const char *text)
{
	GString *hex = g_string_new(NULL);

	if (!g_ascii_strncasecmp(text, "SHA256:", 7) || !g_ascii_strncasecmp(text, "SHA256=", 7))
		text += 7;
	for (; *text; text++) {
		if (*text != ':' && *text != ' ')
			g_string_append_c(hex, g_ascii_toupper(*text));
	}
	return g_string_free(hex, FALSE);
}

static bool
check_pin(struct smtp_session *session, struct smtp_error *error)
{
	char *wanted = plain_hex(session->options->fingerprint);
	char *shown = smtp_certificate_fingerprint(session->curl);
	bool ok = shown && strcmp(wanted, shown) == 0;

	if (!ok)
		smtp_error_set(error, SMTP_HOLD,
		    "%s showed another certificate than the one this profile trusts: fingerprint "
		    "%s, "
		    "not %s. Nothing was sent. Ask who runs the server whether it has a new one "
		    "before "
		    "you set Fingerprint anew.",
		    smtp_peer(session), shown ? shown : "unknown", wanted);
	g_free(wanted);
	g_free(shown);
	return ok;
}

/* "Nov 28 20:50:25 2027 GMT" as ISO 8601; as it is where it is written otherwise. */
static char *
iso_time(const char *text)
{
	struct tm when = { 0 };
	char iso[32] = "";

	if (!strptime(text, "%b %d %H:%M:%S %Y", &when))
		return g_strdup(text);
	strftime(iso, sizeof(iso), "%Y-%m-%dT%H:%M:%SZ", &when);
	return g_strdup(iso);
}

static void
note_certificate(struct smtp_session *session)
{
	const struct curl_certinfo *chain = chain_of(session->curl);
	const char *subject = field(chain, "Subject"), *issuer = field(chain, "Issuer");
	const char *expires = field(chain, "Expire date");
	char *until;

	if (subject)
		smtp_fact(session, "certificate-subject", "%s", subject);
	if (issuer)
		smtp_fact(session, "certificate-issuer", "%s", issuer);
	if (expires) {
		until = iso_time(expires);
		smtp_fact(session, "certificate-expires", "%s", until);
		g_free(until);
	}
}

bool
smtp_check_certificate(struct smtp_session *session, struct smtp_error *error)
{
	const char *pin = session->options->fingerprint;

	if (session->options->tls == SMTP_TLS_NONE)
		return true;
	session->encrypted = true;
	note_certificate(session);
	return !pin || !*pin || check_pin(session, error);
}

char *
smtp_probe_certificate(struct smtp_session *session, char **fingerprint)
{
	CURL *curl = smtp_new_handle(session);
	char *story = NULL;

	*fingerprint = NULL;
	if (!curl)
		return NULL;
	smtp_curl()->setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
	smtp_curl()->setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	smtp_curl()->setopt(curl, CURLOPT_CONNECTTIMEOUT, 10L);
	smtp_curl()->setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, 10L);
	smtp_curl()->setopt(curl, CURLOPT_TIMEOUT, 15L);
	/* The handshake is all that is wanted; what comes after may fail. */
	smtp_curl()->perform(curl);
	story = smtp_certificate_story(curl);
	*fingerprint = smtp_certificate_fingerprint(curl);
	smtp_curl()->cleanup(curl);
	return story;
}
