/* SPDX-License-Identifier: MIT */
/*
 * One line of numbers for messages and for places in the outgoing queue.  A number is given once:
 * each is above every message's, every place's, and what triggers note in meta's 'last' when the
 * highest of them is deleted.  So giving one out writes nothing by itself; a new message that is
 * submitted takes one number for both.
 */
#ifndef EMAPI_STORE_NUMBER_H
#define EMAPI_STORE_NUMBER_H

#include "db.h"

/* The next number, within a transaction: it is taken by the row that is then written with it. */
HRESULT number_next(struct db *db, gint64 *out);

#endif
