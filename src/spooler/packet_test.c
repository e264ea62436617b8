/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "packet.h"

static void
set(char **field, char *text)
{
	g_free(*field);
	*field = text;
}

static char *
long_text(size_t size)
{
	char *text = g_malloc(size + 1);

	memset(text, 'x', size);
	text[size] = 0;
	return text;
}

static struct spool_message *
large_message(int recipients, int attempts)
{
	struct spool_message *m = spool_message_create();

	m->id = 42;
	m->state = SPOOL_HELD;
	set(&m->subject, g_strdup("Gr\xc3\xbc\xc3\x9f"
				  "e"));
	set(&m->text, long_text(100000));
	for (int i = 0; i < recipients; i++) {
		struct spool_recipient *r = spool_recipient_create();

		r->row = (guint32)i;
		r->state = SPOOL_FAILED;
		r->code = 550;
		set(&r->address, g_strdup_printf("user%d@example.test", i));
		set(&r->text, long_text(i % 3 ? 100 : 5000));
		g_ptr_array_add(m->recipients, r);
	}
	for (int i = 0; i < attempts; i++) {
		struct spool_attempt *a = spool_attempt_create();

		a->when = i + 1;
		g_strfreev(a->journey);
		a->journey = g_new0(char *, 1001);
		for (int line = 0; line < 1000; line++)
			a->journey[line] = g_strdup_printf("< 250-%d the words of a server", line);
		g_ptr_array_add(m->attempts, a);
	}
	return m;
}

/* However large a message is, it arrives whole, in packets that fit. */
static void
messages_of_any_size_arrive(void **state)
{
	static const struct {
		int recipients, attempts;
	} cases[] = { { 0, 0 }, { 1, 0 }, { 1, 3 }, { 3000, 0 }, { 3000, 5 } };

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct spool_message *m = large_message(cases[i].recipients, cases[i].attempts);
		struct spool_message *got = NULL;
		struct packet_cursor cursor = { 0 };
		bool more = true;
		int pair[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
		while (!cursor.done) {
			struct ipc_message *packet = NULL;

			assert_true(more);
			assert_int_equal(
			    ipc_send(pair[0], "message", packet_from_message(m, &cursor)), S_OK);
			assert_int_equal(ipc_receive(pair[1], 0, &packet), S_OK);
			assert_int_equal(packet_to_message(packet, &got, &more), S_OK);
			ipc_message_free(packet);
		}
		assert_false(more);
		assert_int_equal(got->id, 42);
		assert_int_equal(got->state, SPOOL_HELD);
		assert_string_equal(got->subject, m->subject);
		assert_int_equal(got->recipients->len, cases[i].recipients);
		assert_int_equal(got->attempts->len, cases[i].attempts);
		for (guint r = 0; r < got->recipients->len; r++) {
			const struct spool_recipient *a = g_ptr_array_index(m->recipients, r);
			const struct spool_recipient *b = g_ptr_array_index(got->recipients, r);

			assert_int_equal(a->row, b->row);
			assert_int_equal(a->state, b->state);
			assert_string_equal(a->address, b->address);
		}
		close(pair[0]);
		close(pair[1]);
		spool_message_free(m);
		spool_message_free(got);
	}
}

