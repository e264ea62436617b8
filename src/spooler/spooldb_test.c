/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sqlite3.h>
#include "spooldb_private.h"
#include "testing/spool_file.h"

static void
set(char **field, const char *text)
{
	g_free(*field);
	*field = g_strdup(text);
}

/* Records a message with `count` recipients; its entry ID and key are `name`.  It is not sent
 * before `defer` nor after `expiry` (0: neither). */
static gint64
add_timed(struct fixture *f, const char *name, int count, gint64 defer, gint64 expiry)
{
	struct spool_message *m = spool_message_create();
	gint64 id = 0;

	set(&m->subject, name);
	m->submitted = f->now;
	m->defer = defer;
	m->expiry = expiry;
	g_bytes_unref(m->key);
	g_bytes_unref(m->store);
	g_bytes_unref(m->entry);
	m->key = g_bytes_new(name, strlen(name));
	m->store = g_bytes_ref(f->store);
	m->entry = g_bytes_new(name, strlen(name));
	for (int i = 0; i < count; i++) {
		struct spool_recipient *r = spool_recipient_create();

		r->row = (guint32)i;
		r->kind = MAPI_TO;
		set(&r->address, "ann@example.test");
		set(&r->type, "SMTP");
		g_ptr_array_add(m->recipients, r);
	}
	assert_int_equal(spooldb_add(f->db, f->profile, m, 0, f->now, &id), S_OK);
	spool_message_free(m);
	return id;
}

static gint64
add(struct fixture *f, const char *name, int count)
{
	return add_timed(f, name, count, 0, 0);
}

static struct lease *
lease(struct fixture *f)
{
	struct lease *l = NULL;
	gint64 again;

	assert_int_equal(spooldb_lease(f->db, f->profile, f->now, &l, &again), S_OK);
	return l;
}

/* Reports a verdict for each letter: a accepted, t temporary, p permanent, h hold, u unreachable,
 * - none. */
static enum spool_act
report(struct fixture *f, gint64 id, const char *name, const char *verdicts)
{
	GBytes *entry = g_bytes_new(name, strlen(name));
	struct report *r = report_create(id, entry, "Test transport");
	enum spool_act act;

	for (guint32 i = 0; verdicts[i]; i++) {
		const char *classes = "atphu";
		const char *class = strchr(classes, verdicts[i]);

		if (class)
			g_ptr_array_add(
			    r->verdicts, verdict_create(i, (enum verdict_class)(class - classes),
					     "the server's words"));
	}
	assert_int_equal(spooldb_report(f->db, r, f->now, &act), S_OK);
	report_free(r);
	g_bytes_unref(entry);
	return act;
}

static struct spool_message *
load(struct fixture *f, gint64 id)
{
	struct spool_message *m = NULL;

	assert_int_equal(spooldb_load(f->db, id, true, &m), S_OK);
	return m;
}

static enum spool_state
state_of(struct fixture *f, gint64 id)
{
	struct spool_message *m = load(f, id);
	enum spool_state state = m->state;

	spool_message_free(m);
	return state;
}

/* What the verdicts of the recipients make of the message. */
static void
verdicts_decide_what_is_next(void **state)
{
	static const struct {
		const char *verdicts;
		enum spool_act act;
		enum spool_state settled;
	} cases[] = {
		{ "aa", ACT_FILE, SPOOL_FILED },
		{ "ap", ACT_FILE, SPOOL_FILED },
		{ "pp", ACT_FAIL, SPOOL_FAILED },
		{ "at", ACT_RETRY, SPOOL_WAITING },
		{ "pt", ACT_RETRY, SPOOL_WAITING },
		{ "ah", ACT_HOLD, SPOOL_HELD },
		{ "th", ACT_HOLD, SPOOL_HELD },
		{ "a-", ACT_SEND, SPOOL_WAITING },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *name = g_strdup_printf("message %zu", i);
		gint64 id = add(f, name, 2);
		struct lease *l = lease(f);
		enum spool_act act;

		assert_int_equal(l->id, id);
		assert_int_equal(l->act, ACT_SEND);
		assert_int_equal(l->due->len, 2);
		lease_free(l);
		act = report(f, id, name, cases[i].verdicts);
		assert_int_equal(act, cases[i].act);
		if (act == ACT_SEND)
			act = ACT_RETRY;
		assert_int_equal(spooldb_settle(f->db, id, act, "", f->now), S_OK);
		assert_int_equal(state_of(f, id), cases[i].settled);
		assert_int_equal(spooldb_release(f->db, f->profile, f->now - DAY), S_OK);
		assert_int_equal(spooldb_settle(f->db, id, ACT_CANCEL, "", f->now),
		    spool_state_final(cases[i].settled) ? MAPI_E_NOT_FOUND : S_OK);
	}
}

