/* SPDX-License-Identifier: MIT */
/*
 * The properties of a message that stand in columns of their own (design D3): what folders are
 * listed, sorted and filtered by.  Everything else is in the row's blob.
 *
 * Text columns hold the bytes of PT_STRING8 as they are, PT_UNICODE as UTF-8 (lone surrogates as
 * src/base/text.h writes them), so both come back exactly.
 */
#ifndef EMAPI_STORE_PROMOTED_H
#define EMAPI_STORE_PROMOTED_H

#include "store.h"

/* In the order of promoted[]. */
#define PROMOTED_COLUMNS                                                                           \
	"flags, status, size, created, modified, subject, prefix, class, sender, display_to, "     \
	"display_cc, display_bcc, submit_time, delivery_time, importance, priority, sensitivity, " \
	"search_key"
#define PROMOTED_COUNT 18

/* Tags in the order of the columns, 0-ended: also a list for tag_listed(). */
extern const ULONG promoted[PROMOTED_COUNT + 1];
/* Index of the first properties in promoted[]. */
enum { PROMOTED_FLAGS, PROMOTED_STATUS, PROMOTED_SIZE, PROMOTED_CREATED, PROMOTED_MODIFIED };

/* Whether a tag's type is what its column holds; true for what is in no column. */
bool promoted_fits(ULONG tag);

/* A column's value; false where it is NULL.  Text and bytes are borrowed from the row. */
bool promoted_value(sqlite3_stmt *row, int column, ULONG tag, SPropValue *out);
/* All promoted columns of a row, which begin at `column`, into a bag. */
HRESULT promoted_read(sqlite3_stmt *row, int column, struct bag *bag);
/* Binds all promoted properties of a bag from parameter `at` on; text hangs on `root`. */
HRESULT promoted_bind(sqlite3_stmt *statement, int at, const struct bag *bag, void *root);

/* What sorts like PR_NORMALIZED_SUBJECT and PR_SENDER_NAME: version(1), folded UTF-8, at most 255
 * bytes.  g_byte_array_unref(). */
GByteArray *promoted_sort_key(const char *text);

#endif
