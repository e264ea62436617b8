/* SPDX-License-Identifier: MIT */
/*
 * Last words of a worker whose scheduler died: verdicts that it could not hand over are kept as
 * files STATE/words/UID-… until the next worker of the profile says hello.  Without them a message
 * that a server has accepted would be sent again.
 */
#ifndef EMAPI_SPOOLER_WORDS_H
#define EMAPI_SPOOLER_WORDS_H

#include "packet.h"

/* Writes the report down, on disk when it returns. */
HRESULT words_keep(const char *state_path, GBytes *profile, const struct report *report);
/* The profile's first report (report_free), NULL when there is none. */
struct report *words_next(const char *state_path, GBytes *profile);
/* Deletes the file that words_next() read; false when it stays. */
bool words_forget(const char *state_path, GBytes *profile);

#endif
