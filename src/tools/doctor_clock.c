/* SPDX-License-Identifier: MIT */
/*
 * emapi doctor: the clock.  Nobody is asked over the network: the kernel knows whether a time
 * service keeps it, files and messages know times that have been, and a server's greeting in the
 * last try may have told its own.
 */
#include "doctor.h"

#include <sys/stat.h>
#include <sys/timex.h>
#include <mapitags.h>
#include <emapispi.h>
#include "clock.h"
#include "journey.h"
#include "paths.h"
#include "prop.h"

#define FIRST_YEAR 2026         /* no clock of a machine that has emapi is before it */
#define SKEW (G_TIME_SPAN_HOUR) /* between two clocks that count as one on a disk */

#define WHAT_FOR "certificates, tries and dates go by it"

/* --- Times that have been ------------------------------------------------------------------ */

static gint64
changed(const char *path)
{
	struct stat status;

	return stat(path, &status) ? 0 : (gint64)status.st_mtime * G_USEC_PER_SEC;
}

static void
check_past(struct doctor *doctor, gint64 seen, const char *what)
{
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(seen / G_USEC_PER_SEC);
	g_autofree char *text = when ? g_date_time_format_iso8601(when) : g_strdup("?");

	if (seen > doctor->now + SKEW)
		doctor_find(doctor, DOCTOR_PROBLEM, "clock",
		    "set the clock (timedatectl): " WHAT_FOR, "the clock is behind: %s is of %s",
		    what, text);
}

static void
check_store(struct doctor *doctor, struct profile *profile, const struct doctor_section *section)
{
	g_autofree char *path = prop_find_text(section->values, section->count, PR_EMAPI_PATH_W);

	(void)profile;
	if (path)
		check_past(doctor, changed(path), path);
}

/* --- A server's ------------------------------------------------------------------------------ */

/* When the worker took the message in hand: from there the lines of the journey count. */
static bool
try_began(char **journey, gint64 *when)
{
	g_autofree char *text = journey_find(journey, '*', "lease");
	g_autoptr(GDateTime) date = text ? g_date_time_new_from_iso8601(text, NULL) : NULL;

	if (date)
		*when = g_date_time_to_unix(date) * G_USEC_PER_SEC;
	return date != NULL;
}

/* The greeting itself: over an open connection the fact is repeated, and is of then. */
static bool
greeted(char **journey, gint64 *told, gint64 *elapsed)
{
	for (; *journey; journey++) {
		struct journey_line line;
		bool found;

		journey_parse(*journey, &line);
		found = line.mark == '<' && g_str_has_prefix(line.text, "220") &&
			clock_told(line.text, told);
		*elapsed = MAX(line.elapsed, 0) * 1000;
		journey_line_clear(&line);
		if (found)
			return true;
	}
	return false;
}

static void
check_server(struct doctor *doctor, const struct spool_message *m)
{
	for (guint i = m->attempts ? m->attempts->len : 0; i > 0; i--) {
		const struct spool_attempt *attempt = m->attempts->pdata[i - 1];
		g_autofree char *server = journey_find(attempt->journey, '*', "server");
		g_autofree char *where = g_strdup_printf("server %s", server ? server : "?");
		g_autofree char *difference = NULL;
		gint64 began, told, elapsed;

		if (!try_began(attempt->journey, &began) ||
		    !greeted(attempt->journey, &told, &elapsed))
			continue;
		told -= began + elapsed;
		difference = clock_difference(told);
		if (ABS(told) > CLOCK_TOLERANCE)
			doctor_find(doctor, DOCTOR_PROBLEM, where,
			    "set this machine's clock (timedatectl), or tell the server's "
			    "administrator: " WHAT_FOR,
			    "at the last try %s", difference);
		return;
	}
}

/* --- The kernel's ------------------------------------------------------------------------------
 */

/* adjtimex(2): a time service takes the mark away each time that it sets the clock. */
static void
check_service(struct doctor *doctor)
{
	struct timex kernel = { .modes = 0 };

	if (adjtimex(&kernel) < 0)
		return;
	if (kernel.status & STA_UNSYNC)
		doctor_find(doctor, DOCTOR_NOTE, "clock",
		    "where no other means keeps it right: timedatectl set-ntp true, or chrony",
		    "no time service keeps it in step, as far as the kernel knows");
	else
		doctor_find(doctor, DOCTOR_OK, "clock", NULL, "a time service keeps it in step");
}

void
doctor_clock(struct doctor *doctor)
{
	g_autofree char *spool = paths_state("spool.db");
	g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(doctor->now / G_USEC_PER_SEC);
	guint before = doctor->findings->len;

	if (!now || g_date_time_get_year(now) < FIRST_YEAR)
		doctor_find(doctor, DOCTOR_PROBLEM, "clock", "set the clock (timedatectl)",
		    "it tells a year before %d", FIRST_YEAR);
	check_past(doctor, changed(spool), spool);
	check_past(doctor, doctor->newest_submitted, "the newest message of the queue");
	doctor_each(doctor, MAPI_STORE_PROVIDER, check_store);
	doctor_each_newest(doctor, check_server);
	if (before == doctor->findings->len)
		doctor_find(doctor, DOCTOR_OK, "clock", NULL, "it fits what is on the disk");
	check_service(doctor);
}
