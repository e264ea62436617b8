/* SPDX-License-Identifier: MIT */
/* A restriction of a trace's line (src/mapi/trace_restriction.c writes them). */
#include "trace_values.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_LIMIT 64
#define MANY 64u /* in one list */

struct reader {
	struct trace_values *values;
	const char *at;
	unsigned depth;
};

static bool read_one(struct reader *r, SRestriction *out);

static bool
take(struct reader *r, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(r->at, word, length) != 0)
		return false;
	r->at += length;
	return true;
}

static bool
read_number(struct reader *r, int base, ULONG *out)
{
	char *end;

	*out = strtoul(r->at, &end, base);
	if (end == r->at)
		return false;
	r->at = end;
	return true;
}

static bool
read_relation(struct reader *r, ULONG *out)
{
	static const char *const words[] = { "LT", "LE", "GT", "GE", "EQ", "NE", "RE" };

	for (*out = 0; *out < G_N_ELEMENTS(words); ++*out)
		if (take(r, words[*out]))
			return true;
	return false;
}

static bool
read_value(struct reader *r, SPropValue **out)
{
	*out = trace_values_keep(r->values, sizeof **out);
	return *out && trace_value_one(r->values, &r->at, *out);
}

/* What stands in the parentheses of "and", "or" and "not". */
static bool
read_list(struct reader *r, SRestriction **list, ULONG *count)
{
	*count = 0;
	*list = trace_values_keep(r->values, sizeof **list * MANY);
	while (*list && *r->at != ')' && *count < MANY) {
		if (!read_one(r, *list + (*count)++))
			return false;
		take(r, ",");
	}
	return *list != NULL;
}

static bool
read_logic(struct reader *r, SRestriction *out)
{
	ULONG count;

	if (out->rt == RES_AND)
		return read_list(r, &out->res.resAnd.lpRes, &out->res.resAnd.cRes);
	if (out->rt == RES_OR)
		return read_list(r, &out->res.resOr.lpRes, &out->res.resOr.cRes);
	return read_list(r, &out->res.resNot.lpRes, &count) && count == 1;
}

static bool
read_leaf(struct reader *r, SRestriction *out)
{
	ULONG number;

	switch (out->rt) {
	case RES_CONTENT:
		return read_number(r, 0, &out->res.resContent.ulFuzzyLevel) && take(r, ",") &&
		       read_number(r, 16, &out->res.resContent.ulPropTag) && take(r, ",") &&
		       read_value(r, &out->res.resContent.lpProp);
	case RES_PROPERTY:
		return read_relation(r, &out->res.resProperty.relop) && take(r, ",") &&
		       read_number(r, 16, &out->res.resProperty.ulPropTag) && take(r, ",") &&
		       read_value(r, &out->res.resProperty.lpProp);
	case RES_COMPAREPROPS:
		return read_relation(r, &out->res.resCompareProps.relop) && take(r, ",") &&
		       read_number(r, 16, &out->res.resCompareProps.ulPropTag1) && take(r, ",") &&
		       read_number(r, 16, &out->res.resCompareProps.ulPropTag2);
	case RES_BITMASK:
		out->res.resBitMask.relBMR = *r->at == 'E' ? BMR_EQZ : BMR_NEZ;
		return (take(r, "EQZ,") || take(r, "NEZ,")) &&
		       read_number(r, 16, &out->res.resBitMask.ulPropTag) && take(r, ",") &&
		       read_number(r, 0, &out->res.resBitMask.ulMask);
	case RES_SIZE:
		return read_relation(r, &out->res.resSize.relop) && take(r, ",") &&
		       read_number(r, 16, &out->res.resSize.ulPropTag) && take(r, ",") &&
		       read_number(r, 10, &out->res.resSize.cb);
	case RES_EXIST:
		return read_number(r, 16, &out->res.resExist.ulPropTag);
	default: /* RES_SUBRESTRICTION */
		out->res.resSub.lpRes = trace_values_keep(r->values, sizeof *out);
		if (!read_number(r, 16, &number) || !out->res.resSub.lpRes || !take(r, ","))
			return false;
		out->res.resSub.ulSubObject = number;
		return read_one(r, out->res.resSub.lpRes);
	}
}

static bool
read_one(struct reader *r, SRestriction *out)
{
	static const struct {
		const char *word;
		ULONG rt;
	} kinds[] = { { "and(", RES_AND }, { "or(", RES_OR }, { "not(", RES_NOT },
		{ "content(", RES_CONTENT }, { "prop(", RES_PROPERTY },
		{ "compare(", RES_COMPAREPROPS }, { "bitmask(", RES_BITMASK },
		{ "size(", RES_SIZE }, { "exist(", RES_EXIST }, { "sub(", RES_SUBRESTRICTION } };
	bool good = false;

	if (++r->depth > DEPTH_LIMIT)
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (!take(r, kinds[i].word))
			continue;
		out->rt = kinds[i].rt;
		good = out->rt <= RES_NOT ? read_logic(r, out) : read_leaf(r, out);
		break;
	}
	r->depth--;
	return good && take(r, ")");
}

bool
trace_value_restriction(struct trace_values *values, const char *text, SRestriction **out)
{
	struct reader reader = { values, text, 0 };

	*out = NULL;
	if (!text || !strcmp(text, "NULL"))
		return text != NULL;
	*out = trace_values_keep(values, sizeof **out);
	return *out && read_one(&reader, *out) && !*reader.at;
}
