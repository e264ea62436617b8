/* SPDX-License-Identifier: MIT */
/* The tables of the profile interfaces (MAPI reference: Profile, Message Service, Provider Tables).
 */
#include "admintable.h"
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "bag.h"
#include "mem.h"
#include "prop.h"
#include "services.h"
#include "table.h"

/* Adds what `bag` holds, unless filling it failed. */
static HRESULT
add_row(struct table_rows *rows, struct bag *bag, HRESULT hr)
{
	if (SUCCEEDED(hr))
		hr = table_rows_add(rows, bag_values(bag), bag_count(bag));
	bag_free(bag);
	return hr;
}

static HRESULT
finish(struct table_rows *rows, HRESULT hr, const SPropTagArray *columns, ULONG flags,
    IMAPITable **out)
{
	*out = NULL;
	if (FAILED(hr)) {
		table_rows_free(rows);
		return hr;
	}
	return table_create(rows, columns, flags & MAPI_UNICODE, out);
}

/* --- Profiles ------------------------------------------------------------------------------ */

static HRESULT
add_profile(struct table_rows *rows, const char *name, const char *standard, LONG number)
{
	struct bag *bag = bag_create();
	HRESULT hr = bag ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = bag_set_text(bag, PR_DISPLAY_NAME_W, name);
	if (SUCCEEDED(hr))
		hr = bag_set_bool(bag, PR_DEFAULT_PROFILE, !g_strcmp0(name, standard));
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_INSTANCE_KEY, name, strlen(name));
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_OBJECT_TYPE, MAPI_PROFSECT);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ROWID, number);
	return add_row(rows, bag, hr);
}

HRESULT
admintable_profiles(ULONG flags, IMAPITable **out)
{
	static const SizedSPropTagArray(
	    5, columns) = { 5, { PR_DISPLAY_NAME_W, PR_DEFAULT_PROFILE, PR_INSTANCE_KEY,
				   PR_OBJECT_TYPE, PR_ROWID } };
	struct table_rows *rows = table_rows_create();
	char **names = profile_list(), *standard = profile_default();
	HRESULT hr = rows ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	LONG i;

	for (i = 0; SUCCEEDED(hr) && names[i]; i++)
		hr = add_profile(rows, names[i], standard, i + 1);
	g_strfreev(names);
	g_free(standard);
	return finish(rows, hr, (const SPropTagArray *)&columns, flags, out);
}

/* --- Services and providers ---------------------------------------------------------------- */

/* A bag with what the section says, and the columns that are never absent. */
static HRESULT
read_section(struct profile *profile, const MAPIUID *section, LONG number, struct bag **out)
{
	struct bag *bag = bag_create();
	SPropValue *values = NULL;
	ULONG count = 0;
	HRESULT hr;

	*out = bag;
	if (!bag)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = bag_set_long(bag, PR_RESOURCE_FLAGS, 0);
	if (SUCCEEDED(hr))
		hr = profile_section_read(profile, section, &values, &count);
	if (SUCCEEDED(hr))
		hr = bag_set_array(bag, values, count);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_INSTANCE_KEY, section, sizeof *section);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_OBJECT_TYPE, MAPI_PROFSECT);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_ROWID, number);
	mem_free(values);
	return hr;
}

static HRESULT
add_service(struct table_rows *rows, struct profile *profile, const MAPIUID *service, LONG number)
{
	struct bag *bag;
	HRESULT hr = read_section(profile, service, number, &bag);

	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_SERVICE_UID, service, sizeof *service);
	return add_row(rows, bag, hr);
}

HRESULT
admintable_services(struct profile *profile, ULONG flags, IMAPITable **out)
{
	static const SizedSPropTagArray(
	    9, columns) = { 9, { PR_SERVICE_UID, PR_SERVICE_NAME_W, PR_DISPLAY_NAME_W,
				   PR_INSTANCE_KEY, PR_RESOURCE_FLAGS, PR_SERVICE_DLL_NAME_W,
				   PR_SERVICE_ENTRY_NAME, PR_SERVICE_SUPPORT_FILES_W, PR_ROWID } };
	struct table_rows *rows = table_rows_create();
	GArray *services = services_list(profile);
	HRESULT hr = rows ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	guint i;

	for (i = 0; SUCCEEDED(hr) && i < services->len; i++)
		hr = add_service(rows, profile, &g_array_index(services, MAPIUID, i), (LONG)i + 1);
	g_array_unref(services);
	return finish(rows, hr, (const SPropTagArray *)&columns, flags, out);
}

static HRESULT
put_service_name(struct profile *profile, struct bag *bag)
{
	const SPropValue *uid = bag_get(bag, PR_SERVICE_UID);
	SPropValue *values = NULL;
	ULONG count = 0;
	char *name;
	HRESULT hr;

	if (!uid || uid->Value.bin.cb != sizeof(MAPIUID))
		return S_OK;
	hr = profile_section_read(profile, (const MAPIUID *)uid->Value.bin.lpb, &values, &count);
	if (FAILED(hr)) /* a provider of no service has no such name */
		return hr == MAPI_E_NOT_FOUND ? S_OK : hr;
	hr = prop_read_text(values, count, PR_SERVICE_NAME_W, &name);
	if (name)
		hr = bag_set_text(bag, PR_SERVICE_NAME_W, name);
	g_free(name);
	mem_free(values);
	return hr;
}

static HRESULT
add_provider(struct table_rows *rows, struct profile *profile, const MAPIUID *provider, LONG number)
{
	struct bag *bag;
	HRESULT hr = read_section(profile, provider, number, &bag);

	if (SUCCEEDED(hr))
		hr = put_service_name(profile, bag);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_PROVIDER_ORDINAL, number - 1);
	return add_row(rows, bag, hr);
}

HRESULT
admintable_providers(struct profile *profile, const MAPIUID *service, ULONG flags, IMAPITable **out)
{
	static const SizedSPropTagArray(11, columns) = { 11,
		{ PR_PROVIDER_UID, PR_DISPLAY_NAME_W, PR_INSTANCE_KEY, PR_PROVIDER_DISPLAY_W,
		    PR_PROVIDER_DLL_NAME_W, PR_PROVIDER_ORDINAL, PR_RESOURCE_FLAGS,
		    PR_RESOURCE_TYPE, PR_SERVICE_NAME_W, PR_SERVICE_UID, PR_ROWID } };
	struct table_rows *rows = table_rows_create();
	GArray *providers = services_providers(profile, service);
	HRESULT hr = rows ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	guint i;

	for (i = 0; SUCCEEDED(hr) && i < providers->len; i++)
		hr =
		    add_provider(rows, profile, &g_array_index(providers, MAPIUID, i), (LONG)i + 1);
	g_array_unref(providers);
	return finish(rows, hr, (const SPropTagArray *)&columns, flags, out);
}
