/* SPDX-License-Identifier: MIT */
/* Finds the server that takes the mail of an address, for emapi profile setup. */
#ifndef EMAPI_TOOLS_SETUP_H
#define EMAPI_TOOLS_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <glib.h>
#include <netinet/in.h>

struct setup_server {
	char *host; /* letters, digits, '-' and '.' alone, or an address */
	unsigned port;
	const char *tls;    /* "starttls", "implicit" */
	char *user;         /* whom to log in as; NULL: not told */
	const char *preset; /* of limits, NULL: none */
	const char *hint;   /* what its login wants, NULL: nothing special */
	char *source;       /* where this was found, for people */
};
void setup_server_clear(struct setup_server *server);

/* The domain of an address, in small letters; NULL for what is none.  g_free(). */
char *setup_domain(const char *address);

/* The service of the domain or of one above it (data/services.tsv). */
bool setup_preset(const char *domain, struct setup_server *out);

/* Mozilla's configuration file for mail programs: the first outgoing server that encrypts.  False
 * for text that is none, that names no such server, or whose server is no host name. */
bool setup_autoconfig_parse(
    const char *text, size_t size, const char *address, struct setup_server *out);
/* The same from a file, or from DOMAIN, DOMAIN.xml or config-v1.1.xml in a folder; *why (g_free())
 * is set on failure. */
bool setup_autoconfig(const char *path, const char *address, struct setup_server *out, char **why);
/* What a file says that was got `from` there: the same as setup_autoconfig(). */
bool setup_autoconfig_text(const char *text, gsize size, const char *from, const char *address,
    struct setup_server *out, char **why);
/* The same from a URL; one that ends with a slash has the domain put behind it.  emapi-fetch gets
 * it. */
bool setup_autoconfig_url(
    const char *url, const char *address, struct setup_server *out, char **why);

/* A server that DNS names; anybody may have answered, so a person confirms it (RFC 6186 6). */
struct setup_target {
	char *host;
	unsigned port, priority, weight;
	const char *tls; /* as in struct setup_server, and */
	char *source;
};
void setup_target_free(void *target);

/* The servers of a DNS answer's SRV records, in the order to try them in (RFC 2782: lowest
 * priority, then greatest weight); an empty array where there is none, or the service is not
 * offered. tls and source are left NULL. */
GPtrArray *setup_srv_parse(const unsigned char *answer, size_t size);
/* Asks DNS for _submissions._tcp (RFC 8314) and _submission._tcp (RFC 6186), which come after.
 * `server` NULL: the system's DNS.  *silent: it did not answer. */
GPtrArray *setup_srv(const char *domain, const struct sockaddr_in *server, bool *silent);
/* A DNS server by its IPv4 address; port 0 is 53.  False for what is none. */
bool setup_dns_server(const char *host, unsigned port, struct sockaddr_in *out);

/* Whether it may be a host's name. */
bool setup_is_host(const char *host);

#endif
