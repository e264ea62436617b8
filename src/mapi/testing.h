/* SPDX-License-Identifier: MIT */
/* For tests: XDG folders of their own, made anew and removed again. */
#ifndef EMAPI_MAPI_TESTING_H
#define EMAPI_MAPI_TESTING_H

#include <ftw.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char test_folder[64];

G_GNUC_UNUSED static void
test_set(const char *name, const char *part)
{
	char *path = g_build_filename(test_folder, part, NULL);

	g_setenv(name, path, TRUE);
	g_free(path);
}

G_GNUC_UNUSED static int
test_folders_create(void **state)
{
	g_strlcpy(test_folder, "/tmp/emapi-test-XXXXXX", sizeof test_folder);
	if (!mkdtemp(test_folder))
		return -1;
	test_set("HOME", "home");
	test_set("XDG_CONFIG_HOME", "config");
	test_set("XDG_DATA_HOME", "data");
	test_set("XDG_STATE_HOME", "state");
	test_set("XDG_RUNTIME_DIR", "run");
	test_set("EMAPI_SYSCONFDIR", "etc");
	return 0;
}

G_GNUC_UNUSED static int
test_remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
	return remove(path);
}

G_GNUC_UNUSED static int
test_folders_remove(void **state)
{
	return nftw(test_folder, test_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A file of the test's folder: written, with its parents. */
G_GNUC_UNUSED static void
test_write(const char *file, const char *text)
{
	char *path = g_build_filename(test_folder, file, NULL), *parent = g_path_get_dirname(path);

	g_mkdir_with_parents(parent, 0700);
	g_file_set_contents(path, text, -1, NULL);
	g_free(parent);
	g_free(path);
}

G_GNUC_UNUSED __attribute__((noinline)) static char *
test_read(const char *file)
{
	char *path = g_build_filename(test_folder, file, NULL), *text = NULL;

	g_file_get_contents(path, &text, NULL, NULL);
	g_free(path);
	return text;
}

#endif
