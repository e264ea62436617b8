/* SPDX-License-Identifier: MIT */
/* Simple MAPI as programs call it: each call is recorded where there is a recorder (trace.h). */
#include "simple.h"
#include "trace.h"

static const char *
given(const void *pointer)
{
	return pointer ? "given" : "NULL";
}

ULONG
MAPILogon(ULONG_PTR ui, LPSTR name, LPSTR password, FLAGS flags, ULONG reserved, LPLHANDLE out)
{
	gint64 start = trace_start();
	ULONG code = simple_log_on(ui, name, password, flags, reserved, out);

	if (start)
		trace_simple(start, "MAPILogon", code, " lpszProfileName=%s flFlags=0x%X",
		    given(name), flags);
	return code;
}

ULONG
MAPILogoff(LHANDLE session, ULONG_PTR ui, FLAGS flags, ULONG reserved)
{
	gint64 start = trace_start();
	ULONG code = simple_log_off(session, ui, flags, reserved);

	if (start)
		trace_simple(start, "MAPILogoff", code, " flFlags=0x%X", flags);
	return code;
}

ULONG
MAPISendMail(LHANDLE session, ULONG_PTR ui, lpMapiMessage message, FLAGS flags, ULONG reserved)
{
	gint64 start = trace_start();
	ULONG code = simple_send_mail(session, ui, message, flags, reserved);

	if (start)
		trace_simple(start, "MAPISendMail", code,
		    " lpMessage=%s nRecipCount=%u nFileCount=%u flFlags=0x%X", given(message),
		    message ? message->nRecipCount : 0, message ? message->nFileCount : 0, flags);
	return code;
}

ULONG
MAPISendMailW(LHANDLE session, ULONG_PTR ui, lpMapiMessageW message, FLAGS flags, ULONG reserved)
{
	gint64 start = trace_start();
	ULONG code = simple_send_mail_w(session, ui, message, flags, reserved);

	if (start)
		trace_simple(start, "MAPISendMailW", code,
		    " lpMessage=%s nRecipCount=%u nFileCount=%u flFlags=0x%X", given(message),
		    message ? message->nRecipCount : 0, message ? message->nFileCount : 0, flags);
	return code;
}

ULONG
MAPISendDocuments(ULONG_PTR ui, LPSTR delimiter, LPSTR paths, LPSTR names, ULONG reserved)
{
	gint64 start = trace_start();
	ULONG code = simple_send_documents(ui, delimiter, paths, names, reserved);

	if (start)
		trace_simple(start, "MAPISendDocuments", code, " lpszFilePaths=%s", given(paths));
	return code;
}

ULONG
MAPIFindNext(
    LHANDLE session, ULONG_PTR ui, LPSTR class, LPSTR seed, FLAGS flags, ULONG reserved, LPSTR out)
{
	gint64 start = trace_start();
	ULONG code = simple_find_next(session, class, seed, flags, out);

	if (start)
		trace_simple(start, "MAPIFindNext", code,
		    " lpszMessageType=%s lpszSeedMessageID=%s flFlags=0x%X", given(class),
		    given(seed), flags);
	return code;
}

ULONG
MAPIReadMail(
    LHANDLE session, ULONG_PTR ui, LPSTR id, FLAGS flags, ULONG reserved, lpMapiMessage *out)
{
	gint64 start = trace_start();
	ULONG code = simple_read_mail(session, ui, id, flags, reserved, out);

	if (start)
		trace_simple(start, "MAPIReadMail", code, " lpszMessageID=%s flFlags=0x%X",
		    given(id), flags);
	return code;
}

ULONG
MAPISaveMail(
    LHANDLE session, ULONG_PTR ui, lpMapiMessage message, FLAGS flags, ULONG reserved, LPSTR id)
{
	gint64 start = trace_start();
	ULONG code = simple_save_mail(session, ui, message, flags, reserved, id);

	if (start)
		trace_simple(start, "MAPISaveMail", code, " lpMessage=%s flFlags=0x%X",
		    given(message), flags);
	return code;
}

ULONG
MAPIDeleteMail(LHANDLE session, ULONG_PTR ui, LPSTR id, FLAGS flags, ULONG reserved)
{
	gint64 start = trace_start();
	ULONG code = simple_delete_mail(session, ui, id, flags, reserved);

	if (start)
		trace_simple(start, "MAPIDeleteMail", code, " lpszMessageID=%s flFlags=0x%X",
		    given(id), flags);
	return code;
}

ULONG
MAPIResolveName(
    LHANDLE session, ULONG_PTR ui, LPSTR name, FLAGS flags, ULONG reserved, lpMapiRecipDesc *out)
{
	gint64 start = trace_start();
	ULONG code = simple_resolve_name(session, ui, name, flags, reserved, out);

	if (start)
		trace_simple(start, "MAPIResolveName", code, " lpszName=%s flFlags=0x%X",
		    given(name), flags);
	return code;
}
