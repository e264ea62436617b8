/* SPDX-License-Identifier: MIT */
/*
 * Mechanisms that hand over a secret as it is, so that only TLS protects it: PLAIN (RFC 4616),
 * LOGIN (draft-murchison-sasl-login), XOAUTH2 (Google's and Microsoft's), OAUTHBEARER (RFC 7628);
 * and EXTERNAL (RFC 4422 A), where TLS has shown the client's certificate.
 */
#include <string.h>

#include "smtp_auth.h"

struct plain {
	const struct smtp_login *login;
	int turn;
};

static void *
plain_start(const struct smtp_login *login, char **why)
{
	struct plain *plain = g_new0(struct plain, 1);

	plain->login = login;
	return plain;
}

static void
put(GByteArray *out, const char *text)
{
	g_byte_array_append(out, (const guint8 *)text, (guint)strlen(text));
}

/* Servers that ignore the initial response ask again: the answer is the same. */
static enum smtp_step
plain_step(void *state, const GByteArray *challenge, GByteArray *response, char **why)
{
	struct plain *plain = state;
	const guint8 zero = 0;

	g_byte_array_append(response, &zero, 1);
	put(response, plain->login->user);
	g_byte_array_append(response, &zero, 1);
	put(response, plain->login->password);
	return SMTP_STEP_OK;
}

/* The prompts' words differ between servers ("User Name", "Username:"); their order does not. */
static enum smtp_step
login_step(void *state, const GByteArray *challenge, GByteArray *response, char **why)
{
	struct plain *plain = state;

	if (plain->turn > 1) {
		*why = g_strdup("it asks for more than a user name and a password");
		return SMTP_STEP_CANNOT;
	}
	put(response, plain->turn++ == 0 ? plain->login->user : plain->login->password);
	return SMTP_STEP_OK;
}

static enum smtp_step
external_step(void *state, const GByteArray *challenge, GByteArray *response, char **why)
{
	return SMTP_STEP_OK;
}

/* A second challenge is the server's reason for refusing, as JSON; it wants an empty answer before
 * it says so with a code. */
static enum smtp_step
xoauth2_step(void *state, const GByteArray *challenge, GByteArray *response, char **why)
{
	struct plain *plain = state;

	if (plain->turn++ > 0 && challenge && challenge->len > 0)
		return SMTP_STEP_OK;
	put(response, "user=");
	put(response, plain->login->user);
	put(response, "\001auth=Bearer ");
	put(response, plain->login->password);
	put(response, "\001\001");
	return SMTP_STEP_OK;
}

static enum smtp_step
oauthbearer_step(void *state, const GByteArray *challenge, GByteArray *response, char **why)
{
	struct plain *plain = state;
	const char *at;
	char *text;

	if (plain->turn++ > 0 && challenge && challenge->len > 0) {
		put(response, "\001");
		return SMTP_STEP_OK;
	}
	put(response, "n,a=");
	for (at = plain->login->user; *at; at++) {
		if (*at == ',' || *at == '=')
			put(response, *at == ',' ? "=2C" : "=3D");
		else
			g_byte_array_append(response, (const guint8 *)at, 1);
	}
	text = g_strdup_printf(
	    ",\001host=%s\001port=%u\001auth=Bearer ", plain->login->host, plain->login->port);
	put(response, text);
	g_free(text);
	put(response, plain->login->password);
	put(response, "\001\001");
	return SMTP_STEP_OK;
}

const struct smtp_mechanism smtp_mechanism_plain = {
	.name = "PLAIN",
	.needs_password = true,
	.bare = SMTP_BARE_PASSWORD,
	.client_first = true,
	.start = plain_start,
	.step = plain_step,
	.end = g_free,
};

const struct smtp_mechanism smtp_mechanism_login = {
	.name = "LOGIN",
	.needs_password = true,
	.bare = SMTP_BARE_PASSWORD,
	.start = plain_start,
	.step = login_step,
	.end = g_free,
};

const struct smtp_mechanism smtp_mechanism_external = {
	.name = "EXTERNAL",
	.named_only = true,
	.client_first = true,
	.start = plain_start,
	.step = external_step,
	.end = g_free,
};

const struct smtp_mechanism smtp_mechanism_xoauth2 = {
	.name = "XOAUTH2",
	.needs_password = true,
	.bare = SMTP_BARE_TOKEN,
	.named_only = true,
	.client_first = true,
	.start = plain_start,
	.step = xoauth2_step,
	.end = g_free,
};

const struct smtp_mechanism smtp_mechanism_oauthbearer = {
	.name = "OAUTHBEARER",
	.needs_password = true,
	.bare = SMTP_BARE_TOKEN,
	.named_only = true,
	.client_first = true,
	.start = plain_start,
	.step = oauthbearer_step,
	.end = g_free,
};
