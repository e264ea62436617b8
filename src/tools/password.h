/* SPDX-License-Identifier: MIT */
/* Asking for a password: on the terminal without echo, or a line of standard input. */
#ifndef EMAPI_TOOLS_PASSWORD_H
#define EMAPI_TOOLS_PASSWORD_H

#include <stdbool.h>
#include "profile.h"

/* Asks and stores it as the secret of the profile's transport.  0, or an exit code after saying
 * what is wrong. */
int password_ask_and_store(struct profile *profile);
/* From now on the profile's password is in the desktop's keyring. */
HRESULT password_use_keyring(struct profile *profile);
/* Whether there is a desktop's keyring to ask. */
bool password_has_keyring(void);
/* The transport's section, the first of the profile.  False where it has none. */
bool password_section(const struct profile *profile, MAPIUID *section);

#endif
