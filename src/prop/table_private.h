/* SPDX-License-Identifier: MIT */
/*
 * The inside of a table: table.c (the object, columns, rows out), table_place.c (position,
 * bookmarks, finding), table_view.c (restriction, order, categories), table_list.c (lists),
 * table_group.c (categories of a list), table_notify.c (sinks and events).
 */
#ifndef EMAPI_PROP_TABLE_PRIVATE_H
#define EMAPI_PROP_TABLE_PRIVATE_H

#include "com.h"
#include "table_source.h"

#define TABLE_NO_GROUP (-1)

/* A leaf of a list. */
struct table_item {
	gint64 id;
	guint32 instance; /* which of the rows that instances of multi-valued columns make of one */
	guint32 key;      /* where its sort key begins in table_list.keys */
	guint16 size;
	bool unread;
};

/* A category: a heading, and the items from `first` on. */
struct table_group {
	gint32 depth;
	gint32 parent; /* or TABLE_NO_GROUP; groups come in the order in which they are shown */
	guint first, items, unread;
	bool expanded;
	guint64 hash; /* of depth and values: its instance key */
};

/* A row that is shown: the heading of `group`, or else item `item`. */
struct table_row {
	gint32 group;
	guint item;
};

struct table_list {
	GArray *items;    /* struct table_item, in order */
	GByteArray *keys; /* sort keys */
	bool keyed;       /* items have keys, or need none */
	bool complete;    /* else it grows by walking the source from `scanned` on */
	gint64 scanned;
	ULONG levels;   /* of categories */
	GArray *groups; /* struct table_group; NULL without categories */
	GArray *shown;  /* struct table_row; NULL without categories: all items */
};

struct table_bookmark {
	bool used, gone;
	gint64 position;
	gint64 id; /* of the row that stood there; with `hash` that of a heading */
	guint32 instance;
	guint64 hash;
	bool heading, end;
};

struct table_sink {
	ULONG_PTR connection;
	IMAPIAdviseSink *sink; /* NULL: the source calls it */
};

struct table {
	struct com_object com;
	IMAPITable imapitable;
	const struct table_source *methods;
	void *source;
	ULONG flags, key, type;
	SPropTagArray *columns;
	SPropTagArray *plain;      /* the columns with MVI_PROP tags as those of single values */
	GArray *instances;         /* tags (ULONG, MVI_PROP) of columns and order that make rows */
	SRestriction *restriction; /* NULL: all rows */
	ULONG most;                /* rows, of RES_COUNT */
	SSortOrderSet *sort;       /* NULL: in order of id */
	struct table_list *list;   /* NULL: the source's own order, as it is */
	bool stale;                /* the list is to be made before it is used */
	gint64 position;
	GArray *bookmarks; /* struct table_bookmark; the first is BOOKMARK number 3 */
	GArray *sinks;     /* struct table_sink */
	ULONG_PTR last_connection;
};

static inline struct table *
table_of(IMAPITable *imapitable)
{
	return COM_OBJECT(imapitable, struct table, imapitable);
}

/* --- table.c --- */

HRESULT table_enter(struct table *self);
HRESULT table_leave(struct table *self, HRESULT hr);
/* The row with the current columns; S_FALSE when it has gone. */
HRESULT table_read_row(struct table *self, struct table_row row, SRow *out);
/* Rows of the view from `from` on; those that have gone are left out. */
HRESULT table_read_rows(struct table *self, gint64 from, LONG count, SRowSet **out);
void table_rows_out_free(SRowSet *rows);
/* Instances of multi-valued columns: made anew from columns and order. */
HRESULT table_find_instances(struct table *self);

/* --- table_list.c --- */

/* How many rows, and which: the list is made, and grown, as far as it takes. */
HRESULT table_count(struct table *self, gint64 *count);
/* Grows the list to `rows` (-1: all) if there are so many. */
HRESULT table_want(struct table *self, gint64 rows);
struct table_row table_row_at(const struct table *self, gint64 position);
gint64 table_rows_shown(const struct table_list *list);
/* After a change of restriction, order or instances: begins anew, without bookmarks. */
HRESULT table_restart(struct table *self);
/* Makes a list for the table as it is; `whole`: complete, with its sort keys. */
HRESULT table_make_list(struct table *self, bool whole, struct table_list **out);
void table_list_free(struct table_list *list);
bool table_matches(
    const struct table *self, const SRestriction *restriction, const struct table_record *record);
/* How many rows one record makes, and the values of one of these rows in front of all others:
 * g_free() *out unless it is record->values. */
guint table_instances(const struct table *self, const struct table_record *record);
void table_instance_values(
    const struct table *self, const struct table_record *record, guint instance, SPropValue *out);
