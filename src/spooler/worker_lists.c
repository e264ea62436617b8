/* SPDX-License-Identifier: MIT */
/*
 * Distribution lists among the recipients: each member gets the message once, by the message as it
 * is open here; what is stored, and goes to Sent Items, has the list.
 *
 * A member's number (PR_EMAPI_MEMBER_ROW) is made from its address, so that it is the same at each
 * try as long as it is in the list.  Whoever has left the list since the message was submitted is
 * reported as no longer there; whoever has joined since does not get it.  A list with an address of
 * its own is a recipient like any other: its server knows the members.
 */
#include "worker.h"

#include <string.h>
#include <mapiguid.h>
#include "com.h"
#include "mem.h"
#include "prop.h"

#define LIST_TYPE "MAPIPDL"
#define MEMBERS_MAX 10000
#define DEPTH_MAX 32

/* What is gathered while the lists are taken apart. */
struct expansion {
	IAddrBook *book;
	GHashTable *addresses; /* "SMTP:ANN@EXAMPLE.TEST": who gets it already */
	GHashTable *lists;     /* entry IDs (GBytes) of the lists that were looked into */
	GHashTable *numbers;   /* that are taken */
	GPtrArray *members;    /* of MAPI buffers of SPropValue, MEMBER_VALUES each */
	LONG kind;             /* of the list at the top */
	bool any;              /* it has somebody, though he may get it already */
};

enum { MEMBER_VALUES = 6 };

static bool
is_list(const SRow *row)
{
	g_autofree char *type = NULL, *address = NULL;

	recipient_address(row, &type, &address);
	return !strcmp(type, LIST_TYPE);
}

/* --- Members ------------------------------------------------------------------------------- */

/* 30 bits of the address, with the bit that no row of a store has. */
static guint32
number_of(struct expansion *e, const char *key)
{
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, key, -1);
	guint32 number;

	sum[8] = '\0';
	number = (guint32)g_ascii_strtoull(sum, NULL, 16) & (MEMBER_BIT - 1);
	while (!g_hash_table_add(e->numbers, GUINT_TO_POINTER(number | MEMBER_BIT)))
		number = (number + 1) & (MEMBER_BIT - 1);
	return number | MEMBER_BIT;
}

static HRESULT
fill_member(SPropValue *values, const SRow *row, const char *type, const char *address)
{
	g_autofree char *name = prop_find_text(row->lpProps, row->cValues, PR_DISPLAY_NAME_W);
	const SPropValue *id = prop_find(row->lpProps, row->cValues, PR_ENTRYID);
	HRESULT hr =
	    prop_set_text(values, &values[2], PR_DISPLAY_NAME_W, name && *name ? name : address);

	if (SUCCEEDED(hr))
		hr = prop_set_text(values, &values[3], PR_ADDRTYPE_W, type);
	if (SUCCEEDED(hr))
		hr = prop_set_text(values, &values[4], PR_EMAIL_ADDRESS_W, address);
	if (SUCCEEDED(hr) && id)
		hr = prop_copy(values, id, &values[5]);
	else if (SUCCEEDED(hr))
		values[5].ulPropTag = PR_NULL;
	return hr;
}

static HRESULT
add_member(struct expansion *e, const SRow *row)
{
	g_autofree char *type = NULL, *address = NULL, *upper = NULL, *key = NULL;
	SPropValue *values;
	HRESULT hr;

	recipient_address(row, &type, &address);
	e->any = e->any || *address;
	if (!*address)
		return S_OK; /* a contact without an address gets no mail */
	upper = g_ascii_strup(address, -1);
	key = g_strconcat(type, ":", upper, NULL);
	if (g_hash_table_contains(e->addresses, key))
		return S_OK;
	if (e->members->len >= MEMBERS_MAX)
		return MAPI_E_TOO_BIG;
	values = mem_zalloc(NULL, MEMBER_VALUES * sizeof *values);
	if (!values)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	g_ptr_array_add(e->members, values);
	prop_set_long(&values[0], PR_RECIPIENT_TYPE, e->kind);
	prop_set_long(&values[1], PR_EMAPI_MEMBER_ROW, (LONG)number_of(e, key));
	hr = fill_member(values, row, type, address);
	g_hash_table_add(e->addresses, g_steal_pointer(&key));
	return hr;
}

/* --- Lists --------------------------------------------------------------------------------- */

static HRESULT
read_members(struct expansion *e, const SBinary *id, SRowSet **rows)
{
	IDistList *list = NULL;
	IMAPITable *table = NULL;
	ULONG type;
	HRESULT hr;

	*rows = NULL;
	hr = e->book->lpVtbl->OpenEntry(e->book, id->cb, (ENTRYID *)(void *)id->lpb, &IID_IDistList,
	    0, &type, (IUnknown **)(void *)&list);
	if (SUCCEEDED(hr))
		hr = list->lpVtbl->GetContentsTable(list, MAPI_UNICODE, &table);
	if (SUCCEEDED(hr))
		hr = rows_read(table, rows);
	COM_CLEAR(table);
	COM_CLEAR(list);
	return hr;
}

