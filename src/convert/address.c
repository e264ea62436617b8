/* SPDX-License-Identifier: MIT */
/* See address.h.  The check walks the text once, left to right, and says the first thing wrong. */
#include "address.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <string.h>
#include <glib.h>
#include <mapicode.h>
#include <mapitags.h>

#include "entryid.h"
#include "idn.h"
#include "mem.h"
#include "prop.h"

#define ADDRESS_MAX 254 /* RFC 5321 4.5.3.1.3: a path of 256 with its angle brackets */
#define LOCAL_MAX 64
#define DOMAIN_MAX 253
#define LABEL_MAX 63

const struct address_tags address_tags_recipient = {
	.name = PR_DISPLAY_NAME_W,
	.type = PR_ADDRTYPE_W,
	.address = PR_EMAIL_ADDRESS_W,
	.smtp_address = PR_SMTP_ADDRESS_W,
	.entry_id = PR_ENTRYID,
};
const struct address_tags address_tags_sender = {
	.name = PR_SENDER_NAME_W,
	.type = PR_SENDER_ADDRTYPE_W,
	.address = PR_SENDER_EMAIL_ADDRESS_W,
	.smtp_address = PR_SENDER_SMTP_ADDRESS_W,
	.entry_id = PR_SENDER_ENTRYID,
};
const struct address_tags address_tags_representing = {
	.name = PR_SENT_REPRESENTING_NAME_W,
	.type = PR_SENT_REPRESENTING_ADDRTYPE_W,
	.address = PR_SENT_REPRESENTING_EMAIL_ADDRESS_W,
	.smtp_address = PR_SENT_REPRESENTING_SMTP_ADDRESS_W,
	.entry_id = PR_SENT_REPRESENTING_ENTRYID,
};

static bool __attribute__((format(printf, 2, 3))) wrong(char **why, const char *format, ...)
{
	va_list arguments;

	if (!why)
		return false;
	va_start(arguments, format);
	*why = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	return false;
}

