/* SPDX-License-Identifier: MIT */
/* emapi queue run: everything that waits or is held is tried now. */
#include "emapi.h"

#include "client.h"
#include "profile.h"

static int
run(int argc, char **argv)
{
	g_autofree char *name = NULL, *why = NULL;
	const GOptionEntry entries[] = {
		{ "profile", 'p', 0, G_OPTION_ARG_STRING, &name, "only of this profile", "NAME" },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	struct profile *profile = NULL;
	HRESULT hr;
	int code;

	g_option_context_add_main_entries(context, entries, NULL);
	code = cli_parse(context, &argc, &argv);
	if (code)
		return code;
	if (name) {
		hr = profile_load(name, &profile, &why);
		if (FAILED(hr))
			return cli_fail(cli_exit_code(hr), "%s", why);
	}
	hr = spooler_run(profile ? profile_uid(profile) : NULL);
	profile_unref(profile);
	if (FAILED(hr))
		return cli_fail_spooler(hr);
	return 0;
}

const struct command command_queue_run = {
	.name = "queue run",
	.summary = "try everything that waits or is held now",
	.run = run,
};
