/* SPDX-License-Identifier: MIT */
/*
 * The whole way with the real store, spooler and worker, and a transport that follows Microsoft's
 * documents alone (testing/test_transport.c): submit, and see what becomes of the message.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <glib/gstdio.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "client.h"
#include "mem.h"
#include "paths.h"
#include "prop.h"
#include "session.h"
#include "text.h"

struct fixture {
	char *root;
	char *sent; /* what the transport took */
	struct profile *profile;
	IMAPISession *session;
	IMsgStore *store;
	IMAPIFolder *outbox;
};

/* Start and end */

static const char test_section[] =
    "\n"
    "[Service 11111111111111111111111111111111]\nServiceName=TEST\nDisplayName=Test\n"
    "[Provider 22222222222222222222222222222222]\nService=11111111111111111111111111111111\n"
    "Type=transport\nModule=emapi_test_xp.so\nDisplayName=Test transport\nPath=";

static void
add_test_transport(const char *profile_path, const char *path)
{
	g_autofree char *text = NULL;
	g_autofree char *all = NULL;

	assert_true(g_file_get_contents(profile_path, &text, NULL, NULL));
	all = g_strconcat(text, test_section, path, "\n", NULL);
	assert_true(g_file_set_contents(profile_path, all, -1, NULL));
}

static void
open_session(struct fixture *f)
{
	char *why = NULL;

	assert_int_equal(profile_load("t", &f->profile, &why), S_OK);
	assert_int_equal(session_create(f->profile, MAPI_EXTENDED, &f->session, &why), S_OK);
}

static void
open_outbox(struct fixture *f)
{
	SizedSPropTagArray(1, tags) = { 1, { PR_IPM_OUTBOX_ENTRYID } };
	SizedSPropTagArray(1, columns) = { 1, { PR_ENTRYID } };
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	SPropValue *values = NULL;
	SBinary *id;
	ULONG count, type;

	assert_int_equal(f->session->lpVtbl->GetMsgStoresTable(f->session, 0, &table), S_OK);
	table->lpVtbl->SetColumns(table, (SPropTagArray *)&columns, 0);
	assert_int_equal(table->lpVtbl->QueryRows(table, 1, 0, &rows), S_OK);
	assert_int_equal(rows->cRows, 1);
	id = &rows->aRow[0].lpProps[0].Value.bin;
	assert_int_equal(f->session->lpVtbl->OpenMsgStore(f->session, 0, id->cb, (ENTRYID *)id->lpb,
			     NULL, MDB_WRITE | MAPI_BEST_ACCESS | MDB_NO_DIALOG, &f->store),
	    S_OK);
	assert_int_equal(
	    f->store->lpVtbl->GetProps(f->store, (SPropTagArray *)&tags, 0, &count, &values), S_OK);
	id = &values[0].Value.bin;
	assert_int_equal(f->store->lpVtbl->OpenEntry(f->store, id->cb, (ENTRYID *)id->lpb, NULL,
			     MAPI_MODIFY, &type, (IUnknown **)&f->outbox),
	    S_OK);
	mem_free(values);
	mem_free(rows->aRow[0].lpProps);
	mem_free(rows);
	table->lpVtbl->Release(table);
}

static int
setup(void **state)
{
	static const char *const variables[] = {
		"XDG_CONFIG_HOME",
		"XDG_DATA_HOME",
		"XDG_STATE_HOME",
		"XDG_RUNTIME_DIR",
		"EMAPI_SYSCONFDIR",
	};
	struct fixture *f = g_new0(struct fixture, 1);
	struct profile_settings settings = { .from_address = "me@example.test" };
	struct profile *profile = NULL;
	char *why = NULL;

	f->root = g_dir_make_tmp("worker-XXXXXX", NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(variables); i++) {
		g_autofree char *folder = g_build_filename(f->root, variables[i], NULL);

		g_mkdir(folder, 0700);
		g_setenv(variables[i], folder, TRUE);
	}
	g_setenv("EMAPI_RETRY_SECONDS", "0.05", TRUE);
	f->sent = g_build_filename(f->root, "sent", NULL);
	assert_int_equal(profile_create("t", &settings, &why), S_OK);
	assert_int_equal(profile_load("t", &profile, &why), S_OK);
	add_test_transport(profile_path(profile), f->sent);
	profile_unref(profile);
	open_session(f);
	open_outbox(f);
	*state = f;
	return 0;
}

