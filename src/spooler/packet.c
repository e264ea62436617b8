/* SPDX-License-Identifier: MIT */
/* Structs to packets and back.  See packet.h. */
#include "packet.h"

#include <string.h>
#include <mapicode.h>
#include "text.h"

/* Room that one packet's rows may take: a row is at most about 12 KiB, a journey 48 KiB. */
#define ROWS_ROOM (64 * 1024)
#define TEXT_MAX 4096
#define JOURNEY_MAX (40 * 1024)
#define CLIENT_MAX 4096
#define NAME_MAX_BYTES 1024

static void
add_text(GVariantBuilder *b, const char *name, const char *text, size_t max)
{
	g_autofree char *cut = packet_text(text, max);

	g_variant_builder_add(b, "{sv}", name, g_variant_new_string(cut));
}

static void
add_int(GVariantBuilder *b, const char *name, gint64 number)
{
	g_variant_builder_add(b, "{sv}", name, g_variant_new_int64(number));
}

static void
add_bytes(GVariantBuilder *b, const char *name, GBytes *bytes)
{
	g_variant_builder_add(
	    b, "{sv}", name, g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), bytes, TRUE));
}

/* Reads members of a nested a{sv}; wrong types count as absent. */
static char *
row_text(GVariant *row, const char *name)
{
	char *text = NULL;

	g_variant_lookup(row, name, "s", &text);
	return text ? text : g_strdup("");
}

static gint64
row_int(GVariant *row, const char *name)
{
	gint64 number = 0;

	g_variant_lookup(row, name, "x", &number);
	return number;
}

static void
set_text(char **field, char *text)
{
	g_free(*field);
	*field = text;
}

GBytes *
packet_bytes(const struct ipc_message *packet, const char *name)
{
	size_t size = 0;
	const void *data = ipc_bytes(packet, name, &size);

	return g_bytes_new(data, data ? size : 0);
}

static bool
packet_more(const struct ipc_message *packet)
{
	return ipc_int(packet, "more", 0) != 0;
}

/* Message: recipients */

static GVariant *
recipient_row(const struct spool_recipient *r)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	add_int(&b, "row", r->row);
	add_int(&b, "kind", r->kind);
	add_text(&b, "address", r->address, TEXT_MAX);
	add_text(&b, "name", r->name, NAME_MAX_BYTES);
	add_text(&b, "type", r->type, 64);
	add_text(&b, "state", spool_state_name(r->state), 64);
	add_int(&b, "code", r->code);
	add_text(&b, "enhanced", r->enhanced, 64);
	add_text(&b, "text", r->text, TEXT_MAX);
	add_text(&b, "server", r->server, NAME_MAX_BYTES);
	add_text(&b, "queue-id", r->queue_id, NAME_MAX_BYTES);
	add_int(&b, "tries", r->tries);
	add_int(&b, "next", r->next);
	return g_variant_builder_end(&b);
}

static struct spool_recipient *
recipient_from_row(GVariant *row)
{
	struct spool_recipient *r = spool_recipient_create();
	g_autofree char *state = row_text(row, "state");

	r->row = (guint32)row_int(row, "row");
	r->kind = (int)row_int(row, "kind");
	set_text(&r->address, row_text(row, "address"));
	set_text(&r->name, row_text(row, "name"));
	set_text(&r->type, row_text(row, "type"));
	spool_state_parse(state, &r->state);
	r->code = (int)row_int(row, "code");
	set_text(&r->enhanced, row_text(row, "enhanced"));
	set_text(&r->text, row_text(row, "text"));
	set_text(&r->server, row_text(row, "server"));
	set_text(&r->queue_id, row_text(row, "queue-id"));
	r->tries = (int)row_int(row, "tries");
	r->next = row_int(row, "next");
	return r;
}

