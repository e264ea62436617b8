/* SPDX-License-Identifier: MIT */
/* What emapi-sendmail hands over: which command lines, and the bytes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include "handover.h"
#include "ipc.h"

static void
the_packets_are_those_of_ipc(void **state)
{
	g_autoptr(GBytes) mail = ipc_packet("mail", NULL);
	g_autoptr(GBytes) answer = ipc_packet("ok", NULL);

	assert_int_equal(g_bytes_get_size(mail), HANDOVER_PACKET_SIZE);
	assert_memory_equal(g_bytes_get_data(mail, NULL), handover_mail, HANDOVER_PACKET_SIZE);
	assert_int_equal(g_bytes_get_size(answer), HANDOVER_PACKET_SIZE);
	assert_memory_equal(g_bytes_get_data(answer, NULL), handover_ok, HANDOVER_PACKET_SIZE);
}

static void
common_command_lines_are_handed_over(void **state)
{
	static const struct {
		const char *line;
		bool takes, dots;
	} cases[] = {
		{ "sendmail bob@example.test", true, true },
		{ "/usr/sbin/sendmail -i bob@example.test", true, false },
		{ "sendmail -t -i", true, false },
		{ "sendmail -ti", true, false },
		{ "sendmail -it", true, false },
		{ "sendmail -t", true, true },
		{ "sendmail -oi -oem -f ann@example.test bob@example.test", true, false },
		{ "sendmail -o i -fann@example.test -- bob@example.test", true, false },
		{ "sendmail -FCronDaemon -i -B8BITMIME -oem root", true, false },
		{ "sendmail -N never -R hdrs -V x -tf ann@example.test", true, true },
		{ "sendmail -t --", true, true },
		/* Without anybody to send to there is nothing to read. */
		{ "sendmail", false, true },
		{ "sendmail -i", false, false },
		{ "sendmail -i --", false, false },
		{ "sendmail -f", false, true },
		/* The program's own affair. */
		{ "mailq", false, true },
		{ "/usr/bin/newaliases -t", false, true },
		{ "sendmail -bs", false, true },
		{ "sendmail -bm bob@example.test", false, true },
		{ "sendmail -q", false, true },
		{ "sendmail -v bob@example.test", false, true },
		{ "sendmail -tv", false, true },
		{ "sendmail -X log bob@example.test", false, true },
		{ "sendmail -O DeliveryMode=b bob@example.test", false, true },
		{ "sendmail --help", false, true },
		{ "sendmail -y bob@example.test", false, true },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_auto(GStrv) words = g_strsplit(cases[i].line, " ", -1);
		bool dots;

		if (handover_takes(words, &dots) != cases[i].takes)
			fail_msg("%s", cases[i].line);
		if (cases[i].takes && dots != cases[i].dots)
			fail_msg("dots of %s", cases[i].line);
	}
}

static void
a_dot_ends_a_mail_wherever_it_is_cut(void **state)
{
	static const struct {
		const char *mail;
		bool ends;
	} cases[] = {
		{ ".\n", true },
		{ "a\n.\n", true },
		{ "a\r\n.\r\n", true },
		{ "a\n.\nb\n", true },
		{ "", false },
		{ ".", false },
		{ "a\n.", false },
		{ "a\n.\r", false },
		{ "a.\n", false },
		{ "..\n", false },
		{ ".b\n", false },
		{ ".\r.\n", false },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		size_t line = 0, size = strlen(cases[i].mail);
		bool ended = false;

		for (size_t part = 1; part <= size; part++)
			ended = ended || handover_ended(cases[i].mail, part, &line);
		assert_int_equal(ended, cases[i].ends);
		line = 0;
		assert_int_equal(handover_ended(cases[i].mail, size, &line), cases[i].ends);
	}
}

static void
what_a_mail_is_stored_by_is_carried(void **state)
{
	assert_true(handover_carries("HOME=/home/ann"));
	assert_true(handover_carries("XDG_CONFIG_HOME="));
	assert_true(handover_carries("XDG_DATA_HOME=/x"));
	assert_true(handover_carries("EMAPI_PROFILE=work"));
	assert_true(handover_carries("EMAPI_TRACE=/x"));
	assert_false(handover_carries("EMAPI_IDLE_SECONDS=5"));
	assert_false(handover_carries("HOMEPAGE=x"));
	assert_false(handover_carries("PATH=/bin"));
	assert_false(handover_carries("EMAPI_"));
}

/* Two arguments, a variable, a mail. */
static char *
example(size_t *size)
{
	static const char words[] = "sendmail\0bob\0HOME=/";
	struct handover_head head;
	char *data;

	handover_begin(&head);
	head.arguments = 2;
	head.environment = 1;
	head.words = sizeof words;
	head.mail = 5;
	*size = sizeof head + sizeof words + 5;
	data = malloc(*size);
	memcpy(data, &head, sizeof head);
	memcpy(data + sizeof head, words, sizeof words);
	memcpy(data + sizeof head + sizeof words, "Mail\n", 5);
	return data;
}

static void
what_was_handed_over_is_read(void **state)
{
	struct handover given;
	size_t size;
	char *data = example(&size);

	assert_true(handover_parse(data, size, &given));
	assert_string_equal(given.arguments[0], "sendmail");
	assert_string_equal(given.arguments[1], "bob");
	assert_null(given.arguments[2]);
	assert_string_equal(given.environment[0], "HOME=/");
	assert_null(given.environment[1]);
	assert_memory_equal(given.mail, "Mail\n", 5);
	free(given.arguments);
	for (size_t cut = 0; cut < size; cut++)
		assert_false(handover_parse(data, cut, &given));
	free(data);
}

/* Of another version, or with numbers that do not fit. */
static void
what_does_not_fit_is_refused(void **state)
{
	struct handover given;
	struct handover_head *head;
	size_t size;
	char *data = example(&size), *broken = malloc(size);

	head = (struct handover_head *)(void *)broken;
	for (int i = 0; i < 8; i++) {
		memcpy(broken, data, size);
		switch (i) {
		case 0:
			head->version[0]++;
			break;
		case 1:
			head->mark[6]++;
			break;
		case 2:
			head->arguments = 0;
			break;
		case 3:
			head->arguments = 4;
			break;
		case 4:
			head->environment = 0;
			break;
		case 5:
			head->words = UINT32_MAX;
			break;
		case 6:
			head->mail = UINT32_MAX;
			break;
		default:
			head->words--;
			head->mail++;
		}
		assert_false(handover_parse(broken, size, &given));
	}
	free(broken);
	free(data);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_packets_are_those_of_ipc),
		cmocka_unit_test(common_command_lines_are_handed_over),
		cmocka_unit_test(a_dot_ends_a_mail_wherever_it_is_cut),
		cmocka_unit_test(what_a_mail_is_stored_by_is_carried),
		cmocka_unit_test(what_was_handed_over_is_read),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
