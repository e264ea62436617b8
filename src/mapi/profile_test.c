/* SPDX-License-Identifier: MIT */
/* Profiles: what a person's file means, what programs write into it, what people are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <sys/stat.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <emapispi.h>
#include "mem.h"
#include "profile.h"
#include "profile_admin.h"
#include "profile_private.h"
#include "prop.h"
#include "secret.h"
#include "testing.h"

static const MAPIUID *const own = (const MAPIUID *)&MUID_PROFILE_INSTANCE;

static struct profile *
create_and_load(const char *name, const struct profile_settings *settings)
{
	struct profile *profile;
	char *why = NULL;

	assert_int_equal(profile_create(name, settings, &why), S_OK);
	assert_null(why);
	assert_int_equal(profile_load(name, &profile, &why), S_OK);
	return profile;
}

static MAPIUID
first_provider(struct profile *profile, ULONG type)
{
	GArray *providers = profile_providers(profile, type);
	MAPIUID uid;

	assert_int_equal(providers->len, 1);
	uid = g_array_index(providers, MAPIUID, 0);
	g_array_unref(providers);
	return uid;
}

static void
assert_text(struct profile *profile, const MAPIUID *section, ULONG tag, const char *expected)
{
	SPropValue *values;
	ULONG count;
	char *text;

	assert_int_equal(profile_section_read(profile, section, &values, &count), S_OK);
	text = prop_find_text(values, count, tag);
	if (expected)
		assert_string_equal(text, expected);
	else
		assert_null(text);
	g_free(text);
	mem_free(values);
}

/* --- Making and finding -------------------------------------------------------------------- */

static void
makes_a_profile(void **state)
{
	struct profile_settings settings = { .from_name = "Ann",
		.from_address = "ann@example.test",
		.server = "mail.example.test",
		.port = 2525,
		.tls = "none" };
	struct profile *profile = create_and_load("work", &settings);
	MAPIUID store = first_provider(profile, MAPI_STORE_PROVIDER);
	MAPIUID transport = first_provider(profile, MAPI_TRANSPORT_PROVIDER);
	SPropValue *values;
	ULONG count;

	assert_string_equal(profile_name(profile), "work");
	assert_text(profile, own, PR_EMAPI_FROM_ADDRESS_W, "ann@example.test");
	assert_text(profile, &transport, PR_EMAPI_SERVER_W, "mail.example.test");
	assert_text(profile, &transport, PR_PROVIDER_DLL_NAME_W, "emapi_smtp.so");
	assert_int_equal(profile_section_read(profile, &store, &values, &count), S_OK);
	assert_true(prop_find_bool(values, count, PR_DEFAULT_STORE, false));
	mem_free(values);
	assert_int_equal(profile_section_read(profile, &transport, &values, &count), S_OK);
	assert_int_equal(prop_find_long(values, count, PR_EMAPI_PORT, 0), 2525);
	assert_int_equal(
	    prop_find_long(values, count, PR_RESOURCE_TYPE, 0), MAPI_TRANSPORT_PROVIDER);
	mem_free(values);
	profile_unref(profile);
}

static void
refuses_what_it_cannot_make(void **state)
{
	static const struct {
		const char *name;
		struct profile_settings settings;
		HRESULT hr;
		const char *said;
	} cases[] = {
		{ "", { 0 }, MAPI_E_INVALID_PARAMETER, "name" },
		{ "taken", { 0 }, MAPI_E_NO_ACCESS, "already" },
		{ "a", { .server = "h", .tls = "ssl" }, MAPI_E_INVALID_PARAMETER, "starttls" },
		{ "a", { .server = "h", .port = 70000 }, MAPI_E_INVALID_PARAMETER, "70000" },
		{ "a", { .from_address = "ann" }, MAPI_E_INVALID_PARAMETER, "no @" },
	};
	struct profile_settings plain = { 0 };
	size_t i;

	assert_int_equal(profile_create("taken", &plain, NULL), S_OK);
	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *why = NULL;

		assert_int_equal(
		    profile_create(cases[i].name, &cases[i].settings, &why), cases[i].hr);
		assert_non_null(why);
		assert_non_null(strstr(why, cases[i].said));
		g_free(why);
	}
}

