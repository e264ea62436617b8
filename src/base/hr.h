/* SPDX-License-Identifier: MIT */
/* Names of results, property tags and GUIDs for people, and the map from errno to results. */
#ifndef EMAPI_BASE_HR_H
#define EMAPI_BASE_HR_H

#include <stdbool.h>
#include <emapi_wintypes.h>

/* "MAPI_E_NOT_FOUND", or "0x8004010F" where the code has no name.  Never NULL; static or
 * per-thread storage, good until the next call on the thread. */
const char *hr_name(HRESULT hr);
/* A short plain-English phrase for people, e.g. "not found". */
const char *hr_text(HRESULT hr);
/* "PR_SUBJECT_W" or "0x66E00003". */
const char *tag_name(ULONG tag);
/* "PT_UNICODE". */
const char *type_name(ULONG type);
/* The other way round, names as these give them (and "PR_SUBJECT", "0x..."); false: no such name.
 */
bool hr_from_name(const char *name, HRESULT *hr);
bool tag_from_name(const char *name, ULONG *tag);
HRESULT hr_from_errno(int error);

#endif
