/* SPDX-License-Identifier: MIT */
/*
 * Restrictions: see restriction.h (MAPI reference: SRestriction and its parts).
 *
 * A property that the row lacks fits no restriction but RES_NOT of one.  Where the row's property
 * is multi-valued and the restriction's value is not, one fitting element is enough.
 */
#include "restriction.h"

#include <string.h>
#include <mapitags.h>
#include "mem.h"
#include "prop.h"
#include "text.h"

#define DEPTH_LIMIT 256
/* Keeps what is no tree but refers to its own parts from being walked for ever. */
#define NODE_LIMIT 100000

/* --- Checking ------------------------------------------------------------------------------ */

/* The value to compare with, under a single value's tag where it was named as an instance. */
static SPropValue
single_value(const SPropValue *wanted)
{
	SPropValue value = *wanted;

	if (PROP_TYPE(value.ulPropTag) & MV_INSTANCE)
		value.ulPropTag &= ~(ULONG)MVI_FLAG;
	return value;
}

struct checker {
	unsigned nodes;
	bool subs; /* RES_SUBRESTRICTION is allowed */
};

static HRESULT check(const SRestriction *restriction, unsigned depth, struct checker *checker);

static HRESULT
check_list(const SRestriction *list, ULONG count, unsigned depth, struct checker *checker)
{
	HRESULT hr = S_OK;
	ULONG i;

	if (count > 0 && !list)
		return MAPI_E_INVALID_PARAMETER;
	for (i = 0; i < count && SUCCEEDED(hr); i++)
		hr = check(&list[i], depth, checker);
	return hr;
}

static HRESULT
check_relop(ULONG relop)
{
	if (relop <= RELOP_NE)
		return S_OK;
	return relop == RELOP_RE ? MAPI_E_TOO_COMPLEX : MAPI_E_INVALID_PARAMETER;
}

static HRESULT
check_content(const SContentRestriction *content)
{
	ULONG known = 0xFFFF | FL_IGNORECASE | FL_IGNORENONSPACE | FL_LOOSE;
	SPropValue value;
	ULONG type;

	if (!content->lpProp || (content->ulFuzzyLevel & 0xFFFF) > FL_PREFIX ||
	    content->ulFuzzyLevel & ~known)
		return MAPI_E_INVALID_PARAMETER;
	value = single_value(content->lpProp);
	type = PROP_TYPE(value.ulPropTag);
	if (type != PT_STRING8 && type != PT_UNICODE && type != PT_BINARY)
		return MAPI_E_TOO_COMPLEX;
	return prop_check(&value);
}

static HRESULT
check_comment(const SCommentRestriction *comment, unsigned depth, struct checker *checker)
{
	HRESULT hr = S_OK;
	ULONG i;

	if (comment->cValues > 0 && !comment->lpProp)
		return MAPI_E_INVALID_PARAMETER;
	for (i = 0; i < comment->cValues && SUCCEEDED(hr); i++)
		hr = prop_check(&comment->lpProp[i]);
	if (FAILED(hr) || !comment->lpRes)
		return hr;
	return check(comment->lpRes, depth, checker);
}

static HRESULT
check_property(const SPropertyRestriction *property)
{
	HRESULT hr = check_relop(property->relop);
	SPropValue value;

	if (FAILED(hr))
		return hr;
	if (!property->lpProp)
		return MAPI_E_INVALID_PARAMETER;
	value = single_value(property->lpProp);
	return prop_check(&value);
}

/* Rows of sub-objects have none of their own. */
static HRESULT
check_sub(const SSubRestriction *sub, unsigned depth, struct checker *checker)
{
	HRESULT hr;

	if (!checker->subs)
		return MAPI_E_TOO_COMPLEX;
	if (!sub->lpRes || (sub->ulSubObject != PR_MESSAGE_RECIPIENTS &&
			       sub->ulSubObject != PR_MESSAGE_ATTACHMENTS))
		return MAPI_E_INVALID_PARAMETER;
	checker->subs = false;
	hr = check(sub->lpRes, depth, checker);
	checker->subs = true;
	return hr;
}

