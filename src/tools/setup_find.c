/* SPDX-License-Identifier: MIT */
#include "setup.h"

#include <string.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#define ANSWER_MAX 65536

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
			.certain = true,
		};
		return true;
	}
	return false;
}

/* One SRV record's data: priority, weight, port, target. */
static bool
read_record(ns_msg *message, const ns_rr *record, unsigned rank[2], char *host, unsigned *port)
{
	const unsigned char *data = ns_rr_rdata(*record);

	if (ns_rr_type(*record) != ns_t_srv || ns_rr_rdlen(*record) < 7)
		return false;
	rank[0] = ns_get16(data);
	rank[1] = 65535 - ns_get16(data + 2);
	*port = ns_get16(data + 4);
	return ns_name_uncompress(
		   ns_msg_base(*message), ns_msg_end(*message), data + 6, host, NS_MAXDNAME) >= 0 &&
	       *port && setup_is_host(host);
}

bool
setup_srv_parse(const unsigned char *answer, size_t size, char **host, unsigned *port)
{
	unsigned best[2] = { 0, 0 };
	ns_msg message;
	ns_rr record;

	*host = NULL;
	if (size > ANSWER_MAX || ns_initparse(answer, (int)size, &message))
		return false;
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
		char name[NS_MAXDNAME];
		unsigned rank[2], at;

		if (ns_parserr(&message, ns_s_an, i, &record) ||
		    !read_record(&message, &record, rank, name, &at))
			continue;
		if (*host && (rank[0] > best[0] || (rank[0] == best[0] && rank[1] >= best[1])))
			continue;
		g_free(*host);
		*host = g_strdup(name);
		*port = at;
		memcpy(best, rank, sizeof best);
	}
	return *host != NULL;
}

bool
setup_srv(const char *domain, struct setup_server *out)
{
	static const struct {
		const char *service, *tls;
	} asked[] = { { "_submissions._tcp", "implicit" }, { "_submission._tcp", "starttls" } };
	g_autofree unsigned char *answer = g_malloc(ANSWER_MAX);

	*out = (struct setup_server){ 0 };
	for (size_t i = 0; i < G_N_ELEMENTS(asked); i++) {
		g_autofree char *name = g_strdup_printf("%s.%s", asked[i].service, domain);
		int size = res_query(name, ns_c_in, ns_t_srv, answer, ANSWER_MAX);

		if (size <= 0 ||
		    !setup_srv_parse(answer, (size_t)MIN(size, ANSWER_MAX), &out->host, &out->port))
			continue;
		out->tls = asked[i].tls;
		out->source = g_strdup_printf("said by DNS, SRV record %s", name);
		return true;
	}
	return false;
}
