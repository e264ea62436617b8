/* SPDX-License-Identifier: MIT */
/*
 * spool.db: the records of tries (design D9).  Bounded: a record has RECORD_MAX bytes of lines at
 * most, a message the first HEAD tries, the newest ones, and in between one record that says how
 * many are left out.  They go with the message, when its history does.  See spooldb.h.
 */
#include "spooldb_private.h"

#include <string.h>
#include "text.h"

#define RECORD_MAX (16 * 1024)
#define LINE_BYTES 1024
#define HEAD 8
#define ATTEMPTS_MAX 64
#define LEFT_OUT "* left-out: "

/* Lines */

static gsize
line_size(const char *line)
{
	return MIN(strlen(line), LINE_BYTES) + 1;
}

/* How many of the lines, from the first or from the last on, fit the room. */
static guint
that_fit(char **lines, guint count, gsize room, bool from_end)
{
	guint fit = 0;

	while (fit < count) {
		gsize size = line_size(lines[from_end ? count - 1 - fit : fit]);

		if (size > room)
			break;
		room -= size;
		fit++;
	}
	return fit;
}

static void
add_lines(GString *all, char **lines, guint from, guint to)
{
	for (; from < to; from++) {
		g_autofree char *line = packet_text(lines[from], LINE_BYTES);

		g_string_append_printf(all, "%s%s", all->len ? "\n" : "", line);
	}
}

/* The beginning and the end tell how it went: what is too much goes from the middle. */
static char *
shortened(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	GString *all = g_string_new(NULL);
	guint count = g_strv_length(lines);
	guint head = that_fit(lines, count, RECORD_MAX / 2, false);
	guint tail = that_fit(lines + head, count - head, RECORD_MAX / 2, true);

	add_lines(all, lines, 0, head);
	if (head + tail < count)
		g_string_append_printf(all, "\n* (%u line%s left out)", count - head - tail,
		    text_s(count - head - tail));
	add_lines(all, lines, count - tail, count);
	return g_string_free(all, FALSE);
}

/* Records */

/*
 * When (64 bits), transport, text and lines, each text with its end, the lines as
 * one.  VERSION in the time's highest byte: earlier records are GVariants of the type (xssas),
 * whose time has nothing there.
 */
#define VERSION ((guint64)1 << 56)

static GBytes *
make_record(const struct spool_try *try, const char *more)
{
	g_autofree char *fit = strlen(try->lines) > LINE_BYTES ? shortened(try->lines) : NULL;
	const char *lines = fit ? fit : try->lines;
	const guint64 when = (guint64)try->when | VERSION;
	gsize size = strlen(lines) + (more ? strlen(more) + 1 : 0);
	GString *all = g_string_sized_new(
	    sizeof(when) + strlen(try->transport) + strlen(try->text) + size + 4);

	g_string_append_len(all, (const char *)&when, sizeof(when));
	g_string_append_len(all, try->transport, (gssize)strlen(try->transport) + 1);
	g_string_append_len(all, try->text, (gssize)strlen(try->text) + 1);
	g_string_append(all, lines);
	if (more)
		g_string_append_printf(all, "%s%s", *lines ? "\n" : "", more);
	g_string_append_c(all, '\0');
	return g_string_free_to_bytes(all);
}

/* How many tries a record stands for because they are left out; 0: it is one itself. */
static gint64
left_out(struct spooldb *db, gint64 record_id)
{
	sqlite3_stmt *s =
	    spooldb_query(db, "SELECT record FROM attempt WHERE id=?", "i", record_id);
	gint64 count = 0;

	if (spooldb_step(db, s)) {
		g_autoptr(GBytes) bytes = spooldb_column_bytes(s, 0);
		struct spool_attempt *a = spooldb_read_attempt(bytes);

		if (*a->journey && !*a->transport && g_str_has_prefix(*a->journey, LEFT_OUT))
			count = g_ascii_strtoll(*a->journey + strlen(LEFT_OUT), NULL, 10);
		spool_attempt_free(a);
	}
	spooldb_done(s);
	return count;
}

