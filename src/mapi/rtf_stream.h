/* SPDX-License-Identifier: MIT */
/* Whole streams to and from memory, for the functions about RTF. */
#ifndef EMAPI_MAPI_RTF_STREAM_H
#define EMAPI_MAPI_RTF_STREAM_H

#include <glib.h>
#include <mapidefs.h>

/* Appends what is left in the stream. */
HRESULT rtf_stream_read(IStream *stream, GByteArray *all);
/* Puts these bytes in the place of all that the stream holds.  Does not commit it. */
HRESULT rtf_stream_write(IStream *stream, const void *data, size_t size);

#endif
