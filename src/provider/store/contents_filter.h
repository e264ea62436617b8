/* SPDX-License-Identifier: MIT */
/*
 * What of a restriction SQLite can answer: rows that surely do not fit are left out before their
 * values are made, most of them without their rows being read.  What is left is still to be
 * matched.
 */
#ifndef EMAPI_STORE_CONTENTS_FILTER_H
#define EMAPI_STORE_CONTENTS_FILTER_H

#include <glib.h>
#include <mapidefs.h>

#define FILTER_VALUES_MAX 8

struct contents_filter {
	const char *index; /* of the few rows it can be; NULL: any of the folder */
	GString *sql;      /* " AND …" with parameters from ?6 on; NULL: nothing */
	gint64 values[FILTER_VALUES_MAX];
	guint count;
};

/* `like` may be NULL. */
void contents_filter_make(const SRestriction *like, struct contents_filter *filter);
void contents_filter_clear(struct contents_filter *filter);

#endif
