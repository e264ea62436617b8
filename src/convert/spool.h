/* SPDX-License-Identifier: MIT */
/* Output of unknown size: in memory up to a limit, from there in a file without a name in $TMPDIR
 * (else /var/tmp, which is a disk where /tmp may be memory, else /tmp). */
#ifndef EMAPI_CONVERT_SPOOL_H
#define EMAPI_CONVERT_SPOOL_H

#include <stdbool.h>
#include <glib.h>
#include <emapi_wintypes.h>

#define SPOOL_BUFFER (64 * 1024)

struct spool {
	int fd;
	bool on_disk;
	guint64 memory_max;
	guint64 size; /* written so far, buffered bytes included */
	char last;    /* the last byte */
	char *buffer; /* SPOOL_BUFFER bytes */
	size_t buffered;
	int error; /* errno of the first failure, for people */
};

/* MAPI_E_NOT_ENOUGH_MEMORY, MAPI_E_NOT_ENOUGH_DISK or MAPI_E_DISK_ERROR. */
HRESULT spool_open(struct spool *spool, guint64 memory_max);
HRESULT spool_write(struct spool *spool, const void *data, size_t size);
/* Writes out what is buffered, rewinds, and gives the descriptor to the caller. */
HRESULT spool_finish(struct spool *spool, int *fd);
/* Instead, where it is no more than SPOOL_BUFFER bytes: gives the bytes themselves; NULL where it
 * is more.  g_free(). */
char *spool_take(struct spool *spool);
/* Closes what was not given away. */
void spool_close(struct spool *spool);

#endif
