/* SPDX-License-Identifier: MIT */
/* Many messages in one step. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include "testing/spool_file.h"

/* A message to one; `name` is its entry ID and key. */
static gint64
add(struct fixture *f, const char *name, gint64 expiry)
{
	struct spool_message *m = spool_message_create();
	struct spool_recipient *r = spool_recipient_create();
	gint64 id = 0;

	m->submitted = f->now;
	m->expiry = expiry;
	g_bytes_unref(m->key);
	g_bytes_unref(m->store);
	g_bytes_unref(m->entry);
	m->key = g_bytes_new(name, strlen(name));
	m->store = g_bytes_ref(f->store);
	m->entry = g_bytes_new(name, strlen(name));
	r->row = 1;
	g_ptr_array_add(m->recipients, r);
	assert_int_equal(spooldb_add(f->db, f->profile, m, 0, f->now, &id), S_OK);
	spool_message_free(m);
	f->now += 10;
	return id;
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

static struct report *
report_of(gint64 id, const char *name, enum verdict_class class)
{
	g_autoptr(GBytes) entry = g_bytes_new(name, strlen(name));
	struct report *report = report_create(id, entry, "SMTP");

	g_ptr_array_add(report->verdicts, verdict_create(1, class, "250 Ok"));
	return report;
}

static gint64
id_at(const GPtrArray *leases, guint i)
{
	return ((const struct lease *)g_ptr_array_index(leases, i))->id;
}

static void
the_head_of_the_queue_is_leased_in_order(void **state)
{
	struct fixture *f = *state;
	gint64 a = add(f, "a", 0), b = add(f, "b", 0), c = add(f, "c", 0);
	g_autoptr(GPtrArray) leases = spooldb_lease_many(f->db, f->profile, f->now, 2);
	g_autoptr(GPtrArray) more = spooldb_lease_many(f->db, f->profile, f->now, 2);
	const struct lease *first = g_ptr_array_index(leases, 0);

	assert_int_equal(leases->len, 2);
	assert_int_equal(id_at(leases, 0), a);
	assert_int_equal(id_at(leases, 1), b);
	assert_int_equal(first->act, ACT_SEND);
	assert_int_equal(first->due->len, 1);
	assert_int_equal(state_of(f, a), SPOOL_LEASED);
	assert_int_equal(more->len, 0); /* one alone is leased alone */
	assert_int_equal(state_of(f, c), SPOOL_WAITING);
}

/* What has more to be seen to is leased alone, and nothing behind it overtakes it. */
static void
a_message_that_is_not_plain_ends_the_batch(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GPtrArray) leases = NULL;
	gint64 odd;

	add(f, "a", 0);
	add(f, "b", 0);
	odd = add(f, "odd", f->now + DAY);
	add(f, "c", 0);
	add(f, "d", 0);
	leases = spooldb_lease_many(f->db, f->profile, f->now, 10);
	assert_int_equal(leases->len, 2);
	assert_int_equal(state_of(f, odd), SPOOL_WAITING);
	g_ptr_array_unref(leases);
	leases = spooldb_lease_many(f->db, f->profile, f->now, 10);
	assert_int_equal(leases->len, 0);
}

static void
sent_and_filed_are_recorded_together(void **state)
{
	struct fixture *f = *state;
	gint64 a = add(f, "a", 0), b = add(f, "b", 0);
	g_autoptr(GPtrArray) leases = spooldb_lease_many(f->db, f->profile, f->now, 10);
	struct spool_sent sent[2] = {
		{ report_of(a, "a", VERDICT_ACCEPTED), false, true },
		{ report_of(b, "b", VERDICT_ACCEPTED), false, false },
	};

	assert_int_equal(leases->len, 2);
	assert_int_equal(spooldb_sent(f->db, sent, 2, f->now), S_OK);
	assert_int_equal(state_of(f, a), SPOOL_FILED);
	assert_int_equal(state_of(f, b), SPOOL_SENT);
	sent[1].known = sent[1].filed = true;
	assert_int_equal(spooldb_sent(f->db, &sent[1], 1, f->now), S_OK);
	assert_int_equal(state_of(f, b), SPOOL_FILED);
	report_free(sent[0].report);
	report_free(sent[1].report);
}

/* Whatever is asked for: what somebody has not got is not filed. */
static void
refused_mail_is_not_filed_as_sent(void **state)
{
	struct fixture *f = *state;
	gint64 a = add(f, "a", 0), b = add(f, "b", 0);
	g_autoptr(GPtrArray) leases = spooldb_lease_many(f->db, f->profile, f->now, 10);
	struct spool_sent sent = { report_of(a, "a", VERDICT_TEMPORARY), false, true };

	assert_int_equal(leases->len, 2);
	assert_int_equal(spooldb_sent(f->db, &sent, 1, f->now), S_OK);
	assert_int_equal(state_of(f, a), SPOOL_LEASED);
	assert_int_equal(state_of(f, b), SPOOL_LEASED);
	report_free(sent.report);
}

