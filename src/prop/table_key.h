/* SPDX-License-Identifier: MIT */
/*
 * Sort keys: a row's sort columns as bytes that memcmp() orders as prop_compare() orders the
 * values, so that large tables are sorted without keeping their values.
 *
 * A row without a column comes first when ascending and last when descending.  Of text and bytes
 * the first TABLE_KEY_TEXT count; text that differs only behind them is equal.  A key is never kept
 * longer than the process: it has no version.
 */
#ifndef EMAPI_PROP_TABLE_KEY_H
#define EMAPI_PROP_TABLE_KEY_H

#include <stdbool.h>
#include <glib.h>
#include <mapidefs.h>

#define TABLE_KEY_TEXT 255

/* Appends one column's part; `value` is NULL, or PT_ERROR or PT_NULL, where the row has none. */
void table_key_append(GByteArray *key, const SPropValue *value, bool descending);
/* Where the part ends with which `key` begins; never behind `size`. */
guint table_key_part(const guint8 *key, guint size, bool descending);
/* <0, 0, >0 */
int table_key_compare(const void *a, size_t a_size, const void *b, size_t b_size);

#endif
