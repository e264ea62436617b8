/* SPDX-License-Identifier: MIT */
/*
 * GMime streams over our own sources and sinks, so that GMime's encoders read an attachment piece
 * by piece and write straight to where the mail goes.
 */
#ifndef EMAPI_CONVERT_STREAM_ADAPTER_H
#define EMAPI_CONVERT_STREAM_ADAPTER_H

#include <gmime/gmime.h>
#include <emapi_wintypes.h>

/* What a source or sink does.  A source is opened at the first read and closed at its end, so that
 * a message with many attachments holds one of them open at a time; it can be opened again. */
struct adapter_ops {
	HRESULT (*open)(void *context);
	/* *got 0 is the end. */
	HRESULT (*read)(void *context, char *buffer, size_t size, size_t *got);
	void (*close)(void *context);
	HRESULT (*write)(void *context, const char *data, size_t size);
	void (*free)(void *context);
};

/* A stream that owns `context` (ops->free may be NULL).  The first failure is kept in *result,
 * which must outlive the stream's use; GMime itself only learns -1. */
GMimeStream *adapter_create(const struct adapter_ops *ops, void *context, HRESULT *result);

#endif
