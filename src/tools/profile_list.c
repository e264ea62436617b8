/* SPDX-License-Identifier: MIT */
/* emapi profile list: the profiles there are, the default one marked. */
#include "emapi.h"

#include <stdio.h>
#include <string.h>
#include <mapitags.h>
#include <mapix.h>
#include <mapiguid.h>
#include <emapispi.h>
#include "mem.h"
#include "profile.h"
#include "prop.h"

struct listed {
	char *from;
	char *way; /* "smtp mail.example.com:587 starttls", "pickup /folder" */
};

static char *
describe_way(const struct profile *profile)
{
	g_autoptr(GArray) transports = profile_providers(profile, MAPI_TRANSPORT_PROVIDER);
	g_autofree char *server = NULL, *path = NULL, *tls = NULL;
	SPropValue *values = NULL;
	ULONG count = 0;
	char *way;

	if (!transports || !transports->len ||
	    FAILED(profile_section_read(
		profile, &g_array_index(transports, MAPIUID, 0), &values, &count)))
		return g_strdup("no transport");
	server = prop_find_text(values, count, PR_EMAPI_SERVER);
	path = prop_find_text(values, count, PR_EMAPI_PATH);
	tls = prop_find_text(values, count, PR_EMAPI_TLS);
	if (server)
		way = g_strdup_printf("smtp %s:%d %s", server,
		    (int)prop_find_long(values, count, PR_EMAPI_PORT, 0), tls ? tls : "");
	else
		way = g_strdup_printf("pickup %s", path ? path : "");
	mem_free(values);
	return way;
}

static char *
describe_from(const struct profile *profile)
{
	SPropValue *values = NULL;
	ULONG count = 0;
	char *from;

	if (FAILED(profile_section_read(
		profile, (const MAPIUID *)&MUID_PROFILE_INSTANCE, &values, &count)))
		return NULL;
	from = prop_find_text(values, count, PR_EMAPI_FROM_ADDRESS);
	mem_free(values);
	return from;
}

static void
print_one(const char *name, const char *default_name, bool json, GString *out)
{
	struct profile *profile = NULL;
	g_autofree char *why = NULL, *from = NULL, *way = NULL;
	bool is_default = default_name && !strcmp(name, default_name);

	if (SUCCEEDED(profile_load(name, &profile, &why))) {
		from = describe_from(profile);
		way = describe_way(profile);
	}
	if (json) {
		g_string_append(out, out->len > 1 ? ",{" : "{");
		json_member(out, "name", name);
		g_string_append_printf(out, ",\"default\":%s", is_default ? "true" : "false");
		json_member(out, "from", from);
		json_member(out, "transport", way);
		json_member(out, "error", why);
		g_string_append(out, "}");
	} else {
		g_string_append_printf(out, "%c %-16s %-28s %s\n", is_default ? '*' : ' ', name,
		    from ? from : "-",
		    way   ? way
		    : why ? why
			  : "");
	}
	profile_unref(profile);
}

static int
run(int argc, char **argv)
{
	gboolean json = FALSE;
	const GOptionEntry entries[] = {
		{ "json", 0, 0, G_OPTION_ARG_NONE, &json, "as JSON", NULL },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	g_autoptr(GString) out = g_string_new(NULL);
	g_autofree char *default_name = profile_default();
	g_auto(GStrv) names = profile_list();
	int code;

	cli_add_options(context, entries);
	code = cli_parse(context, &argc, &argv);
	if (code)
		return code;
	if (json)
		g_string_append(out, "[");
	for (char **name = names; name && *name; name++)
		print_one(*name, default_name, json, out);
	if (json)
		g_string_append(out, "]\n");
	fputs(out->str, stdout);
	if (!json && (!names || !*names))
		cli_note("there is no profile yet; make one: emapi profile setup, or emapi profile "
			 "create NAME --default "
			 "--from 'You <you@example.com>' --smtp HOST:PORT");
	return 0;
}

const struct command command_profile_list = {
	.name = "profile list",
	.summary = "the profiles there are; * marks the default",
	.run = run,
};
