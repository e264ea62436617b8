/* SPDX-License-Identifier: MIT */
/* spool.db: what became of recipients, and what follows from it.  See spooldb.h. */
#include "spooldb_private.h"

enum spool_act
spooldb_act(struct spooldb *db, gint64 id, gint64 now)
{
	gint64 held = 0, due = 0, later = 0, sent = 0;
	sqlite3_stmt *s = spooldb_query(db,
	    "SELECT sum(state=4), sum(state=0 AND next<=?), sum(state=0 AND next>?), sum(state=2)"
	    " FROM recipient WHERE message=?",
	    "iii", now, now, id);

	if (spooldb_step(db, s)) {
		held = sqlite3_column_int64(s, 0);
		due = sqlite3_column_int64(s, 1);
		later = sqlite3_column_int64(s, 2);
		sent = sqlite3_column_int64(s, 3);
	}
	spooldb_done(s);
	if (held)
		return ACT_HOLD;
	if (due)
		return ACT_SEND;
	if (later)
		return ACT_RETRY;
	return sent ? ACT_FILE : ACT_FAIL;
}

static char *
days(gint64 time)
{
	double days = (double)time / G_USEC_PER_SEC / 86400.0;

	if (days >= 1)
		return g_strdup_printf("%.3g day%s", days, days > 1 ? "s" : "");
	return g_strdup_printf("%.3g minutes", days * 1440);
}

/* The recipient's state and next try by the verdict; `text` gets what is recorded (g_free). */
static enum spool_state
judge(struct spooldb *db, gint64 id, const struct verdict *v, gint64 now, gint64 *next, char **text)
{
	g_autoptr(GBytes) profile = NULL;
	const struct retry_policy *policy;
	gint64 expires, expiry, tries;

	*next = 0;
	*text = g_strdup(v->text);
	if (v->class == VERDICT_ACCEPTED)
		return SPOOL_SENT;
	if (v->class == VERDICT_PERMANENT)
		return SPOOL_FAILED;
	if (v->class == VERDICT_HOLD)
		return SPOOL_HELD;
	profile = spooldb_profile_of(db, id);
	policy = spooldb_policy(db, profile);
	expires = spooldb_number(db, 0, "SELECT expires FROM message WHERE id=?", "i", id);
	tries = spooldb_number(db, 0, "SELECT tries FROM recipient WHERE message=? AND row=?", "ii",
	    id, (gint64)v->row);
	if (now >= expires) {
		g_autofree char *lifetime = days(policy->lifetime);

		g_free(*text);
		*text =
		    g_strdup_printf("Given up after %s.  The last answer: %s", lifetime, v->text);
		return SPOOL_FAILED;
	}
	*next = now + retry_delay(policy, (int)MIN(tries, 1000) + 1, v->wait);
	expiry = spooldb_number(db, 0, "SELECT expiry FROM message WHERE id=?", "i", id);
	if (expiry > now)
		*next = MIN(*next, expiry);
	return SPOOL_WAITING;
}

static HRESULT
apply_verdict(struct spooldb *db, gint64 id, const struct verdict *v, gint64 now)
{
	g_autofree char *text = NULL;
	gint64 next = 0;
	enum spool_state state = judge(db, id, v, now, &next, &text);

	return spooldb_run(db,
	    "UPDATE recipient SET state=?, class=?, code=?, enhanced=?, text=?, server=?,"
	    " queue_id=?, tries=tries+1, next=?, told=told|? WHERE message=? AND row=?"
	    " AND state NOT IN (2, 5)",
	    "dddttttidii", state, v->class, v->code, v->enhanced, text, v->server, v->queue_id,
	    next, state == SPOOL_SENT && v->relayed ? TOLD_RELAYED : 0, id, (gint64)v->row);
}

/* What a try came to, for people. */
static char *
summary(const struct report *report)
{
	int accepted = 0, later = 0, never = 0, held = 0;
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < report->verdicts->len; i++) {
		const struct verdict *v = g_ptr_array_index(report->verdicts, i);

		accepted += v->class == VERDICT_ACCEPTED;
		later += v->class == VERDICT_TEMPORARY || v->class == VERDICT_UNREACHABLE;
		never += v->class == VERDICT_PERMANENT;
		held += v->class == VERDICT_HOLD;
	}
	if (accepted)
		g_string_append_printf(text, "%d accepted", accepted);
	if (later)
		g_string_append_printf(text, "%s%d refused for now", text->len ? ", " : "", later);
	if (never)
		g_string_append_printf(text, "%s%d refused for good", text->len ? ", " : "", never);
	if (held)
		g_string_append_printf(
		    text, "%sheld: the profile needs mending", text->len ? ", " : "");
	return g_string_free(text, FALSE);
}

static gint64
next_try(struct spooldb *db, gint64 id)
{
	return spooldb_number(
	    db, 0, "SELECT min(next) FROM recipient WHERE message=? AND state=0", "i", id);
}

HRESULT
spooldb_apply(struct spooldb *db, const struct report *report, gint64 now, enum spool_act *act)
{
	g_autofree char *text = summary(report);
	const struct spool_try try = { now, report->transport, text, report->journey };
	HRESULT hr = S_OK;

	for (guint i = 0; SUCCEEDED(hr) && i < report->verdicts->len; i++)
		hr = apply_verdict(db, report->id, g_ptr_array_index(report->verdicts, i), now);
	*act = spooldb_act(db, report->id, now);
	if (SUCCEEDED(hr) && report->verdicts->len > 0)
		hr = spooldb_add_attempt(
		    db, report->id, &try, *act == ACT_RETRY ? next_try(db, report->id) : 0);
	if (SUCCEEDED(hr) && *act != ACT_FILE) /* what is sent at once has few */
		hr = spooldb_bound_attempts(db, report->id, now);
	if (SUCCEEDED(hr))
		hr = spooldb_run(db,
		    "UPDATE message SET state=CASE ?1 WHEN 'file' THEN 2 ELSE state END, crashes=0,"
		    " changed=?2, next=CASE state WHEN 1 THEN ?4 WHEN 2 THEN next ELSE"
		    " coalesce((SELECT min(next) FROM recipient WHERE message=?3 AND state=0), ?5) "
		    "END"
		    " WHERE id=?3",
		    "tiiii", spool_act_name(*act), spooldb_stamp(db, now), report->id, G_MAXINT64,
		    now);
	return hr;
}

HRESULT
spooldb_report(struct spooldb *db, const struct report *report, gint64 now, enum spool_act *act)
{
	HRESULT hr;

	*act = ACT_RETRY;
	if (!spooldb_number(db, 0,
		"SELECT count(*) FROM message WHERE id=? AND entry=? AND " SQL_OPEN, "ib",
		report->id, report->entry)) {
		hr = spooldb_unread(db);
		return FAILED(hr) ? hr : MAPI_E_NOT_FOUND;
	}
	hr = spooldb_begin(db, SPOOLDB_NOW);
	if (SUCCEEDED(hr))
		hr = spooldb_apply(db, report, now, act);
	hr = spooldb_end(db, hr);
	if (hr == MAPI_E_NOT_ENOUGH_DISK) { /* the reserve has been given back: once more */
		hr = spooldb_begin(db, SPOOLDB_NOW);
		if (SUCCEEDED(hr))
			hr = spooldb_apply(db, report, now, act);
		hr = spooldb_end(db, hr);
	}
	return hr;
}
