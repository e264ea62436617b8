/* SPDX-License-Identifier: MIT */
/*
 * Sections of a profile as properties: the words and tags of the file, and their values as text.
 *
 * Text is kept as UTF-8 whatever the type of its tag, and is given out as PT_UNICODE; bytes that
 * are no UTF-8 stand as hex under KEY.hex, with their own type in the key.
 */
#include "profile.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <emapispi.h>
#include "blob.h"
#include "mem.h"
#include "profile_private.h"
#include "prop.h"
#include "text.h"

#define HEX_SUFFIX ".hex"

/* Settings that people write by a word. */
static const struct word {
	const char *name;
	ULONG tag;
} words[] = {
	{ "DisplayName", PR_DISPLAY_NAME_W },
	{ "ServiceName", PR_SERVICE_NAME_W },
	{ "Service", PR_SERVICE_UID },
	{ "Type", PR_RESOURCE_TYPE },
	{ "Module", PR_PROVIDER_DLL_NAME_W },
	{ "ProviderDisplay", PR_PROVIDER_DISPLAY_W },
	{ "Default", PR_DEFAULT_STORE },
	{ "Server", PR_EMAPI_SERVER_W },
	{ "Port", PR_EMAPI_PORT },
	{ "TLS", PR_EMAPI_TLS_W },
	{ "User", PR_EMAPI_USER_W },
	{ "PasswordCommand", PR_EMAPI_PASSWORD_COMMAND_W },
	{ "PasswordFile", PR_EMAPI_PASSWORD_FILE_W },
	{ "PasswordKeyring", PR_EMAPI_PASSWORD_KEYRING },
	{ "Auth", PR_EMAPI_AUTH_W },
	{ "CAFile", PR_EMAPI_CA_FILE_W },
	{ "Path", PR_EMAPI_PATH_W },
	{ "FromName", PR_EMAPI_FROM_NAME_W },
	{ "FromAddress", PR_EMAPI_FROM_ADDRESS_W },
	{ "Fingerprint", PR_EMAPI_FINGERPRINT_W },
	{ "Proxy", PR_EMAPI_PROXY_W },
	{ "ClientCertificate", PR_EMAPI_CLIENT_CERT_W },
	{ "ClientKey", PR_EMAPI_CLIENT_KEY_W },
	{ "Helo", PR_EMAPI_HELO_W },
	{ "Timeout", PR_EMAPI_TIMEOUT },
	{ "RetryFirst", PR_EMAPI_RETRY_FIRST },
	{ "RetryMax", PR_EMAPI_RETRY_MAX },
	{ "Lifetime", PR_EMAPI_LIFETIME },
	{ "DelayReport", PR_EMAPI_DELAY_REPORT },
	{ "MaxPerMinute", PR_EMAPI_MAX_PER_MINUTE },
	{ "MaxConnections", PR_EMAPI_MAX_CONNECTIONS },
	{ "MaxRecipients", PR_EMAPI_MAX_RECIPIENTS },
	{ "Preset", PR_EMAPI_PRESET_W },
	{ "AllowFrom", PR_EMAPI_ALLOW_FROM_W },
	{ "LocalTo", PR_EMAPI_LOCAL_TO_W },
	{ "HeaderFrom", PR_EMAPI_HEADER_FROM_W },
	{ "Machine", PR_EMAPI_MACHINE },
	{ "MachineDomain", PR_EMAPI_MACHINE_DOMAIN_W },
	{ "MachineFrom", PR_EMAPI_MACHINE_FROM_W },
	{ "KeepSent", PR_EMAPI_KEEP_SENT },
	{ "MaxSize", PR_EMAPI_MAX_SIZE },
	{ "Socket", PR_EMAPI_SUBMIT_SOCKET_W },
	{ "PasswordCredential", PR_EMAPI_PASSWORD_CREDENTIAL_W },
	{ "BaseDN", PR_EMAPI_BASE_DN_W },
	{ "Filter", PR_EMAPI_FILTER_W },
	{ "SizeLimit", PR_EMAPI_SIZE_LIMIT },
};

static const struct resource {
	const char *name;
	LONG type;
} resources[] = {
	{ "store", MAPI_STORE_PROVIDER },
	{ "ab", MAPI_AB_PROVIDER },
	{ "transport", MAPI_TRANSPORT_PROVIDER },
	{ "hook", MAPI_HOOK_PROVIDER },
	{ "spooler", MAPI_SPOOLER },
};

/* --- Keys ---------------------------------------------------------------------------------- */

