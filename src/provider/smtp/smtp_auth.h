/* SPDX-License-Identifier: MIT */
/*
 * Login mechanisms (SASL, RFC 4422; in SMTP RFC 4954).  A mechanism is a table of functions; it
 * speaks in plain bytes, base64 and the dialogue are smtp_auth.c's.
 */
#ifndef EMAPI_SMTP_AUTH_H
#define EMAPI_SMTP_AUTH_H

#include <glib.h>
#include <stdbool.h>

/* Whose login it is.  Borrowed by the mechanisms for the time of it. */
struct smtp_login {
	const char *user;
	const char *password; /* or token; NULL for mechanisms that need none */
	const char *host;
	unsigned port;
	const GByteArray *binding; /* to the TLS channel; NULL without one */
};

enum smtp_step {
	SMTP_STEP_OK,     /* send the response */
	SMTP_STEP_CANNOT, /* this mechanism does not work here: try another */
	SMTP_STEP_FRAUD,  /* the server is not who it should be: give it nothing more */
};

struct smtp_mechanism {
	const char *name;
	bool needs_password;
	/* What is to be said of it over a connection without TLS; NULL: nothing of a secret is
	 * sent. */
	const char *bare;
	/* Used only where the profile's Auth names it: its secret is no password. */
	bool named_only;
	bool client_first; /* speaks before the first challenge */
	/* NULL where it cannot be used here, with *why (g_free). */
	void *(*start)(const struct smtp_login *login, char **why);
	/* Answers `challenge` (NULL: speaks first) into the empty `response`. */
	enum smtp_step (*step)(
	    void *state, const GByteArray *challenge, GByteArray *response, char **why);
	/* Whether the server has proved what it must by now; NULL: it need not. */
	bool (*proved)(void *state);
	void (*end)(void *state);
};

#define SMTP_BARE_PASSWORD "the password is sent so that who reads along can read it"
#define SMTP_BARE_TOKEN "the token is sent so that who reads along can read it"
#define SMTP_BARE_PROOF "the password itself is not sent, but who reads along can try guesses at it"

extern const struct smtp_mechanism smtp_mechanism_plain, smtp_mechanism_login,
    smtp_mechanism_external, smtp_mechanism_xoauth2, smtp_mechanism_oauthbearer;

/* One of libemapi-login.so: Kerberos and SCRAM need libraries that take long to load, and few
 * servers ask for them.  NULL where it cannot be had, with *why (g_free). */
#define SMTP_LOADED __attribute__((visibility("default")))
const struct smtp_mechanism *smtp_mechanism_load(const char *symbol, char **why);

/* Overwrites a secret before freeing it; NULL is fine. */
void smtp_secret_free(char *secret);
void smtp_secret_bytes_free(GByteArray *secret);

#endif