static HRESULT
check(const SRestriction *restriction, unsigned depth, struct checker *checker)
{
	if (depth++ >= DEPTH_LIMIT || ++checker->nodes > NODE_LIMIT)
		return MAPI_E_TOO_COMPLEX;
	switch (restriction->rt) {
	case RES_AND:
	case RES_OR:
		return check_list(
		    restriction->res.resAnd.lpRes, restriction->res.resAnd.cRes, depth, checker);
	case RES_NOT:
		return check_list(restriction->res.resNot.lpRes, 1, depth, checker);
	case RES_CONTENT:
		return check_content(&restriction->res.resContent);
	case RES_PROPERTY:
		return check_property(&restriction->res.resProperty);
	case RES_COMPAREPROPS:
		return check_relop(restriction->res.resCompareProps.relop);
	case RES_SIZE:
		return check_relop(restriction->res.resSize.relop);
	case RES_BITMASK:
		return restriction->res.resBitMask.relBMR <= BMR_NEZ ? S_OK
								     : MAPI_E_INVALID_PARAMETER;
	case RES_EXIST:
		return S_OK;
	case RES_COMMENT:
	case RES_ANNOTATION:
		return check_comment(&restriction->res.resComment, depth, checker);
	case RES_COUNT:
		return check_list(restriction->res.resCount.lpRes, 1, depth, checker);
	case RES_SUBRESTRICTION:
		return check_sub(&restriction->res.resSub, depth, checker);
	default:
		return MAPI_E_INVALID_PARAMETER;
	}
}

HRESULT
restriction_check(const SRestriction *restriction)
{
	struct checker checker = { 0 };

	return restriction ? check(restriction, 0, &checker) : MAPI_E_INVALID_PARAMETER;
}

HRESULT
restriction_check_subs(const SRestriction *restriction)
{
	struct checker checker = { .subs = true };

	return restriction ? check(restriction, 0, &checker) : MAPI_E_INVALID_PARAMETER;
}

/* --- Looking through ----------------------------------------------------------------------- */

/* What a node holds of further restrictions on the same row. */
static ULONG
children(const SRestriction *restriction, const SRestriction **list)
{
	switch (restriction->rt) {
	case RES_AND:
	case RES_OR:
		*list = restriction->res.resAnd.lpRes;
		return restriction->res.resAnd.cRes;
	case RES_NOT:
		*list = restriction->res.resNot.lpRes;
		return 1;
	case RES_COUNT:
		*list = restriction->res.resCount.lpRes;
		return 1;
	case RES_COMMENT:
	case RES_ANNOTATION:
		*list = restriction->res.resComment.lpRes;
		return *list ? 1 : 0;
	default:
		return 0;
	}
}

/* The tags of a node's own, at most two. */
static guint
own_tags(const SRestriction *restriction, ULONG tags[2])
{
	switch (restriction->rt) {
	case RES_CONTENT:
		tags[0] = restriction->res.resContent.ulPropTag;
		return 1;
	case RES_PROPERTY:
		tags[0] = restriction->res.resProperty.ulPropTag;
		return 1;
	case RES_COMPAREPROPS:
		tags[0] = restriction->res.resCompareProps.ulPropTag1;
		tags[1] = restriction->res.resCompareProps.ulPropTag2;
		return 2;
	case RES_BITMASK:
		tags[0] = restriction->res.resBitMask.ulPropTag;
		return 1;
	case RES_SIZE:
		tags[0] = restriction->res.resSize.ulPropTag;
		return 1;
	case RES_EXIST:
		tags[0] = restriction->res.resExist.ulPropTag;
		return 1;
	default:
		return 0;
	}
}