void table_make_key(
    const struct table *self, const struct table_record *record, guint instance, GByteArray *key);
/* The order's columns (ULONG) as they stand in a key. */
GArray *table_key_columns(const SSortOrderSet *sort);
/* The place of an item, or where it would stand. */
guint table_list_place(
    const struct table_list *list, gint64 id, guint instance, const GByteArray *key);
/* The tags that a restriction and an order look at. */
GArray *table_needs(const struct table *self, bool order, const SRestriction *restriction);

/* --- table_group.c --- */

/* The levels of categories that an order asks for; MAPI_E_TOO_COMPLEX, MAPI_E_INVALID_PARAMETER. */
struct table_level {
	ULONG first, columns; /* in aSort */
	LONG aggregate;       /* the one of TABLE_SORT_CATEG_MAX or _MIN, or -1 */
};
HRESULT table_levels(const SSortOrderSet *sort, struct table_level *levels, ULONG *count);
#define TABLE_LEVELS_MAX 16
/* Makes the categories of a complete list, expanded as the order says, and what is shown. */
HRESULT table_group_list(struct table *self, struct table_list *list);
void table_show(struct table_list *list);
/* A heading's PR_INSTANCE_KEY. */
#define TABLE_HEADING_KEY 12
void table_heading_key(guint64 hash, BYTE key[TABLE_HEADING_KEY]);
gint32 table_find_heading(const struct table_list *list, ULONG size, const BYTE *key);
/* The position at which a group's heading, or an item, is shown; -1: within what is collapsed. */
gint64 table_heading_position(const struct table_list *list, gint32 group);

HRESULT table_ExpandRow(
    IMAPITable *This, ULONG size, LPBYTE key, ULONG rows, ULONG flags, LPSRowSet *out, ULONG *more);
HRESULT table_CollapseRow(IMAPITable *This, ULONG size, LPBYTE key, ULONG flags, ULONG *rows);
HRESULT table_GetCollapseState(
    IMAPITable *This, ULONG flags, ULONG size, LPBYTE key, ULONG *state_size, LPBYTE *state);
HRESULT table_SetCollapseState(
    IMAPITable *This, ULONG flags, ULONG size, LPBYTE state, BOOKMARK *location);

/* --- table_place.c --- */

/* Marks the row at a position, to be found again by table_place_of(). */
HRESULT table_mark(struct table *self, gint64 position, BOOKMARK *bookmark);
void table_forget_bookmarks(struct table *self);
/* Position and bookmarks after rows have come to, or gone from, position `at`. */
void table_rows_came(struct table *self, gint64 at, gint64 count);
void table_rows_went(struct table *self, gint64 at, gint64 count);
/* The first row that fits; MAPI_E_NOT_FOUND. */
HRESULT table_find(struct table *self, const SRestriction *restriction, gint64 *position);

HRESULT table_GetRowCount(IMAPITable *This, ULONG flags, ULONG *count);
HRESULT table_SeekRow(IMAPITable *This, BOOKMARK origin, LONG rows, LONG *sought);
HRESULT table_SeekRowApprox(IMAPITable *This, ULONG numerator, ULONG denominator);
HRESULT table_QueryPosition(IMAPITable *This, ULONG *row, ULONG *numerator, ULONG *denominator);
HRESULT table_FindRow(IMAPITable *This, LPSRestriction restriction, BOOKMARK origin, ULONG flags);
HRESULT table_CreateBookmark(IMAPITable *This, BOOKMARK *bookmark);
HRESULT table_FreeBookmark(IMAPITable *This, BOOKMARK bookmark);

/* --- table_view.c --- */

/* Whether the table's rows can be asked this: sub-objects are not everywhere. */
HRESULT table_check(const struct table *self, const SRestriction *restriction);

HRESULT table_Restrict(IMAPITable *This, LPSRestriction restriction, ULONG flags);
HRESULT table_SortTable(IMAPITable *This, LPSSortOrderSet order, ULONG flags);
HRESULT table_QuerySortOrder(IMAPITable *This, LPSSortOrderSet *order);

/* --- table_notify.c --- */

HRESULT table_Advise(IMAPITable *This, ULONG mask, LPMAPIADVISESINK sink, ULONG_PTR *connection);
HRESULT table_Unadvise(IMAPITable *This, ULONG_PTR connection);
void table_unadvise_all(struct table *self);
/* Tells that a call with TBL_ASYNC has done its work (TABLE_SORT_DONE …), or TABLE_ERROR. */
void table_done(struct table *self, ULONG flags, ULONG event, HRESULT hr);

#endif
