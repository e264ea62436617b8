/* SPDX-License-Identifier: MIT */
/* emapi test: the way out of a profile, step by step, without sending. */
#include "emapi.h"

#include <stdio.h>
#include <string.h>
#include <mapicode.h>
#include "clock.h"
#include "hr.h"
#include "journey.h"
#include "session.h"
#include "text.h"
#include "trial.h"

/* The steps in the order they are shown in: what proves that each was taken, and what to do where
 * it fails and the words of the failure do not say so themselves. */
static const struct {
	const char *step, *title, *fact, *remedy;
} steps[] = {
	{ "name", "name", "trying", NULL },
	{ "connect", "connection", "server",
	    "see whether the server runs, and Server and Port are right (emapi profile show); "
	    "where "
	    "a firewall closes port 25, 587 (TLS=starttls) and 465 (TLS=implicit) are made for "
	    "this" },
	{ "greeting", "greeting", "greeting",
	    "ask the server's administrator to let this machine in, with these words" },
	{ "tls", "TLS", "tls", NULL },
	{ "certificate", "certificate", "certificate-subject", NULL },
	{ "clock", "clock", NULL,
	    "set this machine's clock (timedatectl), or tell the server's administrator: dates, "
	    "Kerberos "
	    "tickets and certificates go by it" },
	{ "login", "login", "login", NULL },
	{ "sender", "sender", NULL,
	    "tell the server an address that this login may send from: emapi profile set PROFILE "
	    "FromAddress=ADDRESS" },
	{ "folder", "folder", "folder", "make the folder, or mend who may write there" },
};

/* --- Telling ------------------------------------------------------------------------------- */

static char *
certificate_text(char **journey)
{
	g_autofree char *subject = journey_find(journey, '*', "certificate-subject");
	g_autofree char *issuer = journey_find(journey, '*', "certificate-issuer");
	g_autofree char *expires = journey_find(journey, '*', "certificate-expires");

	return g_strdup_printf("for \"%s\", issued by \"%s\", valid until %s",
	    subject ? subject : "?", issuer ? issuer : "?", expires ? expires : "?");
}

/* The server's answer to MAIL, the last but that to RSET. */
static char *
sender_text(char **journey)
{
	g_autofree char *asked = NULL;
	char *answer = NULL;

	for (; journey && *journey && !answer; journey++) {
		struct journey_line line;

		journey_parse(*journey, &line);
		if (line.mark == '>' && g_str_has_prefix(line.text, "MAIL FROM:"))
			asked = g_strdup(line.text + strlen("MAIL FROM:"));
		else if (line.mark == '<' && asked)
			answer =
			    g_strdup_printf("%.*s: %s", (int)strcspn(asked, " "), asked, line.text);
		journey_line_clear(&line);
	}
	return answer ? answer : g_strdup("accepted");
}

/* How far the server's clock is ahead of ours, in microseconds; false where it has not told. */
static bool
find_clock(const struct trial *trial, gint64 *ahead)
{
	g_autofree char *greeting = journey_find(trial->journey, '*', "greeting");

	if (!greeting || !clock_told(greeting, ahead))
		return false;
	*ahead -= trial->when;
	return true;
}

static bool
clocks_agree(const struct trial *trial)
{
	gint64 ahead;

	return !find_clock(trial, &ahead) || ABS(ahead) <= CLOCK_TOLERANCE;
}

static char *
clock_text(const struct trial *trial)
{
	gint64 ahead;

	if (!find_clock(trial, &ahead))
		return NULL;
	if (ABS(ahead) <= CLOCK_TOLERANCE)
		return g_strdup("the server's agrees with this machine's");
	return clock_difference(ahead);
}

/* What is to be said of a step that was taken; NULL: it was not. */
static char *
step_text(const struct trial *trial, size_t i)
{
	const char *step = steps[i].step;
	g_autofree char *server = journey_find(trial->journey, '*', "server");
	g_autofree char *fact =
	    steps[i].fact ? journey_find(trial->journey, '*', steps[i].fact) : NULL;

	if (!strcmp(step, "sender"))
		return server && SUCCEEDED(trial->hr) ? sender_text(trial->journey) : NULL;
	if (!strcmp(step, "clock"))
		return clock_text(trial);
	if (!strcmp(step, "name"))
		return journey_find_all(trial->journey, steps[i].fact);
	if (!strcmp(step, "certificate") && fact)
		return certificate_text(trial->journey);
	if (fact)
		return g_steal_pointer(&fact);
	if (server && SUCCEEDED(trial->hr) && !strcmp(step, "tls"))
		return g_strdup(text_is_loopback(server)
				    ? "none: up to there mail does not leave this machine"
				    : "none: the mail can be read on the way");
	if (server && SUCCEEDED(trial->hr) && !strcmp(step, "login"))
		return g_strdup("none: this profile has no User");
	return NULL;
}

static void
add_step(GString *out, bool json, const char *state, size_t i, const char *text)
{
	const char *remedy = strcmp(state, "ok") ? steps[i].remedy : NULL;

	if (!json) {
		g_string_append_printf(out, "  %-6s  %-11s  %s\n", state, steps[i].title, text);
		if (remedy)
			g_string_append_printf(out, "%24s%s\n", "-> ", remedy);
		return;
	}
	g_string_append(out, out->str[out->len - 1] == '[' ? "{" : ",{");
	json_member(out, "step", steps[i].step);
	json_member(out, "state", state);
	json_member(out, "text", text);
	if (remedy)
		json_member(out, "remedy", remedy);
	g_string_append_c(out, '}');
}

