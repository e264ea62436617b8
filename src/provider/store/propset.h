/* SPDX-License-Identifier: MIT */
/*
 * The properties of a message or attachment: a bag in memory, and long values on disk (lob.h).
 *
 * A long value is `owned` while it is staged and only this set knows it: it may then be written in
 * place, and goes when the set drops it.  Others belong to a row of the store or to another set and
 * are copied before the first write.  The store's lock is held in all functions.
 */
#ifndef EMAPI_STORE_PROPSET_H
#define EMAPI_STORE_PROPSET_H

#include "lob.h"
#include "store.h"

struct long_value {
	ULONG tag;
	bool owned;
	gint64 id;
	guint64 size;
};

struct propset {
	struct bag *bag;
	GArray *longs; /* struct long_value */
	bool dirty;
};

HRESULT propset_init(struct propset *set);
/* Drops staged values too, unless the store belongs to another process. */
void propset_clear(struct store *store, struct propset *set);

/* Reads a row's blob and the list of its long values. */
HRESULT propset_load(struct store *store, struct propset *set, enum lob_kind kind, gint64 owner);
/*
 * Saving is four steps: propset_stage() makes long values of what is over the threshold (with a
 * transaction of its own if need be); then in the object's transaction propset_encode() gives the
 * row's blob, propset_own() gives the row its long values and removes those it no longer has,
 * unless it is `fresh` and never had any; after the commit propset_saved().  Tags listed in `skip`
 * (0-ended, by id) stay out.
 */
HRESULT propset_stage(struct store *store, struct propset *set, const ULONG *skip);
HRESULT propset_encode(struct propset *set, const ULONG *skip, GByteArray *out);
HRESULT propset_own(
    struct store *store, const struct propset *set, enum lob_kind kind, gint64 owner, bool fresh);
void propset_saved(struct propset *set);
guint64 propset_long_bytes(const struct propset *set);
/* Makes `target` equal to `source`.  Staged values go over to `target` and are no longer owned by
 * `source`. */
HRESULT propset_hand_over(struct store *store, struct propset *source, struct propset *target);

/* A copy to work on: long values stay the source's. `target` is empty. */
HRESULT propset_borrow(const struct propset *source, struct propset *target);
/* The owned values that both have become the heir's. */
void propset_inherit(struct propset *old, struct propset *heir);

/* A long value as a property, on the MAPI buffer `root`; PT_ERROR with MAPI_E_NOT_ENOUGH_MEMORY
 * where it is over 64 MiB.  Cut: of text the first 255 characters, of bytes the first 255, as
 * tables may (MAPI reference: Working with Large Columns; [MS-OXCDATA] 2.8.2). */
HRESULT long_value_read(
    struct store *store, const struct long_value *from, void *root, SPropValue *out);
HRESULT long_value_cut(
    struct store *store, const struct long_value *from, void *root, SPropValue *out);

struct long_value *propset_find_long(const struct propset *set, ULONG tag);
/* Sets a long value, or takes it out of the bag's way: the set holds one value per id. */
HRESULT propset_put_long(struct store *store, struct propset *set, const struct long_value *value);
void propset_drop_long(struct store *store, struct propset *set, ULONG tag);

/* Bodies of IMAPIProp.  `readonly` as in bag_set_props(). */
HRESULT propset_get_props(struct store *store, struct propset *set, const SPropTagArray *tags,
    ULONG flags, ULONG *count, SPropValue **out);
HRESULT propset_get_prop_list(struct propset *set, ULONG flags, SPropTagArray **out);
HRESULT propset_set_props(struct store *store, struct propset *set, ULONG count,
    const SPropValue *values, const ULONG *readonly, SPropProblemArray **problems);
HRESULT propset_delete_props(struct store *store, struct propset *set, const SPropTagArray *tags,
    const ULONG *readonly, SPropProblemArray **problems);

/* OpenProperty with IID_IStream on a set of `owner`, which the stream keeps alive.  `access`:
 * MAPI_MODIFY, MAPI_CREATE and STREAM_APPEND together. (lob_stream.c) */
struct stream_place {
	struct store *store;
	struct propset *set;
	struct com_object *owner;
};
HRESULT lob_stream_open(const struct stream_place *place, ULONG tag, ULONG access, IStream **out);

#endif