static void
names_are_no_paths(void **state)
{
	struct profile_settings settings = { 0 };
	struct profile *profile = create_and_load("../ä/x", &settings);
	char **names = profile_list();
	char *folder = g_build_filename(test_folder, "config/emapi/profiles/", NULL);

	assert_true(g_str_has_prefix(profile_path(profile), folder));
	assert_null(strchr(profile_path(profile) + strlen(folder), '/'));
	assert_string_equal(names[0], "../ä/x");
	assert_null(names[1]);
	g_strfreev(names);
	g_free(folder);
	profile_unref(profile);
}

#define IN_GROUP "[Provider 00000000000000000000000000000001]\n"

static void
tells_what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		HRESULT hr;
		const char *said;
	} cases[] = {
		{ "[Profile]\nUID=zz\n", MAPI_E_CORRUPT_DATA, "32 hex digits" },
		{ "[Profile]\nFromName=A\nnonsense\n", MAPI_E_CORRUPT_DATA, "line 3" },
		{ "[Profile\n", MAPI_E_CORRUPT_DATA, "line 1" },
		{ "[Profile]\nFromName=\xff\n", MAPI_E_CORRUPT_DATA, "line 2" },
		{ "[Provider 12]\nType=store\n", MAPI_E_CORRUPT_DATA, "[Provider 12]" },
		{ IN_GROUP "Port=abc\n", MAPI_E_CORRUPT_DATA, "Port=abc in group [Provider 0" },
		{ IN_GROUP "Port=99999999999\n", MAPI_E_CORRUPT_DATA, "a number of 32 bits" },
		{ IN_GROUP "Default=maybe\n", MAPI_E_CORRUPT_DATA, "must be true or false" },
		{ IN_GROUP "Type=stroe\n", MAPI_E_CORRUPT_DATA, "store, transport or ab" },
		{ IN_GROUP "0x66000102=0g\n", MAPI_E_CORRUPT_DATA, "pairs of hex digits" },
		{ IN_GROUP "0x6600101F.hex=0102030405060708\n", S_OK, NULL },
		{ IN_GROUP "Port=25 \nServer=\\s\n0x12345678=?\nother=C:\\\n", S_OK, NULL },
	};
	struct profile *profile;
	char *why;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		test_write("config/emapi/profiles/bad.profile", cases[i].text);
		assert_int_equal(profile_load("bad", &profile, &why), cases[i].hr);
		if (cases[i].hr == S_OK) {
			assert_null(why);
			profile_unref(profile);
			continue;
		}
		assert_null(profile);
		assert_non_null(strstr(why, "bad.profile"));
		assert_non_null(strstr(why, cases[i].said));
		g_free(why);
	}
	assert_int_equal(profile_load("other", &profile, &why), MAPI_E_LOGON_FAILED);
	assert_non_null(strstr(why, "There are: bad"));
	assert_non_null(strstr(why, "emapi profile create"));
	g_free(why);
	assert_int_equal(profile_load("", &profile, &why), MAPI_E_LOGON_FAILED);
	g_free(why);
}

static void
one_profile_is_the_default(void **state)
{
	struct profile_settings settings = { 0 };
	char *name;

	assert_null(profile_default());
	profile_create("a", &settings, NULL);
	name = profile_default();
	assert_string_equal(name, "a");
	g_free(name);
	profile_create("b", &settings, NULL);
	assert_null(profile_default());
	assert_int_equal(profile_set_default("c"), MAPI_E_NOT_FOUND);
	assert_int_equal(profile_set_default("b"), S_OK);
	name = profile_default();
	assert_string_equal(name, "b");
	g_free(name);
	/* A deleted default is not replaced by what happens to be left. */
	assert_int_equal(profile_delete("b"), S_OK);
	assert_null(profile_default());
	assert_int_equal(profile_delete("b"), MAPI_E_NOT_FOUND);
}

