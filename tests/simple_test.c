/* SPDX-License-Identifier: MIT */
/* Simple MAPI with the real store and a pickup folder, by the public API alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <mapi.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include <mapix.h>
#include "testing.h"

#define PATIENCE 100 /* tenths of a second */

static LHANDLE session;

static char text_subject[] = "Bridge plans", text_body[] = "See the file.\r\n";
static char name_ann[] = "Ann Lee", address_ann[] = "SMTP:ann@example.test";
static char name_bob[] = "bob@example.test";

static int
setup(void **state)
{
	char *text;

	if (test_folders_create(state))
		return -1;
	g_setenv("EMAPI_IDLE_SECONDS", "1", TRUE);
	text = g_strdup_printf("[Profile]\nUID=%032d\nDefault=true\nFromName=Me\n"
			       "FromAddress=me@example.test\n"
			       "[Service %032d]\nServiceName=EMAPI_STORE\nDisplayName=Mail\n"
			       "[Provider %032d]\nService=%032d\nType=store\n"
			       "Module=emapi_store.so\nDisplayName=Mail\nDefault=true\n"
			       "Path=%s/mail\n"
			       "[Service %032d]\nServiceName=EMAPI_PICKUP\nDisplayName=Pickup\n"
			       "[Provider %032d]\nService=%032d\nType=transport\n"
			       "Module=emapi_pickup.so\nDisplayName=Pickup\nPath=%s/pickup\n",
	    1, 2, 3, 2, test_folder, 4, 5, 4, test_folder);
	test_write("config/emapi/profiles/simple.profile", text);
	test_write("plan.txt", "the plan of the bridge\n");
	test_write("pickup/.keep", "");
	g_free(text);
	return MAPILogon(0, NULL, NULL, 0, 0, &session) != SUCCESS_SUCCESS;
}

static int
teardown(void **state)
{
	assert_int_equal(MAPILogoff(session, 0, 0, 0), SUCCESS_SUCCESS);
	assert_int_equal(MAPILogoff(session, 0, 0, 0), MAPI_E_INVALID_SESSION);
	g_usleep(1500000); /* the spooler ends */
	return test_folders_remove(state);
}

/* Two recipients, of which one is a name to be resolved, and a file. */
static void
fill(MapiMessage *message, MapiRecipDesc recipients[2], MapiFileDesc *file, char **path)
{
	memset(message, 0, sizeof *message);
	memset(recipients, 0, 2 * sizeof *recipients);
	memset(file, 0, sizeof *file);
	*path = g_build_filename(test_folder, "plan.txt", NULL);
	message->lpszSubject = text_subject;
	message->lpszNoteText = text_body;
	message->nRecipCount = 2;
	message->lpRecips = recipients;
	recipients[0].ulRecipClass = MAPI_TO;
	recipients[0].lpszName = name_ann;
	recipients[0].lpszAddress = address_ann;
	recipients[1].ulRecipClass = MAPI_CC;
	recipients[1].lpszName = name_bob;
	message->nFileCount = 1;
	message->lpFiles = file;
	file->nPosition = (ULONG)-1;
	file->lpszPathName = *path;
}

/* The mail in the pickup folder, once it is there. */
static char *
wait_for_mail(void)
{
	char *folder = g_build_filename(test_folder, "pickup", NULL), *text = NULL;

	for (int i = 0; i < PATIENCE && !text; i++) {
		GDir *dir = g_dir_open(folder, 0, NULL);
		const char *name;

		while (dir && (name = g_dir_read_name(dir)) && !text)
			if (g_str_has_suffix(name, ".eml")) {
				char *path = g_build_filename(folder, name, NULL);

				g_file_get_contents(path, &text, NULL, NULL);
				g_free(path);
			}
		if (dir)
			g_dir_close(dir);
		if (!text)
			g_usleep(100000);
	}
	g_free(folder);
	return text;
}

static void
sends_a_mail_with_a_file(void **state)
{
	MapiMessage message;
	MapiRecipDesc recipients[2];
	MapiFileDesc file;
	char *path, *mail;

	fill(&message, recipients, &file, &path);
	assert_int_equal(MAPISendMail(session, 0, &message, 0, 0), SUCCESS_SUCCESS);
	mail = wait_for_mail();
	assert_non_null(mail);
	assert_non_null(strstr(mail, "Subject: Bridge plans"));
	assert_non_null(strstr(mail, "Ann Lee <ann@example.test>"));
	assert_non_null(strstr(mail, "bob@example.test"));
	assert_non_null(strstr(mail, "plan.txt"));
	g_free(mail);
	g_free(path);
}

