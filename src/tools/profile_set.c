/* SPDX-License-Identifier: MIT */
/* emapi profile show and set: a profile's settings by the words of its file (emapi-profile(5)). */
#include "emapi.h"

#include <stdio.h>
#include <string.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <emapispi.h>
#include "hr.h"
#include "mailbox.h"
#include "mem.h"
#include "password.h"
#include "paths.h"
#include "preset.h"
#include "profile.h"
#include "prop.h"

static int
load(const char *name, struct profile **profile)
{
	g_autofree char *default_name = name ? NULL : profile_default();
	g_autofree char *why = NULL;
	HRESULT hr;

	if (!name && !default_name)
		return cli_fail(EX_CONFIG, "there is no default profile; name one");
	hr = profile_load(name ? name : default_name, profile, &why);
	return FAILED(hr) ? cli_fail(cli_exit_code(hr), "%s", why) : 0;
}

static int
run_show(int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new("[PROFILE]");
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;
	struct profile *profile = NULL;
	int code = cli_parse(context, &argc, &argv);

	if (!code && argc > 2)
		code = cli_fail(EX_USAGE, "one profile's name, please (try --help)");
	if (!code)
		code = load(argc > 1 ? argv[1] : NULL, &profile);
	if (code)
		return code;
	if (g_file_get_contents(profile_path(profile), &text, NULL, &error))
		printf("# %s\n%s", profile_path(profile), text);
	else
		code = cli_fail(
		    EX_NOINPUT, "%s cannot be read: %s", profile_path(profile), cli_reason(error));
	profile_unref(profile);
	return code;
}

/* The section that a setting belongs to: who one is to the profile, all else to the transport. */
static bool
section_of(const struct profile *profile, ULONG tag, MAPIUID *section)
{
	static const ULONG own[] = { PR_EMAPI_FROM_NAME_W, PR_EMAPI_FROM_ADDRESS_W,
		PR_EMAPI_ALLOW_FROM_W, PR_EMAPI_LOCAL_TO_W, PR_EMAPI_HEADER_FROM_W };

	for (size_t i = 0; i < G_N_ELEMENTS(own); i++)
		if (tag == own[i]) {
			memcpy(section, &MUID_PROFILE_INSTANCE, sizeof(*section));
			return true;
		}
	return password_section(profile, section);
}

/* The whole path where the setting is one: who reads it later stands in another folder. */
static char *
whole_value(ULONG tag, const char *text)
{
	static const ULONG paths[] = { PR_EMAPI_CA_FILE_W, PR_EMAPI_CLIENT_CERT_W,
		PR_EMAPI_CLIENT_KEY_W, PR_EMAPI_PASSWORD_FILE_W, PR_EMAPI_PATH_W };

	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++)
		if (tag == paths[i] && *text)
			return g_canonicalize_filename(text, NULL);
	return g_strdup(text);
}

/* One address, as a server takes it; what is wrong with it is said. */
static int
check_address(const char *assignment, const char *text)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
	g_autofree char *why = NULL;

	if (!mailbox_parse_list(text, list, &why))
		return cli_fail(EX_USAGE, "%s: %s; the profile is as it was", assignment, why);
	if (list->len != 1 || ((struct mailbox *)list->pdata[0])->name)
		return cli_fail(
		    EX_USAGE, "%s: one address alone, please; the name is FromName", assignment);
	return 0;
}

/* Settings that take a few words: one of these, or as many as one likes. */
static int
check_choice(const char *assignment, ULONG tag, const char *text)
{
	static const struct {
		ULONG tag;
		bool many;
		const char *words;
	} choices[] = {
		{ PR_EMAPI_TLS_W, false, "none starttls implicit" },
		{ PR_EMAPI_HEADER_FROM_W, false, "keep sender rewrite refuse" },
		{ PR_EMAPI_AUTH_W, true,
		    "GSSAPI SCRAM-SHA-256 SCRAM-SHA-1 NTLM PLAIN LOGIN EXTERNAL OAUTHBEARER "
		    "XOAUTH2" },
	};
	size_t at = 0;

	while (at < G_N_ELEMENTS(choices) && choices[at].tag != tag)
		at++;
	if (at < G_N_ELEMENTS(choices) && *text) {
		g_autofree char *lower = g_ascii_strdown(choices[at].words, -1);
		g_autofree char *given = g_ascii_strdown(text, -1);
		g_auto(GStrv) known = g_strsplit(lower, " ", -1);
		g_auto(GStrv) words = g_strsplit(given, choices[at].many ? " " : "\n", -1);

		for (char **word = words; *word; word++)
			if (**word && !g_strv_contains((const char *const *)known, *word))
				return cli_fail(EX_USAGE,
				    "%s: it is %s of: %s; the profile is as it was", assignment,
				    choices[at].many ? "some" : "one", choices[at].words);
	}
	return 0;
}

