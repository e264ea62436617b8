/* SPDX-License-Identifier: MIT */
/* Saving an entry (MAPI reference: IABContainer::CreateEntry, IMAPIProp::SaveChanges). */
#include "abp_private.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include "mem.h"

/* Not worth keeping: made anew from key and address. */
static const ULONG derived[] = { PR_ENTRYID, PR_RECORD_KEY, PR_INSTANCE_KEY, PR_SEARCH_KEY,
	PR_OBJECT_TYPE, PR_DISPLAY_TYPE, PR_ACCESS, PR_ACCESS_LEVEL };

/* An address has a name, and a type. */
static HRESULT
fill_in(struct abp_object *object, char **why)
{
	struct bag *bag = object->bag;
	g_autofree char *name = NULL, *address = NULL, *smtp = NULL;
	HRESULT hr = bag_copy_text(bag, PR_DISPLAY_NAME_W, &name);

	if (SUCCEEDED(hr))
		hr = bag_copy_text(bag, PR_EMAIL_ADDRESS_W, &address);
	if (SUCCEEDED(hr))
		hr = bag_copy_text(bag, PR_SMTP_ADDRESS_W, &smtp);
	if (SUCCEEDED(hr) && object->kind == ABP_USER && (!address || !*address) && smtp && *smtp) {
		hr = bag_set_text(bag, PR_EMAIL_ADDRESS_W, smtp);
		if (SUCCEEDED(hr))
			hr = bag_set_text(bag, PR_ADDRTYPE_W, "SMTP");
		g_free(address);
		address = g_strdup(smtp);
	}
	if (FAILED(hr) || (name && *name))
		return hr;
	if (address && *address)
		return bag_set_text(bag, PR_DISPLAY_NAME_W, address);
	*why = g_strdup("An address book's entry needs PR_DISPLAY_NAME or PR_EMAIL_ADDRESS.");
	return MAPI_E_MISSING_REQUIRED_COLUMN;
}

static HRESULT
copy_kept(struct abp_object *object, struct bag **out)
{
	struct bag *kept = bag_create();
	HRESULT hr = kept ? bag_set_array(kept, bag_values(object->bag), bag_count(object->bag))
			  : MAPI_E_NOT_ENOUGH_MEMORY;
	g_autofree char *type = NULL;

	if (SUCCEEDED(hr))
		hr = bag_copy_text(object->bag, PR_ADDRTYPE_W, &type);
	for (size_t i = 0; SUCCEEDED(hr) && i < G_N_ELEMENTS(derived); i++)
		bag_remove(kept, derived[i]);
	/* Follows from the address, which may be another one now. */
	if (SUCCEEDED(hr) && (!type || !g_ascii_strcasecmp(type, "SMTP")))
		bag_remove(kept, PR_SMTP_ADDRESS_W);
	if (SUCCEEDED(hr) && object->kind == ABP_LIST && type && !strcmp(type, "MAPIPDL")) {
		bag_remove(kept, PR_ADDRTYPE_W);
		bag_remove(kept, PR_EMAIL_ADDRESS_W);
	}
	if (FAILED(hr)) {
		bag_free(kept);
		kept = NULL;
	}
	*out = kept;
	return hr;
}

/* --- Duplicates ---------------------------------------------------------------------------- */

struct duplicate {
	const struct abp_object *of;
	bool strict;
	struct abp_key key; /* of the one that was found */
};

static bool
same_text(const struct bag *a, const struct bag *b, ULONG tag)
{
	g_autofree char *one = bag_get_text(a, tag), *other = bag_get_text(b, tag);
	g_autofree char *one_folded = g_utf8_casefold(one ? one : "", -1);
	g_autofree char *other_folded = g_utf8_casefold(other ? other : "", -1);

	return !strcmp(one_folded, other_folded);
}