/* An array of text whose parts together fit a packet; what is left out is said. */
static GVariant *
journey_value(char **lines)
{
	GVariantBuilder b;
	size_t room = JOURNEY_MAX;

	g_variant_builder_init(&b, G_VARIANT_TYPE_STRING_ARRAY);
	for (guint i = 0; lines[i]; i++) {
		g_autofree char *line = packet_text(lines[i], 1024);

		if (strlen(line) + 16 > room) {
			g_variant_builder_add_value(&b,
			    g_variant_new_take_string(g_strdup_printf("(%u more line%s left out)",
				g_strv_length(lines + i), text_s(g_strv_length(lines + i)))));
			break;
		}
		room -= strlen(line) + 16;
		g_variant_builder_add(&b, "s", line);
	}
	return g_variant_builder_end(&b);
}

/* Lines that are one text already: an array of one, where others send one a line. */
static GVariant *
lines_value(const char *lines)
{
	g_autofree char *text = packet_text(lines, JOURNEY_MAX);
	const char *all[] = { text, NULL };

	return g_variant_new_strv(all, *text ? 1 : 0);
}

static GVariant *
attempt_row(const struct spool_attempt *a)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	add_int(&b, "when", a->when);
	add_text(&b, "transport", a->transport, NAME_MAX_BYTES);
	add_text(&b, "text", a->text, TEXT_MAX);
	g_variant_builder_add(&b, "{sv}", "journey", journey_value(a->journey));
	return g_variant_builder_end(&b);
}

static struct spool_attempt *
attempt_from_row(GVariant *row)
{
	struct spool_attempt *a = spool_attempt_create();
	char **journey = NULL;

	a->when = row_int(row, "when");
	set_text(&a->transport, row_text(row, "transport"));
	set_text(&a->text, row_text(row, "text"));
	if (g_variant_lookup(row, "journey", "^as", &journey)) {
		g_strfreev(a->journey);
		a->journey = journey;
	}
	return a;
}

/* Adds rows to `rows` while they fit; returns how many. */
static void
add_recipients(GVariantBuilder *rows, const struct spool_message *m, struct packet_cursor *cursor,
    size_t *room)
{
	while (cursor->recipient < m->recipients->len) {
		GVariant *row = recipient_row(g_ptr_array_index(m->recipients, cursor->recipient));
		gsize size = g_variant_get_size(row) + 16;

		if (size > *room) {
			g_variant_unref(g_variant_ref_sink(row));
			break;
		}
		g_variant_builder_add_value(rows, row);
		*room -= size;
		cursor->recipient++;
	}
}

static void
add_attempts(GVariantBuilder *rows, const struct spool_message *m, struct packet_cursor *cursor,
    size_t *room)
{
	while (cursor->recipient == m->recipients->len && cursor->attempt < m->attempts->len) {
		GVariant *row = attempt_row(g_ptr_array_index(m->attempts, cursor->attempt));
		gsize size = g_variant_get_size(row) + 16;

		if (size > *room) {
			g_variant_unref(g_variant_ref_sink(row));
			break;
		}
		g_variant_builder_add_value(rows, row);
		*room -= size;
		cursor->attempt++;
	}
}

GVariant *
packet_from_message(const struct spool_message *m, struct packet_cursor *cursor)
{
	GVariantBuilder b, rows;
	size_t room = ROWS_ROOM;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	add_int(&b, "id", m->id);
	add_text(&b, "state", spool_state_name(m->state), 64);
	add_text(&b, "profile", m->profile, NAME_MAX_BYTES);
	add_text(&b, "subject", m->subject, NAME_MAX_BYTES);
	add_text(&b, "text", m->text, TEXT_MAX);
	add_int(&b, "submitted", m->submitted);
	add_int(&b, "next", m->next);
	add_int(&b, "changed", m->changed);
	add_int(&b, "tries", m->tries);
	add_int(&b, "defer", m->defer);
	add_int(&b, "expiry", m->expiry);
	add_int(&b, "quiet", m->quiet);
	if (m->client)
		add_text(&b, "client", m->client, CLIENT_MAX);
	add_bytes(&b, "key", m->key);
	add_bytes(&b, "store", m->store);
	add_bytes(&b, "entry", m->entry);
	g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
	add_recipients(&rows, m, cursor, &room);
	g_variant_builder_add(&b, "{sv}", "recipients", g_variant_builder_end(&rows));
	g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
	add_attempts(&rows, m, cursor, &room);
	g_variant_builder_add(&b, "{sv}", "attempts", g_variant_builder_end(&rows));
	cursor->done =
	    cursor->recipient == m->recipients->len && cursor->attempt == m->attempts->len;
	if (!cursor->done)
		add_int(&b, "more", 1);
	return g_variant_builder_end(&b);
}

