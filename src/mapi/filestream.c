/* SPDX-License-Identifier: MIT */
/* An IStream over a file (MAPI reference: OpenStreamOnFile). */
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapiutil.h>
#include "com.h"
#include "mem.h"
#include "text.h"
#include "unsupported.h"

#define COPY_STEP (64 * 1024)

struct filestream {
	struct com_object com;
	IStream istream;
	GMutex lock;
	int fd;
	off_t position;
	bool writable;
	char *remove; /* STGM_DELETEONRELEASE */
};

#define SELF(This) COM_OBJECT(This, struct filestream, istream)

static void
finalize(void *object)
{
	struct filestream *self = object;

	if (self->fd >= 0)
		close(self->fd);
	if (self->remove)
		unlink(self->remove);
	g_free(self->remove);
	g_mutex_clear(&self->lock);
}

static const struct com_interface interfaces[] = {
	{ &IID_IStream, offsetof(struct filestream, istream) },
	{ &IID_ISequentialStream, offsetof(struct filestream, istream) },
	{ NULL, 0 },
};

static const struct com_class filestream_class = { "IStream", interfaces, finalize };

COM_UNKNOWN(filestream, struct filestream, istream, IStream)

/* errno as streams say it. */
static HRESULT
stream_error(void)
{
	switch (errno) {
	case ENOENT:
		return STG_E_FILENOTFOUND;
	case EACCES:
	case EPERM:
	case EROFS:
	case EISDIR:
		return STG_E_ACCESSDENIED;
	case ENOTDIR:
		return STG_E_PATHNOTFOUND;
	case EEXIST:
		return STG_E_FILEALREADYEXISTS;
	case ENOSPC:
	case EDQUOT:
		return STG_E_MEDIUMFULL;
	case ENOMEM:
		return STG_E_INSUFFICIENTMEMORY;
	default:
		return STG_E_UNKNOWN;
	}
}

/* --- Methods ------------------------------------------------------------------------------- */

static HRESULT
filestream_Read(IStream *This, void *bytes, ULONG size, ULONG *done)
{
	struct filestream *self = SELF(This);
	ULONG total = 0;
	ssize_t got = 0;

	if (!bytes && size)
		return STG_E_INVALIDPOINTER;
	g_mutex_lock(&self->lock);
	while (total < size) {
		got = pread(self->fd, (BYTE *)bytes + total, size - total, self->position);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		total += (ULONG)got;
		self->position += got;
	}
	g_mutex_unlock(&self->lock);
	if (done)
		*done = total;
	return got < 0 ? STG_E_READFAULT : S_OK;
}

static HRESULT
filestream_Write(IStream *This, const void *bytes, ULONG size, ULONG *done)
{
	struct filestream *self = SELF(This);
	ULONG total = 0;
	HRESULT hr = S_OK;
	ssize_t put;

	if (!bytes && size)
		return STG_E_INVALIDPOINTER;
	if (!self->writable)
		return STG_E_ACCESSDENIED;
	g_mutex_lock(&self->lock);
	while (total < size) {
		put = pwrite(self->fd, (const BYTE *)bytes + total, size - total, self->position);
		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0) {
			hr = stream_error();
			break;
		}
		total += (ULONG)put;
		self->position += put;
	}
	g_mutex_unlock(&self->lock);
	if (done)
		*done = total;
	return hr;
}

static HRESULT
filestream_Seek(IStream *This, LARGE_INTEGER move, DWORD origin, ULARGE_INTEGER *position)
{
	struct filestream *self = SELF(This);
	struct stat status;
	off_t base, target;

	if (origin > STREAM_SEEK_END)
		return STG_E_INVALIDFUNCTION;
	if (fstat(self->fd, &status) < 0)
		return stream_error();
	g_mutex_lock(&self->lock);
	base = origin == STREAM_SEEK_SET   ? 0
	       : origin == STREAM_SEEK_CUR ? self->position
					   : status.st_size;
	if (__builtin_add_overflow(base, (off_t)move.QuadPart, &target) || target < 0) {
		g_mutex_unlock(&self->lock);
		return STG_E_INVALIDFUNCTION;
	}
	self->position = target;
	g_mutex_unlock(&self->lock);
	if (position)
		position->QuadPart = (ULONGLONG)target;
	return S_OK;
}

static HRESULT
filestream_SetSize(IStream *This, ULARGE_INTEGER size)
{
	struct filestream *self = SELF(This);

	if (!self->writable)
		return STG_E_ACCESSDENIED;
	return ftruncate(self->fd, (off_t)size.QuadPart) < 0 ? stream_error() : S_OK;
}

static HRESULT
filestream_CopyTo(IStream *This, IStream *target, ULARGE_INTEGER size, ULARGE_INTEGER *read_size,
    ULARGE_INTEGER *written_size)
{
	BYTE *buffer = g_malloc(COPY_STEP);
	ULONGLONG in = 0, out = 0;
	ULONG got, put;
	HRESULT hr = S_OK;

	while (SUCCEEDED(hr) && in < size.QuadPart) {
		ULONGLONG left = size.QuadPart - in;

		hr =
		    filestream_Read(This, buffer, left < COPY_STEP ? (ULONG)left : COPY_STEP, &got);
		if (FAILED(hr) || !got)
			break;
		in += got;
		put = 0;
		hr = target->lpVtbl->Write(target, buffer, got, &put);
		out += put;
	}
	g_free(buffer);
	if (read_size)
		read_size->QuadPart = in;
	if (written_size)
		written_size->QuadPart = out;
	return hr;
}

