/* SPDX-License-Identifier: MIT */
/* Outlook's .prf files: see prf.h. */
#include "prf.h"
#include <stdlib.h>
#include <string.h>
#include <mapicode.h>
#include "profile_private.h"

#define SIZE_MAX_BYTES (1024 * 1024)

/* --- The file ------------------------------------------------------------------------------ */

/* All values by "section\nkey", both in lower case; sections and keys keep no order. */
struct ini {
	GHashTable *values;
};

static char *
to_utf8(const char *data, size_t size)
{
	if (size >= 2 && !memcmp(data, "\xFF\xFE", 2))
		return g_convert(
		    data + 2, (gssize)(size - 2), "UTF-8", "UTF-16LE", NULL, NULL, NULL);
	if (size >= 3 && !memcmp(data, "\xEF\xBB\xBF", 3)) {
		data += 3;
		size -= 3;
	}
	if (g_utf8_validate(data, (gssize)size, NULL))
		return g_strndup(data, size);
	return g_convert_with_fallback(
	    data, (gssize)size, "UTF-8", "CP1252", "?", NULL, NULL, NULL);
}

static char *
make_key(const char *section, const char *key)
{
	char *joined = g_strconcat(section, "\n", key, NULL), *lower = g_ascii_strdown(joined, -1);

	g_free(joined);
	return lower;
}

/* Borrowed; NULL where there is none, or nothing in it. */
static const char *
get(const struct ini *ini, const char *section, const char *key)
{
	char *joined = section ? make_key(section, key) : NULL;
	const char *value = joined ? g_hash_table_lookup(ini->values, joined) : NULL;

	g_free(joined);
	return value && *value ? value : NULL;
}

static bool
is_yes(const struct ini *ini, const char *section, const char *key)
{
	const char *value = get(ini, section, key);

	return value && (!g_ascii_strcasecmp(value, "yes") || !g_ascii_strcasecmp(value, "true") ||
			    !strcmp(value, "1"));
}

/* One line; `section` is the one it stands in.  False for a line that is none of such a file. */
static bool
take_line(struct ini *ini, char *line, char **section)
{
	char *equals, *end;

	g_strstrip(line);
	if (!*line || *line == ';' || *line == '#')
		return true;
	if (*line == '[') {
		end = strchr(line, ']');
		if (!end)
			return false;
		*end = 0;
		g_free(*section);
		*section = g_strdup(g_strstrip(line + 1));
		return true;
	}
	equals = strchr(line, '=');
	if (!equals || !*section)
		return false;
	*equals = 0;
	g_hash_table_replace(
	    ini->values, make_key(*section, g_strstrip(line)), g_strdup(g_strstrip(equals + 1)));
	return true;
}

static HRESULT
parse(struct ini *ini, char *text, char **why)
{
	char **lines = g_strsplit(text, "\n", -1), *section = NULL;
	HRESULT hr = S_OK;
	size_t i;

	for (i = 0; lines[i] && SUCCEEDED(hr); i++) {
		if (take_line(ini, lines[i], &section))
			continue;
		hr = MAPI_E_CORRUPT_DATA;
		why_set(why,
		    "line %zu is neither [Section], Key=Value nor a remark: this is no Outlook "
		    "profile file",
		    i + 1);
	}
	if (SUCCEEDED(hr) && !g_hash_table_size(ini->values)) {
		hr = MAPI_E_CORRUPT_DATA;
		why_set(why, "there is no Key=Value in it: this is no Outlook profile file");
	}
	g_free(section);
	g_strfreev(lines);
	return hr;
}

/* --- What it means ------------------------------------------------------------------------- */

