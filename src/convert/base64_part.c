/* SPDX-License-Identifier: MIT */
/* See base64_part.h. */
#include "base64_part.h"

#include <errno.h>

#include "base64.h"

/* About what the store keeps in one row, in whole lines. */
#define PIECE (4096 * BASE64_LINE)

struct base64_part {
	GMimePart parent;
	GMimeStream *source;
};

struct base64_part_class {
	GMimePartClass parent;
};

typedef struct base64_part Base64Part;
typedef struct base64_part_class Base64PartClass;

static GType base64_part_get_type(void);
G_DEFINE_TYPE(Base64Part, base64_part, GMIME_TYPE_PART)

/* As much as there is, up to `size`: only the last piece may end inside a line. */
static ssize_t
read_full(GMimeStream *source, char *buffer, size_t size)
{
	size_t have = 0;

	while (have < size) {
		ssize_t got = g_mime_stream_read(source, buffer + have, size - have);

		if (got < 0)
			return -1;
		if (got == 0)
			break;
		have += (size_t)got;
	}
	return (ssize_t)have;
}

static ssize_t
write_content(GMimeStream *source, GMimeStream *out)
{
	g_autofree char *plain = g_try_malloc(PIECE);
	g_autofree char *encoded = g_try_malloc(BASE64_SIZE(PIECE));
	ssize_t total = 0, got;

	if (!plain || !encoded) {
		errno = ENOMEM;
		return -1;
	}
	if (g_mime_stream_reset(source) != 0)
		return -1;
	while ((got = read_full(source, plain, PIECE)) > 0) {
		size_t size = base64_encode((const uint8_t *)plain, (size_t)got, encoded);

		if (g_mime_stream_write(out, encoded, size) < 0)
			return -1;
		total += (ssize_t)size;
		if (got < PIECE)
			break;
	}
	return got < 0 ? -1 : total;
}

/* GMime writes the header of a part that has no content, and we what follows. */
static ssize_t
base64_part_write(
    GMimeObject *object, GMimeFormatOptions *options, gboolean content_only, GMimeStream *stream)
{
	GMimeObjectClass *parent = GMIME_OBJECT_CLASS(base64_part_parent_class);
	ssize_t header = parent->write_to_stream(object, options, content_only, stream), content;

	if (header < 0)
		return -1;
	content = write_content(((Base64Part *)object)->source, stream);
	return content < 0 ? -1 : header + content;
}

static void
base64_part_finalize(GObject *object)
{
	g_clear_object(&((Base64Part *)object)->source);
	G_OBJECT_CLASS(base64_part_parent_class)->finalize(object);
}

static void
base64_part_class_init(Base64PartClass *class)
{
	G_OBJECT_CLASS(class)->finalize = base64_part_finalize;
	GMIME_OBJECT_CLASS(class)->write_to_stream = base64_part_write;
}

static void
base64_part_init(Base64Part *self)
{
}

GMimePart *
base64_part_new(const char *type, const char *subtype, GMimeStream *source)
{
	Base64Part *self = g_object_new(base64_part_get_type(), NULL);
	GMimeContentType *content_type = g_mime_content_type_new(type, subtype);

	self->source = g_object_ref(source);
	g_mime_object_set_content_type(GMIME_OBJECT(self), content_type);
	g_object_unref(content_type);
	g_mime_part_set_content_encoding(&self->parent, GMIME_CONTENT_ENCODING_BASE64);
	return &self->parent;
}
