/* SPDX-License-Identifier: MIT */
/* emapi profile setup: makes the profile that was found, and tries it. */
#include "setup_private.h"

#include <stdio.h>
#include <string.h>
#include <mapicode.h>
#include <mapix.h>
#include <emapispi.h>
#include "cli.h"
#include "hr.h"
#include "journey.h"
#include "mem.h"
#include "password.h"
#include "profile.h"
#include "prop.h"
#include "session.h"
#include "trial.h"
#include "unfinished.h"

static int
write_failed(HRESULT hr)
{
	return cli_fail(cli_exit_code(hr), "the profile cannot be written: %s", hr_text(hr));
}

static int
set_text(struct profile *profile, ULONG tag, const char *text)
{
	SPropValue *value = mem_zalloc(NULL, sizeof *value);
	MAPIUID section;
	HRESULT hr = MAPI_E_NOT_ENOUGH_MEMORY;

	if (value && password_section(profile, &section))
		hr = prop_set_text(value, value, tag, text);
	if (SUCCEEDED(hr))
		hr = profile_section_write(profile, &section, 1, value, NULL);
	mem_free(value);
	return FAILED(hr) ? write_failed(hr) : 0;
}

/* Another server in the profile's place for it. */
static int
set_server(struct profile *profile, const struct setup_server *found)
{
	SPropValue *values = mem_zalloc(NULL, 3 * sizeof *values);
	MAPIUID section;
	HRESULT hr = MAPI_E_NOT_ENOUGH_MEMORY;

	if (values && password_section(profile, &section))
		hr = prop_set_text(values, values, PR_EMAPI_SERVER_W, found->host);
	if (SUCCEEDED(hr))
		hr = prop_set_text(values, values + 1, PR_EMAPI_TLS_W, found->tls);
	if (SUCCEEDED(hr)) {
		values[2].ulPropTag = PR_EMAPI_PORT;
		values[2].Value.l = (LONG)found->port;
		hr = profile_section_write(profile, &section, 3, values, NULL);
	}
	mem_free(values);
	return FAILED(hr) ? write_failed(hr) : 0;
}

/* *login: it was the login that failed. */
static HRESULT
try_it(struct profile *profile, char **why, bool *login)
{
	struct trial trial = { 0 };
	IMAPISession *session = NULL;
	MAPIUID section;
	g_autofree char *step = NULL, *words = NULL;
	HRESULT hr = session_create(profile, MAPI_EXTENDED | MAPI_NO_MAIL, &session, why);

	*login = false;
	if (FAILED(hr))
		return hr;
	if (password_section(profile, &section))
		trial_run(session, &section, &trial);
	hr = trial.hr;
	step = journey_failure(trial.journey, &words);
	*login = FAILED(hr) && step && !strcmp(step, "login");
	*why = g_steal_pointer(&trial.why);
	trial_clear(&trial);
	session->lpVtbl->Logoff(session, 0, 0, 0);
	session->lpVtbl->Release(session);
	return hr;
}

static int
store_password(const struct setup *s, struct profile *profile)
{
	HRESULT hr = s->keyring ? password_use_keyring(profile) : S_OK;

	return FAILED(hr) ? write_failed(hr) : password_ask_and_store(profile);
}

/* On a terminal a login that was refused may be mended: another name, the password once more. */
static bool
ask_login_again(struct setup *s, struct profile *profile)
{
	g_autofree char *prompt = g_strdup_printf("Login name [%s]:", s->user);
	g_autofree char *name = NULL;

	if (!s->terminal || s->password_command || s->password_file || ++s->logins > 3)
		return false;
	name = setup_ask(prompt);
	if (!name)
		return false;
	if (*name) {
		g_free(s->user);
		s->user = g_steal_pointer(&name);
	}
	return !set_text(profile, PR_EMAPI_USER_W, s->user) && !store_password(s, profile);
}

/* Of several servers the first that can be reached is the one. */
static int
try_servers(struct setup *s, struct profile *profile)
{
	int code = 0;

	while (!code) {
		g_autofree char *why = NULL;
		bool login;
		HRESULT hr = try_it(profile, &why, &login);
		g_autofree char *words = cli_without_dot(why && *why ? why : hr_text(hr));

		if (SUCCEEDED(hr)) {
			printf("Tried     mail can go out this way; nothing was sent.\n");
			return 0;
		}
		code = cli_fail(cli_exit_code(hr), "%s", words);
		if (login && ask_login_again(s, profile)) {
			code = 0;
		} else if (hr == MAPI_E_NETWORK_ERROR && setup_take_target(s)) {
			cli_note("the next one is tried");
			setup_show_server(
			    "Server", s->found.host, s->found.port, s->found.tls, s->found.source);
			code = set_server(profile, &s->found);
		}
	}
	return code;
}

/* What follows the profile's making; what fails here takes the profile away again. */
static int
complete(struct setup *s, struct profile *profile)
{
	int code = 0;

	if (s->user && *s->user && !s->password_command && !s->password_file)
		code = store_password(s, profile);
	if (!code && s->found.preset)
		code = set_text(profile, PR_EMAPI_PRESET_W, s->found.preset);
	if (!code && !s->no_test)
		code = try_servers(s, profile);
	return code;
}

int
setup_make(struct setup *s)
{
	const struct profile_settings settings = {
		.from_name = s->from_name,
		.from_address = s->address,
		.server = s->found.host,
		.port = s->found.port,
		.tls = s->found.tls,
		.user = s->user && *s->user ? s->user : NULL,
		.password_command = s->password_command,
		.password_file = s->password_file,
		.ca_file = s->ca_file,
	};
	g_autofree char *why = NULL, *load = NULL;
	struct profile *profile = NULL;
	HRESULT hr = profile_create(s->name, &settings, &why);
	int code;

	if (SUCCEEDED(hr))
		hr = profile_load(s->name, &profile, &load);
	if (FAILED(hr))
		return cli_fail(cli_create_code(hr), "%s", why ? why : load ? load : hr_text(hr));
	unfinished_begin(profile);
	code = complete(s, profile);
	unfinished_end();
	if (!code)
		printf("Profile   \"%s\" is in %s.\n", s->name, profile_path(profile));
	profile_unref(profile);
	if (code) {
		profile_delete(s->name);
		cli_note("the profile was not made%s",
		    s->no_test ? "" : "; to make it without trying the server: --no-test");
	}
	return code;
}
