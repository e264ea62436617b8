/* SPDX-License-Identifier: MIT */
/*
 * Mozilla's configuration file (wiki.mozilla.org/Thunderbird:Autoconfiguration:ConfigFileFormat):
 * <outgoingServer type="smtp"> with hostname, port, socketType and username.
 */
#include "setup.h"

#include <string.h>

#define FILE_MAX (1024 * 1024)

struct reading {
	bool inside; /* an outgoing server */
	bool done;
	GString *text;
	char *host, *port, *socket, *user;
};

bool
setup_is_host(const char *host)
{
	size_t length = host ? strlen(host) : 0;

	return length && length <= 253 && g_ascii_isalnum(*host) &&
	       strspn(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") ==
		   length;
}

void
setup_server_clear(struct setup_server *server)
{
	g_clear_pointer(&server->host, g_free);
	g_clear_pointer(&server->user, g_free);
	g_clear_pointer(&server->source, g_free);
}

static void
reading_clear(struct reading *r)
{
	g_clear_pointer(&r->host, g_free);
	g_clear_pointer(&r->port, g_free);
	g_clear_pointer(&r->socket, g_free);
	g_clear_pointer(&r->user, g_free);
}

static const char *
tls_of(const struct reading *r)
{
	if (r->socket && !g_ascii_strcasecmp(r->socket, "SSL"))
		return "implicit";
	if (r->socket && !g_ascii_strcasecmp(r->socket, "STARTTLS"))
		return "starttls";
	return NULL;
}

static void
on_start(GMarkupParseContext *context, const char *element, const char **names, const char **values,
    void *data, GError **error)
{
	struct reading *r = data;

	(void)context;
	(void)error;
	g_string_truncate(r->text, 0);
	if (r->done || strcmp(element, "outgoingServer"))
		return;
	reading_clear(r);
	r->inside = false;
	for (; *names; names++, values++)
		if (!strcmp(*names, "type") && !g_ascii_strcasecmp(*values, "smtp"))
			r->inside = true;
}

static void
keep(struct reading *r, char **where)
{
	g_free(*where);
	*where = g_strstrip(g_strdup(r->text->str));
}

static void
on_end(GMarkupParseContext *context, const char *element, void *data, GError **error)
{
	struct reading *r = data;

	(void)context;
	(void)error;
	if (!r->inside || r->done)
		return;
	if (!strcmp(element, "hostname"))
		keep(r, &r->host);
	else if (!strcmp(element, "port"))
		keep(r, &r->port);
	else if (!strcmp(element, "socketType"))
		keep(r, &r->socket);
	else if (!strcmp(element, "username"))
		keep(r, &r->user);
	else if (!strcmp(element, "outgoingServer"))
		r->inside = false;
	r->done = !r->inside && setup_is_host(r->host) && tls_of(r);
}

static void
on_text(GMarkupParseContext *context, const char *text, gsize size, void *data, GError **error)
{
	struct reading *r = data;

	(void)context;
	(void)error;
	g_string_append_len(r->text, text, (gssize)size);
}

/* %EMAILADDRESS%, %EMAILLOCALPART% and %EMAILDOMAIN% stand for the parts of the address. */
static char *
expand(const char *user, const char *address)
{
	const char *at = strrchr(address, '@');
	GString *text = g_string_new(user);
	g_autofree char *local = at ? g_strndup(address, (gsize)(at - address)) : g_strdup("");

	g_string_replace(text, "%EMAILADDRESS%", address, 4);
	g_string_replace(text, "%EMAILLOCALPART%", local, 4);
	g_string_replace(text, "%EMAILDOMAIN%", at ? at + 1 : "", 4);
	return g_string_free(text, FALSE);
}

bool
setup_autoconfig_parse(const char *text, size_t size, const char *address, struct setup_server *out)
{
	static const GMarkupParser parser = { on_start, on_end, on_text, NULL, NULL };
	struct reading r = { .text = g_string_new(NULL) };
	GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, &r, NULL);
	guint64 port = 0;
	bool good;

	*out = (struct setup_server){ 0 };
	good = g_markup_parse_context_parse(context, text, (gssize)size, NULL) &&
	       g_markup_parse_context_end_parse(context, NULL) && r.done &&
	       g_ascii_string_to_unsigned(r.port ? r.port : "", 10, 1, 65535, &port, NULL);
	if (good) {
		out->port = (unsigned)port;
		out->tls = tls_of(&r);
		out->host = g_steal_pointer(&r.host);
		out->user = r.user && *r.user ? expand(r.user, address) : NULL;
	}
	g_markup_parse_context_free(context);
	reading_clear(&r);
	g_string_free(r.text, TRUE);
	return good;
}

/* The file itself, or the one for the domain in a folder. */
static char *
find_file(const char *path, const char *domain)
{
	g_autofree char *xml = g_strconcat(domain, ".xml", NULL);
	const char *names[] = { domain, xml, "config-v1.1.xml" };

	if (!g_file_test(path, G_FILE_TEST_IS_DIR))
		return g_strdup(path);
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		char *file = g_build_filename(path, names[i], NULL);

		if (g_file_test(file, G_FILE_TEST_IS_REGULAR))
			return file;
		g_free(file);
	}
	return NULL;
}

bool
setup_autoconfig_text(const char *text, gsize size, const char *from, const char *address,
    struct setup_server *out, char **why)
{
	if (size > FILE_MAX || !setup_autoconfig_parse(text, size, address, out)) {
		*why = g_strdup_printf(
		    "%s names no outgoing server that encrypts (STARTTLS or SSL)", from);
		return false;
	}
	out->source = g_str_has_prefix(from, "http://")
			  ? g_strdup_printf("from %s, which was not encrypted: anybody on the way "
					    "may have changed it",
				from)
			  : g_strdup_printf("from %s", from);
	return true;
}

/* Without GLib's sentence about it. */
static const char *
file_reason(const GError *error)
{
	const char *colon = g_strrstr(error->message, ": ");

	return colon ? colon + 2 : error->message;
}

bool
setup_autoconfig(const char *path, const char *address, struct setup_server *out, char **why)
{
	g_autofree char *domain = setup_domain(address);
	g_autofree char *file = find_file(path, domain ? domain : "");
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	gsize size = 0;

	*out = (struct setup_server){ 0 };
	if (!file)
		*why = g_strdup_printf("the folder %s has no file for %s", path, domain);
	else if (!g_file_get_contents(file, &text, &size, &error))
		*why = g_strdup_printf("%s cannot be read: %s", file, file_reason(error));
	else
		return setup_autoconfig_text(text, size, file, address, out, why);
	return false;
}
