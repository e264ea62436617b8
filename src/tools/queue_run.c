/* SPDX-License-Identifier: MIT */
/* emapi queue run: everything that waits or is held is tried now. */
#include "emapi.h"

#include <stdio.h>
#include <unistd.h>
#include "profile.h"
#include "queue.h"

#define POLL_US (G_USEC_PER_SEC / 5)

/* The line on a terminal while a queue drains; nothing elsewhere. */
struct progress {
	bool shown;
	gint64 began;
	gint64 most; /* the most that was due at a time: what there is to do */
};

static void
show_progress(struct progress *p, const struct spooler_counts *counts)
{
	double seconds = (double)(g_get_monotonic_time() - p->began) / G_USEC_PER_SEC;
	gint64 done;

	p->most = MAX(p->most, counts->due);
	done = p->most - counts->due;
	if (!isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%" G_GINT64_FORMAT " done, %" G_GINT64_FORMAT " to go, %.0f/s\033[K",
	    done, counts->due, seconds > 0 ? (double)done / seconds : 0.0);
	p->shown = true;
}

static void
end_progress(const struct progress *p)
{
	if (p->shown)
		fputs("\r\033[K", stderr);
}

/* What is left after the wait. */
static int
conclude(const struct spooler_counts *counts)
{
	if (counts->due)
		return cli_fail(EX_TEMPFAIL,
		    "%" G_GINT64_FORMAT " message%s still being sent; sending goes on by itself",
		    counts->due, counts->due == 1 ? " is" : "s are");
	if (counts->held || counts->later)
		return cli_fail(EX_TEMPFAIL,
		    "%" G_GINT64_FORMAT " message%s for a later try, %" G_GINT64_FORMAT
		    " %s held; all are safe; `emapi queue list` says why",
		    counts->later, counts->later == 1 ? " waits" : "s wait", counts->held,
		    counts->held == 1 ? "is" : "are");
	return 0;
}

static int
drain(const MAPIUID *profile, int seconds)
{
	struct progress progress = { .began = g_get_monotonic_time() };
	gint64 until = progress.began + (gint64)seconds * G_USEC_PER_SEC;
	struct spooler_counts counts;
	HRESULT hr;

	for (;;) {
		hr = spooler_count(profile, &counts);
		if (FAILED(hr) || (!counts.due && !counts.busy) || g_get_monotonic_time() >= until)
			break;
		show_progress(&progress, &counts);
		g_usleep(POLL_US);
	}
	end_progress(&progress);
	return FAILED(hr) ? queue_unreachable(hr) : conclude(&counts);
}

static int
run(int argc, char **argv)
{
	g_autofree char *name = NULL;
	int seconds = 0;
	const GOptionEntry entries[] = {
		{ "profile", 'p', 0, G_OPTION_ARG_STRING, &name, "only of this profile",
		    "PROFILE" },
		{ "wait", 'w', 0, G_OPTION_ARG_INT, &seconds,
		    "until all has been tried, so many seconds at most", "SECONDS" },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	struct profile *profile = NULL;
	HRESULT hr;
	int code;

	cli_add_options(context, entries);
	code = cli_parse(context, &argc, &argv);
	if (!code && argc > 1)
		code =
		    cli_fail(EX_USAGE, "\"%s\" is too much (emapi queue retry tries one)", argv[1]);
	if (!code && seconds < 0)
		code = cli_fail(EX_USAGE, "--wait %d: it is a number of seconds", seconds);
	if (!code)
		code = queue_profile(name, &profile);
	if (code)
		return code;
	hr = spooler_run(profile ? profile_uid(profile) : NULL);
	if (FAILED(hr))
		code = queue_unreachable(hr);
	else if (seconds > 0)
		code = drain(profile ? profile_uid(profile) : NULL, seconds);
	profile_unref(profile);
	return code;
}

const struct command command_queue_run = {
	.name = "queue run",
	.summary = "try everything that waits or is held now",
	.run = run,
};