/* The word for a property of this very type; texts are of one type here. */
static const char *
word_of_tag(ULONG tag)
{
	size_t i;

	if (PROP_TYPE(tag) == PT_STRING8)
		tag = PROP_TAG(PT_UNICODE, PROP_ID(tag));
	for (i = 0; i < G_N_ELEMENTS(words); i++)
		if (words[i].tag == tag)
			return words[i].name;
	return NULL;
}

/* The tag that a key names; 0 for a key of someone else's. */
static ULONG
tag_of_key(const char *key, bool *hex)
{
	char *plain = g_strdup(key);
	ULONG tag = 0;
	size_t i;

	*hex = g_str_has_suffix(plain, HEX_SUFFIX);
	if (*hex)
		plain[strlen(plain) - strlen(HEX_SUFFIX)] = '\0';
	for (i = 0; i < G_N_ELEMENTS(words) && !tag; i++)
		if (!g_ascii_strcasecmp(words[i].name, plain))
			tag = words[i].tag;
	if (!tag && strlen(plain) == 10 && !strncmp(plain, "0x", 2)) {
		char *end;
		unsigned long number = strtoul(plain + 2, &end, 16);

		if (!*end)
			tag = (ULONG)number;
	}
	g_free(plain);
	return tag;
}

ULONG
profile_word_tag(const char *word)
{
	bool hex;
	ULONG tag = tag_of_key(word, &hex);

	return hex ? 0 : tag;
}

char *
profile_group_name(const char *kind, const MAPIUID *section)
{
	char *hex = text_hex(section, sizeof *section);
	char *group = g_strconcat(kind, " ", hex, NULL);

	g_free(hex);
	return group;
}

bool
profile_group_uid(const char *group, const char *kind, MAPIUID *uid)
{
	size_t length = strlen(kind);

	return !strncmp(group, kind, length) && group[length] == ' ' &&
	       text_unhex(group + length + 1, uid, sizeof *uid);
}

static const char *const kinds[] = { "Provider", "Service", "Section" };

/* Whether a group's settings are properties. */
static bool
is_section(const char *group)
{
	MAPIUID uid;
	size_t k;

	for (k = 0; k < G_N_ELEMENTS(kinds); k++)
		if (profile_group_uid(group, kinds[k], &uid))
			return true;
	return !strcmp(group, PROFILE_GROUP);
}

char *
profile_find_group(GKeyFile *keys, const MAPIUID *section)
{
	char **groups, *found = NULL;
	MAPIUID uid;
	size_t i, k;

	if (!memcmp(section, &MUID_PROFILE_INSTANCE, sizeof *section))
		return g_strdup(PROFILE_GROUP);
	groups = g_key_file_get_groups(keys, NULL);
	for (i = 0; groups[i] && !found; i++)
		for (k = 0; k < G_N_ELEMENTS(kinds) && !found; k++)
			if (profile_group_uid(groups[i], kinds[k], &uid) &&
			    !memcmp(&uid, section, sizeof uid))
				found = g_strdup(groups[i]);
	g_strfreev(groups);
	return found;
}

/* --- Values from text ---------------------------------------------------------------------- */

static bool
parse_number(const char *text, gint64 *number)
{
	char *end;

	errno = 0;
	*number = g_ascii_strtoll(text, &end, 0);
	return end != text && !*end && !errno;
}

/* Of 32 bits, with a sign or without. */
static bool
fits_long(gint64 number)
{
	return number >= G_MININT32 && number <= G_MAXUINT32;
}

static HRESULT
parse_resource(const char *text, SPropValue *value)
{
	gint64 number;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(resources); i++) {
		if (!g_ascii_strcasecmp(text, resources[i].name)) {
			prop_set_long(value, PR_RESOURCE_TYPE, resources[i].type);
			return S_OK;
		}
	}
	if (!parse_number(text, &number) || !fits_long(number))
		return MAPI_E_CORRUPT_DATA;
	prop_set_long(value, PR_RESOURCE_TYPE, (LONG)number);
	return S_OK;
}

/* Hex digits as new bytes on `root`. */
static HRESULT
parse_hex(void *root, const char *text, void **data, size_t *size)
{
	size_t length = strlen(text);

	*size = length / 2;
	*data = mem_zalloc(root, *size ? *size : 1);
	if (!*data)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	return length % 2 == 0 && text_unhex(text, *data, *size) ? S_OK : MAPI_E_CORRUPT_DATA;
}

