/* SPDX-License-Identifier: MIT */
/* Notifications: copies, who gets which, when, and on what thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <stdatomic.h>
#include <glib.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "notify.h"

static struct {
	ULONG cb;
	BYTE ab[4];
} one = { 4, "one" }, two = { 4, "two" };

/* What a sink has seen. */
struct seen {
	atomic_int calls;
	atomic_int events;
	GThread *thread;
	ULONG last;
	LONG answer;
};

static LONG
look(LPVOID context, ULONG count, LPNOTIFICATION notifications)
{
	struct seen *seen = context;

	seen->thread = g_thread_self();
	seen->last = notifications[count - 1].ulEventType;
	atomic_fetch_add(&seen->events, (int)count);
	atomic_fetch_add(&seen->calls, 1);
	return seen->answer;
}

static IMAPIAdviseSink *
sink_of(struct seen *seen)
{
	IMAPIAdviseSink *sink;

	assert_int_equal(HrAllocAdviseSink(look, seen, &sink), S_OK);
	return sink;
}

static ULONG_PTR
subscribe(void *key, ULONG mask, ULONG flags, struct seen *seen)
{
	IMAPIAdviseSink *sink = sink_of(seen);
	ULONG_PTR connection;

	assert_int_equal(notify_subscribe(key, mask, flags, sink, &connection), S_OK);
	sink->lpVtbl->Release(sink);
	return connection;
}

/* A created object and a deleted one. */
static void
fill(NOTIFICATION *notifications)
{
	memset(notifications, 0, 2 * sizeof *notifications);
	notifications[0].ulEventType = fnevObjectCreated;
	notifications[0].info.obj.cbEntryID = 3;
	notifications[0].info.obj.lpEntryID = (ENTRYID *)(void *)(uintptr_t) "eid";
	notifications[1].ulEventType = fnevObjectDeleted;
}

static ULONG
notify(void *key)
{
	NOTIFICATION notifications[2];
	ULONG flags = 0;

	fill(notifications);
	assert_int_equal(notify_all(key, 2, notifications, &flags), S_OK);
	return flags;
}

/* --- Who and when -------------------------------------------------------------------------- */

static void
comes_when_dispatched_to_who_asked(void **state)
{
	struct seen created = { 0 }, both = { 0 }, other = { 0 };
	ULONG_PTR connections[3] = { subscribe(&one, fnevObjectCreated, 0, &created),
		subscribe(&one, fnevObjectCreated | fnevObjectDeleted, 0, &both),
		subscribe(&two, fnevObjectCreated, 0, &other) };
	int i;

	notify(&one);
	assert_int_equal(atomic_load(&created.calls), 0);
	assert_int_equal(HrDispatchNotifications(0), S_OK);
	assert_int_equal(atomic_load(&created.events), 1);
	assert_int_equal(created.last, fnevObjectCreated);
	assert_int_equal(atomic_load(&both.calls), 1);
	assert_int_equal(atomic_load(&both.events), 2);
	assert_int_equal(atomic_load(&other.calls), 0);
	/* What was on its way when it unsubscribed does not come. */
	notify(&one);
	for (i = 0; i < 3; i++)
		assert_int_equal(notify_unsubscribe(connections[i]), S_OK);
	assert_int_equal(notify_unsubscribe(connections[0]), MAPI_E_NOT_FOUND);
	HrDispatchNotifications(0);
	assert_int_equal(atomic_load(&both.calls), 1);
}

static void
comes_at_once_where_asked(void **state)
{
	struct seen seen = { .answer = (LONG)CALLBACK_DISCONTINUE };
	ULONG_PTR connection = subscribe(&one, fnevObjectCreated, NOTIFY_SYNC, &seen);

	assert_int_equal(notify(&one), NOTIFY_CANCELED);
	assert_int_equal(atomic_load(&seen.calls), 1);
	notify_unsubscribe(connection);
}

static void
a_program_that_never_dispatches_does_not_grow(void **state)
{
	struct seen seen = { 0 };
	ULONG_PTR connection = subscribe(&one, fnevObjectCreated, 0, &seen);
	int i;

	for (i = 0; i < 20000; i++)
		notify(&one);
	HrDispatchNotifications(0);
	assert_int_equal(atomic_load(&seen.calls), 10000);
	notify_unsubscribe(connection);
}

static gpointer
notify_thread(gpointer sink)
{
	NOTIFICATION notifications[2];
	IMAPIAdviseSink *relay = sink;

	fill(notifications);
	relay->lpVtbl->OnNotify(relay, 2, notifications);
	return NULL;
}

