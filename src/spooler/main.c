/* SPDX-License-Identifier: MIT */
/*
 * emapi-spooler: the scheduler, or with --worker one profile's worker.
 *
 *   emapi-spooler [--background] [--ready-fd=N] [--wake=UID-HEX]   log to STATE/spooler.log
 *   emapi-spooler --foreground                    log to standard error
 *   emapi-spooler --machine                       for all users, with a user of its own
 *   emapi-spooler --receive=PID                   started by that, descriptor 3 is the socket
 *   emapi-spooler --take=PID                      likewise, for mail from emapi-sendmail
 *   emapi-spooler --worker UID-HEX                started by the scheduler, descriptor 3 is its
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include "copy.h"
#include "handover.h"
#include "heap.h"
#include "log.h"
#include "machine.h"
#include "mask.h"
#include "module.h"
#include "paths.h"
#include "receiver.h"
#include "scheduler.h"
#include "service.h"
#include "text.h"
#include "worker.h"

#define PARENT_FD 3
#define MEMORY (96 * 1024) /* until there is a worker */
#define BOARD_FD 4
#define LOG_KEEP (4 * 1024 * 1024)

/* What nearly each mail needs. */
static const struct module_part parts[] = {
	{ "emapi_store.so", "MSProviderInit", MSProviderInit },
	{ "emapi_smtp.so", "XPProviderInit", (MSPROVIDERINIT *)(void (*)(void))XPProviderInit },
};

struct arguments {
	gboolean background;
	gboolean foreground;
	gboolean machine;
	int receive;
	int take;
	int ready_fd;
	char *worker;
	char *wake;
	gboolean first;
	gboolean board;
};

static bool
parse(int argc, char **argv, struct arguments *a)
{
	GOptionEntry entries[] = {
		{ "background", 0, 0, G_OPTION_ARG_NONE, &a->background,
		    "log to the log file instead of to standard error", NULL },
		{ "foreground", 0, 0, G_OPTION_ARG_NONE, &a->foreground, "log to standard error",
		    NULL },
		{ "ready-fd", 0, 0, G_OPTION_ARG_INT, &a->ready_fd,
		    "write a byte to this descriptor when it can be reached", "N" },
		{ "machine", 0, 0, G_OPTION_ARG_NONE, &a->machine,
		    "serve all users of this machine", NULL },
		{ "receive", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_INT, &a->receive, NULL, NULL },
		{ "take", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_INT, &a->take, NULL, NULL },
		/* As they are: to convert a string, GLib reads the locale's files. */
		{ "worker", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &a->worker, NULL,
		    NULL },
		{ "wake", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &a->wake, NULL, NULL },
		{ "board", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_NONE, &a->board, NULL, NULL },
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
run_worker(const struct arguments *a)
{
	g_autofree char *db = paths_state("spool.db");
	g_autofree char *state_path = g_path_get_dirname(db);
	MAPIUID uid;

	mask_core_files();
	if (!text_unhex(a->worker, &uid, sizeof(uid))) {
		fprintf(stderr, "emapi-spooler: \"%s\" is no profile UID\n", a->worker);
		return EX_USAGE;
	}
	return worker_run(&uid, NULL, state_path, a->first, PARENT_FD, a->board ? BOARD_FD : -1);
}

/* It is in emapi-sendmail's module: the spooler itself has no use for that. */
static int
run_taker(const struct arguments *a)
{
	int (*take)(int, pid_t);

	mask_core_files();
	*(void **)&take = handover_symbol("emapi_sendmail_take");
	if (!take) {
		log_error("%s cannot be loaded: %s", HANDOVER_MODULE, dlerror());
		return EX_UNAVAILABLE;
	}
	return take(PARENT_FD, a->take);
}

static int
run_scheduler(const struct arguments *a)
{
	struct scheduler_options options;
	int code;

	service_begin();
	options = scheduler_options_default();
	options.background = a->background && !a->foreground;
	options.copies = true;
	options.ready_fd = a->ready_fd;
	options.machine = a->machine;
	options.wakes = a->wake && text_unhex(a->wake, &options.wake, sizeof(options.wake));
	log_debug("process %d looks after the mail of %s", (int)getpid(), options.state_path);
	code = scheduler_run(&options);
	scheduler_options_clear(&options);
	return code;
}

int
main(int argc, char **argv)
{
	struct arguments a = { .ready_fd = -1 };
	int code;

	copy_begin(argc, argv);
	heap_take(MEMORY);
	module_parts(parts, G_N_ELEMENTS(parts));
	if (!parse(argc, argv, &a))
		return EX_USAGE;
	g_set_prgname("emapi-spooler"); /* a worker is started by another name */
	a.machine = a.machine || g_strcmp0(g_getenv("EMAPI_MACHINE"), "1") == 0;
	if (a.machine)
		machine_environment();
	open_log(a.background && !a.foreground);
	if (a.worker)
		code = run_worker(&a);
	else if (a.take)
		code = run_taker(&a);
	else if (a.receive)
		code = receiver_run(PARENT_FD, a.receive);
	else
		code = run_scheduler(&a);
	g_free(a.worker);
	g_free(a.wake);
	return code;
}
