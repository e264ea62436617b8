/* SPDX-License-Identifier: MIT */
/* RTF as plain text and the other way round (RTF specification 1.9.1; [MS-OXRTFEX]). */
#ifndef EMAPI_MAPI_RTF_TEXT_H
#define EMAPI_MAPI_RTF_TEXT_H

#include <stddef.h>
#include <emapi_wintypes.h>

/* What a reader of the RTF would see, as UTF-8 with lines that end in CR LF; also of RTF that was
 * made from HTML or text.  Broken RTF gives as much as there is.  *out is g_free()d by the caller.
 * MAPI_E_CORRUPT_DATA for what does not begin as RTF does; MAPI_E_NOT_ENOUGH_MEMORY. */
HRESULT rtf_to_text(const char *rtf, size_t size, char **out);

/* RTF that says of itself that it was made from text (\fromtext). */
HRESULT rtf_from_text(const char *text, char **out, size_t *out_size);

#endif
