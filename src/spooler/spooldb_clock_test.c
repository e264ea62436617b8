/* SPDX-License-Identifier: MIT */
/* The clock is set forward and back while a message waits, and while no spooler runs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include "testing/spool_file.h"

#define BEGIN (10000 * DAY)

/* A message to one; `defer` as its sender asked, 0: at once. */
static gint64
add(struct fixture *f, gint64 defer)
{
	struct spool_message *m = spool_message_create();
	gint64 id = 0;

	m->submitted = f->now;
	m->defer = defer;
	g_bytes_unref(m->key);
	g_bytes_unref(m->store);
	g_bytes_unref(m->entry);
	m->key = g_bytes_ref(f->entry);
	m->store = g_bytes_ref(f->store);
	m->entry = g_bytes_ref(f->entry);
	g_ptr_array_add(m->recipients, spool_recipient_create());
	assert_int_equal(spooldb_add(f->db, f->profile, m, 0, f->now, &id), S_OK);
	spool_message_free(m);
	return id;
}

/* Sends what is due, and is refused for now; false when nothing was due. */
static bool
try(struct fixture *f)
{
	struct lease *lease = NULL;
	struct report *r;
	enum spool_act act;
	gint64 again;

	assert_int_equal(spooldb_lease(f->db, f->profile, f->now, &lease, &again), S_OK);
	if (!lease)
		return false;
	assert_int_equal(lease->due->len, 1);
	r = report_create(lease->id, f->entry, "Test transport");
	g_ptr_array_add(r->verdicts, verdict_create(0, VERDICT_TEMPORARY, "not now"));
	assert_int_equal(spooldb_report(f->db, r, f->now, &act), S_OK);
	assert_int_equal(
	    spooldb_settle(f->db, lease->id, act == ACT_SEND ? ACT_RETRY : act, "", f->now), S_OK);
	report_free(r);
	lease_free(lease);
	return true;
}

/* How long until the next try. */
static gint64
wait_of(struct fixture *f)
{
	return spooldb_next_due(f->db, f->profile) - f->now;
}

static void
set_clock(struct fixture *f, gint64 by)
{
	f->now += by;
	assert_int_equal(spooldb_clock_set(f->db, by, f->now), S_OK);
}

static enum spool_state
state_of(struct fixture *f, gint64 id)
{
	struct spool_message *m = NULL;
	enum spool_state state;

	assert_int_equal(spooldb_load(f->db, id, false, &m), S_OK);
	state = m->state;
	spool_message_free(m);
	return state;
}

static void
set_back_the_next_try_is_as_far_off_as_it_was(void **state)
{
	struct fixture *f = *state;
	gint64 before;

	add(f, 0);
	assert_true(try(f));
	before = wait_of(f);
	assert_in_range(before, MINUTE, 5 * MINUTE / 4);
	set_clock(f, -10 * DAY);
	assert_int_equal(wait_of(f), before);
	f->now += before;
	assert_true(try(f));
	set_clock(f, 10 * DAY);
	assert_true(wait_of(f) <= 5 * MINUTE / 2);
}

static void
set_forward_no_mail_is_given_up(void **state)
{
	struct fixture *f = *state;
	gint64 id = add(f, 0);

	assert_true(try(f));
	set_clock(f, 365 * DAY);
	assert_true(try(f));
	assert_int_equal(state_of(f, id), SPOOL_WAITING);
	f->now += 5 * DAY;
	assert_true(try(f));
	assert_int_equal(state_of(f, id), SPOOL_FAILED);
}

static void
mail_for_later_keeps_its_time(void **state)
{
	struct fixture *f = *state;

	add(f, BEGIN + DAY);
	assert_false(try(f));
	set_clock(f, -10 * DAY);
	assert_int_equal(spooldb_next_due(f->db, f->profile), BEGIN + DAY);
	reopen(f);
	assert_int_equal(spooldb_next_due(f->db, f->profile), BEGIN + DAY);
	set_clock(f, 11 * DAY);
	assert_true(try(f));
}

/* As often as it is started anew. */
static void
set_back_while_no_spooler_ran(void **state)
{
	struct fixture *f = *state;
	gint64 id = add(f, 0);

	assert_true(try(f));
	f->now -= 365 * DAY;
	for (int i = 0; i < 3; i++) {
		reopen(f);
		assert_in_range(wait_of(f), 0, 25 * HOUR);
	}
	f->now += 25 * HOUR;
	assert_true(try(f));
	assert_int_equal(state_of(f, id), SPOOL_WAITING);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	static const struct CMUnitTest tests[] = {
		CASE(set_back_the_next_try_is_as_far_off_as_it_was),
		CASE(set_forward_no_mail_is_given_up),
		CASE(mail_for_later_keeps_its_time),
		CASE(set_back_while_no_spooler_ran),
	};

	return cmocka_run_group_tests_name("spooldb clock", tests, NULL, NULL);
}
