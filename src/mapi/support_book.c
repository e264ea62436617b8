/* SPDX-License-Identifier: MIT */
/* What IMAPISupport has of the address book: providers get what clients get. */
#include <mapicode.h>
#include "addrbook.h"
#include "support_private.h"

HRESULT
support_CreateOneOff(IMAPISupport *This, LPTSTR name, LPTSTR address_type, LPTSTR address,
    ULONG flags, ULONG *size, LPENTRYID *out)
{
	return addrbook_create_oneoff(name, address_type, address, flags, size, out);
}

HRESULT
support_OpenAddressBook(IMAPISupport *This, LPCIID iid, ULONG flags, LPADRBOOK *out)
{
	struct support *self = SELF(This);
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = session_check(self->session);
	return FAILED(hr) ? hr : addrbook_create(self->session, iid, out);
}

HRESULT
support_Address(IMAPISupport *This, ULONG_PTR *ui, LPADRPARM parameters, LPADRLIST *list)
{
	IAddrBook *book;
	HRESULT hr = support_OpenAddressBook(This, NULL, 0, &book);

	if (FAILED(hr))
		return hr;
	hr = book->lpVtbl->Address(book, ui, parameters, list);
	COM_CLEAR(book);
	return hr;
}

HRESULT
support_Details(IMAPISupport *This, ULONG_PTR *ui, LPFNDISMISS dismiss, LPVOID dismiss_context,
    ULONG size, LPENTRYID id, LPFNBUTTON button, LPVOID button_context, LPTSTR button_text,
    ULONG flags)
{
	IAddrBook *book;
	HRESULT hr = support_OpenAddressBook(This, NULL, 0, &book);

	if (FAILED(hr))
		return hr;
	hr = book->lpVtbl->Details(book, ui, dismiss, dismiss_context, size, id, button,
	    button_context, button_text, flags);
	COM_CLEAR(book);
	return hr;
}

HRESULT
support_NewEntry(IMAPISupport *This, ULONG_PTR ui, ULONG flags, ULONG container_size,
    LPENTRYID container, ULONG template_size, LPENTRYID template_id, ULONG *size, LPENTRYID *out)
{
	IAddrBook *book;
	HRESULT hr = support_OpenAddressBook(This, NULL, 0, &book);

	if (FAILED(hr))
		return hr;
	hr = book->lpVtbl->NewEntry(book, (ULONG)ui, flags, container_size, container,
	    template_size, template_id, size, out);
	COM_CLEAR(book);
	return hr;
}
