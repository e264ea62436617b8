/* SPDX-License-Identifier: MIT */
/* Reading mapisvc.inf. */
#include "mapisvc.h"
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapix.h>
#include "log.h"
#include "mem.h"
#include "paths.h"
#include "profile_private.h"
#include "prop.h"

/* Numbers that the file writes by name. */
static const struct symbol {
	const char *name;
	ULONG value;
} symbols[] = {
	{ "MAPI_STORE_PROVIDER", MAPI_STORE_PROVIDER },
	{ "MAPI_TRANSPORT_PROVIDER", MAPI_TRANSPORT_PROVIDER },
	{ "MAPI_AB_PROVIDER", MAPI_AB_PROVIDER },
	{ "MAPI_HOOK_PROVIDER", MAPI_HOOK_PROVIDER },
	{ "SERVICE_DEFAULT_STORE", SERVICE_DEFAULT_STORE },
	{ "SERVICE_SINGLE_COPY", SERVICE_SINGLE_COPY },
	{ "SERVICE_CREATE_WITH_STORE", SERVICE_CREATE_WITH_STORE },
	{ "SERVICE_PRIMARY_IDENTITY", SERVICE_PRIMARY_IDENTITY },
	{ "SERVICE_NO_PRIMARY_IDENTITY", SERVICE_NO_PRIMARY_IDENTITY },
	{ "STATUS_DEFAULT_STORE", STATUS_DEFAULT_STORE },
	{ "STATUS_PRIMARY_STORE", STATUS_PRIMARY_STORE },
	{ "STATUS_PRIMARY_IDENTITY", STATUS_PRIMARY_IDENTITY },
	{ "STATUS_NO_DEFAULT_STORE", STATUS_NO_DEFAULT_STORE },
	{ "STATUS_NO_PRIMARY_IDENTITY", STATUS_NO_PRIMARY_IDENTITY },
};

/* Properties that the file calls by their tag's name, beside the words of profiles. */
static const struct symbol tags[] = {
	{ "PR_DISPLAY_NAME", PR_DISPLAY_NAME_W },
	{ "PR_PROVIDER_DISPLAY", PR_PROVIDER_DISPLAY_W },
	{ "PR_PROVIDER_DLL_NAME", PR_PROVIDER_DLL_NAME_W },
	{ "PR_RESOURCE_FLAGS", PR_RESOURCE_FLAGS },
	{ "PR_RESOURCE_TYPE", PR_RESOURCE_TYPE },
	{ "PR_SERVICE_DLL_NAME", PR_SERVICE_DLL_NAME_W },
	{ "PR_SERVICE_ENTRY_NAME", PROP_TAG(PT_UNICODE, PROP_ID(PR_SERVICE_ENTRY_NAME)) },
};

/* --- Files --------------------------------------------------------------------------------- */

static void
merge(GKeyFile *into, char *path)
{
	GKeyFile *from = g_key_file_new();
	GError *error = NULL;
	char **groups, **keys;
	size_t i, k;

	if (!g_key_file_load_from_file(from, path, G_KEY_FILE_NONE, &error)) {
		if (error->domain == G_KEY_FILE_ERROR)
			log_error("%s: %s", path, error->message);
		g_error_free(error);
		goto out;
	}
	groups = g_key_file_get_groups(from, NULL);
	for (i = 0; groups[i]; i++) {
		keys = g_key_file_get_keys(from, groups[i], NULL, NULL);
		for (k = 0; keys[k]; k++) {
			char *value = g_key_file_get_value(from, groups[i], keys[k], NULL);

			g_key_file_set_value(into, groups[i], keys[k], value);
			g_free(value);
		}
		g_strfreev(keys);
	}
	g_strfreev(groups);
out:
	g_key_file_free(from);
	g_free(path);
}

