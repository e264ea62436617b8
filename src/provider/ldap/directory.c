/* SPDX-License-Identifier: MIT */
/* The connection to an LDAP directory: see directory.h. */
#include "directory.h"

#include <netdb.h>
#include <string.h>
#include <emapispi.h>
#include <mapicode.h>

#define PAGE 250
#define QUIET_SECONDS 30
#define SYSTEM_CA "/etc/ssl/certs/ca-certificates.crt"

struct directory {
	struct directory_settings settings;
	LDAP *ldap;         /* NULL: not connected */
	gint64 quiet_until; /* monotonic */
	char *quiet;        /* why */
};

struct directory *
directory_create(const struct directory_settings *settings)
{
	struct directory *directory = g_new0(struct directory, 1);

	directory->settings = *settings;
	return directory;
}

static void
disconnect(struct directory *directory)
{
	if (directory->ldap)
		ldap_unbind_ext_s(directory->ldap, NULL, NULL);
	directory->ldap = NULL;
}

void
directory_free(struct directory *directory)
{
	disconnect(directory);
	g_free(directory->settings.server);
	g_free(directory->settings.tls);
	g_free(directory->settings.ca_file);
	g_free(directory->settings.base);
	g_free(directory->settings.user);
	g_free(directory->settings.filter);
	g_free(directory->quiet);
	g_free(directory);
}

const struct directory_settings *
directory_settings(const struct directory *directory)
{
	return &directory->settings;
}

unsigned
directory_renew(struct directory *directory, unsigned timeout)
{
	unsigned before = directory->settings.timeout;

	disconnect(directory);
	directory->quiet_until = 0;
	directory->settings.timeout = timeout;
	return before;
}

char *
directory_escape(const char *text)
{
	GString *out = g_string_new(NULL);

	for (; *text; text++) {
		if (strchr("*()\\", *text) || (guchar)*text < ' ')
			g_string_append_printf(out, "\\%02x", (guchar)*text);
		else
			g_string_append_c(out, *text);
	}
	return g_string_free(out, FALSE);
}

/* --- Results ------------------------------------------------------------------------------- */

static HRESULT
result_of(int code)
{
	switch (code) {
	case LDAP_SUCCESS:
		return S_OK;
	case LDAP_SERVER_DOWN:
	case LDAP_CONNECT_ERROR:
	case LDAP_UNAVAILABLE:
	case LDAP_BUSY:
		return MAPI_E_NETWORK_ERROR;
	case LDAP_TIMEOUT:
	case LDAP_TIMELIMIT_EXCEEDED:
		return MAPI_E_TIMEOUT;
	case LDAP_INVALID_CREDENTIALS:
	case LDAP_INAPPROPRIATE_AUTH:
	case LDAP_STRONG_AUTH_REQUIRED:
	case LDAP_CONFIDENTIALITY_REQUIRED:
		return MAPI_E_LOGON_FAILED;
	case LDAP_INSUFFICIENT_ACCESS:
		return MAPI_E_NO_ACCESS;
	case LDAP_NO_SUCH_OBJECT:
	case LDAP_INVALID_DN_SYNTAX:
		return MAPI_E_NOT_FOUND;
	case LDAP_SIZELIMIT_EXCEEDED:
	case LDAP_ADMINLIMIT_EXCEEDED:
		return MAPI_E_TABLE_TOO_BIG;
	case LDAP_FILTER_ERROR:
		return MAPI_E_INVALID_PARAMETER;
	case LDAP_NO_MEMORY:
		return MAPI_E_NOT_ENOUGH_MEMORY;
	default:
		return MAPI_E_CALL_FAILED;
	}
}

