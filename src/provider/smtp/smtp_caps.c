/* SPDX-License-Identifier: MIT */
/* What the server can do: the reply to EHLO (RFC 5321 4.1.1.1). */
#include <string.h>

#include "smtp_private.h"

void
smtp_caps_clear(struct smtp_caps *caps)
{
	if (caps->logins)
		g_ptr_array_unref(caps->logins);
	memset(caps, 0, sizeof(*caps));
}

static void
parse_auth(struct smtp_caps *caps, const char *names)
{
	char **words = g_strsplit_set(names, " =\t", -1);
	int i;

	caps->auth = true;
	if (!caps->logins)
		caps->logins = g_ptr_array_new_with_free_func(g_free);
	for (i = 0; words[i]; i++) {
		if (*words[i] && !smtp_caps_login(caps, words[i]))
			g_ptr_array_add(caps->logins, g_ascii_strup(words[i], -1));
	}
	g_strfreev(words);
}

static void
parse_line(struct smtp_caps *caps, const char *line)
{
	size_t word = strcspn(line, " =");
	const char *rest = line[word] ? line + word + 1 : "";
	size_t i;
	const struct {
		const char *name;
		bool *flag;
	} words[] = {
		{ "STARTTLS", &caps->starttls },
		{ "PIPELINING", &caps->pipelining },
		{ "CHUNKING", &caps->chunking },
		{ "8BITMIME", &caps->eightbit },
		{ "SMTPUTF8", &caps->smtputf8 },
		{ "DSN", &caps->dsn },
		{ "SIZE", &caps->size },
	};

	for (i = 0; i < G_N_ELEMENTS(words); i++) {
		if (strlen(words[i].name) == word &&
		    !g_ascii_strncasecmp(line, words[i].name, word))
			*words[i].flag = true;
	}
	if (word == 4 && !g_ascii_strncasecmp(line, "SIZE", 4))
		caps->size_max = g_ascii_strtoull(rest, NULL, 10);
	/* "AUTH=LOGIN" is how servers older than RFC 2554 say it. */
	if (word == 4 && !g_ascii_strncasecmp(line, "AUTH", 4))
		parse_auth(caps, rest);
}

void
smtp_caps_parse(struct smtp_caps *caps, const struct smtp_reply *reply)
{
	guint i;

	smtp_caps_clear(caps);
	caps->ehlo = true;
	/* The first line is the server's greeting, not a keyword. */
	for (i = 1; reply->lines && i < reply->lines->len; i++)
		parse_line(caps, g_ptr_array_index(reply->lines, i));
}

bool
smtp_caps_login(const struct smtp_caps *caps, const char *mechanism)
{
	guint i;

	for (i = 0; caps->logins && i < caps->logins->len; i++) {
		if (!g_ascii_strcasecmp(g_ptr_array_index(caps->logins, i), mechanism))
			return true;
	}
	return false;
}

char *
smtp_caps_logins(const struct smtp_caps *caps)
{
	GString *all = g_string_new(NULL);
	guint i;

	for (i = 0; caps->logins && i < caps->logins->len; i++)
		g_string_append_printf(all, "%s%s", i > 0 ? " " : "",
		    (const char *)g_ptr_array_index(caps->logins, i));
	return g_string_free(all, FALSE);
}
