/* SPDX-License-Identifier: MIT */
/*
 * The flight recorder: EMAPI_TRACE=FILE writes a line for each call of the API (emapi(1), "emapi
 * trace"; trace.c has the form of a line).
 *
 * An object that a program is given gets a vtable that records and then calls the object's own:
 * the pointer stays what it was, and with it QueryInterface, AddRef and who it is.  The AddRef slot
 * stays the object's own: by it an object is told (`lpVtbl->AddRef == folder_AddRef`), never by
 * the address of its vtable.  Calls that a method makes inside are not recorded.
 */
#ifndef EMAPI_MAPI_TRACE_H
#define EMAPI_MAPI_TRACE_H

#include <glib.h>
#include <mapix.h>
#include <stdbool.h>

/* Whether there is a recorder; looks at the environment once. */
bool trace_on(void);
/* Before a logon, 0 where there is no recorder; what the logon calls is not recorded. */
gint64 trace_start(void);
/* What became of these two, and the objects they gave out.  The password is never looked at. */
void trace_logon(gint64 start, HRESULT hr, LPTSTR profile, ULONG flags, IMAPISession **out);
void trace_admin(HRESULT hr, ULONG flags, IProfAdmin **out);
/* What became of a function of Simple MAPI, whose objects a program never sees: `code` is its
 * answer, `format` its parameters as " name=value", none of them what a mail holds. */
void trace_simple(gint64 start, const char *name, ULONG code, const char *format, ...)
    G_GNUC_PRINTF(4, 5);
/* Writes what is still in memory. */
void trace_flush(void);

#endif