static void
end_spooler(void)
{
	g_autofree char *path = paths_state("spooler.lock");
	g_autofree char *text = NULL;
	int fd;

	if (!g_file_get_contents(path, &text, NULL, NULL) || atoi(text) <= 0 ||
	    kill(atoi(text), SIGTERM) != 0)
		return;
	fd = open(path, O_RDWR | O_CLOEXEC);
	flock(fd, LOCK_EX);
	close(fd);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;
	char *argv[] = { (char *)"rm", (char *)"-rf", f->root, NULL };

	end_spooler();
	f->outbox->lpVtbl->Release(f->outbox);
	f->store->lpVtbl->Release(f->store);
	f->session->lpVtbl->Logoff(f->session, 0, 0, 0);
	f->session->lpVtbl->Release(f->session);
	profile_unref(f->profile);
	g_spawn_sync("/", argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
	g_free(f->root);
	g_free(f->sent);
	g_free(f);
	return 0;
}

/* Messages */

/* An address is "TYPE:address". */
static void
add_recipients(IMessage *message, char **addresses)
{
	ULONG count = g_strv_length(addresses);
	ADRLIST *list = mem_zalloc(NULL, CbNewADRLIST(count));

	list->cEntries = count;
	for (ULONG i = 0; i < count; i++) {
		SPropValue *props = mem_zalloc(NULL, 4 * sizeof(*props));
		g_auto(GStrv) parts = g_strsplit(addresses[i], ":", 2);

		list->aEntries[i].cValues = 4;
		list->aEntries[i].rgPropVals = props;
		prop_set_long(&props[0], PR_RECIPIENT_TYPE, MAPI_TO);
		prop_set_text(props, &props[1], PR_DISPLAY_NAME_W, parts[1]);
		prop_set_text(props, &props[2], PR_ADDRTYPE_W, parts[0]);
		prop_set_text(props, &props[3], PR_EMAIL_ADDRESS_W, parts[1]);
	}
	assert_int_equal(message->lpVtbl->ModifyRecipients(message, MODRECIP_ADD, list), S_OK);
	for (ULONG i = 0; i < count; i++)
		mem_free(list->aEntries[i].rgPropVals);
	mem_free(list);
}

/* Submits a message to the addresses; its PR_SEARCH_KEY is `key`. */
static void
submit(struct fixture *f, const char *key, const char *addresses)
{
	g_auto(GStrv) list = g_strsplit(addresses, " ", -1);
	IMessage *message = NULL;
	SPropValue *props = mem_zalloc(NULL, 2 * sizeof(*props));

	assert_int_equal(f->outbox->lpVtbl->CreateMessage(f->outbox, NULL, 0, &message), S_OK);
	prop_set_text(props, &props[0], PR_SUBJECT_W, "Hello");
	prop_set_binary(props, &props[1], PR_SEARCH_KEY, key, 16);
	assert_int_equal(message->lpVtbl->SetProps(message, 2, props, NULL), S_OK);
	add_recipients(message, list);
	assert_int_equal(message->lpVtbl->SubmitMessage(message, 0), S_OK);
	message->lpVtbl->Release(message);
	mem_free(props);
}

struct outcome {
	enum spool_state want;
	GString *text;
	char why[512]; /* the message's own text */
};

/* Each recipient as "state: text", a line each. */
static bool
on_message(const struct spool_message *m, void *context)
{
	struct outcome *o = context;

	if (m->state != o->want || (m->state == SPOOL_WAITING && m->tries == 0))
		return true;
	g_strlcpy(o->why, m->text, sizeof(o->why));
	g_string_truncate(o->text, 0);
	for (guint i = 0; i < m->recipients->len; i++) {
		const struct spool_recipient *r = g_ptr_array_index(m->recipients, i);

		g_string_append_printf(o->text, "%s: %s\n", spool_state_name(r->state), r->text);
	}
	return false;
}

static void
expect(const char *key, enum spool_state state, const char *recipients)
{
	struct outcome o = { state, g_string_new(""), "" };
	HRESULT hr = spooler_watch(key, 16, NULL, 20000, on_message, &o);

	if (recipients && strcmp(o.text->str, recipients) != 0)
		print_message("expected \"%s\", got \"%s\"\n", recipients, o.text->str);
	assert_int_equal(hr, S_OK);
	if (recipients)
		assert_string_equal(o.text->str, recipients);
	g_string_free(o.text, TRUE);
}

static int
times_sent(struct fixture *f, const char *address)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	int count = 0;

	if (!g_file_get_contents(f->sent, &text, NULL, NULL))
		return 0;
	lines = g_strsplit(text, "\n", -1);
	for (int i = 0; lines[i]; i++)
		count += strcmp(lines[i], address) == 0;
	return count;
}

