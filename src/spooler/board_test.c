/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <glib/gstdio.h>
#include <unistd.h>
#include <mapicode.h>
#include "board.h"

struct fixture {
	char *folder;
	GBytes *profile;
	struct board *board;  /* the scheduler's */
	struct board *worker; /* the same file, as the worker has it */
};

static int
setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->folder = g_dir_make_tmp("board-XXXXXX", NULL);
	f->profile = g_bytes_new("profile-0123456", 16);
	assert_int_equal(board_create(f->folder, f->profile, &f->board), S_OK);
	f->worker = board_open(dup(board_fd(f->board)));
	assert_false(board_ready(f->worker));
	assert_int_equal(board_state(f->board, 0), BOARD_FREE);
	assert_int_equal(board_reserve(f->board), S_OK);
	assert_true(board_ready(f->worker));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	g_autofree char *words = g_strconcat(f->folder, "/words", NULL);

	board_free(f->worker);
	board_free(f->board);
	assert_int_equal(g_rmdir(words), 0); /* no file is left */
	g_rmdir(f->folder);
	g_bytes_unref(f->profile);
	g_free(f->folder);
	g_free(f);
	return 0;
}

static struct report *
accepted(gint64 id, const char *text, int lines)
{
	g_autoptr(GBytes) entry = g_bytes_new("entry", 5);
	struct report *report = report_create(id, entry, "SMTP");

	g_ptr_array_add(report->verdicts, verdict_create(7, VERDICT_ACCEPTED, text));
	for (int i = 0; i < lines; i++) {
		char *before = report->journey;

		report->journey =
		    g_strconcat(before, *before ? "\n" : "", "> a line of the dialogue", NULL);
		g_free(before);
	}
	return report;
}

static void
what_was_sent_is_read_back(void **state)
{
	struct fixture *f = *state;
	struct report *said = accepted(5, "250 2.0.0 Ok", 2), *read;
	const struct verdict *v;

	board_offer(f->board, 3, 5);
	assert_int_equal(board_state(f->worker, 3), BOARD_OFFERED);
	assert_true(board_begin(f->worker, 3));
	assert_null(board_report(f->board, 3));
	assert_true(board_sent(f->worker, 3, said));
	read = board_report(f->board, 3);
	assert_non_null(read);
	v = g_ptr_array_index(read->verdicts, 0);
	assert_int_equal(read->id, 5);
	assert_true(g_bytes_equal(read->entry, said->entry));
	assert_string_equal(read->transport, "SMTP");
	assert_int_equal(v->row, 7);
	assert_int_equal(v->class, VERDICT_ACCEPTED);
	assert_string_equal(v->text, "250 2.0.0 Ok");
	assert_string_equal(read->journey, "> a line of the dialogue\n> a line of the dialogue");
	report_free(read);
	report_free(said);
}

/* Left behind before an upgrade. */
static void
a_board_of_an_earlier_build_is_read(void **state)
{
	struct fixture *f = *state;
	struct report *said = accepted(5, "250 2.0.0 Ok", 2), *read;
	int fd = board_fd(f->board);
	guint32 size, sum = 2166136261u;
	guint8 record[4096];

	assert_int_equal(pwrite(fd, "EMB1", 4, 0), 4);
	board_offer(f->board, 0, 5);
	assert_true(board_begin(f->worker, 0));
	assert_true(board_sent(f->worker, 0, said));
	assert_int_equal(pread(fd, &size, 4, 16), 4);
	assert_in_range(size, 1, sizeof(record));
	assert_int_equal(pread(fd, record, size, 32), size);
	for (guint32 i = 0; i < size; i++)
		sum = (sum ^ record[i]) * 16777619u;
	assert_int_equal(pwrite(fd, &sum, 4, 20), 4);
	read = board_report(f->board, 0);
	assert_non_null(read);
	assert_string_equal(read->journey, said->journey);
	report_free(read);
	sum++;
	assert_int_equal(pwrite(fd, &sum, 4, 20), 4);
	assert_null(board_report(f->board, 0));
	report_free(said);
}

static void
only_one_gets_an_offered_message(void **state)
{
	struct fixture *f = *state;

	board_offer(f->board, 0, 1);
	board_offer(f->board, 1, 2);
	assert_true(board_begin(f->worker, 0));
	assert_false(board_withdraw(f->board, 0));
	assert_true(board_withdraw(f->board, 1));
	assert_false(board_begin(f->worker, 1));
	board_clear(f->board, 1);
	assert_false(board_begin(f->worker, 1));
}

static void
what_does_not_fit_is_said(void **state)
{
	struct fixture *f = *state;
	struct report *said = accepted(1, "250 Ok", 300);

	board_offer(f->board, 0, 1);
	assert_true(board_begin(f->worker, 0));
	assert_false(board_sent(f->worker, 0, said));
	assert_int_equal(board_state(f->board, 0), BOARD_BEGUN);
	report_free(said);
}

static void
a_board_that_was_left_is_found_once(void **state)
{
	struct fixture *f = *state;
	g_autoptr(GPtrArray) own = g_ptr_array_new();
	struct report *said = accepted(9, "250 Ok", 1), *read;
	struct board *left;

	board_offer(f->board, 0, 9);
	assert_true(board_begin(f->worker, 0));
	assert_true(board_sent(f->worker, 0, said));
	report_free(said);
	g_ptr_array_add(own, f->board);
	assert_null(board_next(f->folder, f->profile, own));
	board_keep(f->board); /* its scheduler dies */
	g_ptr_array_set_size(own, 0);
	left = board_next(f->folder, f->profile, own);
	assert_non_null(left);
	read = board_report(left, 0);
	assert_non_null(read);
	assert_int_equal(read->id, 9);
	report_free(read);
	board_free(left);
	assert_null(board_next(f->folder, f->profile, own));
}

static void
torn_pages_are_not_read(void **state)
{
	struct fixture *f = *state;
	struct report *said = accepted(9, "250 2.0.0 Ok: queued as 4ZB", 1);

	board_offer(f->board, 2, 9);
	assert_true(board_begin(f->worker, 2));
	assert_true(board_sent(f->worker, 2, said));
	report_free(said);
	/* Some of the record's bytes never reached the disk. */
	assert_int_equal(pwrite(board_fd(f->board), "\0\0\0\0", 4, 2 * 4096 + 36), 4);
	assert_null(board_report(f->board, 2));
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(what_was_sent_is_read_back),
		CASE(a_board_of_an_earlier_build_is_read),
		CASE(only_one_gets_an_offered_message),
		CASE(what_does_not_fit_is_said),
		CASE(a_board_that_was_left_is_found_once),
		CASE(torn_pages_are_not_read),
	};

	return cmocka_run_group_tests_name("spooler/board", tests, NULL, NULL);
}
