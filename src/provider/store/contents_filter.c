/* SPDX-License-Identifier: MIT */
/* Restrictions as SQL, as far as that goes: see contents_filter.h. */
#include "contents_filter.h"

#include <string.h>
#include <mapitags.h>
#include "promoted.h"
#include "restriction.h"

/* Columns of numbers, and those that have an index of the rows that are not as most are. */
static const struct column {
	ULONG tag;
	const char *name;
	const char *index; /* NULL: none */
	union _PV usual;
	const char *usual_sql;
} columns[] = {
	{ PR_MESSAGE_FLAGS, "flags", NULL, { 0 }, NULL },
	{ PR_MSG_STATUS, "status", NULL, { 0 }, NULL },
	{ PR_MESSAGE_SIZE, "size", NULL, { 0 }, NULL },
	{ PR_IMPORTANCE, "importance", "message_importance", { .l = IMPORTANCE_NORMAL }, "1" },
	{ PR_PRIORITY, "priority", "message_priority", { .l = PRIO_NORMAL }, "0" },
	{ PR_SENSITIVITY, "sensitivity", "message_sensitivity", { .l = SENSITIVITY_NONE }, "0" },
	{ PR_MESSAGE_CLASS_A, "class", "message_class", { .lpszA = (char *)(size_t) "IPM.Note" },
	    "'IPM.Note'" },
};

static const struct column *
column_of(ULONG tag)
{
	size_t at;

	for (at = 0; at < G_N_ELEMENTS(columns); at++)
		if (PROP_ID(columns[at].tag) == PROP_ID(tag))
			return &columns[at];
	return NULL;
}

/* Where the usual value does not fit, none of the rows that have it does: for restrictions that
 * only a value can fit, not the lack of one. */
static void
use_index(struct contents_filter *filter, const struct column *column, const SRestriction *term)
{
	SPropValue usual = { .ulPropTag = column->tag, .Value = column->usual };

	if (!column->index || filter->index || restriction_match(term, &usual, 1))
		return;
	filter->index = column->index;
	g_string_append_printf(filter->sql, " AND %s <> %s", column->name, column->usual_sql);
}

/* The number of a parameter for this value; 0: the column is none of numbers, or there are many. */
static guint
parameter_for(struct contents_filter *filter, const struct column *column, gint64 value)
{
	if (PROP_TYPE(column->tag) != PT_LONG || filter->count == FILTER_VALUES_MAX)
		return 0;
	filter->values[filter->count++] = value;
	return 5 + filter->count;
}

static void
add_property(struct contents_filter *filter, const SRestriction *term)
{
	static const char *const signs[] = { [RELOP_LT] = "<",
		[RELOP_LE] = "<=",
		[RELOP_GT] = ">",
		[RELOP_GE] = ">=",
		[RELOP_EQ] = "=",
		[RELOP_NE] = "<>" };
	const SPropertyRestriction *property = &term->res.resProperty;
	const struct column *column = column_of(property->ulPropTag);
	guint parameter;

	if (!column)
		return;
	use_index(filter, column, term);
	if (PROP_TYPE(property->lpProp->ulPropTag) != PT_LONG ||
	    property->relop >= G_N_ELEMENTS(signs))
		return;
	parameter = parameter_for(filter, column, property->lpProp->Value.l);
	if (parameter)
		g_string_append_printf(
		    filter->sql, " AND %s %s ?%u", column->name, signs[property->relop], parameter);
}

static void
add_content(struct contents_filter *filter, const SRestriction *term)
{
	const struct column *column = column_of(term->res.resContent.ulPropTag);

	if (column)
		use_index(filter, column, term);
}

static void
add_bitmask(struct contents_filter *filter, const SRestriction *term)
{
	const SBitMaskRestriction *mask = &term->res.resBitMask;
	const struct column *column = column_of(mask->ulPropTag);
	guint parameter;

	if (!column)
		return;
	use_index(filter, column, term);
	parameter = parameter_for(filter, column, mask->ulMask);
	if (parameter)
		g_string_append_printf(filter->sql, " AND (%s & ?%u) %s 0", column->name, parameter,
		    mask->relBMR == BMR_NEZ ? "<>" : "=");
}

/* What must fit for the whole to fit. */
static void
add(struct contents_filter *filter, const SRestriction *term)
{
	ULONG at;

	switch (term->rt) {
	case RES_AND:
		for (at = 0; at < term->res.resAnd.cRes; at++)
			add(filter, &term->res.resAnd.lpRes[at]);
		break;
	case RES_COUNT:
		add(filter, term->res.resCount.lpRes);
		break;
	case RES_PROPERTY:
		add_property(filter, term);
		break;
	case RES_CONTENT:
		add_content(filter, term);
		break;
	case RES_BITMASK:
		add_bitmask(filter, term);
		break;
	default:
		break;
	}
}

void
contents_filter_make(const SRestriction *like, struct contents_filter *filter)
{
	memset(filter, 0, sizeof(*filter));
	if (!like)
		return;
	filter->sql = g_string_new(NULL);
	add(filter, like);
}

void
contents_filter_clear(struct contents_filter *filter)
{
	if (filter->sql)
		g_string_free(filter->sql, TRUE);
}
