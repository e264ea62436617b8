/* SPDX-License-Identifier: MIT */
/* See spool.h. */
#include "spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <mapicode.h>

static HRESULT
failed(struct spool *spool, int error)
{
	if (!spool->error)
		spool->error = error;
	switch (error) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return MAPI_E_NOT_ENOUGH_DISK;
	case ENOMEM:
		return MAPI_E_NOT_ENOUGH_MEMORY;
	default:
		return MAPI_E_DISK_ERROR;
	}
}

HRESULT
spool_open(struct spool *spool, guint64 memory_max)
{
	memset(spool, 0, sizeof *spool);
	spool->fd = -1;
	spool->memory_max = memory_max;
	spool->buffer = g_try_malloc(SPOOL_BUFFER);
	if (!spool->buffer)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	return S_OK;
}

/* Not before it is needed: a small mail never leaves the buffer. */
static HRESULT
open_memory(struct spool *spool)
{
	if (spool->fd < 0)
		spool->fd = memfd_create("emapi-mime", MFD_CLOEXEC);
	return spool->fd < 0 ? failed(spool, errno) : S_OK;
}

static int
open_unnamed(const char *folder)
{
	g_autofree char *path = NULL;
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd >= 0 || errno == ENOSPC || errno == EDQUOT)
		return fd;
	path = g_build_filename(folder, ".emapi-XXXXXX", NULL);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static int
open_file(void)
{
	const char *folders[] = { getenv("TMPDIR"), "/var/tmp", "/tmp" };
	int fd = -1;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(folders) && fd < 0; i++)
		if (folders[i] && *folders[i])
			fd = open_unnamed(folders[i]);
	return fd;
}

static HRESULT
write_all(struct spool *spool, int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t written = write(fd, data, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return failed(spool, errno);
		data += written;
		size -= (size_t)written;
	}
	return S_OK;
}

/* From memory to a file. */
static HRESULT
move_to_disk(struct spool *spool)
{
	int fd = open_file();
	char piece[16384];
	HRESULT hr = S_OK;
	ssize_t got;

	if (fd < 0)
		return failed(spool, errno);
	if (lseek(spool->fd, 0, SEEK_SET) < 0) {
		hr = failed(spool, errno);
		goto out;
	}
	while ((got = read(spool->fd, piece, sizeof piece)) > 0) {
		hr = write_all(spool, fd, piece, (size_t)got);
		if (FAILED(hr))
			goto out;
	}
	if (got < 0) {
		hr = failed(spool, errno);
		goto out;
	}
	close(spool->fd);
	spool->fd = fd;
	spool->on_disk = true;
	fd = -1;
out:
	if (fd >= 0)
		close(fd);
	return hr;
}

/* Puts `size` bytes, counted in spool->size already, where they are to be. */
static HRESULT
put(struct spool *spool, const char *data, size_t size)
{
	HRESULT hr = open_memory(spool);

	if (SUCCEEDED(hr) && !spool->on_disk && spool->size > spool->memory_max)
		hr = move_to_disk(spool);
	return SUCCEEDED(hr) ? write_all(spool, spool->fd, data, size) : hr;
}

static HRESULT
flush(struct spool *spool)
{
	size_t size = spool->buffered;

	spool->buffered = 0;
	return put(spool, spool->buffer, size);
}

HRESULT
spool_write(struct spool *spool, const void *data, size_t size)
{
	HRESULT hr = S_OK;

	if (size == 0)
		return S_OK;
	spool->last = ((const char *)data)[size - 1];
	spool->size += size;
	if (size > SPOOL_BUFFER - spool->buffered)
		hr = flush(spool);
	if (FAILED(hr))
		return hr;
	if (size >= SPOOL_BUFFER)
		return put(spool, data, size);
	memcpy(spool->buffer + spool->buffered, data, size);
	spool->buffered += size;
	return S_OK;
}

HRESULT
spool_finish(struct spool *spool, int *fd)
{
	HRESULT hr = flush(spool);

	*fd = -1;
	if (FAILED(hr))
		return hr;
	if (lseek(spool->fd, 0, SEEK_SET) < 0)
		return failed(spool, errno);
	*fd = spool->fd;
	spool->fd = -1;
	return S_OK;
}

char *
spool_take(struct spool *spool)
{
	return spool->fd < 0 && spool->buffered == spool->size ? g_steal_pointer(&spool->buffer)
							       : NULL;
}

void
spool_close(struct spool *spool)
{
	if (spool->fd >= 0)
		close(spool->fd);
	spool->fd = -1;
	g_clear_pointer(&spool->buffer, g_free);
}
