/* SPDX-License-Identifier: MIT */
/* IMAPISupport: what MAPI does for a provider that asks (MAPI reference: IMAPISupport : IUnknown).
 */
#include "world.h"
#include <mapispi.h>
#include "session.h"

/* A support object as the store's provider has it. */
static IMAPISupport *
store_support(struct world *world)
{
	struct session *session = session_from(world->session);
	GArray *providers = profile_providers(session_profile(session), MAPI_STORE_PROVIDER);
	IMAPISupport *support = NULL;

	OK(support_create(session, &g_array_index(providers, MAPIUID, 0), NULL, &support));
	g_array_unref(providers);
	return support;
}

static IMAPIFolder *
make_folder(IMAPIFolder *parent, const char *name)
{
	IMAPIFolder *folder = NULL;

	OK(parent->lpVtbl->CreateFolder(
	    parent, FOLDER_GENERIC, (LPTSTR)(uintptr_t)name, NULL, NULL, 0, &folder));
	return folder;
}

static ULONG
count_messages(IMAPIFolder *folder)
{
	IMAPITable *table = NULL;

	return world_count(folder->lpVtbl->GetContentsTable(folder, 0, &table), &table);
}

static ULONG
count_folders(IMAPIFolder *folder)
{
	IMAPITable *table = NULL;

	return world_count(
	    folder->lpVtbl->GetHierarchyTable(folder, CONVENIENT_DEPTH, &table), &table);
}

/* The only message of a folder. */
static IMessage *
only_message(IMAPIFolder *folder)
{
	static SizedSPropTagArray(1, columns) = { 1, { PR_ENTRYID } };
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	IMessage *message = NULL;
	SBinary id;
	ULONG type;

	OK(folder->lpVtbl->GetContentsTable(folder, 0, &table));
	OK(HrQueryAllRows(table, (SPropTagArray *)&columns, NULL, NULL, 0, &rows));
	assert_int_equal(rows->cRows, 1);
	id = rows->aRow[0].lpProps[0].Value.bin;
	OK(folder->lpVtbl->OpenEntry(folder, id.cb, (ENTRYID *)(void *)id.lpb, NULL, MAPI_MODIFY,
	    &type, (IUnknown **)(void *)&message));
	FreeProws(rows);
	RELEASE(table);
	return message;
}

static ENTRYLIST *
list_of(IMessage *message)
{
	static ENTRYLIST list;
	static SBinary id;
	static SPropValue *value;

	MAPIFreeBuffer(value);
	OK(HrGetOneProp((IMAPIProp *)message, PR_ENTRYID, &value));
	id = value->Value.bin;
	list.cValues = 1;
	list.lpbin = &id;
	return &list;
}

/* --- Copies -------------------------------------------------------------------------------- */

static void
add_file(IMessage *message, const char *name, ULONG size)
{
	SPropValue values[3] = { { .ulPropTag = PR_ATTACH_METHOD, .Value.l = ATTACH_BY_VALUE },
		{ .ulPropTag = PR_ATTACH_FILENAME_A }, { .ulPropTag = PR_ATTACH_DATA_BIN } };
	IAttach *attach = NULL;
	ULONG number;

	values[1].Value.lpszA = (LPSTR)(uintptr_t)name;
	values[2].Value.bin.cb = size;
	values[2].Value.bin.lpb = g_malloc0(size);
	OK(message->lpVtbl->CreateAttach(message, NULL, 0, &number, &attach));
	OK(attach->lpVtbl->SetProps(attach, 3, values, NULL));
	OK(attach->lpVtbl->SaveChanges(attach, 0));
	g_free(values[2].Value.bin.lpb);
	RELEASE(attach);
}

