/* SPDX-License-Identifier: MIT */
/*
 * Login (RFC 4954): the strongest mechanism that the server offers and that we have a secret for.
 *
 * Where a server refuses a mechanism the next one is tried; where it refuses the password none is,
 * so that no account gets locked.  There is no going on without login.
 */
#include <string.h>

#include "smtp_auth.h"
#include "smtp_private.h"
#include "text.h"

#define ROUNDS_MAX 20
/* RFC 5321's limit of a command line: a longer initial response waits for the challenge. */
#define COMMAND_MAX 510

/* A mechanism of ours, or one to be loaded. */
struct choice {
	const char *name;
	const struct smtp_mechanism *ours;
	const char *symbol; /* in libemapi-login.so */
};

/* Strongest first. */
static const struct choice choices[] = {
#ifdef HAVE_GSSAPI
	{ "GSSAPI", NULL, "smtp_mechanism_gssapi" },
#endif
	{ "EXTERNAL", &smtp_mechanism_external, NULL },
#ifdef HAVE_GSASL
	{ "SCRAM-SHA-256", NULL, "smtp_mechanism_scram_sha256" },
	{ "SCRAM-SHA-1", NULL, "smtp_mechanism_scram_sha1" },
#endif
#ifdef HAVE_GSSAPI
	{ "NTLM", NULL, "smtp_mechanism_ntlm" },
#endif
	{ "OAUTHBEARER", &smtp_mechanism_oauthbearer, NULL },
	{ "XOAUTH2", &smtp_mechanism_xoauth2, NULL },
	{ "PLAIN", &smtp_mechanism_plain, NULL },
	{ "LOGIN", &smtp_mechanism_login, NULL },
};

enum outcome { OUTCOME_IN, OUTCOME_NEXT, OUTCOME_FAILED };

void
smtp_secret_free(char *secret)
{
	if (secret)
		explicit_bzero(secret, strlen(secret));
	g_free(secret);
}

void
smtp_secret_bytes_free(GByteArray *secret)
{
	if (secret->len > 0)
		explicit_bzero(secret->data, secret->len);
	g_byte_array_unref(secret);
}

/* Whether the profile's Auth lets a mechanism be used. */
static bool
allowed(const char *list, const struct smtp_mechanism *mechanism)
{
	char **words;
	bool found = false;
	int i;

	if (!list || !*list)
		return !mechanism->named_only;
	words = g_strsplit_set(list, " ,;\t", -1);
	for (i = 0; words[i]; i++)
		found = found || !g_ascii_strcasecmp(words[i], mechanism->name);
	g_strfreev(words);
	return found;
}

/* Sends bytes in base64 after `prefix`; the journey shows no more than that there were some. */
static bool
send_secret(struct smtp_session *session, const char *prefix, const GByteArray *bytes,
    struct smtp_error *error)
{
	char *base64 = bytes->len > 0 ? g_base64_encode(bytes->data, bytes->len) : NULL;
	char *line = g_strconcat(prefix, base64 ? base64 : *prefix ? "=" : "", "\r\n", NULL);
	bool ok;

	smtp_note(session, "> %s%s", prefix, bytes->len > 0 ? "****" : *prefix ? "=" : "(empty)");
	ok = smtp_write(session, line, strlen(line), error);
	smtp_secret_free(line);
	smtp_secret_free(base64);
	return ok;
}

/* AUTH, with the initial response where there is one and it fits.  `initial` is emptied then. */
static bool
send_auth(struct smtp_session *session, const struct smtp_mechanism *mechanism, GByteArray *initial,
    struct smtp_error *error)
{
	char *prefix;
	bool ok;

	if (!mechanism->client_first ||
	    strlen(mechanism->name) + 6 + (initial->len + 2) / 3 * 4 > COMMAND_MAX)
		return smtp_command(session, error, "AUTH %s", mechanism->name);
	prefix = g_strdup_printf("AUTH %s ", mechanism->name);
	ok = send_secret(session, prefix, initial, error);
	g_byte_array_set_size(initial, 0);
	g_free(prefix);
	return ok;
}

/* The challenge in a 334 reply; what is no base64 is an empty one. */
static GByteArray *
challenge_of(const struct smtp_reply *reply)
{
	const char *text = reply->lines->len > 0 ? g_ptr_array_index(reply->lines, 0) : "";
	gsize size = 0;
	guchar *data = *text ? g_base64_decode(text, &size) : NULL;

	return data ? g_byte_array_new_take(data, size) : g_byte_array_new();
}

/* What a refusal means: another mechanism, or the end. */
static enum outcome
refused(
    struct smtp_session *session, const struct smtp_mechanism *mechanism, struct smtp_error *error)
{
	const struct smtp_reply *reply = &session->reply;
	char *quote = smtp_reply_quote(reply), *advice = smtp_advice(reply);
	bool temporary = reply->code / 100 == 4;

