/* SPDX-License-Identifier: MIT */
/* emapi profile default and delete. */
#include "emapi.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <mapitags.h>
#include <emapispi.h>
#include "hr.h"
#include "mem.h"
#include "profile.h"
#include "prop.h"

/* Parses a command whose one argument is a profile's name, and loads it. */
static int
load_argument(int *argc, char ***argv, struct profile **profile)
{
	g_autoptr(GOptionContext) context = g_option_context_new("PROFILE");
	g_autofree char *why = NULL;
	int code = cli_parse(context, argc, argv);
	HRESULT hr;

	if (!code && *argc != 2)
		code = cli_fail(EX_USAGE, "one profile's name, please (try --help)");
	if (code)
		return code;
	hr = profile_load((*argv)[1], profile, &why);
	if (FAILED(hr))
		return cli_fail(cli_exit_code(hr), "%s", why);
	return 0;
}

static int
run_default(int argc, char **argv)
{
	struct profile *profile = NULL;
	int code = load_argument(&argc, &argv, &profile);
	HRESULT hr;

	if (code)
		return code;
	hr = profile_set_default(profile_name(profile));
	profile_unref(profile);
	if (FAILED(hr))
		return cli_fail(cli_exit_code(hr), "the default could not be changed: %s (%s)",
		    hr_text(hr), hr_name(hr));
	return 0;
}

static char *
store_path(const struct profile *profile)
{
	g_autoptr(GArray) stores = profile_providers(profile, MAPI_STORE_PROVIDER);
	SPropValue *values = NULL;
	ULONG count = 0;
	char *path;

	if (!stores || !stores->len ||
	    FAILED(
		profile_section_read(profile, &g_array_index(stores, MAPIUID, 0), &values, &count)))
		return NULL;
	path = prop_find_text(values, count, PR_EMAPI_PATH);
	mem_free(values);
	return path;
}

static int
run_delete(int argc, char **argv)
{
	struct profile *profile = NULL;
	int code = load_argument(&argc, &argv, &profile);
	g_autofree char *store = NULL;
	HRESULT hr;

	if (code)
		return code;
	store = store_path(profile);
	hr = profile_delete(profile_name(profile));
	if (FAILED(hr))
		code = cli_fail(cli_exit_code(hr), "profile \"%s\" could not be deleted: %s (%s)",
		    profile_name(profile), hr_text(hr), hr_name(hr));
	else if (store && access(store, F_OK) == 0)
		printf("Profile \"%s\" is deleted. Its mail stays in %s.\n", profile_name(profile),
		    store);
	profile_unref(profile);
	return code;
}

const struct command command_profile_default = {
	.name = "profile default",
	.summary = "make a profile the one that programs use when they name none",
	.run = run_default,
};

const struct command command_profile_delete = {
	.name = "profile delete",
	.summary = "delete a profile; its store and what waits in it stay",
	.run = run_delete,
};
