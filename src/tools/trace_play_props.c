/* SPDX-License-Identifier: MIT */
/* `emapi trace replay`: properties and streams. */
#include "trace_play.h"

#include <stdlib.h>
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>

#define PIECE 65536u /* of what is written or read at a time */

static HRESULT
play_get_props(struct play_call *call)
{
	IMAPIProp *object = call->object;
	const char *recorded = trace_line_find(call->line->out, "lppPropArray");
	SPropTagArray *tags;
	SPropValue *props = NULL;
	ULONG count = 0;
	HRESULT hr;

	if (!trace_value_tags(&call->replay->values, play_in(call, "lpPropTagArray"), &tags))
		return play_cannot(call);
	hr = object->lpVtbl->GetProps(object, tags, call->flags, &count, &props);
	if (SUCCEEDED(hr) && recorded && *recorded == '[')
		trace_values_learn(&call->replay->values, &recorded, count, props);
	MAPIFreeBuffer(props);
	return hr;
}

static HRESULT
play_set_props(struct play_call *call)
{
	IMAPIProp *object = call->object;
	const char *recorded = play_in(call, "lpPropArray");
	SPropValue *props;
	ULONG count;

	if (!recorded || !trace_value_props(&call->replay->values, &recorded, &count, &props))
		return play_cannot(call);
	return object->lpVtbl->SetProps(object, count, props, NULL);
}

static HRESULT
play_delete_props(struct play_call *call)
{
	IMAPIProp *object = call->object;
	SPropTagArray *tags;

	if (!trace_value_tags(&call->replay->values, play_in(call, "lpPropTagArray"), &tags))
		return play_cannot(call);
	return object->lpVtbl->DeleteProps(object, tags, NULL);
}

static HRESULT
play_save(struct play_call *call)
{
	IMAPIProp *object = call->object;

	return object->lpVtbl->SaveChanges(object, call->flags);
}

static HRESULT
play_prop_list(struct play_call *call)
{
	IMAPIProp *object = call->object;
	SPropTagArray *tags = NULL;
	HRESULT hr = object->lpVtbl->GetPropList(object, call->flags, &tags);

	MAPIFreeBuffer(tags);
	return hr;
}

static HRESULT
play_open_property(struct play_call *call)
{
	IMAPIProp *object = call->object;
	IUnknown *found = NULL;
	const IID *asked = play_iid(call, "lpiid");
	HRESULT hr;

	if (!asked)
		return play_cannot(call);
	hr = object->lpVtbl->OpenProperty(object, (ULONG)play_number(call, "ulPropTag"), asked,
	    (ULONG)play_number(call, "ulInterfaceOptions"), call->flags, &found);
	play_take(call, "lppUnk", found);
	return hr;
}

/* --- Streams ------------------------------------------------------------------------------- */

/* Of what was written the trace has the size. */
static HRESULT
play_write(struct play_call *call)
{
	IStream *stream = call->object;
	gint64 left = play_number(call, "cb");
	char *piece;
	HRESULT hr = S_OK;

	if (left < 0 || left > G_MAXUINT32 ||
	    !(piece = trace_values_keep(&call->replay->values, PIECE)))
		return play_cannot(call);
	memset(piece, 'x', PIECE);
	do {
		hr = stream->lpVtbl->Write(stream, piece, (ULONG)MIN(left, PIECE), NULL);
		left -= MIN(left, PIECE);
	} while (left && SUCCEEDED(hr));
	return hr;
}

static HRESULT
play_read(struct play_call *call)
{
	IStream *stream = call->object;
	gint64 left = play_number(call, "cb");
	ULONG got = 1;
	char *piece;
	HRESULT hr = S_OK;

	if (left < 0 || left > G_MAXUINT32 ||
	    !(piece = trace_values_keep(&call->replay->values, PIECE)))
		return play_cannot(call);
	for (; left > 0 && got && SUCCEEDED(hr); left -= got)
		hr = stream->lpVtbl->Read(stream, piece, (ULONG)MIN(left, PIECE), &got);
	return hr;
}

static HRESULT
play_stream_seek(struct play_call *call)
{
	IStream *stream = call->object;
	LARGE_INTEGER by = { .QuadPart = play_number(call, "dlibMove") };

	return stream->lpVtbl->Seek(stream, by, (DWORD)play_number(call, "dwOrigin"), NULL);
}

static HRESULT
play_set_size(struct play_call *call)
{
	IStream *stream = call->object;
	ULARGE_INTEGER size = { .QuadPart = (guint64)play_number(call, "libNewSize") };

	return stream->lpVtbl->SetSize(stream, size);
}

static HRESULT
play_copy_to(struct play_call *call)
{
	IStream *stream = call->object, *to = play_object(call, "pstm");
	ULARGE_INTEGER count = { .QuadPart = (guint64)play_number(call, "cb") };

	return to ? stream->lpVtbl->CopyTo(stream, to, count, NULL, NULL) : play_cannot(call);
}

static HRESULT
play_commit(struct play_call *call)
{
	IStream *stream = call->object;

	if (!strcmp(call->line->method, "Revert"))
		return stream->lpVtbl->Revert(stream);
	return stream->lpVtbl->Commit(stream, (DWORD)play_number(call, "grfCommitFlags"));
}

static HRESULT
play_stat(struct play_call *call)
{
	IStream *stream = call->object;
	STATSTG about = { 0 };

	return stream->lpVtbl->Stat(stream, &about, STATFLAG_NONAME);
}

static HRESULT
play_clone(struct play_call *call)
{
	IStream *stream = call->object, *made = NULL;
	HRESULT hr = stream->lpVtbl->Clone(stream, &made);

	play_take(call, "ppstm", made);
	return hr;
}

const struct play_method play_props[] = {
	{ NULL, "GetProps", play_get_props },
	{ NULL, "GetPropList", play_prop_list },
	{ NULL, "SetProps", play_set_props },
	{ NULL, "DeleteProps", play_delete_props },
	{ NULL, "OpenProperty", play_open_property },
	{ NULL, "SaveChanges", play_save },
	{ "IStream", "Read", play_read },
	{ "IStream", "Write", play_write },
	{ "IStream", "Seek", play_stream_seek },
	{ "IStream", "SetSize", play_set_size },
	{ "IStream", "CopyTo", play_copy_to },
	{ "IStream", "Commit", play_commit },
	{ "IStream", "Revert", play_commit },
	{ "IStream", "Stat", play_stat },
	{ "IStream", "Clone", play_clone },
	{ NULL, NULL, NULL },
};
