/* SPDX-License-Identifier: MIT */
/*
 * The scheduler's spool.db: opened, and made anew where it is damaged.
 *
 * What is damaged is put aside, never mended: a row that looks whole may be an old one, and mail
 * would be lost that it calls filed.  All that must not be lost stands in the stores' outgoing
 * queues; it is learnt from there, and what was submitted before may have been sent (D4).
 */
#include "scheduler_private.h"

#include "board.h"
#include "damage.h"
#include "hr.h"

/* A disk that spoils a new file at once is not given another. */
#define AGAIN_AFTER (60 * (gint64)G_USEC_PER_SEC)

static HRESULT
open_once(struct scheduler *s, const char *path, gint64 now, char **why)
{
	g_autoptr(GArray) on_boards = NULL;
	HRESULT hr = spooldb_open(path, &s->policy, &s->db, why);

	if (FAILED(hr))
		return hr;
	/* What stood on a board is known better than by its lease: see batch_import(). */
	on_boards = board_ids(s->options.state_path);
	hr = spooldb_return(s->db, on_boards, now);
	if (SUCCEEDED(hr))
		hr = spooldb_recover(s->db, now);
	return spooldb_damaged(s->db) ? MAPI_E_CORRUPT_STORE : hr;
}

/* What people held is held again: it is read of the file that was put aside (NULL: there is none),
 * before anything is leased. */
static HRESULT
keep_wishes(struct scheduler *s, const char *aside)
{
	g_autofree char *words = NULL;
	g_autoptr(GPtrArray) wishes = NULL;
	enum damage_read read;
	HRESULT hr;

	if (!aside || spooldb_has_wishes(s->db, aside))
		return S_OK;
	wishes = damage_wishes(aside, &read);
	hr = spooldb_keep_wishes(s->db, aside, wishes);
	words = damage_words(wishes, read);
	if (SUCCEEDED(hr))
		log_error("%s: %s", aside, words);
	return hr;
}

/* Puts the file aside and begins a new one.  *why is what is wrong with it; then why it stays so.
 */
static HRESULT
begin_anew(struct scheduler *s, const char *path, gint64 now, char **why)
{
	g_autofree char *aside = NULL;
	g_autofree char *damage = g_steal_pointer(why);
	HRESULT hr;

	spooldb_close(s->db);
	s->db = NULL;
	hr = damage_set_aside(path, now, &aside);
	if (FAILED(hr)) {
		*why = g_strdup_printf(
		    "%s is damaged and cannot be put aside (%s)", path, hr_text(hr));
		return hr;
	}
	hr = open_once(s, path, now, why);
	if (SUCCEEDED(hr))
		hr = spooldb_set_rebuilt(s->db, now);
	if (SUCCEEDED(hr))
		hr = keep_wishes(s, aside);
	if (FAILED(hr))
		return hr;
	s->healed_at = now;
	log_error("spool.db is damaged: %s.  It is kept as %s.  The queue is made anew from the "
		  "stores: no mail is lost, and what was submitted before now may have been sent "
		  "and may be delivered twice.",
	    damage ? damage : "it cannot be read", aside);
	return S_OK;
}

/* Who has put it aside may have died over it. */
static HRESULT
keep_old_wishes(struct scheduler *s, const char *path)
{
	g_autofree char *aside = damage_newest(path);

	return keep_wishes(s, aside);
}

HRESULT
scheduler_open_database(struct scheduler *s, gint64 now)
{
	g_autofree char *path = g_strconcat(s->options.state_path, "/spool.db", NULL);
	g_autofree char *why = NULL;
	HRESULT hr = open_once(s, path, now, &why);

	if (hr == MAPI_E_CORRUPT_STORE)
		hr = begin_anew(s, path, now, &why);
	else if (SUCCEEDED(hr) && spooldb_is_rebuilt(s->db))
		hr = keep_old_wishes(s, path);
	if (FAILED(hr)) {
		g_autofree char *text = g_strdup_printf("%s.  No mail is sent until this is "
							"mended; it is safe in the stores.",
		    why ? why : hr_text(hr));

		scheduler_say_why_not(s, text);
	}
	return hr;
}

bool
scheduler_heal(struct scheduler *s, gint64 now)
{
	g_autofree char *path = g_strconcat(s->options.state_path, "/spool.db", NULL);
	g_autofree char *why = NULL;
	HRESULT hr;

	if (!spooldb_damaged(s->db))
		return true;
	if (s->healed_at && now - s->healed_at < AGAIN_AFTER) {
		log_error("spool.db is damaged again: the disk may be failing.  No mail is sent; "
			  "it is safe in the stores.");
		return false;
	}
	/* Workers end after their message; the next one waits for them. */
	g_hash_table_remove_all(s->lanes);
	hr = begin_anew(s, path, now, &why);
	if (FAILED(hr)) {
		log_error("%s.  No mail is sent until this is mended; it is safe in the stores.",
		    why ? why : hr_text(hr));
		return false;
	}
	scheduler_run_all(s);
	scheduler_changed(s);
	return true;
}