void
restriction_tags(const SRestriction *restriction, GArray *tags)
{
	const SRestriction *list = NULL;
	ULONG count = children(restriction, &list), own[2], i;

	for (i = 0; i < count; i++)
		restriction_tags(&list[i], tags);
	g_array_append_vals(tags, own, own_tags(restriction, own));
}

bool
restriction_looks_at(const SRestriction *restriction, ULONG tag, bool value)
{
	const SRestriction *list = NULL;
	ULONG count = children(restriction, &list), own[2], i;

	for (i = 0; i < count; i++)
		if (restriction_looks_at(&list[i], tag, value))
			return true;
	count = value && restriction->rt == RES_EXIST ? 0 : own_tags(restriction, own);
	for (i = 0; i < count; i++)
		if (PROP_ID(own[i]) == PROP_ID(tag))
			return true;
	return false;
}

/* --- Copying ------------------------------------------------------------------------------- */

static HRESULT copy_into(void *root, const SRestriction *source, SRestriction *target);

/* Replaces *list by a copy of its `count` restrictions. */
static HRESULT
copy_list(void *root, ULONG count, LPSRestriction *list)
{
	SRestriction *copies = mem_zalloc(root, count * sizeof(*copies));
	HRESULT hr = S_OK;
	ULONG i;

	if (!copies)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < count && SUCCEEDED(hr); i++)
		hr = copy_into(root, &(*list)[i], &copies[i]);
	*list = copies;
	return hr;
}

static HRESULT
copy_values(void *root, ULONG count, LPSPropValue *values)
{
	SPropValue *copies = mem_zalloc(root, count * sizeof(*copies));
	HRESULT hr = S_OK;
	ULONG i;

	if (!copies)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < count && SUCCEEDED(hr); i++) {
		SPropValue value = single_value(&(*values)[i]);

		hr = prop_copy(root, &value, &copies[i]);
		copies[i].ulPropTag = (*values)[i].ulPropTag;
	}
	*values = copies;
	return hr;
}

static HRESULT
copy_into(void *root, const SRestriction *source, SRestriction *target)
{
	SCommentRestriction *comment = &target->res.resComment;
	HRESULT hr;

	*target = *source;
	switch (source->rt) {
	case RES_AND:
	case RES_OR:
		return copy_list(root, source->res.resAnd.cRes, &target->res.resAnd.lpRes);
	case RES_NOT:
		return copy_list(root, 1, &target->res.resNot.lpRes);
	case RES_CONTENT:
		return copy_values(root, 1, &target->res.resContent.lpProp);
	case RES_PROPERTY:
		return copy_values(root, 1, &target->res.resProperty.lpProp);
	case RES_SUBRESTRICTION:
		return copy_list(root, 1, &target->res.resSub.lpRes);
	case RES_COUNT:
		return copy_list(root, 1, &target->res.resCount.lpRes);
	case RES_COMMENT:
	case RES_ANNOTATION:
		hr = copy_values(root, comment->cValues, &comment->lpProp);
		if (FAILED(hr) || !comment->lpRes)
			return hr;
		return copy_list(root, 1, &comment->lpRes);
	default:
		return S_OK;
	}
}

HRESULT
restriction_copy(const SRestriction *source, SRestriction **out)
{
	SRestriction *copy;
	HRESULT hr;

	*out = NULL;
	hr = restriction_check_subs(source);
	if (FAILED(hr))
		return hr;
	copy = mem_zalloc(NULL, sizeof(*copy));
	if (!copy)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = copy_into(copy, source, copy);
	if (FAILED(hr)) {
		mem_free(copy);
		return hr;
	}
	*out = copy;
	return S_OK;
}

/* --- Matching ------------------------------------------------------------------------------ */

/* The row's value of the tag's id, NULL where it has none. */
static const SPropValue *
value_of(const SPropValue *row, ULONG count, ULONG tag)
{
	const SPropValue *value = prop_find(row, count, CHANGE_PROP_TYPE(tag, PT_UNSPECIFIED));

	if (!value || PROP_TYPE(value->ulPropTag) == PT_ERROR ||
	    PROP_TYPE(value->ulPropTag) == PT_NULL)
		return NULL;
	return value;
}

