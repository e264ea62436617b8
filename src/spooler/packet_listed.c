/* SPDX-License-Identifier: MIT */
/* Many messages in one packet, as a list has them.  See packet.h. */
#include "packet.h"

#include <string.h>

#define LISTED_RECIPIENT "(uiisssissssix)"
#define RECIPIENTS_MAX 20
/* Of all texts and bytes of one message: nearly every one has a tenth of that. */
#define BYTES_MAX (8 * 1024)

/* Room that is left of BYTES_MAX, or below 0. */
static gssize
less(gssize room, const char *text)
{
	return room - (gssize)strlen(text);
}

static bool
fits(const struct spool_message *m)
{
	gssize room = BYTES_MAX;

	if (m->recipients->len > RECIPIENTS_MAX || m->attempts->len > 0)
		return false;
	room = less(less(less(room, m->profile), m->subject), m->text);
	room -= (gssize)(g_bytes_get_size(m->key) + g_bytes_get_size(m->store) +
			 g_bytes_get_size(m->entry));
	for (guint i = 0; i < m->recipients->len && room >= 0; i++) {
		const struct spool_recipient *r = g_ptr_array_index(m->recipients, i);

		room = less(less(less(room, r->address), r->name), r->type);
		room = less(less(less(less(room, r->enhanced), r->text), r->server), r->queue_id);
	}
	return room >= 0;
}

static GVariant *
bytes_value(GBytes *bytes)
{
	return g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), bytes, TRUE);
}

static GVariant *
recipient_row(const struct spool_recipient *r)
{
	GVariant *parts[] = {
		g_variant_new_uint32(r->row),
		g_variant_new_int32(r->kind),
		g_variant_new_int32((gint32)r->state),
		ipc_text(r->address),
		ipc_text(r->name),
		ipc_text(r->type),
		g_variant_new_int32(r->code),
		ipc_text(r->enhanced),
		ipc_text(r->text),
		ipc_text(r->server),
		ipc_text(r->queue_id),
		g_variant_new_int32(r->tries),
		g_variant_new_int64(r->next),
	};

	return g_variant_new_tuple(parts, G_N_ELEMENTS(parts));
}

GVariant *
packet_listed_row(const struct spool_message *m)
{
	GVariant *rows[RECIPIENTS_MAX];

	if (!fits(m))
		return NULL;
	for (guint i = 0; i < m->recipients->len; i++)
		rows[i] = recipient_row(g_ptr_array_index(m->recipients, i));
	GVariant *parts[] = {
		g_variant_new_int64(m->id),
		g_variant_new_int32((gint32)m->state),
		ipc_text(m->profile),
		ipc_text(m->subject),
		ipc_text(m->text),
		g_variant_new_int64(m->submitted),
		g_variant_new_int64(m->next),
		g_variant_new_int64(m->changed),
		g_variant_new_int32(m->tries),
		g_variant_new_int64(m->defer),
		g_variant_new_int64(m->expiry),
		g_variant_new_boolean(m->quiet),
		bytes_value(m->key),
		bytes_value(m->store),
		bytes_value(m->entry),
		g_variant_new_array(G_VARIANT_TYPE(LISTED_RECIPIENT), rows, m->recipients->len),
	};
	return g_variant_new_tuple(parts, G_N_ELEMENTS(parts));
}

/* A number that a peer sends; what is no state reads as the first. */
static enum spool_state
state_from(gint32 number)
{
	return number >= 0 && number < SPOOL_STATE_COUNT ? (enum spool_state)number : SPOOL_WAITING;
}

static struct spool_recipient *
recipient_from(GVariant *row)
{
	struct spool_recipient *r = g_new0(struct spool_recipient, 1);
	gint32 state;

	g_variant_get(row, LISTED_RECIPIENT, &r->row, &r->kind, &state, &r->address, &r->name,
	    &r->type, &r->code, &r->enhanced, &r->text, &r->server, &r->queue_id, &r->tries,
	    &r->next);
	r->state = state_from(state);
	return r;
}

struct spool_message *
packet_from_listed_row(GVariant *row)
{
	struct spool_message *m = g_new0(struct spool_message, 1);
	g_autoptr(GVariant) key = NULL;
	g_autoptr(GVariant) store = NULL;
	g_autoptr(GVariant) entry = NULL;
	g_autoptr(GVariant) recipients = NULL;
	gboolean quiet;
	gint32 state;

	g_variant_get(row, "(xisssxxxixxb@ay@ay@ay@a" LISTED_RECIPIENT ")", &m->id, &state,
	    &m->profile, &m->subject, &m->text, &m->submitted, &m->next, &m->changed, &m->tries,
	    &m->defer, &m->expiry, &quiet, &key, &store, &entry, &recipients);
	m->state = state_from(state);
	m->quiet = quiet;
	m->key = g_variant_get_data_as_bytes(key);
	m->store = g_variant_get_data_as_bytes(store);
	m->entry = g_variant_get_data_as_bytes(entry);
	m->recipients = g_ptr_array_new_with_free_func((GDestroyNotify)spool_recipient_free);
	m->attempts = g_ptr_array_new_with_free_func((GDestroyNotify)spool_attempt_free);
	for (gsize i = 0; i < g_variant_n_children(recipients); i++) {
		g_autoptr(GVariant) one = g_variant_get_child_value(recipients, i);

		g_ptr_array_add(m->recipients, recipient_from(one));
	}
	return m;
}