static void
a_relay_keeps_to_its_thread(void **state)
{
	struct seen seen = { 0 };
	IMAPIAdviseSink *sink = sink_of(&seen), *relay;

	assert_int_equal(HrThisThreadAdviseSink(sink, &relay), S_OK);
	g_thread_join(g_thread_new(NULL, notify_thread, relay));
	assert_int_equal(atomic_load(&seen.calls), 0);
	HrDispatchNotifications(0);
	assert_int_equal(atomic_load(&seen.calls), 1);
	assert_ptr_equal(seen.thread, g_thread_self());
	relay->lpVtbl->Release(relay);
	sink->lpVtbl->Release(sink);
}

/* Last: the thread stays. */
static void
comes_on_a_thread_where_asked(void **state)
{
	struct seen seen = { 0 };
	ULONG_PTR connection;
	int i;

	notify_use_thread(TRUE);
	connection = subscribe(&one, fnevObjectCreated, 0, &seen);
	notify(&one);
	for (i = 0; i < 500 && !atomic_load(&seen.calls); i++)
		g_usleep(10000);
	assert_int_equal(atomic_load(&seen.calls), 1);
	assert_ptr_not_equal(seen.thread, g_thread_self());
	notify_unsubscribe(connection);
}

/* --- Copies -------------------------------------------------------------------------------- */

static void
fill_all(NOTIFICATION *n)
{
	static SPropValue row[2];
	static SizedSPropTagArray(2, tags) = { 2, { PR_SUBJECT_A, PR_BODY_A } };
	static MAPIERROR error;

	row[0].ulPropTag = PR_SUBJECT_A;
	row[0].Value.lpszA = (char *)"subject";
	row[1].ulPropTag = PR_ENTRYID;
	row[1].Value.bin.cb = 3;
	row[1].Value.bin.lpb = (BYTE *)"eid";
	error.lpszError = (LPTSTR)(void *)(uintptr_t)u"bad";
	memset(n, 0, 4 * sizeof *n);
	n[0].ulEventType = fnevObjectModified;
	n[0].info.obj.cbParentID = 6;
	n[0].info.obj.lpParentID = (ENTRYID *)(void *)(uintptr_t) "parent";
	n[0].info.obj.lpPropTagArray = (SPropTagArray *)&tags;
	n[1].ulEventType = fnevTableModified;
	n[1].info.tab.ulTableEvent = TABLE_ROW_ADDED;
	n[1].info.tab.propIndex = row[1];
	n[1].info.tab.propPrior.ulPropTag = PR_NULL;
	n[1].info.tab.row.cValues = 2;
	n[1].info.tab.row.lpProps = row;
	n[2].ulEventType = fnevCriticalError;
	n[2].info.err.ulFlags = MAPI_UNICODE;
	n[2].info.err.lpMAPIError = &error;
	n[3].ulEventType = fnevNewMail;
	n[3].info.newmail.lpszMessageClass = (LPTSTR)(uintptr_t) "IPM.Note";
}

static void
assert_all(const NOTIFICATION *n)
{
	assert_memory_equal(n[0].info.obj.lpParentID, "parent", 6);
	assert_null(n[0].info.obj.lpEntryID);
	assert_int_equal(n[0].info.obj.lpPropTagArray->aulPropTag[1], PR_BODY_A);
	assert_memory_equal(n[1].info.tab.propIndex.Value.bin.lpb, "eid", 3);
	assert_string_equal(n[1].info.tab.row.lpProps[0].Value.lpszA, "subject");
	assert_memory_equal(n[2].info.err.lpMAPIError->lpszError, u"bad", 8);
	assert_string_equal((char *)n[3].info.newmail.lpszMessageClass, "IPM.Note");
}

static void
copies_can_be_moved(void **state)
{
	NOTIFICATION all[4], unknown = { .ulEventType = 0x1000 };
	BYTE *first, *second;
	ULONG size, again;

	fill_all(all);
	assert_int_equal(ScCountNotifications(4, all, &size), S_OK);
	first = malloc(size);
	second = malloc(size);
	assert_int_equal(ScCopyNotifications(4, all, first, &again), S_OK);
	assert_int_equal(size, again);
	assert_all((NOTIFICATION *)(void *)first);
	memcpy(second, first, size);
	assert_int_equal(
	    ScRelocNotifications(4, (NOTIFICATION *)(void *)second, first, second, &again), S_OK);
	assert_int_equal(size, again);
	memset(first, 0xEE, size);
	assert_all((NOTIFICATION *)(void *)second);
	assert_int_equal(ScCountNotifications(1, &unknown, &size), MAPI_E_INVALID_PARAMETER);
	free(first);
	free(second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_when_dispatched_to_who_asked),
		cmocka_unit_test(comes_at_once_where_asked),
		cmocka_unit_test(a_program_that_never_dispatches_does_not_grow),
		cmocka_unit_test(a_relay_keeps_to_its_thread),
		cmocka_unit_test(copies_can_be_moved),
		cmocka_unit_test(comes_on_a_thread_where_asked),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
