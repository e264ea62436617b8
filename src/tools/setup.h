/* SPDX-License-Identifier: MIT */
/* Finds the server that takes the mail of an address, for emapi profile setup. */
#ifndef EMAPI_TOOLS_SETUP_H
#define EMAPI_TOOLS_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <glib.h>

struct setup_server {
	char *host; /* letters, digits, '-' and '.' alone, or an address */
	unsigned port;
	const char *tls;    /* "starttls", "implicit" */
	char *user;         /* whom to log in as; NULL: not told */
	const char *preset; /* of limits, NULL: none */
	const char *hint;   /* what its login wants, NULL: nothing special */
	char *source;       /* where this was found, for people */
	bool certain;       /* false: said by DNS, which anybody may have answered (RFC 6186 6) */
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

/* The best server of a DNS answer's SRV records (RFC 2782: lowest priority, then greatest weight);
 * false where there is none, or the service says that it is not offered. */
bool setup_srv_parse(const unsigned char *answer, size_t size, char **host, unsigned *port);
/* Asks DNS for _submissions._tcp (RFC 8314), then _submission._tcp (RFC 6186). */
bool setup_srv(const char *domain, struct setup_server *out);

/* Whether it may be a host's name. */
bool setup_is_host(const char *host);

#endif
