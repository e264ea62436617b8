/* SPDX-License-Identifier: MIT */
/*
 * A parcel: a whole message in one row of bytes, for the way to another process (design D7, machine
 * mode): properties, recipients, attachments, messages within them.  Long values are not held in
 * memory: they are written from streams and read where they lie.
 *
 * Layout, little endian: "EMAPIPCL" version(u32) 0(u32), then records of kind(u32) 0(u32) size(u64)
 * and `size` bytes:
 *   PROPS       a blob (blob.h): properties of the object that is open
 *   LONG        tag(u32) and the bytes of one long value, text as UTF-8 or UTF-16 without an end
 *   NAME        id(u32) GUID(16) kind(u32) number(u32) UTF-16 text: what a named property's id in
 *               the records behind means
 *   RECIPIENT   a blob: one row
 *   ATTACHMENT  opens an attachment of the message that is open; MESSAGE in it opens the message
 *               that is attached; CLOSE closes what was opened last
 *   END         the last record, of size 0, at the outermost level
 *
 * Who reads trusts nothing: what is cut short or nested wrongly is MAPI_E_CORRUPT_DATA, a later
 * version MAPI_E_VERSION.
 */
#ifndef EMAPI_PROP_PARCEL_H
#define EMAPI_PROP_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <mapidefs.h>

enum parcel_kind {
	PARCEL_PROPS = 1,
	PARCEL_LONG = 2,
	PARCEL_NAME = 3,
	PARCEL_RECIPIENT = 4,
	PARCEL_ATTACHMENT = 5,
	PARCEL_MESSAGE = 6,
	PARCEL_CLOSE = 7,
	PARCEL_END = 8,
};

/* Levels of attachments and messages, together. */
#define PARCEL_DEPTH_MAX 32
#define PARCEL_LONG_HEAD 4u  /* bytes before a long value's own */
#define PARCEL_NAME_HEAD 28u /* bytes before a name's text */

struct parcel_record {
	enum parcel_kind kind;
	const BYTE *data; /* borrowed */
	size_t size;
};

struct parcel_reader {
	const BYTE *data;
	size_t size, at;
	unsigned depth;                          /* 0: the message itself is open */
	enum parcel_kind open[PARCEL_DEPTH_MAX]; /* what is open, from the outermost */
};

HRESULT parcel_open(struct parcel_reader *reader, const void *data, size_t size);
/* The next record; S_FALSE behind the END that must be the last.  A record of a kind that cannot
 * stand where it does, or too short for its kind, is MAPI_E_CORRUPT_DATA.  reader->depth is the
 * level behind the record. */
HRESULT parcel_next(struct parcel_reader *reader, struct parcel_record *record);

ULONG parcel_u32(const BYTE *bytes);

/* Writes the message, saved or not, to the empty file `fd`.  *why (may be NULL) gets a sentence on
 * failure, g_free().  MAPI_E_NO_SUPPORT for objects that are no messages (OLE). */
HRESULT parcel_write(IMessage *message, int fd, char **why);

/* What may be taken of a parcel. */
struct parcel_rules {
	/* Whether a property of the outermost message is taken; NULL: all are. */
	bool (*takes)(void *context, ULONG tag);
	/* Whether a named property may be made in the store; NULL: all may. */
	bool (*takes_name)(void *context, const GUID *set, const WCHAR *name);
	void *context;
};

/* Fills the new, empty `message`, whose SaveChanges or SubmitMessage is left to the caller.  What
 * the message itself refuses to have set (computed properties) is left out. */
HRESULT parcel_read(
    const void *data, size_t size, IMessage *message, const struct parcel_rules *rules);

#endif