GKeyFile *
mapisvc_load(void)
{
	GKeyFile *inf = g_key_file_new();
	const char *chosen = g_getenv("EMAPI_MAPISVC");

	merge(inf, g_strdup(chosen && *chosen ? chosen : EMAPI_DATA_DIR "/mapisvc.inf"));
	merge(inf, paths_system("mapisvc.inf"));
	merge(inf, paths_config("mapisvc.inf"));
	return inf;
}

/* --- Services ------------------------------------------------------------------------------ */

bool
mapisvc_has_service(GKeyFile *inf, const char *service)
{
	return g_key_file_has_key(inf, "Services", service, NULL);
}

static char **
list_of(GKeyFile *inf, const char *group, const char *key)
{
	char *text = g_key_file_get_string(inf, group, key, NULL);
	char **parts = g_strsplit(text ? text : "", ",", -1);
	GPtrArray *list = g_ptr_array_new();
	size_t i;

	for (i = 0; parts[i]; i++)
		if (*g_strstrip(parts[i]))
			g_ptr_array_add(list, g_strdup(parts[i]));
	g_ptr_array_add(list, NULL);
	g_strfreev(parts);
	g_free(text);
	return (char **)g_ptr_array_free(list, FALSE);
}

char **
mapisvc_providers(GKeyFile *inf, const char *service)
{
	return list_of(inf, service, "Providers");
}

/* --- Values -------------------------------------------------------------------------------- */

static ULONG
tag_of(const char *key)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(tags); i++)
		if (!strcmp(tags[i].name, key))
			return tags[i].value;
	return 0;
}

/* "A|B|0x10" as one number; false where a word is none. */
static bool
number_of(const char *text, ULONG *number)
{
	char **words = g_strsplit(text, "|", -1), *end;
	bool good = true;
	size_t i, k;

	*number = 0;
	for (i = 0; words[i] && good; i++) {
		g_strstrip(words[i]);
		for (k = 0; k < G_N_ELEMENTS(symbols); k++)
			if (!strcmp(symbols[k].name, words[i]))
				break;
		if (k < G_N_ELEMENTS(symbols)) {
			*number |= symbols[k].value;
			continue;
		}
		*number |= (ULONG)g_ascii_strtoull(words[i], &end, 0);
		good = end != words[i] && !*end;
	}
	g_strfreev(words);
	return good;
}

static HRESULT
value_of(void *root, ULONG tag, const char *text, SPropValue *value)
{
	ULONG number;

	if (PROP_TYPE(tag) != PT_LONG)
		return prop_set_text(root, value, tag, text);
	if (!number_of(text, &number))
		return MAPI_E_CORRUPT_DATA;
	prop_set_long(value, tag, (LONG)number);
	return S_OK;
}

HRESULT
mapisvc_values(GKeyFile *inf, const char *group, SPropValue **out, ULONG *count)
{
	gsize size = 0, i;
	char **keys = g_key_file_get_keys(inf, group, &size, NULL);
	SPropValue *values = mem_zalloc(NULL, (size + 1) * sizeof *values);
	HRESULT hr = values ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	*out = NULL;
	*count = 0;
	for (i = 0; SUCCEEDED(hr) && i < size; i++) {
		char *text = g_key_file_get_string(inf, group, keys[i], NULL);
		ULONG tag = tag_of(keys[i]);

		if (text && tag)
			hr = value_of(values, tag, text, &values[(*count)++]);
		else if (text && profile_key_tag(keys[i]))
			hr = profile_parse_value(values, keys[i], text, &values[(*count)++]);
		g_free(text);
	}
	g_strfreev(keys);
	if (FAILED(hr)) {
		mem_free(values);
		*count = 0;
		return hr;
	}
	*out = values;
	return S_OK;
}

GArray *
mapisvc_required(GKeyFile *inf, const char *service)
{
	GArray *required = g_array_new(FALSE, FALSE, sizeof(ULONG));
	char **names = list_of(inf, service, "Required");
	size_t i;

	for (i = 0; names[i]; i++) {
		ULONG tag = profile_key_tag(names[i]);

		if (tag)
			g_array_append_val(required, tag);
	}
	g_strfreev(names);
	return required;
}
