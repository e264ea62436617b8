/* SPDX-License-Identifier: MIT */
/* What went wrong with a database file, for people; SQLite's own words are for its developers. */
#ifndef EMAPI_BASE_SQLWORDS_H
#define EMAPI_BASE_SQLWORDS_H

#include <sqlite3.h>

/* A part of a sentence about the last failure; NULL: there was no memory to open it.  Static. */
static inline const char *
sql_words(sqlite3 *sql)
{
	switch (sql ? sqlite3_errcode(sql) & 0xFF : SQLITE_NOMEM) {
	case SQLITE_NOMEM:
		return "not enough memory";
	case SQLITE_FULL:
		return "no room on the disk";
	case SQLITE_IOERR:
		return "the disk cannot be read or written";
	case SQLITE_READONLY:
		return "it may not be written";
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_CANTOPEN:
		return "it may not be opened";
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return "another process holds it for too long";
	case SQLITE_NOTADB:
		return "it is a file of another kind";
	case SQLITE_TOOBIG:
		return "a value is too large for it";
	case SQLITE_CORRUPT:
	case SQLITE_ERROR: /* a table that it must have is not there */
		return "its contents are damaged";
	case SQLITE_CONSTRAINT:
		return "it has such an entry already";
	default:
		return "it could not do what was asked";
	}
}

#endif