/* The oldest try behind the first ones gives way to the record of those that are left out. */
static HRESULT
leave_one_out(struct spooldb *db, gint64 id, gint64 now)
{
	gint64 gap = spooldb_number(
	    db, 0, "SELECT id FROM attempt WHERE message=? ORDER BY id LIMIT 1 OFFSET 8", "i", id);
	gint64 next = spooldb_number(
	    db, 0, "SELECT id FROM attempt WHERE message=? ORDER BY id LIMIT 1 OFFSET 9", "i", id);
	gint64 count = left_out(db, gap);
	gint64 total = count + (count ? 1 : 2);
	g_autofree char *text =
	    g_strdup_printf("%" G_GINT64_FORMAT " tries are left out here", total);
	g_autofree char *fact = g_strdup_printf(LEFT_OUT "%" G_GINT64_FORMAT, total);
	struct spool_try gap_record = { now, "", text, fact };
	g_autoptr(GBytes) record = make_record(&gap_record, NULL);
	HRESULT hr = spooldb_run(db, "UPDATE attempt SET record=? WHERE id=?", "bi", record, gap);

	G_STATIC_ASSERT(HEAD == 8);
	return FAILED(hr) ? hr : spooldb_run(db, "DELETE FROM attempt WHERE id=?", "i", next);
}

HRESULT
spooldb_add_attempt(struct spooldb *db, gint64 id, const struct spool_try *try, gint64 next)
{
	g_autofree char *when = next ? text_iso_time(next) : NULL;
	g_autofree char *fact = when ? g_strconcat("* next-try: ", when, NULL) : NULL;
	g_autoptr(GBytes) record = make_record(try, fact);

	return spooldb_run(
	    db, "INSERT INTO attempt(message, record) VALUES(?, ?)", "ib", id, record);
}

HRESULT
spooldb_note(struct spooldb *db, gint64 id, const char *text, gint64 now)
{
	struct spool_try note = { now, "", text, "" };
	HRESULT hr = spooldb_add_attempt(db, id, &note, 0);

	return FAILED(hr) ? hr : spooldb_bound_attempts(db, id, now);
}

HRESULT
spooldb_add_client(struct spooldb *db, gint64 id, const struct spool_message *m)
{
	struct spool_try client = { m->submitted, "", "", m->client };

	return spooldb_add_attempt(db, id, &client, 0);
}

/* What the spooler itself notes has a text. */
bool
spooldb_is_client(const struct spool_attempt *record)
{
	return !*record->transport && !*record->text;
}

HRESULT
spooldb_bound_attempts(struct spooldb *db, gint64 id, gint64 now)
{
	if (spooldb_number(db, 0, "SELECT count(*) FROM attempt WHERE message=?", "i", id) <=
	    ATTEMPTS_MAX)
		return S_OK;
	return leave_one_out(db, id, now);
}

/* The text at *at, which is moved behind its end.  Nothing is believed of bytes from a disk. */
static char *
take_text(const char **at, const char *end)
{
	gsize size = strnlen(*at, (gsize)(end - *at));
	char *text = g_utf8_make_valid(*at, (gssize)size);

	*at += MIN(size + 1, (gsize)(end - *at));
	return text;
}

/* Bytes that are not in normal form read as defaults, never as harm. */
static char *
read_variant(GBytes *bytes, struct spool_attempt *a)
{
	g_autoptr(GVariant) record =
	    g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE("(xssas)"), bytes, FALSE));
	g_auto(GStrv) parts = NULL;

	g_variant_get(record, "(xss^as)", &a->when, &a->transport, &a->text, &parts);
	return g_strjoinv("\n", parts);
}

struct spool_attempt *
spooldb_read_attempt(GBytes *bytes)
{
	gsize size;
	const char *at = g_bytes_get_data(bytes, &size), *end = at + size;
	struct spool_attempt *a = g_new0(struct spool_attempt, 1);
	g_autofree char *all = NULL;
	guint64 when = 0;

	if (size >= sizeof(when))
		memcpy(&when, at, sizeof(when));
	if (when >> 56 == VERSION >> 56) {
		at += sizeof(when);
		a->when = (gint64)(when & (VERSION - 1));
		a->transport = take_text(&at, end);
		a->text = take_text(&at, end);
		all = take_text(&at, end);
	} else {
		all = read_variant(bytes, a);
	}
	a->journey = g_strsplit(all, "\n", -1);
	return a;
}