static void
set_client(struct spool_message *m, const char *lines)
{
	m->client = *lines ? g_strdup(lines) : NULL;
}

static struct spool_message *
message_head(const struct ipc_message *packet)
{
	struct spool_message *m = spool_message_create();

	m->id = ipc_int(packet, "id", 0);
	spool_state_parse(ipc_string(packet, "state", "waiting"), &m->state);
	set_text(&m->profile, g_strdup(ipc_string(packet, "profile", "")));
	set_text(&m->subject, g_strdup(ipc_string(packet, "subject", "")));
	set_text(&m->text, g_strdup(ipc_string(packet, "text", "")));
	m->submitted = ipc_int(packet, "submitted", 0);
	m->next = ipc_int(packet, "next", 0);
	m->changed = ipc_int(packet, "changed", 0);
	m->tries = (int)ipc_int(packet, "tries", 0);
	m->defer = ipc_int(packet, "defer", 0);
	m->expiry = ipc_int(packet, "expiry", 0);
	m->quiet = ipc_int(packet, "quiet", 0) != 0;
	set_client(m, ipc_string(packet, "client", ""));
	g_bytes_unref(m->key);
	m->key = packet_bytes(packet, "key");
	g_bytes_unref(m->store);
	m->store = packet_bytes(packet, "store");
	g_bytes_unref(m->entry);
	m->entry = packet_bytes(packet, "entry");
	return m;
}

HRESULT
packet_to_message(const struct ipc_message *packet, struct spool_message **out, bool *more)
{
	g_autoptr(GVariant) recipients = ipc_value(packet, "recipients", "aa{sv}");
	g_autoptr(GVariant) attempts = ipc_value(packet, "attempts", "aa{sv}");
	gsize count = recipients ? g_variant_n_children(recipients) : 0;

	*more = packet_more(packet);
	if (!*out)
		*out = message_head(packet);
	/* A peer that sends parts for ever must not eat all memory. */
	if ((*out)->recipients->len + count > 1000 * 1000)
		return MAPI_E_TOO_BIG;
	for (gsize i = 0; i < count; i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(recipients, i);

		g_ptr_array_add((*out)->recipients, recipient_from_row(row));
	}
	for (gsize i = 0; attempts && i < g_variant_n_children(attempts); i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(attempts, i);

		g_ptr_array_add((*out)->attempts, attempt_from_row(row));
	}
	return S_OK;
}

/* A row of a scan */

#define ROW_RECIPIENTS 20

static GVariant *
queued_recipient(const struct spool_recipient *r)
{
	g_autofree char *type = packet_text(r->type, 64);
	g_autofree char *address = packet_text(r->address, TEXT_MAX);
	g_autofree char *name = packet_text(r->name, NAME_MAX_BYTES);

	return g_variant_new(
	    "(uisssb)", r->row, r->kind, type, address, name, (gboolean)(r->state == SPOOL_SENT));
}

