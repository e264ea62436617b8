/* SPDX-License-Identifier: MIT */
/* Restrictions in a trace's line: nested words, values as elsewhere in it. */
#include "trace_private.h"

#define DEPTH_LIMIT 256 /* as deep as tables take them */

static void put(struct trace_call *call, const SRestriction *r, unsigned depth);

static const char *
relation(ULONG relop)
{
	static const char *const words[] = { "LT", "LE", "GT", "GE", "EQ", "NE", "RE" };

	return relop < G_N_ELEMENTS(words) ? words[relop] : "?";
}

static void
put_list(struct trace_call *call, const char *word, const SRestriction *list, ULONG count,
    unsigned depth)
{
	trace_put(call, "%s(", word);
	for (ULONG i = 0; i < count; i++) {
		trace_put(call, "%s", i ? "," : "");
		put(call, list + i, depth);
	}
	trace_put(call, ")");
}

static void
put_with_value(struct trace_call *call, const SRestriction *r)
{
	if (r->rt == RES_CONTENT) {
		trace_put(call, "content(0x%X,%08X,", r->res.resContent.ulFuzzyLevel,
		    r->res.resContent.ulPropTag);
		trace_value(call, r->res.resContent.lpProp);
	} else {
		trace_put(call, "prop(%s,%08X,", relation(r->res.resProperty.relop),
		    r->res.resProperty.ulPropTag);
		trace_value(call, r->res.resProperty.lpProp);
	}
	trace_put(call, ")");
}

static void
put_of_tags(struct trace_call *call, const SRestriction *r)
{
	switch (r->rt) {
	case RES_COMPAREPROPS:
		trace_put(call, "compare(%s,%08X,%08X)", relation(r->res.resCompareProps.relop),
		    r->res.resCompareProps.ulPropTag1, r->res.resCompareProps.ulPropTag2);
		break;
	case RES_BITMASK:
		trace_put(call, "bitmask(%s,%08X,0x%X)",
		    r->res.resBitMask.relBMR == BMR_EQZ ? "EQZ" : "NEZ",
		    r->res.resBitMask.ulPropTag, r->res.resBitMask.ulMask);
		break;
	case RES_SIZE:
		trace_put(call, "size(%s,%08X,%u)", relation(r->res.resSize.relop),
		    r->res.resSize.ulPropTag, r->res.resSize.cb);
		break;
	default:
		trace_put(call, "exist(%08X)", r->res.resExist.ulPropTag);
	}
}

static void
put(struct trace_call *call, const SRestriction *r, unsigned depth)
{
	if (depth >= DEPTH_LIMIT || call->used >= sizeof call->line - 1) {
		trace_put(call, "?");
		return;
	}
	switch (r->rt) {
	case RES_AND:
		put_list(call, "and", r->res.resAnd.lpRes, r->res.resAnd.cRes, depth + 1);
		break;
	case RES_OR:
		put_list(call, "or", r->res.resOr.lpRes, r->res.resOr.cRes, depth + 1);
		break;
	case RES_NOT:
		put_list(call, "not", r->res.resNot.lpRes, 1, depth + 1);
		break;
	case RES_CONTENT:
	case RES_PROPERTY:
		put_with_value(call, r);
		break;
	case RES_COMPAREPROPS:
	case RES_BITMASK:
	case RES_SIZE:
	case RES_EXIST:
		put_of_tags(call, r);
		break;
	case RES_SUBRESTRICTION:
		trace_put(call, "sub(%08X,", r->res.resSub.ulSubObject);
		put(call, r->res.resSub.lpRes, depth + 1);
		trace_put(call, ")");
		break;
	default: /* comments and counts are not told */
		trace_put(call, "?");
	}
}

void
trace_restriction(
    struct trace_call *call, const char *name, const SRestriction *restriction, HRESULT hr)
{
	if (!restriction || FAILED(hr)) {
		trace_pointer(call, name, restriction);
		return;
	}
	trace_put(call, " %s=", name);
	put(call, restriction, 0);
}
