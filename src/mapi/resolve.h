/* SPDX-License-Identifier: MIT */
/* Recipients as people type them, made into one-offs: the work of ResolveName and PrepareRecips. */
#ifndef EMAPI_MAPI_RESOLVE_H
#define EMAPI_MAPI_RESOLVE_H

#include <stdbool.h>
#include <mapidefs.h>

/* Takes apart "ann@example.test", "Ann <ann@example.test>", "SMTP:ann@…" and "[SMTP:ann@…]".  False
 * for what is no address; the texts are g_free()able. */
bool resolve_parse(const char *typed, char **name, char **address);

/* IAddrBook::ResolveName: gives each entry without PR_ENTRYID one made from its PR_DISPLAY_NAME.
 * MAPI_E_NOT_FOUND when one was left unresolved; the others are resolved all the same. */
HRESULT resolve_list(ADRLIST *list, ULONG flags);

/* IAddrBook::PrepareRecips: each entry begins with the properties that `tags` names. */
HRESULT resolve_prepare(ADRLIST *list, const SPropTagArray *tags);

#endif
