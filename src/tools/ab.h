/* SPDX-License-Identifier: MIT */
/* What the commands `emapi ab …` share: the book, its entries, their words. */
#ifndef EMAPI_TOOLS_AB_H
#define EMAPI_TOOLS_AB_H

#include <mapix.h>
#include "cli.h"
#include "profile.h"

/* An open address book. */
struct ab {
	struct profile *profile;
	IMAPISession *session;
	IAddrBook *book;
};

/* An entry that was found. */
struct ab_entry {
	GBytes *id;
	ULONG type; /* MAPI_MAILUSER or MAPI_DISTLIST */
	char *name;
	char *address; /* NULL: none */
	char *kind;    /* its address type */
	char *book;    /* the container's name */
};

/* A setting of an entry: its word on the command line and its name in a vCard. */
struct ab_word {
	const char *word;
	ULONG tag;
	const char *vcard; /* NULL: put together by hand */
};

extern const struct ab_word ab_words[]; /* ends with a NULL word */

/* Opens the profile's (NULL: the default's) book; 0, or an exit code after a message. */
int ab_open(struct ab *ab, const char *profile);
void ab_close(struct ab *ab);
/* cli_fail() with the words of the object's GetLastError (NULL: the session's). */
int ab_fail(struct ab *ab, void *object, HRESULT hr, const char *what);

void ab_entry_free(void *entry);
/* Adds to `found` the entries that `text` (NULL: any) may mean, of all containers or of the one
 * called `book`.  A container that cannot be read is told of and left out. */
int ab_search(struct ab *ab, const char *text, const char *book, GPtrArray *found);
/* The one entry that `text` means; an exit code with a message that lists the candidates where it
 * is none (EX_NOUSER) or several (EX_DATAERR). */
int ab_find_one(struct ab *ab, const char *text, struct ab_entry **out);
/* Opens an entry; `flags` MAPI_MODIFY to change it. */
int ab_open_entry(struct ab *ab, const struct ab_entry *entry, ULONG flags, IMAPIProp **out);
/* The container that new entries go to.  A profile without one gets the personal address book. */
int ab_open_personal(struct ab *ab, IABContainer **out);
/* The members of a list. */
int ab_members(struct ab *ab, IMAPIProp *list, GPtrArray *members);
/* Adds "Name <address>", an address or the name of an entry to a list. */
int ab_add_member(struct ab *ab, IMAPIProp *list, const char *who);

/* One property as text; g_free(), NULL when absent. */
char *ab_text(IMAPIProp *entry, ULONG tag);
/* "Word=value" onto the entry; an empty value removes. */
int ab_set_word(struct ab *ab, IMAPIProp *entry, const char *assignment);
HRESULT ab_set_text(IMAPIProp *entry, ULONG tag, const char *text);
/* A new entry from its container's template for `tag` (PR_DEF_CREATE_MAILUSER, PR_DEF_CREATE_DL).
 */
HRESULT ab_create(IABContainer *container, ULONG tag, ULONG flags, IMAPIProp **out);

/* The entry as a line for people, or as a JSON object. */
void ab_print(GString *out, const struct ab_entry *entry, bool json);

#endif
