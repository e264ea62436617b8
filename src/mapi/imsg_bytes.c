/* SPDX-License-Identifier: MIT */
/* Whole messages as the bytes of .msg files. */
#include "imsg.h"

#include <mapicode.h>
#include <mapiguid.h>
#include "storage.h"

/* By which Windows knows what opens the file ([MS-OXMSG] 2.1.3.1). */
static const CLSID clsid_message = { 0x00020D0B, 0x0000, 0x0000,
	{ 0xC0, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x46 } };

HRESULT
imsg_to_bytes(IMessage *message, BYTE **bytes, size_t *size)
{
	IStorage *storage = NULL;
	IMessage *copy = NULL;
	HRESULT hr = storage_create(&storage);

	*bytes = NULL;
	if (SUCCEEDED(hr))
		hr = storage->lpVtbl->SetClass(storage, &clsid_message);
	if (SUCCEEDED(hr))
		hr = OpenIMsgOnIStg(
		    NULL, NULL, NULL, NULL, NULL, NULL, storage, NULL, 0, MAPI_UNICODE, &copy);
	if (SUCCEEDED(hr))
		hr = message->lpVtbl->CopyTo(
		    message, 0, NULL, NULL, 0, NULL, &IID_IMessage, copy, 0, NULL);
	if (SUCCEEDED(hr))
		hr = copy->lpVtbl->SaveChanges(copy, 0);
	if (SUCCEEDED(hr))
		hr = storage_to_bytes(storage, bytes, size);
	COM_CLEAR(copy);
	COM_CLEAR(storage);
	return MapStorageSCode(hr);
}
