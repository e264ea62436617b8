/* SPDX-License-Identifier: MIT */
/*
 * The words of reports of non-delivery and of delay, and MAPI's codes for what servers say.
 *
 * A report is read by a person who wrote a mail and expects it to have arrived: what happened, to
 * whom, who said so in which words, where the mail is, and what to do.
 */
#ifndef EMAPI_SPOOLER_NOTICE_H
#define EMAPI_SPOOLER_NOTICE_H

#include "spooldb.h"

/* "Undeliverable: " or "Delayed: ". */
const char *notice_prefix(enum spool_notice notice);
/* "REPORT.IPM.Note.NDR" for the class of the original; g_free(). */
char *notice_class(enum spool_notice notice, const char *original);
/* The text of the report, lines ended by CRLF; `where` is a sentence on where the mail is now.
 * g_free(). */
char *notice_body(const struct spool_telling *telling, const char *where);
/* What was said to one recipient, in one line: "mail.example.test said: 550 5.1.1 no"; g_free(). */
char *notice_line(const struct spool_recipient *recipient);

/* PR_NDR_REASON_CODE, PR_NDR_DIAG_CODE (MAPI_DIAG_*) and PR_NDR_STATUS_CODE (511 for 5.1.1) for a
 * recipient's enhanced status, or where it has none for the reply code. */
void notice_codes(const struct spool_recipient *recipient, int *reason, int *diag, int *status);

#endif
