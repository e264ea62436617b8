/* SPDX-License-Identifier: MIT */
/* Text of any character set, and short memory while a mail is read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapitags.h>

#include "charset.h"
#include "import.h"
#include "mem.h"
#include "message_double.h"

static void
no_byte_of_text_is_lost(void **state)
{
	static const struct {
		const char *charset, *bytes, *text;
	} cases[] = {
		{ "utf-8",
		    "Gr\xC3\xBC\xC3\x9F"
		    "e",
		    "Grüße" },
		{ "UTF8", "a\xFFz", "aÿz" },
		{ "us-ascii", "Gr\xC3\xBC", "Grü" },
		{ "us-ascii", "Gr\xFC", "Grü" },
		{ NULL, "\x80 5", "€ 5" },
		{ "iso-8859-1", "\x93q\x94", "“q”" },
		{ "iso-8859-15", "\xA4", "€" },
		{ "koi8-r", "\xF0\xD2\xC9", "При" },
		{ "iso-2022-jp", "\x1B$B4A;z\x1B(B", "漢字" },
		{ "gb2312", "\xBA\xBA\xD7\xD6", "汉字" },
		{ "shift_jis", "a\x83", "aƒ" },
		{ "x-nobody-knows", "Gr\xFC", "Grü" },
		{ "x-nobody-knows", "Gr\xC3\xBC", "Grü" },
		{ "utf-16le", "a\0b\0", "a" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text =
		    charset_to_utf8(cases[i].bytes, strlen(cases[i].bytes), cases[i].charset);

		assert_non_null(text);
		assert_true(g_str_has_prefix(text, cases[i].text));
	}
	g_autofree char *blank = charset_to_utf8("a\0b", 3, NULL);
	assert_string_equal(blank, "a b");
}

static void
pages_and_names_agree(void **state)
{
	assert_int_equal(charset_page("UTF-8"), 65001);
	assert_int_equal(charset_page("GB2312"), 936);
	assert_int_equal(charset_page("x-none"), 0);
	assert_string_equal(charset_of_page(charset_page("koi8-r")), "koi8-r");
	assert_null(charset_of_page(1200));
}

static void
lines_end_in_crlf(void **state)
{
	g_autofree char *text = charset_crlf("a\nb\r\nc\rd\r\r\n");

	assert_string_equal(text, "a\r\nb\r\nc\r\nd\r\n\r\n");
}

/* --- Memory --------------------------------------------------------------------------------- */

static const char mail[] = "From: =?utf-8?q?=C3=84nn?= <ann@example.test>\n"
			   "To: Bob <bob@example.test>, cee@example.test\n"
			   "Reply-To: Help <help@example.test>\n"
			   "Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n"
			   "Date: Mon, 6 May 2024 10:00:00 +0000\n"
			   "X-Note: n\n"
			   "Content-Type: multipart/mixed; boundary=b\n"
			   "\n"
			   "--b\n\ntext\n"
			   "--b\nContent-Type: application/pdf; name=a.pdf\n\nPDF\n"
			   "--b\nContent-Type: message/rfc822\n\nSubject: inner\n\ninner text\n"
			   "--b--\n";

static HRESULT
read_mail(struct message_double *message, char **why)
{
	int fd = memfd_create("mail", MFD_CLOEXEC);
	struct import_reader *reader;
	HRESULT hr;

	assert_int_equal(write(fd, mail, sizeof mail - 1), sizeof mail - 1);
	lseek(fd, 0, SEEK_SET);
	reader = import_open(fd);
	assert_true(import_next(reader));
	hr = import_fill(reader, double_message(message), why);
	import_close(reader);
	return hr;
}

/* Whatever allocation fails: all of the mail, or an error that says so, and nothing left behind. */
static void
short_memory_is_told(void **state)
{
	unsigned long live = mem_live();
	bool more = true;

	for (unsigned long n = 1; more; n++) {
		struct message_double *message = double_create();
		g_autofree char *why = NULL, *body = NULL;
		unsigned long before = mem_allocations();
		HRESULT hr;

		mem_fail_after(n);
		hr = read_mail(message, &why);
		mem_fail_after(0);
		more = mem_allocations() - before >= n;
		if (SUCCEEDED(hr)) {
			body = bag_get_text(double_bag(message), PR_BODY_W);
			assert_string_equal(body, "text");
		} else {
			assert_int_equal(hr, MAPI_E_NOT_ENOUGH_MEMORY);
			assert_non_null(why);
			assert_true(more);
		}
		double_free(message);
		assert_int_equal(mem_live(), live);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_byte_of_text_is_lost),
		cmocka_unit_test(pages_and_names_agree),
		cmocka_unit_test(lines_end_in_crlf),
		cmocka_unit_test(short_memory_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
