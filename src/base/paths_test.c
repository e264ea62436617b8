/* SPDX-License-Identifier: MIT */
/* Paths: the XDG variables rule, names cannot leave their folder, files are written whole. */
#include "testing.h"

#include <glib/gstdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "paths.h"

static char *root;

static int
make_root(void **state)
{
	root = g_dir_make_tmp("emapi-paths-XXXXXX", NULL);
	return root ? 0 : -1;
}

static int
remove_root(void **state)
{
	int result = rmdir(root);

	g_free(root);
	return result;
}

static void
assert_path(char *path, const char *expected)
{
	assert_string_equal(path, expected);
	g_free(path);
}

static void
variables_rule(void **state)
{
	setenv("HOME", "/home/ann", 1);
	unsetenv("XDG_CONFIG_HOME");
	unsetenv("XDG_DATA_HOME");
	unsetenv("XDG_STATE_HOME");
	unsetenv("XDG_RUNTIME_DIR");
	unsetenv("EMAPI_SYSCONFDIR");
	assert_path(paths_config("emapi.conf"), "/home/ann/.config/emapi/emapi.conf");
	assert_path(paths_data(NULL), "/home/ann/.local/share/emapi");
	assert_path(paths_state("spool.db"), "/home/ann/.local/state/emapi/spool.db");
	assert_path(paths_runtime("spooler.sock"), "/home/ann/.local/state/emapi/spooler.sock");
	assert_path(paths_system("profiles"), "/etc/emapi/profiles");
	unsetenv("EMAPI_MACHINE_FOLDER");
	assert_path(paths_machine("submit.sock"), "/run/emapi/submit.sock");
	setenv("XDG_CONFIG_HOME", "/c", 1);
	setenv("XDG_DATA_HOME", "relative", 1);
	setenv("XDG_STATE_HOME", "", 1);
	setenv("XDG_RUNTIME_DIR", "/run/user/7", 1);
	setenv("EMAPI_SYSCONFDIR", "/sys", 1);
	setenv("EMAPI_MACHINE_FOLDER", "/m", 1);
	assert_path(paths_machine("x"), "/m/x");
	unsetenv("EMAPI_MACHINE_FOLDER");
	assert_path(paths_config("x"), "/c/emapi/x");
	assert_path(paths_data("x"), "/home/ann/.local/share/emapi/x");
	assert_path(paths_state("x"), "/home/ann/.local/state/emapi/x");
	assert_path(paths_runtime("x"), "/run/user/7/emapi/x");
	assert_path(paths_system("x"), "/sys/x");
}

static void
names_stay_in_their_folder(void **state)
{
	static const char *const cases[][2] = {
		{ "Work", "Work" },
		{ "../x", "%2E.%2Fx" },
		{ "a.b c-d_e@f", "a.b c-d_e@f" },
		{ ".hidden", "%2Ehidden" },
		{ "Bücher", "B%C3%BCcher" },
		{ "100%", "100%25" },
		{ "a\nb", "a%0Ab" },
		{ "", "" },
	};
	static const char *const foreign[] = { "../x", "%41", "%2f", "%2", "B\xC3\xBC", "%00",
		".x" };
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_path(paths_escape(cases[i][0]), cases[i][1]);
		assert_path(paths_unescape(cases[i][1]), cases[i][0]);
	}
	for (i = 0; i < G_N_ELEMENTS(foreign); i++)
		assert_null(paths_unescape(foreign[i]));
}

static void
files_are_written_whole(void **state)
{
	char *path = g_build_filename(root, "a", "b", "file", NULL), *content;
	struct stat status;
	gsize size;

	assert_int_equal(paths_write_file(path, "x", 1), MAPI_E_NOT_FOUND);
	assert_int_equal(paths_make_parent(path), S_OK);
	assert_int_equal(paths_make_parent(path), S_OK);
	assert_int_equal(paths_write_file(path, "first\0one", 9), S_OK);
	assert_int_equal(paths_write_file(path, "two", 3), S_OK);
	assert_true(g_file_get_contents(path, &content, &size, NULL));
	assert_int_equal(size, 3);
	assert_memory_equal(content, "two", 3);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	g_free(content);
	unlink(path);
	/* Empty again: no temporary file is left. */
	*strrchr(path, '/') = 0;
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0700);
	assert_int_equal(rmdir(path), 0);
	*strrchr(path, '/') = 0;
	assert_int_equal(rmdir(path), 0);
	g_free(path);
}

static void
providers_are_found_on_the_path(void **state)
{
	char *file = g_build_filename(root, "emapi_x.so", NULL);
	char *list = g_strconcat("/nowhere:relative:", root, NULL), *found;

	assert_true(g_file_set_contents(file, "", 0, NULL));
	setenv("EMAPI_PROVIDER_PATH", list, 1);
	found = paths_provider("emapi_x.so");
	assert_string_equal(found, file);
	g_free(found);
	assert_null(paths_provider("emapi_y.so"));
	assert_null(paths_provider("../emapi_x.so"));
	found = paths_provider(file);
	assert_non_null(found);
	assert_true(g_file_test(found, G_FILE_TEST_IS_REGULAR));
	g_free(found);
	setenv("EMAPI_SPOOLER", "/x/spooler", 1);
	assert_path(paths_spooler(), "/x/spooler");
	unlink(file);
	g_free(file);
	g_free(list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(variables_rule),
		cmocka_unit_test(names_stay_in_their_folder),
		cmocka_unit_test(files_are_written_whole),
		cmocka_unit_test(providers_are_found_on_the_path),
	};

	return cmocka_run_group_tests_name("paths", tests, make_root, remove_root);
}
