/* SPDX-License-Identifier: MIT */
/* Simple MAPI: a MapiMessage into a message of a store (see simple.h). */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "mem.h"
#include "prop.h"
#include "simple.h"

/* --- Recipients ---------------------------------------------------------------------------- */

HRESULT
simple_resolve(struct simple *simple, const char *name, ADRLIST **out)
{
	IMAPISession *session = simple->session;
	ADRLIST *list = mem_zalloc(NULL, CbNewADRLIST(1));
	IAddrBook *book = NULL;
	SPropValue *value;
	HRESULT hr;

	*out = NULL;
	if (!list)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	list->cEntries = 1;
	value = mem_zalloc(NULL, sizeof *value);
	list->aEntries[0].rgPropVals = value;
	list->aEntries[0].cValues = value ? 1 : 0;
	hr =
	    value ? prop_set_text(value, value, PR_DISPLAY_NAME_A, name) : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr))
		hr = session->lpVtbl->OpenAddressBook(session, 0, NULL, AB_NO_DIALOG, &book);
	if (SUCCEEDED(hr))
		hr = book->lpVtbl->ResolveName(book, 0, 0, NULL, list);
	COM_CLEAR(book);
	if (FAILED(hr)) {
		FreePadrlist(list);
		return hr == MAPI_E_NOT_FOUND ? SIMPLE_E(MAPI_E_UNKNOWN_RECIPIENT) : hr;
	}
	*out = list;
	return S_OK;
}

/* What an entry identifier stands for: type, address and name. */
static HRESULT
read_entry(struct simple *simple, const MapiRecipDesc *from, ULONG *count, SPropValue **out)
{
	static const SizedSPropTagArray(
	    4, tags) = { 4, { PR_ADDRTYPE_A, PR_EMAIL_ADDRESS_A, PR_DISPLAY_NAME_A, PR_ENTRYID } };
	IMAPISession *session = simple->session;
	IMAPIProp *entry = NULL;
	ULONG type;
	HRESULT hr;

	hr = session->lpVtbl->OpenEntry(session, from->ulEIDSize, from->lpEntryID, &IID_IMAPIProp,
	    0, &type, (IUnknown **)&entry);
	if (SUCCEEDED(hr))
		hr = entry->lpVtbl->GetProps(
		    entry, (SPropTagArray *)(uintptr_t)&tags, 0, count, out);
	COM_CLEAR(entry);
	return FAILED(hr) ? SIMPLE_E(MAPI_E_UNKNOWN_RECIPIENT) : S_OK;
}

/* "SMTP:ann@example.test"; without a type it is SMTP. */
static HRESULT
split_address(const MapiRecipDesc *from, ULONG *count, SPropValue **out)
{
	const char *address = from->lpszAddress, *colon = strchr(address, ':');
	SPropValue *values = mem_zalloc(NULL, 3 * sizeof *values);
	const char *name;
	char *type;
	HRESULT hr;

	if (!values)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	type = colon ? g_ascii_strup(address, colon - address) : g_strdup("SMTP");
	address = colon ? colon + 1 : address;
	name = from->lpszName && *from->lpszName ? from->lpszName : address;
	hr = prop_set_text(values, &values[0], PR_ADDRTYPE_A, type);
	if (SUCCEEDED(hr))
		hr = prop_set_text(values, &values[1], PR_EMAIL_ADDRESS_A, address);
	if (SUCCEEDED(hr))
		hr = prop_set_text(values, &values[2], PR_DISPLAY_NAME_A, name);
	g_free(type);
	if (FAILED(hr)) {
		mem_free(values);
		return hr;
	}
	*count = 3;
	*out = values;
	return S_OK;
}

static HRESULT
resolve_recipient(struct simple *simple, const MapiRecipDesc *from, ULONG *count, SPropValue **out)
{
	ADRLIST *list;
	HRESULT hr;

	if (from->lpszAddress && *from->lpszAddress)
		return split_address(from, count, out);
	if (from->ulEIDSize && from->lpEntryID)
		return read_entry(simple, from, count, out);
	if (!from->lpszName || !*from->lpszName)
		return SIMPLE_E(MAPI_E_INVALID_RECIPS);
	hr = simple_resolve(simple, from->lpszName, &list);
	if (FAILED(hr))
		return hr;
	*count = list->aEntries[0].cValues;
	*out = list->aEntries[0].rgPropVals;
	mem_free(list);
	return S_OK;
}