static HRESULT
filestream_Commit(IStream *This, DWORD flags)
{
	struct filestream *self = SELF(This);

	return self->writable && fsync(self->fd) < 0 && errno != EINVAL ? stream_error() : S_OK;
}

static void
to_filetime(const struct timespec *time, FILETIME *out)
{
	ULONGLONG ticks = ((ULONGLONG)time->tv_sec + 11644473600ull) * 10000000ull +
			  (ULONGLONG)time->tv_nsec / 100;

	out->dwLowDateTime = (DWORD)ticks;
	out->dwHighDateTime = (DWORD)(ticks >> 32);
}

static HRESULT
filestream_Stat(IStream *This, STATSTG *out, DWORD flag)
{
	struct filestream *self = SELF(This);
	struct stat status;

	if (!out)
		return STG_E_INVALIDPOINTER;
	if (fstat(self->fd, &status) < 0)
		return stream_error();
	memset(out, 0, sizeof *out);
	out->type = STGTY_STREAM;
	out->cbSize.QuadPart = (ULONGLONG)status.st_size;
	out->grfMode = self->writable ? STGM_READWRITE : STGM_READ;
	to_filetime(&status.st_mtim, &out->mtime);
	to_filetime(&status.st_ctim, &out->ctime);
	to_filetime(&status.st_atim, &out->atime);
	return S_OK;
}

static HRESULT
filestream_Revert(IStream *This)
{
	return S_OK; /* what is written is written: the stream is direct */
}

static const IStreamVtbl filestream_vtbl = {
	.QueryInterface = filestream_QueryInterface,
	.AddRef = filestream_AddRef,
	.Release = filestream_Release,
	.Read = filestream_Read,
	.Write = filestream_Write,
	.Seek = filestream_Seek,
	.SetSize = filestream_SetSize,
	.CopyTo = filestream_CopyTo,
	.Commit = filestream_Commit,
	.Revert = filestream_Revert,
	.LockRegion = unsupported_IStream_LockRegion,
	.UnlockRegion = unsupported_IStream_UnlockRegion,
	.Stat = filestream_Stat,
	.Clone = unsupported_IStream_Clone,
};

/* --- Opening ------------------------------------------------------------------------------- */

/* A new file in the temp folder; *path is g_free()able. */
static int
open_unique(const char *prefix, char **path)
{
	char *name = g_strconcat(prefix ? prefix : "SOF", "XXXXXX", NULL);

	*path = g_build_filename(g_get_tmp_dir(), name, NULL);
	g_free(name);
	return mkostemp(*path, O_CLOEXEC);
}

static int
open_named(const char *file, ULONG flags)
{
	int mode = (flags & 3) == STGM_READ    ? O_RDONLY
		   : (flags & 3) == STGM_WRITE ? O_WRONLY
					       : O_RDWR;

	if (flags & STGM_CREATE)
		mode |= O_CREAT | O_TRUNC;
	return open(file, mode | O_CLOEXEC, 0600);
}

static HRESULT
create(int fd, ULONG flags, char *path, IStream **out)
{
	struct filestream *self = com_create(&filestream_class, sizeof *self);

	if (!self) {
		close(fd);
		g_free(path);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	self->istream.lpVtbl = &filestream_vtbl;
	g_mutex_init(&self->lock);
	self->fd = fd;
	self->writable = (flags & 3) != STGM_READ || (flags & SOF_UNIQUEFILENAME);
	if (flags & STGM_DELETEONRELEASE)
		self->remove = path;
	else
		g_free(path);
	*out = &self->istream;
	return S_OK;
}

static HRESULT
open_stream(const char *file, const char *prefix, ULONG flags, IStream **out)
{
	char *path = NULL;
	int fd;

	if (flags & SOF_UNIQUEFILENAME) {
		fd = open_unique(prefix, &path);
	} else if (file && *file) {
		fd = open_named(file, flags);
		path = g_strdup(file);
	} else {
		return MAPI_E_INVALID_PARAMETER;
	}
	if (fd < 0) {
		int error = errno;

		g_free(path);
		return error == ENOENT                                        ? MAPI_E_NOT_FOUND
		       : error == EACCES || error == EROFS || error == EISDIR ? MAPI_E_NO_ACCESS
									      : MAPI_E_CALL_FAILED;
	}
	return create(fd, flags, path, out);
}

HRESULT
OpenStreamOnFile(LPALLOCATEBUFFER allocate, LPFREEBUFFER release, ULONG flags, LPCTSTR file,
    LPCTSTR prefix, LPSTREAM *out)
{
	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	return open_stream((const char *)file, (const char *)prefix, flags, out);
}

HRESULT
OpenStreamOnFileW(LPALLOCATEBUFFER allocate, LPFREEBUFFER release, ULONG flags, LPCWSTR file,
    LPCWSTR prefix, LPSTREAM *out)
{
	char *file_text = NULL, *prefix_text = NULL;
	HRESULT hr;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	hr = text_from_arg(NULL, (LPCTSTR)(const void *)file, MAPI_UNICODE, &file_text);
	if (SUCCEEDED(hr))
		hr = text_from_arg(NULL, (LPCTSTR)(const void *)prefix, MAPI_UNICODE, &prefix_text);
	if (SUCCEEDED(hr))
		hr = open_stream(file_text, prefix_text, flags, out);
	mem_free(file_text);
	mem_free(prefix_text);
	return hr;
}