static void
add_message_within(IMessage *message, const char *subject)
{
	SPropValue method = { .ulPropTag = PR_ATTACH_METHOD, .Value.l = ATTACH_EMBEDDED_MSG };
	SPropValue text = { .ulPropTag = PR_SUBJECT_A };
	IAttach *attach = NULL;
	IMessage *within = NULL;
	ULONG number;

	text.Value.lpszA = (LPSTR)(uintptr_t)subject;
	OK(message->lpVtbl->CreateAttach(message, NULL, 0, &number, &attach));
	OK(attach->lpVtbl->SetProps(attach, 1, &method, NULL));
	OK(attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0,
	    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)(void *)&within));
	OK(within->lpVtbl->SetProps(within, 1, &text, NULL));
	world_add_recipient(within, "Eve", "eve@example.test");
	OK(within->lpVtbl->SaveChanges(within, 0));
	OK(attach->lpVtbl->SaveChanges(attach, 0));
	RELEASE(within);
	RELEASE(attach);
}

static IMessage *
rich_message(IMAPIFolder *folder)
{
	IMessage *message = world_message(folder, "With all");

	world_add_recipient(message, "Bob", "bob@example.test");
	add_file(message, "large.bin", 300 * 1024); /* too long for GetProps */
	add_message_within(message, "Inside");
	OK(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE));
	return message;
}

static void
assert_rich(IMessage *message)
{
	IMAPITable *table = NULL;
	IAttach *attach = NULL;
	IMessage *within = NULL;

	assert_string_equal(world_text(message, PR_SUBJECT_A), "With all");
	assert_string_equal(world_text(message, PR_BODY_A), "Good morning");
	assert_int_equal(
	    world_count(message->lpVtbl->GetRecipientTable(message, 0, &table), &table), 1);
	assert_int_equal(
	    world_count(message->lpVtbl->GetAttachmentTable(message, 0, &table), &table), 2);
	OK(message->lpVtbl->OpenAttach(message, 0, NULL, 0, &attach));
	assert_string_equal(world_text(attach, PR_ATTACH_FILENAME_A), "large.bin");
	assert_true(world_long(attach, PR_ATTACH_SIZE) >= 300 * 1024);
	RELEASE(attach);
	OK(message->lpVtbl->OpenAttach(message, 1, NULL, 0, &attach));
	OK(attach->lpVtbl->OpenProperty(
	    attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0, 0, (IUnknown **)(void *)&within));
	assert_string_equal(world_text(within, PR_SUBJECT_A), "Inside");
	assert_int_equal(
	    world_count(within->lpVtbl->GetRecipientTable(within, 0, &table), &table), 1);
	RELEASE(within);
	RELEASE(attach);
}

static void
copy_messages_takes_recipients_attachments_and_messages_within(void **state)
{
	struct world *world = *state;
	IMAPISupport *support = store_support(world);
	IMessage *message = rich_message(world->outbox), *copy;

	OK(support->lpVtbl->CopyMessages(
	    support, NULL, world->outbox, list_of(message), NULL, world->sent, 0, NULL, 0));
	assert_int_equal(count_messages(world->outbox), 1);
	copy = only_message(world->sent);
	assert_rich(copy);
	RELEASE(copy);
	RELEASE(message);
	RELEASE(support);
}

static void
moved_messages_leave_their_folder(void **state)
{
	struct world *world = *state;
	IMAPISupport *support = store_support(world);
	IMessage *message = world_message(world->outbox, "Moves");
	ENTRYLIST *list = list_of(message);

	RELEASE(message);
	OK(support->lpVtbl->CopyMessages(
	    support, NULL, world->outbox, list, NULL, world->sent, 0, NULL, MESSAGE_MOVE));
	assert_int_equal(count_messages(world->outbox), 0);
	assert_int_equal(count_messages(world->sent), 1);
	/* Nothing is there any more, and the call says so. */
	FAILS(support->lpVtbl->CopyMessages(
		  support, NULL, world->outbox, list, NULL, world->sent, 0, NULL, 0),
	    MAPI_W_PARTIAL_COMPLETION);
	RELEASE(support);
}