/* RFC 5322 3.2.3, with RFC 6532's UTF-8. */
static bool
is_atext(unsigned char c)
{
	return c >= 0x80 || g_ascii_isalnum(c) || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool
check_characters(const char *address, char **why)
{
	const char *p;

	if (!g_utf8_validate(address, -1, NULL))
		return wrong(why, "it is not valid UTF-8");
	for (p = address; *p; p = g_utf8_next_char(p)) {
		gunichar c = g_utf8_get_char(p);

		if (c < 0x20 || (c >= 0x7F && c < 0xA0))
			return wrong(why, "it holds the control character U+%04X", c);
	}
	return true;
}

/* "..." with quoted pairs; *end is behind the closing quote. */
static bool
check_quoted(const char *address, const char **end, char **why)
{
	const char *p = address + 1;

	while (*p && *p != '"') {
		if (*p == '\\' && (!p[1] || (unsigned char)p[1] >= 0x80))
			return wrong(why, "a backslash in it quotes nothing");
		p += *p == '\\' ? 2 : 1;
	}
	if (!*p)
		return wrong(why, "the quote at its start is never closed");
	*end = p + 1;
	return true;
}

static bool
check_dot_string(const char *address, const char **end, char **why)
{
	const char *p = address;

	if (*p == '@')
		return wrong(why, "nothing stands before the '@'");
	for (; *p && *p != '@'; p++) {
		if (*p == '.' && (p == address || p[1] == '.' || p[1] == '@' || !p[1]))
			return wrong(why, "a dot stands at the start or end of the part before "
					  "the '@', or two in a row");
		if (*p == ' ')
			return wrong(why, "it has a space%s",
			    strchr(p, '@') ? " before the '@'" : " and no '@'");
		if (*p != '.' && !is_atext((unsigned char)*p))
			return wrong(why, "the character '%c' must not stand before the '@'", *p);
	}
	*end = p;
	return true;
}

/* [1.2.3.4], [IPv6:...], [tag:content]: RFC 5321 4.1.3. */
static bool
check_literal(const char *domain, char **why)
{
	size_t length = strlen(domain);
	g_autofree char *inner = NULL;
	struct in6_addr binary;
	const char *p;

	if (length < 3 || domain[length - 1] != ']')
		return wrong(why, "the address literal has no closing bracket");
	inner = g_strndup(domain + 1, length - 2);
	if (g_ascii_strncasecmp(inner, "IPv6:", 5) == 0)
		return inet_pton(AF_INET6, inner + 5, &binary) == 1 ||
		       wrong(why, "%s is no IPv6 address", inner + 5);
	if (!strchr(inner, ':'))
		return inet_pton(AF_INET, inner, &binary) == 1 ||
		       wrong(why, "%s is no IPv4 address", inner);
	/* RFC 5321 allows '<', '>' and '"' here too; no tag that is in use needs them. */
	for (p = inner; *p; p++)
		if (!g_ascii_isalnum(*p) && !strchr("-.:_", *p))
			return wrong(why, "the address literal holds what must not stand there");
	return inner[0] != ':' || wrong(why, "the address literal has no tag");
}

static bool
check_label(const char *label, size_t length, char **why)
{
	size_t i;

	if (length == 0)
		return wrong(why, "a part of its domain is empty");
	if (length > LABEL_MAX)
		return wrong(why, "a part of its domain is longer than %d bytes", LABEL_MAX);
	if (label[0] == '-' || label[length - 1] == '-')
		return wrong(why, "a part of its domain begins or ends with a hyphen");
	for (i = 0; i < length; i++) {
		unsigned char c = (unsigned char)label[i];

		if (c == ' ')
			return wrong(why, "its domain has a space");
		if (c < 0x80 && !g_ascii_isalnum(c) && c != '-' && c != '_')
			return wrong(why, "the character '%c' must not stand in its domain", c);
	}
	return true;
}

static bool
check_domain(const char *domain, char **why)
{
	const char *label = domain, *dot;

	if (!*domain)
		return wrong(why, "nothing stands behind the '@'");
	if (*domain == '[')
		return check_literal(domain, why);
	if (strlen(domain) > DOMAIN_MAX)
		return wrong(why, "its domain is longer than %d bytes", DOMAIN_MAX);
	while ((dot = strchr(label, '.'))) {
		if (!check_label(label, (size_t)(dot - label), why))
			return false;
		label = dot + 1;
	}
	return check_label(label, strlen(label), why);
}

bool
address_check(const char *address, char **why)
{
	const char *at = NULL;

	if (why)
		*why = NULL;
	if (!address || !*address)
		return wrong(why, "it is empty");
	if (strlen(address) > ADDRESS_MAX)
		return wrong(why, "it is longer than %d bytes", ADDRESS_MAX);
	if (!check_characters(address, why))
		return false;
	if (*address == '"' ? !check_quoted(address, &at, why)
			    : !check_dot_string(address, &at, why))
		return false;
	if (!at || *at != '@')
		return wrong(why, "it has no '@'");
	if (at - address > LOCAL_MAX)
		return wrong(why, "the part before the '@' is longer than %d bytes", LOCAL_MAX);
	return check_domain(at + 1, why);
}

bool
address_needs_smtputf8(const char *address)
{
	const char *at = strrchr(address, '@'), *p;

	for (p = address; *p && p != at; p++)
		if ((unsigned char)*p >= 0x80)
			return true;
	return false;
}

char *
address_to_ascii(const char *address)
{
	const char *at = strrchr(address, '@');
	char *domain, *out;

	if (!at)
		return NULL;
	if (g_str_is_ascii(at))
		return g_strdup(address);
	domain = idn_to_ascii(at + 1);
	if (!domain)
		return NULL;
	out = g_strdup_printf("%.*s@%s", (int)(at - address), address, domain);
	g_free(domain);
	return out;
}

static bool
matches_one(const char *pattern, const char *address)
{
	const char *at = strrchr(address, '@');

	if (g_ascii_strcasecmp(pattern, "any") == 0 || strcmp(pattern, "*") == 0)
		return true;
	if (strcmp(pattern, "<>") == 0)
		return !*address;
	pattern += pattern[0] == '*' && pattern[1] == '@';
	if (*pattern == '@')
		return at && g_ascii_strcasecmp(pattern, at) == 0;
	return *address && g_ascii_strcasecmp(pattern, address) == 0;
}

bool
address_matches(const char *patterns, const char *address)
{
	g_auto(GStrv) list = g_strsplit_set(patterns ? patterns : "", ",; \t", -1);
	size_t i;

	for (i = 0; list[i]; i++)
		if (*list[i] && matches_one(list[i], address))
			return true;
	return false;
}

/* Text of the tag, without blanks around; NULL where absent or empty. */
static char *
get_text(const SPropValue *values, ULONG count, ULONG tag)
{
	char *text = tag ? prop_find_text(values, count, tag) : NULL;

	if (text && !*g_strstrip(text))
		g_clear_pointer(&text, g_free);
	return text;
}

/* Simple MAPI's way of writing an address, "SMTP:ann@example.test". */
static void
strip_scheme(char *address)
{
	if (address && g_ascii_strncasecmp(address, "SMTP:", 5) == 0)
		memmove(address, address + 5, strlen(address + 5) + 1);
}

/* A broken entry ID tells nothing; short memory is told. */
static HRESULT
pick_from_entry_id(const SPropValue *values, ULONG count, ULONG tag, struct address_person *out)
{
	const SPropValue *id = tag ? prop_find(values, count, tag) : NULL;
	struct oneoff *oneoff = NULL;
	HRESULT hr;

	if (!id)
		return S_OK;
	hr = oneoff_decode(id->Value.bin.lpb, id->Value.bin.cb, &oneoff);
	if (FAILED(hr))
		return hr == MAPI_E_NOT_ENOUGH_MEMORY ? hr : S_OK;
	out->address = g_strdup(oneoff->address);
	g_free(out->type);
	out->type = g_strdup(oneoff->address_type);
	if (!out->name)
		out->name = g_strdup(oneoff->name);
	mem_free(oneoff);
	return S_OK;
}

/* 'ann@example.test', <ann@example.test> and the like only repeat the address. */
static bool
repeats_address(const char *name, const char *address)
{
	size_t length = strlen(name);

	while (length > 1 && strchr("'\"<", *name) && strchr("'\">", name[length - 1])) {
		name++;
		length -= 2;
	}
	if (length > 5 && g_ascii_strncasecmp(name, "SMTP:", 5) == 0) {
		name += 5;
		length -= 5;
	}
	return length == strlen(address) && g_ascii_strncasecmp(name, address, length) == 0;
}

HRESULT
address_pick(const SPropValue *values, ULONG count, const struct address_tags *tags,
    struct address_person *out)
{
	HRESULT hr = S_OK;

	memset(out, 0, sizeof *out);
	out->name = get_text(values, count, tags->name);
	out->address = get_text(values, count, tags->smtp_address);
	strip_scheme(out->address);
	if (out->address && address_check(out->address, NULL)) {
		out->type = g_strdup("SMTP");
	} else {
		g_free(out->address);
		out->type = get_text(values, count, tags->type);
		out->address = get_text(values, count, tags->address);
		if (!out->address)
			hr = pick_from_entry_id(values, count, tags->entry_id, out);
	}
	if (FAILED(hr) || !out->address || !*out->address) {
		address_person_clear(out);
		return FAILED(hr) ? hr : MAPI_E_NOT_FOUND;
	}
	if (!out->type && strchr(out->address, '@'))
		out->type = g_strdup("SMTP");
	if (out->type && g_ascii_strcasecmp(out->type, "SMTP") == 0)
		strip_scheme(out->address);
	if (out->name && repeats_address(out->name, out->address))
		g_clear_pointer(&out->name, g_free);
	return S_OK;
}

void
address_person_clear(struct address_person *person)
{
	g_free(person->name);
	g_free(person->type);
	g_free(person->address);
	memset(person, 0, sizeof *person);
}
