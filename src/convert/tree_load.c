/* SPDX-License-Identifier: MIT */
/* Loads libemapi-mime, and with it GMime and GIO, when a message comes that needs them. */
#include "render.h"

#include <mapicode.h>

#include "beside.h"

HRESULT
tree_write(struct render *render, struct spool *spool)
{
	static struct beside library = { .file = "libemapi-mime.so" };
	g_autofree char *why = NULL;
	HRESULT (*write)(struct render *, struct spool *);

	*(void **)&write = beside_symbol(&library, "mime_tree_write", &why);
	if (!write)
		return render_fail(
		    render, MAPI_E_CALL_FAILED, "the mail cannot be put together: %s", why);
	return write(render, spool);
}
