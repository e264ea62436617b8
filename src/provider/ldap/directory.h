/* SPDX-License-Identifier: MIT */
/*
 * An LDAP directory (RFC 4511), read only: one connection, opened at the first search and again
 * when the server has closed it.  Not locked: one caller at a time.
 */
#ifndef EMAPI_PROVIDER_LDAP_DIRECTORY_H
#define EMAPI_PROVIDER_LDAP_DIRECTORY_H

#include <stdbool.h>
#include <glib.h>
#include <ldap.h>
#include <mapidefs.h>

struct directory_settings {
	char *server;     /* host name or address */
	unsigned port;    /* 0: 389, 636 */
	char *tls;        /* EMAPI_TLS_*; NULL: by the port, never in plain text unasked */
	char *ca_file;    /* NULL: the system's */
	char *base;       /* base DN */
	char *user;       /* bind DN; NULL: anonymous */
	char *filter;     /* beside our own; NULL: none */
	unsigned timeout; /* seconds */
	unsigned size_limit;
	/* The password; g_free(), NULL with a sentence in `why`. */
	char *(*password)(void *context, char **why);
	void *context;
};

struct directory;

/* Takes over the settings' texts.  Speaks to nobody. */
struct directory *directory_create(const struct directory_settings *settings);
void directory_free(struct directory *directory);
const struct directory_settings *directory_settings(const struct directory *directory);
/* Ends the connection, forgets that the server was not reached, and gives it so many seconds from
 * now on.  What it was given before. */
unsigned directory_renew(struct directory *directory, unsigned timeout);
/* "ldap.example.com:389, by StartTLS, as cn=x"; g_free(). */
char *directory_describe(const struct directory *directory);

/* One entry; `message` is borrowed.  A failure ends the search. */
typedef HRESULT (*directory_take)(void *context, LDAP *ldap, LDAPMessage *message);

struct directory_search {
	const char *base; /* NULL: the directory's */
	int scope;        /* LDAP_SCOPE_SUBTREE or LDAP_SCOPE_BASE */
	const char *filter;
	guint limit; /* so many are enough; 0: all, and more than the size limit is an error */
};

/*
 * S_OK; MAPI_E_NETWORK_ERROR, MAPI_E_TIMEOUT, MAPI_E_LOGON_FAILED, MAPI_E_NO_ACCESS,
 * MAPI_E_NOT_FOUND (no such entry), MAPI_E_TABLE_TOO_BIG (more than the size limit).  `why` gets a
 * sentence with the server's words.  A server that was not reached is not asked again for 30 s.
 */
HRESULT directory_find(struct directory *directory, const struct directory_search *search,
    directory_take take, void *context, char **why);

/* A text for a filter, escaped (RFC 4515 3); g_free(). */
char *directory_escape(const char *text);

#endif