static HRESULT
parse_blob(void *root, const char *text, ULONG tag, SPropValue *value)
{
	SPropValue *values = NULL;
	void *data;
	size_t size;
	ULONG count;
	HRESULT hr;

	hr = parse_hex(root, text, &data, &size);
	if (SUCCEEDED(hr))
		hr = blob_decode(data, size, &values, &count);
	if (FAILED(hr))
		return hr;
	hr = count == 1 && values[0].ulPropTag == tag ? prop_copy(root, values, value)
						      : MAPI_E_CORRUPT_DATA;
	mem_free(values);
	return hr;
}

/* Bytes that are no text, or a value of a type that has no text. */
static HRESULT
parse_bytes(void *root, const char *text, ULONG tag, SPropValue *value)
{
	void *data;
	size_t size;
	HRESULT hr;

	hr = parse_hex(root, text, &data, &size);
	if (FAILED(hr))
		return hr;
	if (PROP_TYPE(tag) == PT_CLSID) {
		if (size != sizeof(GUID))
			return MAPI_E_CORRUPT_DATA;
		value->ulPropTag = tag;
		value->Value.lpguid = data;
		return S_OK;
	}
	if (PROP_TYPE(tag) == PT_STRING8 || PROP_TYPE(tag) == PT_UNICODE) {
		char *bytes = mem_strndup(root, data, size);

		return bytes ? prop_set_text(root, value, tag, bytes) : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	return prop_set_binary(root, value, tag, data, size);
}

static HRESULT
parse_scalar(void *root, const char *text, ULONG tag, SPropValue *value)
{
	gint64 number;
	ULONG type = PROP_TYPE(tag);

	if (type == PT_BOOLEAN) {
		bool on = !g_ascii_strcasecmp(text, "true") || !strcmp(text, "1");

		if (!on && g_ascii_strcasecmp(text, "false") && strcmp(text, "0"))
			return MAPI_E_CORRUPT_DATA;
		prop_set_bool(value, tag, on);
		return S_OK;
	}
	if (type != PT_LONG && type != PT_I8)
		return parse_blob(root, text, tag, value);
	if (!parse_number(text, &number) || (type == PT_LONG && !fits_long(number)))
		return MAPI_E_CORRUPT_DATA;
	value->ulPropTag = tag;
	if (type == PT_LONG)
		value->Value.l = (LONG)number;
	else
		value->Value.li.QuadPart = number;
	return S_OK;
}

static HRESULT
parse_value(void *root, const char *text, ULONG tag, bool hex, SPropValue *value)
{
	ULONG type = PROP_TYPE(tag);

	if (hex && type != PT_STRING8 && type != PT_UNICODE)
		return MAPI_E_CORRUPT_DATA;
	if (tag == PR_RESOURCE_TYPE)
		return parse_resource(text, value);
	if (hex || type == PT_BINARY || type == PT_CLSID)
		return parse_bytes(root, text, tag, value);
	if (type == PT_STRING8 || type == PT_UNICODE)
		return prop_set_text(root, value, PROP_TAG(PT_UNICODE, PROP_ID(tag)), text);
	return parse_scalar(root, text, tag, value);
}

ULONG
profile_key_tag(const char *key)
{
	bool hex;

	return tag_of_key(key, &hex);
}

HRESULT
profile_parse_value(void *root, const char *key, const char *text, SPropValue *value)
{
	bool hex;
	ULONG tag = tag_of_key(key, &hex);

	return tag ? parse_value(root, text, tag, hex, value) : MAPI_E_CORRUPT_DATA;
}

/* What a key's value says, g_free(), without blanks at the end where they mean nothing. */
static char *
value_text(GKeyFile *keys, const char *group, const char *key, ULONG tag)
{
	char *text = g_key_file_get_string(keys, group, key, NULL);

	if (text && PROP_TYPE(tag) != PT_UNICODE && PROP_TYPE(tag) != PT_STRING8)
		g_strchomp(text);
	return text;
}

static bool
is_secret(ULONG tag)
{
	return PROP_ID(tag) >= PROP_ID_SECURE_MIN && PROP_ID(tag) <= PROP_ID_SECURE_MAX;
}

/* --- What a person wrote wrongly ------------------------------------------------------------ */

/* What the value of such a setting has to be. */
static const char *
form_of(ULONG tag)
{
	if (tag == PR_RESOURCE_TYPE)
		return "store, transport or ab";
	switch (PROP_TYPE(tag)) {
	case PT_LONG:
		return "a number of 32 bits";
	case PT_I8:
		return "a number";
	case PT_BOOLEAN:
		return "true or false";
	case PT_CLSID:
		return "32 hex digits";
	case PT_BINARY:
	case PT_STRING8:
	case PT_UNICODE:
		return "pairs of hex digits";
	default:
		return NULL; /* no person writes it */
	}
}

static HRESULT
check_value(void *root, GKeyFile *keys, const char *group, const char *key, char **what)
{
	bool hex;
	ULONG tag = tag_of_key(key, &hex);
	char *text = value_text(keys, group, key, tag);
	SPropValue value;
	HRESULT hr = S_OK;

	if (text && tag && !is_secret(tag) && form_of(tag))
		hr = parse_value(root, text, tag, hex, &value);
	if (hr == MAPI_E_CORRUPT_DATA)
		*what = g_strdup_printf(
		    "%s=%s in group [%s] must be %s", key, text, group, form_of(tag));
	g_free(text);
	return hr;
}

HRESULT
profile_check_values(GKeyFile *keys, char **what)
{
	char **groups = g_key_file_get_groups(keys, NULL);
	void *root = mem_zalloc(NULL, 0);
	HRESULT hr = root ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	size_t i, k;

	*what = NULL;
	for (i = 0; groups[i] && SUCCEEDED(hr); i++) {
		char **list = g_key_file_get_keys(keys, groups[i], NULL, NULL);

		for (k = 0; is_section(groups[i]) && list[k] && SUCCEEDED(hr); k++)
			hr = check_value(root, keys, groups[i], list[k], what);
		g_strfreev(list);
	}
	mem_free(root);
	g_strfreev(groups);
	return hr;
}

/* --- Values to text ------------------------------------------------------------------------ */

static char *
format_blob(const SPropValue *value)
{
	GByteArray *bytes = g_byte_array_new();
	char *text = NULL;

	if (SUCCEEDED(blob_encode(value, 1, bytes)))
		text = text_hex(bytes->data, bytes->len);
	g_byte_array_unref(bytes);
	return text;
}

static char *
format_text(const SPropValue *value, bool *hex)
{
	char *text = prop_find_text(value, 1, value->ulPropTag), *digits;

	if (!text || text_is_utf8(text))
		return text;
	*hex = true;
	digits = text_hex(text, strlen(text));
	g_free(text);
	return digits;
}

static char *
format_value(const SPropValue *value, bool *hex)
{
	size_t i;

	*hex = false;
	if (value->ulPropTag == PR_RESOURCE_TYPE)
		for (i = 0; i < G_N_ELEMENTS(resources); i++)
			if (resources[i].type == value->Value.l)
				return g_strdup(resources[i].name);
	switch (PROP_TYPE(value->ulPropTag)) {
	case PT_STRING8:
	case PT_UNICODE:
		return format_text(value, hex);
	case PT_LONG:
		return g_strdup_printf("%d", value->Value.l);
	case PT_I8:
		return g_strdup_printf("%lld", value->Value.li.QuadPart);
	case PT_BOOLEAN:
		return g_strdup(value->Value.b ? "true" : "false");
	case PT_BINARY:
		return text_hex(value->Value.bin.lpb, value->Value.bin.cb);
	case PT_CLSID:
		return text_hex(value->Value.lpguid, sizeof(GUID));
	default:
		return format_blob(value);
	}
}

void
profile_drop_value(GKeyFile *keys, const char *group, ULONG tag)
{
	char **list = g_key_file_get_keys(keys, group, NULL, NULL);
	bool hex;
	size_t i;

	for (i = 0; list && list[i]; i++) {
		ULONG found = tag_of_key(list[i], &hex);

		if (found && PROP_ID(found) == PROP_ID(tag))
			g_key_file_remove_key(keys, group, list[i], NULL);
	}
	g_strfreev(list);
}

HRESULT
profile_put_value(GKeyFile *keys, const char *group, const SPropValue *value)
{
	const char *word = word_of_tag(value->ulPropTag);
	ULONG tag = value->ulPropTag;
	char *text, *key;
	bool hex;

	text = format_value(value, &hex);
	if (!text)
		return MAPI_E_INVALID_TYPE;
	if (PROP_TYPE(tag) == PT_STRING8 && !hex)
		tag = PROP_TAG(PT_UNICODE, PROP_ID(tag));
	if (word)
		key = g_strconcat(word, hex ? HEX_SUFFIX : "", NULL);
	else
		key = g_strdup_printf("0x%08X%s", tag, hex ? HEX_SUFFIX : "");
	profile_drop_value(keys, group, tag);
	g_key_file_set_string(keys, group, key, text);
	g_free(key);
	g_free(text);
	return S_OK;
}

/* --- Sections ------------------------------------------------------------------------------ */

/* The values of one group; what its file says wrongly is left out. */
static HRESULT
read_group(GKeyFile *keys, const char *group, SPropValue *values, ULONG *count)
{
	char **list = g_key_file_get_keys(keys, group, NULL, NULL);
	HRESULT hr = S_OK;
	size_t i;

	for (i = 0; list && list[i] && hr != MAPI_E_NOT_ENOUGH_MEMORY; i++) {
		bool hex;
		ULONG tag = tag_of_key(list[i], &hex);
		char *text;

		if (!tag || is_secret(tag))
			continue;
		text = value_text(keys, group, list[i], tag);
		if (!text)
			continue;
		hr = parse_value(values, text, tag, hex, &values[*count]);
		if (SUCCEEDED(hr))
			(*count)++;
		g_free(text);
	}
	g_strfreev(list);
	return hr == MAPI_E_NOT_ENOUGH_MEMORY ? hr : S_OK;
}

static ULONG
group_size(GKeyFile *keys, const char *group)
{
	gsize size = 0;

	g_strfreev(g_key_file_get_keys(keys, group, &size, NULL));
	return (ULONG)size;
}

/* What follows from the section's own name. */
static HRESULT
add_identity(const char *group, const MAPIUID *section, SPropValue *values, ULONG *count)
{
	ULONG tag;

	if (g_str_has_prefix(group, "Provider "))
		tag = PR_PROVIDER_UID;
	else if (g_str_has_prefix(group, "Service "))
		tag = PR_SERVICE_UID;
	else
		return S_OK;
	return prop_set_binary(values, &values[(*count)++], tag, section, sizeof *section);
}

HRESULT
profile_section_read(
    const struct profile *profile, const MAPIUID *section, SPropValue **values, ULONG *count)
{
	struct profile *self = (struct profile *)profile;
	char *group = NULL;
	SPropValue *found = NULL;
	HRESULT hr;

	*values = NULL;
	*count = 0;
	g_mutex_lock(&self->lock);
	group = profile_find_group(self->keys, section);
	hr = group ? S_OK : MAPI_E_NOT_FOUND;
	if (FAILED(hr))
		goto out;
	found = mem_zalloc(NULL, (group_size(self->keys, group) + 2) * sizeof *found);
	hr = found ? read_group(self->keys, group, found, count) : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr))
		hr = add_identity(group, section, found, count);
	if (FAILED(hr))
		goto out;
	*values = g_steal_pointer(&found);
