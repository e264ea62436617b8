/* SPDX-License-Identifier: MIT */
/*
 * A message as Internet mail (RFC 5322, MIME; the mapping is [MS-OXCMAIL] 2.1).
 *
 * What comes out is complete: CRLF lines of at most 998 bytes, a header that nothing in the
 * message's properties can break out of, bodies and attachments in 7-bit encodings.  Bcc recipients
 * never stand in it: the envelope is the transport's.  Attachments are read in pieces; memory does
 * not grow with their size.  Lone surrogates and bytes that are no UTF-8 leave as U+FFFD.
 *
 * A message that holds a whole mail (PR_EMAPI_RAW_MESSAGE) goes out as that instead: CRLF, but else
 * its own bytes, whatever they are; raw.c says what is left out and added.
 */
#ifndef EMAPI_CONVERT_MIME_H
#define EMAPI_CONVERT_MIME_H

#include <stdbool.h>
#include <glib.h>
#include <mapidefs.h>

/* All zero is the usual way. */
struct mime_options {
	/* Whose mail it is where the message names neither sender nor sent-representing. */
	const char *from_name;
	const char *from_address;
	/* The next hop takes SMTPUTF8 (RFC 6531).  Without it a message that needs it is refused:
	 * MAPI_E_BAD_CHARWIDTH, out->needs_smtputf8 set, *why names the address. */
	bool utf8_headers;
	/* Lines "Name: value\r\n" to stand before all others, as they are.  May be NULL. */
	const char *first_lines;
	/* A small mail comes in out->bytes instead of a file. */
	bool small_as_bytes;
};

struct mime_output {
	int fd;              /* memory or an unlinked file, at offset 0; -1 where there is none */
	char *bytes;         /* the mail itself; NULL where it is in the file */
	guint64 size;        /* bytes in it */
	bool needs_8bit;     /* bytes over 127: BODY=8BITMIME.  Only of a mail that came whole */
	bool needs_smtputf8; /* an address in the header has no ASCII form: SMTPUTF8, 8BITMIME */
	char *message_id;    /* as in the header, with angle brackets */
};

/* What a message class says of a message that tells the fate of another: read, or deleted unread
 * (REPORT.IPM.Note.IPNRN and .IPNNRN).  Such mail is a disposition notification, and its envelope
 * has no sender: MAIL FROM:<> (RFC 8098 3). */
enum mime_report {
	MIME_NO_REPORT,
	MIME_READ,
	MIME_NOT_READ,
};
/* `message_class` may be NULL. */
enum mime_report mime_report_of(const char *message_class);

/*
 * Renders the message as it is open, saved or not.  *out is the caller's on success, to be ended by
 * mime_output_clear(); on failure only its flags tell.  `options` may be NULL.  `why` (may be NULL)
 * gets a sentence for people on failure, g_free().
 *
 * MAPI_E_UNCONFIGURED: nobody to be From.  MAPI_E_NO_SUPPORT: it holds what cannot be turned into
 * mail yet (text in RTF alone, meetings, S/MIME, reports of delivery, OLE objects, attachments by
 * reference).
 * MAPI_E_NOT_ENOUGH_DISK, MAPI_E_NOT_ENOUGH_MEMORY, MAPI_E_DISK_ERROR: try again later.
 * MAPI_E_BAD_CHARWIDTH: see utf8_headers.  Else what the message answered.
 */
HRESULT mime_render(
    IMessage *message, const struct mime_options *options, struct mime_output *out, char **why);
/* Closes and frees; leaves it empty (fd -1).  Safe on an empty one. */
void mime_output_clear(struct mime_output *output);

#endif
