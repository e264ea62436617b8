/* SPDX-License-Identifier: MIT */
/*
 * Feeds files to a fuzz target: the ordinary build's stand-in for libFuzzer.
 *
 * Each argument is a file or a folder of files.  Every input lies in an allocation of exactly its
 * size, so that ASan and valgrind see a byte read too far.
 */
#include <glib.h>
#include <stdint.h>
#include <stdio.h>
#include "fuzz.h"

static int count;

static void
replay_file(const char *path)
{
	gsize size;
	char *text;
	uint8_t *data;

	if (!g_file_get_contents(path, &text, &size, NULL)) {
		fprintf(stderr, "cannot read %s\n", path);
		exit(1);
	}
	data = g_memdup2(text, size);
	LLVMFuzzerTestOneInput(data, size);
	g_free(data);
	g_free(text);
	count++;
}

static void
replay_folder(const char *path)
{
	GDir *folder = g_dir_open(path, 0, NULL);
	const char *name;

	if (!folder) {
		replay_file(path);
		return;
	}
	while ((name = g_dir_read_name(folder)) != NULL) {
		char *file = g_build_filename(path, name, NULL);

		replay_file(file);
		g_free(file);
	}
	g_dir_close(folder);
}

int
main(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		replay_folder(argv[i]);
	printf("%d inputs\n", count);
	return count > 0 ? 0 : 1;
}