/* The last mail of the pickup folder that has these words. */
static bool
was_sent(const char *words)
{
	char *folder = g_build_filename(test_folder, "pickup", NULL);
	bool found = false;

	for (int i = 0; i < PATIENCE && !found; i++) {
		GDir *dir = g_dir_open(folder, 0, NULL);
		const char *name;

		while (dir && (name = g_dir_read_name(dir)) && !found) {
			char *path = g_build_filename(folder, name, NULL), *text = NULL;

			found = g_file_get_contents(path, &text, NULL, NULL) && strstr(text, words);
			g_free(text);
			g_free(path);
		}
		if (dir)
			g_dir_close(dir);
		if (!found)
			g_usleep(100000);
	}
	g_free(folder);
	return found;
}

static void
sends_16_bit_text(void **state)
{
	static WCHAR subject[] = u"Wide words", body[] = u"Gr\u00fc\u00dfe", name[] = u"Ann",
		     address[] = u"SMTP:ann@example.test";
	MapiRecipDescW recipient = {
		.ulRecipClass = MAPI_TO, .lpszName = name, .lpszAddress = address
	};
	MapiMessageW message = { .lpszSubject = subject,
		.lpszNoteText = body,
		.nRecipCount = 1,
		.lpRecips = &recipient };

	assert_int_equal(MAPISendMailW(session, 0, &message, 0, 0), SUCCESS_SUCCESS);
	assert_true(was_sent("Subject: Wide words"));
	message.lpRecips = NULL;
	assert_int_equal(MAPISendMailW(session, 0, &message, 0, 0), MAPI_E_FAILURE);
	assert_int_equal(MAPISendMailW(session, 0, NULL, 0, 0), MAPI_E_FAILURE);
}

static void
what_cannot_be_sent(void **state)
{
	static char nowhere[] = "/nonexistent/file", stranger[] = "Nobody Known";
	MapiMessage message;
	MapiRecipDesc recipients[2];
	MapiFileDesc file;
	char *path;

	fill(&message, recipients, &file, &path);
	assert_int_equal(MAPISendMail(session, 0, &message, MAPI_DIALOG, 0), MAPI_E_NOT_SUPPORTED);
	file.lpszPathName = nowhere;
	assert_int_equal(MAPISendMail(session, 0, &message, 0, 0), MAPI_E_ATTACHMENT_NOT_FOUND);
	message.nFileCount = 0;
	recipients[1].ulRecipClass = 9;
	assert_int_equal(MAPISendMail(session, 0, &message, 0, 0), MAPI_E_BAD_RECIPTYPE);
	recipients[1].ulRecipClass = MAPI_CC;
	recipients[1].lpszName = stranger;
	assert_int_equal(MAPISendMail(session, 0, &message, 0, 0), MAPI_E_UNKNOWN_RECIPIENT);
	message.nRecipCount = 0;
	assert_int_equal(MAPISendMail(session, 0, &message, 0, 0), MAPI_E_INVALID_RECIPS);
	assert_int_equal(MAPISendMail(77, 0, &message, 0, 0), MAPI_E_INVALID_SESSION);
	assert_int_equal(MAPIDetails(session, 0, recipients, 0, 0), MAPI_E_NOT_SUPPORTED);
	g_free(path);
}

static void
check_read(char *id)
{
	MapiMessage *read;
	char *text;

	assert_int_equal(MAPIReadMail(session, 0, id, 0, 0, &read), SUCCESS_SUCCESS);
	assert_string_equal(read->lpszSubject, text_subject);
	assert_string_equal(read->lpszNoteText, text_body);
	assert_string_equal(read->lpszMessageType, "IPM.Note");
	assert_int_equal(read->nRecipCount, 2);
	assert_string_equal(read->lpRecips[0].lpszName, name_ann);
	assert_string_equal(read->lpRecips[0].lpszAddress, address_ann);
	assert_int_equal(read->lpRecips[1].ulRecipClass, MAPI_CC);
	assert_string_equal(read->lpRecips[1].lpszAddress, "SMTP:bob@example.test");
	assert_int_equal(read->nFileCount, 1);
	assert_string_equal(read->lpFiles[0].lpszFileName, "plan.txt");
	assert_true(g_file_get_contents(read->lpFiles[0].lpszPathName, &text, NULL, NULL));
	assert_string_equal(text, "the plan of the bridge\n");
	unlink(read->lpFiles[0].lpszPathName);
	g_free(text);
	MAPIFreeBuffer(read);
}

