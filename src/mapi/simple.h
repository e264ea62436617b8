/* SPDX-License-Identifier: MIT */
/*
 * Inside Simple MAPI: sessions behind handles, and messages that go in and out of the default
 * store.  Functions here answer HRESULTs; simple_code() makes Simple MAPI's numbers of them, which
 * functions may give as SIMPLE_E(number).
 */
#ifndef EMAPI_MAPI_SIMPLE_H
#define EMAPI_MAPI_SIMPLE_H

#include <glib.h>
#include <mapi.h>

#define SIMPLE_E(code) ((HRESULT)(0xA0040000u | (code)))

#define SIMPLE_ID_SIZE 64
#define SIMPLE_LONG_ID_SIZE 512

/* The ids of messages that are too long for a caller's 64 bytes are numbers of this list. */
struct simple {
	GMutex lock;
	IMAPISession *session;
	IMsgStore *store; /* the default store, opened when it is first needed */
	GPtrArray *ids;   /* GBytes */
	unsigned users;
};

/* A use of the session of that handle; 0 logs on to the default profile for as long as it is
 * used, to a session of its own with MAPI_NEW_SESSION.  MAPI_E_INVALID_SESSION. */
HRESULT simple_enter(LHANDLE handle, ULONG flags, struct simple **out);
void simple_leave(struct simple *simple);
ULONG simple_code(HRESULT hr);

/* Borrowed. */
HRESULT simple_store(struct simple *simple, IMsgStore **out);
HRESULT simple_open_folder(IMsgStore *store, const SBinary *id, IMAPIFolder **out);
HRESULT simple_inbox(IMsgStore *store, IMAPIFolder **out);

/* A message's id as callers see it, into 64 or (MAPI_LONG_MSGID) 512 bytes, and back (a MAPI
 * buffer).  MAPI_E_INVALID_MESSAGE. */
HRESULT simple_id_write(struct simple *simple, const SBinary *id, ULONG flags, char *out);
HRESULT simple_id_read(struct simple *simple, const char *text, SBinary **out);
HRESULT simple_open_message(struct simple *simple, const char *id, ULONG flags, IMessage **out);

/* Puts all of it but the id into a message that is then submitted or saved; recipients,
 * attachments and the wish for a receipt replace those that were there. */
HRESULT simple_fill(struct simple *simple, const MapiMessage *source, IMessage *message);

/* Resolves a name or address: an ADRLIST with that one entry (FreePadrlist). */
HRESULT simple_resolve(struct simple *simple, const char *name, ADRLIST **out);
/* What these properties of an entry or a recipient say; the parts hang on `root`. */
HRESULT simple_describe(
    void *root, const SPropValue *values, ULONG count, ULONG class, MapiRecipDesc *out);

/* The functions of the API themselves; simple_trace.c exports them under their names, recorded. */
ULONG simple_log_on(
    ULONG_PTR ui, LPSTR name, LPSTR password, FLAGS flags, ULONG reserved, LPLHANDLE out);
ULONG simple_log_off(LHANDLE session, ULONG_PTR ui, FLAGS flags, ULONG reserved);
ULONG simple_send_mail(
    LHANDLE session, ULONG_PTR ui, lpMapiMessage message, FLAGS flags, ULONG reserved);
ULONG simple_send_mail_w(
    LHANDLE session, ULONG_PTR ui, lpMapiMessageW message, FLAGS flags, ULONG reserved);
ULONG simple_send_documents(
    ULONG_PTR ui, LPSTR delimiter, LPSTR paths, LPSTR names, ULONG reserved);
ULONG simple_find_next(LHANDLE session, LPSTR class, LPSTR seed, FLAGS flags, LPSTR out);
ULONG simple_read_mail(
    LHANDLE session, ULONG_PTR ui, LPSTR id, FLAGS flags, ULONG reserved, lpMapiMessage *out);
ULONG simple_save_mail(
    LHANDLE session, ULONG_PTR ui, lpMapiMessage message, FLAGS flags, ULONG reserved, LPSTR id);
ULONG simple_delete_mail(LHANDLE session, ULONG_PTR ui, LPSTR id, FLAGS flags, ULONG reserved);
ULONG simple_resolve_name(
    LHANDLE session, ULONG_PTR ui, LPSTR name, FLAGS flags, ULONG reserved, lpMapiRecipDesc *out);

#endif