struct counter {
	IMAPIProgress iprogress;
	ULONG calls, last, total;
	HRESULT answer;
};

static HRESULT
count_progress(IMAPIProgress *This, ULONG value, ULONG count, ULONG total)
{
	struct counter *counter = (struct counter *)(void *)This;

	counter->calls++;
	counter->last = count;
	counter->total = total;
	return counter->answer;
}

static HRESULT
no_limit(IMAPIProgress *This, ULONG *value)
{
	return MAPI_E_CALL_FAILED;
}

static void
progress_is_told_and_may_cancel(void **state)
{
	static const IMAPIProgressVtbl vtbl = {
		.Progress = count_progress, .GetMin = no_limit, .GetMax = no_limit
	};
	struct counter counter = { .iprogress = { (IMAPIProgressVtbl *)(uintptr_t)&vtbl } };
	struct world *world = *state;
	IMAPISupport *support = store_support(world);
	IMessage *message = world_message(world->outbox, "Twice");
	SBinary ids[2];
	ENTRYLIST list = { 2, ids };

	ids[0] = ids[1] = *list_of(message)->lpbin;
	OK(support->lpVtbl->CopyMessages(support, NULL, world->outbox, &list, NULL, world->sent, 0,
	    &counter.iprogress, MESSAGE_DIALOG));
	assert_int_equal(counter.calls, 2);
	assert_int_equal(counter.last, 2);
	assert_int_equal(counter.total, 2);
	counter.answer = MAPI_E_USER_CANCEL;
	FAILS(support->lpVtbl->CopyMessages(support, NULL, world->outbox, &list, NULL, world->sent,
		  0, &counter.iprogress, MESSAGE_DIALOG),
	    MAPI_E_USER_CANCEL);
	assert_int_equal(counter.calls, 3);
	RELEASE(message);
	RELEASE(support);
}

static void
copy_folder_takes_subfolders_when_asked(void **state)
{
	struct world *world = *state;
	IMAPISupport *support = store_support(world);
	IMAPIFolder *top = make_folder(world->sent, "Year"), *month = make_folder(top, "May");
	IMAPIFolder *target = make_folder(world->sent, "Archive");
	IMessage *message = world_message(month, "In May");
	SPropValue *id = NULL;

	OK(HrGetOneProp((IMAPIProp *)top, PR_ENTRYID, &id));
	OK(support->lpVtbl->CopyFolder(support, NULL, world->sent, id->Value.bin.cb,
	    (ENTRYID *)(void *)id->Value.bin.lpb, NULL, target, (LPTSTR) "Whole", 0, NULL,
	    COPY_SUBFOLDERS));
	OK(support->lpVtbl->CopyFolder(support, NULL, world->sent, id->Value.bin.cb,
	    (ENTRYID *)(void *)id->Value.bin.lpb, NULL, target, NULL, 0, NULL, 0));
	assert_int_equal(count_folders(target), 3); /* Whole, Whole/May and Year */
	FAILS(support->lpVtbl->CopyFolder(support, NULL, world->sent, id->Value.bin.cb,
		  (ENTRYID *)(void *)id->Value.bin.lpb, NULL, target, NULL, 0, NULL, 0),
	    MAPI_E_COLLISION);
	/* Not into itself. */
	FAILS(
	    support->lpVtbl->CopyFolder(support, NULL, world->sent, id->Value.bin.cb,
		(ENTRYID *)(void *)id->Value.bin.lpb, NULL, month, NULL, 0, NULL, COPY_SUBFOLDERS),
	    MAPI_E_FOLDER_CYCLE);
	MAPIFreeBuffer(id);
	RELEASE(message);
	RELEASE(target);
	RELEASE(month);
	RELEASE(top);
	RELEASE(support);
}