/* Only who was refused for now is tried again, after a minute or so; the words are kept. */
static void
only_refused_recipients_come_again(void **state)
{
	struct fixture *f = *state;
	gint64 id = add(f, "m", 3);
	struct spool_message *m;
	struct lease *l;

	lease_free(lease(f));
	assert_int_equal(report(f, id, "m", "apt"), ACT_RETRY);
	assert_int_equal(spooldb_settle(f->db, id, ACT_RETRY, "", f->now), S_OK);
	m = load(f, id);
	assert_string_equal(m->text, "the server's words");
	assert_true(m->next >= f->now + MINUTE && m->next <= f->now + MINUTE * 5 / 4);
	assert_int_equal(m->attempts->len, 1);
	assert_string_equal(((struct spool_attempt *)g_ptr_array_index(m->attempts, 0))->text,
	    "1 accepted, 1 refused for now, 1 refused for good");
	assert_int_equal(spooldb_next_due(f->db, f->profile), m->next);
	assert_null(lease(f));
	f->now = m->next;
	spool_message_free(m);
	l = lease(f);
	assert_int_equal(l->due->len, 1);
	assert_int_equal(g_array_index(l->due, guint32, 0), 2);
	lease_free(l);
	assert_int_equal(report(f, id, "m", "--a"), ACT_FILE);
	assert_int_equal(state_of(f, id), SPOOL_SENT);
}

/* A scheduler or worker that dies after the verdict: the message is filed, never sent again. */
static void
sent_is_only_filed_after_a_crash(void **state)
{
	struct fixture *f = *state;
	gint64 id = add(f, "m", 1);
	struct lease *l;

	lease_free(lease(f));
	assert_int_equal(report(f, id, "m", "a"), ACT_FILE);
	reopen(f);
	for (int i = 0; i < 5; i++) { /* however often it dies */
		assert_int_equal(spooldb_lease_died(f->db, id, "died", f->now, f->now), S_OK);
		l = lease(f);
		assert_int_equal(l->act, ACT_FILE);
		assert_int_equal(l->due->len, 0);
		lease_free(l);
	}
	assert_int_equal(spooldb_settle(f->db, id, ACT_FILE, "", f->now), S_OK);
	assert_int_equal(state_of(f, id), SPOOL_FILED);
	assert_null(lease(f));
}

/* A lease of a dead scheduler is given out again; a message that kills its worker three times is
 * set apart, so that others get their turn. */
static void
leases_die_with_their_holder(void **state)
{
	struct fixture *f = *state;
	gint64 id = add(f, "m", 1);
	struct spool_message *m;
	struct lease *l;

	lease_free(lease(f));
	assert_int_equal(state_of(f, id), SPOOL_LEASED);
	reopen(f);
	for (int i = 0; i < 3; i++) {
		l = lease(f);
		assert_int_equal(l->act, ACT_SEND);
		lease_free(l);
		assert_int_equal(spooldb_lease_died(f->db, id, "it crashed", f->now, f->now), S_OK);
	}
	m = load(f, id);
	assert_int_equal(m->state, SPOOL_HELD);
	assert_string_equal(m->text, "it crashed");
	spool_message_free(m);
	assert_int_equal(spooldb_release(f->db, NULL, f->now), S_OK); /* not by running the queue */
	assert_null(lease(f));
}