static void
user_profile_hides_the_systems(void **state)
{
	struct profile_settings settings = { .from_name = "mine" };
	struct profile *profile;
	char **names;

	test_write("etc/profiles/x.profile", "[Profile]\nFromName=system\n");
	test_write("etc/profiles/y.profile", "[Profile]\nFromName=system\n");
	profile = create_and_load("x", &settings);
	assert_text(profile, own, PR_EMAPI_FROM_NAME_W, "mine");
	profile_unref(profile);
	names = profile_list();
	assert_int_equal(g_strv_length(names), 2);
	g_strfreev(names);
	assert_int_equal(profile_load("y", &profile, NULL), S_OK);
	assert_text(profile, own, PR_EMAPI_FROM_NAME_W, "system");
	assert_int_equal(profile_delete("y"), MAPI_E_NO_ACCESS);
	profile_unref(profile);
}

/* --- Sections ------------------------------------------------------------------------------ */

static void
keeps_values_of_all_types(void **state)
{
	struct profile_settings settings = { 0 };
	struct profile *profile = create_and_load("t", &settings), *again;
	MAPIUID section = { "a section of own" };
	BYTE bytes[] = { 0, 1, 255 };
	GUID guid = MUID_PROFILE_INSTANCE;
	LONG longs[] = { 1, -2, 3 };
	SPropValue in[11], *out;
	ULONG count, i;

	memset(in, 0, sizeof in);
	in[0].ulPropTag = PROP_TAG(PT_UNICODE, 0x6650);
	in[0].Value.lpszW = (WCHAR *)u" spaces\nand=lines; ü ";
	in[1].ulPropTag = PROP_TAG(PT_LONG, 0x6651);
	in[1].Value.l = -7;
	in[2].ulPropTag = PROP_TAG(PT_BOOLEAN, 0x6652);
	in[2].Value.b = TRUE;
	in[3].ulPropTag = PROP_TAG(PT_BINARY, 0x6653);
	in[3].Value.bin.cb = sizeof bytes;
	in[3].Value.bin.lpb = bytes;
	in[4].ulPropTag = PROP_TAG(PT_CLSID, 0x6654);
	in[4].Value.lpguid = &guid;
	in[5].ulPropTag = PROP_TAG(PT_I8, 0x6655);
	in[5].Value.li.QuadPart = -5000000000;
	in[6].ulPropTag = PROP_TAG(PT_DOUBLE, 0x6656);
	in[6].Value.dbl = 1.5;
	in[7].ulPropTag = PROP_TAG(PT_MV_LONG, 0x6657);
	in[7].Value.MVl.cValues = 3;
	in[7].Value.MVl.lpl = longs;
	in[8].ulPropTag = PROP_TAG(PT_SYSTIME, 0x6658);
	in[8].Value.ft.dwHighDateTime = 30000000;
	in[9].ulPropTag = PROP_TAG(PT_STRING8, 0x6659);
	in[9].Value.lpszA = (char *)"no UTF-8: \xff";
	/* The word Port is a number's. */
	in[10].ulPropTag = PROP_TAG(PT_UNICODE, PROP_ID(PR_EMAPI_PORT));
	in[10].Value.lpszW = (WCHAR *)u"harbour";
	assert_int_equal(profile_section_write(profile, &section, 11, in, NULL), S_OK);
	assert_int_equal(profile_load("t", &again, NULL), S_OK);
	assert_int_equal(profile_section_read(again, &section, &out, &count), S_OK);
	assert_int_equal(count, 11);
	for (i = 0; i < 11; i++) {
		const SPropValue *found = prop_find(out, count, in[i].ulPropTag);

		assert_non_null(found);
		assert_int_equal(prop_compare(found, &in[i]), 0);
	}
	mem_free(out);
	profile_unref(again);
	profile_unref(profile);
}