static void
a_moved_folder_is_gone_where_it_was(void **state)
{
	struct world *world = *state;
	IMAPISupport *support = store_support(world);
	IMAPIFolder *from = make_folder(world->sent, "From"), *to = make_folder(world->sent, "To");
	IMAPIFolder *box = make_folder(from, "Box");
	IMessage *message = world_message(box, "Packed");
	SPropValue *id = NULL;

	OK(HrGetOneProp((IMAPIProp *)box, PR_ENTRYID, &id));
	RELEASE(message);
	RELEASE(box);
	OK(support->lpVtbl->CopyFolder(support, NULL, from, id->Value.bin.cb,
	    (ENTRYID *)(void *)id->Value.bin.lpb, NULL, to, NULL, 0, NULL, FOLDER_MOVE));
	assert_int_equal(count_folders(from), 0);
	assert_int_equal(count_folders(to), 1);
	MAPIFreeBuffer(id);
	RELEASE(from);
	RELEASE(to);
	RELEASE(support);
}

static void
do_copy_to_leaves_out_what_is_excluded(void **state)
{
	static SizedSPropTagArray(2, exclude) = { 2, { PR_BODY_A, PR_MESSAGE_ATTACHMENTS } };
	struct world *world = *state;
	IMAPISupport *support = store_support(world);
	IMessage *message = rich_message(world->outbox), *copy = NULL;
	IMAPITable *table = NULL;

	OK(world->outbox->lpVtbl->CreateMessage(world->outbox, NULL, 0, &copy));
	OK(support->lpVtbl->DoCopyTo(support, &IID_IMessage, message, 0, NULL,
	    (SPropTagArray *)&exclude, 0, NULL, &IID_IMessage, copy, 0, NULL));
	assert_string_equal(world_text(copy, PR_SUBJECT_A), "With all");
	assert_string_equal(world_text(copy, PR_BODY_A), "");
	assert_int_equal(world_count(copy->lpVtbl->GetRecipientTable(copy, 0, &table), &table), 1);
	assert_int_equal(world_count(copy->lpVtbl->GetAttachmentTable(copy, 0, &table), &table), 0);
	FAILS(support->lpVtbl->DoCopyTo(support, &IID_IMessage, message, 0, NULL, NULL, 0, NULL,
		  &IID_IMessage, message, 0, NULL),
	    MAPI_E_NO_ACCESS);
	RELEASE(copy);
	RELEASE(message);
	RELEASE(support);
}

static void
do_copy_props_tells_what_it_could_not_copy(void **state)
{
	static SizedSPropTagArray(
	    3, include) = { 3, { PR_SUBJECT_A, PR_SENDER_NAME_A, PR_MESSAGE_ATTACHMENTS } };
	struct world *world = *state;
	IMAPISupport *support = store_support(world);
	IMessage *message = rich_message(world->outbox), *copy = NULL;
	SPropProblemArray *problems = NULL;
	IMAPITable *table = NULL;

	OK(world->outbox->lpVtbl->CreateMessage(world->outbox, NULL, 0, &copy));
	OK(support->lpVtbl->DoCopyProps(support, &IID_IMessage, message, (SPropTagArray *)&include,
	    0, NULL, &IID_IMessage, copy, 0, &problems));
	assert_non_null(problems);
	assert_int_equal(problems->cProblem, 1);
	assert_int_equal(problems->aProblem[0].ulIndex, 1);
	assert_int_equal(problems->aProblem[0].ulPropTag, PR_SENDER_NAME_A);
	assert_int_equal(problems->aProblem[0].scode, MAPI_E_NOT_FOUND);
	assert_string_equal(world_text(copy, PR_SUBJECT_A), "With all");
	assert_int_equal(world_count(copy->lpVtbl->GetAttachmentTable(copy, 0, &table), &table), 2);
	MAPIFreeBuffer(problems);
	RELEASE(copy);
	RELEASE(message);
	RELEASE(support);
}

/* --- Receipts ------------------------------------------------------------------------------ */