/* Whether the record of the newest try says that the message may come twice. */
static bool
is_in_doubt(struct fixture *f, gint64 id)
{
	struct spool_message *m = load(f, id);
	guint count = m->attempts->len;
	const struct spool_attempt *last = count ? g_ptr_array_index(m->attempts, count - 1) : NULL;
	bool found = last && strstr(last->text, "twice");

	spool_message_free(m);
	return found;
}

/* Nobody knows what the server said to a worker that died, or to one that died with its scheduler;
 * once the answer is on record there is no doubt. */
static void
what_may_come_twice_is_marked(void **state)
{
	struct fixture *f = *state;
	gint64 id = add(f, "m", 1);

	lease_free(lease(f));
	assert_false(is_in_doubt(f, id));
	reopen(f);
	assert_true(is_in_doubt(f, id));
	assert_int_equal(report(f, id, "m", "t"), ACT_RETRY);
	assert_false(is_in_doubt(f, id));
	f->now += 2 * MINUTE;
	lease_free(lease(f));
	assert_int_equal(spooldb_lease_died(f->db, id, "killed", f->now, f->now), S_OK);
	assert_true(is_in_doubt(f, id));
	lease_free(lease(f));
	assert_int_equal(report(f, id, "m", "a"), ACT_FILE);
	assert_int_equal(spooldb_lease_died(f->db, id, "killed", f->now, f->now), S_OK);
	reopen(f);
	assert_false(is_in_doubt(f, id));
}

/* A login that is refused holds the profile's mail, new mail too; release lets all go at once. */
static void
a_held_profile_holds_all_its_mail(void **state)
{
	struct fixture *f = *state;
	gint64 first = add(f, "1", 1), second = add(f, "2", 1), third;
	struct lease *l;
	char *why;

	lease_free(lease(f));
	assert_int_equal(report(f, first, "1", "h"), ACT_HOLD);
	assert_int_equal(spooldb_settle(f->db, first, ACT_HOLD, "", f->now), S_OK);
	third = add(f, "3", 1);
	assert_int_equal(state_of(f, first), SPOOL_HELD);
	assert_int_equal(state_of(f, second), SPOOL_HELD);
	assert_int_equal(state_of(f, third), SPOOL_HELD);
	why = spooldb_held(f->db, f->profile, NULL);
	assert_string_equal(why, "the server's words");
	g_free(why);
	reopen(f);
	assert_null(lease(f));
	assert_int_equal(spooldb_release(f->db, NULL, f->now), S_OK);
	assert_null(spooldb_held(f->db, f->profile, NULL));
	for (int i = 0; i < 3; i++) {
		l = lease(f);
		assert_non_null(l);
		assert_int_equal(l->due->len, 1);
		lease_free(l);
	}
}

static void
after_five_days_a_refusal_is_final(void **state)
{
	struct fixture *f = *state;
	gint64 id = add(f, "m", 1);
	struct spool_message *m;

	f->now += 5 * DAY;
	lease_free(lease(f));
	assert_int_equal(report(f, id, "m", "t"), ACT_FAIL);
	assert_int_equal(spooldb_settle(f->db, id, ACT_FAIL, "", f->now), S_OK);
	m = load(f, id);
	assert_int_equal(m->state, SPOOL_FAILED);
	assert_string_equal(m->text, "Given up after 5 days.  The last answer: the server's words");
	spool_message_free(m);
}

