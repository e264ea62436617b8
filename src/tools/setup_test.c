/* SPDX-License-Identifier: MIT */
#include "setup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* An answer to SRV _submission._tcp.x.test; each record's name points at the question's. */
struct answer {
	unsigned char bytes[512];
	size_t size;
};

static void
add(struct answer *a, const void *bytes, size_t size)
{
	memcpy(a->bytes + a->size, bytes, size);
	a->size += size;
}

static void
begin(struct answer *a, unsigned char records)
{
	const unsigned char head[] = { 0, 1, 0x81, 0x80, 0, 1, 0, records, 0, 0, 0, 0 };

	a->size = 0;
	add(a, head, sizeof head);
	add(a, "\1x\4test\0\0\41\0\1", 12);
}

static void
record(struct answer *a, unsigned char priority, unsigned char weight, unsigned short port,
    const char *label)
{
	unsigned char length = (unsigned char)strlen(label);
	const unsigned char head[] = { 0xC0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0,
		(unsigned char)(length ? 6 + 1 + length + 2 : 7), 0, priority, 0, weight,
		(unsigned char)(port >> 8), (unsigned char)port };

	add(a, head, sizeof head);
	if (!length) {
		add(a, "", 1);
		return;
	}
	add(a, &length, 1);
	add(a, label, length);
	add(a, "\xC0\x0C", 2);
}

static void
check_target(const GPtrArray *targets, guint index, const char *host, unsigned port)
{
	const struct setup_target *target = targets->pdata[index];

	assert_string_equal(target->host, host);
	assert_int_equal(target->port, port);
}

static void
test_servers_of_an_answer_in_their_order(void **state)
{
	struct answer a;
	GPtrArray *targets;

	(void)state;
	begin(&a, 3);
	record(&a, 20, 9, 25, "last");
	record(&a, 10, 1, 587, "light");
	record(&a, 10, 7, 2587, "heavy");
	targets = setup_srv_parse(a.bytes, a.size);
	assert_int_equal(targets->len, 3);
	check_target(targets, 0, "heavy.x.test", 2587);
	check_target(targets, 1, "light.x.test", 587);
	check_target(targets, 2, "last.x.test", 25);
	g_ptr_array_unref(targets);
	for (size_t size = 0; size < a.size; size++)
		g_ptr_array_unref(setup_srv_parse(a.bytes, size));
}

static void
test_a_service_that_is_not_offered(void **state)
{
	struct answer a;
	GPtrArray *targets;

	(void)state;
	begin(&a, 1);
	record(&a, 0, 0, 0, "");
	targets = setup_srv_parse(a.bytes, a.size);
	assert_int_equal(targets->len, 0);
	g_ptr_array_unref(targets);
}

static void
test_services_by_domain(void **state)
{
	struct setup_server found;

	(void)state;
	assert_true(setup_preset("acme.onmicrosoft.com", &found));
	assert_string_equal(found.host, "smtp.office365.com");
	assert_string_equal(found.preset, "exchange-online");
	setup_server_clear(&found);
	assert_false(setup_preset("notgmail.com", &found));
}

static void
test_an_address_has_a_domain(void **state)
{
	static const char *const bad[] = { "", "ann", "@x.test", "ann@", "ann@x y", "ann@-x" };
	g_autofree char *domain = setup_domain("Ann@X.test");

	(void)state;
	assert_string_equal(domain, "x.test");
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++)
		assert_null(setup_domain(bad[i]));
}

#define SERVER(type, host, port, socket)                                                           \
	"<outgoingServer type=\"" type "\"><hostname>" host "</hostname><port>" port               \
	"</port><socketType>" socket "</socketType><username>%EMAILLOCALPART%</username>"          \
	"</outgoingServer>"

static bool
read_text(const char *text, struct setup_server *found)
{
	return setup_autoconfig_parse(text, strlen(text), "ann@x.test", found);
}

static void
test_the_first_server_that_encrypts(void **state)
{
	struct setup_server found;

	(void)state;
	assert_true(read_text("<clientConfig>" SERVER("smtp", "plain.x.test", "25", "plain")
				  SERVER("smtp", "a.x.test", "465", "SSL") SERVER(
				      "smtp", "b.x.test", "587", "STARTTLS") "</clientConfig>",
	    &found));
	assert_string_equal(found.host, "a.x.test");
	assert_int_equal(found.port, 465);
	assert_string_equal(found.tls, "implicit");
	assert_string_equal(found.user, "ann");
	setup_server_clear(&found);
	assert_false(read_text(SERVER("smtp", "a.x.test", "25", "plain"), &found));
	assert_false(read_text(SERVER("smtp", "a x", "587", "SSL"), &found));
	assert_false(read_text(SERVER("smtp", "a.test", "70000", "SSL"), &found));
	assert_false(read_text(SERVER("lmtp", "a.test", "24", "SSL"), &found));
	assert_false(read_text("<clientConfig>", &found));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_servers_of_an_answer_in_their_order),
		cmocka_unit_test(test_a_service_that_is_not_offered),
		cmocka_unit_test(test_services_by_domain),
		cmocka_unit_test(test_an_address_has_a_domain),
		cmocka_unit_test(test_the_first_server_that_encrypts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
