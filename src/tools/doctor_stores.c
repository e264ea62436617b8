/* SPDX-License-Identifier: MIT */
/* emapi doctor: message stores: whether they are there, may be used, and are whole. */
#include "doctor.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapiutil.h>
#include <emapispi.h>
#include <emapistore.h>
#include "com.h"
#include "hr.h"
#include "mem.h"
#include "outbox.h"
#include "prop.h"
#include "session.h"

#define SHOWN 3 /* problems of a store; emapi store check tells all */

/* --- Whether it is whole -------------------------------------------------------------------- */

static const char damaged[] =
    "stop what uses it, keep a copy of the file as it is, and bring back the last good one from a "
    "backup (emapi store backup); sqlite3 FILE .recover saves what can be read";

/* The store at that place in the profile: the session's table has them in the profile's order. */
static HRESULT
open_store(IMAPISession *session, guint place, IMsgStore **out)
{
	static const SizedSPropTagArray(1, columns) = { 1, { PR_ENTRYID } };
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	HRESULT hr = session->lpVtbl->GetMsgStoresTable(session, 0, &table);

	*out = NULL;
	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(
		    table, (SPropTagArray *)(uintptr_t)&columns, NULL, NULL, 0, &rows);
	if (SUCCEEDED(hr) &&
	    (place >= rows->cRows || rows->aRow[place].lpProps[0].ulPropTag != PR_ENTRYID))
		hr = MAPI_E_NOT_FOUND;
	if (SUCCEEDED(hr)) {
		const SBinary *id = &rows->aRow[place].lpProps[0].Value.bin;

		hr = session->lpVtbl->OpenMsgStore(session, 0, id->cb, (LPENTRYID)(void *)id->lpb,
		    NULL, MDB_NO_DIALOG | MAPI_BEST_ACCESS, out);
	}
	FreeProws(rows);
	COM_CLEAR(table);
	return hr;
}

static void
tell_problems(struct doctor *doctor, const char *path, LPSTR *problems, ULONG count)
{
	for (ULONG i = 0; i < MIN(count, SHOWN); i++)
		doctor_find(
		    doctor, DOCTOR_PROBLEM, path, damaged, "the store is damaged: %s", problems[i]);
	if (count > SHOWN)
		doctor_find(doctor, DOCTOR_PROBLEM, path, "emapi store check tells all of it",
		    "there is more: %u findings", (unsigned)count);
	if (!count)
		doctor_find(doctor, DOCTOR_OK, path, NULL, "the store is whole");
}

/* IEmapiStoreFile::Check; another provider's store has none. */
static HRESULT
check_file(struct doctor *doctor, const char *path, IMsgStore *store)
{
	IEmapiStoreFile *file = NULL;
	LPSTR *problems = NULL;
	ULONG count = 0;
	HRESULT hr =
	    store->lpVtbl->QueryInterface(store, &IID_IEmapiStoreFile, (LPVOID *)(void *)&file);

	if (FAILED(hr)) {
		doctor_find(doctor, DOCTOR_OK, path, NULL, "the store opens");
		return S_OK;
	}
	hr = file->lpVtbl->Check(file, 0, &count, &problems);
	if (SUCCEEDED(hr))
		tell_problems(doctor, path, problems, count);
	mem_free(problems);
	COM_CLEAR(file);
	return hr;
}

static void
check_whole(struct doctor *doctor, struct profile *profile, guint place, const char *path)
{
	g_autofree char *why = NULL;
	IMAPISession *session = NULL;
	IMsgStore *store = NULL;
	HRESULT hr = session_create(profile, MAPI_EXTENDED | MAPI_NO_MAIL, &session, &why);

	if (SUCCEEDED(hr))
		hr = open_store(session, place, &store);
	if (SUCCEEDED(hr))
		hr = check_file(doctor, path, store);
	if (FAILED(hr) && !why)
		outbox_explain(&why, "it cannot be used", store ? (void *)store : session, hr);
	if (hr == MAPI_E_CORRUPT_STORE)
		doctor_find(doctor, DOCTOR_PROBLEM, path, damaged, "the store is damaged: %s", why);
	else if (FAILED(hr))
		doctor_find(doctor, DOCTOR_PROBLEM, path,
		    "mend that; nothing of this profile can be sent until then", "%s", why);
	COM_CLEAR(store);
	if (session)
		session->lpVtbl->Logoff(session, 0, 0, 0);
	COM_CLEAR(session);
}

/* --- Whether it is there -------------------------------------------------------------------- */

/* A store is made with its first use, but one that mail was sent from was there. */
static void
tell_missing(struct doctor *doctor, const char *profile, const char *path)
{
	if (g_hash_table_contains(doctor->newest, profile))
		doctor_find(doctor, DOCTOR_PROBLEM, path,
		    "bring it back from where it was moved to, or from a backup; a new, empty one "
		    "is made at the next use",
		    "the store of profile \"%s\" is gone, with what waited in it", profile);
	else
		doctor_find(doctor, DOCTOR_OK, path, NULL,
		    "the store of profile \"%s\" is made with its first use", profile);
}

static guint
place_of(const struct profile *profile, const MAPIUID *uid)
{
	g_autoptr(GArray) stores = profile_providers(profile, MAPI_STORE_PROVIDER);
	guint place = 0;

	while (place < stores->len &&
	       memcmp(&g_array_index(stores, MAPIUID, place), uid, sizeof *uid) != 0)
		place++;
	return place;
}

static void
check_store(struct doctor *doctor, struct profile *profile, const struct doctor_section *section)
{
	g_autofree char *path = prop_find_text(section->values, section->count, PR_EMAPI_PATH_W);
	struct stat status;

	if (!path || !*path)
		return; /* another provider's, or one that keeps no file */
	if (doctor->offline && !doctor_is_own(section, "emapi_store.so")) {
		doctor_find(doctor, DOCTOR_SKIPPED, path, NULL,
		    "this store of another make was not opened: it could ask elsewhere");
		return;
	}
	if (stat(path, &status) && errno == ENOENT) {
		tell_missing(doctor, profile_name(profile), path);
	} else if (access(path, R_OK | W_OK)) {
		doctor_find(doctor, DOCTOR_PROBLEM, path, "mend its owner and mode (chmod 600)",
		    "the store cannot be used: %s", g_strerror(errno));
	} else {
		g_autofree char *remedy = g_strdup_printf("chmod 600 '%s'", path);

		if (status.st_mode & 077)
			doctor_find(doctor, DOCTOR_PROBLEM, path, remedy,
			    "others may read this mail: its mode is %03o",
			    (unsigned)status.st_mode & 0777);
		check_whole(doctor, profile, place_of(profile, section->uid), path);
	}
}

void
doctor_stores(struct doctor *doctor)
{
	doctor_each(doctor, MAPI_STORE_PROVIDER, check_store);
}
