/* SPDX-License-Identifier: MIT */
/* Restrictions as bytes: see restriction_blob.h. */
#include "restriction_blob.h"

#include <string.h>
#include <mapicode.h>
#include "blob.h"
#include "mem.h"
#include "prop.h"
#include "restriction.h"

#define DEPTH_LIMIT 256

/* --- Writing ------------------------------------------------------------------------------- */

static void
put_number(GByteArray *out, ULONG number)
{
	guint32 little = GUINT32_TO_LE(number);

	g_byte_array_append(out, (const BYTE *)&little, sizeof(little));
}

static void
put_numbers(GByteArray *out, ULONG first, ULONG second, ULONG third)
{
	put_number(out, first);
	put_number(out, second);
	put_number(out, third);
}

static HRESULT
put_values(GByteArray *out, const SPropValue *values, ULONG count)
{
	guint start = out->len;
	guint32 size;
	HRESULT hr;
	ULONG at;

	for (at = 0; at < count; at++)
		if (PROP_TYPE(values[at].ulPropTag) == PT_NULL ||
		    PROP_TYPE(values[at].ulPropTag) == PT_OBJECT)
			return MAPI_E_TOO_COMPLEX;
	put_number(out, 0);
	hr = blob_encode(values, count, out);
	size = GUINT32_TO_LE(out->len - start - 4);
	memcpy(out->data + start, &size, sizeof(size));
	return hr;
}

static HRESULT
put_list(GByteArray *out, const SRestriction *list, ULONG count)
{
	HRESULT hr = S_OK;
	ULONG at;

	for (at = 0; at < count && SUCCEEDED(hr); at++)
		hr = restriction_encode(&list[at], out);
	return hr;
}

static HRESULT
put_comment(GByteArray *out, const SCommentRestriction *comment)
{
	HRESULT hr = put_values(out, comment->lpProp, comment->cValues);

	put_number(out, comment->lpRes ? 1 : 0);
	return SUCCEEDED(hr) && comment->lpRes ? restriction_encode(comment->lpRes, out) : hr;
}

static HRESULT
put_leaf(GByteArray *out, const SRestriction *restriction)
{
	const SContentRestriction *content = &restriction->res.resContent;
	const SPropertyRestriction *property = &restriction->res.resProperty;
	const SBitMaskRestriction *mask = &restriction->res.resBitMask;
	const SComparePropsRestriction *compare = &restriction->res.resCompareProps;
	const SSizeRestriction *size = &restriction->res.resSize;

	switch (restriction->rt) {
	case RES_CONTENT:
		put_number(out, content->ulFuzzyLevel);
		put_number(out, content->ulPropTag);
		return put_values(out, content->lpProp, 1);
	case RES_PROPERTY:
		put_number(out, property->relop);
		put_number(out, property->ulPropTag);
		return put_values(out, property->lpProp, 1);
	case RES_BITMASK:
		put_numbers(out, mask->relBMR, mask->ulPropTag, mask->ulMask);
		return S_OK;
	case RES_COMPAREPROPS:
		put_numbers(out, compare->relop, compare->ulPropTag1, compare->ulPropTag2);
		return S_OK;
	case RES_SIZE:
		put_numbers(out, size->relop, size->ulPropTag, size->cb);
		return S_OK;
	case RES_EXIST:
		put_number(out, restriction->res.resExist.ulPropTag);
		return S_OK;
	default:
		return MAPI_E_TOO_COMPLEX;
	}
}

HRESULT
restriction_encode(const SRestriction *restriction, GByteArray *out)
{
	const SAndRestriction *list = &restriction->res.resAnd;

	put_number(out, restriction->rt);
	switch (restriction->rt) {
	case RES_AND:
	case RES_OR:
		put_number(out, list->cRes);
		return put_list(out, list->lpRes, list->cRes);
	case RES_NOT:
		return restriction_encode(restriction->res.resNot.lpRes, out);
	case RES_SUBRESTRICTION:
		put_number(out, restriction->res.resSub.ulSubObject);
		return restriction_encode(restriction->res.resSub.lpRes, out);
	case RES_COMMENT:
		return put_comment(out, &restriction->res.resComment);
	default:
		return put_leaf(out, restriction);
	}
}

/* --- Reading ------------------------------------------------------------------------------- */

struct reader {
	const BYTE *at;
	size_t left;
	void *root;
	unsigned depth;
};

static HRESULT read_one(struct reader *reader, SRestriction *out);

static HRESULT
take_number(struct reader *reader, ULONG *out)
{
	guint32 little;

	*out = 0;
	if (reader->left < sizeof(little))
		return MAPI_E_CORRUPT_DATA;
	memcpy(&little, reader->at, sizeof(little));
	reader->at += sizeof(little);
	reader->left -= sizeof(little);
	*out = GUINT32_FROM_LE(little);
	return S_OK;
}

static HRESULT
take_numbers(struct reader *reader, ULONG *first, ULONG *second, ULONG *third)
{
	HRESULT hr = take_number(reader, first);

	if (SUCCEEDED(hr))
		hr = take_number(reader, second);
	return SUCCEEDED(hr) && third ? take_number(reader, third) : hr;
}