static void
people_and_programs_share_a_file(void **state)
{
	struct profile *profile;
	MAPIUID section;
	SPropValue value;
	char *text;

	test_write("config/emapi/profiles/p.profile",
	    "# my remark\n[Profile]\nUID=000102030405060708090A0B0C0D0E0F\n[Provider "
	    "101112131415161718191A1B1C1D1E1F]\nType=transport\nserver=old\nTimeout=0x10\nFuture="
	    "1\n"
	    "[Someone else]\nKey=Value\n");
	assert_int_equal(profile_load("p", &profile, NULL), S_OK);
	section = first_provider(profile, MAPI_TRANSPORT_PROVIDER);
	/* In the meantime a person edits. */
	text = test_read("config/emapi/profiles/p.profile");
	text = g_realloc(text, strlen(text) + 100);
	strcat(text, "[Section 00000000000000000000000000000001]\n0x66500003=5\n");
	test_write("config/emapi/profiles/p.profile", text);
	g_free(text);
	value.ulPropTag = PR_EMAPI_SERVER_A;
	value.Value.lpszA = (char *)"new";
	assert_int_equal(profile_section_write(profile, &section, 1, &value, NULL), S_OK);
	text = test_read("config/emapi/profiles/p.profile");
	assert_non_null(strstr(text, "# my remark"));
	assert_non_null(strstr(text, "Server=new"));
	assert_null(strstr(text, "old"));
	assert_non_null(strstr(text, "Future=1"));
	assert_non_null(strstr(text, "Key=Value"));
	assert_non_null(strstr(text, "0x66500003=5"));
	assert_text(profile, &section, PR_EMAPI_SERVER_W, "new");
	g_free(text);
	profile_unref(profile);
}

static void
a_rename_is_followed_and_a_deletion_noticed(void **state)
{
	struct profile_settings settings = { 0 };
	struct profile *profile = create_and_load("before", &settings), *found;
	MAPIUID uid = *profile_uid(profile);
	SPropValue value;

	assert_int_equal(profile_rename("before", "after", NULL), S_OK);
	value.ulPropTag = PR_EMAPI_FROM_NAME_A;
	value.Value.lpszA = (char *)"Ann";
	assert_int_equal(profile_section_write(profile, own, 1, &value, NULL), S_OK);
	assert_string_equal(profile_name(profile), "after");
	assert_int_equal(profile_load_uid(&uid, &found, NULL), S_OK);
	assert_text(found, own, PR_EMAPI_FROM_NAME_W, "Ann");
	profile_unref(found);
	assert_int_equal(profile_delete("after"), S_OK);
	assert_int_equal(profile_load_uid(&uid, &found, NULL), MAPI_E_LOGON_FAILED);
	/* The loaded one lives on in memory, and does not come back as a file. */
	assert_text(profile, own, PR_EMAPI_FROM_NAME_W, "Ann");
	assert_int_equal(
	    profile_section_write(profile, own, 1, &value, NULL), MAPI_E_OBJECT_DELETED);
	assert_int_equal(profile_load("after", &found, NULL), MAPI_E_LOGON_FAILED);
	profile_unref(profile);
}

/* A person saves the file, which he opened before, while a program has read it and not yet written.
 */
static HRESULT
name_and_be_overtaken(GKeyFile *keys, void *context)
{
	const char *path = context;
	char *text = NULL, *saved;

	g_key_file_set_string(keys, "Profile", "FromName", "Ann");
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	if (!strstr(text, "# mine")) {
		saved = g_strconcat(text, "# mine\n", NULL);
		assert_true(g_file_set_contents(path, saved, -1, NULL));
		g_free(saved);
	}
	g_free(text);
	return S_OK;
}

static void
what_a_person_saves_meanwhile_is_kept(void **state)
{
	struct profile_settings settings = { 0 };
	struct profile *profile = create_and_load("shared", &settings);
	char *path = g_strdup(profile_path(profile)), *text = NULL;

	assert_int_equal(profile_edit(profile, name_and_be_overtaken, path), S_OK);
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_non_null(strstr(text, "# mine"));
	assert_non_null(strstr(text, "FromName=Ann"));
	assert_text(profile, own, PR_EMAPI_FROM_NAME_W, "Ann");
	g_free(text);
	g_free(path);
	profile_unref(profile);
}

/* --- Secrets ------------------------------------------------------------------------------- */

