/* SPDX-License-Identifier: MIT */
/*
 * emapi-spooler: the scheduler, or with --worker one profile's worker.
 *
 *   emapi-spooler [--background] [--ready-fd=N]   log to STATE/spooler.log
 *   emapi-spooler --foreground                    log to standard error
 *   emapi-spooler --worker UID-HEX                started by the scheduler, descriptor 3 is its
 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include "log.h"
#include "paths.h"
#include "scheduler.h"
#include "service.h"
#include "text.h"
#include "worker.h"

#define SCHEDULER_FD 3
#define LOG_KEEP (4 * 1024 * 1024)

struct arguments {
	gboolean background;
	gboolean foreground;
	int ready_fd;
	char *worker;
	gboolean first;
};

static bool
parse(int argc, char **argv, struct arguments *a)
{
	GOptionEntry entries[] = {
		{ "background", 0, 0, G_OPTION_ARG_NONE, &a->background, "log to the log file",
		    NULL },
		{ "foreground", 0, 0, G_OPTION_ARG_NONE, &a->foreground, "log to standard error",
		    NULL },
		{ "ready-fd", 0, 0, G_OPTION_ARG_INT, &a->ready_fd, "write a byte there when ready",
		    "N" },
		{ "worker", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_STRING, &a->worker, NULL, NULL },
		{ "first", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &a->first, NULL, NULL },
		{ NULL, 0, 0, 0, NULL, NULL, NULL },
	};
	GOptionContext *context = g_option_context_new("- send the mail that waits in Outboxes");
	g_autoptr(GError) error = NULL;
	bool ok;

	g_option_context_add_main_entries(context, entries, NULL);
	ok = g_option_context_parse(context, &argc, &argv, &error);
	g_option_context_free(context);
	if (!ok)
		fprintf(stderr, "emapi-spooler: %s\n", error->message);
	else if (argc > 1)
		fprintf(stderr, "emapi-spooler: \"%s\" is not understood\n", argv[1]);
	return ok && argc == 1;
}

static void
open_log(bool background)
{
	g_autofree char *path = background ? paths_state("spooler.log") : NULL;
	g_autofree char *old = background ? g_strconcat(path, ".old", NULL) : NULL;
	struct stat st;

	if (path) {
		paths_make_parent(path);
		if (stat(path, &st) == 0 && st.st_size > LOG_KEEP)
			rename(path, old);
	}
	if (path || !log_open_journal(LOG_LEVEL_INFO))
		log_open(path, LOG_LEVEL_INFO);
}

static int
run_worker(const char *hex, const char *state_path, bool first)
{
	MAPIUID uid;

	if (!text_unhex(hex, &uid, sizeof(uid))) {
		fprintf(stderr, "emapi-spooler: \"%s\" is no profile UID\n", hex);
		return EX_USAGE;
	}
	return worker_run(&uid, state_path, first, SCHEDULER_FD);
}

int
main(int argc, char **argv)
{
	struct arguments a = { .ready_fd = -1 };
	struct scheduler_options options;
	int code;

	if (!parse(argc, argv, &a))
		return EX_USAGE;
	g_set_prgname("emapi-spooler"); /* a worker is started by another name */
	open_log(a.background && !a.foreground);
	if (!a.worker)
		service_begin();
	options = scheduler_options_default();
	options.background = a.background && !a.foreground;
	options.ready_fd = a.ready_fd;
	if (a.worker)
		code = run_worker(a.worker, options.state_path, a.first);
	else
		code = scheduler_run(&options);
	scheduler_options_clear(&options);
	g_free(a.worker);
	return code;
}