/* The same values with the kind of recipient behind them. */
static HRESULT
add_recipient(struct simple *simple, const MapiRecipDesc *from, ADRENTRY *entry)
{
	SPropValue *found = NULL, *values;
	ULONG count = 0;
	HRESULT hr;

	if (from->ulRecipClass < MAPI_TO || from->ulRecipClass > MAPI_BCC)
		return SIMPLE_E(MAPI_E_BAD_RECIPTYPE);
	hr = resolve_recipient(simple, from, &count, &found);
	if (FAILED(hr))
		return hr;
	values = mem_zalloc(NULL, ((size_t)count + 1) * sizeof *values);
	hr = values ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	entry->rgPropVals = values;
	for (ULONG i = 0; i < count && SUCCEEDED(hr); i++)
		if (found[i].ulPropTag != PR_RECIPIENT_TYPE &&
		    PROP_TYPE(found[i].ulPropTag) != PT_ERROR)
			hr = prop_copy(values, &found[i], &values[entry->cValues++]);
	if (SUCCEEDED(hr))
		prop_set_long(
		    &values[entry->cValues++], PR_RECIPIENT_TYPE, (LONG)from->ulRecipClass);
	mem_free(found);
	return hr;
}

static HRESULT
set_recipients(struct simple *simple, const MapiMessage *source, IMessage *message)
{
	ADRLIST *list;
	HRESULT hr = S_OK;

	if (source->nRecipCount && !source->lpRecips)
		return SIMPLE_E(MAPI_E_INVALID_RECIPS);
	list = mem_zalloc(NULL, CbNewADRLIST((size_t)source->nRecipCount));
	if (!list)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (ULONG i = 0; i < source->nRecipCount && SUCCEEDED(hr); i++)
		hr = add_recipient(simple, &source->lpRecips[i], &list->aEntries[list->cEntries++]);
	if (SUCCEEDED(hr))
		hr = message->lpVtbl->ModifyRecipients(message, 0, list);
	FreePadrlist(list);
	return hr;
}

/* --- Attachments --------------------------------------------------------------------------- */

static HRESULT
copy_file(int fd, IStream *stream)
{
	char piece[65536];
	ssize_t got;
	HRESULT hr = S_OK;

	while (SUCCEEDED(hr) && (got = read(fd, piece, sizeof piece)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return SIMPLE_E(MAPI_E_ATTACHMENT_OPEN_FAILURE);
		hr = stream->lpVtbl->Write(stream, piece, (ULONG)got, NULL);
	}
	return SUCCEEDED(hr) ? stream->lpVtbl->Commit(stream, 0) : hr;
}

/* The kind of file, where the caller knows it. */
static HRESULT
set_file_type(const MapiFileTagExt *type, IAttach *attach)
{
	SPropValue values[2];
	ULONG count = 0;

	if (type && type->cbTag && type->lpTag) {
		values[count].ulPropTag = PR_ATTACH_TAG;
		values[count++].Value.bin = (SBinary){ type->cbTag, type->lpTag };
	}
	if (type && type->cbEncoding && type->lpEncoding) {
		values[count].ulPropTag = PR_ATTACH_ENCODING;
		values[count++].Value.bin = (SBinary){ type->cbEncoding, type->lpEncoding };
	}
	return count ? attach->lpVtbl->SetProps(attach, count, values, NULL) : S_OK;
}

static HRESULT
describe_file(const MapiFileDesc *file, IAttach *attach)
{
	SPropValue values[5] = { { .ulPropTag = PR_ATTACH_METHOD } };
	char *name = file->lpszFileName && *file->lpszFileName
			 ? g_strdup(file->lpszFileName)
			 : g_path_get_basename(file->lpszPathName);
	HRESULT hr;

	values[0].Value.l = ATTACH_BY_VALUE;
	values[1].ulPropTag = PR_RENDERING_POSITION;
	values[1].Value.l = (LONG)file->nPosition;
	values[2].ulPropTag = PR_ATTACH_FILENAME_A;
	values[3].ulPropTag = PR_ATTACH_LONG_FILENAME_A;
	values[4].ulPropTag = PR_DISPLAY_NAME_A;
	values[2].Value.lpszA = values[3].Value.lpszA = values[4].Value.lpszA = name;
	hr = attach->lpVtbl->SetProps(attach, 5, values, NULL);
	g_free(name);
	return hr;
}

static HRESULT
attach_open_file(const MapiFileDesc *file, int fd, IMessage *message)
{
	IAttach *attach = NULL;
	IStream *stream = NULL;
	ULONG number;
	HRESULT hr;

	hr = message->lpVtbl->CreateAttach(message, NULL, 0, &number, &attach);
	if (SUCCEEDED(hr))
		hr = describe_file(file, attach);
	if (SUCCEEDED(hr))
		hr = set_file_type(file->lpFileType, attach);
	if (SUCCEEDED(hr))
		hr = attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_BIN, &IID_IStream, 0,
		    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)&stream);
	if (SUCCEEDED(hr))
		hr = copy_file(fd, stream);
	COM_CLEAR(stream);
	if (SUCCEEDED(hr))
		hr = attach->lpVtbl->SaveChanges(attach, 0);
	COM_CLEAR(attach);
	return hr;
}