	smtp_error_set(error, temporary ? SMTP_TEMPORARY : SMTP_HOLD,
	    "%s refused the login of %s (%s): %s.%s%s", smtp_peer(session), session->options->user,
	    mechanism->name, quote, temporary ? "" : " Nothing was sent.", temporary ? "" : advice);
	smtp_error_codes(error, reply);
	g_free(quote);
	g_free(advice);
	if (temporary || session->dead)
		return OUTCOME_FAILED;
	if ((reply->code >= 500 && reply->code <= 504) || reply->code == 534 || reply->code == 538)
		return OUTCOME_NEXT;
	return mechanism->needs_password ? OUTCOME_FAILED : OUTCOME_NEXT;
}

/* We end the exchange: "*" (RFC 4954 4), which the server answers with 501. */
static enum outcome
give_up(struct smtp_session *session, const struct smtp_mechanism *mechanism, enum smtp_step step,
    const char *why, struct smtp_error *error)
{
	struct smtp_error lost = { 0 };
	enum outcome outcome = step == SMTP_STEP_FRAUD ? OUTCOME_FAILED : OUTCOME_NEXT;

	smtp_error_set(error, SMTP_HOLD, "Login at %s as %s by %s did not work: %s.",
	    smtp_peer(session), session->options->user, mechanism->name, why ? why : "no reason");
	smtp_note(session, "* %s: %s", mechanism->name, why ? why : "gave up");
	if (!smtp_command(session, &lost, "*") ||
	    !smtp_read(session, smtp_reply_seconds(session), &lost))
		outcome = OUTCOME_FAILED;
	smtp_error_clear(&lost);
	return outcome;
}

/* The server says that we are in. */
static enum outcome
welcome(struct smtp_session *session, const struct smtp_mechanism *mechanism, void *state,
    struct smtp_error *error)
{
	if (mechanism->proved && !mechanism->proved(state)) {
		smtp_error_set(error, SMTP_HOLD,
		    "%s took the login of %s (%s) without proving that it knows the password: it "
		    "may "
		    "not be the server you mean. Nothing was sent.",
		    smtp_peer(session), session->options->user, mechanism->name);
		return OUTCOME_FAILED;
	}
	smtp_error_clear(error);
	smtp_fact(session, "login", "%s as %s", mechanism->name, session->options->user);
	return OUTCOME_IN;
}

/* XOAUTH2's and OAUTHBEARER's reason for a refusal is JSON in a challenge. */
static void
note_reason(struct smtp_session *session, const GByteArray *challenge)
{
	char *text;

	if (challenge->len == 0 || challenge->data[0] != '{')
		return;
	text = g_strndup((const char *)challenge->data, challenge->len);
	mask_apply(session->mask, &text);
	smtp_note_lines(session, "* the server's reason: ", text, strlen(text));
	g_free(text);
}

static enum outcome
dialogue(struct smtp_session *session, const struct smtp_mechanism *mechanism, void *state,
    GByteArray *response, struct smtp_error *error)
{
	GByteArray *challenge;
	enum smtp_step step = SMTP_STEP_OK;
	enum outcome outcome;
	char *why = NULL;
	bool ok;
	int round;

	for (round = 0; round < ROUNDS_MAX; round++) {
		if (!smtp_read(session, smtp_reply_seconds(session), error))
			return OUTCOME_FAILED;
		if (session->reply.code == 235)
			return welcome(session, mechanism, state, error);
		if (session->reply.code != 334)
			return refused(session, mechanism, error);
		/* What was too long for AUTH's line goes now. */
		if (response->len == 0) {
			challenge = challenge_of(&session->reply);
			note_reason(session, challenge);
			step = mechanism->step(state, challenge, response, &why);
			g_byte_array_unref(challenge);
		}
		if (step != SMTP_STEP_OK)
			break;
		ok = send_secret(session, "", response, error);
		explicit_bzero(response->data, response->len);
		g_byte_array_set_size(response, 0);
		if (!ok)
			return OUTCOME_FAILED;
	}
	outcome = give_up(session, mechanism, step, why ? why : "it has no end", error);
	g_free(why);
	return outcome;
}

static void
cannot_be_tried(struct smtp_session *session, const struct smtp_mechanism *mechanism,
    const char *why, struct smtp_error *error)
{
	smtp_note(session, "* %s cannot be used: %s", mechanism->name, why ? why : "?");
	if (!error->text)
		smtp_error_set(error, SMTP_HOLD,
		    "Login at %s by %s cannot be tried: %s. Nothing was sent.", smtp_peer(session),
		    mechanism->name, why ? why : "no reason known");
}