static int
parse_value(const char *assignment, SPropValue *value, void **root, bool *remove)
{
	const char *equals = strchr(assignment, '=');
	g_autofree char *word = equals ? g_strndup(assignment, equals - assignment) : NULL;
	ULONG tag = word ? profile_word_tag(word) : 0;
	g_autofree char *text = NULL;
	char *end;

	if (!tag)
		return cli_fail(EX_USAGE,
		    "\"%s\" is no setting: write WORD=VALUE, e.g. "
		    "Server=mail.example.com (the words: emapi-profile(5))",
		    assignment);
	if (PROP_ID(tag) >= 0x67F0 && PROP_ID(tag) <= 0x67FF)
		return cli_fail(
		    EX_USAGE, "a secret never goes on the command line: use --password");
	value->ulPropTag = tag;
	*remove = !equals[1];
	if (PROP_TYPE(tag) == PT_BOOLEAN) {
		value->Value.b = !g_ascii_strcasecmp(equals + 1, "true");
		if (!value->Value.b && equals[1] && g_ascii_strcasecmp(equals + 1, "false"))
			return cli_fail(EX_USAGE, "%s: true or false, please", assignment);
		return 0;
	}
	if (PROP_TYPE(tag) == PT_LONG) {
		value->Value.l = (LONG)g_ascii_strtoll(equals + 1, &end, 0);
		if (*end)
			return cli_fail(EX_USAGE, "%s: a number, please", assignment);
		if (value->Value.l < 0)
			return cli_fail(EX_USAGE, "%s: a number from 0, please", assignment);
		if (tag == PR_EMAPI_PORT && equals[1] &&
		    (value->Value.l < 1 || value->Value.l > 65535))
			return cli_fail(EX_USAGE, "%s: a port is 1 to 65535", assignment);
		return 0;
	}
	if (tag == PR_EMAPI_PRESET_W && equals[1] && !preset_find(equals + 1))
		return cli_fail(
		    EX_USAGE, "%s: unknown; it is one of %s", assignment, preset_names());
	if (tag == PR_EMAPI_FROM_ADDRESS_W && equals[1] && check_address(assignment, equals + 1))
		return EX_USAGE;
	if (check_choice(assignment, tag, equals + 1))
		return EX_USAGE;
	text = whole_value(tag, equals + 1);
	*root = mem_zalloc(NULL, 1);
	if (!*root || FAILED(prop_set_text(*root, value, tag, text)))
		return cli_fail(EX_USAGE, "%s: this setting takes no text", assignment);
	return 0;
}

static int
set_one(struct profile *profile, const char *assignment)
{
	SPropValue value = { 0 };
	SPropTagArray gone = { 1, { 0 } };
	bool remove = false;
	void *root = NULL;
	MAPIUID section;
	HRESULT hr;
	int code = parse_value(assignment, &value, &root, &remove);

	if (code)
		return code;
	gone.aulPropTag[0] = value.ulPropTag;
	if (!section_of(profile, value.ulPropTag, &section))
		hr = MAPI_E_NOT_FOUND;
	else
		hr = profile_section_write(profile, &section, remove ? 0 : 1,
		    remove ? NULL : &value, remove ? &gone : NULL);
	mem_free(root);
	if (FAILED(hr))
		return cli_fail(cli_exit_code(hr), "%s could not be written: %s (%s)", assignment,
		    hr_text(hr), hr_name(hr));
	return 0;
}

static int
run_set(int argc, char **argv)
{
	gboolean password = FALSE;
	const GOptionEntry entries[] = {
		{ "password", 0, 0, G_OPTION_ARG_NONE, &password,
		    "ask for the password and keep it in a file of mode 600", NULL },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("PROFILE [WORD=VALUE...]");
	struct profile *profile = NULL;
	int code;

	g_option_context_set_summary(context,
	    "Changes a profile's settings, or its password. WORD= without a value removes one.");
	cli_add_options(context, entries);
	code = cli_parse(context, &argc, &argv);
	if (!code && (argc < 2 || (argc < 3 && !password)))
		code = cli_fail(EX_USAGE, "a profile's name and settings, please (try --help)");
	if (!code)
		code = load(argv[1], &profile);
	if (!code && profile_is_machine(profile)) {
		g_autofree char *folder = paths_system("profiles");

		code = cli_fail(EX_NOPERM,
		    "this profile is the machine's: the administrator edits it in %s, then: "
		    "systemctl "
		    "reload emapi-spooler",
		    folder);
	}
	for (int i = 2; i < argc && !code; i++)
		code = set_one(profile, argv[i]);
	if (!code && password)
		code = password_ask_and_store(profile);
	profile_unref(profile);
	return code;
}

const struct command command_profile_show = {
	.name = "profile show",
	.summary = "a profile's settings",
	.run = run_show,
};

const struct command command_profile_set = {
	.name = "profile set",
	.summary = "change a profile's settings, or its password",
	.run = run_set,
};
