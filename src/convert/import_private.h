/* SPDX-License-Identifier: MIT */
/* Insides of import_fill(), shared by import.c, import_fields.c and import_parts.c. */
#ifndef EMAPI_CONVERT_IMPORT_PRIVATE_H
#define EMAPI_CONVERT_IMPORT_PRIVATE_H

#include <gmime/gmime.h>
#include <mapidefs.h>
#include <mapitags.h>

#include "bag.h"
#include "import.h"

#define IMPORT_DEPTH_MAX 20 /* messages in messages */

/* One message on its way in. */
struct import {
	IMessage *message;
	struct bag *bag; /* what SetProps gets at the end */
	unsigned depth;  /* 0: the mail itself, else one inside another */
	bool mbox;       /* lines ">From " of its text were "From " */
	char *why;
};

/* Keeps the first sentence for people, and gives `hr` back. */
HRESULT import_fail(struct import *import, HRESULT hr, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* All of a mail into import->message: import.c. */
HRESULT import_message(struct import *import, GMimeMessage *mail);
/* SetProps of all that is in the bag.  What the object does not take is no failure, but for want of
 * memory or room. */
HRESULT import_apply(struct bag *bag, IMAPIProp *object);

/* import_fields.c: the header into the bag, and the recipients. */
HRESULT import_fields(struct import *import, GMimeMessage *mail);

/* import_parts.c: bodies into the bag, everything else as attachments. */
HRESULT import_parts(struct import *import, GMimeMessage *mail);

#endif
