/* SPDX-License-Identifier: MIT */
/*
 * What emapi's own message store has beside MAPI's interfaces: its file as a whole. A store shows
 * it to IMsgStore::QueryInterface with IID_IEmapiStoreFile; other providers' stores do not have it
 * (MAPI_E_INTERFACE_NOT_SUPPORTED). Both methods work while other processes, the spooler among
 * them, use the store; neither keeps them waiting.
 */
#ifndef EMAPI_EMAPISTORE_H
#define EMAPI_EMAPISTORE_H

#include "mapidefs.h"

static const IID IID_IEmapiStoreFile = { 0x34328848, 0xf255, 0x4886,
	{ 0x84, 0x38, 0x03, 0xa5, 0x6a, 0xed, 0xa7, 0x22 } };

DECLARE_MAPI_INTERFACE_PTR(IEmapiStoreFile, LPEMAPISTOREFILE);

/* clang-format off */

#define EMAPI_ISTOREFILE_METHODS(IPURE) \
	/* Whether the file is whole: SQLite's own check of pages and indexes, counts of folders \
	 * against what is in them, parts without what they belong to. *lpppszProblems has a \
	 * sentence (UTF-8) for each problem, at most 100; MAPIFreeBuffer frees all of it. S_OK \
	 * also where there are problems: *lpcProblems is 0 for a store that is whole. ulFlags is \
	 * 0. MAPI_E_CORRUPT_STORE where the file is too broken to be read through. */ \
	MAPIMETHOD(Check)(THIS_ ULONG ulFlags, ULONG *lpcProblems, LPSTR **lpppszProblems) IPURE; \
	/* Copies the store, as it is at one moment, to a new file of mode 600 that holds all of \
	 * it and can be opened as a store. lpszPath is UTF-8. It appears whole and on disk, or \
	 * not at all. MAPI_E_COLLISION: there is a file of that name, which stays; \
	 * MAPI_E_NOT_FOUND, MAPI_E_NO_ACCESS, MAPI_E_NOT_ENOUGH_DISK. ulFlags is 0. */ \
	MAPIMETHOD(Backup)(THIS_ ULONG ulFlags, LPCSTR lpszPath) IPURE;

#undef INTERFACE
#define INTERFACE IEmapiStoreFile
EMAPI_INTERFACE_(IEmapiStoreFile, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	EMAPI_ISTOREFILE_METHODS(PURE)
};

/* clang-format on */

#endif /* EMAPI_EMAPISTORE_H */