/* The text as a file of its own, before the others. */
static void
check_read_as_file(char *id)
{
	MapiMessage *read;
	char *text;

	assert_int_equal(
	    MAPIReadMail(session, 0, id, MAPI_BODY_AS_FILE | MAPI_PEEK, 0, &read), SUCCESS_SUCCESS);
	assert_null(read->lpszNoteText);
	assert_int_equal(read->nFileCount, 2);
	assert_true(g_file_get_contents(read->lpFiles[0].lpszPathName, &text, NULL, NULL));
	assert_string_equal(text, text_body);
	assert_string_equal(read->lpFiles[1].lpszFileName, "plan.txt");
	unlink(read->lpFiles[0].lpszPathName);
	unlink(read->lpFiles[1].lpszPathName);
	g_free(text);
	MAPIFreeBuffer(read);
}

static void
saves_finds_reads_and_deletes(void **state)
{
	char first[512] = "", second[512] = "", found[512], next[512], short_id[64];
	MapiMessage message;
	MapiRecipDesc recipients[2];
	MapiFileDesc file;
	char *path;

	fill(&message, recipients, &file, &path);
	assert_int_equal(
	    MAPIFindNext(session, 0, NULL, NULL, MAPI_LONG_MSGID, 0, found), MAPI_E_NO_MESSAGES);
	assert_int_equal(
	    MAPISaveMail(session, 0, &message, MAPI_LONG_MSGID, 0, first), SUCCESS_SUCCESS);
	assert_int_equal(
	    MAPISaveMail(session, 0, &message, MAPI_LONG_MSGID, 0, first), SUCCESS_SUCCESS);
	assert_int_equal(
	    MAPISaveMail(session, 0, &message, MAPI_LONG_MSGID, 0, second), SUCCESS_SUCCESS);
	assert_string_not_equal(first, second);
	check_read_as_file(first);
	check_read(first);

	assert_int_equal(
	    MAPIFindNext(session, 0, NULL, NULL, MAPI_LONG_MSGID, 0, found), SUCCESS_SUCCESS);
	assert_int_equal(
	    MAPIFindNext(session, 0, NULL, found, MAPI_LONG_MSGID, 0, next), SUCCESS_SUCCESS);
	assert_string_not_equal(found, next);
	assert_int_equal(
	    MAPIFindNext(session, 0, NULL, next, MAPI_LONG_MSGID, 0, found), MAPI_E_NO_MESSAGES);
	assert_int_equal(MAPIFindNext(session, 0, NULL, NULL, 0, 0, short_id), SUCCESS_SUCCESS);
	check_read(short_id);

	assert_int_equal(MAPIDeleteMail(session, 0, first, 0, 0), SUCCESS_SUCCESS);
	assert_int_equal(MAPIDeleteMail(session, 0, second, 0, 0), SUCCESS_SUCCESS);
	assert_int_equal(MAPIDeleteMail(session, 0, second, 0, 0), MAPI_E_INVALID_MESSAGE);
	assert_int_equal(
	    MAPIFindNext(session, 0, NULL, NULL, MAPI_LONG_MSGID, 0, found), MAPI_E_NO_MESSAGES);
	g_free(path);
}

static void
resolves_names(void **state)
{
	static char typed[] = "Carl Em <carl@example.test>", stranger[] = "Nobody Known",
		    bracketed[] = "Carl Em[SMTP:carl@example.test]";
	MapiRecipDesc *found;

	assert_int_equal(MAPIResolveName(session, 0, typed, 0, 0, &found), SUCCESS_SUCCESS);
	assert_string_equal(found->lpszName, "Carl Em");
	assert_string_equal(found->lpszAddress, "SMTP:carl@example.test");
	assert_true(found->ulEIDSize > 0);
	MAPIFreeBuffer(found);
	assert_int_equal(MAPIResolveName(session, 0, bracketed, 0, 0, &found), SUCCESS_SUCCESS);
	assert_string_equal(found->lpszName, "Carl Em");
	assert_string_equal(found->lpszAddress, "SMTP:carl@example.test");
	MAPIFreeBuffer(found);
	assert_int_equal(
	    MAPIResolveName(session, 0, stranger, 0, 0, &found), MAPI_E_UNKNOWN_RECIPIENT);
	assert_null(found);
}

