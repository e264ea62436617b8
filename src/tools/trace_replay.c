/* SPDX-License-Identifier: MIT */
/*
 * `emapi trace replay`: makes the calls of a trace again, in a home of its own with a profile that
 * sends nothing, and compares the results (trace_play*.c has the calls).
 *
 * Objects are known by their numbers in the trace, entry identifiers by their marks: what an
 * earlier call gave out under a mark is what a later one is given.
 */
#include <errno.h>
#include <ftw.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mapix.h>
#include <emapistore.h>
#include "com.h"
#include "emapi.h"
#include "hr.h"
#include "mailstore.h"
#include "text.h"
#include "trace_play.h"

static bool
has_properties(const char *iface)
{
	static const char *const names[] = { "IMsgStore", "IMAPIFolder", "IMessage", "IAttach",
		"IMAPIProp", "IMAPIContainer", "IABContainer", "IMailUser", "IDistList",
		"IProfSect" };

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (!strcmp(iface, names[i]))
			return true;
	return false;
}

static bool
fits(const struct play_method *method, const struct trace_line *line)
{
	if (strcmp(method->method, line->method) != 0)
		return false;
	if (!method->iface)
		return line->object && has_properties(line->iface);
	return !strcmp(method->iface, "*") ? line->object != 0
					   : !strcmp(method->iface, line->iface);
}

static const struct play_method *
find_method(const struct trace_line *line)
{
	static const struct play_method *const all[] = { play_objects, play_props, play_tables };

	for (size_t i = 0; i < G_N_ELEMENTS(all); i++)
		for (const struct play_method *method = all[i]; method->method; method++)
			if (fits(method, line))
				return method;
	return NULL;
}

/* --- The run ------------------------------------------------------------------------------- */

static void
skip(struct play *replay, const struct trace_line *line)
{
	char *name = g_strdup_printf("%s%s%s", line->iface, *line->iface ? "::" : "", line->method);
	guint count = GPOINTER_TO_UINT(g_hash_table_lookup(replay->left_out, name));

	g_hash_table_insert(replay->left_out, name, GUINT_TO_POINTER(count + 1));
	replay->skipped++;
}

static void
compare(struct play *replay, unsigned at, const struct trace_line *line, HRESULT now)
{
	HRESULT before = (HRESULT)strtoul(line->result, NULL, 16);
	g_autofree char *was = g_strdup(hr_name(before));

	if (!g_str_has_prefix(line->result, "0x") || before == now) {
		replay->same++;
		return;
	}
	replay->differ++;
	printf("line %u: %s(%u)::%s was %s and is %s\n", at, line->iface, line->object,
	    line->method, was, hr_name(now));
}

static void
play(struct play *replay, unsigned at, struct trace_line *line)
{
	const char *flags = trace_line_find(line->in, "ulFlags");
	struct play_call call = { replay, line,
		g_hash_table_lookup(replay->objects, play_key(line, line->object)),
		flags ? strtoul(flags, NULL, 0) : 0 };
	const struct play_method *method = find_method(line);
	HRESULT hr;

	if (!method || (line->object && !call.object) || !strcmp(line->result, TRACE_CUT)) {
		skip(replay, line);
		return;
	}
	hr = method->play(&call);
	if (call.cannot)
		skip(replay, line);
	else
		compare(replay, at, line, hr);
}

static void
release(gpointer object)
{
	IUnknown *unknown = object;

	unknown->lpVtbl->Release(unknown);
}

static int
play_all(struct trace_reader *reader)
{
	struct play replay = { g_hash_table_new_full(NULL, NULL, NULL, release) };
	enum trace_kind_of_line kind;
	struct trace_line line;
	GHashTableIter iter;
	gpointer name, count;

	trace_values_init(&replay.values);
	replay.bookmarks = g_hash_table_new(NULL, NULL);
	replay.left_out = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	while ((kind = trace_next(reader, &line)) != TRACE_END) {
		if (kind == TRACE_CALL)
			play(&replay, reader->at, &line);
		trace_line_clear(&line);
	}
	g_hash_table_iter_init(&iter, replay.left_out);
	while (g_hash_table_iter_next(&iter, &name, &count))
		printf("not replayed: %s, %u time%s\n", (char *)name, GPOINTER_TO_UINT(count),
		    text_s(GPOINTER_TO_UINT(count)));
	if (reader->calls)
		printf("%u call%s with the same result, %u with another, %u not replayed\n",
		    replay.same, text_s(replay.same), replay.differ, replay.skipped);
	g_hash_table_unref(replay.objects);
	g_hash_table_unref(replay.bookmarks);
	g_hash_table_unref(replay.left_out);
	trace_values_clear(&replay.values);
	return trace_finish(reader, replay.differ || !replay.same ? EX_DATAERR : 0);
}

