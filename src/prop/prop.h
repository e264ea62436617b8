/* SPDX-License-Identifier: MIT */
/*
 * Property values: copy, size, compare, convert.
 *
 * A value that arrives from outside (caller, file, wire) is checked with prop_check() before it is
 * used: known type, sane counts, no NULL where data is promised.
 */
#ifndef EMAPI_PROP_PROP_H
#define EMAPI_PROP_PROP_H

#include <stdbool.h>
#include <stddef.h>
#include <mapidefs.h>

/* S_OK; MAPI_E_INVALID_TYPE for an unknown type, MAPI_E_INVALID_PARAMETER for a broken value. */
HRESULT prop_check(const SPropValue *value);

/* Bytes of a value of a type without MV_FLAG that has a fixed size (PT_CLSID too), else 0. */
size_t prop_fixed_size(ULONG type);
/* One element of a multi-valued property as a value of its own; borrowed. */
void prop_mv_element(const SPropValue *multi, ULONG index, SPropValue *element);

/* Deep copy; the parts hang on the MAPI buffer `root` (must not be NULL). */
HRESULT prop_copy(void *root, const SPropValue *source, SPropValue *target);
/* A new MAPI buffer holding copies of all `count` values. */
HRESULT prop_copy_array(const SPropValue *source, ULONG count, SPropValue **out);

/* Fills one value; text and bytes are copied onto `root`. */
HRESULT prop_set_string8(void *root, SPropValue *target, ULONG tag, const char *text);
/* UTF-8 text as PT_STRING8 or PT_UNICODE, whichever `tag` says; MAPI_E_INVALID_TYPE for others. */
HRESULT prop_set_text(void *root, SPropValue *target, ULONG tag, const char *text);
HRESULT prop_set_binary(void *root, SPropValue *target, ULONG tag, const void *data, size_t size);
void prop_set_long(SPropValue *target, ULONG tag, LONG number);
void prop_set_bool(SPropValue *target, ULONG tag, bool value);
/* PT_ERROR with the property's id kept (pywin32.md trap 14). */
void prop_set_error(SPropValue *target, ULONG tag, SCODE error);

/* The value with `tag`'s id and type (any type for PT_UNSPECIFIED; PT_STRING8 and PT_UNICODE do
 * not match each other), or NULL.  Borrowed. */
const SPropValue *prop_find(const SPropValue *values, ULONG count, ULONG tag);
/* The text of a PT_STRING8 or PT_UNICODE property of `tag`'s id as UTF-8, NULL when absent.
 * g_free(). */
char *prop_find_text(const SPropValue *values, ULONG count, ULONG tag);
/* The same, for who must know the one from the other: S_OK with NULL where there is none,
 * MAPI_E_NOT_ENOUGH_MEMORY. */
HRESULT prop_read_text(const SPropValue *values, ULONG count, ULONG tag, char **out);
LONG prop_find_long(const SPropValue *values, ULONG count, ULONG tag, LONG fallback);
bool prop_find_bool(const SPropValue *values, ULONG count, ULONG tag, bool fallback);

/* Converts between PT_STRING8 and PT_UNICODE (and their MV forms); copies where the type is
 * already `type`; MAPI_E_UNEXPECTED_TYPE for anything else. */
HRESULT prop_convert(void *root, const SPropValue *source, ULONG type, SPropValue *target);

/* Bytes of the value's data, as UlPropSize counts: text with its 0, arrays by their elements. */
size_t prop_size(const SPropValue *value);

/* <0, 0, >0.  Types must be equal, else by type; PT_STRING8 and PT_UNICODE count as one.  Text
 * compares case-insensitively, as tables sort and RELOP_EQ matches (LPropCompareProp); bytes by
 * value, then by length; arrays by element, then by count; NaN after all other numbers. */
int prop_compare(const SPropValue *a, const SPropValue *b);

#endif