static void note(struct prf *prf, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
note(struct prf *prf, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_ptr_array_add(prf->notes, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

/* Keys of a list section ("Service1", "Account1" ...), sorted. */
static GList *
list_of(const struct ini *ini, const char *section)
{
	char *prefix = make_key(section, "");
	GHashTableIter iter;
	GList *found = NULL;
	gpointer key;

	g_hash_table_iter_init(&iter, ini->values);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		if (g_str_has_prefix(key, prefix))
			found = g_list_insert_sorted(
			    found, g_strdup((char *)key + strlen(prefix)), (GCompareFunc)strcmp);
	g_free(prefix);
	return found;
}

/* Services of MAPI on Windows, and what becomes of them. */
static void
look_at_service(const struct ini *ini, struct prf *prf, const char *key)
{
	const char *kind = get(ini, "Service List", key);
	const char *server = get(ini, key, "HomeServer");

	if (!kind)
		return;
	if (strstr(kind, "Exchange") && server)
		note(prf, "%s (%s on %s): there is no way to Exchange but by SMTP", key, kind,
		    server);
	else if (strstr(kind, "Personal Folders") || strstr(kind, "Unicode"))
		note(
		    prf, "%s (%s): a store of its own is made, .pst files are not read", key, kind);
	else
		note(prf, "%s (%s): nothing of emapi's is like it", key, kind);
}

static const char *
first_of(const struct ini *ini, const char *section, const char *key, const char *other)
{
	const char *value = get(ini, section, key);

	return value ? value : get(ini, section, other);
}

static unsigned
port_of(const struct ini *ini, const char *account, struct prf *prf)
{
	const char *text = get(ini, account, "SMTPPort");
	char *end;
	unsigned long port;

	if (!text)
		return 0;
	port = strtoul(text, &end, 10);
	if (!*end && port && port <= 65535)
		return (unsigned)port;
	note(prf, "SMTPPort=%s is no port: the usual one is taken", text);
	return 0;
}

/* SMTPSecureConnection: 0 none, 1 SSL from the start, 2 TLS by STARTTLS, 3 whatever works. */
static const char *
tls_of(const struct ini *ini, const char *account, struct prf *prf)
{
	const char *how = get(ini, account, "SMTPSecureConnection");
	const char *ssl = get(ini, account, "SMTPUseSSL");

	if (how && !strcmp(how, "1"))
		return "implicit";
	if (how && (!strcmp(how, "2") || !strcmp(how, "3")))
		return "starttls";
	if (is_yes(ini, account, "SMTPUseSSL"))
		return prf->port == 0 || prf->port == 465 ? "implicit" : "starttls";
	if (how || ssl) {
		note(prf,
		    "the connection is not encrypted, as the file says; better: emapi profile "
		    "set NAME TLS=starttls");
		return "none";
	}
	return "starttls";
}

static void
take_login(const struct ini *ini, const char *account, struct prf *prf)
{
	const char *user = get(ini, account, "SMTPUserName");

	if (!is_yes(ini, account, "SMTPUseAuth"))
		return;
	if (!user)
		user = first_of(ini, account, "POP3UserName", "IMAPUserName");
	if (!user)
		user = prf->from_address;
	if (!user) {
		note(prf, "SMTPUseAuth without a user's name: no login is made");
		return;
	}
	prf->user = g_strdup(user);
	prf->has_login = true;
	if (is_yes(ini, account, "SMTPUseSPA"))
		note(prf, "SMTPUseSPA: the strongest way of login that the server offers is taken");
}

static void
take_account(const struct ini *ini, const char *account, struct prf *prf)
{
	static const char *const incoming[] = { "POP3Server", "IMAPServer", "HTTPServer" };
	size_t i;

	prf->from_name = g_strdup(get(ini, account, "DisplayName"));
	prf->from_address = g_strdup(first_of(ini, account, "EmailAddress", "ReplyEMailAddress"));
	prf->server = g_strdup(get(ini, account, "SMTPServer"));
	prf->port = port_of(ini, account, prf);
	prf->tls = g_strdup(tls_of(ini, account, prf));
	take_login(ini, account, prf);
	for (i = 0; i < G_N_ELEMENTS(incoming); i++)
		if (get(ini, account, incoming[i]))
			note(prf, "%s=%s: emapi sends mail and does not fetch any", incoming[i],
			    get(ini, account, incoming[i]));
	if (prf->from_address && strchr(prf->from_address, '%'))
		note(prf,
		    "EmailAddress=%s: variables of Windows are not replaced; write "
		    "FromAddress= into the profile",
		    prf->from_address);
}

/* The default account that can send, else the first that can; borrowed from `accounts`. */
static const char *
choose(const struct ini *ini, GList *accounts)
{
	const char *chosen = NULL;
	GList *at;

	for (at = accounts; at; at = at->next) {
		if (!get(ini, at->data, "SMTPServer"))
			continue;
		if (!chosen || is_yes(ini, at->data, "DefaultAccount"))
			chosen = at->data;
	}
	return chosen;
}

static HRESULT
understand(const struct ini *ini, struct prf *prf, char **why)
{
	GList *services = list_of(ini, "Service List"), *at;
	GList *accounts = list_of(ini, "Internet Account List");
	const char *chosen = choose(ini, accounts);
	HRESULT hr = chosen ? S_OK : MAPI_E_UNCONFIGURED;

	prf->name = g_strdup(get(ini, "General", "ProfileName"));
	prf->make_default = is_yes(ini, "General", "DefaultProfile");
	if (is_yes(ini, "General", "OverwriteProfile"))
		note(prf, "OverwriteProfile: a profile that is there already is never replaced");
	for (at = services; at; at = at->next)
		look_at_service(ini, prf, at->data);
	for (at = accounts; at; at = at->next)
		if (!chosen || strcmp(at->data, chosen))
			note(prf, "%s (%s): only one account is taken, that with an SMTPServer",
			    (char *)at->data, get(ini, "Internet Account List", at->data));
	if (chosen)
		take_account(ini, chosen, prf);
	else
		why_set(why, "no account in it has an SMTPServer, and emapi sends by SMTP. Make a "
			     "profile by: emapi profile create NAME --from ADDRESS --smtp HOST");
	g_list_free_full(services, g_free);
	g_list_free_full(accounts, g_free);
	return hr;
}

HRESULT
prf_read(const void *data, size_t size, struct prf **out, char **why)
{
	struct ini ini;
	struct prf *prf;
	char *text;
	HRESULT hr;

	*out = NULL;
	if (size > SIZE_MAX_BYTES) {
		why_set(why, "it is larger than any Outlook profile file (1 MiB)");
		return MAPI_E_TOO_BIG;
	}
	text = to_utf8(data, size);
	if (!text) {
		why_set(why, "its text is neither UTF-8, UTF-16 nor Windows-1252");
		return MAPI_E_CORRUPT_DATA;
	}
	ini.values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	prf = g_new0(struct prf, 1);
	prf->notes = g_ptr_array_new_with_free_func(g_free);
	hr = parse(&ini, text, why);
	if (SUCCEEDED(hr))
		hr = understand(&ini, prf, why);
	if (SUCCEEDED(hr))
		*out = g_steal_pointer(&prf);
	prf_free(prf);
	g_hash_table_unref(ini.values);
	g_free(text);
	return hr;
}

void
prf_free(struct prf *prf)
{
	if (!prf)
		return;
	g_free(prf->name);
	g_free(prf->from_name);
	g_free(prf->from_address);
	g_free(prf->server);
	g_free(prf->user);
	g_free(prf->tls);
	g_ptr_array_unref(prf->notes);
	g_free(prf);
}

void
prf_settings(const struct prf *prf, struct profile_settings *settings)
{
	memset(settings, 0, sizeof *settings);
	settings->from_name = prf->from_name;
	settings->from_address = prf->from_address;
	settings->server = prf->server;
	settings->port = prf->port;
	settings->tls = prf->tls;
	settings->user = prf->user;
}
