/* SPDX-License-Identifier: MIT */
/* emapi profile import: a profile from a file that Outlook is set up with. */
#include "emapi.h"

#include <stdio.h>
#include "password.h"
#include "prf.h"
#include "profile.h"

struct import_options {
	char *name;
	char *password_command;
	char *password_file;
};

static int
parse(int *argc, char ***argv, struct import_options *o)
{
	const GOptionEntry entries[] = {
		{ "name", 0, 0, G_OPTION_ARG_STRING, &o->name,
		    "what the profile is to be called, in place of the file's ProfileName",
		    "NAME" },
		{ "password-command", 0, 0, G_OPTION_ARG_STRING, &o->password_command,
		    "a shell command whose first line of output is the password", "CMD" },
		{ "password-file", 0, 0, G_OPTION_ARG_FILENAME, &o->password_file,
		    "a file of mode 600 whose first line is the password", "FILE" },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("FILE.prf");

	cli_add_options(context, entries);
	return cli_parse(context, argc, argv);
}

static int
read_file(const char *path, struct prf **prf)
{
	g_autofree char *data = NULL, *why = NULL;
	g_autoptr(GError) error = NULL;
	gsize size;
	HRESULT hr;

	if (!g_file_get_contents(path, &data, &size, &error))
		return cli_fail(EX_NOINPUT, "%s cannot be read: %s; no profile was made", path,
		    cli_reason(error));
	hr = prf_read(data, size, prf, &why);
	if (FAILED(hr))
		return cli_fail(EX_DATAERR, "%s: %s", path, why);
	return 0;
}

static int
make_profile(const char *name, const struct prf *prf, const struct import_options *o)
{
	struct profile_settings settings;
	g_autofree char *why = NULL;
	HRESULT hr;

	prf_settings(prf, &settings);
	settings.password_command = o->password_command;
	settings.password_file = o->password_file;
	hr = profile_create(name, &settings, &why);
	if (FAILED(hr))
		return cli_fail(
		    cli_create_code(hr), "%s", why ? why : "the profile could not be made");
	if (!prf->make_default)
		return 0;
	hr = profile_set_default(name);
	return FAILED(hr) ? cli_fail(cli_exit_code(hr),
				"profile \"%s\" is made, but could not be made the default", name)
			  : 0;
}

static void
report(const char *name, const struct prf *prf, const struct import_options *o)
{
	struct profile *profile = NULL;

	for (guint i = 0; i < prf->notes->len; i++)
		cli_note("%s", (char *)g_ptr_array_index(prf->notes, i));
	if (SUCCEEDED(profile_load(name, &profile, NULL)))
		printf("Profile \"%s\" is in %s%s: it sends as %s through %s.\n", name,
		    profile_path(profile), prf->make_default ? " and is the default" : "",
		    prf->from_address ? prf->from_address : "nobody (write FromAddress= into it)",
		    prf->server);
	profile_unref(profile);
	if (prf->has_login && !o->password_command && !o->password_file)
		printf(
		    "The server wants a password, which such files do not have: emapi profile set "
		    "\"%s\" --password\n",
		    name);
}

static int
run(int argc, char **argv)
{
	struct import_options options = { 0 };
	struct prf *prf = NULL;
	const char *name = NULL;
	int code = parse(&argc, &argv, &options);

	if (!code && argc != 2)
		code = cli_fail(EX_USAGE, "one file, please (try --help)");
	if (!code)
		code = read_file(argv[1], &prf);
	if (!code) {
		name = options.name ? options.name : prf->name;
		if (!name)
			code = cli_fail(EX_USAGE,
			    "%s has no ProfileName: say by --name how the profile is to be called",
			    argv[1]);
	}
	if (!code)
		code = make_profile(name, prf, &options);
	if (!code)
		report(name, prf, &options);
	prf_free(prf);
	g_free(options.name);
	g_free(options.password_command);
	g_free(options.password_file);
	return code;
}

const struct command command_profile_import = {
	.name = "profile import",
	.summary = "make a profile from an Outlook profile file (.prf)",
	.run = run,
};
