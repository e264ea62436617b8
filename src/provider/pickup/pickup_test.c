/* SPDX-License-Identifier: MIT */
/* The pickup transport through its SPI, as the spooler drives it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <glib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <emapispi.h>
#include <mapicode.h>
#include <mapitags.h>

#include "mem.h"
#include "message_double.h"
#include "support_double.h"

struct fixture {
	char *root;   /* a temporary folder */
	char *folder; /* the pickup folder, below it */
	struct support_double *support;
	struct message_double *message;
	IXPProvider *provider;
	IXPLogon *logon;
};

static void
log_on(struct fixture *f)
{
	ULONG version = 0, flags = LOGON_NO_DIALOG;

	assert_int_equal(XPProviderInit(NULL, NULL, NULL, NULL, NULL, 0, CURRENT_SPI_VERSION,
			     &version, &f->provider),
	    S_OK);
	assert_int_equal(version, CURRENT_SPI_VERSION);
	assert_int_equal(
	    f->provider->lpVtbl->TransportLogon(f->provider, support_double_interface(f->support),
		0, NULL, &flags, NULL, &f->logon),
	    S_OK);
}

static int
setup(void **state)
{
	struct fixture *f = g_new0(struct fixture, 1);

	f->root = g_dir_make_tmp("emapi-pickup-XXXXXX", NULL);
	f->folder = g_build_filename(f->root, "deep", "pickup", NULL);
	f->support = support_double_create();
	bag_set_text(support_double_section(f->support), PR_EMAPI_PATH_W, f->folder);
	bag_set_text(support_double_identity(f->support), PR_EMAPI_FROM_NAME_W, "Ann");
	bag_set_text(
	    support_double_identity(f->support), PR_EMAPI_FROM_ADDRESS_W, "ann@example.test");
	f->message = double_create();
	bag_set_text(double_bag(f->message), PR_SUBJECT_W, "hello");
	bag_set_text(double_bag(f->message), PR_BODY_W, "body\n");
	*state = f;
	return 0;
}

static void
remove_tree(const char *path)
{
	GDir *dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		remove_tree(child);
	}
	if (dir)
		g_dir_close(dir);
	g_remove(path);
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	if (f->logon) {
		f->logon->lpVtbl->TransportLogoff(f->logon, LOGOFF_NORMAL);
		f->logon->lpVtbl->Release(f->logon);
	}
	if (f->provider)
		f->provider->lpVtbl->Release(f->provider);
	assert_int_equal(support_double_free(f->support), 0);
	double_free(f->message);
	g_chmod(f->folder, 0700);
	remove_tree(f->root);
	g_free(f->folder);
	g_free(f->root);
	g_free(f);
	return 0;
}

static void
add(struct fixture *f, LONG kind, const char *address)
{
	struct bag *bag = double_add_recipient(f->message, kind);

	bag_set_text(bag, PR_ADDRTYPE_W, "SMTP");
	bag_set_text(bag, PR_EMAIL_ADDRESS_W, address);
}

static HRESULT
submit(struct fixture *f)
{
	ULONG_PTR reference = 0, parameter = 0;
	ULONG flags = 0xFFFF;
	HRESULT hr;

	if (!f->logon)
		log_on(f);
	hr = f->logon->lpVtbl->SubmitMessage(
	    f->logon, 0, double_message(f->message), &reference, &parameter);
	if (SUCCEEDED(hr)) {
		assert_true(reference != 0);
		assert_int_equal(f->logon->lpVtbl->EndMessage(f->logon, reference, &flags), S_OK);
		assert_int_equal(flags, 0);
	}
	return hr;
}

/* How many files are in the folder, hidden ones too; the last one's content. */
static unsigned
files(struct fixture *f, char **content)
{
	GDir *dir = g_dir_open(f->folder, 0, NULL);
	const char *name;
	unsigned count = 0;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = g_build_filename(f->folder, name, NULL);

		count++;
		if (content) {
			g_free(*content);
			assert_true(g_str_has_suffix(name, ".eml") && name[0] != '.');
			assert_true(g_file_get_contents(path, content, NULL, NULL));
		}
	}
	if (dir)
		g_dir_close(dir);
	return count;
}

static LONG
told_class(struct fixture *f, LONG row)
{
	const struct bag *bag = support_double_told(f->support, row);

	assert_non_null(bag);
	return bag_get_long(bag, PR_EMAPI_RETRY_CLASS, -1);
}

static void
assert_told_text(struct fixture *f, LONG row, ULONG tag, const char *part)
{
	g_autofree char *text = bag_get_text(support_double_told(f->support, row), tag);

	assert_non_null(text);
	if (!strstr(text, part))
		fail_msg("\"%s\" does not say \"%s\"", text, part);
}

