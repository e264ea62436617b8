/* SPDX-License-Identifier: MIT */
/*
 * Idle routines (MAPI reference: FtgRegisterIdleRoutine, FNIDLE).
 *
 * On Windows the message loop runs them.  Here HrDispatchNotifications() is what a program calls
 * when it has nothing else to do: it runs, once each, the routines that are due, the highest
 * priority first.  FIROINTERVAL: not more often than that; FIROWAIT: not before that time without a
 * user's doing, which for a program without windows is the time since it was registered.
 */
#include <stdbool.h>
#include <glib.h>
#include <mapicode.h>
#include <mapiutil.h>
#include "idle.h"

struct routine {
	PFNIDLE run;
	void *context;
	short priority;
	ULONG hundredths;
	USHORT options;
	bool enabled, running, dropped;
	gint64 since;  /* registered, changed or enabled */
	gint64 last;   /* run last; 0: never */
	guint64 round; /* of run_idle() that saw it last */
};

static GMutex lock; /* for all below; not held while a routine runs */
static GPtrArray *routines;
static unsigned users;
static guint64 rounds;

LONG
MAPIInitIdle(LPVOID reserved)
{
	if (reserved)
		return MAPI_E_INVALID_PARAMETER;
	g_mutex_lock(&lock);
	users++;
	if (!routines)
		routines = g_ptr_array_new_with_free_func(g_free);
	g_mutex_unlock(&lock);
	return S_OK;
}

/* One that runs at this moment is freed when it has ended. */
static void
drop(struct routine *routine)
{
	guint at;

	routine->dropped = true;
	if (!routine->running && g_ptr_array_find(routines, routine, &at))
		g_ptr_array_remove_index(routines, at);
}

void
MAPIDeinitIdle(void)
{
	g_mutex_lock(&lock);
	if (users && !--users) {
		guint i = routines->len;

		while (i--)
			drop(g_ptr_array_index(routines, i));
	}
	g_mutex_unlock(&lock);
}

/* The routine of that tag; NULL where there is none (any more). */
static struct routine *
find(FTG ftg)
{
	guint at;

	if (!routines || !g_ptr_array_find(routines, ftg, &at))
		return NULL;
	return ((struct routine *)ftg)->dropped ? NULL : ftg;
}

FTG
FtgRegisterIdleRoutine(
    PFNIDLE run, LPVOID context, short priority, ULONG hundredths, USHORT options)
{
	struct routine *routine;

	if (!run)
		return FTGNULL;
	routine = g_try_new0(struct routine, 1);
	if (!routine)
		return FTGNULL;
	routine->run = run;
	routine->context = context;
	routine->priority = priority;
	routine->hundredths = hundredths;
	routine->options = options;
	routine->enabled = !(options & FIRODISABLED);
	routine->since = g_get_monotonic_time();
	g_mutex_lock(&lock);
	if (users) {
		g_ptr_array_add(routines, routine);
	} else {
		g_free(routine);
		routine = NULL;
	}
	g_mutex_unlock(&lock);
	return routine;
}

void
DeregisterIdleRoutine(FTG ftg)
{
	struct routine *routine;

	g_mutex_lock(&lock);
	routine = find(ftg);
	if (routine)
		drop(routine);
	g_mutex_unlock(&lock);
}

void
EnableIdleRoutine(FTG ftg, BOOL enable)
{
	struct routine *routine;

	g_mutex_lock(&lock);
	routine = find(ftg);
	if (routine && routine->enabled != !!enable) {
		routine->enabled = enable;
		routine->since = g_get_monotonic_time();
	}
	g_mutex_unlock(&lock);
}

void
ChangeIdleRoutine(FTG ftg, PFNIDLE run, LPVOID context, short priority, ULONG hundredths,
    USHORT options, USHORT changes)
{
	struct routine *routine;

	g_mutex_lock(&lock);
	routine = find(ftg);
	if (routine && (changes & FIRCPFN) && run)
		routine->run = run;
	if (routine && (changes & FIRCPV))
		routine->context = context;
	if (routine && (changes & FIRCPRI))
		routine->priority = priority;
	if (routine && (changes & FIRCCSEC)) {
		routine->hundredths = hundredths;
		routine->since = g_get_monotonic_time();
	}
	if (routine && (changes & FIRCIRO)) {
		routine->options = options;
		routine->enabled = !(options & FIRODISABLED);
	}
	g_mutex_unlock(&lock);
}

/* --- Running ------------------------------------------------------------------------------- */

static bool
is_due(const struct routine *routine, gint64 now)
{
	gint64 wait = (gint64)routine->hundredths * 10000;

	if (!routine->enabled || routine->running || routine->dropped)
		return false;
	if (routine->options & FIROINTERVAL)
		return now >= (routine->last ? routine->last : routine->since) + wait;
	return now >= routine->since + wait;
}

/* The highest that is due and has not had its turn in this round. */
static struct routine *
next_due(guint64 round)
{
	struct routine *best = NULL;
	guint i;

	for (i = 0; routines && i < routines->len; i++) {
		struct routine *routine = g_ptr_array_index(routines, i);

		if (routine->round != round && is_due(routine, g_get_monotonic_time()) &&
		    (!best || routine->priority > best->priority))
			best = routine;
	}
	return best;
}

void
idle_run(void)
{
	struct routine *routine;
	guint64 round;

	g_mutex_lock(&lock);
	round = ++rounds;
	while (users && (routine = next_due(round))) {
		PFNIDLE run = routine->run;
		void *context = routine->context;

		routine->round = round;
		routine->running = true;
		g_mutex_unlock(&lock);
		run(context);
		g_mutex_lock(&lock);
		routine->running = false;
		routine->last = g_get_monotonic_time();
		if (routine->dropped)
			drop(routine);
	}
	g_mutex_unlock(&lock);
}
