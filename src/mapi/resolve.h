/* SPDX-License-Identifier: MIT */
/* Recipients as people type them, made into one-offs or found in the address book: the work of
 * ResolveName and PrepareRecips. */
#ifndef EMAPI_MAPI_RESOLVE_H
#define EMAPI_MAPI_RESOLVE_H

#include <stdbool.h>
#include <mapidefs.h>

struct session;

/* Takes apart "ann@example.test", "Ann <ann@example.test>", "SMTP:ann@…" and "[SMTP:ann@…]".  False
 * for what is no address; the texts are g_free()able. */
bool resolve_parse(const char *typed, char **name, char **address);
/* The same of "Display name[TYPE:address]", with any type of address; a backslash quotes one
 * of \[]:, and "\x0d" is the character of that number (MAPI reference: One-Off Addresses). */
bool resolve_oneoff(const char *typed, char **name, char **type, char **address);

/* IAddrBook::ResolveName: gives each entry without PR_ENTRYID the one that its PR_DISPLAY_NAME
 * means: a whole address a one-off, without a look at any address book; else what the search path
 * finds. MAPI_E_NOT_FOUND when one was left unresolved, MAPI_E_AMBIGUOUS_RECIP when one may be
 * several; the others are resolved all the same, and the session's last error names those that are
 * not.  `session` may be NULL: then only addresses are resolved. */
HRESULT resolve_list(struct session *session, ADRLIST *list, ULONG flags);

/* IAddrBook::PrepareRecips: each entry begins with the properties that `tags` names. */
HRESULT resolve_prepare(
    struct session *session, ADRLIST *list, ULONG flags, const SPropTagArray *tags);

#endif
