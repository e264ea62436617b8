/* SPDX-License-Identifier: MIT */
/*
 * Header lines (RFC 5322 2.2, RFC 2047): appended to a GString, folded at 78 columns, each line at
 * most 998 bytes, CRLF at each end.  Whatever text comes in, exactly one header field comes out:
 * control characters (CR and LF among them) become spaces, what is no UTF-8 becomes U+FFFD.
 */
#ifndef EMAPI_CONVERT_HEADER_H
#define EMAPI_CONVERT_HEADER_H

#include <stdbool.h>
#include <glib.h>

/* A copy that is UTF-8 without control characters (each a space), blanks at both ends gone. */
char *header_clean(const char *text);
/* A copy that is UTF-8; nothing else is changed. */
char *header_utf8(const char *text);

/* "Name: text" for unstructured fields (Subject).  Reads back exactly as header_clean() has it. */
void header_text(GString *out, const char *name, const char *text);
/* The same for what is ASCII words by its nature (dates, message IDs): no encoding; bytes over 127
 * are dropped, words of more than 900 bytes too.  Nothing is written where nothing is left. */
void header_words(GString *out, const char *name, const char *words);

/* One address list (From, To), built piece by piece: start, then people and groups, then end. */
struct header_list {
	GString *out;
	size_t column;
	bool empty;
};

void header_list_start(struct header_list *list, GString *out, const char *name);
/* `name` may be NULL; `address` stands as it is and must have passed address_check(). */
void header_list_add(struct header_list *list, const char *name, const char *address);
/* A group without members: someone who cannot be answered (RFC 5322 3.4). */
void header_list_add_group(struct header_list *list, const char *name);
void header_list_end(struct header_list *list);

/* Whether `name` may be a field name (RFC 5322 2.2) of at most 70 characters. */
bool header_name_check(const char *name);

#endif
