/* SPDX-License-Identifier: MIT */
/* The store's status object (MAPI reference: IMSLogon::OpenStatusEntry). */
#include "status.h"

#include <errno.h>
#include <sys/stat.h>
#include <mapicode.h>
#include "hr.h"
#include "provstatus.h"

/* A file that was taken away under an open store would still be read and written, and be gone with
 * the last program that has it open. */
static HRESULT
check_file(struct store *store, char **why)
{
	const char *path = db_path(store->db);
	gint64 version = 0;
	struct stat info;
	HRESULT hr;

	if (path && stat(path, &info) != 0) {
		hr = hr_from_errno(errno);
		*why = g_strdup_printf("The message store's file %s has gone: %s. Put it back, or "
				       "close what uses it.",
		    path, g_strerror(errno));
		return hr;
	}
	hr = db_int(store->db, &version, "SELECT count(*) FROM meta", "");
	if (FAILED(hr))
		*why = g_strdup_printf("The message store's file %s cannot be read: %s.",
		    path ? path : "", hr_text(hr));
	return hr;
}

static HRESULT
validate(IUnknown *logon, char **why)
{
	struct store *store = COM_OBJECT((IMSLogon *)logon, struct store, ilogon);
	HRESULT hr = store_enter(store);

	return FAILED(hr) ? hr : store_leave(store, check_file(store, why));
}

HRESULT
store_open_status(struct store *store, const IID *iid, ULONG flags, ULONG *type, void **out)
{
	struct provstatus_source source = { .type = MAPI_STORE_PROVIDER,
		.name = store->name,
		.module = "emapi_store.so",
		.component = "emapi message store",
		.support = store->support,
		.logon = (IUnknown *)&store->ilogon,
		.validate = validate };

	return provstatus_open(&source, iid, flags, type, out);
}
