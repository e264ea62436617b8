/* SPDX-License-Identifier: MIT */
/*
 * Restrictions over rows: the input is two bytes of length, a property blob of that length (the
 * row), and the rest is read as a recipe for a restriction whose values are the row's.  What it
 * makes goes to bytes and back; the rest is also read as such bytes.
 */
#include "blob.h"
#include "fuzz.h"
#include "mem.h"
#include "restriction.h"
#include "restriction_blob.h"

struct input {
	const uint8_t *at;
	size_t left;
	SPropValue *row;
	ULONG count;
	void *root;
};

static ULONG
next_byte(struct input *input)
{
	if (input->left == 0)
		return 0;
	input->left--;
	return *input->at++;
}

/* One of the row's values, NULL where it has none. */
static SPropValue *
next_value(struct input *input)
{
	ULONG which = next_byte(input);

	return input->count > 0 ? &input->row[which % input->count] : NULL;
}

static ULONG
next_tag(struct input *input)
{
	const SPropValue *value = next_value(input);

	return value ? value->ulPropTag : 0x00370000 | next_byte(input);
}

static void build(struct input *input, SRestriction *out);

static SRestriction *
build_list(struct input *input, ULONG count)
{
	SRestriction *list = mem_zalloc(input->root, (count + 1) * sizeof(*list));
	ULONG i;

	FUZZ_ASSERT(list);
	for (i = 0; i < count; i++)
		build(input, &list[i]);
	return list;
}

static void
build_leaf(struct input *input, SRestriction *out)
{
	switch (out->rt) {
	case RES_CONTENT:
		out->res.resContent.ulFuzzyLevel = next_byte(input) % 4;
		out->res.resContent.ulFuzzyLevel |= next_byte(input) << 16;
		out->res.resContent.ulPropTag = next_tag(input);
		out->res.resContent.lpProp = next_value(input);
		break;
	case RES_PROPERTY:
		out->res.resProperty.relop = next_byte(input) % 8;
		out->res.resProperty.ulPropTag = next_tag(input);
		out->res.resProperty.lpProp = next_value(input);
		break;
	case RES_COMPAREPROPS:
		out->res.resCompareProps.relop = next_byte(input) % 8;
		out->res.resCompareProps.ulPropTag1 = next_tag(input);
		out->res.resCompareProps.ulPropTag2 = next_tag(input);
		break;
	case RES_BITMASK:
		out->res.resBitMask.relBMR = next_byte(input) % 3;
		out->res.resBitMask.ulPropTag = next_tag(input);
		out->res.resBitMask.ulMask = next_byte(input);
		break;
	case RES_SIZE:
		out->res.resSize.relop = next_byte(input) % 8;
		out->res.resSize.ulPropTag = next_tag(input);
		out->res.resSize.cb = next_byte(input);
		break;
	case RES_EXIST:
		out->res.resExist.ulPropTag = next_tag(input);
		break;
	}
}

/* Every call takes a byte, so that the input bounds the tree. */
static void
build(struct input *input, SRestriction *out)
{
	if (input->left == 0) {
		out->rt = RES_EXIST;
		return;
	}
	out->rt = next_byte(input) % 14;
	switch (out->rt) {
	case RES_AND:
	case RES_OR:
		out->res.resAnd.cRes = next_byte(input) % 4;
		out->res.resAnd.lpRes = build_list(input, out->res.resAnd.cRes);
		break;
	case RES_NOT:
		out->res.resNot.lpRes = build_list(input, 1);
		break;
	case RES_COMMENT:
		out->res.resComment.lpProp = next_value(input);
		out->res.resComment.cValues = next_byte(input) % 2;
		if (next_byte(input) % 2)
			out->res.resComment.lpRes = build_list(input, 1);
		break;
	default:
		build_leaf(input, out);
	}
}

static void
check_bytes(const SRestriction *restriction, const struct input *input)
{
	GByteArray *bytes = g_byte_array_new();
	SRestriction *again = NULL;

	if (SUCCEEDED(restriction_encode(restriction, bytes))) {
		FUZZ_ASSERT(restriction_decode(bytes->data, bytes->len, &again) == S_OK);
		FUZZ_ASSERT(restriction_match(restriction, input->row, input->count) ==
			    restriction_match(again, input->row, input->count));
		mem_free(again);
	}
	g_byte_array_unref(bytes);
}

static void
read_bytes(const struct input *input)
{
	SRestriction *read = NULL;

	if (FAILED(restriction_decode(input->at, input->left, &read)))
		return;
	restriction_match(read, input->row, input->count);
	check_bytes(read, input);
	mem_free(read);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { 0 };
	SRestriction *restriction, *copy;
	size_t row_size = size < 2 ? 0 : data[0] | (size_t)data[1] << 8;

	if (size < 2 || size > 4096 || row_size > size - 2 ||
	    FAILED(blob_decode(data + 2, row_size, &input.row, &input.count)))
		return 0;
	input.at = data + 2 + row_size;
	input.left = size - 2 - row_size;
	read_bytes(&input);
	input.root = mem_zalloc(NULL, 0);
	restriction = build_list(&input, 1);
	if (SUCCEEDED(restriction_check(restriction))) {
		FUZZ_ASSERT(restriction_copy(restriction, &copy) == S_OK);
		FUZZ_ASSERT(restriction_match(restriction, input.row, input.count) ==
			    restriction_match(copy, input.row, input.count));
		mem_free(copy);
		check_bytes(restriction, &input);
	}
	mem_free(input.root);
	mem_free(input.row);
	return 0;
}
