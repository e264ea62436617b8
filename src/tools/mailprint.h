/* SPDX-License-Identifier: MIT */
/* All that is in a store, folder, message or attachment, for people or as JSON. */
#ifndef EMAPI_TOOLS_MAILPRINT_H
#define EMAPI_TOOLS_MAILPRINT_H

#include <stdbool.h>
#include <stdio.h>
#include <glib.h>
#include <mapidefs.h>

struct mailprint {
	FILE *file;
	bool json;
	bool full; /* values whole; long ones, which have to be opened, are read too */
	int depth; /* of messages within messages */
};

/* The properties.  For people "NAME  value" a line, `indent` before each; as JSON the array
 * "properties" of an object that the caller began, with a comma behind it or not as he wants. */
HRESULT mailprint_props(const struct mailprint *print, IMAPIProp *object, const char *indent);
/* A message with its properties, recipients and attachments; as JSON an object. */
HRESULT mailprint_message(const struct mailprint *print, IMessage *message, const char *indent);

/* A value that GetProps leaves out because it is long, on `root`; text in `tag`'s form. */
HRESULT mailprint_read_long(void *root, IMAPIProp *object, ULONG tag, SPropValue *out);

#endif
