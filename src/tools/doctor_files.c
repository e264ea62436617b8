/* SPDX-License-Identifier: MIT */
/* emapi doctor: folders and who may look into them, disks, and the clock. */
#include "doctor.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <mapitags.h>
#include <emapispi.h>
#include "mem.h"
#include "paths.h"
#include "prop.h"

#define FIRST_YEAR 2026         /* no clock of a machine that has emapi is before it */
#define SKEW (G_TIME_SPAN_HOUR) /* between two clocks that count as one */

/* --- Folders -------------------------------------------------------------------------------- */

/* A folder that is not there yet is made with mode 700 when it is needed. */
static void
check_folder(struct doctor *doctor, const char *path, mode_t forbidden)
{
	g_autofree char *remedy = g_strdup_printf("chmod 700 '%s'", path);
	struct stat status;

	if (stat(path, &status))
		return;
	if (!S_ISDIR(status.st_mode))
		doctor_find(doctor, DOCTOR_PROBLEM, path, "move that file away", "it is no folder");
	else if (status.st_uid != geteuid())
		doctor_find(doctor, DOCTOR_PROBLEM, path, "give it to yourself (chown)",
		    "it belongs to another user (%u)", (unsigned)status.st_uid);
	else if ((status.st_mode & forbidden) || (status.st_mode & 0700) != 0700)
		doctor_find(doctor, DOCTOR_PROBLEM, path, remedy,
		    status.st_mode & forbidden ? "others may %s there: its mode is %03o"
					       : "you may not %s there: its mode is %03o",
		    forbidden & 044 ? "read" : "write", (unsigned)status.st_mode & 0777);
}

void
doctor_folders(struct doctor *doctor)
{
	guint before = doctor->findings->len;
	g_autofree char *config = paths_config(NULL), *profiles = paths_config("profiles");
	g_autofree char *secrets = paths_config("secrets"), *data = paths_data(NULL);
	g_autofree char *state = paths_state(NULL), *runtime = paths_runtime(NULL);

	check_folder(doctor, config, 022);
	check_folder(doctor, profiles, 022);
	check_folder(doctor, secrets, 077);
	check_folder(doctor, data, 022);
	check_folder(doctor, state, 022);
	check_folder(doctor, runtime, 022);
	if (before == doctor->findings->len)
		doctor_find(doctor, DOCTOR_OK, config, NULL, "its folders are yours alone");
}

/* --- Disks ---------------------------------------------------------------------------------- */

/* The folder, or the nearest one above it that there is. */
static bool
space_of(const char *path, struct statvfs *space)
{
	g_autofree char *at = g_strdup(path);

	while (statvfs(at, space)) {
		char *above = g_path_get_dirname(at);
		bool top = !strcmp(above, at);

		g_free(at);
		at = above;
		if (top)
			return false;
	}
	return true;
}

static void
check_disk(struct doctor *doctor, const char *path)
{
	struct statvfs space;
	gint64 bytes;
	g_autofree char *text = NULL;

	if (!space_of(path, &space))
		return;
	bytes = (gint64)MIN((guint64)space.f_bavail * space.f_frsize, G_MAXINT64);
	text = g_format_size((guint64)bytes);
	if (bytes < doctor->free_space)
		doctor_find(doctor, DOCTOR_PROBLEM, path,
		    "make room: new mail cannot be stored when the disk is full; what is stored "
		    "stays",
		    "only %s are free on its disk", text);
	else if (space.f_files && space.f_favail < 100)
		doctor_find(doctor, DOCTOR_PROBLEM, path, "remove files that nobody needs",
		    "only %llu more files fit on its disk", (unsigned long long)space.f_favail);
	else
		doctor_find(doctor, DOCTOR_OK, path, NULL, "%s free", text);
}

void
doctor_disk(struct doctor *doctor)
{
	g_autofree char *data = paths_data(NULL), *state = paths_state(NULL);

	check_disk(doctor, data);
	check_disk(doctor, state);
}

/* --- The clock ------------------------------------------------------------------------------ */

static gint64
changed(const char *path)
{
	struct stat status;

	return stat(path, &status) ? 0 : (gint64)status.st_mtime * G_USEC_PER_SEC;
}

static void
check_clock(struct doctor *doctor, gint64 seen, const char *what)
{
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(seen / G_USEC_PER_SEC);
	g_autofree char *text = when ? g_date_time_format_iso8601(when) : g_strdup("?");

	if (seen > doctor->now + SKEW)
		doctor_find(doctor, DOCTOR_PROBLEM, "clock",
		    "set the clock (timedatectl): certificates, tries and dates go by it",
		    "the clock is behind: %s is of %s", what, text);
}

static void
check_age(struct doctor *doctor, struct profile *profile, const struct doctor_section *section)
{
	g_autofree char *path = prop_find_text(section->values, section->count, PR_EMAPI_PATH_W);

	(void)profile;
	if (path)
		check_clock(doctor, changed(path), path);
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
	check_clock(doctor, changed(spool), spool);
	check_clock(doctor, doctor->newest_submitted, "the newest message of the queue");
	doctor_each(doctor, MAPI_STORE_PROVIDER, check_age);
	if (before == doctor->findings->len)
		doctor_find(doctor, DOCTOR_OK, "clock", NULL, "it fits what is on the disk");
}