/* What happened, and what a person can do about it: RFC 4511 A.2 and what libldap adds. */
static const struct {
	int code;
	const char *cause;
	const char *remedy;
} failures[] = {
	{ LDAP_SERVER_DOWN, "the server cannot be reached, or it ended the connection",
	    "See that it runs, and check Server=, Port=, TLS= and CAFile= of this address "
	    "book in the profile." },
	{ LDAP_TIMEOUT, "the server does not answer",
	    "Try again, or give it longer with Timeout=." },
	{ LDAP_TIMELIMIT_EXCEEDED, "the search took longer than the server allows",
	    "Ask for a name that fewer people have." },
	{ LDAP_CONNECT_ERROR, "no encrypted connection came about",
	    "Check CAFile= and TLS= of this address book in the profile." },
	{ LDAP_PROTOCOL_ERROR, "the server does not understand what it was asked",
	    "It may offer no StartTLS: see TLS= of this address book in the profile." },
	{ LDAP_UNAVAILABLE, "the server is shutting down or is not ready", "Try again later." },
	{ LDAP_BUSY, "the server is busy", "Try again later." },
	{ LDAP_UNWILLING_TO_PERFORM, "the server does not do this",
	    "Ask its administrator what it allows." },
	{ LDAP_INVALID_CREDENTIALS, "it does not accept this user and password",
	    "Check User= and the password of this address book in the profile." },
	{ LDAP_INAPPROPRIATE_AUTH, "this user cannot log in by a password",
	    "Check User= of this address book in the profile." },
	{ LDAP_STRONG_AUTH_REQUIRED, "it wants a login, or encryption, first",
	    "Set User=, a password and TLS= of this address book in the profile." },
	{ LDAP_CONFIDENTIALITY_REQUIRED, "it wants encryption first",
	    "Set TLS=starttls or TLS=implicit of this address book in the profile." },
	{ LDAP_INSUFFICIENT_ACCESS, "this user may not look there",
	    "Ask the directory's administrator, or set another User= in the profile." },
	{ LDAP_NO_SUCH_OBJECT, "it has no such place as BaseDN= names",
	    "Check BaseDN= of this address book in the profile." },
	{ LDAP_INVALID_DN_SYNTAX, "User= or BaseDN= is no name as directories have them",
	    "Write it like dc=example,dc=com in the profile." },
	{ LDAP_SIZELIMIT_EXCEEDED, "there are more entries than it gives out",
	    "Ask for more of the name." },
	{ LDAP_ADMINLIMIT_EXCEEDED, "the search is larger than it allows",
	    "Ask for more of the name." },
	{ LDAP_FILTER_ERROR, "the filter is malformed",
	    "Check Filter= of this address book in the profile." },
	{ LDAP_NO_MEMORY, "there is not enough memory", "End some programs, then try again." },
	{ LDAP_REFERRAL, "it sends us to another server, which emapi does not follow",
	    "Name that one as Server= of this address book in the profile." },
};

static bool
is_implicit(const struct directory_settings *s)
{
	return s->tls ? !g_ascii_strcasecmp(s->tls, EMAPI_TLS_IMPLICIT) : s->port == 636;
}

static bool
is_plain(const struct directory_settings *s)
{
	return s->tls && !g_ascii_strcasecmp(s->tls, EMAPI_TLS_NONE);
}

/* "ldap.example.com:389" */
static char *
make_place(const struct directory_settings *s)
{
	bool ipv6 = strchr(s->server, ':') != NULL;

	return g_strdup_printf("%s%s%s:%u", ipv6 ? "[" : "", s->server, ipv6 ? "]" : "",
	    s->port          ? s->port
	    : is_implicit(s) ? 636u
			     : 389u);
}

/* Of a server that was not reached: whether it is for want of its name. */
static bool
has_no_address(const char *server)
{
	struct addrinfo *found = NULL;
	int code = getaddrinfo(server, NULL, NULL, &found);

	if (!code)
		freeaddrinfo(found);
	return code == EAI_NONAME || code == EAI_NODATA;
}

static HRESULT
explain(struct directory *directory, int code, const char *step, char **why)
{
	const struct directory_settings *s = &directory->settings;
	const char *cause = "it refused this", *remedy = "Ask its administrator.";
	g_autofree char *place = NULL;
	char *words = NULL;

	if (code == LDAP_SUCCESS || *why)
		return result_of(code);
	for (size_t i = 0; i < G_N_ELEMENTS(failures); i++) {
		if (failures[i].code == code) {
			cause = failures[i].cause;
			remedy = failures[i].remedy;
		}
	}
	if (code == LDAP_SERVER_DOWN && has_no_address(s->server)) {
		cause = "no address is known for this name";
		remedy = "Check Server= of this address book in the profile, and this machine's "
			 "network and DNS.";
	}
	/* A server's own words; libldap's (numbers below 0) are about its inside. */
	if (directory->ldap && code > 0)
		ldap_get_option(directory->ldap, LDAP_OPT_DIAGNOSTIC_MESSAGE, &words);
	place = make_place(s);
	*why = g_strdup_printf("The directory %s: %s: %s%s%s%s. %s", place, step, cause,
	    words && *words ? " (it says: " : "", words && *words ? words : "",
	    words && *words ? ")" : "", remedy);
	ldap_memfree(words);
	return result_of(code);
}

/* --- Connecting ---------------------------------------------------------------------------- */

static char *
make_uri(const struct directory_settings *s)
{
	g_autofree char *place = make_place(s);

	return g_strconcat(is_implicit(s) ? "ldaps://" : "ldap://", place, NULL);
}

