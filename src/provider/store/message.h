/* SPDX-License-Identifier: MIT */
/*
 * A message in memory.  It is transacted: nothing is in the store before SaveChanges or
 * SubmitMessage.  Recipients and attachments are read when first asked for.
 *
 * After a successful SubmitMessage every call but Release answers MAPI_E_INVALID_OBJECT
 * (MAPI reference: IMessage::SubmitMessage).
 */
#ifndef EMAPI_STORE_MESSAGE_H
#define EMAPI_STORE_MESSAGE_H

#include "propset.h"
#include "recipient.h"

struct attachment {
	ULONG num; /* PR_ATTACH_NUM */
	gint64 id; /* 0: not in the store yet */
	struct propset set;
	struct message
	    *embedded; /* a message saved into it (embedded.c); NULL: as the row has it */
};

struct message {
	struct com_object com;
	IMessage imessage;
	struct store *store;
	gint64 id; /* 0: never saved */
	gint64 folder;
	gint64 version; /* of the row that was read */
	bool associated;
	bool writable;
	bool invalid;
	struct propset set;
	GPtrArray *recipients; /* struct recipient; NULL: not read yet */
	bool recipients_dirty;
	ULONG next_row;
	GPtrArray *attachments; /* struct attachment; NULL: not read yet */
	bool attachments_dirty;
	ULONG next_num;
	struct row_image *image;   /* between message_prepare() and message_unprepare() */
	bool fresh;                /* the row is being made */
	HRESULT woken;             /* submit_notify_soon() */
	guint32 calls;             /* so far (client_part.h) */
	struct com_object *parent; /* the attachment it is opened from; NULL: of a folder */
};

/* A new, unsaved message of `folder`; or one of the store.  Lock held. */
HRESULT message_create(struct store *store, gint64 folder, bool associated, struct message **out);
HRESULT message_open(struct store *store, gint64 id, ULONG flags, struct message **out);

/* The lock, and the state a method needs: MAPI_E_INVALID_OBJECT, and MAPI_E_NO_ACCESS where
 * `write` and opened read-only. */
HRESULT message_enter(struct message *message, bool write);
HRESULT message_leave(struct message *message, HRESULT hr);

/* What clients may not set: computed, or of the store. */
extern const ULONG message_readonly[];
/* Sets what every message object answers about itself. */
HRESULT message_identify(struct message *message);

/* message_row.c: reads the row; writes the whole message in one transaction.  `submit` puts it
 * into the outgoing queue in the same transaction. */
HRESULT message_load(struct message *message);
HRESULT message_save(struct message *message, ULONG flags, bool submit);
/* The steps of a save, which messages within attachments go through with their message: what is
 * made ready before the transaction, the rows, and the end, whether it committed or not. */
HRESULT message_prepare(struct message *message);
HRESULT message_write(struct message *message, ULONG flags, bool submit);
void message_saved(struct message *message);
void message_unprepare(struct message *message, bool committed);

/* summary.c: properties that follow from others, set before each save. */
HRESULT message_summarize(struct message *message);

/* recipients.c */
HRESULT message_load_recipients(struct message *message);
HRESULT message_write_recipients(struct message *message);
HRESULT message_modify_recipients(struct message *message, ULONG flags, const ADRLIST *list);
HRESULT message_recipient_table(struct message *message, ULONG flags, IMAPITable **out);

/* attachments.c: the list; attach.c: the object. */
HRESULT message_load_attachments(struct message *message);
HRESULT message_prepare_attachments(struct message *message);
HRESULT message_write_attachments(struct message *message);
void message_attachments_saved(struct message *message);
void message_unprepare_attachments(struct message *message, bool committed);
struct attachment *message_find_attachment(struct message *message, ULONG num);
HRESULT message_delete_attachment(struct message *message, ULONG num);
HRESULT message_attachment_table(struct message *message, ULONG flags, IMAPITable **out);
void attachments_free(struct store *store, GPtrArray *attachments);
struct attachment *attachment_new(void); /* NULL when memory is short */
void attachment_free(struct store *store, struct attachment *attachment);
HRESULT attach_create(
    struct message *message, ULONG num, bool fresh, bool writable, const IID *iid, IAttach **out);

/* embedded.c: messages within attachments (PR_ATTACH_DATA_OBJ as IMessage).  The one a client has
 * is an object of its own; its SaveChanges leaves a copy, which belongs to nobody's parent, with
 * the attachment, whose SaveChanges leaves it with the message. */
HRESULT embedded_open(struct com_object *parent, struct store *store, struct message *kept,
    gint64 attachment, ULONG flags, struct message **out);
HRESULT embedded_copy(struct message *from, struct message **out);
/* `heir` takes the place of `old`: what is staged for both goes with it. */
void embedded_inherit(struct message *old, struct message *heir);
/* attach.c: what the two need of an attachment object. */
HRESULT attach_keep_embedded(struct com_object *attach, struct message *embedded);
bool attach_is_invalid(struct com_object *attach);

/* message.c */
HRESULT message_new(struct store *store, struct message **out);
/* What a message has before a client says anything. */
HRESULT message_begin(struct message *message);

/* submit.c */
HRESULT message_submit(struct message *message);

#endif
