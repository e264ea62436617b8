/* SPDX-License-Identifier: MIT */
/*
 * One-off tables: the templates that new addresses are made from (MAPI reference: One-Off Tables,
 * IABLogon::GetOneOffTable, PR_CREATE_TEMPLATES).
 */
#ifndef EMAPI_PROP_TEMPLATES_H
#define EMAPI_PROP_TEMPLATES_H

#include "table.h"

struct template
{
	const char *name;    /* for people */
	const char *address; /* PR_ADDRTYPE; "" for a list */
	ULONG display_type;  /* DT_MAILUSER, DT_DISTLIST ... */
	SBinary id;
};

/* One row: a template that can be chosen. */
HRESULT templates_add(struct table_rows *rows, const struct template *template);
/* As table_create(), with the columns that such a table has. */
HRESULT templates_table(struct table_rows *rows, ULONG flags, IMAPITable **out);

#endif
