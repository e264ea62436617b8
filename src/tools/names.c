/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <mapitags.h>
#include <mapiutil.h>
#include "ab.h"
#include "com.h"
#include "mailbox.h"
#include "mem.h"
#include "prop.h"

ADRLIST *
names_list(const char *name)
{
	ADRLIST *list = mem_zalloc(NULL, CbNewADRLIST(1));
	SPropValue *value = mem_zalloc(NULL, sizeof *value);

	if (!list || !value || FAILED(prop_set_text(value, value, PR_DISPLAY_NAME_W, name))) {
		mem_free(list);
		mem_free(value);
		return NULL;
	}
	list->cEntries = 1;
	list->aEntries[0].cValues = 1;
	list->aEntries[0].rgPropVals = value;
	return list;
}

/* Says why not; the exit code. */
static int
refuse(struct ab *ab, const char *name, HRESULT hr)
{
	struct ab_entry *entry = NULL;
	int code = 0;

	if (hr == MAPI_E_AMBIGUOUS_RECIP)
		code = ab_find_one(ab, name, &entry); /* lists them */
	ab_entry_free(entry);
	if (!code)
		code = ab_fail(ab, NULL, hr, name);
	cli_note("nothing was stored or sent; write the address itself, or look for the name: "
		 "emapi ab search");
	return code;
}

static int
resolve(struct ab *ab, struct mailbox *mailbox)
{
	ADRLIST *list = names_list(mailbox->name);
	int code = 0;
	HRESULT hr = list ? ab->book->lpVtbl->ResolveName(ab->book, 0, MAPI_UNICODE, NULL, list)
			  : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr)) {
		mailbox->values = list->aEntries[0].rgPropVals;
		mailbox->count = list->aEntries[0].cValues;
		list->aEntries[0].rgPropVals = NULL;
		list->aEntries[0].cValues = 0;
	} else {
		code = refuse(ab, mailbox->name, hr);
	}
	FreePadrlist(list);
	return code;
}

int
names_resolve(struct profile *profile, IMAPISession *session, GPtrArray *mailboxes)
{
	struct ab ab = { profile, session, NULL };
	int code = 0;

	for (guint i = 0; !code && i < mailboxes->len; i++) {
		struct mailbox *mailbox = g_ptr_array_index(mailboxes, i);
		HRESULT hr = S_OK;

		if (mailbox->address || mailbox->values)
			continue;
		if (!ab.book)
			hr = session->lpVtbl->OpenAddressBook(
			    session, 0, NULL, AB_NO_DIALOG, &ab.book);
		code = FAILED(hr) ? cli_fail(cli_exit_code(hr), "the address book cannot be "
								"opened; nothing was stored or "
								"sent")
				  : resolve(&ab, mailbox);
	}
	COM_CLEAR(ab.book);
	return code;
}