static void
people_can_hold_retry_and_cancel(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GBytes) key = g_bytes_new("m", 1);
	g_autoptr(GBytes) other = g_bytes_new("x", 1);
	gint64 id = add(f, "m", 2);
	struct lease *l;

	assert_int_equal(spooldb_wish(f->db, other, WANT_HOLD, f->now), MAPI_E_NOT_FOUND);
	assert_int_equal(spooldb_wish(f->db, key, WANT_HOLD, f->now), S_OK);
	assert_int_equal(spooldb_release(f->db, NULL, f->now), S_OK);
	assert_null(lease(f)); /* running the queue does not release what a person holds */
	assert_int_equal(spooldb_wish(f->db, key, WANT_RETRY, f->now), S_OK);
	l = lease(f);
	assert_int_equal(l->due->len, 2);
	lease_free(l);
	assert_int_equal(spooldb_wish(f->db, key, WANT_CANCEL, f->now), MAPI_E_UNABLE_TO_ABORT);
	assert_int_equal(report(f, id, "m", "tt"), ACT_RETRY);
	assert_int_equal(spooldb_settle(f->db, id, ACT_RETRY, "", f->now), S_OK);
	assert_int_equal(spooldb_wish(f->db, key, WANT_CANCEL, f->now), S_OK);
	l = lease(f);
	assert_int_equal(l->act, ACT_CANCEL);
	lease_free(l);
	assert_int_equal(spooldb_settle(f->db, id, ACT_CANCEL, "by request", f->now), S_OK);
	assert_int_equal(state_of(f, id), SPOOL_CANCELLED);
}

/* What some have got cannot be taken back: the rest is struck off and the message is filed. */
static void
cancelling_a_half_sent_message_files_it(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GBytes) key = g_bytes_new("m", 1);
	gint64 id = add(f, "m", 2);
	struct lease *l;

	lease_free(lease(f));
	assert_int_equal(report(f, id, "m", "at"), ACT_RETRY);
	assert_int_equal(spooldb_settle(f->db, id, ACT_RETRY, "", f->now), S_OK);
	assert_int_equal(spooldb_wish(f->db, key, WANT_CANCEL, f->now), S_OK);
	l = lease(f);
	assert_int_equal(l->act, ACT_FILE);
	lease_free(l);
	assert_int_equal(state_of(f, id), SPOOL_SENT);
}

static void
a_submission_is_recorded_once(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GBytes) entry = g_bytes_new("m", 1);
	gint64 id = add(f, "m", 1), again;
	bool known;

	assert_int_equal(spooldb_known(f->db, f->store, entry, f->now, f->now, &known), S_OK);
	assert_true(known);
	/* Taken back and submitted again a second later: another submission. */
	f->now += SECOND;
	assert_int_equal(spooldb_known(f->db, f->store, entry, f->now, f->now, &known), S_OK);
	assert_false(known);
	assert_int_equal(state_of(f, id), SPOOL_CANCELLED);
	again = add(f, "m", 1);
	assert_true(again > id);
	assert_int_equal(spooldb_find(f->db, entry, NULL), again);
}

static void
urgent_goes_first_and_history_is_bounded(void **state)
{
	struct fixture *f = *state;
	gint64 ids[3];
	GArray *all;

	for (int i = 0; i < 3; i++) {
		g_autofree char *name = g_strdup_printf("%d", i);

		ids[i] = add(f, name, 1);
		f->now += SECOND;
	}
	for (int i = 0; i < 3; i++) {
		g_autofree char *name = g_strdup_printf("%d", i);
		struct lease *l = lease(f);

		assert_int_equal(l->id, ids[i]); /* in order of submission */
		lease_free(l);
		assert_int_equal(report(f, ids[i], name, "a"), ACT_FILE);
		assert_int_equal(spooldb_settle(f->db, ids[i], ACT_FILE, "", f->now), S_OK);
		f->now += SECOND;
	}
	assert_int_equal(spooldb_prune(f->db, f->now, 2), S_OK);
	all = spooldb_ids(f->db, true, 0, 1000);
	assert_int_equal(all->len, 2);
	g_array_unref(all);
	assert_int_equal(spooldb_prune(f->db, f->now + 31 * DAY, 2), S_OK);
	all = spooldb_ids(f->db, true, 0, 1000);
	assert_int_equal(all->len, 0);
	g_array_unref(all);
}

