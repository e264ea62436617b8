/* SPDX-License-Identifier: MIT */
/* The common bodies of IMAPIProp's methods over a property set: see bag.h. */
#include "bag.h"

#include <string.h>
#include "mem.h"
#include "prop.h"

/* PT_STRING8 and PT_UNICODE, alone or as arrays, in the form that the flags ask for. */
static ULONG
type_by_flags(ULONG type, ULONG flags)
{
	ULONG single = type & ~MV_FLAG;

	if (single != PT_STRING8 && single != PT_UNICODE)
		return type;
	return (flags & MAPI_UNICODE ? PT_UNICODE : PT_STRING8) | (type & MV_FLAG);
}

/* An array without elements is as good as absent: GetProps must not return one. */
static bool
is_empty(const SPropValue *value)
{
	return PROP_TYPE(value->ulPropTag) & MV_FLAG && value->Value.bin.cb == 0;
}

static HRESULT
select_one(void *root, const SPropValue *value, ULONG tag, ULONG flags, SPropValue *out)
{
	ULONG type = PROP_TYPE(tag);
	HRESULT hr;

	if (tag == PR_NULL) {
		memset(out, 0, sizeof(*out));
		out->ulPropTag = PR_NULL;
		return S_OK;
	}
	if (!value || is_empty(value)) {
		prop_set_error(out, tag, MAPI_E_NOT_FOUND);
		return MAPI_W_ERRORS_RETURNED;
	}
	if (PROP_TYPE(value->ulPropTag) == PT_ERROR) {
		prop_set_error(out, tag, value->Value.err);
		return MAPI_W_ERRORS_RETURNED;
	}
	if (type == PT_UNSPECIFIED)
		type = type_by_flags(PROP_TYPE(value->ulPropTag), flags);
	hr = prop_convert(root, value, type, out);
	if (hr == MAPI_E_UNEXPECTED_TYPE) {
		prop_set_error(out, tag, MAPI_E_NOT_FOUND);
		return MAPI_W_ERRORS_RETURNED;
	}
	return hr;
}

static HRESULT
select_all(const SPropValue *values, ULONG count, ULONG flags, ULONG *out_count, SPropValue *out)
{
	ULONG i, done = 0;
	HRESULT hr;

	for (i = 0; i < count; i++) {
		if (is_empty(&values[i]) || PROP_TYPE(values[i].ulPropTag) == PT_ERROR)
			continue;
		hr = select_one(out, &values[i],
		    CHANGE_PROP_TYPE(values[i].ulPropTag, PT_UNSPECIFIED), flags, &out[done]);
		if (FAILED(hr))
			return hr;
		done++;
	}
	*out_count = done;
	return S_OK;
}

static HRESULT
select_tags(
    const SPropValue *values, ULONG count, const SPropTagArray *tags, ULONG flags, SPropValue *out)
{
	HRESULT result = S_OK;
	ULONG i;

	for (i = 0; i < tags->cValues; i++) {
		ULONG tag = tags->aulPropTag[i];
		HRESULT hr =
		    select_one(out, prop_find(values, count, CHANGE_PROP_TYPE(tag, PT_UNSPECIFIED)),
			tag, flags, &out[i]);

		if (FAILED(hr))
			return hr;
		if (hr == MAPI_W_ERRORS_RETURNED)
			result = hr;
	}
	return result;
}

HRESULT
props_select(const SPropValue *values, ULONG count, const SPropTagArray *tags, ULONG flags,
    ULONG *out_count, SPropValue **out)
{
	ULONG found = tags ? tags->cValues : count;
	SPropValue *result;
	HRESULT hr;

	*out_count = 0;
	*out = NULL;
	if (found == 0)
		return tags ? MAPI_E_INVALID_PARAMETER : S_OK;
	result = mem_zalloc(NULL, found * sizeof(*result));
	if (!result)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (tags)
		hr = select_tags(values, count, tags, flags, result);
	else
		hr = select_all(values, count, flags, &found, result);
	if (FAILED(hr) || found == 0) {
		mem_free(result);
		return hr;
	}
	*out_count = found;
	*out = result;
	return hr;
}

