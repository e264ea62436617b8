/* SPDX-License-Identifier: MIT */
/* Insides of a support object, shared by support.c and support_*.c. */
#ifndef EMAPI_MAPI_SUPPORT_PRIVATE_H
#define EMAPI_MAPI_SUPPORT_PRIVATE_H

#include "com.h"
#include "session_private.h"
#include "support.h"

struct support {
	struct com_object com;
	IMAPISupport imapisupport;
	struct session *session;
	MAPIUID provider;
	struct support_hooks hooks;
};

#define SELF(This) COM_OBJECT(This, struct support, imapisupport)

/* support_send.c */
HRESULT support_SpoolerYield(IMAPISupport *This, ULONG flags);
HRESULT support_SpoolerNotify(IMAPISupport *This, ULONG flags, LPVOID data);
HRESULT support_StatusRecips(IMAPISupport *This, LPMESSAGE message, LPADRLIST recipients);
HRESULT support_PrepareSubmit(IMAPISupport *This, LPMESSAGE message, ULONG *flags);
HRESULT support_ExpandRecips(IMAPISupport *This, LPMESSAGE message, ULONG *flags);
HRESULT support_StoreLogoffTransports(IMAPISupport *This, ULONG *flags);
/* Where it fails the message is still the caller's. */
HRESULT support_DoSentMail(IMAPISupport *This, ULONG flags, LPMESSAGE message);
HRESULT support_CompleteMsg(IMAPISupport *This, ULONG flags, ULONG size, LPENTRYID id);

/* support_copy.c */
HRESULT support_DoCopyTo(IMAPISupport *This, LPCIID source_iid, LPVOID source, ULONG excluded,
    LPCIID excluded_iids, LPSPropTagArray exclude, ULONG_PTR ui, LPMAPIPROGRESS progress,
    LPCIID target_iid, LPVOID target, ULONG flags, LPSPropProblemArray *problems);
HRESULT support_DoCopyProps(IMAPISupport *This, LPCIID source_iid, LPVOID source,
    LPSPropTagArray include, ULONG_PTR ui, LPMAPIPROGRESS progress, LPCIID target_iid,
    LPVOID target, ULONG flags, LPSPropProblemArray *problems);
HRESULT support_CopyMessages(IMAPISupport *This, LPCIID source_iid, LPVOID source, LPENTRYLIST list,
    LPCIID target_iid, LPVOID target, ULONG_PTR ui, LPMAPIPROGRESS progress, ULONG flags);
HRESULT support_CopyFolder(IMAPISupport *This, LPCIID source_iid, LPVOID source, ULONG size,
    LPENTRYID id, LPCIID target_iid, LPVOID target, LPTSTR name, ULONG_PTR ui,
    LPMAPIPROGRESS progress, ULONG flags);
HRESULT support_DoProgressDialog(
    IMAPISupport *This, ULONG_PTR ui, ULONG flags, LPMAPIPROGRESS *out);
HRESULT support_ReadReceipt(IMAPISupport *This, ULONG flags, LPMESSAGE message, LPMESSAGE *report);
/* Of any object: QueryInterface, AddRef and Release go on working, all else fails. */
HRESULT support_MakeInvalid(
    IMAPISupport *This, ULONG flags, LPVOID object, ULONG refs, ULONG methods);

/* support_book.c: what IAddrBook has too. */
HRESULT support_CreateOneOff(IMAPISupport *This, LPTSTR name, LPTSTR address_type, LPTSTR address,
    ULONG flags, ULONG *size, LPENTRYID *out);
HRESULT support_OpenAddressBook(IMAPISupport *This, LPCIID iid, ULONG flags, LPADRBOOK *out);
HRESULT support_Address(IMAPISupport *This, ULONG_PTR *ui, LPADRPARM parameters, LPADRLIST *list);
HRESULT support_Details(IMAPISupport *This, ULONG_PTR *ui, LPFNDISMISS dismiss,
    LPVOID dismiss_context, ULONG size, LPENTRYID id, LPFNBUTTON button, LPVOID button_context,
    LPTSTR button_text, ULONG flags);
HRESULT support_NewEntry(IMAPISupport *This, ULONG_PTR ui, ULONG flags, ULONG container_size,
    LPENTRYID container, ULONG template_size, LPENTRYID template_id, ULONG *size, LPENTRYID *out);
HRESULT support_OpenTemplateID(IMAPISupport *This, ULONG size, LPENTRYID id, ULONG flags,
    LPMAPIPROP data, LPCIID iid, LPMAPIPROP *out, LPMAPIPROP sibling);
HRESULT support_GetOneOffTable(IMAPISupport *This, ULONG flags, LPMAPITABLE *out);

#endif
