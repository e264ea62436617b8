/* SPDX-License-Identifier: MIT */
/*
 * IMAPITable over any source of rows (MAPI reference: IMAPITable).
 *
 * The table keeps columns, restriction, order, categories, instances of multi-valued columns,
 * position, bookmarks and sinks; the source has the rows.  A row is known by its id, and the order
 * of ids is the table's own order.
 *
 * What a source cannot order itself (`follow`) the table holds as a list of ids: after a
 * restriction, categories or an order that nothing serves.  A list over an order that the source
 * serves grows only as far as it is read.  Values are always read from the source, so they are as
 * they are now; a row that has gone is passed over.
 */
#ifndef EMAPI_PROP_TABLE_SOURCE_H
#define EMAPI_PROP_TABLE_SOURCE_H

#include <stdbool.h>
#include <glib.h>
#include <mapidefs.h>
#include "com.h"

struct table_record {
	gint64 id;
	const SPropValue *values; /* borrowed; text of either kind; PT_ERROR for what is broken */
	ULONG count;
};

/* Rows are handed to `fn`, until the last one or until it answers S_FALSE (enough) or an error.
 * They need to have at least those properties of `tags` that they have; `all`: every one. */
struct table_reader {
	const ULONG *tags;
	guint count;
	bool all;
	/* Of each() and walk(): rows that cannot fit may be left out, always the same, and a
	 * position counts those that are not.  NULL: none. */
	const SRestriction *restriction;
	/* What it looks at is wanted whole; other values may be cut, as columns of tables may. */
	const SRestriction *judged;
	HRESULT (*fn)(void *context, const struct table_record *record);
	void *context;
};

/* All but release() are called between enter() and leave(). */
struct table_source {
	/* The lock, and whatever else each call begins and ends with. */
	HRESULT (*enter)(void *source);
	HRESULT (*leave)(void *source, HRESULT hr);
	/* The table has gone; never within enter() and leave(). */
	void (*release)(void *source);
	/* All rows, in order of id. */
	HRESULT (*each)(void *source, const struct table_reader *reader);
	/* One row; S_FALSE when it has gone. */
	HRESULT (*fetch)(void *source, gint64 id, const struct table_reader *reader);
	/* Every column that there may be, text as `flags` say; a MAPI buffer. */
	HRESULT (*columns)(void *source, ULONG flags, SPropTagArray **out);
	/* GetLastError; may be NULL. */
	HRESULT (*last_error)(void *source, HRESULT failure, ULONG flags, MAPIERROR **out);
	/* Whether a sub-object of the row fits (RES_SUBRESTRICTION); NULL: rows have none. */
	bool (*any_part)(void *source, gint64 id, ULONG tag, const SRestriction *restriction);

	/* Advise.  NULL: the table calls its sinks itself, with nothing locked. */
	HRESULT (*subscribe)(void *source, IMAPIAdviseSink *sink, ULONG_PTR *connection);
	HRESULT (*unsubscribe)(void *source, ULONG_PTR connection);
	/* Hands events to the sinks; outside of enter() and leave(). */
	void (*notify)(void *source, ULONG count, NOTIFICATION *notifications);

	/* Orders that the source serves: takes this one (NULL or none: that of ids) if it can.  All
	 * may be NULL; else the four work in the order taken. */
	bool (*follow)(void *source, const SSortOrderSet *sort);
	HRESULT (*count)(void *source, gint64 *count);
	/* At most `limit` rows (-1: all) from position `from` on. */
	HRESULT (*walk)(void *source, gint64 from, LONG limit, const struct table_reader *reader);
	/* The position of a row; S_FALSE when it has gone. */
	HRESULT (*locate)(void *source, gint64 id, gint64 *position);
	/* The row before one; S_FALSE: none, or it has gone. */
	HRESULT (*before)(void *source, gint64 id, gint64 *prior);
};

/* A table over `source`, which is released with it (and on failure).  `columns` is the default
 * column set (copied); text of it comes as `flags` (MAPI_UNICODE) says.  `key` is the property that
 * tells rows apart where they have no PR_INSTANCE_KEY; `type` one of TBLTYPE_*. */
struct table_making {
	const SPropTagArray *columns;
	ULONG flags;
	ULONG key;
	ULONG type;
};
HRESULT table_open(const struct table_source *methods, void *source,
    const struct table_making *making, IMAPITable **out);

/* What happened to a row of the source. */
struct table_change {
	gint64 id;
	ULONG event;           /* TABLE_ROW_ADDED, TABLE_ROW_MODIFIED, TABLE_ROW_DELETED */
	const SPropValue *key; /* what a row that has gone was known by; else NULL */
};
/* What a table is to tell its sinks. */
struct table_news;
/* Brings a table up to date after changes, within enter() and leave().  More than `most` events
 * become one TABLE_CHANGED.  NULL: nothing to tell. */
struct table_news *table_changed(
    IMAPITable *table, const struct table_change *changes, guint count, guint most);
/* Everything may be different; TABLE_RELOAD, or TABLE_CHANGED where `gentle`. */
struct table_news *table_reloaded(IMAPITable *table, bool gentle);
/* The object, for com_try_add_ref() from a weak pointer within enter() and leave(). */
struct com_object *table_object(IMAPITable *table);
/* Tells and frees; outside of enter() and leave().  The caller has a reference on the table. */
void table_tell(struct table_news *news);

#endif
