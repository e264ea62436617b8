/* SPDX-License-Identifier: MIT */
/* The session: when it is opened, kept, looked after and closed. */
#include <signal.h>
#include <string.h>
#include <time.h>

#include "smtp_guard.h"
#include "smtp_private.h"
#include "text.h"

#define NOOP_AFTER_SECONDS 10
#define QUIT_SECONDS 3

struct smtp_session *
smtp_session_create(const struct smtp_options *options)
{
	struct smtp_session *session = g_new0(struct smtp_session, 1);

	session->options = options;
	session->plain = -1;
	session->input = g_byte_array_new();
	session->keeps_journey = g_strcmp0(g_getenv("EMAPI_JOURNEY"), "off") != 0;
	session->output = g_byte_array_new();
	session->mask = mask_create();
	session->ahead = g_byte_array_new();
	session->journey = g_string_sized_new(1024);
	session->facts = g_ptr_array_new_with_free_func(g_free);
	return session;
}

void
smtp_session_free(struct smtp_session *session)
{
	if (!session)
		return;
	smtp_close(session);
	smtp_reply_clear(&session->reply);
	smtp_caps_clear(&session->caps);
	g_byte_array_unref(session->input);
	g_byte_array_unref(session->output);
	g_byte_array_unref(session->ahead);
	g_string_free(session->journey, TRUE);
	g_ptr_array_unref(session->facts);
	mask_free(session->mask);
	g_free(session->host);
	g_free(session->peer);
	g_free(session);
}

const char *
smtp_peer(const struct smtp_session *session)
{
	if (session->peer)
		return session->peer;
	return session->options->server ? session->options->server : "(no server)";
}

int
smtp_idle_seconds(const struct smtp_session *session)
{
	if (!smtp_wire_open(session))
		return -1;
	return (int)((g_get_monotonic_time() - session->last_used) / G_USEC_PER_SEC);
}

bool
smtp_reports(const struct smtp_session *session)
{
	return session->caps.dsn;
}

const char *
smtp_host(const struct smtp_session *session)
{
	return session->host ? session->host : smtp_peer(session);
}

void
smtp_drop(struct smtp_session *session)
{
	smtp_wire_close(session);
	session->dead = false;
	g_byte_array_set_size(session->input, 0);
	g_byte_array_set_size(session->output, 0);
	g_byte_array_set_size(session->ahead, 0);
}

void
smtp_close(struct smtp_session *session)
{
	struct smtp_error ignored = { 0 };
	struct smtp_guard guard;

	smtp_guard_begin(&guard, session);
	if (smtp_wire_open(session) && !session->dead && session->ahead->len == 0 &&
	    !smtp_has_news(session) && smtp_command(session, &ignored, "QUIT"))
		smtp_read(session, QUIT_SECONDS, &ignored);
	smtp_error_clear(&ignored);
	smtp_drop(session);
	smtp_guard_end(&guard);
}

/* Whether the open connection still carries. */
static bool
is_alive(struct smtp_session *session)
{
	struct smtp_error ignored = { 0 };
	bool alive;

	if (session->ahead->len > 0) /* its answers may lie there */
		return !session->dead;
	if (session->dead || smtp_has_news(session))
		return false;
	if (smtp_idle_seconds(session) < NOOP_AFTER_SECONDS)
		return true;
	alive = smtp_command(session, &ignored, "NOOP") &&
		smtp_read(session, smtp_reply_seconds(session), &ignored) &&
		session->reply.code == 250;
	smtp_error_clear(&ignored);
	return alive;
}

bool
smtp_ready(struct smtp_session *session, bool *reused, struct smtp_error *error)
{
	const char *user = session->options->user;

	*reused = smtp_wire_open(session) && is_alive(session);
	if (*reused) {
		smtp_note(session, "* over the open connection to %s, after %u message%s",
		    smtp_peer(session), session->messages, text_s(session->messages));
		smtp_facts_again(session);
		return true;
	}
	smtp_drop(session);
	if (!smtp_connect(session, error))
		return false;
	session->step = "login";
	if (user && *user && !smtp_login(session, error)) {
		smtp_note_failure(session, session->step, error);
		if (session->dead)
			smtp_drop(session);
		else
			smtp_close(session);
		return false;
	}
	return true;
}

bool
smtp_open(struct smtp_session *session, struct smtp_error *error)
{
	struct smtp_guard guard;
	bool reused, ok;

	smtp_guard_begin(&guard, session);
	ok = smtp_ready(session, &reused, error);
	smtp_guard_end(&guard);
	return ok;
}
