/* SPDX-License-Identifier: MIT */
/* Insides of IAddrBook, shared by addrbook.c (the object) and addrbook_entries.c (its methods). */
#ifndef EMAPI_MAPI_ADDRBOOK_PRIVATE_H
#define EMAPI_MAPI_ADDRBOOK_PRIVATE_H

#include <glib.h>
#include "addrbook.h"
#include "com.h"

struct addrbook {
	struct com_object com;
	IAddrBook iaddrbook;
	struct session *session;
	struct bag *bag;         /* never changes */
	GMutex lock;             /* over what follows */
	GHashTable *connections; /* Advise: number -> struct connection */
	guint last;
};

#define ADDRBOOK(This) COM_OBJECT(This, struct addrbook, iaddrbook)

/* Ends one of the connections. */
void addrbook_forget(void *connection);

HRESULT addrbook_OpenEntry(IAddrBook *This, ULONG size, LPENTRYID id, LPCIID iid, ULONG flags,
    ULONG *type, LPUNKNOWN *out);
HRESULT addrbook_CompareEntryIDs(IAddrBook *This, ULONG size1, LPENTRYID id1, ULONG size2,
    LPENTRYID id2, ULONG flags, ULONG *result);
HRESULT addrbook_Advise(IAddrBook *This, ULONG size, LPENTRYID id, ULONG mask,
    LPMAPIADVISESINK sink, ULONG_PTR *connection);
HRESULT addrbook_Unadvise(IAddrBook *This, ULONG_PTR connection);
HRESULT addrbook_CreateOneOff(IAddrBook *This, LPTSTR name, LPTSTR address_type, LPTSTR address,
    ULONG flags, ULONG *size, LPENTRYID *out);
HRESULT addrbook_NewEntry(IAddrBook *This, ULONG_PTR ui, ULONG flags, ULONG container_size,
    LPENTRYID container, ULONG template_size, LPENTRYID template, ULONG *size, LPENTRYID *out);
HRESULT addrbook_ResolveName(
    IAddrBook *This, ULONG_PTR ui, ULONG flags, LPTSTR title, LPADRLIST list);
HRESULT addrbook_GetPAB(IAddrBook *This, ULONG *size, LPENTRYID *out);
HRESULT addrbook_SetPAB(IAddrBook *This, ULONG size, LPENTRYID id);
HRESULT addrbook_GetDefaultDir(IAddrBook *This, ULONG *size, LPENTRYID *out);
HRESULT addrbook_SetDefaultDir(IAddrBook *This, ULONG size, LPENTRYID id);
HRESULT addrbook_GetSearchPath(IAddrBook *This, ULONG flags, LPSRowSet *out);
HRESULT addrbook_SetSearchPath(IAddrBook *This, ULONG flags, LPSRowSet rows);
HRESULT addrbook_PrepareRecips(IAddrBook *This, ULONG flags, LPSPropTagArray tags, LPADRLIST list);

#endif