/* --- One rule of Microsoft's pages each ---------------------------------------------------- */

/* A message in the Inbox of that class and with these flags; its id. */
static void
save_as(const char *class, FLAGS flags, char *id)
{
	MapiMessage message = { .lpszSubject = text_subject,
		.lpszMessageType = (char *)(uintptr_t) class,
		.flFlags = flags };

	*id = 0;
	assert_int_equal(
	    MAPISaveMail(session, 0, &message, MAPI_LONG_MSGID, 0, id), SUCCESS_SUCCESS);
}

static FLAGS
flags_of(char *id)
{
	MapiMessage *read;
	FLAGS flags;

	assert_int_equal(MAPIReadMail(session, 0, id, MAPI_ENVELOPE_ONLY | MAPI_PEEK, 0, &read),
	    SUCCESS_SUCCESS);
	assert_null(read->lpszNoteText);
	assert_int_equal(read->nFileCount, 0);
	flags = read->flFlags;
	MAPIFreeBuffer(read);
	return flags;
}

static void
a_class_is_itself_and_what_is_derived_from_it(void **state)
{
	static char class[] = "IPM.Plan", other[] = "IPM.Planet";
	char plan[512], derived[512], planet[512], found[512], next[512];

	save_as("ipm.plan", 0, plan);
	save_as("IPM.Plan.Bridge", 0, derived);
	save_as("IPM.Planet", 0, planet);
	assert_int_equal(
	    MAPIFindNext(session, 0, class, NULL, MAPI_LONG_MSGID | MAPI_GUARANTEE_FIFO, 0, found),
	    SUCCESS_SUCCESS);
	assert_int_equal(
	    MAPIFindNext(session, 0, class, found, MAPI_LONG_MSGID | MAPI_GUARANTEE_FIFO, 0, next),
	    SUCCESS_SUCCESS);
	assert_string_not_equal(found, planet);
	assert_string_not_equal(next, planet);
	assert_int_equal(
	    MAPIFindNext(session, 0, class, next, MAPI_LONG_MSGID | MAPI_GUARANTEE_FIFO, 0, found),
	    MAPI_E_NO_MESSAGES);
	assert_int_equal(
	    MAPIFindNext(session, 0, other, NULL, MAPI_LONG_MSGID, 0, found), SUCCESS_SUCCESS);
	assert_string_equal(found, planet);
	MAPIDeleteMail(session, 0, plan, 0, 0);
	MAPIDeleteMail(session, 0, derived, 0, 0);
	MAPIDeleteMail(session, 0, planet, 0, 0);
}

static void
a_new_message_says_whether_it_was_sent_and_read(void **state)
{
	char id[512], found[512];
	MapiMessage *read;

	save_as(NULL, MAPI_UNREAD | MAPI_SENT, id);
	assert_int_equal(flags_of(id), MAPI_UNREAD | MAPI_SENT);
	assert_int_equal(
	    MAPIFindNext(session, 0, NULL, NULL, MAPI_UNREAD_ONLY | MAPI_LONG_MSGID, 0, found),
	    SUCCESS_SUCCESS);
	assert_string_equal(found, id);
	/* Only MAPI_PEEK leaves it unread. */
	assert_int_equal(
	    MAPIReadMail(session, 0, id, MAPI_ENVELOPE_ONLY, 0, &read), SUCCESS_SUCCESS);
	assert_int_equal(read->flFlags, MAPI_UNREAD | MAPI_SENT); /* as it was found */
	MAPIFreeBuffer(read);
	assert_int_equal(flags_of(id), MAPI_SENT);
	assert_int_equal(
	    MAPIFindNext(session, 0, NULL, NULL, MAPI_UNREAD_ONLY | MAPI_LONG_MSGID, 0, found),
	    MAPI_E_NO_MESSAGES);
	MAPIDeleteMail(session, 0, id, 0, 0);
}

