/* SPDX-License-Identifier: MIT */
/* Messages as .msg files: see msgfile.h. */
#include "msgfile.h"

#include <glib.h>
#include <string.h>
#include <unistd.h>
#include <imessage.h>
#include <mapicode.h>
#include <mapispi.h>
#include <mapiutil.h>
#include "com.h"
#include "imsg.h"

HRESULT
msgfile_write(IMessage *message, FILE *out)
{
	BYTE *bytes = NULL;
	size_t size;
	HRESULT hr = imsg_to_bytes(message, &bytes, &size);

	if (SUCCEEDED(hr) && fwrite(bytes, 1, size, out) != size)
		hr = MAPI_E_DISK_ERROR;
	g_free(bytes);
	return hr;
}

bool
msgfile_is(int fd)
{
	char magic[8];

	return pread(fd, magic, sizeof magic, 0) == sizeof magic &&
	       memcmp(magic, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", sizeof magic) == 0;
}

HRESULT
msgfile_open(int fd, IMessage **out)
{
	g_autofree char *path = g_strdup_printf("/proc/self/fd/%d", fd);
	IStorage *storage = NULL;
	IStream *stream = NULL;
	HRESULT hr = OpenStreamOnFile(
	    MAPIAllocateBuffer, MAPIFreeBuffer, STGM_READ, (LPTSTR)(uintptr_t)path, NULL, &stream);

	*out = NULL;
	if (SUCCEEDED(hr))
		hr = HrIStorageFromStream((IUnknown *)stream, NULL, STGSTRM_RESET, &storage);
	if (SUCCEEDED(hr))
		hr = OpenIMsgOnIStg(NULL, MAPIAllocateBuffer, MAPIAllocateMore, MAPIFreeBuffer,
		    MAPIGetDefaultMalloc(), NULL, storage, NULL, 0, 0, out);
	COM_CLEAR(storage);
	COM_CLEAR(stream);
	return hr;
}
