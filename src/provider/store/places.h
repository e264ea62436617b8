/* SPDX-License-Identifier: MIT */
/*
 * Where rows far within a folder were found, by their position in an order: finding the middle of
 * a million takes SQLite some 20 ms of counting, and who scrolls comes back to it.  A place is good
 * until somebody writes into the store.  The store's lock is held in all functions.
 */
#ifndef EMAPI_STORE_PLACES_H
#define EMAPI_STORE_PLACES_H

#include "contents.h"

struct places; /* of a logon: store->places */

/* The nearest place known from `row` on back, at most `near` rows before it: the cursor stands
 * before row *at then. */
bool places_find(const struct contents_scope *scope, struct contents_keyset *keyset, gint64 row,
    gint64 near, gint64 *at);
/* The cursor, which places_find() had no place for, stands before `row` now. */
void places_note(
    const struct contents_scope *scope, const struct contents_keyset *keyset, gint64 row);
void places_free(struct store *store);

#endif