static void
saving_again_replaces_what_was_asked_for(void **state)
{
	MapiMessage message = { .lpszSubject = text_subject, .flFlags = MAPI_RECEIPT_REQUESTED };
	char id[512] = "";

	assert_int_equal(
	    MAPISaveMail(session, 0, &message, MAPI_LONG_MSGID, 0, id), SUCCESS_SUCCESS);
	assert_int_equal(flags_of(id), MAPI_RECEIPT_REQUESTED);
	message.flFlags = 0;
	assert_int_equal(MAPISaveMail(lhSessionNull, 0, &message, MAPI_LONG_MSGID, 0, id),
	    MAPI_E_INVALID_SESSION);
	assert_int_equal(
	    MAPISaveMail(session, 0, &message, MAPI_LONG_MSGID, 0, id), SUCCESS_SUCCESS);
	assert_int_equal(flags_of(id), 0);
	MAPIDeleteMail(session, 0, id, 0, 0);
}

static void
files_keep_their_place_in_the_text(void **state)
{
	char id[512] = "";
	MapiMessage message, *read;
	MapiRecipDesc recipients[2];
	MapiFileDesc file;
	char *path;

	fill(&message, recipients, &file, &path);
	file.nPosition = 8;
	assert_int_equal(
	    MAPISaveMail(session, 0, &message, MAPI_LONG_MSGID, 0, id), SUCCESS_SUCCESS);
	assert_int_equal(
	    MAPIReadMail(session, 0, id, MAPI_SUPPRESS_ATTACH, 0, &read), SUCCESS_SUCCESS);
	assert_int_equal(read->nFileCount, 1);
	assert_int_equal(read->lpFiles[0].nPosition, 8);
	assert_string_equal(read->lpFiles[0].lpszFileName, "plan.txt");
	assert_null(read->lpFiles[0].lpszPathName);
	assert_string_equal(read->lpszNoteText, text_body);
	MAPIFreeBuffer(read);
	MAPIDeleteMail(session, 0, id, 0, 0);
	g_free(path);
}

#define DONE(call) assert_int_equal((call), S_OK)

static void
set_subject(void *object, const char *subject)
{
	SPropValue value = { .ulPropTag = PR_SUBJECT_A, .Value.lpszA = (LPSTR)(uintptr_t)subject };
	IMAPIProp *prop = object;

	DONE(prop->lpVtbl->SetProps(prop, 1, &value, NULL));
}

/* Puts an unread message with a message in it where mail comes in. */
static void
deliver_attached_message(IMsgStore *store)
{
	IMessage *message = NULL, *within = NULL;
	IMAPIFolder *inbox = NULL;
	IAttach *attach = NULL;
	ENTRYID *id = NULL;
	ULONG size, type, number;

	DONE(store->lpVtbl->GetReceiveFolder(store, NULL, 0, &size, &id, NULL));
	DONE(store->lpVtbl->OpenEntry(
	    store, size, id, NULL, MAPI_MODIFY, &type, (IUnknown **)(void *)&inbox));
	MAPIFreeBuffer(id);
	DONE(inbox->lpVtbl->CreateMessage(inbox, NULL, 0, &message));
	set_subject(message, "has a message in it");
	DONE(message->lpVtbl->CreateAttach(message, NULL, 0, &number, &attach));
	DONE(attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0,
	    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)(void *)&within));
	set_subject(within, "within");
	DONE(within->lpVtbl->SaveChanges(within, 0));
	DONE(attach->lpVtbl->SaveChanges(attach, 0));
	DONE(message->lpVtbl->SaveChanges(message, 0));
	within->lpVtbl->Release(within);
	attach->lpVtbl->Release(attach);
	message->lpVtbl->Release(message);
	inbox->lpVtbl->Release(inbox);
}