/* Messages in a folder of the store. */
static LONG
count_in(struct fixture *f, ULONG folder_tag)
{
	SPropTagArray *tags = mem_zalloc(NULL, CbNewSPropTagArray(1));
	IMAPIFolder *folder = NULL;
	IMAPITable *table = NULL;
	SPropValue *values = NULL;
	ULONG count = 0, type = 0;

	tags->cValues = 1;
	tags->aulPropTag[0] = folder_tag;
	assert_int_equal(f->store->lpVtbl->GetProps(f->store, tags, 0, &count, &values), S_OK);
	assert_int_equal(
	    f->store->lpVtbl->OpenEntry(f->store, values[0].Value.bin.cb,
		(ENTRYID *)values[0].Value.bin.lpb, NULL, 0, &type, (IUnknown **)&folder),
	    S_OK);
	assert_int_equal(folder->lpVtbl->GetContentsTable(folder, 0, &table), S_OK);
	assert_int_equal(table->lpVtbl->GetRowCount(table, 0, &count), S_OK);
	table->lpVtbl->Release(table);
	folder->lpVtbl->Release(folder);
	mem_free(values);
	mem_free(tags);
	return (LONG)count;
}

/* Tests */

static void
documented_answers_decide(void **state)
{
	struct fixture *f = *state;

	submit(f, "key-000000000001", "TEST:took@x TEST:delivered@x TEST:ndr@x");
	expect("key-000000000001", SPOOL_FILED,
	    "sent: The transport took it.\nsent: \n"
	    "failed: Nobody of that name lives here.\n");
	assert_int_equal(times_sent(f, "took@x"), 1);
	assert_int_equal(count_in(f, PR_IPM_SENTMAIL_ENTRYID), 1);
	assert_int_equal(count_in(f, PR_IPM_OUTBOX_ENTRYID), 0);
}

/* More than are told at the end of a scan, and than go into one page of it: they are found in the
 * queue all at once, by a spooler that is started later. */
static void
a_long_queue_is_read_whole(void **state)
{
	struct fixture *f = *state;
	g_autofree char *spooler = g_strdup(g_getenv("EMAPI_SPOOLER"));
	char key[17];

	g_setenv("EMAPI_SPOOLER", "/nonexistent", TRUE);
	for (int i = 0; i < 120; i++) {
		g_snprintf(key, sizeof(key), "key-000000001%03d", i);
		submit(f, key, "TEST:took@x");
	}
	g_setenv("EMAPI_SPOOLER", spooler, TRUE);
	assert_int_equal(spooler_run(NULL), S_OK);
	for (int i = 0; i < 120; i++) {
		g_snprintf(key, sizeof(key), "key-000000001%03d", i);
		expect(key, SPOOL_FILED, "sent: The transport took it.\n");
	}
	assert_int_equal(times_sent(f, "took@x"), 120);
	assert_int_equal(count_in(f, PR_IPM_OUTBOX_ENTRYID), 0);
}

