/* SPDX-License-Identifier: MIT */
/* See stream_adapter.h.  GMime's stream class wants a GObject; this is the only one we have. */
#include "stream_adapter.h"

#include <errno.h>

struct adapter {
	GMimeStream parent;
	const struct adapter_ops *ops;
	void *context;
	HRESULT *result;
	gboolean open;
	gboolean eos;
};

struct adapter_class {
	GMimeStreamClass parent;
};

typedef struct adapter Adapter;
typedef struct adapter_class AdapterClass;

static GType adapter_get_type(void);
G_DEFINE_TYPE(Adapter, adapter, GMIME_TYPE_STREAM)

static void
adapter_shut(Adapter *self)
{
	if (self->open && self->ops->close)
		self->ops->close(self->context);
	self->open = FALSE;
}

static ssize_t
adapter_fail(Adapter *self, HRESULT hr)
{
	if (SUCCEEDED(*self->result))
		*self->result = hr;
	self->eos = TRUE;
	adapter_shut(self);
	errno = EIO;
	return -1;
}

static ssize_t
adapter_read(GMimeStream *stream, char *buffer, size_t size)
{
	Adapter *self = (Adapter *)stream;
	size_t got = 0;
	HRESULT hr = S_OK;

	if (self->eos || !self->ops->read)
		return 0;
	if (!self->open && self->ops->open)
		hr = self->ops->open(self->context);
	self->open = SUCCEEDED(hr);
	if (SUCCEEDED(hr))
		hr = self->ops->read(self->context, buffer, size, &got);
	if (FAILED(hr))
		return adapter_fail(self, hr);
	if (got == 0) {
		self->eos = TRUE;
		adapter_shut(self);
	}
	stream->position += (gint64)got;
	return (ssize_t)got;
}

static ssize_t
adapter_write(GMimeStream *stream, const char *data, size_t size)
{
	Adapter *self = (Adapter *)stream;
	HRESULT hr = self->ops->write ? self->ops->write(self->context, data, size) : E_FAIL;

	if (FAILED(hr))
		return adapter_fail(self, hr);
	stream->position += (gint64)size;
	return (ssize_t)size;
}

static int
adapter_flush(GMimeStream *stream)
{
	return 0;
}

static int
adapter_close(GMimeStream *stream)
{
	adapter_shut((Adapter *)stream);
	return 0;
}

static gboolean
adapter_eos(GMimeStream *stream)
{
	return ((Adapter *)stream)->eos;
}

static int
adapter_reset(GMimeStream *stream)
{
	Adapter *self = (Adapter *)stream;

	adapter_shut(self);
	self->eos = FALSE;
	stream->position = stream->bound_start;
	return 0;
}

static gint64
adapter_seek(GMimeStream *stream, gint64 offset, GMimeSeekWhence whence)
{
	if (whence == GMIME_STREAM_SEEK_SET && offset == stream->bound_start)
		return adapter_reset(stream) == 0 ? offset : -1;
	return whence == GMIME_STREAM_SEEK_CUR && offset == 0 ? stream->position : -1;
}

static gint64
adapter_tell(GMimeStream *stream)
{
	return stream->position;
}

static gint64
adapter_length(GMimeStream *stream)
{
	return -1; /* nobody knows before the end */
}

static GMimeStream *
adapter_substream(GMimeStream *stream, gint64 start, gint64 end)
{
	return NULL;
}

static void
adapter_finalize(GObject *object)
{
	Adapter *self = (Adapter *)object;

	adapter_shut(self);
	if (self->ops->free)
		self->ops->free(self->context);
	G_OBJECT_CLASS(adapter_parent_class)->finalize(object);
}

static void
adapter_class_init(AdapterClass *class)
{
	G_OBJECT_CLASS(class)->finalize = adapter_finalize;
	class->parent.read = adapter_read;
	class->parent.write = adapter_write;
	class->parent.flush = adapter_flush;
	class->parent.close = adapter_close;
	class->parent.eos = adapter_eos;
	class->parent.reset = adapter_reset;
	class->parent.seek = adapter_seek;
	class->parent.tell = adapter_tell;
	class->parent.length = adapter_length;
	class->parent.substream = adapter_substream;
}

static void
adapter_init(Adapter *self)
{
}

GMimeStream *
adapter_create(const struct adapter_ops *ops, void *context, HRESULT *result)
{
	Adapter *self = g_object_new(adapter_get_type(), NULL);

	g_mime_stream_construct((GMimeStream *)self, 0, -1);
	self->ops = ops;
	self->context = context;
	self->result = result;
	return (GMimeStream *)self;
}
