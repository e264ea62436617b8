/* SPDX-License-Identifier: MIT */
/*
 * Secrets of profile sections: properties 0x67F0-0x67FF, never in the profile's own file.
 *
 * The section's PasswordCommand, when set, is run by /bin/sh and the first line of its output is
 * the password; else with PasswordCredential=NAME it is the systemd credential of that name
 * ($CREDENTIALS_DIRECTORY/NAME); else with PasswordKeyring=true it is in the desktop's keyring,
 * which the program emapi-keyring asks (libsecret needs GIO, which no client shall load); else the
 * password is the first line of PasswordFile; else of $XDG_CONFIG_HOME/emapi/secrets/UID.  Other
 * secrets lie beside it as UID-67F1 ....  Files must not be readable by others (mode 600).
 */
#ifndef EMAPI_MAPI_SECRET_H
#define EMAPI_MAPI_SECRET_H

#include <stdbool.h>
#include "profile.h"

bool secret_is(ULONG tag);

/* Reads one secret of a section as a value on the MAPI buffer `root`.  MAPI_E_NOT_FOUND where there
 * is none; MAPI_E_NO_ACCESS for a file that others may read or that the profile names and is not
 * there; MAPI_E_CALL_FAILED for a command that fails or prints nothing, and an empty file;
 * MAPI_E_TIMEOUT for a command that takes longer than a minute (EMAPI_PASSWORD_SECONDS).  `why`
 * (may be NULL) gets a sentence for people. */
HRESULT secret_read(struct profile *profile, const MAPIUID *section, ULONG tag, void *root,
    SPropValue *value, char **why);
/* MAPI_E_NO_SUPPORT where a command or a credential gives the password. */
HRESULT secret_write(
    struct profile *profile, const MAPIUID *section, const SPropValue *value, char **why);
HRESULT secret_delete(struct profile *profile, const MAPIUID *section, ULONG tag);
/* What lies in our own folder for one section, for another too; not what a keyring has. */
HRESULT secret_copy_section(const MAPIUID *from, const MAPIUID *to);
/* Removes the secrets that lie in our own folder. */
void secret_forget_section(const MAPIUID *section);
void secret_forget_profile(struct profile *profile);

#endif