static HRESULT
note_duplicate(void *context, const struct abp_row *row)
{
	struct duplicate *duplicate = context;
	const struct bag *bag = duplicate->of->bag;

	if (duplicate->key.bytes || row->type != duplicate->of->key.type ||
	    !same_text(row->bag, bag, PR_DISPLAY_NAME_W))
		return S_OK;
	if (duplicate->strict && !same_text(row->bag, bag, PR_EMAIL_ADDRESS_W))
		return S_OK;
	duplicate->key.type = row->type;
	duplicate->key.bytes = g_bytes_ref(row->bytes);
	return S_OK;
}

/* MAPI_E_COLLISION for a duplicate that may not be replaced; else *key is the one to write over. */
static HRESULT
check_duplicates(struct abp_object *object, struct abp_key *key, char **why)
{
	struct abp_logon *logon = object->logon;
	struct duplicate duplicate = { object, object->create_flags & CREATE_CHECK_DUP_STRICT,
		{ 0, NULL } };
	g_autofree char *name = bag_get_text(object->bag, PR_DISPLAY_NAME_W);
	struct abp_query query = { name, NULL, 0 };
	HRESULT hr;

	if (!(object->create_flags & (CREATE_CHECK_DUP_STRICT | CREATE_CHECK_DUP_LOOSE)))
		return S_OK;
	hr = logon->ops->list(logon->book, &query, note_duplicate, &duplicate, why);
	if (SUCCEEDED(hr) && duplicate.key.bytes && !(object->create_flags & CREATE_REPLACE)) {
		*why = g_strdup_printf("The address book has an entry \"%s\" already.", name);
		hr = MAPI_E_COLLISION;
	}
	if (SUCCEEDED(hr) && duplicate.key.bytes)
		key->bytes = g_steal_pointer(&duplicate.key.bytes);
	g_clear_pointer(&duplicate.key.bytes, g_bytes_unref);
	return hr;
}

/* --- Saving -------------------------------------------------------------------------------- */

static HRESULT
join_list(struct abp_object *object, const struct abp_key *key, char **why)
{
	struct abp_logon *logon = object->logon;
	SBinary id;
	HRESULT hr = abp_id_create(&logon->uid, key->type, key->bytes, NULL, &id);

	if (SUCCEEDED(hr))
		hr = logon->ops->add_member(
		    logon->book, object->home, &id, key->bytes, object->bag, why);
	mem_free(id.lpb);
	return hr;
}

/* The object as it now is in the book. */
static HRESULT
take_over(struct abp_object *object, struct abp_key *key)
{
	struct abp_row row = { key->type, key->bytes, object->bag };
	HRESULT hr = abp_complete(object->logon, &row);

	if (FAILED(hr))
		return hr;
	if (!object->key.bytes)
		object->key.bytes = g_bytes_ref(key->bytes);
	object->changed = false;
	return S_OK;
}

/* What was made and then could not be handed over is not kept: who is told of a failure saves it
 * once more. */
static void
take_back(struct abp_object *object, const struct abp_key *key)
{
	struct abp_logon *logon = object->logon;
	g_autofree char *why = NULL;

	logon->ops->erase(logon->book, key, &why);
	g_clear_pointer(&object->key.bytes, g_bytes_unref);
	object->changed = true;
}

HRESULT
abp_save(struct abp_object *object, char **why)
{
	struct abp_logon *logon = object->logon;
	bool is_new = !object->key.bytes, made = false;
	struct abp_key key = { object->key.type, is_new ? NULL : g_bytes_ref(object->key.bytes) };
	struct bag *kept = NULL;
	HRESULT hr = fill_in(object, why);

	if (SUCCEEDED(hr) && is_new)
		hr = check_duplicates(object, &key, why);
	if (SUCCEEDED(hr))
		hr = copy_kept(object, &kept);
	if (SUCCEEDED(hr)) {
		made = !key.bytes;
		hr = logon->ops->write(logon->book, &key, kept, why);
		made = made && SUCCEEDED(hr);
	}
	logon->wrote = true;
	if (SUCCEEDED(hr))
		hr = take_over(object, &key);
	if (SUCCEEDED(hr) && is_new && object->home)
		hr = join_list(object, &key, why);
	if (FAILED(hr) && made)
		take_back(object, &key);
	g_clear_pointer(&key.bytes, g_bytes_unref);
	bag_free(kept);
	return hr;
}
