/* SPDX-License-Identifier: MIT */
/* Properties in words: names of tags (also of named properties), values, flags and times. */
#ifndef EMAPI_TOOLS_PROPWORDS_H
#define EMAPI_TOOLS_PROPWORDS_H

#include <stdbool.h>
#include <glib.h>
#include <mapidefs.h>

/* "PR_SUBJECT_W"; "PS_PUBLIC_STRINGS/Keywords" and "PSETID_Task/0x8102" of a named property of
 * `object` (may be NULL); "0x66E00003" for what has no name.  g_free(). */
char *prop_words_name(IMAPIProp *object, ULONG tag);
/* The tag that a person names so: one of the above, a named one with ":PT_UNICODE" and the like
 * behind it, made where the object does not know it and `create`.  0 with a sentence in *why. */
ULONG prop_words_tag(IMAPIProp *object, const char *name, bool create, char **why);

/* A value on one line: text printable, times ISO 8601 in UTC, flags by their names, bytes in
 * hexadecimal.  Without `full` text and bytes are cut at 100 characters, with a note how many there
 * are.  g_free(). */
char *prop_words_value(const SPropValue *value, bool full);
/* {"name":…,"tag":"0x0037001F","type":"PT_UNICODE","value":…}; flags also as "flags":[…]. */
void prop_words_json(IMAPIProp *object, const SPropValue *value, GString *out);
/* Reads what a person writes for `tag`; the parts hang on `root`.  False with a sentence in *why.
 */
bool prop_words_parse(void *root, ULONG tag, const char *text, SPropValue *out, char **why);

/* FILETIME: "2026-11-28T12:00:00Z".  g_free(). */
char *prop_words_time(const FILETIME *time);

/* The names of a number's flags, or of the one thing it is, in a NULL-ended array; NULL where the
 * property has none.  g_strfreev(). */
char **prop_words_flags(ULONG tag, ULONG number);

#endif
