/* SPDX-License-Identifier: MIT */
/* Places of rows: see places.h. */
#include "places.h"

#define PLACES_MAX 64

struct place {
	struct contents_scope scope;
	struct contents_keyset keyset;
	gint64 row;
};

struct places {
	gint64 version;   /* of the file, as others change it */
	unsigned commits; /* of our own */
	guint next;       /* the one that is forgotten next */
	GArray *known;    /* struct place */
};

/* What is known of the file as it is now; NULL where that cannot be told. */
static struct places *
places_now(struct store *store)
{
	struct places *places = store->places;
	gint64 version;

	if (!places) {
		places = store->places = g_new0(struct places, 1);
		places->known = g_array_new(FALSE, FALSE, sizeof(struct place));
	}
	if (FAILED(db_int(store->db, &version, "PRAGMA data_version", "")))
		return NULL;
	if (version != places->version || db_commits(store->db) != places->commits) {
		g_array_set_size(places->known, 0);
		places->next = 0;
		places->version = version;
		places->commits = db_commits(store->db);
	}
	return places;
}

static bool
is_same_order(const struct place *place, const struct contents_scope *scope,
    const struct contents_keyset *keyset)
{
	return place->scope.folder == scope->folder &&
	       place->scope.associated == scope->associated && place->scope.found == scope->found &&
	       place->keyset.order == keyset->order &&
	       place->keyset.descending == keyset->descending;
}

bool
places_find(const struct contents_scope *scope, struct contents_keyset *keyset, gint64 row,
    gint64 near, gint64 *at)
{
	struct places *places = places_now(scope->store);
	const struct place *best = NULL;
	guint i;

	for (i = 0; places && i < places->known->len; i++) {
		const struct place *place = &g_array_index(places->known, struct place, i);

		if (is_same_order(place, scope, keyset) && place->row <= row &&
		    row - place->row <= near && (!best || place->row > best->row))
			best = place;
	}
	if (!best)
		return false;
	keyset->cursor = best->keyset.cursor;
	*at = best->row;
	return true;
}

void
places_note(const struct contents_scope *scope, const struct contents_keyset *keyset, gint64 row)
{
	gint64 version = scope->store->places ? scope->store->places->version : 0;
	struct places *places = places_now(scope->store);
	struct place place = { *scope, *keyset, row };

	if (!places || places->version != version)
		return; /* somebody wrote since it was looked for */
	if (places->known->len < PLACES_MAX)
		g_array_append_val(places->known, place);
	else
		g_array_index(places->known, struct place, places->next++ % PLACES_MAX) = place;
}

void
places_free(struct store *store)
{
	if (!store->places)
		return;
	g_array_unref(store->places->known);
	g_free(store->places);
	store->places = NULL;
}