static bool
relop_holds(ULONG relop, int order)
{
	switch (relop) {
	case RELOP_LT:
		return order < 0;
	case RELOP_LE:
		return order <= 0;
	case RELOP_GT:
		return order > 0;
	case RELOP_GE:
		return order >= 0;
	case RELOP_EQ:
		return order == 0;
	default:
		return order != 0;
	}
}

static bool
is_comparable(ULONG a, ULONG b)
{
	bool a_text =
	    a == PT_STRING8 || a == PT_UNICODE || a == PT_MV_STRING8 || a == PT_MV_UNICODE;
	bool b_text =
	    b == PT_STRING8 || b == PT_UNICODE || b == PT_MV_STRING8 || b == PT_MV_UNICODE;

	return a == b || (a_text && b_text && (a & MV_FLAG) == (b & MV_FLAG));
}

static bool
property_fits(const SPropValue *value, ULONG relop, const SPropValue *wanted)
{
	if (!is_comparable(PROP_TYPE(value->ulPropTag), PROP_TYPE(wanted->ulPropTag)))
		return false;
	return relop_holds(relop, prop_compare(value, wanted));
}

static struct text_cursor
cursor_of(const SPropValue *value)
{
	struct text_cursor cursor = { 0 };

	if (PROP_TYPE(value->ulPropTag) == PT_STRING8)
		cursor.utf8 = value->Value.lpszA;
	else
		cursor.utf16 = value->Value.lpszW;
	return cursor;
}

static bool
bytes_fit(const SBinary *whole, const SBinary *part, ULONG how)
{
	if (part->cb > whole->cb || (how == FL_FULLSTRING && part->cb != whole->cb))
		return false;
	if (part->cb == 0)
		return true;
	if (how == FL_SUBSTRING)
		return memmem(whole->lpb, whole->cb, part->lpb, part->cb) != NULL;
	return memcmp(whole->lpb, part->lpb, part->cb) == 0;
}

static bool
content_fits(const SPropValue *value, ULONG fuzzy, const SPropValue *wanted)
{
	ULONG how = fuzzy & 0xFFFF;
	unsigned flags = 0;

	if (!is_comparable(PROP_TYPE(value->ulPropTag), PROP_TYPE(wanted->ulPropTag)))
		return false;
	if (PROP_TYPE(value->ulPropTag) == PT_BINARY)
		return bytes_fit(&value->Value.bin, &wanted->Value.bin, how);
	if (fuzzy & (FL_IGNORECASE | FL_LOOSE))
		flags |= TEXT_IGNORE_CASE;
	if (fuzzy & (FL_IGNORENONSPACE | FL_LOOSE))
		flags |= TEXT_IGNORE_NONSPACE;
	if (how == FL_PREFIX)
		return text_has_prefix(cursor_of(value), cursor_of(wanted), flags);
	if (how == FL_SUBSTRING)
		return text_contains(cursor_of(value), cursor_of(wanted), flags);
	return text_compare(cursor_of(value), cursor_of(wanted), flags) == 0;
}

/* Whether the value, or an element of it where `wanted` is a single value, fits. */
static bool
any_fits(const SPropValue *value, ULONG how, const SPropValue *wanted,
    bool (*fits)(const SPropValue *, ULONG, const SPropValue *))
{
	SPropValue element;
	ULONG i;

	if (!value)
		return false;
	if (!(PROP_TYPE(value->ulPropTag) & MV_FLAG) || PROP_TYPE(wanted->ulPropTag) & MV_FLAG)
		return fits(value, how, wanted);
	for (i = 0; i < value->Value.bin.cb; i++) {
		prop_mv_element(value, i, &element);
		if (fits(&element, how, wanted))
			return true;
	}
	return false;
}