GVariant *
packet_queued_row(const struct spool_message *m, int priority)
{
	g_autofree char *subject = packet_text(m->subject, NAME_MAX_BYTES);
	g_autofree char *client = packet_text(m->client, CLIENT_MAX);
	GVariantBuilder rows;

	if (m->recipients->len > ROW_RECIPIENTS)
		return NULL;
	g_variant_builder_init(&rows, G_VARIANT_TYPE("a(uisssb)"));
	for (guint i = 0; i < m->recipients->len; i++)
		g_variant_builder_add_value(
		    &rows, queued_recipient(g_ptr_array_index(m->recipients, i)));
	return g_variant_new("(@ayx@aysixxb@a(uisssb)s)",
	    g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), m->entry, TRUE), m->submitted,
	    g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), m->key, TRUE), subject, priority,
	    m->defer, m->expiry, (gboolean)m->quiet, g_variant_builder_end(&rows), client);
}

static struct spool_recipient *
recipient_from_queued(GVariant *row)
{
	struct spool_recipient *r = spool_recipient_create();
	const char *type, *address, *name;
	gboolean has_it;

	g_variant_get(row, "(ui&s&s&sb)", &r->row, &r->kind, &type, &address, &name, &has_it);
	set_text(&r->type, g_strdup(type));
	set_text(&r->address, g_strdup(address));
	set_text(&r->name, g_strdup(name));
	if (has_it)
		r->state = SPOOL_SENT;
	return r;
}

struct spool_message *
packet_from_queued_row(GVariant *row, GBytes *store, int *priority)
{
	struct spool_message *m = spool_message_create();
	g_autoptr(GVariant) entry = NULL;
	g_autoptr(GVariant) key = NULL;
	g_autoptr(GVariant) rows = NULL;
	const char *subject, *client;
	gboolean quiet;

	g_variant_get(row, "(@ayx@ay&sixxb@a(uisssb)&s)", &entry, &m->submitted, &key, &subject,
	    priority, &m->defer, &m->expiry, &quiet, &rows, &client);
	m->quiet = quiet;
	set_client(m, client);
	set_text(&m->subject, g_strdup(subject));
	g_bytes_unref(m->store);
	m->store = g_bytes_ref(store);
	g_bytes_unref(m->entry);
	m->entry = g_variant_get_data_as_bytes(entry);
	g_bytes_unref(m->key);
	m->key = g_variant_get_data_as_bytes(key);
	for (gsize i = 0; i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) one = g_variant_get_child_value(rows, i);

		g_ptr_array_add(m->recipients, recipient_from_queued(one));
	}
	return m;
}

GVariant *
packet_place(GBytes *store, gint64 reached, gint64 secured)
{
	return g_variant_new("(@ayxx)", g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), store, TRUE),
	    reached, secured);
}

/* Report */

static GVariant *
verdict_row(const struct verdict *v)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	add_int(&b, "row", v->row);
	add_int(&b, "class", v->class);
	add_int(&b, "code", v->code);
	add_int(&b, "wait", v->wait);
	if (v->relayed)
		add_int(&b, "relayed", 1);
	add_text(&b, "enhanced", v->enhanced, 64);
	add_text(&b, "text", v->text, TEXT_MAX);
	add_text(&b, "server", v->server, NAME_MAX_BYTES);
	add_text(&b, "queue-id", v->queue_id, NAME_MAX_BYTES);
	return g_variant_builder_end(&b);
}

static void
add_verdicts(GVariantBuilder *rows, const struct report *r, struct packet_cursor *cursor)
{
	size_t room = ROWS_ROOM;

	while (cursor->recipient < r->verdicts->len) {
		GVariant *row = verdict_row(g_ptr_array_index(r->verdicts, cursor->recipient));
		gsize size = g_variant_get_size(row) + 16;

		if (size > room) {
			g_variant_unref(g_variant_ref_sink(row));
			break;
		}
		g_variant_builder_add_value(rows, row);
		room -= size;
		cursor->recipient++;
	}
}