/* More than go along with others in one packet. */
static void
many_recipients_are_all_served(void **state)
{
	struct fixture *f = *state;
	GString *addresses = g_string_new("TEST:took-0@x");
	GString *words = g_string_new("sent: The transport took it.\n");

	for (int i = 1; i < 40; i++) {
		g_string_append_printf(addresses, " TEST:took-%d@x", i);
		g_string_append(words, "sent: The transport took it.\n");
	}
	submit(f, "key-000000000020", "TEST:took@x");
	submit(f, "key-000000000021", addresses->str);
	submit(f, "key-000000000022", "TEST:took@x");
	expect("key-000000000020", SPOOL_FILED, NULL);
	expect("key-000000000021", SPOOL_FILED, words->str);
	expect("key-000000000022", SPOOL_FILED, NULL);
	assert_int_equal(times_sent(f, "took-39@x"), 1);
	assert_int_equal(count_in(f, PR_IPM_SENTMAIL_ENTRYID), 3);
	g_string_free(addresses, TRUE);
	g_string_free(words, TRUE);
}

static void
who_cannot_be_reached_is_told_why(void **state)
{
	struct fixture *f = *state;

	submit(f, "key-000000000002", "FAX:5551234 TEST:left@x");
	expect("key-000000000002", SPOOL_FAILED,
	    "failed: No transport of profile \"t\" carries address type FAX.\n"
	    "failed: No transport of profile \"t\" took this recipient.\n");
	assert_int_equal(count_in(f, PR_IPM_SENTMAIL_ENTRYID), 1);
	assert_int_equal(count_in(f, PR_IPM_OUTBOX_ENTRYID), 0);
}

static void
refusals_of_the_whole_message(void **state)
{
	static const struct {
		const char *key, *addresses;
		enum spool_state state;
		const char *words;
		int sent;
	} cases[] = {
		{ "key-00000000003a", "TEST:wait@x", SPOOL_FILED, "sent: The transport took it.\n",
		    1 },
		{ "key-00000000003b", "TEST:busy@x", SPOOL_FILED, "sent: The transport took it.\n",
		    1 },
		{ "key-00000000003c", "TEST:later@x", SPOOL_FILED, "sent: The transport took it.\n",
		    1 },
		{ "key-00000000003d", "TEST:notme@x", SPOOL_FAILED,
		    "failed: No transport of profile \"t\" took this recipient.\n", 0 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		submit(f, cases[i].key, cases[i].addresses);
		expect(cases[i].key, cases[i].state, cases[i].words);
		assert_int_equal(times_sent(f, strchr(cases[i].addresses, ':') + 1), cases[i].sent);
	}
}

/* Killed between the transport's word and the filing: filed, and not sent a second time. */
static void
a_killed_worker_sends_nothing_twice(void **state)
{
	struct fixture *f = *state;

	submit(f, "key-000000000004", "TEST:die@x");
	expect("key-000000000004", SPOOL_FILED, "sent: \n");
	assert_int_equal(times_sent(f, "die@x"), 1);
	assert_int_equal(count_in(f, PR_IPM_SENTMAIL_ENTRYID), 1);
}

static void
a_message_that_is_cancelled_stays_unsent(void **state)
{
	struct fixture *f = *state;

	g_setenv("EMAPI_RETRY_SECONDS", "600", TRUE);
	submit(f, "key-000000000005", "TEST:busy-long@x");
	expect("key-000000000005", SPOOL_WAITING,
	    "waiting: The transport \"Test transport\" answers: busy (MAPI_E_BUSY)\n");
	assert_int_equal(spooler_cancel("key-000000000005", 16, NULL), S_OK);
	expect("key-000000000005", SPOOL_CANCELLED,
	    "cancelled: The transport \"Test transport\" answers: busy (MAPI_E_BUSY)\n");
	assert_int_equal(times_sent(f, "busy-long@x"), 0);
	assert_int_equal(count_in(f, PR_IPM_OUTBOX_ENTRYID), 1);
}

/* A second transport for the same addresses, which takes what it takes as lines of "second". */
static char *
add_second_transport(struct fixture *f)
{
	static const char section[] =
	    "\n[Provider 33333333333333333333333333333333]\n"
	    "Service=11111111111111111111111111111111\nType=transport\n"
	    "Module=emapi_test_xp.so\nDisplayName=Second transport\nPath=";
	char *second = g_build_filename(f->root, "second", NULL);
	g_autofree char *text = NULL;
	g_autofree char *all = NULL;

	assert_true(g_file_get_contents(profile_path(f->profile), &text, NULL, NULL));
	all = g_strconcat(text, section, second, "\n", NULL);
	assert_true(g_file_set_contents(profile_path(f->profile), all, -1, NULL));
	return second;
}

static bool
has_line(const char *path, const char *line)
{
	g_autofree char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) && strstr(text, line) != NULL;
}