/* What strangers write is shown cut and readable, never refused. */
static void
texts_are_cut_and_valid(void **state)
{
	static const struct {
		const char *text;
		size_t max;
		const char *result;
	} cases[] = {
		{ NULL, 10, "" },
		{ "plain", 10, "plain" },
		{ "0123456789", 10, "0123456789" },
		{ "0123456789a", 10, "0123456\xe2\x80\xa6" },
		{ "\xc3\xbc\xc3\xbc\xc3\xbc\xc3\xbc", 7, "\xc3\xbc\xc3\xbc\xe2\x80\xa6" },
		{ "bad \xff", 20, "bad \xef\xbf\xbd" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = packet_text(cases[i].text, cases[i].max);

		assert_string_equal(text, cases[i].result);
		assert_true(strlen(text) <= cases[i].max);
	}
}

/* A packet with nothing of what is promised in it reads as an empty message, not as a crash. */
static void
nonsense_is_harmless(void **state)
{
	struct ipc_message packet = { NULL, NULL };
	struct spool_message *m = NULL;
	struct report *r = NULL;
	struct lease *l = NULL;
	GVariantBuilder b;
	bool more;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "id", g_variant_new_string("no number"));
	g_variant_builder_add(&b, "{sv}", "recipients", g_variant_new_int32(7));
	g_variant_builder_add(&b, "{sv}", "state", g_variant_new_string("dancing"));
	g_variant_builder_add(&b, "{sv}", "due", g_variant_new_string(""));
	packet.values = g_variant_ref_sink(g_variant_builder_end(&b));
	assert_int_equal(packet_to_message(&packet, &m, &more), S_OK);
	assert_int_equal(m->recipients->len, 0);
	assert_int_equal(packet_to_report(&packet, &r, &more), S_OK);
	assert_int_equal(r->verdicts->len, 0);
	assert_true(FAILED(packet_to_lease(&packet, &l)));
	assert_null(l);
	spool_message_free(m);
	report_free(r);
	g_variant_unref(packet.values);
}

static struct spool_message *
listed(const struct spool_message *m)
{
	g_autoptr(GVariant) row = packet_listed_row(m);

	return row ? packet_from_listed_row(g_variant_ref_sink(row)) : NULL;
}

/* What fits a row arrives whole; what does not is left to packets of its own. */
static void
messages_of_a_list_are_rows(void **state)
{
	struct spool_message *m = large_message(3, 0), *got;
	struct spool_recipient *r;

	assert_null(listed(m)); /* its text is too long */
	set(&m->text, g_strdup("server \xff down"));
	((struct spool_recipient *)m->recipients->pdata[0])->text[200] = 0;
	m->tries = 3;
	m->defer = 7;
	m->quiet = true;
	got = listed(m);
	assert_int_equal(got->id, 42);
	assert_int_equal(got->state, SPOOL_HELD);
	assert_string_equal(got->text, "server \xef\xbf\xbd down");
	assert_string_equal(got->subject, m->subject);
	assert_int_equal(got->tries, 3);
	assert_int_equal(got->defer, 7);
	assert_true(got->quiet);
	assert_int_equal(got->recipients->len, 3);
	r = got->recipients->pdata[2];
	assert_int_equal(r->row, 2);
	assert_int_equal(r->state, SPOOL_FAILED);
	assert_int_equal(r->code, 550);
	assert_string_equal(r->address, "user2@example.test");
	spool_message_free(got);
	spool_message_free(m);
	m = large_message(21, 0);
	set(&m->text, g_strdup(""));
	assert_null(listed(m));
	spool_message_free(m);
}

static void
a_queued_row_has_what_the_client_did(void **state)
{
	static const char *const clients[] = { NULL, "* program: mapisend\n* process: 7" };

	for (size_t i = 0; i < G_N_ELEMENTS(clients); i++) {
		struct spool_message *m = spool_message_create(), *got;
		g_autoptr(GBytes) store = g_bytes_new("store", 5);
		g_autoptr(GVariant) row = NULL;
		int priority = 0;

		m->client = g_strdup(clients[i]);
		row = g_variant_ref_sink(packet_queued_row(m, 1));
		got = packet_from_queued_row(row, store, &priority);
		assert_int_equal(priority, 1);
		assert_int_equal(g_strcmp0(got->client, clients[i]), 0);
		spool_message_free(got);
		spool_message_free(m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_of_any_size_arrive),
		cmocka_unit_test(texts_are_cut_and_valid),
		cmocka_unit_test(messages_of_a_list_are_rows),
		cmocka_unit_test(a_queued_row_has_what_the_client_did),
		cmocka_unit_test(nonsense_is_harmless),
	};

	return cmocka_run_group_tests_name("spooler/packet", tests, NULL, NULL);
}