static void
what_is_returned_has_its_old_place(void **state)
{
	struct fixture *f = *state;
	gint64 a = add(f, "a", 0), b = add(f, "b", 0);
	g_autoptr(GPtrArray) leases = spooldb_lease_many(f->db, f->profile, f->now, 2);
	g_autoptr(GPtrArray) again = NULL;
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	struct spool_message *m = NULL;

	add(f, "c", 0);
	g_array_append_val(ids, a);
	g_array_append_val(ids, b);
	assert_int_equal(spooldb_return(f->db, ids, f->now + MINUTE), S_OK);
	again = spooldb_lease_many(f->db, f->profile, f->now, 3);
	assert_int_equal(again->len, 3);
	assert_int_equal(id_at(again, 0), a);
	assert_int_equal(id_at(again, 1), b);
	assert_int_equal(spooldb_load(f->db, a, false, &m), S_OK);
	assert_int_equal(m->tries, 1); /* the first time was no try */
	spool_message_free(m);
}

static void
what_a_held_profile_gets_back_is_held(void **state)
{
	struct fixture *f = *state;
	gint64 a = add(f, "a", 0), b = add(f, "b", 0);
	g_autoptr(GPtrArray) leases = spooldb_lease_many(f->db, f->profile, f->now, 2);
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));

	assert_int_equal(spooldb_hold_profile(f->db, f->profile, "wrong password", f->now), S_OK);
	g_array_append_val(ids, b);
	assert_int_equal(spooldb_return(f->db, ids, f->now), S_OK);
	assert_int_equal(state_of(f, a), SPOOL_LEASED);
	assert_int_equal(state_of(f, b), SPOOL_HELD);
}

static void
the_place_in_a_queue_is_remembered(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GVariant) places = NULL;
	gint64 reached, secured;

	assert_int_equal(spooldb_place(f->db, f->store), 0);
	assert_int_equal(spooldb_set_place(f->db, f->store, 12), S_OK);
	assert_int_equal(spooldb_set_place(f->db, f->store, 15), S_OK);
	places = g_variant_ref_sink(spooldb_places(f->db));
	assert_int_equal(g_variant_n_children(places), 1);
	g_variant_get_child(places, 0, "(@ayxx)", NULL, &reached, &secured);
	assert_int_equal(reached, 15);
	assert_int_equal(secured, 15);
	reopen(f);
	assert_int_equal(spooldb_place(f->db, f->store), 15);
}

/* Reads that belong together see what is written between them, and leave nothing open. */
static void
reads_together_see_what_is_written_between(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(spooldb_sync(f->db), S_OK);
	spooldb_read_begin(f->db);
	assert_int_equal(spooldb_live_count(f->db, f->store), 0);
	assert_false(spooldb_pending(f->db));
	add(f, "a", 0);
	assert_int_equal(spooldb_live_count(f->db, f->store), 1);
	assert_int_equal(spooldb_sync(f->db), S_OK);
	assert_int_equal(spooldb_live_count(f->db, f->store), 1);
	add(f, "b", 0);
	spooldb_read_end(f->db);
	reopen(f);
	assert_int_equal(spooldb_live_count(f->db, f->store), 2);
}

/* However often it was asked for in between. */
static void
the_next_time_is_that_of_the_last_step(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GPtrArray) leases = NULL;
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	gint64 a, b, first;

	assert_int_equal(spooldb_next_due(f->db, f->profile), G_MAXINT64);
	a = add(f, "a", 0);
	first = spooldb_next_due(f->db, f->profile);
	assert_true(first <= f->now);
	b = add(f, "b", 0);
	leases = spooldb_lease_many(f->db, f->profile, f->now, 2);
	assert_int_equal(leases->len, 2);
	assert_int_equal(spooldb_next_due(f->db, f->profile), G_MAXINT64);
	g_array_append_val(ids, a);
	assert_int_equal(spooldb_return(f->db, ids, f->now + MINUTE), S_OK);
	assert_int_equal(spooldb_next_due(f->db, f->profile), first);
	assert_int_equal(spooldb_settle(f->db, a, ACT_CANCEL, "", f->now), S_OK);
	assert_int_equal(spooldb_next_due(f->db, f->profile), G_MAXINT64);
	assert_int_equal(spooldb_settle(f->db, b, ACT_RETRY, "", f->now), S_OK);
	assert_true(spooldb_next_due(f->db, f->profile) < G_MAXINT64);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(the_head_of_the_queue_is_leased_in_order),
		CASE(a_message_that_is_not_plain_ends_the_batch),
		CASE(sent_and_filed_are_recorded_together),
		CASE(refused_mail_is_not_filed_as_sent),
		CASE(what_is_returned_has_its_old_place),
		CASE(what_a_held_profile_gets_back_is_held),
		CASE(the_place_in_a_queue_is_remembered),
		CASE(reads_together_see_what_is_written_between),
		CASE(the_next_time_is_that_of_the_last_step),
	};

	return cmocka_run_group_tests_name("spooler/spooldb_batch", tests, NULL, NULL);
}
