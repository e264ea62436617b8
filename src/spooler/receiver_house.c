/* SPDX-License-Identifier: MIT */
/* The machine's profiles as the receiver uses them: see receiver.h. */
#include "receiver.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include <emapispi.h>
#include "com.h"
#include "hr.h"
#include "ipc.h"
#include "log.h"
#include "mem.h"
#include "paths.h"
#include "profile.h"
#include "prop.h"
#include "session.h"

#define WAKE_MS 5000

static void
house_free(gpointer data)
{
	struct house *house = data;

	COM_CLEAR(house->outbox);
	COM_CLEAR(house->store);
	if (house->session) {
		house->session->lpVtbl->Logoff(house->session, 0, 0, 0);
		COM_CLEAR(house->session);
	}
	profile_unref(house->profile);
	sender_rules_clear(&house->rules);
	g_hash_table_unref(house->names);
	g_free(house->name);
	g_free(house);
}

GHashTable *
houses_create(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, NULL, house_free);
}

static gint64
changed_at(const char *path)
{
	struct stat status;

	if (stat(path, &status) != 0)
		return -1;
	return status.st_ctim.tv_sec * (gint64)G_USEC_PER_SEC + status.st_ctim.tv_nsec / 1000;
}

/* --- Opening ------------------------------------------------------------------------------- */

/* The rules of its group [Profile]. */
static HRESULT
read_rules(struct house *house, char **why)
{
	SPropValue *values = NULL;
	MAPIUID section;
	ULONG count = 0;
	LONG limit;
	HRESULT hr;

	memcpy(&section, &MUID_PROFILE_INSTANCE, sizeof(section));
	hr = profile_section_read(house->profile, &section, &values, &count);
	if (SUCCEEDED(hr) && !prop_find_bool(values, count, PR_EMAPI_MACHINE, false))
		hr = MAPI_E_LOGON_FAILED;
	if (SUCCEEDED(hr))
		hr = sender_rules_read(values, count, &house->rules, why);
	limit = prop_find_long(values, count, PR_EMAPI_MAX_SIZE, 0);
	house->size_max = limit > 0 ? (size_t)limit : RECEIVER_SIZE_MAX;
	house->keep_sent = prop_find_bool(values, count, PR_EMAPI_KEEP_SENT, false);
	mem_free(values);
	return hr;
}

static HRESULT
open_default_store(struct house *house)
{
	SizedSPropTagArray(2, columns) = { 2, { PR_ENTRYID, PR_DEFAULT_STORE } };
	IMAPITable *table = NULL;
	SRowSet *rows = NULL;
	const SPropValue *id = NULL;
	HRESULT hr;

	hr = house->session->lpVtbl->GetMsgStoresTable(house->session, 0, &table);
	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(table, (SPropTagArray *)(void *)&columns, NULL, NULL, 0, &rows);
	for (ULONG i = 0; SUCCEEDED(hr) && i < rows->cRows; i++)
		if (prop_find_bool(rows->aRow[i].lpProps, 2, PR_DEFAULT_STORE, false))
			id = prop_find(rows->aRow[i].lpProps, 2, PR_ENTRYID);
	if (SUCCEEDED(hr) && !id)
		hr = MAPI_E_NOT_FOUND;
	if (SUCCEEDED(hr))
		hr = house->session->lpVtbl->OpenMsgStore(house->session, 0, id->Value.bin.cb,
		    (ENTRYID *)id->Value.bin.lpb, NULL, MDB_WRITE | MDB_NO_DIALOG, &house->store);
	FreeProws(rows);
	COM_CLEAR(table);
	return hr;
}

static HRESULT
open_outbox(struct house *house)
{
	SPropValue *id = NULL;
	ULONG type;
	HRESULT hr = HrGetOneProp((IMAPIProp *)house->store, PR_IPM_OUTBOX_ENTRYID, &id);

	if (SUCCEEDED(hr))
		hr = house->store->lpVtbl->OpenEntry(house->store, id->Value.bin.cb,
		    (ENTRYID *)id->Value.bin.lpb, NULL, MAPI_MODIFY, &type,
		    (LPUNKNOWN *)&house->outbox);
	mem_free(id);
	return hr;
}

/* MAPI_NO_MAIL: the scheduler is woken by house_wake(), which never starts one. */
static HRESULT
log_on(struct house *house, char **why)
{
	HRESULT hr = session_create(
	    house->profile, MAPI_EXTENDED | MAPI_NEW_SESSION | MAPI_NO_MAIL, &house->session, why);

	if (SUCCEEDED(hr)) {
		session_set_no_journey(house->session);
		hr = open_default_store(house);
	}
	if (SUCCEEDED(hr))
		hr = open_outbox(house);
	if (FAILED(hr)) {
		log_error("the profile \"%s\" cannot be used: %s (%s)", house->name,
		    *why ? *why : hr_text(hr), hr_name(hr));
		/* The reason may name what is not every user's business. */
		g_free(*why);
		*why = g_strdup_printf("the profile \"%s\" cannot be used just now; the "
				       "administrator finds the reason in its log",
		    house->name);
	}
	return hr;
}

static HRESULT
house_open(const char *name, struct house **out, char **why)
{
	struct house *house = g_new0(struct house, 1);
	g_autofree char *reason = NULL;
	HRESULT hr;

	house->name = g_strdup(name);
	house->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	hr = profile_load(name, &house->profile, &reason);
	if (SUCCEEDED(hr)) {
		house->changed = changed_at(profile_path(house->profile));
		hr = read_rules(house, why);
	}
	if (FAILED(hr) && !*why)
		*why = g_strdup_printf("it offers no profile \"%s\"", name);
	if (SUCCEEDED(hr))
		hr = log_on(house, why);
	if (FAILED(hr))
		house_free(house);
	else
		*out = house;
	return hr;
}

HRESULT
house_find(GHashTable *houses, const char *name, struct house **out, char **why)
{
	HRESULT hr;

	*out = g_hash_table_lookup(houses, name);
	if (*out && changed_at(profile_path((*out)->profile)) == (*out)->changed)
		return S_OK;
	if (*out)
		g_hash_table_remove(houses, name);
	*out = NULL;
	hr = house_open(name, out, why);
	if (SUCCEEDED(hr))
		g_hash_table_insert(houses, (*out)->name, *out);
	return hr;
}

/* --- Waking -------------------------------------------------------------------------------- */

/* Without an answer nothing is lost: a scheduler that begins looks through the machine's stores. */
void
house_wake(const struct house *house)
{
	g_autofree char *path = paths_runtime("spooler.sock");
	struct ipc_message *answer = NULL;
	GVariantBuilder b;
	int fd = ipc_connect(path);

	if (fd < 0)
		return;
	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "profile",
	    g_variant_new_fixed_array(
		G_VARIANT_TYPE_BYTE, profile_uid(house->profile), sizeof(MAPIUID), 1));
	g_variant_builder_add(&b, "{sv}", "name", ipc_text(house->name));
	if (SUCCEEDED(ipc_send(fd, "wake", g_variant_builder_end(&b))))
		ipc_receive(fd, WAKE_MS, &answer);
	ipc_message_free(answer);
	close(fd);
}
