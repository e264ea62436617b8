/* SPDX-License-Identifier: MIT */
/* What the profile interfaces (IProfAdmin, IMsgServiceAdmin) need beyond profile.h. */
#ifndef EMAPI_MAPI_PROFILE_ADMIN_H
#define EMAPI_MAPI_PROFILE_ADMIN_H

#include "profile.h"

/* 16 random bytes, a version 4 UUID. */
HRESULT uid_new(MAPIUID *uid);

/* MAPI_E_INVALID_PARAMETER for no name, MAPI_E_STRING_TOO_LONG beyond 64 characters. */
HRESULT profile_check_name(const char *name, char **why);

/* A profile without services.  MAPI_E_NO_ACCESS where the name is taken. */
HRESULT profile_create_empty(const char *name, char **why);
/* A copy under a new name; it and its sections have UIDs and secrets of their own.
 * MAPI_E_NOT_FOUND, MAPI_E_NO_ACCESS. */
HRESULT profile_copy(const char *name, const char *new_name, char **why);
/* The UID stays, so that waiting messages find the profile again. */
HRESULT profile_rename(const char *name, const char *new_name, char **why);

#endif
