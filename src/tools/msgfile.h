/* SPDX-License-Identifier: MIT */
/* Messages as .msg files (OpenIMsgOnIStg). */
#ifndef EMAPI_TOOLS_MSGFILE_H
#define EMAPI_TOOLS_MSGFILE_H

#include <stdbool.h>
#include <stdio.h>
#include <mapix.h>

/* All of `message`; MAPI_E_DISK_ERROR and errno where it cannot be written. */
HRESULT msgfile_write(IMessage *message, FILE *out);

/* Whether it is a compound file, by its first bytes; leaves the position where it was. */
bool msgfile_is(int fd);
/* The file's message, to read: `fd` stays the caller's.  MAPI_E_CORRUPT_DATA. */
HRESULT msgfile_open(int fd, IMessage **out);

#endif