GVariant *
packet_from_report(const struct report *r, struct packet_cursor *cursor)
{
	GVariantBuilder b, rows;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	add_int(&b, "id", r->id);
	add_bytes(&b, "entry", r->entry);
	add_text(&b, "transport", r->transport, NAME_MAX_BYTES);
	if (cursor->recipient == 0)
		g_variant_builder_add(&b, "{sv}", "journey", lines_value(r->journey));
	g_variant_builder_init(&rows, G_VARIANT_TYPE("aa{sv}"));
	add_verdicts(&rows, r, cursor);
	g_variant_builder_add(&b, "{sv}", "recipients", g_variant_builder_end(&rows));
	cursor->done = cursor->recipient == r->verdicts->len;
	if (!cursor->done)
		add_int(&b, "more", 1);
	return g_variant_builder_end(&b);
}

static struct verdict *
verdict_from_row(GVariant *row)
{
	gint64 class = row_int(row, "class");
	struct verdict *v = verdict_create((guint32)row_int(row, "row"), VERDICT_TEMPORARY, NULL);

	if (class >= VERDICT_ACCEPTED && class < VERDICT_COUNT)
		v->class = (enum verdict_class) class;
	v->code = (int)row_int(row, "code");
	v->wait = (int)row_int(row, "wait");
	v->relayed = row_int(row, "relayed") != 0;
	set_text(&v->enhanced, row_text(row, "enhanced"));
	set_text(&v->text, row_text(row, "text"));
	set_text(&v->server, row_text(row, "server"));
	set_text(&v->queue_id, row_text(row, "queue-id"));
	return v;
}

HRESULT
packet_to_report(const struct ipc_message *packet, struct report **out, bool *more)
{
	g_autoptr(GVariant) rows = ipc_value(packet, "recipients", "aa{sv}");
	g_autoptr(GVariant) journey = ipc_value(packet, "journey", "as");
	g_autoptr(GBytes) entry = packet_bytes(packet, "entry");

	*more = packet_more(packet);
	if (!*out)
		*out = report_create(
		    ipc_int(packet, "id", 0), entry, ipc_string(packet, "transport", ""));
	if (journey) {
		g_autofree const char **lines = g_variant_get_strv(journey, NULL);

		g_free((*out)->journey);
		(*out)->journey = g_strjoinv("\n", (char **)(uintptr_t)lines);
	}
	if ((*out)->verdicts->len + (rows ? g_variant_n_children(rows) : 0) > 1000 * 1000)
		return MAPI_E_TOO_BIG;
	for (gsize i = 0; rows && i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);

		g_ptr_array_add((*out)->verdicts, verdict_from_row(row));
	}
	return S_OK;
}

/* Lease */

GVariant *
packet_from_lease(const struct lease *lease)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	add_int(&b, "id", lease->id);
	add_text(&b, "act", spool_act_name(lease->act), 64);
	add_int(&b, "tell", lease->tell);
	add_bytes(&b, "store", lease->store);
	add_bytes(&b, "entry", lease->entry);
	g_variant_builder_add(&b, "{sv}", "due",
	    g_variant_new_fixed_array(
		G_VARIANT_TYPE_UINT32, lease->due->data, lease->due->len, sizeof(guint32)));
	return g_variant_builder_end(&b);
}

HRESULT
packet_to_lease(const struct ipc_message *packet, struct lease **out)
{
	g_autoptr(GVariant) due = ipc_value(packet, "due", "au");
	struct lease *lease = lease_create();

	*out = NULL;
	lease->id = ipc_int(packet, "id", 0);
	lease->tell = ipc_int(packet, "tell", 0) != 0;
	if (!spool_act_parse(ipc_string(packet, "act", ""), &lease->act)) {
		lease_free(lease);
		return MAPI_E_CORRUPT_DATA;
	}
	g_bytes_unref(lease->store);
	lease->store = packet_bytes(packet, "store");
	g_bytes_unref(lease->entry);
	lease->entry = packet_bytes(packet, "entry");
	if (due) {
		gsize count = 0;
		const guint32 *rows = g_variant_get_fixed_array(due, &count, sizeof(guint32));

		g_array_append_vals(lease->due, rows, (guint)count);
	}
	*out = lease;
	return S_OK;
}