static void
add_steps(GString *out, bool json, const struct trial *trial)
{
	g_autofree char *why = NULL;
	g_autofree char *failed = journey_failure(trial->journey, &why);

	if (SUCCEEDED(trial->hr))
		g_clear_pointer(&failed, g_free);
	for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
		g_autofree char *text = step_text(trial, i);

		if (failed && !strcmp(failed, steps[i].step))
			add_step(out, json, "FAILED", i, why);
		else if (text)
			add_step(out, json,
			    !strcmp(steps[i].step, "clock") && !clocks_agree(trial) ? "LOOK" : "ok",
			    i, text);
	}
}

static void
print_line(const char *line)
{
	g_autofree char *shown = journey_explain(line);

	printf("    %s\n", shown);
	fflush(stdout);
}

static void
add_dialogue(GString *out, char **journey)
{
	g_string_append(out, ",\"dialogue\":[");
	for (; *journey; journey++) {
		json_string(out, *journey);
		if (journey[1])
			g_string_append_c(out, ',');
	}
	g_string_append_c(out, ']');
}

static void
add_trial(GString *out, bool json, const struct trial *trial)
{
	bool ok = SUCCEEDED(trial->hr);
	const char *why = trial->why && *trial->why ? trial->why : hr_text(trial->hr);

	if (json) {
		g_string_append(out, out->str[out->len - 1] == '[' ? "{" : ",{");
		json_member(out, "transport", trial->name);
		json_member(out, "ok", NULL);
		g_string_truncate(out, out->len - strlen("null"));
		g_string_append(out, ok ? "true" : "false");
		json_member(out, "error", ok ? NULL : why);
		g_string_append(out, ",\"steps\":[");
		add_steps(out, json, trial);
		g_string_append_c(out, ']');
		add_dialogue(out, trial->journey);
		g_string_append_c(out, '}');
		return;
	}
	g_string_append_printf(out, "%s\n", trial->name ? trial->name : "transport");
	add_steps(out, json, trial);
	if (ok)
		g_string_append(out, "  Mail can go out this way. Nothing was sent.\n");
	else if (!strstr(out->str, why))
		g_string_append_printf(out, "  FAILED  %s\n", why);
}

/* --- The command --------------------------------------------------------------------------- */

static int
code_of(HRESULT hr)
{
	if (SUCCEEDED(hr))
		return 0;
	return hr == MAPI_E_NETWORK_ERROR ? EX_TEMPFAIL : EX_CONFIG;
}

static int
test_all(IMAPISession *session, bool json, bool explain)
{
	struct profile *profile = session_profile(session_from(session));
	GArray *providers = profile_providers(profile, MAPI_TRANSPORT_PROVIDER);
	g_autoptr(GString) out = g_string_new(NULL);
	int code = 0;

	if (json) {
		g_string_append_c(out, '{');
		json_member(out, "profile", profile_name(profile));
		g_string_append(out, ",\"transports\":[");
	}
	for (guint i = 0; i < providers->len; i++) {
		struct trial trial = { .said = explain && !json ? print_line : NULL };

		trial_run(session, &g_array_index(providers, MAPIUID, i), &trial);
		add_trial(out, json, &trial);
		code = MAX(code, code_of(trial.hr));
		trial_clear(&trial);
	}
	if (json)
		g_string_append(out, "]}\n");
	fputs(out->str, stdout);
	if (!providers->len)
		code = cli_fail(EX_CONFIG,
		    "the profile \"%s\" has no transport that this user could test: a profile of "
		    "the "
		    "machine is tested by root, any other needs one (emapi profile create)",
		    profile_name(profile));
	g_array_unref(providers);
	return code;
}

static int
run(int argc, char **argv)
{
	gboolean json = FALSE, explain = FALSE;
	const GOptionEntry entries[] = {
		{ "explain", 0, 0, G_OPTION_ARG_NONE, &explain,
		    "tell the dialogue with the server as it happens", NULL },
		{ "json", 0, 0, G_OPTION_ARG_NONE, &json, "as JSON", NULL },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("[PROFILE]");
	g_autofree char *why = NULL;
	struct profile *profile = NULL;
	IMAPISession *session = NULL;
	HRESULT hr;
	int code;

	cli_add_options(context, entries);
	code = cli_parse(context, &argc, &argv);
	if (code)
		return code;
	if (argc > 2)
		return cli_fail(EX_USAGE, "one profile's name, please (try --help)");
	code = cli_load_profile(argc > 1 ? argv[1] : NULL, "", &profile);
	if (code)
		return code;
	hr = session_create(profile, MAPI_EXTENDED | MAPI_NO_MAIL, &session, &why);
	if (FAILED(hr)) {
		code = cli_fail(cli_exit_code(hr), "%s", why ? why : hr_text(hr));
	} else {
		code = test_all(session, json, explain);
		session->lpVtbl->Logoff(session, 0, 0, 0);
		session->lpVtbl->Release(session);
	}
	profile_unref(profile);
	return code;
}

const struct command command_test = {
	.name = "test",
	.summary = "the way out of a profile, step by step, without sending",
	.run = run,
};
