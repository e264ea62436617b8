/* SPDX-License-Identifier: MIT */
/* Insides of a profile, shared by profile.c, profile_section.c, profile_create.c and secret.c. */
#ifndef EMAPI_MAPI_PROFILE_PRIVATE_H
#define EMAPI_MAPI_PROFILE_PRIVATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include "profile.h"

#define PROFILE_SUFFIX ".profile"
#define PROFILE_GROUP "Profile"
#define PROFILE_HEX 32 /* hex digits of a MAPIUID */

struct profile {
	atomic_uint refs;
	GMutex lock;      /* for all below */
	const char *name; /* interned: a rename may come while someone reads the old one */
	const char *path;
	MAPIUID uid;
	GKeyFile *keys;
};

/* Puts a formatted sentence into `why` unless that is NULL or already has one. */
void why_set(char **why, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* The user's file for a name, whether it is there or not; g_free(). */
char *profile_user_path(const char *name);
/* Reads a file anew.  MAPI_E_NOT_FOUND, MAPI_E_NO_ACCESS, MAPI_E_CORRUPT_DATA with `why`. */
HRESULT profile_read_keys(const char *path, GKeyFile **out, char **why);
/* The UID that a file states, or one made from its path where it states none. */
HRESULT profile_read_uid(GKeyFile *keys, const char *path, MAPIUID *uid);

/* The lock that every change of a profile file or of emapi.conf is made under; -1 in *fd on
 * failure.  close() lets go. */
HRESULT profiles_lock(int *fd);
HRESULT profile_write_keys(GKeyFile *keys, const char *path);

/* The group that holds a section ("Provider 0123…"), g_free(); NULL where there is none. */
char *profile_find_group(GKeyFile *keys, const MAPIUID *section);
char *profile_group_name(const char *kind, const MAPIUID *section);
/* True where `group` is of `kind` ("Provider"); its UID goes to *uid. */
bool profile_group_uid(const char *group, const char *kind, MAPIUID *uid);

/* One change of the file, made by `edit` on freshly read keys: lock, re-read, edit, write, and
 * take over as the snapshot.  Where a person saves the file at that moment, `edit` is called once
 * more.  A profile that was renamed is found by its UID; one that was deleted changes in memory
 * only and answers MAPI_E_OBJECT_DELETED. */
typedef HRESULT (*profile_edit_fn)(GKeyFile *keys, void *context);
HRESULT profile_edit(struct profile *profile, profile_edit_fn edit, void *context);

/* The tag that a key of a section names ("Server", "0x66500003"); 0 for a key that names none. */
ULONG profile_key_tag(const char *key);
/* The value of such a key; its parts hang on `root`.  MAPI_E_CORRUPT_DATA. */
HRESULT profile_parse_value(void *root, const char *key, const char *text, SPropValue *value);
/* S_OK where the text of each setting is what its property needs; else MAPI_E_CORRUPT_DATA, and
 * *what has words on the first that is not, g_free(); MAPI_E_NOT_ENOUGH_MEMORY. */
HRESULT profile_check_values(GKeyFile *keys, char **what);
/* Writes one value under its word or tag, in place of all others of the same property. */
HRESULT profile_put_value(GKeyFile *keys, const char *group, const SPropValue *value);
void profile_drop_value(GKeyFile *keys, const char *group, ULONG tag);

#endif
