/* SPDX-License-Identifier: MIT */
/* What IMAPISupport has of the address book: providers get what clients get. */
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "abooks.h"
#include "addrbook.h"
#include "entryid.h"
#include "hr.h"
#include "log.h"
#include "mem.h"
#include "table.h"
#include "templates.h"
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

/* --- Templates ----------------------------------------------------------------------------- */

HRESULT
support_OpenTemplateID(IMAPISupport *This, ULONG size, LPENTRYID id, ULONG flags, LPMAPIPROP data,
    LPCIID iid, LPMAPIPROP *out, LPMAPIPROP sibling)
{
	struct session *session = SELF(This)->session;
	IABLogon *logon = NULL;
	HRESULT hr;

	if (!id || !data || !out || sibling)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~(ULONG)FILL_ENTRY)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = session_check(session);
	if (SUCCEEDED(hr))
		hr = abooks_route(session, id, size, true, &logon);
	if (FAILED(hr))
		return hr;
	hr = logon->lpVtbl->OpenTemplateID(logon, size, id, flags, data, iid, out, sibling);
	COM_CLEAR(logon);
	return hr;
}

/* An address of any kind, written out: the template is a one-off without one. */
static HRESULT
add_own_template(struct table_rows *rows)
{
	struct template template = { "Internet address", "SMTP", DT_MAILUSER, { 0, NULL } };
	ENTRYID *id = NULL;
	HRESULT hr = oneoff_encode("", "SMTP", "", MAPI_UNICODE, &template.id.cb, &id);

	template.id.lpb = (BYTE *)id;
	if (SUCCEEDED(hr))
		hr = templates_add(rows, &template);
	mem_free(id);
	return hr;
}

static HRESULT
read_templates(IABLogon *logon, ULONG flags, SRowSet **out)
{
	IMAPITable *table = NULL;
	SPropTagArray *columns = NULL;
	HRESULT hr = logon->lpVtbl->GetOneOffTable(logon, flags, &table);

	*out = NULL;
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->QueryColumns(table, TBL_ALL_COLUMNS, &columns);
	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(table, columns, NULL, NULL, 0, out);
	mem_free(columns);
	COM_CLEAR(table);
	return hr;
}

/* A provider without templates, or whose table cannot be read, leaves the others alone. */
static HRESULT
add_templates(struct table_rows *rows, IABLogon *logon, ULONG flags)
{
	SRowSet *more = NULL;
	HRESULT hr = read_templates(logon, flags, &more);

	if (FAILED(hr) && hr != MAPI_E_NO_SUPPORT)
		log_warning("an address book's templates: %s", hr_name(hr));
	hr = S_OK;
	for (ULONG i = 0; SUCCEEDED(hr) && more && i < more->cRows; i++)
		hr = table_rows_add(rows, more->aRow[i].lpProps, more->aRow[i].cValues);
	FreeProws(more);
	return hr;
}

HRESULT
support_GetOneOffTable(IMAPISupport *This, ULONG flags, LPMAPITABLE *out)
{
	struct session *session = SELF(This)->session;
	struct table_rows *rows;
	GPtrArray *logons;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~(ULONG)MAPI_UNICODE)
		return MAPI_E_UNKNOWN_FLAGS;
	hr = session_check(session);
	if (FAILED(hr))
		return hr;
	rows = table_rows_create();
	if (!rows)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	logons = abooks_logons(session);
	hr = add_own_template(rows);
	for (guint i = 0; SUCCEEDED(hr) && i < logons->len; i++)
		hr = add_templates(rows, g_ptr_array_index(logons, i), flags);
	g_ptr_array_unref(logons);
	if (SUCCEEDED(hr))
		return templates_table(rows, flags, out);
	table_rows_free(rows);
	return hr;
}