static void
assert_password(struct profile *profile, const MAPIUID *section, const char *expected)
{
	SPropValue *root = mem_zalloc(NULL, sizeof *root);

	assert_int_equal(secret_read(profile, section, PR_EMAPI_PASSWORD, root, root, NULL), S_OK);
	assert_string_equal(root->Value.lpszA, expected);
	mem_free(root);
}

static void
a_password_stays_out_of_the_file(void **state)
{
	struct profile_settings settings = { .server = "h", .tls = "none" };
	struct profile *profile = create_and_load("s", &settings);
	MAPIUID section = first_provider(profile, MAPI_TRANSPORT_PROVIDER);
	SPropValue value = { PR_EMAPI_PASSWORD, 0, { .lpszA = (char *)"s3cret" } };
	struct stat status;
	char *text, *hex, *file;

	assert_int_equal(profile_section_write(profile, &section, 1, &value, NULL), S_OK);
	assert_int_equal(secret_write(profile, &section, &value, NULL), S_OK);
	text = test_read("config/emapi/profiles/s.profile");
	assert_null(strstr(text, "s3cret"));
	g_free(text);
	assert_password(profile, &section, "s3cret");
	hex =
	    strstr(text = test_read("config/emapi/profiles/s.profile"), "emapi_smtp") ? text : NULL;
	assert_non_null(hex);
	g_free(text);
	text = g_build_filename(test_folder, "config/emapi/secrets", NULL);
	{
		GDir *dir = g_dir_open(text, 0, NULL);

		file = g_build_filename(text, g_dir_read_name(dir), NULL);
		g_dir_close(dir);
	}
	assert_int_equal(stat(file, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(profile_delete("s"), S_OK);
	assert_int_not_equal(stat(file, &status), 0);
	g_free(file);
	g_free(text);
	profile_unref(profile);
}

static void
a_password_comes_from_where_the_profile_says(void **state)
{
	char *file = g_build_filename(test_folder, "pw", NULL), *why = NULL;
	struct profile_settings by_command = { .server = "h",
		.password_command = "printf 'one\\ntwo\\n'" };
	struct profile_settings broken = { .server = "h",
		.password_command = "echo oops >&2; false" };
	struct profile_settings by_file = { .server = "h", .password_file = file };
	struct profile *profile = create_and_load("c", &by_command);
	MAPIUID section = first_provider(profile, MAPI_TRANSPORT_PROVIDER);
	SPropValue *root = mem_zalloc(NULL, sizeof *root);

	assert_password(profile, &section, "one");
	profile_unref(profile);
	profile = create_and_load("b", &broken);
	section = first_provider(profile, MAPI_TRANSPORT_PROVIDER);
	assert_int_equal(secret_read(profile, &section, PR_EMAPI_PASSWORD, root, root, &why),
	    MAPI_E_CALL_FAILED);
	assert_non_null(strstr(why, "oops"));
	g_clear_pointer(&why, g_free);
	profile_unref(profile);
	profile = create_and_load("f", &by_file);
	section = first_provider(profile, MAPI_TRANSPORT_PROVIDER);
	test_write("pw", "three\n");
	chmod(file, 0644);
	assert_int_equal(
	    secret_read(profile, &section, PR_EMAPI_PASSWORD, root, root, &why), MAPI_E_NO_ACCESS);
	assert_non_null(strstr(why, "chmod 600"));
	g_clear_pointer(&why, g_free);
	chmod(file, 0600);
	assert_password(profile, &section, "three");
	profile_unref(profile);
	mem_free(root);
	g_free(file);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, test_folders_create, test_folders_remove)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(makes_a_profile),
		TEST(refuses_what_it_cannot_make),
		TEST(names_are_no_paths),
		TEST(tells_what_is_wrong),
		TEST(one_profile_is_the_default),
		TEST(user_profile_hides_the_systems),
		TEST(keeps_values_of_all_types),
		TEST(people_and_programs_share_a_file),
		TEST(a_rename_is_followed_and_a_deletion_noticed),
		TEST(what_a_person_saves_meanwhile_is_kept),
		TEST(a_password_stays_out_of_the_file),
		TEST(a_password_comes_from_where_the_profile_says),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