static HRESULT
add_file(const MapiFileDesc *file, IMessage *message)
{
	HRESULT hr;
	int fd;

	if (!file->lpszPathName || !*file->lpszPathName)
		return SIMPLE_E(MAPI_E_ATTACHMENT_NOT_FOUND);
	if (file->flFlags & (MAPI_OLE | MAPI_OLE_STATIC))
		return SIMPLE_E(MAPI_E_NOT_SUPPORTED);
	fd = open(file->lpszPathName, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return SIMPLE_E(
		    errno == ENOENT ? MAPI_E_ATTACHMENT_NOT_FOUND : MAPI_E_ATTACHMENT_OPEN_FAILURE);
	hr = attach_open_file(file, fd, message);
	close(fd);
	return hr;
}

static HRESULT
remove_files(IMessage *message)
{
	static const SizedSPropTagArray(1, columns) = { 1, { PR_ATTACH_NUM } };
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	HRESULT hr;

	hr = message->lpVtbl->GetAttachmentTable(message, 0, &table);
	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(
		    table, (SPropTagArray *)(uintptr_t)&columns, NULL, NULL, 0, &rows);
	for (ULONG i = 0; rows && i < rows->cRows && SUCCEEDED(hr); i++)
		hr = message->lpVtbl->DeleteAttach(
		    message, (ULONG)rows->aRow[i].lpProps[0].Value.l, 0, NULL, 0);
	FreeProws(rows);
	COM_CLEAR(table);
	return hr;
}

/* --- All of it ----------------------------------------------------------------------------- */

static HRESULT
set_texts(const MapiMessage *source, IMessage *message)
{
	const char *class = source->lpszMessageType;
	SPropValue values[4];
	ULONG count = 0;

	values[count].ulPropTag = PR_SUBJECT_A;
	values[count++].Value.lpszA = source->lpszSubject ? source->lpszSubject : (char *)"";
	values[count].ulPropTag = PR_BODY_A;
	values[count++].Value.lpszA = source->lpszNoteText ? source->lpszNoteText : (char *)"";
	values[count].ulPropTag = PR_MESSAGE_CLASS_A;
	values[count++].Value.lpszA = (char *)(uintptr_t)(class && *class ? class : "IPM.Note");
	prop_set_bool(&values[count++], PR_READ_RECEIPT_REQUESTED,
	    (source->flFlags & MAPI_RECEIPT_REQUESTED) != 0);
	return message->lpVtbl->SetProps(message, count, values, NULL);
}

HRESULT
simple_fill(struct simple *simple, const MapiMessage *source, IMessage *message)
{
	HRESULT hr;

	if (source->nFileCount && !source->lpFiles)
		return SIMPLE_E(MAPI_E_ATTACHMENT_NOT_FOUND);
	hr = set_texts(source, message);
	if (SUCCEEDED(hr))
		hr = set_recipients(simple, source, message);
	if (SUCCEEDED(hr))
		hr = remove_files(message);
	for (ULONG i = 0; i < source->nFileCount && SUCCEEDED(hr); i++)
		hr = add_file(&source->lpFiles[i], message);
	return hr;
}
