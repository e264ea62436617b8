/* SPDX-License-Identifier: MIT */
/* emapi profile create: a profile with a store and one transport, ready to send. */
#include "emapi.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <emapispi.h>
#include "hr.h"
#include "mailbox.h"
#include "password.h"
#include "paths.h"
#include "profile.h"
#include "unfinished.h"

struct create_options {
	char *from;
	char *smtp;
	char *tls;
	char *pickup;
	char *store;
	char *user;
	char *password_command;
	char *password_file;
	char *ca_file;
	gboolean keyring;
	char *password_credential;
	char *machine_domain;
	gboolean machine;
	gboolean make_default;
};

static void
options_clear(struct create_options *options)
{
	g_free(options->from);
	g_free(options->smtp);
	g_free(options->tls);
	g_free(options->pickup);
	g_free(options->store);
	g_free(options->user);
	g_free(options->password_command);
	g_free(options->password_file);
	g_free(options->ca_file);
	g_free(options->password_credential);
	g_free(options->machine_domain);
}

static int
parse(int *argc, char ***argv, struct create_options *o)
{
	const GOptionEntry entries[] = {
		{ "from", 0, 0, G_OPTION_ARG_STRING, &o->from,
		    "who the mail is from: 'Ann <ann@example.test>'", "ADDRESS" },
		{ "smtp", 0, 0, G_OPTION_ARG_STRING, &o->smtp, "send through this SMTP server",
		    "HOST[:PORT]" },
		{ "tls", 0, 0, G_OPTION_ARG_STRING, &o->tls,
		    "how the connection is secured, starttls unless told",
		    "none|starttls|implicit" },
		{ "user", 0, 0, G_OPTION_ARG_STRING, &o->user, "log in to the server as this user",
		    "NAME" },
		{ "password-command", 0, 0, G_OPTION_ARG_STRING, &o->password_command,
		    "a shell command whose first line of output is the password", "CMD" },
		{ "password-file", 0, 0, G_OPTION_ARG_FILENAME, &o->password_file,
		    "a file of mode 600 whose first line is the password", "FILE" },
		{ "keyring", 0, 0, G_OPTION_ARG_NONE, &o->keyring,
		    "ask for the password and keep it in the desktop's keyring", NULL },
		{ "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &o->ca_file,
		    "trust the certificates in this PEM file instead of the system's", "FILE" },
		{ "pickup", 0, 0, G_OPTION_ARG_FILENAME, &o->pickup,
		    "in place of a server: each message becomes one .eml file in this folder",
		    "FOLDER" },
		{ "store", 0, 0, G_OPTION_ARG_FILENAME, &o->store, "where the message store lies",
		    "FILE" },
		{ "password-credential", 0, 0, G_OPTION_ARG_STRING, &o->password_credential,
		    "the systemd credential that is the password", "NAME" },
		{ "machine", 0, 0, G_OPTION_ARG_NONE, &o->machine,
		    "for all users of this machine, below /etc/emapi", NULL },
		{ "machine-domain", 0, 0, G_OPTION_ARG_STRING, &o->machine_domain,
		    "with --machine: users send as their login name at this domain", "DOMAIN" },
		{ "default", 0, 0, G_OPTION_ARG_NONE, &o->make_default,
		    "make it the profile that programs use when they name none", NULL },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("NAME");

	cli_add_options(context, entries);
	return cli_parse(context, argc, argv);
}

/* What does not fit together, in words; 0 when all does. */
static int
check(const struct create_options *o)
{
	if (o->tls && strcmp(o->tls, "none") && strcmp(o->tls, "starttls") &&
	    strcmp(o->tls, "implicit"))
		return cli_fail(EX_USAGE, "--tls %s: it is none, starttls or implicit", o->tls);
	if (o->smtp && o->pickup)
		return cli_fail(
		    EX_USAGE, "--smtp and --pickup exclude each other: a profile has one way out");
	if (!o->smtp &&
	    (o->user || o->tls || o->ca_file || o->password_command || o->password_file))
		return cli_fail(
		    EX_USAGE, "--user, --tls, --ca-file and the password options go with --smtp");
	if (!o->user && (o->password_command || o->password_file || o->password_credential))
		return cli_fail(EX_USAGE,
		    "a password goes with a login: add --user NAME, or leave the password out");
	if (o->keyring && (!o->user || o->password_command || o->password_file))
		return cli_fail(
		    EX_USAGE, "--keyring goes with --user and no other password option");
	if (o->machine_domain && !o->machine)
		return cli_fail(EX_USAGE, "--machine-domain goes with --machine");
	if (o->machine && o->make_default)
		return cli_fail(EX_USAGE, "--default is each user's own; for all, write "
					  "DefaultProfile=NAME below [emapi] into "
					  "/etc/emapi/emapi.conf");
	if (o->machine && o->user && !o->password_command && !o->password_file &&
	    !o->password_credential)
		return cli_fail(EX_USAGE, "--machine: say where the daemon finds the password: "
					  "--password-credential NAME or "
					  "--password-file FILE");
	if (o->smtp && !o->from)
		return cli_fail(
		    EX_USAGE, "--from is missing: the server wants to know who the mail is from");
	return 0;
}

static int
create(const char *name, const struct create_options *o)
{
	g_autoptr(GPtrArray) from = g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
	struct profile_settings settings = {
		.store_path = o->store,
		.pickup_path = o->pickup,
		.tls = o->smtp ? (o->tls ? o->tls : "starttls") : NULL,
		.user = o->user,
		.password_command = o->password_command,
		.password_file = o->password_file,
		.ca_file = o->ca_file,
		.password_credential = o->password_credential,
		.machine = o->machine,
		.machine_domain = o->machine_domain,
	};
	g_autofree char *why = NULL, *host = NULL;
	HRESULT hr;
	int code;

	if (o->from && !mailbox_parse_list(o->from, from, &why))
		return cli_fail(EX_USAGE, "--from: %s", why);
	if (from->len > 1)
		return cli_fail(EX_USAGE, "--from %s: one address, please", o->from);
	if (from->len) {
		struct mailbox *mailbox = from->pdata[0];

		settings.from_name = mailbox->name;
		settings.from_address = mailbox->address;
	}
	if (o->smtp) {
		code = cli_split_server("--smtp", o->smtp, &host, &settings.port);
		if (code)
			return code;
		settings.server = host;
	}
	hr = profile_create(name, &settings, &why);
	if (FAILED(hr))
		return cli_fail(
		    cli_create_code(hr), "%s", why ? why : "the profile could not be made");
	return 0;
}

/* Asks for the password of a new profile; without one the profile does not stay. */
static int
ask_password(const char *name, gboolean keyring)
{
	struct profile *profile = NULL;
	g_autofree char *why = NULL;
	HRESULT hr = profile_load(name, &profile, &why);
	int code;

	if (FAILED(hr))
		return cli_fail(cli_exit_code(hr), "%s", why);
	unfinished_begin(profile);
	hr = keyring ? password_use_keyring(profile) : S_OK;
	if (FAILED(hr))
		code =
		    cli_fail(cli_exit_code(hr), "the profile cannot be written: %s", hr_text(hr));
	else
		code = password_ask_and_store(profile);
	unfinished_end();
	profile_unref(profile);
	if (code) {
		profile_delete(name);
		cli_note("the profile was not made");
	}
	return code;
}

/* The first profile is the default though nobody says so. */
static int
report(const char *name, gboolean make_default)
{
	struct profile *profile = NULL;
	g_autofree char *why = NULL;
	HRESULT hr;

	if (make_default) {
		hr = profile_set_default(name);
		if (FAILED(hr))
			return cli_fail(cli_exit_code(hr),
			    "profile \"%s\" is made, but could not be made the default", name);
	}
	hr = profile_load(name, &profile, &why);
	if (FAILED(hr))
		return cli_fail(cli_exit_code(hr), "%s", why);
	printf("Profile \"%s\" is in %s%s.\n", name, profile_path(profile),
	    make_default ? " and is the default" : "");
	profile_unref(profile);
	return 0;
}

static void
report_machine(const char *name)
{
	g_autofree char *folder = paths_system("profiles");

	printf(
	    "Profile \"%s\" is in %s, for all users of this machine as soon as the daemon has "
	    "read it: systemctl enable --now emapi-spooler, or where that runs: systemctl reload "
	    "emapi-spooler\n",
	    name, folder);
}

static int
run(int argc, char **argv)
{
	struct create_options options = { 0 };
	int code = parse(&argc, &argv, &options);

	if (!code && argc != 2)
		code = cli_fail(EX_USAGE, argc < 2 ? "the profile's name is missing (try --help)"
						   : "one name, please (try --help)");
	if (!code)
		code = check(&options);
	if (!code)
		code = create(argv[1], &options);
	if (!code && options.user && !options.password_command && !options.password_file &&
	    !options.password_credential)
		code = ask_password(argv[1], options.keyring);
	if (!code && options.machine)
		report_machine(argv[1]);
	else if (!code)
		code = report(argv[1], options.make_default);
	options_clear(&options);
	return code;
}

const struct command command_profile_create = {
	.name = "profile create",
	.summary = "make a profile: who you are, and the server that takes your mail",
	.run = run,
};
