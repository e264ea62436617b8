/* SPDX-License-Identifier: MIT */
/* .msg files: what can be opened can be read in whole, saved, and opened again. */
#include <glib.h>
#include <imessage.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "fuzz.h"
#include "storage.h"

static void read_message(IMessage *message);

static void
read_props(IMAPIProp *object)
{
	SPropTagArray *tags = NULL;
	SPropValue *values = NULL;
	MAPINAMEID **names = NULL;
	ULONG count;

	FUZZ_ASSERT(object->lpVtbl->GetPropList(object, 0, &tags) == S_OK);
	FUZZ_ASSERT(SUCCEEDED(object->lpVtbl->GetProps(object, tags, 0, &count, &values)));
	MAPIFreeBuffer(values);
	if (SUCCEEDED(object->lpVtbl->GetNamesFromIDs(object, &tags, NULL, 0, &count, &names)))
		MAPIFreeBuffer(names);
	MAPIFreeBuffer(tags);
}

static void
read_attachment(IMessage *message, ULONG number)
{
	IAttach *attach = NULL;
	IMessage *within = NULL;

	FUZZ_ASSERT(message->lpVtbl->OpenAttach(message, number, NULL, 0, &attach) == S_OK);
	read_props((IMAPIProp *)attach);
	if (SUCCEEDED(attach->lpVtbl->OpenProperty(
		attach, PR_ATTACH_DATA_OBJ, &IID_IMessage, 0, 0, (IUnknown **)(void *)&within))) {
		read_message(within);
		within->lpVtbl->Release(within);
	}
	attach->lpVtbl->Release(attach);
}

static void
read_message(IMessage *message)
{
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;

	read_props((IMAPIProp *)message);
	FUZZ_ASSERT(message->lpVtbl->GetRecipientTable(message, 0, &table) == S_OK);
	FUZZ_ASSERT(SUCCEEDED(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows)));
	FreeProws(rows);
	table->lpVtbl->Release(table);
	FUZZ_ASSERT(message->lpVtbl->GetAttachmentTable(message, 0, &table) == S_OK);
	FUZZ_ASSERT(SUCCEEDED(HrQueryAllRows(table, NULL, NULL, NULL, 0, &rows)));
	for (ULONG i = 0; i < rows->cRows; i++)
		read_attachment(message, (ULONG)rows->aRow[i].lpProps[0].Value.l);
	FreeProws(rows);
	table->lpVtbl->Release(table);
}

static IMessage *
open_message(IStorage *storage)
{
	IMessage *message = NULL;

	OpenIMsgOnIStg(NULL, NULL, NULL, NULL, NULL, NULL, storage, NULL, 0, 0, &message);
	return message;
}

static void
open_again(IStorage *storage)
{
	IMessage *message;
	IStorage *again = NULL;
	BYTE *bytes = NULL;
	size_t size;

	FUZZ_ASSERT(storage_to_bytes(storage, &bytes, &size) == S_OK);
	FUZZ_ASSERT(storage_from_bytes(bytes, size, &again) == S_OK);
	message = open_message(again);
	FUZZ_ASSERT(message);
	message->lpVtbl->Release(message);
	again->lpVtbl->Release(again);
	g_free(bytes);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	IStorage *storage = NULL;
	IMessage *message;

	if (FAILED(storage_from_bytes(data, size, &storage)))
		return 0;
	message = open_message(storage);
	if (message) {
		read_message(message);
		FUZZ_ASSERT(message->lpVtbl->SaveChanges(message, 0) == S_OK);
		message->lpVtbl->Release(message);
		open_again(storage);
	}
	storage->lpVtbl->Release(storage);
	return 0;
}
