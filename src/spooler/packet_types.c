/* SPDX-License-Identifier: MIT */
/* The structs that packets carry: made, freed, named.  See packet.h. */
#include "packet.h"

#include <string.h>
#include "text.h"

char *
packet_text(const char *text, size_t max)
{
	g_autofree char *valid = NULL;
	const char *end;
	size_t size = text ? strnlen(text, max + 1) : 0;

	if (size <= max && text_is_ascii_bytes(text, size)) /* as nearly all is */
		return g_strndup(text ? text : "", size);
	valid = g_utf8_make_valid(text, (gssize)strnlen(text, max * 2));
	if (strlen(valid) <= max)
		return g_steal_pointer(&valid);
	/* Cut before the character that would cross the limit; leave room for the ellipsis. */
	end = g_utf8_find_prev_char(valid, valid + max - 2);
	return g_strdup_printf("%.*s\xe2\x80\xa6", (int)(end - valid), valid);
}

struct spool_recipient *
spool_recipient_create(void)
{
	struct spool_recipient *r = g_new0(struct spool_recipient, 1);

	r->address = g_strdup("");
	r->name = g_strdup("");
	r->type = g_strdup("");
	r->enhanced = g_strdup("");
	r->text = g_strdup("");
	r->server = g_strdup("");
	r->queue_id = g_strdup("");
	return r;
}

void
spool_recipient_free(struct spool_recipient *r)
{
	if (!r)
		return;
	g_free(r->address);
	g_free(r->name);
	g_free(r->type);
	g_free(r->enhanced);
	g_free(r->text);
	g_free(r->server);
	g_free(r->queue_id);
	g_free(r);
}

struct spool_attempt *
spool_attempt_create(void)
{
	struct spool_attempt *a = g_new0(struct spool_attempt, 1);

	a->transport = g_strdup("");
	a->text = g_strdup("");
	a->journey = g_new0(char *, 1);
	return a;
}

void
spool_attempt_free(struct spool_attempt *a)
{
	if (!a)
		return;
	g_free(a->transport);
	g_free(a->text);
	g_strfreev(a->journey);
	g_free(a);
}

struct spool_message *
spool_message_create(void)
{
	struct spool_message *m = g_new0(struct spool_message, 1);

	m->profile = g_strdup("");
	m->subject = g_strdup("");
	m->text = g_strdup("");
	m->key = g_bytes_new(NULL, 0);
	m->store = g_bytes_new(NULL, 0);
	m->entry = g_bytes_new(NULL, 0);
	m->recipients = g_ptr_array_new_with_free_func((GDestroyNotify)spool_recipient_free);
	m->attempts = g_ptr_array_new_with_free_func((GDestroyNotify)spool_attempt_free);
	return m;
}

void
spool_message_free(struct spool_message *m)
{
	if (!m)
		return;
	g_free(m->profile);
	g_free(m->subject);
	g_free(m->text);
	g_free(m->client);
	g_bytes_unref(m->key);
	g_bytes_unref(m->store);
	g_bytes_unref(m->entry);
	g_ptr_array_unref(m->recipients);
	g_ptr_array_unref(m->attempts);
	g_free(m);
}

struct verdict *
verdict_create(guint32 row, enum verdict_class class, const char *text)
{
	struct verdict *v = g_new0(struct verdict, 1);

	v->row = row;
	v->class = class;
	v->enhanced = g_strdup("");
	v->text = g_strdup(text ? text : "");
	v->server = g_strdup("");
	v->queue_id = g_strdup("");
	return v;
}

void
verdict_free(struct verdict *v)
{
	if (!v)
		return;
	g_free(v->enhanced);
	g_free(v->text);
	g_free(v->server);
	g_free(v->queue_id);
	g_free(v);
}

struct report *
report_create(gint64 id, GBytes *entry, const char *transport)
{
	struct report *r = g_new0(struct report, 1);

	r->id = id;
	r->entry = entry ? g_bytes_ref(entry) : g_bytes_new(NULL, 0);
	r->transport = g_strdup(transport ? transport : "");
	r->verdicts = g_ptr_array_new_with_free_func((GDestroyNotify)verdict_free);
	r->journey = g_strdup("");
	return r;
}

void
report_free(struct report *r)
{
	if (!r)
		return;
	g_bytes_unref(r->entry);
	g_free(r->transport);
	g_ptr_array_unref(r->verdicts);
	g_free(r->journey);
	g_free(r);
}

struct lease *
lease_create(void)
{
	struct lease *l = g_new0(struct lease, 1);

	l->store = g_bytes_new(NULL, 0);
	l->entry = g_bytes_new(NULL, 0);
	l->due = g_array_new(FALSE, FALSE, sizeof(guint32));
	return l;
}

void
lease_free(struct lease *l)
{
	if (!l)
		return;
	g_bytes_unref(l->store);
	g_bytes_unref(l->entry);
	g_array_unref(l->due);
	g_free(l);
}

static const char *const act_names[ACT_COUNT] = {
	[ACT_SEND] = "send",
	[ACT_FILE] = "file",
	[ACT_FAIL] = "fail",
	[ACT_RETRY] = "retry",
	[ACT_HOLD] = "hold",
	[ACT_CANCEL] = "cancel",
};

const char *
spool_act_name(enum spool_act act)
{
	return (unsigned)act < ACT_COUNT ? act_names[act] : "unknown";
}

bool
spool_act_parse(const char *name, enum spool_act *out)
{
	for (int i = 0; i < ACT_COUNT; i++) {
		if (strcmp(act_names[i], name) == 0) {
			*out = (enum spool_act)i;
			return true;
		}
	}
	return false;
}
