/* SPDX-License-Identifier: MIT */
#include "rawfrom.h"

#include <string.h>
#include <mapicode.h>
#include "addrlist.h"
#include "rawheader.h"
#include "text.h"

struct check {
	const struct sender_rules *rules;
	const struct sender_user *user;
	struct rawfrom *out;
	char **why;
	GString *header; /* as it becomes */
	bool changed;
	bool has_from;
	bool sender_wanted; /* a From that is not his own stays: a Sender must say so */
};

void
rawfrom_clear(struct rawfrom *result)
{
	if (result->header)
		g_string_free(result->header, TRUE);
	g_free(result->from);
	memset(result, 0, sizeof(*result));
}

/* The user as a field's value.  A name that needs encoding is left out. */
static char *
own_mailbox(const struct sender_user *user)
{
	GString *text;

	if (!user->own_name || !*user->own_name || !text_is_ascii(user->own_name))
		return g_strdup(user->address);
	text = g_string_new("\"");
	for (const char *p = user->own_name; *p; p++) {
		if (*p == '"' || *p == '\\')
			g_string_append_c(text, '\\');
		g_string_append_c(text, *p);
	}
	g_string_append_printf(text, "\" <%s>", user->address);
	return g_string_free(text, FALSE);
}

static void
add_own(struct check *c, const char *name)
{
	g_autofree char *own = own_mailbox(c->user);

	g_string_append_printf(c->header, "%s: %s\r\n", name, own);
	c->changed = true;
}

/* Whether each mailbox of the field is allowed; *first is one that is not, or for a field that is
 * allowed the first, g_free(). */
static bool
is_allowed(struct check *c, const struct rawheader_field *field, char **first)
{
	g_autofree char *value = rawheader_unfold(field);
	g_autoptr(GPtrArray) list = addrlist_new();
	bool allowed = addrlist_parse(value, list, NULL) && list->len > 0;

	*first = NULL;
	for (guint i = 0; i < list->len && (allowed || !*first); i++) {
		const struct addrlist_mailbox *mailbox = g_ptr_array_index(list, i);
		bool this = sender_allows(c->rules, c->user, mailbox->address);

		if (!this || !*first) {
			g_free(*first);
			*first = g_strdup(mailbox->address);
		}
		allowed = allowed && this;
	}
	/* Nobody is checked who may be anybody: not even for being understood. */
	return allowed || c->user->uid == 0 || c->rules->otherwise == SENDER_KEEP;
}

static HRESULT
check_from(struct check *c, const struct rawheader_field *field)
{
	bool resent = rawheader_has_prefix(field, "Resent-");
	g_autofree char *first = NULL;
	bool allowed = is_allowed(c, field, &first);

	if (!allowed && c->rules->otherwise == SENDER_REFUSE) {
		*c->why = g_strdup_printf("%s may not send as %s", c->user->login,
		    first && *first ? first : "what From says");
		return MAPI_E_NO_ACCESS;
	}
	if (!allowed && c->rules->otherwise == SENDER_REWRITE) {
		add_own(c, resent ? "Resent-From" : "From");
	} else {
		g_string_append_len(c->header, field->start, (gssize)field->length);
		c->sender_wanted = c->sender_wanted || !allowed;
		if (!resent && !c->out->from)
			c->out->from = g_steal_pointer(&first);
	}
	c->has_from = c->has_from || !resent;
	return S_OK;
}

static HRESULT
check_field(struct check *c, const struct rawheader_field *field)
{
	g_autofree char *first = NULL;

	if (rawheader_is(field, "From") || rawheader_is(field, "Resent-From"))
		return check_from(c, field);
	if ((rawheader_is(field, "Sender") || rawheader_is(field, "Resent-Sender")) &&
	    !is_allowed(c, field, &first)) {
		c->changed = true;
		return S_OK;
	}
	g_string_append_len(c->header, field->start, (gssize)field->length);
	return S_OK;
}

/* A field's line end may be missing at the very end of the mail. */
static void
end_line(GString *header)
{
	if (header->len && header->str[header->len - 1] != '\n')
		g_string_append(header, "\r\n");
}

static void
finish(struct check *c, size_t end, size_t body)
{
	GString *front = g_string_new(NULL);

	if (!c->has_from || c->sender_wanted) {
		g_autofree char *own = own_mailbox(c->user);

		end_line(c->header);
		g_string_append_printf(front, "%s: %s\r\n", c->has_from ? "Sender" : "From", own);
		g_string_append_len(front, c->header->str, (gssize)c->header->len);
		if (body == end) /* the body must not become a part of the header */
			g_string_append(front, "\r\n");
		g_string_free(c->header, TRUE);
		c->header = front;
		c->changed = true;
	} else {
		g_string_free(front, TRUE);
	}
	if (c->changed) {
		c->out->header = g_steal_pointer(&c->header);
		c->out->kept_from = end;
	}
}

HRESULT
rawfrom_check(const struct sender_rules *rules, const struct sender_user *user, const char *mail,
    size_t size, struct rawfrom *out, char **why)
{
	struct check c = { .rules = rules, .user = user, .out = out, .why = why };
	size_t looked = MIN(size, RAWHEADER_MAX), end = 0, body = 0, at = 0;
	struct rawheader_field field;
	HRESULT hr = S_OK;

	memset(out, 0, sizeof(*out));
	if (!rawheader_end(mail, looked, looked == size, &end, &body)) {
		*why = g_strdup("the mail's header is longer than 4 MiB");
		return MAPI_E_TOO_BIG;
	}
	c.header = g_string_sized_new(end + 256);
	while (SUCCEEDED(hr) && rawheader_next(mail, end, &at, &field))
		hr = check_field(&c, &field);
	if (SUCCEEDED(hr))
		finish(&c, end, body);
	if (c.header)
		g_string_free(c.header, TRUE);
	if (FAILED(hr))
		rawfrom_clear(out);
	return hr;
}
