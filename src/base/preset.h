/* SPDX-License-Identifier: MIT */
/* Limits of well-known mail services by name (data/presets.tsv). */
#ifndef EMAPI_BASE_PRESET_H
#define EMAPI_BASE_PRESET_H

struct preset {
	const char *name;
	int per_minute; /* 0 in any: no limit is known */
	int connections;
	int recipients;
};

/* Whatever the case of the name; NULL for one that nobody knows, and for NULL. */
const struct preset *preset_find(const char *name);
/* All names, parted by ", ". */
const char *preset_names(void);

#endif
