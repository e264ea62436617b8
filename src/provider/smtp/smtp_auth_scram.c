/* SPDX-License-Identifier: MIT */
/* SCRAM-SHA-256 and SCRAM-SHA-1 (RFC 5802, 7677) by libgsasl: the password never leaves, and the
 * server proves that it knows it too. */
#include <gsasl.h>

#include "smtp_auth.h"

struct scram {
	Gsasl *library;
	Gsasl_session *session;
	bool spoke;
	bool proved;
};

/* In our words, for people. */
static const char *
words(int result)
{
	switch (result) {
	case GSASL_MALLOC_ERROR:
		return "there is not enough memory";
	case GSASL_UNKNOWN_MECHANISM:
		return "this machine's library for it does not have it";
	case GSASL_SASLPREP_ERROR:
		return "the user or password has characters that it does not allow";
	case GSASL_MECHANISM_PARSE_ERROR:
	case GSASL_MECHANISM_CALLED_TOO_MANY_TIMES:
		return "what the server answers is no part of this login";
	case GSASL_AUTHENTICATION_ERROR:
		return "the server did not prove that it knows the password";
	default:
		return "it cannot be worked out";
	}
}

static void
scram_end(void *state)
{
	struct scram *scram = state;

	if (scram->session)
		gsasl_finish(scram->session);
	if (scram->library)
		gsasl_done(scram->library);
	g_free(scram);
}

static void *
scram_start(const struct smtp_login *login, const char *name, char **why)
{
	struct scram *scram = g_new0(struct scram, 1);
	int result = gsasl_init(&scram->library);

	if (result == GSASL_OK)
		result = gsasl_client_start(scram->library, name, &scram->session);
	if (result == GSASL_OK)
		result = gsasl_property_set(scram->session, GSASL_AUTHID, login->user);
	if (result == GSASL_OK)
		result = gsasl_property_set(scram->session, GSASL_PASSWORD, login->password);
	if (result == GSASL_OK)
		return scram;
	*why = g_strdup(words(result));
	scram_end(scram);
	return NULL;
}

static void *
sha256_start(const struct smtp_login *login, char **why)
{
	return scram_start(login, "SCRAM-SHA-256", why);
}

static void *
sha1_start(const struct smtp_login *login, char **why)
{
	return scram_start(login, "SCRAM-SHA-1", why);
}

static enum smtp_step
scram_step(void *state, const GByteArray *challenge, GByteArray *response, char **why)
{
	struct scram *scram = state;
	char *output = NULL;
	size_t size = 0;
	int result;

	if (scram->proved)
		return SMTP_STEP_OK;
	result = gsasl_step(scram->session, challenge ? (const char *)challenge->data : NULL,
	    challenge ? challenge->len : 0, &output, &size);
	if (result != GSASL_OK && result != GSASL_NEEDS_MORE) {
		*why = g_strdup_printf("%s%s", words(result),
		    scram->spoke ? "; it may not be the server you mean" : "");
		return scram->spoke ? SMTP_STEP_FRAUD : SMTP_STEP_CANNOT;
	}
	scram->spoke = true;
	scram->proved = result == GSASL_OK;
	if (size > 0)
		g_byte_array_append(response, (const guint8 *)output, (guint)size);
	gsasl_free(output);
	return SMTP_STEP_OK;
}

static bool
scram_proved(void *state)
{
	return ((struct scram *)state)->proved;
}

SMTP_LOADED const struct smtp_mechanism smtp_mechanism_scram_sha256 = {
	.name = "SCRAM-SHA-256",
	.needs_password = true,
	.bare = SMTP_BARE_PROOF,
	.client_first = true,
	.start = sha256_start,
	.step = scram_step,
	.proved = scram_proved,
	.end = scram_end,
};

SMTP_LOADED const struct smtp_mechanism smtp_mechanism_scram_sha1 = {
	.name = "SCRAM-SHA-1",
	.needs_password = true,
	.bare = SMTP_BARE_PROOF,
	.client_first = true,
	.start = sha1_start,
	.step = scram_step,
	.proved = scram_proved,
	.end = scram_end,
};