out:
	g_mutex_unlock(&self->lock);
	if (FAILED(hr))
		*count = 0;
	mem_free(found);
	g_free(group);
	return hr;
}

struct section_change {
	const MAPIUID *section;
	ULONG count;
	const SPropValue *values;
	const SPropTagArray *remove;
};

static HRESULT
apply_change(GKeyFile *keys, void *context)
{
	struct section_change *change = context;
	char *group = profile_find_group(keys, change->section);
	HRESULT hr = S_OK;
	ULONG i;

	if (!group)
		group = profile_group_name("Section", change->section);
	for (i = 0; change->remove && i < change->remove->cValues; i++)
		profile_drop_value(keys, group, change->remove->aulPropTag[i]);
	for (i = 0; i < change->count && SUCCEEDED(hr); i++)
		if (!is_secret(change->values[i].ulPropTag))
			hr = profile_put_value(keys, group, &change->values[i]);
	g_free(group);
	return hr;
}

HRESULT
profile_section_write(struct profile *profile, const MAPIUID *section, ULONG count,
    const SPropValue *values, const SPropTagArray *remove)
{
	struct section_change change = { section, count, values, remove };

	return profile_edit(profile, apply_change, &change);
}

/* --- Providers ----------------------------------------------------------------------------- */

static bool
is_resource(GKeyFile *keys, const char *group, ULONG resource_type)
{
	char *text = g_key_file_get_string(keys, group, "Type", NULL);
	SPropValue value;
	bool is;

	is = text && SUCCEEDED(parse_resource(g_strstrip(text), &value)) &&
	     (ULONG)value.Value.l == resource_type;
	g_free(text);
	return is;
}

GArray *
profile_providers(const struct profile *profile, ULONG resource_type)
{
	struct profile *self = (struct profile *)profile;
	GArray *found = g_array_new(FALSE, FALSE, sizeof(MAPIUID));
	char **groups;
	MAPIUID uid;
	size_t i;

	g_mutex_lock(&self->lock);
	groups = g_key_file_get_groups(self->keys, NULL);
	for (i = 0; groups[i]; i++)
		if (profile_group_uid(groups[i], "Provider", &uid) &&
		    (!resource_type || is_resource(self->keys, groups[i], resource_type)))
			g_array_append_val(found, uid);
	g_mutex_unlock(&self->lock);
	g_strfreev(groups);
	return found;
}
