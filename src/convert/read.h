/* SPDX-License-Identifier: MIT */
/* Reading MAPI objects: property sets, and values too long for GetProps. */
#ifndef EMAPI_CONVERT_READ_H
#define EMAPI_CONVERT_READ_H

#include <stdbool.h>
#include <glib.h>
#include <mapidefs.h>

/* GetProps of `tags`; *out is a MAPI buffer of `count` values, PT_ERROR where there is none.  Text
 * comes as PT_STRING8 (UTF-8) here and in read_rows(), so that prop_find_text() of it needs no
 * MAPI memory and NULL means that there is none. */
HRESULT read_props(IMAPIProp *object, const ULONG *tags, ULONG count, SPropValue **out);

/* A text property as UTF-8 (not cleaned), through a stream where GetProps said that it is too long
 * (`values` is what read_props() gave).  *out NULL and S_OK where absent.  g_free(). */
HRESULT read_text(IMAPIProp *object, const SPropValue *values, ULONG count, ULONG tag, char **out);
/* Whether the property is there, be it too long for GetProps. */
bool read_is_present(const SPropValue *values, ULONG count, ULONG tag);
/* The same for PT_BINARY.  g_byte_array_unref(). */
HRESULT read_binary(
    IMAPIProp *object, const SPropValue *values, ULONG count, ULONG tag, GByteArray **out);

/* Appends the whole stream.  MAPI_E_NOT_ENOUGH_MEMORY beyond 1 GiB. */
HRESULT read_stream(IStream *stream, GByteArray *out);

/* All rows of a table with these columns: calls `row` for each until one fails. */
HRESULT read_rows(IMAPITable *table, const ULONG *tags, ULONG count,
    HRESULT (*row)(void *context, const SPropValue *values, ULONG count), void *context);

/* The same for rows that are there already; they stay as they are. */
HRESULT read_row_set(const SRowSet *rows,
    HRESULT (*row)(void *context, const SPropValue *values, ULONG count), void *context);

/* Seconds since 1970 and the rest in microseconds; false before 1970 or after 9999. */
bool read_filetime(FILETIME time, gint64 *microseconds);

#endif
