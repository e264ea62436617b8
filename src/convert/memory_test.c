/* SPDX-License-Identifier: MIT */
/* Short memory while rendering: each MAPI allocation fails once.  The mail is whole or refused,
 * never without what could not be read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapitags.h>

#include "entryid.h"
#include "mem.h"
#include "message_double.h"
#include "mime.h"

static struct message_double *
make_message(void)
{
	struct message_double *message = double_create();
	struct bag *bag = double_bag(message), *recipient;
	SPropValue time = { .ulPropTag = PR_CLIENT_SUBMIT_TIME };
	ENTRYID *id = NULL;
	ULONG size;

	time.Value.ft.dwHighDateTime = 0x01DC0000;
	bag_set(bag, &time);
	bag_set_text(bag, PR_SENDER_NAME_W, "Änn");
	bag_set_text(bag, PR_SENDER_ADDRTYPE_W, "SMTP");
	bag_set_text(bag, PR_SENDER_EMAIL_ADDRESS_W, "ann@example.test");
	bag_set_text(bag, PR_SUBJECT_W, "Grüße");
	bag_set_text(bag, PR_BODY_W, "text\n");
	bag_set_text(bag, PR_INTERNET_MESSAGE_ID_W, "<1@example.test>");
	bag_set_long(bag, PR_IMPORTANCE, 2);
	recipient = double_add_recipient(message, MAPI_TO);
	bag_set_text(recipient, PR_DISPLAY_NAME_W, "Bob");
	bag_set_text(recipient, PR_ADDRTYPE_W, "SMTP");
	bag_set_text(recipient, PR_EMAIL_ADDRESS_W, "bob@example.test");
	assert_int_equal(
	    oneoff_encode("Zoë", "SMTP", "zoe@example.test", MAPI_UNICODE, &size, &id), S_OK);
	bag_set_binary(double_add_recipient(message, MAPI_CC), PR_ENTRYID, id, size);
	mem_free(id);
	double_add_header(message, "X-Note", "nöte");
	return message;
}

static char *
slurp(struct mime_output *mail)
{
	char *text = g_malloc0(mail->size + 1);

	assert_int_equal(read(mail->fd, text, mail->size), mail->size);
	return text;
}

/* Boundaries differ each time, but not in length. */
static void
assert_same(const char *got, const char *expected)
{
	if (strstr(expected, "boundary="))
		assert_int_equal(strlen(got), strlen(expected));
	else
		assert_string_equal(got, expected);
}

static void
fail_each_allocation(struct message_double *message)
{
	g_autofree char *expected = NULL;
	struct mime_output mail;
	unsigned long total, n;

	total = mem_allocations();
	assert_int_equal(mime_render(double_message(message), NULL, &mail, NULL), S_OK);
	total = mem_allocations() - total;
	assert_true(total > 5);
	expected = slurp(&mail);
	mime_output_clear(&mail);
	for (n = 1; n <= total; n++) {
		g_autofree char *why = NULL, *got = NULL;
		HRESULT hr;

		mem_fail_after(n);
		hr = mime_render(double_message(message), NULL, &mail, &why);
		mem_fail_after(0);
		if (SUCCEEDED(hr)) {
			got = slurp(&mail);
			assert_same(got, expected);
		} else {
			assert_int_equal(hr, MAPI_E_NOT_ENOUGH_MEMORY);
			assert_non_null(why);
		}
		mime_output_clear(&mail);
	}
	double_free(message);
}

static void
whole_or_refused(void **state)
{
	fail_each_allocation(make_message());
}

static void
whole_or_refused_with_attachments(void **state)
{
	struct message_double *message = make_message();
	struct bag *bag = double_add_attachment(message);

	bag_set_text(bag, PR_ATTACH_LONG_FILENAME_W, "ä.txt");
	double_attachment_data(message, "data", 4);
	double_add_attachment(message);
	double_attachment_message(message, make_message());
	fail_each_allocation(message);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_or_refused),
		cmocka_unit_test(whole_or_refused_with_attachments),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
