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

struct recipient {
	ULONG row;         /* PR_ROWID: given once, stable */
	SPropValue *props; /* a MAPI buffer */
	ULONG count;
};

struct attachment {
	ULONG num; /* PR_ATTACH_NUM */
	gint64 id; /* 0: not in the store yet */
	struct propset set;
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

/* summary.c: properties that follow from others, set before each save. */
HRESULT message_summarize(struct message *message);
HRESULT message_subject_changed(struct message *message);

/* recipients.c */
GPtrArray *recipients_new(void);
HRESULT message_load_recipients(struct message *message);
HRESULT message_write_recipients(struct message *message);
HRESULT message_modify_recipients(struct message *message, ULONG flags, const ADRLIST *list);
HRESULT message_recipient_table(struct message *message, ULONG flags, IMAPITable **out);

/* attachments.c: the list; attach.c: the object. */
HRESULT message_load_attachments(struct message *message);
HRESULT message_stage_attachments(struct message *message);
HRESULT message_write_attachments(struct message *message);
void message_attachments_saved(struct message *message);
struct attachment *message_find_attachment(struct message *message, ULONG num);
HRESULT message_delete_attachment(struct message *message, ULONG num);
HRESULT message_attachment_table(struct message *message, ULONG flags, IMAPITable **out);
void attachments_free(struct store *store, GPtrArray *attachments);
struct attachment *attachment_new(void); /* NULL when memory is short */
void attachment_free(struct store *store, struct attachment *attachment);
HRESULT attach_create(
    struct message *message, ULONG num, bool fresh, bool writable, const IID *iid, IAttach **out);

/* submit.c */
HRESULT message_submit(struct message *message);

#endif