static void
writes_mail_with_its_envelope(void **state)
{
	struct fixture *f = *state;
	g_autofree char *mail = NULL;
	struct stat folder;
	LONG row;

	add(f, MAPI_TO, "bob@example.test");
	add(f, MAPI_BCC, "secret@example.test");
	assert_int_equal(submit(f), S_OK);
	assert_int_equal(files(f, &mail), 1);
	assert_true(g_str_has_prefix(mail, "X-Sender: ann@example.test\r\n"
					   "X-Receiver: bob@example.test\r\n"
					   "X-Receiver: secret@example.test\r\nDate: "));
	assert_non_null(strstr(mail, "\r\nFrom: Ann <ann@example.test>\r\n"));
	assert_non_null(strstr(mail, "\r\nTo: bob@example.test\r\n"));
	assert_non_null(strstr(mail, "\r\n\r\nbody\r\n"));
	assert_null(strstr(strstr(mail, "Date: "), "secret"));
	assert_int_equal(stat(f->folder, &folder), 0);
	assert_int_equal(folder.st_mode & 0777, 0700);
	for (row = 0; row < 2; row++) {
		assert_int_equal(told_class(f, row), EMAPI_RETRY_NONE);
		assert_told_text(f, row, PR_EMAPI_REPLY_TEXT_W, f->folder);
		assert_told_text(f, row, PR_EMAPI_QUEUE_ID_W, ".eml");
		assert_int_equal(
		    bag_get_long(support_double_told(f->support, row), PR_EMAPI_REPLY_CODE, 0),
		    250);
		assert_true(bag_get_bool(
		    double_recipient(f->message, (guint)row), PR_RESPONSIBILITY, false));
	}
}

static void
refuses_malformed_addresses_alone(void **state)
{
	struct fixture *f = *state;
	g_autofree char *mail = NULL;

	add(f, MAPI_TO, "an.invalid at address");
	add(f, MAPI_TO, "bob@example.test");
	add(f, MAPI_CC, "x@example.test\r\nX-Receiver: eve@evil.test");
	assert_int_equal(submit(f), S_OK);
	assert_int_equal(files(f, &mail), 1);
	assert_null(strstr(mail, "X-Receiver: an.invalid"));
	assert_null(strstr(mail, "\nX-Receiver: eve"));
	assert_int_equal(told_class(f, 0), EMAPI_RETRY_PERMANENT);
	assert_told_text(f, 0, PR_EMAPI_REPLY_TEXT_W, "an.invalid at address");
	assert_told_text(f, 0, PR_EMAPI_ENHANCED_STATUS_W, "5.1.3");
	assert_told_text(f, 0, PR_REPORT_TEXT_W, "malformed");
	assert_int_equal(told_class(f, 1), EMAPI_RETRY_NONE);
	assert_int_equal(told_class(f, 2), EMAPI_RETRY_PERMANENT);
	assert_int_equal(support_double_reports(f->support), 1);
}

static void
only_malformed_addresses_write_nothing(void **state)
{
	struct fixture *f = *state;

	add(f, MAPI_TO, "an.invalid at address");
	assert_int_equal(submit(f), S_OK);
	assert_int_equal(files(f, NULL), 0);
	assert_int_equal(told_class(f, 0), EMAPI_RETRY_PERMANENT);
}

static void
leaves_others_recipients_alone(void **state)
{
	struct fixture *f = *state;

	add(f, MAPI_TO, "done@example.test");
	bag_set_bool(double_recipient(f->message, 0), PR_RESPONSIBILITY, true);
	add(f, MAPI_TO, "/o=Org/cn=fax");
	bag_set_text(double_recipient(f->message, 1), PR_ADDRTYPE_W, "FAX");
	assert_int_equal(submit(f), MAPI_E_NOT_ME);
	assert_int_equal(files(f, NULL), 0);
	assert_int_equal(support_double_reports(f->support), 0);
}

/* A file in the way of the folder: works as root too, whom no mode stops. */
static void
folder_trouble_is_temporary(void **state)
{
	struct fixture *f = *state;
	g_autofree char *parent = g_path_get_dirname(f->folder);

	assert_true(g_file_set_contents(parent, "in the way", -1, NULL));
	add(f, MAPI_TO, "bob@example.test");
	assert_int_equal(submit(f), S_OK);
	assert_int_equal(told_class(f, 0), EMAPI_RETRY_TEMPORARY);
	assert_told_text(f, 0, PR_EMAPI_REPLY_TEXT_W, f->folder);
	assert_told_text(f, 0, PR_EMAPI_REPLY_TEXT_W, "tries again");
	assert_false(bag_get_bool(double_recipient(f->message, 0), PR_RESPONSIBILITY, false));
	assert_int_equal(g_remove(parent), 0);
	assert_int_equal(submit(f), S_OK); /* and the next try succeeds */
	assert_int_equal(told_class(f, 0), EMAPI_RETRY_NONE);
}

/* A limit on the size of files stands in for a full disk. */
static void
full_disk_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	g_autofree char *body = g_strnfill(300000, 'x');
	struct rlimit before, small;

	bag_set_text(double_bag(f->message), PR_BODY_W, body);
	add(f, MAPI_TO, "bob@example.test");
	log_on(f);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small = before;
	small.rlim_cur = 65536;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(submit(f), S_OK);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(told_class(f, 0), EMAPI_RETRY_TEMPORARY);
	assert_told_text(f, 0, PR_EMAPI_REPLY_TEXT_W, "free some room");
	assert_int_equal(files(f, NULL), 0);
	assert_int_equal(submit(f), S_OK);
	assert_int_equal(told_class(f, 0), EMAPI_RETRY_NONE);
}

