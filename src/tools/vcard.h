/* SPDX-License-Identifier: MIT */
/*
 * vCards as text (RFC 6350; versions 2.1 and 3.0 as far as they are met in the wild: folded lines,
 * quoted-printable).  A card is its lines in order, taken apart; what they mean is the caller's.
 */
#ifndef EMAPI_TOOLS_VCARD_H
#define EMAPI_TOOLS_VCARD_H

#include <glib.h>
#include <stdbool.h>

struct vcard_line {
	char *name;   /* upper case, without its group */
	char *params; /* upper case, ";" before each: ";TYPE=WORK" */
	char *value;  /* as it stands there, decoded but not unescaped */
};

/* The cards of a text: each a GPtrArray of struct vcard_line *.  NULL with a sentence in `why`
 * (g_free()) that names the line for a text that is no vCards; lines of no known form inside a card
 * are left out. */
GPtrArray *vcard_parse(const char *text, gsize size, char **why);

/* The first line of that name; NULL. */
const struct vcard_line *vcard_find(const GPtrArray *card, const char *name);
/* One text value, unescaped; g_free(). */
char *vcard_text(const char *value);
/* The parts of a value with ";" between (N, ORG), each unescaped; g_strfreev(). */
char **vcard_parts(const char *value);

/* Appends "NAME:value" and CRLF, the text escaped and the line folded at 75 bytes. */
void vcard_append(GString *out, const char *name, const char *text);
/* The same for a value that is escaped already. */
void vcard_append_raw(GString *out, const char *name, const char *value);
/* Appends `text` to a value, escaped. */
void vcard_escape(GString *value, const char *text);

#endif