/* The first transport of the profile takes all that it can; the next one what the first could not
 * reach; when both are closed the message waits, with the words of both. */
static void
the_next_transport_takes_what_the_first_cannot_reach(void **state)
{
	struct fixture *f = *state;
	g_autofree char *second = add_second_transport(f);
	g_autofree char *down = g_strconcat(f->sent, ".down", NULL);
	g_autofree char *second_down = g_strconcat(second, ".down", NULL);

	submit(f, "key-000000000010", "TEST:took-1@x");
	expect("key-000000000010", SPOOL_FILED, "sent: The transport took it.\n");
	assert_int_equal(times_sent(f, "took-1@x"), 1);
	assert_true(g_file_set_contents(down, "", 0, NULL));
	submit(f, "key-000000000011", "TEST:took-2@x TEST:ndr-2@x");
	expect("key-000000000011", SPOOL_FILED,
	    "sent: The transport took it.\nfailed: Nobody of that name lives here.\n");
	assert_int_equal(times_sent(f, "took-2@x"), 0);
	assert_true(has_line(second, "took-2@x\n"));
	g_setenv("EMAPI_RETRY_SECONDS", "600", TRUE);
	assert_true(g_file_set_contents(second_down, "", 0, NULL));
	submit(f, "key-000000000012", "TEST:took-3@x");
	expect("key-000000000012", SPOOL_WAITING,
	    "waiting: The transport \"Test transport\" answers: network error "
	    "(MAPI_E_NETWORK_ERROR)"
	    "  The transport \"Second transport\" answers: network error"
	    " (MAPI_E_NETWORK_ERROR)\n");
	g_remove(second_down);
	assert_int_equal(spooler_run(NULL), S_OK);
	expect("key-000000000012", SPOOL_FILED, "sent: The transport took it.\n");
	assert_true(has_line(second, "took-3@x\n"));
}

static void
a_transport_that_cannot_be_opened_is_passed_over(void **state)
{
	struct fixture *f = *state;
	g_autofree char *second = add_second_transport(f);
	g_autofree char *good = NULL;
	g_autofree char *bad = NULL;
	g_auto(GStrv) parts = NULL;

	assert_true(g_file_get_contents(profile_path(f->profile), &good, NULL, NULL));
	parts = g_strsplit(good, "emapi_test_xp.so", 2);
	bad = g_strjoinv("no_such.so", parts);
	assert_true(g_file_set_contents(profile_path(f->profile), bad, -1, NULL));
	submit(f, "key-000000000013", "TEST:took@x");
	expect("key-000000000013", SPOOL_FILED, "sent: The transport took it.\n");
	assert_true(has_line(second, "took@x\n"));
}

static const struct spool_recipient *
recipient_of(const struct spool_message *m, guint i)
{
	return g_ptr_array_index(m->recipients, i);
}

