/* SPDX-License-Identifier: MIT */
/*
 * Display tables: what a dialogue would show, as rows (MAPI reference: Display Tables, DTPAGE,
 * DTCTL, BuildDisplayTable).
 *
 * There are no dialogue resources here: labels stand behind the control structures, at their ulb...
 * offsets, as a Sized... structure has them, and the layout is made: a control a line, each behind
 * the label that comes before it.
 */
#ifndef EMAPI_PROP_DISPLAY_H
#define EMAPI_PROP_DISPLAY_H

#include <stdbool.h>
#include <mapiutil.h>

/* The rows, known by PR_ROWID, in the order of pages and controls.  Texts within a structure are of
 * the width that its ulFlags say, the pages' own of that in `flags` (MAPI_UNICODE), which all have
 * in the rows.  MAPI_E_INVALID_PARAMETER for a control of no known type or without its structure.
 */
HRESULT display_rows(const DTPAGE *pages, UINT count, ULONG flags, ITableData **out);

/* What an address book's entry shows of itself (PR_DETAILS_TABLE): MAPI_MAILUSER or MAPI_DISTLIST,
 * whose members are a list of PR_CONTAINER_CONTENTS. */
struct display_details {
	ULONG type;
	bool editable; /* the fields are DT_EDITABLE */
	ULONG flags;   /* MAPI_UNICODE */
};
HRESULT display_details(const struct display_details *details, IMAPITable **out);

#endif