/* A list that is in itself, however far down, is looked into once. */
static HRESULT
expand(struct expansion *e, const SRow *row, unsigned depth)
{
	const SPropValue *id = prop_find(row->lpProps, row->cValues, PR_ENTRYID);
	SRowSet *rows = NULL;
	HRESULT hr;

	if (!id || depth > DEPTH_MAX ||
	    !g_hash_table_add(e->lists, g_bytes_new(id->Value.bin.lpb, id->Value.bin.cb)))
		return S_OK;
	hr = read_members(e, &id->Value.bin, &rows);
	for (ULONG i = 0; SUCCEEDED(hr) && i < rows->cRows; i++)
		hr = is_list(&rows->aRow[i]) ? expand(e, &rows->aRow[i], depth + 1)
					     : add_member(e, &rows->aRow[i]);
	rows_free(rows);
	return depth && (hr == MAPI_E_NOT_FOUND || hr == MAPI_E_UNKNOWN_ENTRYID) ? S_OK : hr;
}

/* --- The message --------------------------------------------------------------------------- */

/* Whom the message names himself. */
static void
note_addresses(struct expansion *e, const SRowSet *rows)
{
	for (ULONG i = 0; i < rows->cRows; i++) {
		g_autofree char *type = NULL, *address = NULL, *upper = NULL;

		if (is_list(&rows->aRow[i]))
			continue;
		recipient_address(&rows->aRow[i], &type, &address);
		upper = g_ascii_strup(address, -1);
		g_hash_table_add(e->addresses, g_strconcat(type, ":", upper, NULL));
	}
}

static HRESULT
modify(IMessage *message, ULONG how, ADRENTRY *entries, ULONG count)
{
	ADRLIST *list = mem_zalloc(NULL, CbNewADRLIST((size_t)count));
	HRESULT hr;

	if (!list)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	list->cEntries = count;
	memcpy(list->aEntries, entries, count * sizeof *entries);
	hr = message->lpVtbl->ModifyRecipients(message, how, list);
	mem_free(list);
	return hr;
}

/* The members in the place of one list; a list without any stays, and is refused as what it is. */
static HRESULT
replace(struct expansion *e, IMessage *message, const SRow *list, guint first)
{
	guint count = e->members->len - first;
	g_autofree ADRENTRY *entries = g_new0(ADRENTRY, count + 1);
	SPropValue *number =
	    (SPropValue *)(uintptr_t)prop_find(list->lpProps, list->cValues, PR_ROWID);
	ADRENTRY gone = { 0, 1, number };
	HRESULT hr;

	for (guint i = 0; i < count; i++) {
		entries[i].rgPropVals = g_ptr_array_index(e->members, first + i);
		entries[i].cValues = entries[i].rgPropVals[5].ulPropTag == PR_NULL
					 ? MEMBER_VALUES - 1
					 : MEMBER_VALUES;
	}
	hr = count ? modify(message, MODRECIP_ADD, entries, count) : S_OK;
	return SUCCEEDED(hr) && number ? modify(message, MODRECIP_REMOVE, &gone, 1) : hr;
}

/* A list all of whose members get the message anyway is done with too. */
static HRESULT
expand_rows(struct expansion *e, IMessage *message, const SRowSet *rows)
{
	HRESULT hr = S_OK;

	note_addresses(e, rows);
	for (ULONG i = 0; SUCCEEDED(hr) && i < rows->cRows; i++) {
		const SRow *row = &rows->aRow[i];
		guint first = e->members->len;

		if (!is_list(row))
			continue;
		e->kind =
		    prop_find_long(row->lpProps, row->cValues, PR_RECIPIENT_TYPE, MAPI_TO) & 0x0F;
		e->any = false;
		hr = expand(e, row, 0);
		if (SUCCEEDED(hr) && e->any)
			hr = replace(e, message, row, first);
		else if (hr == MAPI_E_NOT_FOUND || hr == MAPI_E_UNKNOWN_ENTRYID)
			hr = S_OK; /* no such list: refused as what it is */
	}
	return hr;
}

static void
free_buffer(void *buffer)
{
	mem_free(buffer);
}

bool
lists_any(const SRowSet *rows)
{
	for (ULONG i = 0; i < rows->cRows; i++)
		if (is_list(&rows->aRow[i]))
			return true;
	return false;
}

HRESULT
lists_expand(IMAPISession *session, IMessage *message, const SRowSet *rows)
{
	struct expansion e = { 0 };
	HRESULT hr = session->lpVtbl->OpenAddressBook(session, 0, NULL, AB_NO_DIALOG, &e.book);

	if (FAILED(hr))
		return hr;
	e.addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	e.lists =
	    g_hash_table_new_full(g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, NULL);
	e.numbers = g_hash_table_new(NULL, NULL);
	e.members = g_ptr_array_new_with_free_func(free_buffer);
	hr = expand_rows(&e, message, rows);
	g_ptr_array_unref(e.members);
	g_hash_table_unref(e.numbers);
	g_hash_table_unref(e.lists);
	g_hash_table_unref(e.addresses);
	COM_CLEAR(e.book);
	return hr;
}
