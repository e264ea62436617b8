/* SPDX-License-Identifier: MIT */
/* See import.h: the mails of a file one by one, and what a message begins and ends with. */
#include "import_private.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include <mapicode.h>

#include "hr.h"
#include "mem.h"
#include "tree.h"

#define PIECE (64 * 1024)

struct import_reader {
	int fd; /* the stream's */
	GMimeStream *stream;
	GMimeMessage *mail; /* the one that import_next() has come to; NULL where it is none */
	bool mbox;
	gint64 at; /* where the next one begins, in an mbox with its line "From " */
	gint64 size;
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

/* Whether a line at this place begins a mail of an mbox: "From", who, a day of the week; the first
 * line of a file need not have the day. */
static bool
is_from_line(int fd, gint64 at)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
	char line[256];
	ssize_t size = pread(fd, line, sizeof line - 1, at);
	const char *day;

	if (size < 5 || memcmp(line, "From ", 5))
		return false;
	line[size] = '\0';
	line[strcspn(line, "\r\n")] = '\0';
	day = line + 5 + strcspn(line + 5, " ");
	day += strspn(day, " ");
	for (size_t i = 0; i < G_N_ELEMENTS(days); i++)
		if (!strncmp(day, days[i], 3) && day[3] == ' ')
			return true;
	return at == 0 && line[5 + strspn(line + 5, " ")] != ':'; /* "From : ann" is a header */
}

/* Behind the end of the line, or the file's end. */
static gint64
next_line(const struct import_reader *reader, gint64 at)
{
	char piece[512];
	ssize_t size;

	while ((size = pread(reader->fd, piece, sizeof piece, at)) > 0) {
		const char *end = memchr(piece, '\n', (size_t)size);

		if (end)
			return at + (end - piece) + 1;
		at += size;
	}
	return reader->size;
}

/* Where the next mail of an mbox begins, or the file's end. */
static gint64
next_mail(const struct import_reader *reader, gint64 at)
{
	g_autofree char *piece = g_malloc(PIECE);
	ssize_t size;

	for (; (size = pread(reader->fd, piece, PIECE, at)) > 0; at += size) {
		const char *end = piece + size, *p = piece;

		while ((p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
			p++;
			if ((p == end || *p == 'F') && is_from_line(reader->fd, at + (p - piece)))
				return at + (p - piece);
		}
	}
	return reader->size;
}

/* A mark of UTF-8 and empty lines before a header are no part of the mail. */
static gint64
skip_blank(int fd, gint64 at, gint64 end)
{
	unsigned char start[4];
	ssize_t size = pread(fd, start, sizeof start, at);

	if (size >= 3 && start[0] == 0xEF && start[1] == 0xBB && start[2] == 0xBF)
		at += 3;
	while (at < end && pread(fd, start, 1, at) == 1 && (*start == '\n' || *start == '\r'))
		at++;
	return at;
}

struct import_reader *
import_open(int fd)
{
	struct import_reader *reader = g_new0(struct import_reader, 1);

	mime_start();
	reader->fd = fd;
	reader->mbox = is_from_line(fd, 0);
	reader->stream = g_mime_stream_fs_new_with_bounds(fd, 0, -1);
	reader->size = MAX(lseek(fd, 0, SEEK_END), 0);
	return reader;
}

void
import_close(struct import_reader *reader)
{
	if (!reader)
		return;
	g_clear_object(&reader->mail);
	g_object_unref(reader->stream);
	g_free(reader);
}

bool
import_next(struct import_reader *reader)
{
	gint64 start = reader->at, end = reader->size;
	GMimeStream *stream;
	GMimeParser *parser;

	g_clear_object(&reader->mail);
	if (start >= end)
		return false;
	if (reader->mbox) {
		start = next_line(reader, start);
		end = next_mail(reader, reader->at);
	}
	reader->at = end;
	start = skip_blank(reader->fd, start, end);
	if (start >= end)
		return true;
	stream = g_mime_stream_substream(reader->stream, start, end);
	parser = g_mime_parser_new_with_stream(stream);
	reader->mail = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	return true;
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

static bool
has_header(GMimeMessage *mail)
{
	GMimeObject *body = mail ? g_mime_message_get_mime_part(mail) : NULL;

	return mail &&
	       (g_mime_header_list_get_count(g_mime_object_get_header_list(GMIME_OBJECT(mail))) ||
		   (body && g_mime_header_list_get_count(g_mime_object_get_header_list(body))));
}

HRESULT
import_fill(struct import_reader *reader, IMessage *message, char **why)
{
	struct import import = { .message = message, .mbox = reader->mbox };
	HRESULT hr;

	if (why)
		*why = NULL;
	if (has_header(reader->mail))
		hr = import_message(&import, reader->mail);
	else
		hr = import_fail(&import, MAPI_E_INVALID_OBJECT,
		    "this is no mail: it does not begin with a header");
	if (FAILED(hr) && why)
		*why = import.why ? g_steal_pointer(&import.why) : g_strdup(hr_text(hr));
	g_free(import.why);
	return hr;
}
