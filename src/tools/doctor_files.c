/* SPDX-License-Identifier: MIT */
/* emapi doctor: what lies on the disk, who may read it, whether it is whole, and the clock. */
#include "doctor.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <sqlite3.h>
#include <mapitags.h>
#include <emapispi.h>
#include "mem.h"
#include "paths.h"
#include "prop.h"

#define FIRST_YEAR 2026         /* no clock of a machine that has emapi is before it */
#define SKEW (G_TIME_SPAN_HOUR) /* between two clocks that count as one */

/* --- Stores --------------------------------------------------------------------------------- */

/* SQLite's own check of the file, without writing to it: NULL when it is whole. */
static char *
damage_of(const char *path)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *check = NULL;
	char *words = NULL;
	int rc = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL);

	if (rc == SQLITE_OK) {
		sqlite3_busy_timeout(db, 2000);
		rc = sqlite3_prepare_v2(db, "PRAGMA quick_check(1)", -1, &check, NULL);
	}
	if (rc == SQLITE_OK)
		rc = sqlite3_step(check);
	if (rc == SQLITE_ROW) {
		const char *answer = (const char *)sqlite3_column_text(check, 0);

		words = answer && !strcmp(answer, "ok") ? NULL : g_strdup(answer ? answer : "?");
	} else {
		words = g_strdup(db ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
	}
	sqlite3_finalize(check);
	sqlite3_close(db);
	return words;
}

static void
check_whole(struct doctor *doctor, const char *path)
{
	g_autofree char *damage = damage_of(path);

	if (damage)
		doctor_find(doctor, DOCTOR_PROBLEM, path,
		    "stop what uses it, keep a copy of the file as it is, and bring back the last "
		    "good one from a backup; sqlite3 FILE .recover saves what can be read",
		    "the store is damaged: %s", damage);
	else
		doctor_find(doctor, DOCTOR_OK, path, NULL, "the store is whole");
}

/* A store is made with its first use, but one that mail was sent from was there. */
static void
tell_missing(struct doctor *doctor, const char *profile, const char *path)
{
	if (g_hash_table_contains(doctor->newest, profile))
		doctor_find(doctor, DOCTOR_PROBLEM, path,
		    "bring it back from where it was moved to, or from a backup; a new, empty one "
		    "is made at the next use",
		    "the store of profile \"%s\" is gone, with what waited in it", profile);
	else
		doctor_find(doctor, DOCTOR_OK, path, NULL,
		    "the store of profile \"%s\" is made with its first use", profile);
}

static void
check_store(struct doctor *doctor, struct profile *profile, const struct doctor_section *section)
{
	g_autofree char *path = prop_find_text(section->values, section->count, PR_EMAPI_PATH_W);
	struct stat status;

	if (!path || !*path)
		return; /* another provider's, or one that keeps no file */
	if (stat(path, &status) && errno == ENOENT) {
		tell_missing(doctor, profile_name(profile), path);
	} else if (access(path, R_OK | W_OK)) {
		doctor_find(doctor, DOCTOR_PROBLEM, path, "mend its owner and mode (chmod 600)",
		    "the store cannot be used: %s", g_strerror(errno));
	} else {
		g_autofree char *remedy = g_strdup_printf("chmod 600 '%s'", path);

		if (status.st_mode & 077)
			doctor_find(doctor, DOCTOR_PROBLEM, path, remedy,
			    "others may read this mail: its mode is %03o",
			    (unsigned)status.st_mode & 0777);
		check_whole(doctor, path);
	}
}

void
doctor_stores(struct doctor *doctor)
{
	doctor_each(doctor, MAPI_STORE_PROVIDER, check_store);
}

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
