/* SPDX-License-Identifier: MIT */
/*
 * Messages in storages ([MS-OXMSG]; MAPI reference: OpenIMsgOnIStg).
 *
 * OpenIMsgOnIStg reads the whole message, with all that is attached, into parts in memory.  A part
 * that stands in another one is never changed: who writes has a copy of it, and SaveChanges of an
 * attachment or of a message within puts the copy in the other's place.  SaveChanges of the message
 * writes all of it into the storage and commits that.
 *
 * Text is Unicode in memory.  A file says of itself by PR_STORE_SUPPORT_MASK whether its text is
 * Unicode; else it is of PR_MESSAGE_CODEPAGE (imsg_text.c).
 */
#ifndef EMAPI_MAPI_IMSG_H
#define EMAPI_MAPI_IMSG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <imessage.h>
#include "bag.h"
#include "com.h"
#include "lasterror.h"
#include "recipient.h"

struct propnames;

#define IMSG_DEPTH_MAX 32u                                       /* messages within messages */
#define IMSG_ATTRIBUTES (PROPATTR_READABLE | PROPATTR_WRITEABLE) /* where none were set */

/* The properties of a message or an attachment, and what belongs to it. */
struct part {
	atomic_uint refs;
	struct bag *bag;
	GHashTable *attributes; /* property id to PROPATTR_*, where they are not IMSG_ATTRIBUTES */
	/* of a message: */
	GPtrArray *recipients;
	ULONG next_recipient;
	GPtrArray *attachments; /* of struct part, in order of their numbers */
	ULONG next_attachment;
	/* of an attachment: */
	ULONG number;
	struct part *embedded; /* the message in it */
	IStorage *ole;         /* the OLE object in it */
};

struct part *part_new(bool message); /* NULL when memory is short */
struct part *part_ref(struct part *part);
void part_unref(struct part *part);
/* Another one with the same attachments and embedded message. */
HRESULT part_clone(const struct part *part, struct part **out);
struct part *part_find_attachment(const struct part *message, ULONG number, guint *place);
ULONG part_attributes(const struct part *part, ULONG tag);
void part_set_attributes(struct part *part, ULONG tag, ULONG attributes);

/* What all objects of one file share. */
struct document {
	atomic_uint refs;
	GRecMutex lock; /* over all below, and over all parts */
	struct propnames *names;
	bool unicode;
	bool closed; /* by CloseIMsgSession */
};

struct document *document_ref(struct document *document);
void document_unref(struct document *document);
/* Takes the lock; MAPI_E_INVALID_OBJECT of what was closed. */
HRESULT document_enter(struct document *document);
HRESULT document_leave(struct document *document, HRESULT hr);

/* --- Files: imsg_load.c, imsg_save.c, imsg_names.c, imsg_text.c ------------------------------ */

/* An empty storage is an empty message. */
HRESULT imsg_load(IStorage *storage, struct document *document, struct part **out);
HRESULT imsg_save(IStorage *storage, struct document *document, const struct part *message);

HRESULT imsg_load_names(IStorage *storage, struct propnames *names);
HRESULT imsg_save_names(IStorage *storage, const struct propnames *names);

/* Text of a code page, on `root`; no byte is lost: what the page does not have is read as
 * windows-1252.  *length (may be NULL) in characters, without the 0. */
HRESULT imsg_text_decode(
    void *root, const BYTE *bytes, size_t size, LONG page, WCHAR **out, size_t *length);
/* The page for a message's 8-bit text. */
LONG imsg_text_page(LONG message_page, LONG internet_page);

/* Names in storages: "__substg1.0_" and a tag, which may stand with the number of a value. */
struct substg_name {
	WCHAR text[32];
};
struct substg_name substg_of_tag(ULONG tag);
struct substg_name substg_of_value(ULONG tag, ULONG index);
struct substg_name substg_of_row(const WCHAR *kind, ULONG row);
#define IMSG_PROPERTIES u"__properties_version1.0"
#define IMSG_NAMES u"__nameid_version1.0"
#define IMSG_RECIPIENT u"__recip_version1.0_#"
#define IMSG_ATTACHMENT u"__attach_version1.0_#"

