/* SPDX-License-Identifier: MIT */
/* What the front of emapi-sendmail takes for granted of a command line is what the parser makes of
 * it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cli.h"
#include "handover.h"
#include "sendmail.h"

static const char *const words[] = { "-i", "-t", "-ti", "-oi", "-o", "i", "-oem", "-m", "-n", "-f",
	"-fann@example.test", "-F", "-tF", "-iN", "never", "-R", "full", "-V", "-B", "8BITMIME",
	"-C", "-r", "-", "--", "bob@example.test", "-v", "-X", "-bs", "-bv", "-q", "-s", "-Q", "-x",
	"-y", "-U", "-vt", "-tbs", "-ifx", "-fi", "" };

static void
agree(const char *first, const char *second, const char *third)
{
	char *argv[] = { (char *)(uintptr_t) "sendmail", (char *)(uintptr_t)first,
		(char *)(uintptr_t)second, (char *)(uintptr_t)third, NULL };
	struct sendmail_options options = { .mode = SENDMAIL_SEND };
	bool dots;

	if (!handover_takes(argv, &dots) || sendmail_parse(4, argv, &options))
		return;
	if (options.mode != SENDMAIL_SEND || options.verbose || options.log ||
	    dots == options.ignore_dots)
		fail_msg("%s %s %s", first, second, third);
}

static void
the_front_agrees_with_the_parser(void **state)
{
	cli_set_mute();
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		for (size_t j = 0; j < G_N_ELEMENTS(words); j++)
			for (size_t k = 0; k < G_N_ELEMENTS(words); k++)
				agree(words[i], words[j], words[k]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_front_agrees_with_the_parser),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