static void
foreign_files_are_refused_in_words(void **state)
{
	static const struct {
		const char *content;
		HRESULT hr;
	} cases[] = {
		{ "this is no database, and it is longer than a header of a hundred bytes is, "
		  "which "
		  "is what SQLite reads first, so here is more text",
		    MAPI_E_CORRUPT_STORE },
	};
	struct retry_policy policy = retry_policy_default();
	struct fixture *f = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_build_filename(f->folder, "other", NULL);
		struct spooldb *db = NULL;
		char *why = NULL;

		assert_true(g_file_set_contents(path, cases[i].content, -1, NULL));
		assert_int_equal(spooldb_open(path, &policy, &db, &why), cases[i].hr);
		assert_null(db);
		assert_non_null(strstr(why, path));
		g_free(why);
		g_remove(path);
	}
}

static bool
is_leased(struct fixture *f)
{
	struct lease *l = lease(f);
	bool leased = l != NULL;

	lease_free(l);
	return leased;
}

/* Send later: through a restart, through running the queue; a person's retry sends it now. */
static void
deferred_mail_waits_for_its_time(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GBytes) key = g_bytes_new("b", 1);
	gint64 a = add_timed(f, "a", 1, f->now + DAY, 0);
	struct spool_message *m;

	add_timed(f, "b", 1, f->now + DAY, 0);
	add_timed(f, "past", 1, f->now - DAY, 0);
	assert_true(is_leased(f)); /* the one whose time is past */
	assert_false(is_leased(f));
	m = load(f, a);
	assert_string_equal(m->text, "To be sent later, as its sender asked.");
	assert_int_equal(m->next, f->now + DAY);
	spool_message_free(m);
	f->now += DAY / 2;
	reopen(f);
	assert_int_equal(spooldb_release(f->db, NULL, f->now), S_OK);
	assert_true(is_leased(f)); /* "past", which the restart gave back */
	assert_false(is_leased(f));
	assert_int_equal(spooldb_wish(f->db, key, WANT_HOLD, f->now), S_OK);
	assert_int_equal(spooldb_wish(f->db, key, WANT_RELEASE, f->now), S_OK);
	assert_false(is_leased(f));
	assert_int_equal(spooldb_wish(f->db, key, WANT_RETRY, f->now), S_OK);
	assert_true(is_leased(f));
	f->now += DAY;
	assert_true(is_leased(f));
}

static void
expired_mail_is_given_up(void **state)
{
	struct fixture *f = *state;
	gint64 id = add_timed(f, "m", 2, 0, f->now + MINUTE);
	struct spool_message *m;
	struct lease *l;

	lease_free(lease(f));
	assert_int_equal(report(f, id, "m", "at"), ACT_RETRY);
	assert_int_equal(spooldb_settle(f->db, id, ACT_RETRY, "", f->now), S_OK);
	assert_int_equal(spooldb_next_due(f->db, f->profile), f->now + MINUTE); /* not later */
	f->now += MINUTE;
	l = lease(f);
	assert_int_equal(l->act, ACT_FILE); /* one has it, the other will not get it */
	lease_free(l);
	m = load(f, id);
	assert_non_null(strstr(
	    ((struct spool_recipient *)g_ptr_array_index(m->recipients, 1))->text, "It expired"));
	spool_message_free(m);
	/* Later than it may be sent: it is given up when it expires. */
	id = add_timed(f, "n", 1, f->now + DAY, f->now + MINUTE);
	f->now += MINUTE;
	l = lease(f);
	assert_int_equal(l->act, ACT_FAIL);
	lease_free(l);
}