char *
directory_describe(const struct directory *directory)
{
	const struct directory_settings *s = &directory->settings;
	g_autofree char *place = make_place(s);
	bool login = s->user && *s->user;

	return g_strdup_printf("%s, %s, %s%s", place,
	    is_implicit(s) ? "by TLS"
	    : !is_plain(s) ? "by StartTLS"
	    : login        ? "not encrypted (the password can be read on the way)"
			   : "not encrypted",
	    login ? "as " : "without a login", login ? s->user : "");
}

static int
set_tls(LDAP *ldap, const struct directory_settings *s)
{
	const char *ca = s->ca_file ? s->ca_file : SYSTEM_CA;
	int demand = LDAP_OPT_X_TLS_HARD, client = 0;
	int code = LDAP_SUCCESS;

	if (s->ca_file || g_file_test(ca, G_FILE_TEST_EXISTS))
		code = ldap_set_option(ldap, LDAP_OPT_X_TLS_CACERTFILE, ca);
	if (code == LDAP_SUCCESS)
		code = ldap_set_option(ldap, LDAP_OPT_X_TLS_REQUIRE_CERT, &demand);
	if (code == LDAP_SUCCESS)
		code = ldap_set_option(ldap, LDAP_OPT_X_TLS_NEWCTX, &client);
	return code == LDAP_SUCCESS ? code : LDAP_CONNECT_ERROR;
}

static int
set_options(LDAP *ldap, const struct directory_settings *s)
{
	struct timeval timeout = { .tv_sec = (time_t)s->timeout };
	int version = LDAP_VERSION3, seconds = (int)s->timeout;

	ldap_set_option(ldap, LDAP_OPT_PROTOCOL_VERSION, &version);
	ldap_set_option(ldap, LDAP_OPT_REFERRALS, LDAP_OPT_OFF);
	ldap_set_option(ldap, LDAP_OPT_NETWORK_TIMEOUT, &timeout);
	ldap_set_option(ldap, LDAP_OPT_TIMEOUT, &timeout);
	ldap_set_option(ldap, LDAP_OPT_TIMELIMIT, &seconds);
	ldap_set_option(ldap, LDAP_OPT_RESTART, LDAP_OPT_ON);
	return is_plain(s) ? LDAP_SUCCESS : set_tls(ldap, s);
}

static HRESULT
log_in(struct directory *directory, char **why)
{
	const struct directory_settings *s = &directory->settings;
	struct berval credentials = { 0, NULL };
	char *password;
	int code;

	if (!s->user || !*s->user)
		return S_OK; /* anonymous: LDAPv3 needs no bind */
	password = s->password(s->context, why);
	if (!password)
		return MAPI_E_LOGON_FAILED;
	credentials.bv_val = password;
	credentials.bv_len = strlen(password);
	/* RFC 4513 5.1.2: a name without a password is taken for anonymous, and is not meant. */
	code = credentials.bv_len ? ldap_sasl_bind_s(directory->ldap, s->user, LDAP_SASL_SIMPLE,
					&credentials, NULL, NULL, NULL)
				  : LDAP_INVALID_CREDENTIALS;
	explicit_bzero(password, strlen(password));
	g_free(password);
	return explain(directory, code, "login", why);
}

static HRESULT
open_connection(struct directory *directory, char **why)
{
	const struct directory_settings *s = &directory->settings;
	g_autofree char *uri = make_uri(s);
	int code = ldap_initialize(&directory->ldap, uri);
	HRESULT hr;

	if (code == LDAP_SUCCESS)
		code = set_options(directory->ldap, s);
	hr = explain(directory, code, "connecting", why);
	if (SUCCEEDED(hr) && !is_plain(s) && !is_implicit(s)) {
		code = ldap_start_tls_s(directory->ldap, NULL, NULL);
		hr = explain(directory, code, "StartTLS", why);
	}
	if (SUCCEEDED(hr))
		hr = log_in(directory, why);
	if (FAILED(hr))
		disconnect(directory);
	return hr;
}

static HRESULT
be_connected(struct directory *directory, char **why)
{
	gint64 now = g_get_monotonic_time();
	HRESULT hr;

	if (directory->ldap)
		return S_OK;
	if (now < directory->quiet_until) {
		*why = g_strdup(directory->quiet);
		return MAPI_E_NETWORK_ERROR;
	}
	hr = open_connection(directory, why);
	if (hr == MAPI_E_NETWORK_ERROR || hr == MAPI_E_TIMEOUT) {
		directory->quiet_until = g_get_monotonic_time() + QUIET_SECONDS * G_USEC_PER_SEC;
		g_free(directory->quiet);
		directory->quiet = g_strdup(*why);
	}
	return hr;
}

