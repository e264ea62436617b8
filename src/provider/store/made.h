/* SPDX-License-Identifier: MIT */
/*
 * Orders of large folders that no index of the store gives (design D3): made when a folder of
 * MADE_LARGE messages or more is first sorted so, and kept for later tables of the same logon, at
 * most MADE_MAX of them.
 *
 * They are no part of the store: a made order is a table of (sort key, id) in a private temporary
 * database of SQLite, which is on disk, bounded in memory, and gone with the logon.  So writers of
 * other processes never wait for one to be made, and pay nothing for it later but a line in the
 * log of changes (watch.h), which the logon listens to while it has one.  What the log says is
 * taken in before an order is used.
 *
 * The store's lock is held in all functions.
 */
#ifndef EMAPI_STORE_MADE_H
#define EMAPI_STORE_MADE_H

#include "contents.h"

#define MADE_LARGE 5000
#define MADE_MAX 4

struct made; /* all of a logon: store->made */

/* Whether this folder is sorted so by a made order. */
bool made_serves(const struct contents_scope *scope, const SSortOrderSet *sort);

/* The order, made or brought up to date; its name for the others, good until the lock is left. */
HRESULT made_use(const struct contents_scope *scope, const SSortOrderSet *sort, unsigned *order);
/* The ids from position `from` of `total` on, at most `limit` (-1: all), until `fn` says S_FALSE.
 */
struct made_walk {
	unsigned order;
	gint64 from, total;
	LONG limit;
	HRESULT (*fn)(void *context, gint64 id);
	void *context;
};
HRESULT made_walk(struct store *store, const struct made_walk *walk);
/* How many come before it, and which is the one before; S_FALSE where it has gone, or is first. */
HRESULT made_rank(struct store *store, unsigned order, gint64 id, gint64 *rank);
HRESULT made_before(struct store *store, unsigned order, gint64 id, gint64 *prior);

/* For the logon's end, in the process that logged on. */
void made_free(struct store *store);

#endif
