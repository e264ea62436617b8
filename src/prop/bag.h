/* SPDX-License-Identifier: MIT */
/*
 * A bag: the property set of one object in memory, at most one value per property id, kept in
 * order of id.  It gives the common bodies of IMAPIProp: what GetProps, GetPropList, SetProps and
 * DeleteProps do to a set, whatever object has it.  Not locked: the object that owns it locks.
 */
#ifndef EMAPI_PROP_BAG_H
#define EMAPI_PROP_BAG_H

#include <stdbool.h>
#include <mapidefs.h>

struct bag;

struct bag *bag_create(void); /* NULL when memory is short */
void bag_free(struct bag *bag);
void bag_clear(struct bag *bag);

/* Puts a copy in, replacing a value of the same id whatever its type. */
HRESULT bag_set(struct bag *bag, const SPropValue *value);
HRESULT bag_set_array(struct bag *bag, const SPropValue *values, ULONG count);
HRESULT bag_set_text(struct bag *bag, ULONG tag, const char *utf8);
HRESULT bag_set_binary(struct bag *bag, ULONG tag, const void *data, size_t size);
HRESULT bag_set_long(struct bag *bag, ULONG tag, LONG number);
HRESULT bag_set_bool(struct bag *bag, ULONG tag, bool value);
/* For what is read in whole: puts in the values themselves, whose data hang on bag_shared() (NULL
 * when memory is short) and stay there until the bag is cleared.  Fastest when in order of id. */
void *bag_shared(struct bag *bag);
HRESULT bag_put(struct bag *bag, const SPropValue *values, ULONG count);
bool bag_remove(struct bag *bag, ULONG tag);

/* Borrowed until the bag changes; matches by id, whatever the type. */
const SPropValue *bag_get(const struct bag *bag, ULONG tag);
char *bag_get_text(const struct bag *bag, ULONG tag); /* UTF-8, g_free(), NULL when absent */
/* The same with what went wrong: S_OK and NULL where there is no text, MAPI_E_NOT_ENOUGH_MEMORY. */
HRESULT bag_copy_text(const struct bag *bag, ULONG tag, char **out);
HRESULT props_copy_text(const SPropValue *values, ULONG count, ULONG tag, char **out);
LONG bag_get_long(const struct bag *bag, ULONG tag, LONG fallback);
bool bag_get_bool(const struct bag *bag, ULONG tag, bool fallback);

ULONG bag_count(const struct bag *bag);
const SPropValue *bag_values(const struct bag *bag); /* all, in order of id; borrowed */

/* IMAPIProp::GetProps on the set.  Text comes as the tag asks, or for PT_UNSPECIFIED and for
 * tags == NULL (all) as the flags say (MAPI_UNICODE).  MAPI_W_ERRORS_RETURNED with PT_ERROR rows
 * for what is missing; MAPI_E_INVALID_PARAMETER for an empty array.  *out is a MAPI buffer. */
HRESULT bag_get_props(
    const struct bag *bag, const SPropTagArray *tags, ULONG flags, ULONG *count, SPropValue **out);
/* The same over any array, for objects that compute some properties before answering. */
HRESULT props_select(const SPropValue *values, ULONG count, const SPropTagArray *tags, ULONG flags,
    ULONG *out_count, SPropValue **out);
HRESULT bag_get_prop_list(const struct bag *bag, ULONG flags, SPropTagArray **out);

/* IMAPIProp::SetProps / DeleteProps.  `readonly`, NULL or a 0-ended list of tags, names what a
 * client may not set: those become problems (MAPI_E_COMPUTED).  PT_ERROR values are ignored, as
 * documented; PT_NULL and PT_OBJECT are problems.  *problems NULL when there are none. */
HRESULT bag_set_props(struct bag *bag, ULONG count, const SPropValue *values, const ULONG *readonly,
    SPropProblemArray **problems);
HRESULT bag_delete_props(struct bag *bag, const SPropTagArray *tags, const ULONG *readonly,
    SPropProblemArray **problems);

#endif