/* --- Searching ----------------------------------------------------------------------------- */

struct run {
	struct directory *directory;
	const struct directory_search *search;
	directory_take take;
	void *context;
	guint found;
	bool enough;
	struct berval *cookie;
};

static HRESULT
take_page(struct run *run, LDAPMessage *page)
{
	LDAP *ldap = run->directory->ldap;
	guint most = run->directory->settings.size_limit;
	HRESULT hr = S_OK;

	for (LDAPMessage *m = ldap_first_entry(ldap, page); m && SUCCEEDED(hr) && !run->enough;
	     m = ldap_next_entry(ldap, m)) {
		if (!run->search->limit && run->found >= most)
			return MAPI_E_TABLE_TOO_BIG;
		hr = run->take(run->context, ldap, m);
		run->found++;
		run->enough = run->search->limit && run->found >= run->search->limit;
	}
	return hr;
}

/* The cookie of the next page, NULL where this was the last. */
static void
take_cookie(struct run *run, LDAPMessage *page)
{
	LDAPControl **controls = NULL, *paged;
	struct berval cookie = { 0, NULL };
	ber_int_t total = 0;

	if (run->cookie)
		ber_bvfree(run->cookie);
	run->cookie = NULL;
	if (ldap_parse_result(run->directory->ldap, page, NULL, NULL, NULL, NULL, &controls, 0) !=
	    LDAP_SUCCESS)
		return;
	paged = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
	if (paged && ldap_parse_pageresponse_control(
			 run->directory->ldap, paged, &total, &cookie) == LDAP_SUCCESS) {
		if (cookie.bv_len)
			run->cookie = ber_bvdup(&cookie);
		ber_memfree(cookie.bv_val);
	}
	ldap_controls_free(controls);
}

static HRESULT
ask_page(struct run *run, char **why)
{
	const struct directory_search *search = run->search;
	const struct directory_settings *s = &run->directory->settings;
	LDAPControl *page = NULL, *controls[2] = { NULL, NULL };
	struct timeval timeout = { .tv_sec = (time_t)s->timeout };
	ber_int_t size = search->limit ? (ber_int_t)MIN(search->limit, PAGE) : PAGE;
	LDAPMessage *result = NULL;
	HRESULT hr, taken;
	int code;

	/* Not critical: a server without pages sends all at once. */
	if (search->scope != LDAP_SCOPE_BASE && ldap_create_page_control(run->directory->ldap, size,
						    run->cookie, 0, &page) == LDAP_SUCCESS)
		controls[0] = page;
	code = ldap_search_ext_s(run->directory->ldap, search->base ? search->base : s->base,
	    search->scope, search->filter, NULL, 0, controls, NULL, &timeout, LDAP_NO_LIMIT,
	    &result);
	hr = explain(run->directory, code, "searching", why);
	/* What came before a limit is good for those who need but a few. */
	if (hr == MAPI_E_TABLE_TOO_BIG && search->limit) {
		g_clear_pointer(why, g_free);
		hr = S_OK;
	}
	if (SUCCEEDED(hr)) {
		taken = take_page(run, result);
		take_cookie(run, result);
		hr = taken;
	}
	if (page)
		ldap_control_free(page);
	ldap_msgfree(result);
	return hr;
}

static HRESULT
run_search(struct run *run, char **why)
{
	HRESULT hr;

	do
		hr = ask_page(run, why);
	while (SUCCEEDED(hr) && run->cookie && !run->enough);
	if (run->cookie)
		ber_bvfree(run->cookie);
	run->cookie = NULL;
	return hr;
}

HRESULT
directory_find(struct directory *directory, const struct directory_search *search,
    directory_take take, void *context, char **why)
{
	struct run run = { directory, search, take, context, 0, false, NULL };
	bool fresh = !directory->ldap;
	HRESULT hr = be_connected(directory, why);

	if (SUCCEEDED(hr))
		hr = run_search(&run, why);
	if (hr == MAPI_E_NETWORK_ERROR && directory->ldap) {
		disconnect(directory);
		/* It may have closed an idle connection. */
		if (!fresh && !run.found) {
			g_clear_pointer(why, g_free);
			hr = be_connected(directory, why);
			if (SUCCEEDED(hr))
				hr = run_search(&run, why);
		}
	}
	if (hr == MAPI_E_TABLE_TOO_BIG) {
		g_free(*why);
		*why = g_strdup_printf("The directory %s has more entries than the %u that one "
				       "search may bring: ask for a name, or raise SizeLimit= "
				       "of this address book in the profile.",
		    directory->settings.server, directory->settings.size_limit);
	}
	return hr;
}
