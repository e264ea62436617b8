/* SPDX-License-Identifier: MIT */
/* Mozilla's configuration file from a URL: emapi-fetch gets it, since `emapi` loads no libcurl. */
#include "setup.h"

#include <string.h>
#include "cli.h"

bool
setup_autoconfig_url(const char *url, const char *address, struct setup_server *out, char **why)
{
	g_autofree char *domain = setup_domain(address);
	g_autofree char *whole =
	    g_strconcat(url, g_str_has_suffix(url, "/") && domain ? domain : "", NULL);
	g_autofree char *program = cli_helper("emapi-fetch");
	char *command[] = { program, whole, NULL };
	g_autofree char *text = NULL, *said = NULL;
	g_autoptr(GError) error = NULL;
	int status = 0;

	*out = (struct setup_server){ 0 };
	if (!g_spawn_sync(NULL, command, NULL, 0, NULL, NULL, &text, &said, &status, &error))
		*why = g_strdup_printf("%s cannot be run: %s", program, cli_reason(error));
	else if (status)
		*why = g_strdup_printf("%s: %s", whole, g_strchomp(said));
	else
		return setup_autoconfig_text(text, strlen(text), whole, address, out, why);
	return false;
}