static void
profile_without_address_is_held(void **state)
{
	struct fixture *f = *state;

	bag_set_text(support_double_identity(f->support), PR_EMAPI_FROM_ADDRESS_W, "nonsense");
	add(f, MAPI_TO, "bob@example.test");
	assert_int_equal(submit(f), S_OK);
	assert_int_equal(told_class(f, 0), EMAPI_RETRY_HOLD);
	assert_told_text(f, 0, PR_EMAPI_REPLY_TEXT_W, "FromAddress");
	assert_int_equal(files(f, NULL), 0);
}

static void
what_cannot_be_mail_is_refused_with_the_reason(void **state)
{
	struct fixture *f = *state;

	bag_remove(double_bag(f->message), PR_BODY_W);
	bag_set_binary(double_bag(f->message), PR_RTF_COMPRESSED, "rtf", 3);
	add(f, MAPI_TO, "bob@example.test");
	assert_int_equal(submit(f), S_OK);
	assert_int_equal(told_class(f, 0), EMAPI_RETRY_PERMANENT);
	assert_told_text(f, 0, PR_EMAPI_REPLY_TEXT_W, "RTF");
	assert_int_equal(files(f, NULL), 0);
}

static void
unreadable_attachment_is_tried_again(void **state)
{
	struct fixture *f = *state;

	double_add_attachment(f->message);
	double_attachment_made(f->message, 1 << 20);
	double_attachment_fails(f->message, 3, MAPI_E_NETWORK_ERROR);
	add(f, MAPI_TO, "bob@example.test");
	assert_int_equal(submit(f), S_OK);
	assert_int_equal(told_class(f, 0), EMAPI_RETRY_TEMPORARY);
	assert_told_text(f, 0, PR_EMAPI_REPLY_TEXT_W, "attachment 0");
	assert_int_equal(files(f, NULL), 0);
}

static void
unheard_report_is_a_failure(void **state)
{
	struct fixture *f = *state;

	support_double_fail(f->support, MAPI_E_NETWORK_ERROR);
	add(f, MAPI_TO, "bob@example.test");
	assert_int_equal(submit(f), MAPI_E_NETWORK_ERROR);
}

static void
logon_wants_a_folder(void **state)
{
	struct fixture *f = *state;
	static const char *const paths[] = { "", "relative/path" };
	ULONG version;
	size_t i;

	assert_int_equal(XPProviderInit(NULL, NULL, NULL, NULL, NULL, 0, CURRENT_SPI_VERSION,
			     &version, &f->provider),
	    S_OK);
	for (i = 0; i < G_N_ELEMENTS(paths); i++) {
		MAPIERROR *error = NULL;
		ULONG flags = 0;
		IXPLogon *logon;

		bag_set_text(support_double_section(f->support), PR_EMAPI_PATH_W, paths[i]);
		assert_int_equal(
		    f->provider->lpVtbl->TransportLogon(f->provider,
			support_double_interface(f->support), 0, NULL, &flags, &error, &logon),
		    MAPI_E_UNCONFIGURED);
		assert_non_null(error);
		assert_non_null(strstr((const char *)error->lpszError, "Path"));
		mem_free(error);
	}
}

static void
old_mapi_is_refused(void **state)
{
	IXPProvider *provider;
	ULONG version;

	assert_int_equal(
	    XPProviderInit(NULL, NULL, NULL, NULL, NULL, 0, 0x00010000, &version, &provider),
	    MAPI_E_VERSION);
}

static void
serves_smtp(void **state)
{
	struct fixture *f = *state;
	ULONG flags, types, uids;
	LPTSTR *names;
	LPMAPIUID *ids;

	log_on(f);
	assert_int_equal(
	    f->logon->lpVtbl->AddressTypes(f->logon, &flags, &types, &names, &uids, &ids), S_OK);
	assert_int_equal(types, 1);
	assert_string_equal((const char *)names[0], "SMTP");
	assert_int_equal(uids, 0);
}

static void
nothing_after_logoff(void **state)
{
	struct fixture *f = *state;

	log_on(f);
	add(f, MAPI_TO, "bob@example.test");
	assert_int_equal(f->logon->lpVtbl->TransportLogoff(f->logon, 0), S_OK);
	assert_int_equal(submit(f), MAPI_E_END_OF_SESSION);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(writes_mail_with_its_envelope),
		CASE(refuses_malformed_addresses_alone),
		CASE(only_malformed_addresses_write_nothing),
		CASE(leaves_others_recipients_alone),
		CASE(folder_trouble_is_temporary),
		CASE(full_disk_leaves_nothing),
		CASE(profile_without_address_is_held),
		CASE(what_cannot_be_mail_is_refused_with_the_reason),
		CASE(unreadable_attachment_is_tried_again),
		CASE(unheard_report_is_a_failure),
		CASE(logon_wants_a_folder),
		CASE(old_mapi_is_refused),
		CASE(serves_smtp),
		CASE(nothing_after_logoff),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
