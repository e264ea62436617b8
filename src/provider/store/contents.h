/* SPDX-License-Identifier: MIT */
/*
 * Contents tables: a cursor over an index of the message table, never a copy (design D3).
 *
 * In the order of one index a folder is gone through as a keyset, remembering the key and id of the
 * last row passed.  What no index gives (restrictions, other orders, categories) the table over it
 * (src/prop/table_source.h) keeps as a list of ids.  Rows are read from the store when they are
 * asked for, so changes show.
 */
#ifndef EMAPI_STORE_CONTENTS_H
#define EMAPI_STORE_CONTENTS_H

#include "lob.h"
#include "promoted.h"
#include "store.h"

/* One row's properties as they are read; valid until the statement moves on. */
struct contents_row {
	gint64 id;
	SPropValue *values;
	ULONG count;
};

struct contents_scope {
	struct store *store;
	gint64 folder;
	bool associated;
	bool found; /* a search folder: what it has found, wherever that is */
};
/* Which messages a folder's contents table shows.  MAPI_E_NOT_FOUND. */
HRESULT contents_scope_init(
    struct store *store, gint64 folder, bool associated, struct contents_scope *scope);

/* An indexed order; `descending` as the client asked. */
enum contents_order { ORDER_ID, ORDER_DELIVERY, ORDER_SUBMIT, ORDER_SUBJECT, ORDER_SENDER };

/* The last row passed: {.begun = false} is before the first. */
struct contents_cursor {
	bool begun;
	gint64 number;   /* key of the time orders */
	BYTE bytes[256]; /* key of the text orders */
	ULONG size;
	gint64 id;
};

struct contents_keyset {
	enum contents_order order;
	bool descending;
	struct contents_cursor cursor;
};

/* What of a row is to be read: a bit for each of promoted[], and what is no column. */
struct contents_need {
	guint32 columns;
	bool computed;     /* what a row says of itself: entry IDs, access, PR_HASATTACH … */
	bool blob;         /* what is in no column: as the rest says */
	bool all;          /* all of that, */
	const ULONG *tags; /* or these, borrowed, */
	guint count;
	const SRestriction *judged; /* and what this looks at; NULL: nothing.  Borrowed */
};
/* Adds what it takes to answer properties; long values are cut (propset.h). */
void contents_need_tags(struct contents_need *need, const ULONG *tags, guint count);
/* Adds what it takes to match: long values whose content matters are read whole.  Once a need. */
void contents_need_restriction(struct contents_need *need, const SRestriction *restriction);
/* Whether it asks for a property that is in no column. */
bool contents_needs(const struct contents_need *need, ULONG tag);
/* Appends (SPropValue) the long values of a message or attachment that are needed; what they point
 * to hangs on the MAPI buffer `root`. */
HRESULT contents_longs(struct store *store, enum lob_kind kind, gint64 owner,
    const struct contents_need *need, void *root, GArray *values);

/* Called for each row; S_FALSE: no more. */
typedef HRESULT (*contents_row_fn)(void *context, const struct contents_row *row);

/* Up to `limit` rows (-1: all) after the cursor, which moves with them.  S_FALSE: `fn` said so. */
struct contents_walk {
	LONG limit;
	struct contents_need need;
	const SRestriction *like; /* rows that cannot fit this may be left out; NULL: none */
	contents_row_fn fn;
	void *context;
};
HRESULT contents_walk(const struct contents_scope *scope, struct contents_keyset *keyset,
    const struct contents_walk *walk);
/* Moves the cursor behind the first `rows` of `total`; S_FALSE when there are not so many. */
HRESULT contents_place(
    const struct contents_scope *scope, struct contents_keyset *keyset, gint64 rows, gint64 total);
/* Moves the cursor onto a row by id; how many rows come before it.  S_FALSE when it has gone. */
HRESULT contents_cursor_at(
    const struct contents_scope *scope, struct contents_keyset *keyset, gint64 id);
HRESULT contents_rank(const struct contents_scope *scope, const struct contents_keyset *keyset,
    gint64 id, gint64 *rank);
/* One row by id; S_FALSE when it has gone from the folder. */
HRESULT contents_fetch(
    const struct contents_scope *scope, gint64 id, const struct contents_walk *walk);
HRESULT contents_count(const struct contents_scope *scope, gint64 *count);
/* Which index gives this sort order; false when none does. */
bool contents_order_of(
    const SSortOrderSet *sort, const struct contents_scope *scope, struct contents_keyset *keyset);

#endif