static void
an_attached_message_becomes_a_file_of_its_own(void **state)
{
	IMAPISession *extended = NULL;
	IMAPITable *stores = NULL;
	IMsgStore *store = NULL;
	SRowSet *rows = NULL;
	SPropValue *id_of_store;
	MapiMessage *read = NULL;
	char id[512], *bytes = NULL;
	gsize size = 0;

	DONE(MAPIInitialize(NULL));
	DONE(MAPILogonEx(0, NULL, NULL,
	    MAPI_EXTENDED | MAPI_USE_DEFAULT | MAPI_NEW_SESSION | MAPI_NO_MAIL, &extended));
	DONE(extended->lpVtbl->GetMsgStoresTable(extended, 0, &stores));
	DONE(HrQueryAllRows(stores, NULL, NULL, NULL, 0, &rows));
	id_of_store = PpropFindProp(rows->aRow[0].lpProps, rows->aRow[0].cValues, PR_ENTRYID);
	DONE(extended->lpVtbl->OpenMsgStore(extended, 0, id_of_store->Value.bin.cb,
	    (ENTRYID *)(void *)id_of_store->Value.bin.lpb, NULL, MDB_WRITE, &store));
	FreeProws(rows);
	stores->lpVtbl->Release(stores);
	deliver_attached_message(store);
	store->lpVtbl->Release(store);
	extended->lpVtbl->Logoff(extended, 0, 0, 0);
	extended->lpVtbl->Release(extended);
	MAPIUninitialize();
	assert_int_equal(
	    MAPIFindNext(session, 0, NULL, NULL, MAPI_UNREAD_ONLY | MAPI_LONG_MSGID, 0, id),
	    SUCCESS_SUCCESS);
	assert_int_equal(MAPIReadMail(session, 0, id, 0, 0, &read), SUCCESS_SUCCESS);
	assert_string_equal(read->lpszSubject, "has a message in it");
	assert_int_equal(read->nFileCount, 1);
	assert_true(g_str_has_suffix(read->lpFiles[0].lpszFileName, ".msg"));
	assert_true(g_file_get_contents(read->lpFiles[0].lpszPathName, &bytes, &size, NULL));
	assert_true(size > 1000);
	assert_memory_equal(bytes, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", 8);
	g_free(bytes);
	unlink(read->lpFiles[0].lpszPathName);
	MAPIFreeBuffer(read);
	MAPIDeleteMail(session, 0, id, 0, 0);
}

/* Those that act on a message there is want a session; none shows a window. */
static void
sessions_and_windows_are_as_each_function_says(void **state)
{
	static char id[] = "0", name[] = "bob@example.test", paths[] = "/tmp/x", semicolon[] = ";";
	MapiRecipDesc recipient = { .ulRecipClass = MAPI_TO, .lpszName = name }, *found = NULL;
	MapiMessage *read = NULL;
	LHANDLE other = 0;
	char next[512];
	ULONG count = 1;

	assert_int_equal(MAPIFindNext(lhSessionNull, 0, NULL, NULL, MAPI_LONG_MSGID, 0, next),
	    MAPI_E_INVALID_SESSION);
	assert_int_equal(MAPIReadMail(lhSessionNull, 0, id, 0, 0, &read), MAPI_E_INVALID_SESSION);
	assert_int_equal(MAPIDeleteMail(lhSessionNull, 0, id, 0, 0), MAPI_E_INVALID_SESSION);
	assert_int_equal(MAPIReadMail(session, 0, id, 0, 0, &read), MAPI_E_INVALID_MESSAGE);
	assert_int_equal(
	    MAPIFindNext(session, 0, NULL, id, MAPI_LONG_MSGID, 0, next), MAPI_E_INVALID_MESSAGE);
	assert_int_equal(
	    MAPIResolveName(lhSessionNull, 0, name, MAPI_NEW_SESSION, 0, &found), SUCCESS_SUCCESS);
	MAPIFreeBuffer(found);
	assert_int_equal(MAPILogon(0, NULL, NULL, MAPI_NEW_SESSION, 0, &other), SUCCESS_SUCCESS);
	assert_int_not_equal(other, session);
	assert_int_equal(MAPILogoff(other, 0, 0, 0), SUCCESS_SUCCESS);
	assert_int_equal(
	    MAPIAddress(session, 0, NULL, 1, NULL, 1, &recipient, 0, 0, &count, &found),
	    MAPI_E_NOT_SUPPORTED);
	assert_int_equal(count, 0);
	assert_null(found);
	assert_int_equal(MAPISendDocuments(0, semicolon, paths, paths, 0), MAPI_E_NOT_SUPPORTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sends_a_mail_with_a_file),
		cmocka_unit_test(sends_16_bit_text),
		cmocka_unit_test(what_cannot_be_sent),
		cmocka_unit_test(saves_finds_reads_and_deletes),
		cmocka_unit_test(resolves_names),
		cmocka_unit_test(a_class_is_itself_and_what_is_derived_from_it),
		cmocka_unit_test(a_new_message_says_whether_it_was_sent_and_read),
		cmocka_unit_test(saving_again_replaces_what_was_asked_for),
		cmocka_unit_test(files_keep_their_place_in_the_text),
		cmocka_unit_test(an_attached_message_becomes_a_file_of_its_own),
		cmocka_unit_test(sessions_and_windows_are_as_each_function_says),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