static bool
compare_fits(const SComparePropsRestriction *compare, const SPropValue *row, ULONG count)
{
	const SPropValue *left = value_of(row, count, compare->ulPropTag1);
	const SPropValue *right = value_of(row, count, compare->ulPropTag2);

	return left && right && property_fits(left, compare->relop, right);
}

static bool
bitmask_fits(const SBitMaskRestriction *mask, const SPropValue *row, ULONG count)
{
	const SPropValue *value = value_of(row, count, mask->ulPropTag);

	if (!value || PROP_TYPE(value->ulPropTag) != PT_LONG)
		return false;
	return ((value->Value.ul & mask->ulMask) != 0) == (mask->relBMR == BMR_NEZ);
}

static bool
size_fits(const SSizeRestriction *wanted, const SPropValue *row, ULONG count)
{
	const SPropValue *value = value_of(row, count, wanted->ulPropTag);
	size_t size = value ? prop_size(value) : 0;

	return value && relop_holds(wanted->relop, size < wanted->cb ? -1 : size > wanted->cb);
}

struct row {
	const SPropValue *values;
	ULONG count;
	const struct restriction_subs *subs;
};

static bool match(const SRestriction *restriction, const struct row *row);

/* Whether one of the restrictions matches (`wanted` true), or one does not. */
static bool
one_is(bool wanted, const SAndRestriction *list, const struct row *row)
{
	ULONG i;

	for (i = 0; i < list->cRes; i++)
		if (match(&list->lpRes[i], row) == wanted)
			return true;
	return false;
}

static bool
sub_fits(const SSubRestriction *sub, const struct row *row)
{
	return row->subs && row->subs->any(row->subs->context, sub->ulSubObject, sub->lpRes);
}

static bool
value_fits(const SRestriction *restriction, const SPropValue *row, ULONG count)
{
	const SContentRestriction *content = &restriction->res.resContent;
	const SPropertyRestriction *property = &restriction->res.resProperty;
	SPropValue wanted;

	switch (restriction->rt) {
	case RES_CONTENT:
		wanted = single_value(content->lpProp);
		return any_fits(value_of(row, count, content->ulPropTag), content->ulFuzzyLevel,
		    &wanted, content_fits);
	case RES_PROPERTY:
		wanted = single_value(property->lpProp);
		return any_fits(value_of(row, count, property->ulPropTag), property->relop, &wanted,
		    property_fits);
	case RES_COMPAREPROPS:
		return compare_fits(&restriction->res.resCompareProps, row, count);
	case RES_BITMASK:
		return bitmask_fits(&restriction->res.resBitMask, row, count);
	case RES_SIZE:
		return size_fits(&restriction->res.resSize, row, count);
	case RES_EXIST:
		return value_of(row, count, restriction->res.resExist.ulPropTag) != NULL;
	default:
		return false;
	}
}

static bool
match(const SRestriction *restriction, const struct row *row)
{
	const SCommentRestriction *comment = &restriction->res.resComment;

	switch (restriction->rt) {
	case RES_AND:
		return !one_is(false, &restriction->res.resAnd, row);
	case RES_OR:
		return one_is(true, &restriction->res.resAnd, row);
	case RES_NOT:
		return !match(restriction->res.resNot.lpRes, row);
	case RES_COMMENT:
	case RES_ANNOTATION:
		return !comment->lpRes || match(comment->lpRes, row);
	case RES_COUNT:
		return match(restriction->res.resCount.lpRes, row);
	case RES_SUBRESTRICTION:
		return sub_fits(&restriction->res.resSub, row);
	default:
		return value_fits(restriction, row->values, row->count);
	}
}

bool
restriction_match(const SRestriction *restriction, const SPropValue *row, ULONG count)
{
	return restriction_match_subs(restriction, row, count, NULL);
}

bool
restriction_match_subs(const SRestriction *restriction, const SPropValue *row, ULONG count,
    const struct restriction_subs *subs)
{
	struct row all = { row, count, subs };

	return match(restriction, &all);
}
