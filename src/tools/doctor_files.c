/* SPDX-License-Identifier: MIT */
/* emapi doctor: folders and who may look into them, and disks. */
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
		    "only %llu more file%s on its disk", (unsigned long long)space.f_favail,
		    space.f_favail == 1 ? " fits" : "s fit");
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