static void
what_a_client_takes_back_is_cancelled(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GBytes) entry = g_bytes_new("m", 1);
	gint64 submitted = f->now;
	gint64 id = add(f, "m", 1);

	assert_int_equal(
	    spooldb_gone(f->db, f->store, entry, submitted + 1, f->now), MAPI_E_NOT_FOUND);
	assert_int_equal(state_of(f, id), SPOOL_WAITING);
	assert_true(is_leased(f)); /* just being sent: the worker will find it out */
	assert_int_equal(spooldb_gone(f->db, f->store, entry, submitted, f->now), MAPI_E_NOT_FOUND);
	assert_int_equal(spooldb_settle(f->db, id, ACT_RETRY, "", f->now), S_OK);
	assert_int_equal(spooldb_gone(f->db, f->store, entry, submitted, f->now), S_OK);
	assert_int_equal(state_of(f, id), SPOOL_CANCELLED);
}

/* Only what nobody was reached for: a refusal keeps its time. */
static void
a_way_that_opens_lets_go_what_waited_for_it(void **state)
{
	struct fixture *f = *state;
	gint64 unreachable = add(f, "u", 1), refused = add(f, "t", 1);

	for (int i = 0; i < 2; i++) {
		lease_free(lease(f));
		report(f, i ? refused : unreachable, i ? "t" : "u", i ? "t" : "u");
		assert_int_equal(
		    spooldb_settle(f->db, i ? refused : unreachable, ACT_RETRY, "", f->now), S_OK);
	}
	assert_false(is_leased(f));
	assert_int_equal(spooldb_reachable(f->db, f->profile, f->now), S_OK);
	assert_true(is_leased(f));
	assert_int_equal(state_of(f, unreachable), SPOOL_LEASED);
	assert_false(is_leased(f));
}

static void
a_profile_has_limits_of_its_own(void **state)
{
	struct fixture *f = *state;
	struct retry_policy policy = {
		.first = SECOND, .longest = 2 * SECOND, .lifetime = 10 * MINUTE, .per_minute = 6
	};
	struct lease *l = NULL;
	gint64 again = 0;

	spooldb_set_policy(f->db, f->profile, &policy);
	add(f, "a", 1);
	add(f, "b", 1);
	assert_true(is_leased(f));
	assert_int_equal(spooldb_lease(f->db, f->profile, f->now, &l, &again), S_OK);
	assert_null(l);
	assert_int_equal(again, f->now + 10 * SECOND);
	reopen(f); /* "a" comes back, and the pace is remembered */
	spooldb_set_policy(f->db, f->profile, &policy);
	assert_false(is_leased(f));
	f->now = again;
	assert_true(is_leased(f));
}

/* Tells what is due; how many recipients the report is about. */
static guint
tell(struct fixture *f, gint64 id, enum spool_notice notice, bool again, gint64 *serial)
{
	struct spool_telling t;
	guint count;

	assert_int_equal(spooldb_tell(f->db, id, f->now, &t), S_OK);
	assert_int_equal(t.notice, notice);
	assert_int_equal(t.again, again);
	count = t.message ? t.message->recipients->len : 0;
	*serial = t.serial;
	spool_telling_clear(&t);
	return count;
}

/* A report that was begun stays the same report until it is told, whatever happens in between. */
static void
each_failure_is_told_once(void **state)
{
	struct fixture *f = *state;
	gint64 id = add(f, "m", 3);
	gint64 first, serial;

	lease_free(lease(f));
	assert_int_equal(report(f, id, "m", "pta"), ACT_RETRY);
	assert_true(spooldb_to_tell(f->db, id, f->now));
	assert_int_equal(tell(f, id, NOTICE_NDR, false, &first), 1);
	assert_int_equal(spooldb_lease_died(f->db, id, "killed", f->now, f->now), S_OK);
	f->now += 2 * MINUTE;
	reopen(f);
	lease_free(lease(f));
	assert_int_equal(report(f, id, "m", "-p"), ACT_FILE);
	assert_int_equal(tell(f, id, NOTICE_NDR, true, &serial), 1); /* not the second one */
	assert_int_equal(serial, first);
	assert_int_equal(spooldb_told(f->db, id, first + 1, "", f->now), MAPI_E_NOT_FOUND);
	assert_int_equal(spooldb_told(f->db, id, first, "", f->now), S_OK);
	assert_int_equal(spooldb_told(f->db, id, first, "", f->now), MAPI_E_NOT_FOUND);
	assert_int_equal(tell(f, id, NOTICE_NDR, false, &serial), 1);
	assert_int_not_equal(serial, first);
	assert_int_equal(spooldb_told(f->db, id, serial, "", f->now), S_OK);
	assert_false(spooldb_to_tell(f->db, id, f->now));
	assert_int_equal(tell(f, id, NOTICE_NONE, false, &serial), 0);
}