static HRESULT
take_values(struct reader *reader, SPropValue **out, ULONG *count)
{
	SPropValue *values = NULL;
	HRESULT hr;
	ULONG size, at;

	*out = NULL;
	*count = 0;
	hr = take_number(reader, &size);
	if (FAILED(hr) || size > reader->left)
		return MAPI_E_CORRUPT_DATA;
	hr = blob_decode(reader->at, size, &values, count);
	reader->at += size;
	reader->left -= size;
	if (SUCCEEDED(hr))
		*out = mem_zalloc(reader->root, (*count + (size_t)1) * sizeof(**out));
	if (SUCCEEDED(hr) && !*out)
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	for (at = 0; SUCCEEDED(hr) && at < *count; at++)
		hr = prop_copy(reader->root, &values[at], &(*out)[at]);
	mem_free(values);
	return hr;
}

static HRESULT
take_value(struct reader *reader, SPropValue **out)
{
	ULONG count;
	HRESULT hr = take_values(reader, out, &count);

	return SUCCEEDED(hr) && count != 1 ? MAPI_E_CORRUPT_DATA : hr;
}

/* Each takes four bytes at least, so the input bounds the memory. */
static HRESULT
take_list(struct reader *reader, ULONG count, SRestriction **out)
{
	HRESULT hr = S_OK;
	ULONG at;

	if (count > reader->left / 4)
		return MAPI_E_CORRUPT_DATA;
	*out = mem_zalloc(reader->root, (count + (size_t)1) * sizeof(**out));
	if (!*out)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (at = 0; at < count && SUCCEEDED(hr); at++)
		hr = read_one(reader, &(*out)[at]);
	return hr;
}

static HRESULT
take_comment(struct reader *reader, SCommentRestriction *out)
{
	ULONG follows = 0;
	HRESULT hr = take_values(reader, &out->lpProp, &out->cValues);

	if (SUCCEEDED(hr))
		hr = take_number(reader, &follows);
	return SUCCEEDED(hr) && follows ? take_list(reader, 1, &out->lpRes) : hr;
}

static HRESULT
take_leaf(struct reader *reader, SRestriction *out)
{
	SContentRestriction *content = &out->res.resContent;
	SPropertyRestriction *property = &out->res.resProperty;
	SBitMaskRestriction *mask = &out->res.resBitMask;
	SComparePropsRestriction *compare = &out->res.resCompareProps;
	SSizeRestriction *size = &out->res.resSize;
	HRESULT hr;

	switch (out->rt) {
	case RES_CONTENT:
		hr = take_numbers(reader, &content->ulFuzzyLevel, &content->ulPropTag, NULL);
		return SUCCEEDED(hr) ? take_value(reader, &content->lpProp) : hr;
	case RES_PROPERTY:
		hr = take_numbers(reader, &property->relop, &property->ulPropTag, NULL);
		return SUCCEEDED(hr) ? take_value(reader, &property->lpProp) : hr;
	case RES_BITMASK:
		return take_numbers(reader, &mask->relBMR, &mask->ulPropTag, &mask->ulMask);
	case RES_COMPAREPROPS:
		return take_numbers(
		    reader, &compare->relop, &compare->ulPropTag1, &compare->ulPropTag2);
	case RES_SIZE:
		return take_numbers(reader, &size->relop, &size->ulPropTag, &size->cb);
	case RES_EXIST:
		return take_number(reader, &out->res.resExist.ulPropTag);
	default:
		return MAPI_E_CORRUPT_DATA;
	}
}

static HRESULT
read_kind(struct reader *reader, SRestriction *out)
{
	SAndRestriction *list = &out->res.resAnd;
	HRESULT hr = take_number(reader, &out->rt);

	if (FAILED(hr))
		return hr;
	switch (out->rt) {
	case RES_AND:
	case RES_OR:
		hr = take_number(reader, &list->cRes);
		return SUCCEEDED(hr) ? take_list(reader, list->cRes, &list->lpRes) : hr;
	case RES_NOT:
		return take_list(reader, 1, &out->res.resNot.lpRes);
	case RES_SUBRESTRICTION:
		hr = take_number(reader, &out->res.resSub.ulSubObject);
		return SUCCEEDED(hr) ? take_list(reader, 1, &out->res.resSub.lpRes) : hr;
	case RES_COMMENT:
		return take_comment(reader, &out->res.resComment);
	default:
		return take_leaf(reader, out);
	}
}

static HRESULT
read_one(struct reader *reader, SRestriction *out)
{
	HRESULT hr;

	if (reader->depth >= DEPTH_LIMIT)
		return MAPI_E_CORRUPT_DATA;
	reader->depth++;
	hr = read_kind(reader, out);
	reader->depth--;
	return hr;
}

HRESULT
restriction_decode(const void *data, size_t size, SRestriction **out)
{
	struct reader reader = { data, size, NULL, 0 };
	SRestriction *made = mem_zalloc(NULL, sizeof(*made));
	HRESULT hr = made ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	*out = NULL;
	reader.root = made;
	if (SUCCEEDED(hr))
		hr = read_one(&reader, made);
	if (SUCCEEDED(hr) && (reader.left || FAILED(restriction_check_subs(made))))
		hr = MAPI_E_CORRUPT_DATA;
	if (FAILED(hr)) {
		mem_free(made);
		return (hr == MAPI_E_NOT_ENOUGH_MEMORY) ? hr : MAPI_E_CORRUPT_DATA;
	}
	*out = made;
	return S_OK;
}