HRESULT
bag_get_props(
    const struct bag *bag, const SPropTagArray *tags, ULONG flags, ULONG *count, SPropValue **out)
{
	return props_select(bag_values(bag), bag_count(bag), tags, flags, count, out);
}

HRESULT
bag_get_prop_list(const struct bag *bag, ULONG flags, SPropTagArray **out)
{
	const SPropValue *values = bag_values(bag);
	ULONG i, count = bag_count(bag);
	SPropTagArray *tags;

	*out = NULL;
	tags = mem_zalloc(NULL, CbNewSPropTagArray((size_t)count + 1));
	if (!tags)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < count; i++) {
		ULONG tag = values[i].ulPropTag;

		if (is_empty(&values[i]) || PROP_TYPE(tag) == PT_ERROR)
			continue;
		tags->aulPropTag[tags->cValues++] =
		    CHANGE_PROP_TYPE(tag, type_by_flags(PROP_TYPE(tag), flags));
	}
	*out = tags;
	return S_OK;
}

static bool
is_listed(const ULONG *list, ULONG tag)
{
	for (; list && *list; list++)
		if (PROP_ID(*list) == PROP_ID(tag))
			return true;
	return false;
}

/* Adds to *problems, which is allocated for `room` of them at the first. */
static HRESULT
add_problem(SPropProblemArray **problems, ULONG room, ULONG index, ULONG tag, SCODE error)
{
	SPropProblem *problem;

	if (!*problems)
		*problems = mem_zalloc(NULL, CbNewSPropProblemArray((size_t)room));
	if (!*problems)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	problem = &(*problems)->aProblem[(*problems)->cProblem++];
	problem->ulIndex = index;
	problem->ulPropTag = tag;
	problem->scode = error;
	return S_OK;
}

/* Why a client may not set this value; S_OK where it may. */
static SCODE
refusal(const SPropValue *value, const ULONG *readonly)
{
	ULONG type = PROP_TYPE(value->ulPropTag);
	HRESULT hr = prop_check(value);

	if (FAILED(hr))
		return hr;
	if (type == PT_NULL || type == PT_OBJECT || PROP_ID(value->ulPropTag) == PROP_ID_NULL)
		return MAPI_E_INVALID_TYPE;
	return is_listed(readonly, value->ulPropTag) ? MAPI_E_COMPUTED : S_OK;
}

HRESULT
bag_set_props(struct bag *bag, ULONG count, const SPropValue *values, const ULONG *readonly,
    SPropProblemArray **problems)
{
	SPropProblemArray *found = NULL;
	HRESULT hr = S_OK;
	SCODE why;
	ULONG i;

	if (problems)
		*problems = NULL;
	if (count == 0 || !values)
		return MAPI_E_INVALID_PARAMETER;
	for (i = 0; i < count; i++)
		if (prop_check(&values[i]) == MAPI_E_INVALID_PARAMETER)
			return MAPI_E_INVALID_PARAMETER;
	for (i = 0; i < count && SUCCEEDED(hr); i++) {
		if (PROP_TYPE(values[i].ulPropTag) == PT_ERROR)
			continue;
		why = refusal(&values[i], readonly);
		if (FAILED(why))
			hr = add_problem(&found, count, i, values[i].ulPropTag, why);
		else
			hr = bag_set(bag, &values[i]);
	}
	if (SUCCEEDED(hr) && problems) {
		*problems = found;
		found = NULL;
	}
	mem_free(found);
	return hr;
}

HRESULT
bag_delete_props(
    struct bag *bag, const SPropTagArray *tags, const ULONG *readonly, SPropProblemArray **problems)
{
	SPropProblemArray *found = NULL;
	HRESULT hr = S_OK;
	ULONG i;

	if (problems)
		*problems = NULL;
	if (!tags || tags->cValues == 0)
		return MAPI_E_INVALID_PARAMETER;
	for (i = 0; i < tags->cValues && SUCCEEDED(hr); i++) {
		ULONG tag = tags->aulPropTag[i];

		if (is_listed(readonly, tag))
			hr = add_problem(&found, tags->cValues, i, tag, MAPI_E_COMPUTED);
		else
			bag_remove(bag, tag);
	}
	if (SUCCEEDED(hr) && problems) {
		*problems = found;
		found = NULL;
	}
	mem_free(found);
	return hr;
}