static void
delay_is_told_after_a_while(void **state)
{
	struct fixture *f = *state;
	struct retry_policy policy = { MINUTE, 60 * MINUTE, 5 * DAY, .warn = 4 * 60 * MINUTE };
	gint64 id, serial;

	spooldb_set_policy(f->db, f->profile, &policy);
	id = add(f, "m", 2);
	lease_free(lease(f));
	assert_int_equal(report(f, id, "m", "at"), ACT_RETRY);
	assert_false(spooldb_to_tell(f->db, id, f->now));
	f->now += 4 * 60 * MINUTE;
	assert_int_equal(tell(f, id, NOTICE_DELAY, false, &serial), 1);
	assert_int_equal(spooldb_told(f->db, id, serial, "no Inbox", f->now), S_OK);
	f->now += DAY;
	assert_false(spooldb_to_tell(f->db, id, f->now));
}

/* A file of the first layout, as emapi 0.1 wrote it, goes on with its mail. */
static void
older_files_are_upgraded(void **state)
{
	struct fixture *f = *state;
	gint64 id = add(f, "m", 1);
	static const char back[] =
	    "ALTER TABLE message DROP COLUMN defer; ALTER TABLE message DROP COLUMN expiry;"
	    "ALTER TABLE message DROP COLUMN quiet; ALTER TABLE message DROP COLUMN reporting;"
	    "ALTER TABLE message DROP COLUMN reports; ALTER TABLE recipient DROP COLUMN class;"
	    "ALTER TABLE recipient DROP COLUMN told; ALTER TABLE profile DROP COLUMN pace;"
	    "DROP TABLE place; DROP TABLE fact; PRAGMA user_version=1;"
	    "DROP INDEX message_live; DROP INDEX message_open; DROP INDEX message_history;"
	    "CREATE UNIQUE INDEX message_live ON message(store, entry)"
	    " WHERE state NOT IN (3, 5, 6);"
	    "CREATE INDEX message_open ON message(id) WHERE state NOT IN (3, 5, 6);"
	    "CREATE INDEX message_history ON message(changed) WHERE state IN (3, 5, 6);";
	static const char by_index[] =
	    "EXPLAIN QUERY PLAN SELECT id FROM message INDEXED BY message_open WHERE " SQL_OPEN;
	sqlite3 *sql = NULL;

	spooldb_close(f->db);
	f->db = NULL;
	assert_int_equal(sqlite3_open(f->path, &sql), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sql, back, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(sql);
	reopen(f);
	assert_int_equal(state_of(f, id), SPOOL_WAITING);
	assert_true(is_leased(f));
	assert_int_equal(sqlite3_open(f->path, &sql), SQLITE_OK);
	assert_int_equal(sqlite3_exec(sql, by_index, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(sql);
}

/* No statement about a message makes tables of its own: a start for one message would have made
 * some twenty. */
static void
messages_change_without_tables_for_it(void **state)
{
	struct fixture *f = *state;
	sqlite3 *sql = NULL;
	sqlite3_stmt *statement = NULL;
	int tables = 0;

	assert_int_equal(sqlite3_open(f->path, &sql), SQLITE_OK);
	assert_int_equal(
	    sqlite3_prepare_v2(
		sql, "EXPLAIN UPDATE message SET state=1, next=2 WHERE id=3", -1, &statement, NULL),
	    SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		const char *opcode = (const char *)sqlite3_column_text(statement, 1);

		tables += strcmp(opcode, "OpenEphemeral") == 0;
	}
	sqlite3_finalize(statement);
	sqlite3_close(sql);
	assert_int_equal(tables, 0);
}

/* A power cut can take back what the store filed; the mail has been sent all the same. */
static void
what_comes_back_after_it_was_filed_is_filed_again(void **state)
{
	struct fixture *f = *state;
	gint64 id = add(f, "one", 1);
	struct lease *l = lease(f);

	lease_free(l);
	assert_int_equal(report(f, id, "one", "a"), ACT_FILE);
	assert_int_equal(spooldb_settle(f->db, id, ACT_FILE, "", f->now), S_OK);
	assert_true(spooldb_pending(f->db));
	assert_int_equal(spooldb_sync(f->db), S_OK);
	assert_false(spooldb_pending(f->db));
	assert_int_equal(add(f, "one", 1), id);
	l = lease(f);
	assert_int_equal(l->id, id);
	assert_int_equal(l->act, ACT_FILE);
	lease_free(l);
	f->now++; /* submitted anew */
	assert_int_not_equal(add(f, "two", 1), id);
	assert_int_equal(spooldb_settle(f->db, id, ACT_FILE, "", f->now), S_OK);
	assert_int_not_equal(add(f, "one", 1), id);
}

/* Recipient 0 is a list, 1 has the mail already: members 7 and 8 take the list's place. */
static void
members_take_the_place_of_their_list(void **state)
{
	struct fixture *f = *state;
	gint64 id = add(f, "list", 2);
	struct lease *l = lease(f);
	struct spool_message *m = load(f, id);

	report(f, id, "list", "-a");
	((struct spool_recipient *)m->recipients->pdata[0])->row = 7;
	g_ptr_array_add(m->recipients, spool_recipient_create());
	((struct spool_recipient *)m->recipients->pdata[2])->row = 8;
	assert_int_equal(spooldb_expand(f->db, id, m, f->now), S_OK);
	assert_int_equal(spooldb_expand(f->db, id, m, f->now), S_OK); /* nothing is new */
	spool_message_free(m);
	lease_free(l);
	m = load(f, id);
	assert_int_equal(m->recipients->len, 3);
	for (guint i = 0; i < 3; i++) {
		const struct spool_recipient *r = m->recipients->pdata[i];

		assert_int_equal(r->row, i ? i + 6 : 1);
		assert_int_equal(r->state, i ? SPOOL_WAITING : SPOOL_SENT);
	}
	spool_message_free(m);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(verdicts_decide_what_is_next),
		CASE(only_refused_recipients_come_again),
		CASE(sent_is_only_filed_after_a_crash),
		CASE(leases_die_with_their_holder),
		CASE(what_may_come_twice_is_marked),
		CASE(a_held_profile_holds_all_its_mail),
		CASE(after_five_days_a_refusal_is_final),
		CASE(people_can_hold_retry_and_cancel),
		CASE(cancelling_a_half_sent_message_files_it),
		CASE(a_submission_is_recorded_once),
		CASE(urgent_goes_first_and_history_is_bounded),
		CASE(deferred_mail_waits_for_its_time),
		CASE(expired_mail_is_given_up),
		CASE(what_a_client_takes_back_is_cancelled),
		CASE(a_way_that_opens_lets_go_what_waited_for_it),
		CASE(a_profile_has_limits_of_its_own),
		CASE(each_failure_is_told_once),
		CASE(delay_is_told_after_a_while),
		CASE(older_files_are_upgraded),
		CASE(messages_change_without_tables_for_it),
		CASE(foreign_files_are_refused_in_words),
		CASE(what_comes_back_after_it_was_filed_is_filed_again),
		CASE(members_take_the_place_of_their_list),
	};

	return cmocka_run_group_tests_name("spooler/spooldb", tests, NULL, NULL);
}