/* Each transport gets the recipients of its address types, in one message. */
static void
address_types_part_the_recipients(void **state)
{
	struct fixture *f = *state;

	struct spool_message *m = NULL;

	submit(f, "key-000000000014", "TEST:took@x SMTP:ann@example.test FAX:12");
	expect("key-000000000014", SPOOL_FILED, NULL);
	assert_int_equal(spooler_show("key-000000000014", 16, &m), S_OK);
	assert_int_equal(recipient_of(m, 0)->state, SPOOL_SENT);
	assert_int_equal(recipient_of(m, 1)->state, SPOOL_SENT);
	assert_non_null(strstr(recipient_of(m, 1)->text, ".pickup/"));
	assert_int_equal(recipient_of(m, 2)->state, SPOOL_FAILED);
	spool_message_free(m);
	assert_int_equal(times_sent(f, "took@x"), 1);
	assert_int_equal(times_sent(f, "ann@example.test"), 0);
}

/* Deleting a profile loses no mail: it is held, says why, and goes out when the profile is back. */
static void
mail_of_a_deleted_profile_is_held(void **state)
{
	struct fixture *f = *state;
	g_autofree char *aside = g_build_filename(f->root, "aside", NULL);
	struct outcome o = { SPOOL_HELD, g_string_new(""), "" };

	assert_int_equal(g_rename(profile_path(f->profile), aside), 0);
	submit(f, "key-000000000006", "TEST:took@x");
	assert_int_equal(
	    spooler_watch("key-000000000006", 16, profile_uid(f->profile), 20000, on_message, &o),
	    S_OK);
	assert_non_null(strstr(o.why, "profile gone"));
	assert_int_equal(times_sent(f, "took@x"), 0);
	assert_int_equal(g_rename(aside, profile_path(f->profile)), 0);
	assert_int_equal(spooler_run(NULL), S_OK);
	expect("key-000000000006", SPOOL_FILED, "sent: The transport took it.\n");
	g_string_free(o.text, TRUE);
}

/* A transport that cannot be used holds the queue; editing the profile lets the next message, and
 * those that were held, go. */
static void
a_mended_profile_goes_on_by_itself(void **state)
{
	struct fixture *f = *state;
	g_autofree char *good = NULL;
	g_autofree char *bad = NULL;
	g_auto(GStrv) parts = NULL;

	assert_true(g_file_get_contents(profile_path(f->profile), &good, NULL, NULL));
	parts = g_strsplit(good, "emapi_test_xp.so", 2);
	bad = g_strjoinv("no_such.so", parts);
	assert_true(g_file_set_contents(profile_path(f->profile), bad, -1, NULL));
	submit(f, "key-000000000007", "TEST:took@x");
	expect("key-000000000007", SPOOL_HELD, NULL);
	assert_true(g_file_set_contents(profile_path(f->profile), good, -1, NULL));
	submit(f, "key-000000000008", "TEST:took@x");
	expect("key-000000000008", SPOOL_FILED, "sent: The transport took it.\n");
	expect("key-000000000007", SPOOL_FILED, "sent: The transport took it.\n");
	assert_int_equal(times_sent(f, "took@x"), 2);
}

int
main(void)
{
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(documented_answers_decide),
		CASE(a_long_queue_is_read_whole),
		CASE(many_recipients_are_all_served),
		CASE(who_cannot_be_reached_is_told_why),
		CASE(refusals_of_the_whole_message),
		CASE(a_killed_worker_sends_nothing_twice),
		CASE(a_message_that_is_cancelled_stays_unsent),
		CASE(the_next_transport_takes_what_the_first_cannot_reach),
		CASE(a_transport_that_cannot_be_opened_is_passed_over),
		CASE(address_types_part_the_recipients),
		CASE(mail_of_a_deleted_profile_is_held),
		CASE(a_mended_profile_goes_on_by_itself),
	};

	return cmocka_run_group_tests_name("spooler/worker", tests, NULL, NULL);
}