static IMessage *
message_from_bob(struct world *world)
{
	SPropValue values[4] = { { .ulPropTag = PR_SENDER_NAME_A },
		{ .ulPropTag = PR_SENDER_ADDRTYPE_A }, { .ulPropTag = PR_SENDER_EMAIL_ADDRESS_A },
		{ .ulPropTag = PR_REPORT_TAG } };
	IMessage *message = world_message(world->sent, "Have you read this?");

	values[0].Value.lpszA = (LPSTR)(uintptr_t) "Bob";
	values[1].Value.lpszA = (LPSTR)(uintptr_t) "SMTP";
	values[2].Value.lpszA = (LPSTR)(uintptr_t) "bob@example.test";
	values[3].Value.bin.cb = 3;
	values[3].Value.bin.lpb = (BYTE *)(uintptr_t) "tag";
	OK(message->lpVtbl->SetProps(message, 4, values, NULL));
	OK(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE));
	return message;
}

static void
a_read_receipt_goes_to_the_sender(void **state)
{
	struct world *world = *state;
	IMAPISupport *support = store_support(world);
	IMessage *message = message_from_bob(world), *report = NULL;
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	SPropValue *value = NULL;

	OK(world->outbox->lpVtbl->CreateMessage(world->outbox, NULL, 0, &report));
	OK(support->lpVtbl->ReadReceipt(support, 0, message, &report));
	assert_string_equal(world_text(report, PR_MESSAGE_CLASS_A), "REPORT.IPM.Note.IPNRN");
	assert_string_equal(world_text(report, PR_SUBJECT_A), "Read: Have you read this?");
	assert_non_null(strstr(world_text(report, PR_BODY_A), "was read on"));
	OK(HrGetOneProp((IMAPIProp *)report, PR_REPORT_TAG, &value));
	assert_memory_equal(value->Value.bin.lpb, "tag", 3);
	MAPIFreeBuffer(value);
	OK(report->lpVtbl->GetRecipientTable(report, 0, &table));
	OK(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows));
	assert_int_equal(rows->cRows, 1);
	value = PpropFindProp(rows->aRow[0].lpProps, rows->aRow[0].cValues, PR_EMAIL_ADDRESS_A);
	assert_string_equal(value->Value.lpszA, "bob@example.test");
	FreeProws(rows);
	RELEASE(table);
	/* As a store does next. */
	OK(report->lpVtbl->SubmitMessage(report, 0));
	RELEASE(report);
	RELEASE(message);
	RELEASE(support);
}

static void
a_non_read_report_says_so(void **state)
{
	struct world *world = *state;
	IMAPISupport *support = store_support(world);
	IMessage *message = message_from_bob(world), *report = NULL;

	OK(world->outbox->lpVtbl->CreateMessage(world->outbox, NULL, 0, &report));
	OK(support->lpVtbl->ReadReceipt(support, MAPI_NON_READ, message, &report));
	assert_string_equal(world_text(report, PR_MESSAGE_CLASS_A), "REPORT.IPM.Note.IPNNRN");
	assert_string_equal(world_text(report, PR_SUBJECT_A), "Not read: Have you read this?");
	RELEASE(report);
	RELEASE(message);
	RELEASE(support);
}

static void
no_receipt_for_a_message_from_nobody(void **state)
{
	struct world *world = *state;
	IMAPISupport *support = store_support(world);
	IMessage *message = world_message(world->sent, "From nobody"), *report = NULL;

	OK(world->outbox->lpVtbl->CreateMessage(world->outbox, NULL, 0, &report));
	FAILS(support->lpVtbl->ReadReceipt(support, 0, message, &report), MAPI_E_NO_RECIPIENTS);
	RELEASE(report);
	RELEASE(message);
	RELEASE(support);
}

/* --- After sending ------------------------------------------------------------------------- */