/* --- A home of its own --------------------------------------------------------------------- */

static int
remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	return g_remove(path);
}

/* A copy of the profile's default store, as it is now. */
static int
copy_store(const char *profile, const char *path)
{
	struct mailstore_options options = { .profile = (char *)(uintptr_t)profile };
	struct mailstore store = { 0 };
	IEmapiStoreFile *file = NULL;
	int code = mailstore_open(&options, false, &store);
	HRESULT hr = S_OK;

	if (!code)
		hr = store.store->lpVtbl->QueryInterface(
		    store.store, &IID_IEmapiStoreFile, (LPVOID *)(void *)&file);
	if (!code && FAILED(hr))
		code = cli_fail(EX_UNAVAILABLE,
		    "the profile's store is another provider's, which cannot be copied");
	if (!code) {
		hr = file->lpVtbl->Backup(file, 0, path);
		code = FAILED(hr) ? mailstore_fail("copying the store", store.store, hr) : 0;
	}
	COM_CLEAR(file);
	mailstore_close(&store);
	return code;
}

/* A folder for all that emapi keeps, and a profile in it.  No spooler: nothing is sent. */
static int
make_home(const char *folder, const char *store)
{
	static const char *const variables[] = { "XDG_CONFIG_HOME", "XDG_DATA_HOME",
		"XDG_STATE_HOME", "XDG_RUNTIME_DIR" };
	g_autofree char *pickup = g_build_filename(folder, "pickup", NULL);
	const char *arguments[] = { "/proc/self/exe", "profile", "create", "replay", "--default",
		"--from", "replay@example.test", "--pickup", pickup, "--store", store, NULL };
	int status = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(variables); i++)
		g_setenv(variables[i], folder, TRUE);
	g_setenv("EMAPI_SPOOLER", "/nonexistent", TRUE);
	if (g_spawn_sync(NULL, (char **)(uintptr_t)arguments, NULL, G_SPAWN_STDOUT_TO_DEV_NULL,
		NULL, NULL, NULL, NULL, &status, NULL) &&
	    status == 0)
		return 0;
	return cli_fail(EX_CANTCREAT, "no profile could be made in %s", folder);
}

static int
replay_in(const char *folder, const char *profile, struct trace_reader *reader)
{
	g_autofree char *store = g_build_filename(folder, "replay.store", NULL);
	int code;

	g_unsetenv("EMAPI_TRACE");
	code = profile ? copy_store(profile, store) : 0;
	if (!code)
		code = make_home(folder, store);
	if (!code && FAILED(MAPIInitialize(NULL)))
		code = cli_fail(EX_SOFTWARE, "MAPI cannot be initialized");
	return code ? code : play_all(reader);
}

static int
replay_file(const char *path, const char *profile)
{
	g_autofree struct trace_reader *reader = g_new(struct trace_reader, 1);
	g_autofree char *folder = NULL;
	int code = trace_open(reader, path);

	if (code)
		return code;
	folder = g_dir_make_tmp("emapi-replay-XXXXXX", NULL);
	if (!folder)
		return cli_fail(
		    EX_CANTCREAT, "no temporary folder could be made: %s", g_strerror(errno));
	code = replay_in(folder, profile, reader);
	nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return code;
}

static int
run_replay(int argc, char **argv)
{
	g_autofree char *profile = NULL;
	const GOptionEntry entries[] = {
		{ "profile", 'p', 0, G_OPTION_ARG_STRING, &profile,
		    "on a copy of this profile's store instead of an empty one", "PROFILE" },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("FILE");
	int code;

	cli_add_options(context, entries);
	g_option_context_set_summary(context,
	    "Makes the calls of a trace again, with a profile of its own that sends nothing, and "
	    "compares\nthe results. Exit code 65: one is another.");
	code = cli_parse(context, &argc, &argv);
	if (code)
		return code;
	if (argc != 2)
		return cli_fail(EX_USAGE, "give the file of a trace (try --help)");
	return replay_file(argv[1], profile);
}

const struct command command_trace_replay = {
	.name = "trace replay",
	.summary = "make the calls of a trace again and compare the results",
	.run = run_replay,
};
