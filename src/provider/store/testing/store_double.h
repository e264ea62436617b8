/* SPDX-License-Identifier: MIT */
/* A store logged on through MSProviderInit with a support object of the test's own, in a folder of
 * its own. */
#ifndef EMAPI_STORE_DOUBLE_H
#define EMAPI_STORE_DOUBLE_H

#include <stdbool.h>
#include <glib.h>
#include <mapix.h>
#include <mapispi.h>

/* The test's folder with the store's file; removed by place_free(). */
struct place {
	char *folder;
	char *path;
};
void place_make(struct place *place);
void place_free(struct place *place);
/* The store's file alone, made where there is none. */
struct db *place_open(const char *path);

/* The support object: holds the sections "own" (PR_EMAPI_PATH) and identity (PR_EMAPI_FROM_*). */
IMAPISupport *double_support(const char *path, const char *from_name, const char *from_address);
unsigned double_notified(IMAPISupport *support); /* NOTIFY_READYTOSEND so far */
bool double_knows_uid(IMAPISupport *support, MAPIUID *uid);

/* Logs on, read/write; `spooler` through SpoolerLogon. *error (may be NULL) is g_free()able text.
 */
HRESULT double_logon(const char *path, bool spooler, IMsgStore **store, char **error);
/* The same with the support object handed out (Release it). */
HRESULT double_logon_with(IMAPISupport *support, bool spooler, IMsgStore **store, char **error);

/* The end of a child that a test forked.  Under valgrind _exit() would answer for all that the
 * parent's memory holds; a program in its place does not. */
void double_child_end(int code) __attribute__((noreturn));

/* Short forms for tests; they assert that the calls succeed. */
IMAPIFolder *double_folder(IMsgStore *store, ULONG tag); /* by a store property, 0: the root */
IMAPIFolder *double_inbox(IMsgStore *store);
SPropValue *double_prop(void *object, ULONG tag); /* of any IMAPIProp; mem_free() */
HRESULT double_get(void *object, ULONG tag, SPropValue **value);
void double_set_text(void *object, ULONG tag, const char *text);
void double_set_long(void *object, ULONG tag, LONG number);
void double_add_recipient(IMessage *message, LONG type, const char *address);
IMessage *double_letter(IMAPIFolder *folder, const char *subject, const char *to); /* unsaved */
SRowSet *double_rows(IMAPITable *table, LONG count);
void double_rows_free(SRowSet *rows);
ULONG double_count(IMAPITable *table);
const SPropValue *double_column(const SRowSet *rows, ULONG row, ULONG tag); /* by id */
/* A saved letter's entry ID (mem_free() the value). */
HRESULT double_open(IMsgStore *store, const SPropValue *entryid, ULONG flags, IMessage **message);
ULONG double_messages(IMAPIFolder *folder);

/* A logon with its Outbox, for cmocka's set-up and tear-down. */
struct fixture {
	struct place place;
	IMsgStore *store;
	IMAPIFolder *outbox;
};
int fixture_setup(void **state);
int fixture_teardown(void **state);
/* Saves, and opens again after another logon, as a new process would; `message` is released. */
IMessage *save_and_reopen(struct fixture *fixture, IMessage *message, ULONG flags);

#endif
