/* SPDX-License-Identifier: MIT */
#include "setup.h"

#include <string.h>

static const struct service {
	unsigned port;
	const char *domain, *server, *tls, *preset, *hint;
} services[] = {
#include "emapi_services.inc"
};

char *
setup_domain(const char *address)
{
	const char *at = address ? strrchr(address, '@') : NULL;

	return at && at > address && setup_is_host(at + 1) ? g_ascii_strdown(at + 1, -1) : NULL;
}

/* Whether the domain is `parent` or lies below it. */
static bool
is_below(const char *domain, const char *parent)
{
	size_t length = strlen(domain), tail = strlen(parent);

	return length >= tail && !strcmp(domain + length - tail, parent) &&
	       (length == tail || domain[length - tail - 1] == '.');
}

bool
setup_preset(const char *domain, struct setup_server *out)
{
	*out = (struct setup_server){ 0 };
	for (size_t i = 0; i < G_N_ELEMENTS(services); i++) {
		const struct service *s = &services[i];

		if (!is_below(domain, s->domain))
			continue;
		*out = (struct setup_server){
			.host = g_strdup(s->server),
			.port = s->port,
			.tls = s->tls,
			.preset = s->preset,
			.hint = s->hint,
			.source = g_strdup_printf("known for %s", s->domain),
		};
		return true;
	}
	return false;
}
