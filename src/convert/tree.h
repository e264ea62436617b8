/* SPDX-License-Identifier: MIT */
/* Insides of libemapi-mime, the half of mime_render() that needs GMime: tree.c, body.c, attach.c
 * and report.c. */
#ifndef EMAPI_CONVERT_TREE_H
#define EMAPI_CONVERT_TREE_H

#include <gmime/gmime.h>

#include "render.h"

/* tree.c: makes GMime ready, once. */
void mime_start(void);

/* body.c: text and HTML; NULL where the message has none, but never both.  `html_text` is for
 * finding cid: links. */
struct body {
	GMimeObject *plain;
	GMimeObject *html;
	char *html_text;
};
HRESULT body_build(struct render *render, struct body *body);
void body_clear(struct body *body);

/* What a part holds, and how it is encoded in the mail.  `stream` stays the caller's. */
void part_fill(GMimePart *part, GMimeStream *stream, GMimeContentEncoding encoding);

/* report.c: a report, with `*tree` as what people read of it.  MAPI_E_UNCONFIGURED where it is from
 * nobody with an Internet address; *tree is as it was then. */
HRESULT report_wrap(struct render *render, GMimeObject **tree);

/* attach.c: the attachments as parts, in order. */
struct attachment {
	GMimeObject *part;
	bool related; /* the HTML shows it */
};
/* An array of struct attachment, to be freed with attachments_free(). */
HRESULT attachments_build(struct render *render, const struct body *body, GArray **out);
void attachments_free(GArray *attachments);

/* types.c: media type by file name; "application/octet-stream" where unknown. */
const char *type_of_name(const char *name);

#endif