static enum outcome
try_mechanism(struct smtp_session *session, const struct smtp_mechanism *mechanism,
    const struct smtp_login *login, struct smtp_error *error)
{
	enum outcome outcome = OUTCOME_NEXT;
	GByteArray *response;
	char *why = NULL;
	void *state;

	state = mechanism->start(login, &why);
	if (!state) {
		cannot_be_tried(session, mechanism, why, error);
		g_free(why);
		return OUTCOME_NEXT;
	}
	response = g_byte_array_new();
	if (!mechanism->client_first ||
	    mechanism->step(state, NULL, response, &why) == SMTP_STEP_OK) {
		outcome = OUTCOME_FAILED;
		if (send_auth(session, mechanism, response, error))
			outcome = dialogue(session, mechanism, state, response, error);
	} else {
		cannot_be_tried(session, mechanism, why, error);
	}
	smtp_secret_bytes_free(response);
	mechanism->end(state);
	g_free(why);
	return outcome;
}

/* None of the mechanisms was even tried. */
static void
explain_none(struct smtp_session *session, struct smtp_error *error)
{
	const struct smtp_options *options = session->options;
	char *offered = smtp_caps_logins(&session->caps);

	if (*offered && options->mechanisms && *options->mechanisms)
		smtp_error_set(error, SMTP_HOLD,
		    "%s offers login by %s only; this profile allows %s. Nothing was sent. Set "
		    "Auth in this profile to one of the server's, or take it out.",
		    smtp_peer(session), offered, options->mechanisms);
	else if (*offered)
		smtp_error_set(error, SMTP_HOLD,
		    "%s offers login by %s only; none of these can be used with what this profile "
		    "has. Nothing was sent. Give it what one of them wants: emapi-profile(5), "
		    "Auth.",
		    smtp_peer(session), offered);
	else
		smtp_error_set(error, SMTP_HOLD,
		    "%s offers no login, but this profile has a User (%s). Nothing was sent. %s",
		    smtp_peer(session), options->user,
		    options->tls == SMTP_TLS_NONE && session->caps.starttls
			? "It may offer login once encrypted: set TLS=starttls."
			: "Use the submission port (587 or 465), or remove User where the server "
			  "wants "
			  "no login.");
	g_free(offered);
}

static bool
get_password(struct smtp_session *session, char **password, struct smtp_error *error)
{
	const struct smtp_options *options = session->options;
	char *why = NULL;

	if (*password)
		return true;
	if (options->password)
		*password = options->password(options->password_context, &why);
	if (*password)
		mask_add(session->mask, *password);
	else
		smtp_error_set(error, SMTP_HOLD,
		    "No password for %s at %s: %s. Set PasswordCommand or PasswordFile in this "
		    "profile.",
		    options->user, smtp_peer(session), why ? why : "the profile has none");
	g_free(why);
	return *password != NULL;
}

/* The mechanism where it can be used here; NULL: not. */
static const struct smtp_mechanism *
usable(struct smtp_session *session, const struct choice *choice)
{
	const struct smtp_mechanism *mechanism = choice->ours;
	g_autofree char *why = NULL;

	if (!smtp_caps_login(&session->caps, choice->name))
		return NULL;
	if (!mechanism)
		mechanism = smtp_mechanism_load(choice->symbol, &why);
	if (!mechanism)
		smtp_note(session, "* %s cannot be used: %s", choice->name, why);
	return mechanism && allowed(session->options->mechanisms, mechanism) ? mechanism : NULL;
}

/* The password is asked for where it is needed alone, and once. */
static enum outcome
try_choice(struct smtp_session *session, const struct choice *choice, struct smtp_login *login,
    char **password, struct smtp_error *error)
{
	const struct smtp_mechanism *mechanism = usable(session, choice);

	if (!mechanism)
		return OUTCOME_NEXT;
	if (mechanism->needs_password && !get_password(session, password, error))
		return OUTCOME_FAILED;
	login->password = *password;
	if (mechanism->bare && !session->encrypted)
		smtp_note(session, "* no TLS: %s (TLS=none)", mechanism->bare);
	return try_mechanism(session, mechanism, login, error);
}

bool
smtp_login(struct smtp_session *session, struct smtp_error *error)
{
	const struct smtp_options *options = session->options;
	struct smtp_login login = {
		.user = options->user,
		.host = options->server,
		.port = smtp_port(options),
	};
	GByteArray *binding = session->encrypted ? smtp_endpoint_binding(session->curl) : NULL;
	enum outcome outcome = OUTCOME_NEXT;
	char *password = NULL;
	size_t i;

	login.binding = binding;
	smtp_error_clear(error);
	for (i = 0; i < G_N_ELEMENTS(choices) && outcome == OUTCOME_NEXT; i++)
		outcome = try_choice(session, &choices[i], &login, &password, error);
	smtp_secret_free(password);
	if (binding)
		g_byte_array_unref(binding);
	if (outcome == OUTCOME_NEXT && !error->text)
		explain_none(session, error);
	return outcome == OUTCOME_IN;
}
