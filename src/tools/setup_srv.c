/* SPDX-License-Identifier: MIT */
/* The servers that a domain's DNS names for its mail: SRV records of RFC 8314 and RFC 6186. */
#include "setup.h"

#include <netdb.h>
#include <string.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#define ANSWER_MAX 65536
#define SECONDS 3 /* that a DNS server has for an answer, twice */

/* --- An answer ----------------------------------------------------------------------------- */

void
setup_target_free(void *data)
{
	struct setup_target *target = data;

	g_free(target->host);
	g_free(target->source);
	g_free(target);
}

/* One SRV record's data: priority, weight, port, target. */
static struct setup_target *
read_record(ns_msg *message, const ns_rr *record)
{
	const unsigned char *data = ns_rr_rdata(*record);
	char host[NS_MAXDNAME];
	struct setup_target *target;

	if (ns_rr_type(*record) != ns_t_srv || ns_rr_rdlen(*record) < 7 || !ns_get16(data + 4) ||
	    ns_name_uncompress(
		ns_msg_base(*message), ns_msg_end(*message), data + 6, host, sizeof host) < 0 ||
	    !setup_is_host(host))
		return NULL;
	target = g_new0(struct setup_target, 1);
	target->priority = ns_get16(data);
	target->weight = ns_get16(data + 2);
	target->port = ns_get16(data + 4);
	target->host = g_strdup(host);
	return target;
}

static int
by_rank(gconstpointer a, gconstpointer b)
{
	const struct setup_target *one = *(struct setup_target *const *)a;
	const struct setup_target *other = *(struct setup_target *const *)b;

	if (one->priority != other->priority)
		return one->priority < other->priority ? -1 : 1;
	return one->weight > other->weight ? -1 : one->weight < other->weight;
}

GPtrArray *
setup_srv_parse(const unsigned char *answer, size_t size)
{
	GPtrArray *targets = g_ptr_array_new_with_free_func(setup_target_free);
	ns_msg message;
	ns_rr record;

	if (size > ANSWER_MAX || ns_initparse(answer, (int)size, &message))
		return targets;
	for (int i = 0; i < ns_msg_count(message, ns_s_an); i++) {
		struct setup_target *target = NULL;

		if (!ns_parserr(&message, ns_s_an, i, &record))
			target = read_record(&message, &record);
		if (target)
			g_ptr_array_add(targets, target);
	}
	g_ptr_array_sort(targets, by_rank);
	return targets;
}

/* --- Asking -------------------------------------------------------------------------------- */

bool
setup_dns_server(const char *host, unsigned port, struct sockaddr_in *out)
{
	*out = (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)(port ? port : NS_DEFAULTPORT)),
	};
	return inet_pton(AF_INET, host, &out->sin_addr) == 1;
}

/* The size of the answer; -1 where there is none, *silent where nobody answered. */
static int
ask(const char *name, const struct sockaddr_in *server, unsigned char *answer, bool *silent)
{
	struct __res_state state = { 0 };
	int size;

	if (res_ninit(&state))
		return -1;
	state.retrans = SECONDS;
	state.retry = 2;
	if (server) {
		state.nscount = 1;
		state.nsaddr_list[0] = *server;
	}
	size = res_nquery(&state, name, ns_c_in, ns_t_srv, answer, ANSWER_MAX);
	if (size < 0 && state.res_h_errno == TRY_AGAIN)
		*silent = true;
	res_nclose(&state);
	return MIN(size, ANSWER_MAX);
}

GPtrArray *
setup_srv(const char *domain, const struct sockaddr_in *server, bool *silent)
{
	static const struct {
		const char *service, *tls;
	} asked[] = { { "_submissions._tcp", "implicit" }, { "_submission._tcp", "starttls" } };
	g_autofree unsigned char *answer = g_malloc(ANSWER_MAX);
	GPtrArray *all = g_ptr_array_new_with_free_func(setup_target_free);

	*silent = false;
	for (size_t i = 0; i < G_N_ELEMENTS(asked) && !*silent; i++) {
		g_autofree char *name = g_strdup_printf("%s.%s", asked[i].service, domain);
		int size = ask(name, server, answer, silent);
		g_autoptr(GPtrArray) found = setup_srv_parse(answer, (size_t)MAX(size, 0));

		for (guint k = 0; k < found->len; k++) {
			struct setup_target *target = found->pdata[k];

			target->tls = asked[i].tls;
			target->source = g_strdup_printf("said by DNS, SRV record %s", name);
		}
		g_ptr_array_extend_and_steal(all, g_steal_pointer(&found));
	}
	return all;
}
