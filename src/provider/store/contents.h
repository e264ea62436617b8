/* SPDX-License-Identifier: MIT */
/*
 * Contents tables: a cursor over an index of the message table, never a copy (design D3).
 *
 * Two ways to go through a folder.  As a keyset: in the order of one index, remembering the key and
 * id of the last row passed; it serves the default order and the four indexed sort orders.  As a
 * list of ids, made when something is asked that no index gives: a restriction, another sort order,
 * a bookmark, going backwards.  Rows are read from the store when they are asked for, so changes
 * show; a row that has gone is passed over.
 */
#ifndef EMAPI_STORE_CONTENTS_H
#define EMAPI_STORE_CONTENTS_H

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
	bool computed; /* what a row says of itself: entry IDs, access, PR_HASATTACH … */
	bool blob;     /* everything that is in no column */
};
/* Adds what it takes to answer a property. */
void contents_need_tag(struct contents_need *need, ULONG tag);

/* Called for each row. */
typedef HRESULT (*contents_row_fn)(void *context, const struct contents_row *row);

/* Up to `limit` rows (-1: all) after the cursor, which moves with them. */
struct contents_walk {
	LONG limit;
	struct contents_need need;
	contents_row_fn fn;
	void *context;
};
HRESULT contents_walk(const struct contents_scope *scope, struct contents_keyset *keyset,
    const struct contents_walk *walk);
/* One row by id; S_FALSE when it has gone from the folder. */
HRESULT contents_fetch(
    const struct contents_scope *scope, gint64 id, const struct contents_walk *walk);
HRESULT contents_count(const struct contents_scope *scope, gint64 *count);
/* Which index gives this sort order; false when none does. */
bool contents_order_of(
    const SSortOrderSet *sort, const struct contents_scope *scope, struct contents_keyset *keyset);

#endif
