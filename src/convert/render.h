/* SPDX-License-Identifier: MIT */
/* Insides of mime_render(): what libemapi-core has of it, and libemapi-mime builds upon
 * (tree.h); import.h's files have the tags and a few helpers of it. */
#ifndef EMAPI_CONVERT_RENDER_H
#define EMAPI_CONVERT_RENDER_H

#include <glib.h>
#include <mapidefs.h>
#include <mapitags.h>

#include "address.h"
#include "mime.h"
#include "spool.h"

/* Tags of [MS-OXPROPS] that the MAPI reference does not have. */
#define TAG_INTERNET_CPID PROP_TAG(PT_LONG, 0x3FDE)
#define TAG_BODY_HTML_W PROP_TAG(PT_UNICODE, 0x1013)
#define TAG_HTML PROP_TAG(PT_BINARY, 0x1013)
#define TAG_HTML_ANY PROP_TAG(PT_UNSPECIFIED, 0x1013) /* one or the other */
#define TAG_IN_REPLY_TO_W PROP_TAG(PT_UNICODE, 0x1042)
#define TAG_REFERENCES_W PROP_TAG(PT_UNICODE, 0x1039)
#define TAG_MESSAGE_ID_W PROP_TAG(PT_UNICODE, 0x1035)
#define TAG_ATTACH_CONTENT_ID_W PROP_TAG(PT_UNICODE, 0x3712)
#define TAG_ATTACH_CONTENT_LOCATION_W PROP_TAG(PT_UNICODE, 0x3713)
#define TAG_ATTACH_FLAGS PROP_TAG(PT_LONG, 0x3714)
#define TAG_ATTACHMENT_HIDDEN PROP_TAG(PT_BOOLEAN, 0x7FFE)
#define TAG_REPORT_DISPOSITION_MODE_W PROP_TAG(PT_UNICODE, 0x0081)
#define TAG_TEXT_ATTACHMENT_CHARSET_W PROP_TAG(PT_UNICODE, 0x371B)
#define ATTACH_FLAG_MHTML_REF 4 /* [MS-OXCMSG] 2.2.2.18: part of the body */

#define RENDER_DEPTH_MAX 20

/* One message on its way out. */
struct render {
	IMessage *message;
	const struct mime_options *options; /* never NULL */
	unsigned depth;                     /* 0: the message itself, else one inside another */
	SPropValue *props;                  /* of the message; MAPI buffer */
	ULONG count;
	HRESULT result; /* what a source or the sink said first */
	char *why;
	bool needs_smtputf8;
	bool needs_8bit;
	char *bytes; /* the mail, where it is small and wanted so */
	char *message_id;
	enum mime_report report;    /* by its class */
	bool as_tree;               /* also a text alone: for tests of plain.c */
	struct address_person from; /* whose mail it is; fields_build() fills it */
};

/* Keeps the first sentence for people, and gives `hr` back. */
HRESULT render_fail(struct render *render, HRESULT hr, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Renders into memory or an unlinked file, at offset 0: for mime_render(), and for messages inside
 * messages.  `size` may be NULL. */
HRESULT render_to_fd(struct render *render, int *fd, guint64 *size);
void render_clear(struct render *render);

/* fields.c: the header but for what describes the body. */
HRESULT fields_build(struct render *render, GString *header);
/* Fields that are made from properties or by servers, and those that would change who gets it:
 * never taken from, or kept as, a PS_INTERNET_HEADERS property. */
bool fields_is_reserved(const char *name);

/* What a header from elsewhere has: these, and shifted the same with Resent-. */
#define FIELD_DATE 1u
#define FIELD_FROM 2u
#define FIELD_MESSAGE_ID 4u
#define FIELD_RESENT_SHIFT 3
#define FIELD_RESENT (1u << (2 * FIELD_RESENT_SHIFT)) /* another Resent- field */
/* The lines that it lacks, and before them options->first_lines.  Of a mail that is sent on those
 * of who sends it on.  Fills render->message_id. */
HRESULT fields_missing(struct render *render, unsigned has, GString *header);

/* raw.c: a message that holds a whole mail.  *stream NULL where it holds none. */
HRESULT raw_open(struct render *render, IStream **stream);
HRESULT raw_write(struct render *render, IStream *stream, struct spool *spool);

/* plain.c: PR_BODY as UTF-8; *text NULL where there is none, g_free(). */
HRESULT plain_text(struct render *render, char **text);
/* The same file: PR_ATTACH_NUM of each attachment, ULONGs. */
HRESULT attachment_numbers(struct render *render, GArray *numbers);
/* What stands behind the header where a message is text and nothing else.  S_FALSE, and nothing
 * written, where it is more than that or may be: then it is for tree_write(). */
HRESULT plain_write(struct render *render, struct spool *spool);

/* tree_load.c: all that stands behind the header, as a tree of MIME parts; loads libemapi-mime. */
HRESULT tree_write(struct render *render, struct spool *spool);
/* What that library has for it: tree.c. */
HRESULT mime_tree_write(struct render *render, struct spool *spool);

#endif
