/* SPDX-License-Identifier: MIT */
/*
 * The folders that every store has, by the ids they are made with.  The partial indexes of the
 * schema name the Outbox's number, so these never change.
 */
#ifndef EMAPI_STORE_FOLDERS_H
#define EMAPI_STORE_FOLDERS_H

enum {
	FOLDER_ID_ROOT = 1,
	FOLDER_ID_IPM = 2, /* "Top of Personal Folders": PR_IPM_SUBTREE_ENTRYID */
	FOLDER_ID_INBOX = 3,
	FOLDER_ID_OUTBOX = 4,
	FOLDER_ID_SENT = 5,
	FOLDER_ID_DELETED = 6,
	FOLDER_ID_DRAFTS = 7,
	FOLDER_ID_FINDER = 8, /* "Search Root": PR_FINDER_ENTRYID */
	FOLDER_ID_VIEWS = 9,
	FOLDER_ID_COMMON_VIEWS = 10,
	FOLDER_ID_FIRST_FREE = 64, /* ids below are kept for folders of later versions */
};

#endif
