/* SPDX-License-Identifier: MIT */
/* Failures on demand: SQLite's memory, and what its VFS writes, cuts and syncs. */
#ifndef EMAPI_STORE_FAULTS_H
#define EMAPI_STORE_FAULTS_H

#include <stdbool.h>

/* Once, before SQLite is first used. */
void faults_install(void);
/* The n-th allocation of SQLite / the n-th write, truncation or sync from now on fails; 0: none. */
void faults_sqlite_memory(unsigned long n);
void faults_sqlite_io(unsigned long n);
/* What a write that fails says, an I/O error (as at first) or that the disk is full; and whether
 * all that follow fail too, or that one alone. */
void faults_sqlite_io_kind(bool full, bool lasting);
/* What to add to n for the next failure to try: 1, or EMAPI_TEST_STRIDE where all of them would
 * take too long (under valgrind, twenty to fifty times slower).  It is odd. */
unsigned long faults_stride(void);
/* How many there were since then. */
unsigned long faults_sqlite_allocations(void);
unsigned long faults_sqlite_writes(void);
/* Syncs alone, from the start of the process on. */
unsigned long faults_sqlite_syncs(void);

#endif
