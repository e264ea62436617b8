/* SPDX-License-Identifier: MIT */
/*
 * spool.db: what senders are told (reports of non-delivery and of delay).
 *
 * recipient.told has a bit for each notice that was given, one for each that is being given, and
 * TOLD_RELAYED for whom the report that he was handed on is due:
 * who is in a report that was begun stays in it until it is told, so that a report that is written
 * again after a crash is the same report.  message.reports counts them, message.reporting is the
 * notice under way.  See spooldb.h.
 */
#include "spooldb_private.h"

#include <string.h>

/* Bits of recipient.told: notice, and this many places higher the same while it is being given. */
#define UNDER_WAY 2
#define GIVEN (NOTICE_NDR | NOTICE_DELAY | NOTICE_RELAYED)

/* Nobody is told who does not want to be, nor of what he has done himself (text 'Cancelled'). */
static const char due_ndr[] =
    "SELECT 1 FROM recipient r JOIN message m ON m.id=r.message WHERE r.message=? AND r.state=5"
    " AND (r.told & 1)=0 AND m.quiet=0 LIMIT 1";
static const char due_delay[] =
    "SELECT 1 FROM recipient r JOIN message m ON m.id=r.message WHERE r.message=? AND r.state=0"
    " AND r.tries>0 AND (r.told & 2)=0 AND max(m.submitted, m.defer)<=? LIMIT 1";

static const char due_relayed[] =
    "SELECT 1 FROM recipient WHERE message=? AND state=2 AND (told & 32)<>0 LIMIT 1";

/* Before this a message must have been submitted for its delay to be told of. */
static gint64
delay_horizon(struct spooldb *db, gint64 id, gint64 now)
{
	g_autoptr(GBytes) profile = spooldb_profile_of(db, id);
	gint64 warn = spooldb_policy(db, profile)->warn;

	return warn > 0 ? now - warn : G_MININT64;
}

static enum spool_notice
due(struct spooldb *db, gint64 id, gint64 now)
{
	if (spooldb_number(db, 0, due_ndr, "i", id))
		return NOTICE_NDR;
	if (spooldb_number(db, 0, due_delay, "ii", id, delay_horizon(db, id, now)))
		return NOTICE_DELAY;
	if (spooldb_number(db, 0, due_relayed, "i", id))
		return NOTICE_RELAYED;
	return NOTICE_NONE;
}

bool
spooldb_to_tell(struct spooldb *db, gint64 id, gint64 now)
{
	return spooldb_number(db, 0, "SELECT reporting FROM message WHERE id=?", "i", id) != 0 ||
	       due(db, id, now) != NOTICE_NONE;
}

static HRESULT
begin(struct spooldb *db, gint64 id, enum spool_notice notice, gint64 now)
{
	HRESULT hr = spooldb_begin(db, SPOOLDB_NOW);

	if (SUCCEEDED(hr))
		hr = spooldb_run(db, "UPDATE message SET reporting=?, reports=reports+1 WHERE id=?",
		    "di", notice, id);
	if (SUCCEEDED(hr) && notice == NOTICE_NDR)
		hr = spooldb_run(db,
		    "UPDATE recipient SET told=told|4 WHERE message=? AND state=5 AND (told & 1)=0",
		    "i", id);
	else if (SUCCEEDED(hr) && notice == NOTICE_RELAYED)
		hr = spooldb_run(db,
		    "UPDATE recipient SET told=(told & ~32)|64 WHERE message=? AND state=2 AND"
		    " (told & 32)<>0",
		    "i", id);
	else if (SUCCEEDED(hr))
		hr = spooldb_run(db,
		    "UPDATE recipient SET told=told|8 WHERE message=? AND state=0 AND tries>0"
		    " AND (told & 2)=0",
		    "i", id);
	hr = spooldb_end(db, hr);
	/* A report that is begun must be known as such before it can be in a store. */
	return FAILED(hr) ? hr : spooldb_sync(db);
}

static void
keep_those_told(struct spooldb *db, struct spool_telling *t)
{
	GPtrArray *recipients = t->message->recipients;

	t->total = recipients->len;
	for (guint i = recipients->len; i-- > 0;) {
		const struct spool_recipient *r = g_ptr_array_index(recipients, i);

		t->sent += r->state == SPOOL_SENT;
		t->waiting += r->state == SPOOL_WAITING || r->state == SPOOL_HELD;
		if (!spooldb_number(db, 0,
			"SELECT told & ? FROM recipient WHERE message=? AND row=?", "dii",
			(int)t->notice << UNDER_WAY, t->message->id, (gint64)r->row))
			g_ptr_array_remove_index(recipients, i);
	}
}

HRESULT
spooldb_tell(struct spooldb *db, gint64 id, gint64 now, struct spool_telling *t)
{
	HRESULT hr = S_OK;

	memset(t, 0, sizeof(*t));
	t->notice = (enum spool_notice)spooldb_number(
	    db, 0, "SELECT reporting FROM message WHERE id=?", "i", id);
	t->again = t->notice != NOTICE_NONE;
	if (!t->again) {
		t->notice = due(db, id, now);
		if (t->notice == NOTICE_NONE)
			return S_OK;
		hr = begin(db, id, t->notice, now);
	}
	if (SUCCEEDED(hr))
		hr = spooldb_load(db, id, false, &t->message);
	if (FAILED(hr))
		return hr;
	t->serial = spooldb_number(db, 0, "SELECT reports FROM message WHERE id=?", "i", id);
	t->expires = spooldb_number(db, 0, "SELECT expires FROM message WHERE id=?", "i", id);
	keep_those_told(db, t);
	return S_OK;
}

HRESULT
spooldb_told(struct spooldb *db, gint64 id, gint64 serial, const char *text, gint64 now)
{
	HRESULT hr;

	if (!spooldb_number(db, 0,
		"SELECT count(*) FROM message WHERE id=? AND reports=? AND reporting>0", "ii", id,
		serial))
		return MAPI_E_NOT_FOUND;
	hr = spooldb_begin(db, SPOOLDB_NOW);
	if (SUCCEEDED(hr))
		hr = spooldb_run(db,
		    "UPDATE recipient SET told=(told & (?1 | 32)) | (told >> 2 & ?1) WHERE "
		    "message=?2",
		    "di", GIVEN, id);
	if (SUCCEEDED(hr))
		hr = spooldb_run(db, "UPDATE message SET reporting=0, changed=? WHERE id=?", "ii",
		    spooldb_stamp(db, now), id);
	if (SUCCEEDED(hr) && text && *text)
		hr = spooldb_note(db, id, text, now);
	return spooldb_end(db, hr);
}

void
spool_telling_clear(struct spool_telling *t)
{
	spool_message_free(t->message);
	t->message = NULL;
}
