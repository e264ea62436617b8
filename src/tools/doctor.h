/* SPDX-License-Identifier: MIT */
/*
 * emapi doctor: a check is one function in the table of doctor.c.  It looks at one thing and adds
 * what it found; a check that needs what another one found stands after it.
 */
#ifndef EMAPI_TOOLS_DOCTOR_H
#define EMAPI_TOOLS_DOCTOR_H

#include <stdbool.h>
#include <glib.h>
#include "client.h"
#include "profile.h"

enum doctor_level {
	DOCTOR_OK,
	DOCTOR_NOTE,    /* to know; all works */
	DOCTOR_PROBLEM, /* to see to; makes the exit code 1 */
	DOCTOR_SKIPPED  /* not looked at, and why (--offline) */
};

struct doctor {
	GPtrArray *profiles; /* of struct profile *: those that load */
	GPtrArray *findings; /* of struct finding * (doctor.c) */
	const char *check;   /* the one that runs */
	gint64 now;          /* microseconds since 1970 */
	gint64 free_space;   /* bytes that should be free on a disk */
	GHashTable *newest;  /* profile's name -> GBytes: key of its newest finished message */
	gint64 newest_submitted;
	bool spooler_silent; /* it does not answer: nobody asks it again */
	bool offline;        /* nothing may leave the machine */
};

/* Adds what was found: `where` it is, `remedy` (what to do; NULL: nothing) and what it is.  None of
 * them holds a secret; they are made printable. */
void doctor_find(struct doctor *doctor, enum doctor_level level, const char *where,
    const char *remedy, const char *format, ...) G_GNUC_PRINTF(5, 6);

/* Whether the section's provider is this one of emapi's own, which does what is known of it. */
struct doctor_section;
bool doctor_is_own(const struct doctor_section *section, const char *module);

/* One provider's section of a profile: a MAPI buffer, mem_free(). */
struct doctor_section {
	const MAPIUID *uid;
	SPropValue *values;
	ULONG count;
};
/* Calls `each` with each provider of that resource type in each profile of the user's own. */
typedef void (*doctor_section_fn)(
    struct doctor *doctor, struct profile *profile, const struct doctor_section *section);
void doctor_each(struct doctor *doctor, ULONG resource_type, doctor_section_fn each);

/* Calls `each` with the newest finished message of each profile that has one. */
void doctor_each_newest(
    struct doctor *doctor, void (*each)(struct doctor *doctor, const struct spool_message *m));

/* doctor_profiles.c */
void doctor_profiles(struct doctor *doctor);
void doctor_secrets(struct doctor *doctor);
void doctor_deadlines(struct doctor *doctor);
/* doctor_spooler.c */
void doctor_spooler(struct doctor *doctor);
void doctor_queue(struct doctor *doctor);
void doctor_later(struct doctor *doctor);
void doctor_certificates(struct doctor *doctor);
/* doctor_stores.c */
void doctor_stores(struct doctor *doctor);
/* doctor_books.c */
void doctor_books(struct doctor *doctor);
/* doctor_files.c */
void doctor_folders(struct doctor *doctor);
void doctor_disk(struct doctor *doctor);
/* doctor_clock.c */
void doctor_clock(struct doctor *doctor);

#endif
