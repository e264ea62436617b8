/* SPDX-License-Identifier: MIT */
#include "sender.h"

#include <pwd.h>
#include <string.h>
#include <glib.h>
#include <mapicode.h>
#include <emapispi.h>
#include "prop.h"

/* --- Settings ------------------------------------------------------------------------------ */

static char *
take_text(const SPropValue *values, ULONG count, ULONG tag)
{
	char *text = prop_find_text(values, count, tag);

	if (text && !*g_strstrip(text))
		g_clear_pointer(&text, g_free);
	return text;
}

static HRESULT
parse_otherwise(const char *text, enum sender_otherwise *otherwise, char **why)
{
	static const char *const words[] = { "rewrite", "sender", "refuse", "keep" };

	*otherwise = SENDER_REWRITE;
	if (!text)
		return S_OK;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		if (g_ascii_strcasecmp(words[i], text) == 0) {
			*otherwise = (enum sender_otherwise)i;
			return S_OK;
		}
	}
	*why = g_strdup_printf(
	    "the profile's HeaderFrom is \"%s\": it must be rewrite, sender, refuse or keep", text);
	return MAPI_E_UNCONFIGURED;
}

/* At blanks, commas and semicolons; a name that ends in a colon belongs to what is behind it. */
static char **
split_items(const char *text)
{
	g_auto(GStrv) words = g_strsplit_set(text, ",; \t", -1);
	GPtrArray *items = g_ptr_array_new();
	g_autofree char *who = NULL;

	for (char **word = words; *word; word++) {
		if (!**word)
			continue;
		if (!who && g_str_has_suffix(*word, ":")) {
			who = g_strdup(*word);
			continue;
		}
		g_ptr_array_add(items, g_strconcat(who ? who : "", *word, NULL));
		g_clear_pointer(&who, g_free);
	}
	g_ptr_array_add(items, NULL);
	return (char **)g_ptr_array_free(items, FALSE);
}

HRESULT
sender_rules_read(const SPropValue *values, ULONG count, struct sender_rules *rules, char **why)
{
	g_autofree char *otherwise = take_text(values, count, PR_EMAPI_HEADER_FROM_W);
	g_autofree char *from = take_text(values, count, PR_EMAPI_MACHINE_FROM_W);

	memset(rules, 0, sizeof(*rules));
	rules->domain = take_text(values, count, PR_EMAPI_MACHINE_DOMAIN_W);
	rules->fallback_name = take_text(values, count, PR_EMAPI_FROM_NAME_W);
	rules->fallback_address = take_text(values, count, PR_EMAPI_FROM_ADDRESS_W);
	rules->from = split_items(from ? from : "");
	return parse_otherwise(otherwise, &rules->otherwise, why);
}

void
sender_rules_clear(struct sender_rules *rules)
{
	g_free(rules->domain);
	g_free(rules->fallback_name);
	g_free(rules->fallback_address);
	g_strfreev(rules->from);
	memset(rules, 0, sizeof(*rules));
}

/* --- Users --------------------------------------------------------------------------------- */

/* A login name that can stand before an @ as it is (RFC 5322 3.2.3, dots not at its ends). */
static bool
is_local_part(const char *login)
{
	size_t length = strlen(login);

	if (!length || length > 64 || login[0] == '.' || login[length - 1] == '.' ||
	    strstr(login, ".."))
		return false;
	for (const char *p = login; *p; p++)
		if (!g_ascii_isalnum(*p) && !strchr("!#$%&'*+-/=?^_`{|}~.", *p))
			return false;
	return true;
}

/* The first part of the field, where & stands for the login name (passwd(5)). */
static char *
person_name(const char *login, const char *gecos)
{
	g_autofree char *first = g_utf8_make_valid(gecos ? gecos : "", -1);
	GString *name = g_string_new(NULL);

	first[strcspn(first, ",")] = '\0';
	for (const char *p = first; *p; p++) {
		if (*p == '&') {
			g_string_append(name, login);
			name->str[name->len - strlen(login)] = g_ascii_toupper(login[0]);
		} else if ((unsigned char)*p >= ' ' && *p != 0x7F) {
			g_string_append_c(name, *p);
		}
	}
	g_strstrip(name->str);
	if (!*name->str)
		g_string_assign(name, login);
	return g_string_free(name, FALSE);
}

void
sender_user_make(const struct sender_rules *rules, uid_t uid, const char *login, const char *gecos,
    struct sender_user *user)
{
	user->uid = uid;
	user->login = login && is_local_part(login) ? g_strdup(login)
						    : g_strdup_printf("uid%lu", (gulong)uid);
	user->name = person_name(user->login, gecos);
	user->own_name = g_strdup(user->name);
	if (rules->domain)
		user->address = g_strdup_printf("%s@%s", user->login, rules->domain);
	else
		user->address = g_strdup(rules->fallback_address);
}

void
sender_user_find(const struct sender_rules *rules, uid_t uid, struct sender_user *user)
{
	struct passwd entry, *found = NULL;
	size_t size = 16 * 1024;
	g_autofree char *buffer = g_malloc(size);

	if (getpwuid_r(uid, &entry, buffer, size, &found) != 0)
		found = NULL;
	sender_user_make(
	    rules, uid, found ? found->pw_name : NULL, found ? found->pw_gecos : NULL, user);
}

void
sender_user_clear(struct sender_user *user)
{
	g_free(user->login);
	g_free(user->name);
	g_free(user->own_name);
	g_free(user->address);
	memset(user, 0, sizeof(*user));
}

/* --- Decisions ----------------------------------------------------------------------------- */

static bool
has_domain(const char *address, const char *at_domain)
{
	const char *at = strrchr(address, '@');

	return at && at > address && g_ascii_strcasecmp(at, at_domain) == 0;
}

/* An item without its "ann:", which must be this user's; NULL where it is another's.  A colon
 * behind an @ belongs to an address literal. */
static const char *
item_for(const char *item, const char *login)
{
	size_t length = strcspn(item, ":@");

	if (item[length] != ':')
		return item;
	if (length != strlen(login) || strncmp(item, login, length) != 0)
		return NULL;
	return item + length + 1;
}

static bool
item_allows(const char *item, const struct sender_user *user, const char *address)
{
	const char *pattern = item_for(item, user->login);
	g_auto(GStrv) parts = NULL;
	g_autofree char *filled = NULL;

	if (!pattern || !*pattern)
		return false;
	if (g_ascii_strcasecmp(pattern, "any") == 0)
		return true;
	if (*pattern == '@')
		return has_domain(address, pattern);
	parts = g_strsplit(pattern, "%u", -1);
	filled = g_strjoinv(user->login, parts);
	return g_ascii_strcasecmp(filled, address) == 0;
}

bool
sender_allows(const struct sender_rules *rules, const struct sender_user *user, const char *address)
{
	if (user->uid == 0 || rules->otherwise == SENDER_KEEP)
		return true;
	if (user->address && g_ascii_strcasecmp(user->address, address) == 0)
		return true;
	for (char **item = rules->from; item && *item; item++)
		if (item_allows(*item, user, address))
			return true;
	return false;
}
