/* SPDX-License-Identifier: MIT */
/* See import.h: the mails of a file one by one, and what a message begins and ends with. */
#include "import_private.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include <mapicode.h>

#include "hr.h"
#include "mem.h"
#include "render.h"

struct import_reader {
	GMimeStream *stream;
	GMimeParser *parser;
	GMimeMessage *mail; /* the one that import_next() has come to */
	bool mbox;
};

HRESULT
import_fail(struct import *import, HRESULT hr, const char *format, ...)
{
	va_list arguments;

	if (!import->why) {
		va_start(arguments, format);
		import->why = g_strdup_vprintf(format, arguments);
		va_end(arguments);
	}
	return hr;
}

/* --- The file ------------------------------------------------------------------------------- */

static bool
is_mbox(int fd)
{
	char start[5];

	return pread(fd, start, sizeof start, 0) == sizeof start && !memcmp(start, "From ", 5);
}

struct import_reader *
import_open(int fd)
{
	struct import_reader *reader = g_new0(struct import_reader, 1);

	mime_start();
	reader->mbox = is_mbox(fd);
	reader->stream = g_mime_stream_fs_new(fd);
	reader->parser = g_mime_parser_new_with_stream(reader->stream);
	g_mime_parser_set_format(
	    reader->parser, reader->mbox ? GMIME_FORMAT_MBOX : GMIME_FORMAT_MESSAGE);
	return reader;
}

void
import_close(struct import_reader *reader)
{
	if (!reader)
		return;
	g_clear_object(&reader->mail);
	g_object_unref(reader->parser);
	g_object_unref(reader->stream);
	g_free(reader);
}

bool
import_next(struct import_reader *reader)
{
	g_clear_object(&reader->mail);
	if (!g_mime_parser_eos(reader->parser))
		reader->mail = g_mime_parser_construct_message(reader->parser, NULL);
	return reader->mail != NULL;
}

/* --- One mail ------------------------------------------------------------------------------- */

static HRESULT
worst_problem(const SPropProblemArray *problems)
{
	for (ULONG i = 0; problems && i < problems->cProblem; i++)
		if (problems->aProblem[i].scode == MAPI_E_NOT_ENOUGH_MEMORY ||
		    problems->aProblem[i].scode == MAPI_E_NOT_ENOUGH_DISK)
			return problems->aProblem[i].scode;
	return S_OK;
}

HRESULT
import_apply(struct bag *bag, IMAPIProp *object)
{
	SPropProblemArray *problems = NULL;
	HRESULT hr;

	if (!bag_count(bag))
		return S_OK;
	hr = object->lpVtbl->SetProps(
	    object, bag_count(bag), (SPropValue *)(uintptr_t)bag_values(bag), &problems);
	if (SUCCEEDED(hr))
		hr = worst_problem(problems);
	mem_free(problems);
	return hr;
}

HRESULT
import_message(struct import *import, GMimeMessage *mail)
{
	HRESULT hr;

	import->bag = bag_create();
	if (!import->bag)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = import_fields(import, mail);
	if (SUCCEEDED(hr))
		hr = import_parts(import, mail);
	if (SUCCEEDED(hr))
		hr = import_apply(import->bag, (IMAPIProp *)import->message);
	bag_free(import->bag);
	import->bag = NULL;
	return hr;
}

HRESULT
import_fill(struct import_reader *reader, IMessage *message, char **why)
{
	struct import import = { .message = message, .mbox = reader->mbox };
	GMimeHeaderList *header = g_mime_object_get_header_list(GMIME_OBJECT(reader->mail));
	GMimeObject *body = g_mime_message_get_mime_part(reader->mail);
	HRESULT hr;

	if (why)
		*why = NULL;
	if (!g_mime_header_list_get_count(header) &&
	    (!body || !g_mime_header_list_get_count(g_mime_object_get_header_list(body))))
		hr = import_fail(
		    &import, MAPI_E_INVALID_OBJECT, "this is no mail: it has no header");
	else
		hr = import_message(&import, reader->mail);
	if (FAILED(hr) && why)
		*why = import.why ? g_steal_pointer(&import.why) : g_strdup(hr_text(hr));
	g_free(import.why);
	return hr;
}