static IMessage *
message_to_file(struct world *world, bool delete)
{
	SPropValue values[2] = { { .ulPropTag = PR_DELETE_AFTER_SUBMIT },
		{ .ulPropTag = PR_SENTMAIL_ENTRYID } };
	IMessage *message = world_message(world->outbox, "Sent");
	SPropValue *id = NULL;

	OK(HrGetOneProp((IMAPIProp *)world->sent, PR_ENTRYID, &id));
	values[0].Value.b = delete;
	values[1].Value.bin = id->Value.bin;
	OK(message->lpVtbl->SetProps(message, 2, values, NULL));
	OK(message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE));
	MAPIFreeBuffer(id);
	return message;
}

static void
do_sent_mail_files_or_deletes(void **state)
{
	struct world *world = *state;
	IMAPISupport *support = store_support(world);

	/* It takes the message's last reference. */
	OK(support->lpVtbl->DoSentMail(support, 0, message_to_file(world, false)));
	assert_int_equal(count_messages(world->outbox), 0);
	assert_int_equal(count_messages(world->sent), 1);
	OK(support->lpVtbl->DoSentMail(support, 0, message_to_file(world, true)));
	assert_int_equal(count_messages(world->outbox), 0);
	assert_int_equal(count_messages(world->sent), 1);
	RELEASE(support);
}

/* --- Small things -------------------------------------------------------------------------- */

static void
an_invalid_object_lives_on_and_does_nothing(void **state)
{
	struct world *world = *state;
	IMAPISupport *support = store_support(world);
	IMAPIProgress *object = NULL;

	OK(MAPIAllocateBuffer(64, (void **)&object));
	memset(object, 0, 64);
	OK(support->lpVtbl->MakeInvalid(support, 0, object, 1, 8));
	assert_int_equal(object->lpVtbl->AddRef(object), 2);
	FAILS(object->lpVtbl->Progress(object, 1, 1, 1), MAPI_E_INVALID_OBJECT);
	assert_int_equal(object->lpVtbl->Release(object), 1);
	assert_int_equal(object->lpVtbl->Release(object), 0);
	FAILS(support->lpVtbl->MakeInvalid(support, 0, NULL, 1, 8), MAPI_E_INVALID_PARAMETER);
	RELEASE(support);
}

static void
the_progress_dialog_keeps_its_limits(void **state)
{
	IMAPISupport *support = store_support(*state);
	IMAPIProgress *progress = NULL;
	ULONG low = 5, high = 50, flags = 0, got = 0;

	OK(support->lpVtbl->DoProgressDialog(support, 0, DIALOG_MESSAGE | DIALOG_COPY, &progress));
	OK(progress->lpVtbl->GetFlags(progress, &got));
	assert_int_equal(got, MAPI_TOP_LEVEL);
	OK(progress->lpVtbl->GetMax(progress, &got));
	assert_int_equal(got, 1000);
	OK(progress->lpVtbl->SetLimits(progress, &low, &high, &flags));
	OK(progress->lpVtbl->GetMin(progress, &got));
	assert_int_equal(got, 5);
	OK(progress->lpVtbl->GetFlags(progress, &got));
	assert_int_equal(got, 0);
	OK(progress->lpVtbl->Progress(progress, 20, 1, 3));
	RELEASE(progress);
	RELEASE(support);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(copy_messages_takes_recipients_attachments_and_messages_within),
		CASE(moved_messages_leave_their_folder),
		CASE(progress_is_told_and_may_cancel),
		CASE(copy_folder_takes_subfolders_when_asked),
		CASE(a_moved_folder_is_gone_where_it_was),
		CASE(do_copy_to_leaves_out_what_is_excluded),
		CASE(do_copy_props_tells_what_it_could_not_copy),
		CASE(a_read_receipt_goes_to_the_sender),
		CASE(a_non_read_report_says_so),
		CASE(no_receipt_for_a_message_from_nobody),
		CASE(do_sent_mail_files_or_deletes),
		CASE(an_invalid_object_lives_on_and_does_nothing),
		CASE(the_progress_dialog_keeps_its_limits),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