/* --- Objects --------------------------------------------------------------------------------- */

/* What messages and attachments have in common; the first member of both. */
struct imsg_object {
	struct com_object com;
	struct document *document;
	struct part *part;
	bool own; /* the part stands nowhere yet, and may be changed */
	bool writable;
	LONG type;             /* MAPI_MESSAGE, MAPI_ATTACH */
	const ULONG *readonly; /* tags that are the object's own to set, 0 at the end */
	struct last_error error;
};

struct imsg {
	struct imsg_object object;
	IMessage imessage;
	struct imsg_attach *parent; /* of a message within; held */
	/* of the outermost message: */
	IStorage *storage;
	bool commits;
	MSGCALLRELEASE *released;
	ULONG caller;
	LPMSGSESS session; /* weak */
};

struct imsg_attach {
	struct imsg_object object;
	IAttach iattach;
	struct imsg *message; /* held */
};

/* Bodies of IMAPIProp (imsg_object.c), which take the document's lock. */
HRESULT object_get_props(struct imsg_object *object, SPropTagArray *tags, ULONG flags, ULONG *count,
    SPropValue **values);
HRESULT object_get_prop_list(struct imsg_object *object, ULONG flags, SPropTagArray **tags);
HRESULT object_set_props(struct imsg_object *object, ULONG count, const SPropValue *values,
    SPropProblemArray **problems);
HRESULT object_delete_props(
    struct imsg_object *object, const SPropTagArray *tags, SPropProblemArray **problems);
HRESULT object_get_names(struct imsg_object *object, SPropTagArray **tags, const GUID *set,
    ULONG flags, ULONG *count, MAPINAMEID ***names);
HRESULT object_get_ids(
    struct imsg_object *object, ULONG count, MAPINAMEID **names, ULONG flags, SPropTagArray **tags);

/* The rest expects the lock.  Before a change: makes the part the object's own. */
HRESULT object_own(struct imsg_object *object);
/* object_enter() for who is about to write: MAPI_E_NO_ACCESS. */
HRESULT object_enter(struct imsg_object *object, bool write);
HRESULT object_leave(struct imsg_object *object, HRESULT hr);
HRESULT object_init(struct imsg_object *object, struct document *document, struct part *part);
void object_clear(struct imsg_object *object);
/* Properties that say what the object is and whether it can be written. */
HRESULT object_identify(struct imsg_object *object);

/* imsg.c: a message in an attachment, with a reference on its part. */
HRESULT imsg_open_within(
    struct imsg_attach *parent, struct part *part, bool own, bool writable, IMessage **out);
/* An attachment was added or taken away. */
HRESULT imsg_note_attachments(struct part *message);

/* imsg_attach.c: `part` with a reference on it; `own`: a new one. */
HRESULT imsg_attach_open(struct imsg *message, struct part *part, bool own, bool writable,
    const IID *iid, IAttach **out);
/* SaveChanges of the message within, whose part it gets. */
HRESULT imsg_attach_keep(struct imsg_attach *attach, struct part *embedded);

/* The object behind an interface pointer of ours, or NULL. */
struct imsg_object *imsg_object_of(IUnknown *object);
struct imsg_object *imsg_attach_object_of(IUnknown *object);

/* imsg_bytes.c: any message as the bytes of a Unicode .msg file; g_free(). */
HRESULT imsg_to_bytes(IMessage *message, BYTE **bytes, size_t *size);

/* imsg_session.c */
HRESULT session_add(LPMSGSESS session, struct imsg *message);
void session_remove(struct imsg *message);
/* What CloseIMsgSession does to a message, and the last Release: the storage is let go. */
void imsg_close(struct imsg *message);

#endif
