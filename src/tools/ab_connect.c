/* SPDX-License-Identifier: MIT */
/* emapi ab connect: an LDAP directory beside the personal address book. */
#include "ab.h"

#include <stdio.h>
#include <string.h>
#include <emapispi.h>
#include <mapicode.h>
#include <mapitags.h>
#include "com.h"
#include "hr.h"
#include "mem.h"
#include "prop.h"
#include "services.h"
#include "session.h"
#include "trial.h"

struct options {
	char *profile;
	char *name;
	char *base;
	char *user;
	char *password_command;
	char *password_file;
	char *tls;
	char *ca_file;
	char *filter;
	gboolean no_test;
};

static void
options_clear(struct options *o)
{
	g_free(o->profile);
	g_free(o->name);
	g_free(o->base);
	g_free(o->user);
	g_free(o->password_command);
	g_free(o->password_file);
	g_free(o->tls);
	g_free(o->ca_file);
	g_free(o->filter);
}

static int
parse(int *argc, char ***argv, struct options *o)
{
	const GOptionEntry entries[] = {
		{ "profile", 'p', 0, G_OPTION_ARG_STRING, &o->profile,
		    "the profile instead of the default one", "PROFILE" },
		{ "name", 0, 0, G_OPTION_ARG_STRING, &o->name,
		    "what the directory is called in lists", "NAME" },
		{ "base", 0, 0, G_OPTION_ARG_STRING, &o->base,
		    "the entry that people and groups are looked for below", "DN" },
		{ "user", 0, 0, G_OPTION_ARG_STRING, &o->user,
		    "log in as this entry; without it anonymously", "DN" },
		{ "password-command", 0, 0, G_OPTION_ARG_STRING, &o->password_command,
		    "a shell command whose first line of output is the password", "CMD" },
		{ "password-file", 0, 0, G_OPTION_ARG_STRING, &o->password_file,
		    "a file of mode 600 whose first line is the password", "FILE" },
		{ "tls", 0, 0, G_OPTION_ARG_STRING, &o->tls,
		    "how the connection is secured, starttls unless told",
		    "none|starttls|implicit" },
		{ "ca-file", 0, 0, G_OPTION_ARG_STRING, &o->ca_file,
		    "trust the certificates in this PEM file instead of the system's", "FILE" },
		{ "filter", 0, 0, G_OPTION_ARG_STRING, &o->filter,
		    "an LDAP filter (RFC 4515) that entries must meet beside", "FILTER" },
		{ "no-test", 0, 0, G_OPTION_ARG_NONE, &o->no_test, "do not try the directory",
		    NULL },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("HOST[:PORT]");

	g_option_context_set_summary(context,
	    "Tries an LDAP directory and adds it to the profile's address books. Its settings are "
	    "in emapi-profile(5).");
	cli_add_options(context, entries);
	return cli_parse(context, argc, argv);
}

static HRESULT
add_text(void *root, SPropValue *values, ULONG *count, ULONG tag, const char *text)
{
	return text ? prop_set_text(root, &values[(*count)++], tag, text) : S_OK;
}

static HRESULT
configure(struct profile *profile, const struct options *o, const char *host, unsigned port,
    MAPIUID *service)
{
	/* Who reads the profile later stands in another folder. */
	g_autofree char *secret =
	    o->password_file ? g_canonicalize_filename(o->password_file, NULL) : NULL;
	g_autofree char *ca = o->ca_file ? g_canonicalize_filename(o->ca_file, NULL) : NULL;
	const struct {
		ULONG tag;
		const char *text;
	} texts[] = {
		{ PR_EMAPI_SERVER_W, host },
		{ PR_EMAPI_BASE_DN_W, o->base },
		{ PR_EMAPI_USER_W, o->user },
		{ PR_EMAPI_PASSWORD_COMMAND_W, o->password_command },
		{ PR_EMAPI_PASSWORD_FILE_W, secret },
		{ PR_EMAPI_TLS_W, o->tls        ? o->tls
				  : port == 636 ? "implicit"
						: "starttls" },
		{ PR_EMAPI_CA_FILE_W, ca },
		{ PR_EMAPI_FILTER_W, o->filter },
	};
	SPropValue *values = mem_zalloc(NULL, (G_N_ELEMENTS(texts) + 1) * sizeof *values);
	ULONG count = 0;
	HRESULT hr = values ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	for (size_t i = 0; SUCCEEDED(hr) && i < G_N_ELEMENTS(texts); i++)
		hr = add_text(values, values, &count, texts[i].tag, texts[i].text);
	if (SUCCEEDED(hr) && port)
		prop_set_long(&values[count++], PR_EMAPI_PORT, (LONG)port);
	if (SUCCEEDED(hr))
		hr = services_create(profile, "EMAPI_LDAP", o->name ? o->name : host, service);
	if (SUCCEEDED(hr)) {
		hr = services_configure(profile, service, count, values);
		if (FAILED(hr))
			services_delete(profile, service);
	}
	mem_free(values);
	return hr;
}

/* "host", "host:port", "[::1]:port". */
static bool
take_apart(const char *text, char **host, unsigned *port)
{
	const char *colon = strrchr(text, ':'), *bracket = strchr(text, ']');
	char *end = NULL;
	gint64 number = 0;

	if (colon && (bracket ? colon > bracket : strchr(text, ':') == colon)) {
		number = g_ascii_strtoll(colon + 1, &end, 10);
		if (*end || number < 1 || number > 65535)
			return false;
	} else {
		colon = text + strlen(text);
	}
	*port = (unsigned)number;
	*host = text[0] == '[' && bracket ? g_strndup(text + 1, (gsize)(bracket - text) - 1)
					  : g_strndup(text, (gsize)(colon - text));
	return **host != '\0';
}

static int
check(const struct options *o, int argc)
{
	static const char *const modes[] = { "none", "starttls", "implicit", NULL };

	if (argc != 2 || !o->base)
		return cli_fail(EX_USAGE, "a host and --base, please, e.g. emapi ab connect "
					  "ldap.example.com --base dc=example,dc=com");
	if (o->tls && !g_strv_contains(modes, o->tls))
		return cli_fail(EX_USAGE, "--tls is none, starttls or implicit");
	return 0;
}

/* What the directory says to this profile now. */
static HRESULT
try_directory(struct profile *profile, const MAPIUID *service, char **words)
{
	g_autoptr(GArray) providers = services_providers(profile, service);
	IMAPISession *session = NULL;
	HRESULT hr = session_create(profile, MAPI_EXTENDED | MAPI_NO_MAIL, &session, words);

	if (SUCCEEDED(hr)) {
		hr = trial_book(session, &g_array_index(providers, MAPIUID, 0), words);
		session->lpVtbl->Logoff(session, 0, 0, 0);
	}
	COM_CLEAR(session);
	return hr;
}

/* It stays in the profile where it can be used, or nobody wants to know. */
static int
connect_to(struct profile *profile, const struct options *o, const char *host, unsigned port)
{
	g_autofree char *words = NULL, *reason = NULL;
	MAPIUID service;
	HRESULT hr = configure(profile, o, host, port, &service);

	if (FAILED(hr))
		return cli_fail(cli_exit_code(hr), "%s", hr_text(hr));
	if (o->no_test)
		return 0;
	hr = try_directory(profile, &service, &words);
	if (SUCCEEDED(hr)) {
		printf("%s\n", words ? words : "The directory can be used.");
		return 0;
	}
	services_delete(profile, &service);
	reason = cli_without_dot(words ? words : hr_text(hr));
	return cli_fail(
	    hr == MAPI_E_NETWORK_ERROR || hr == MAPI_E_TIMEOUT ? EX_TEMPFAIL : EX_CONFIG,
	    "%s; the profile is as it was; to add the directory without trying it: --no-test",
	    reason);
}

static int
run(int argc, char **argv)
{
	struct options o = { 0 };
	g_autofree char *host = NULL, *why = NULL, *standard = NULL;
	struct profile *profile = NULL;
	unsigned port = 0;
	HRESULT hr;
	int code = parse(&argc, &argv, &o);

	if (!code)
		code = check(&o, argc);
	if (!code && !take_apart(argv[1], &host, &port))
		code = cli_fail(EX_USAGE, "\"%s\" is no HOST[:PORT]", argv[1]);
	if (!code) {
		standard = o.profile ? NULL : profile_default();
		hr = profile_load(o.profile ? o.profile : standard, &profile, &why);
		if (FAILED(hr))
			code = cli_fail(cli_exit_code(hr), "%s", why ? why : hr_text(hr));
		else
			code = connect_to(profile, &o, host, port);
	}
	profile_unref(profile);
	options_clear(&o);
	return code;
}

const struct command command_ab_connect = {
	.name = "ab connect",
	.summary = "try an LDAP directory and add it to the address books",
	.run = run,
};
