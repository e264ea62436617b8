/* SPDX-License-Identifier: MIT */
/*
 * What the commands of `emapi store` share: their options, the store, and paths in it.
 *
 * A path names folders below the top of the mail, "Inbox/Sub" ("\/" is a slash within a name), or
 * from the store's root with "//" before it. "Inbox#7" is a message, by the id that `store ls`
 * shows; an entry ID in hexadecimal names a folder or message by itself; "." is the store.
 */
#ifndef EMAPI_TOOLS_MAILSTORE_H
#define EMAPI_TOOLS_MAILSTORE_H

#include <stdbool.h>
#include <glib.h>
#include <mapix.h>
#include "cli.h"

/* The options that all have. */
struct mailstore_options {
	char *profile;
	char *store; /* its display name; NULL: the default store */
	gboolean json;
	gboolean no_json; /* the command has no --json */
};

/* Parses these and `more` (may be NULL); `arguments` stands in the usage line.  0, or the exit
 * code; then, or at the end: mailstore_options_clear(). */
int mailstore_parse(struct mailstore_options *options, const GOptionEntry *more,
    const char *arguments, int *argc, char ***argv);
void mailstore_options_clear(struct mailstore_options *options);

struct mailstore {
	IMAPISession *session;
	IMsgStore *store;
};
/* 0, or the exit code, when all has been said.  mailstore_close() is safe either way. */
int mailstore_open(const struct mailstore_options *options, bool write, struct mailstore *out);
void mailstore_close(struct mailstore *store);

/* A store, folder or message that a path names. */
struct mailstore_item {
	ULONG type; /* MAPI_STORE, MAPI_FOLDER, MAPI_MESSAGE */
	IMAPIProp *prop;
	SBinary id;          /* a MAPI buffer; empty for the store */
	IMAPIFolder *parent; /* of a message that was named by its folder; else NULL */
};
int mailstore_find(
    const struct mailstore *store, const char *path, bool write, struct mailstore_item *out);
/* As mailstore_find(), but says EX_USAGE where the path names something else. */
int mailstore_find_type(const struct mailstore *store, const char *path, ULONG type, bool write,
    struct mailstore_item *out);
void mailstore_item_clear(struct mailstore_item *item);
/* The folder that a folder or message lies in, opened for writing. */
int mailstore_parent(
    const struct mailstore *store, const struct mailstore_item *item, IMAPIFolder **out);

/* "7" for entry IDs of emapi's stores, else all of it in hexadecimal.  g_free(). */
char *mailstore_id(const SBinary *id);

/* Calls `fn` for each row, 100 at a time, until one is no success.  Takes over the table. */
typedef HRESULT (*mailstore_row)(const SRow *row, void *context);
HRESULT mailstore_rows(
    IMAPITable *table, const SPropTagArray *columns, mailstore_row fn, void *context);

/* What a command that changes something tells with --json, nothing without: {"VERB":["PATH",...]}
 * of the first `count` paths, and "to" where there is one. */
void mailstore_tell(const struct mailstore_options *options, const char *verb, char *const *paths,
    int count, const char *to);

/* "STEP: words (CODE)" of what the object said, and the exit code. */
int mailstore_fail(const char *step, void *object, HRESULT hr);

#endif
