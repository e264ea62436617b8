/* SPDX-License-Identifier: MIT */
/* A message in memory that answers what a renderer asks and takes what an import writes, for tests
 * of convert/ and the transports. */
#ifndef EMAPI_CONVERT_MESSAGE_DOUBLE_H
#define EMAPI_CONVERT_MESSAGE_DOUBLE_H

#include <glib.h>
#include <mapidefs.h>

#include "bag.h"

struct message_double;

/* NULL when memory is short; so are the bags below. */
struct message_double *double_create(void);
IMessage *double_message(struct message_double *message); /* borrowed */
struct bag *double_bag(struct message_double *message);   /* the message's properties */

/* A new recipient row, with PR_ROWID and PR_RECIPIENT_TYPE. */
struct bag *double_add_recipient(struct message_double *message, LONG kind);
struct bag *double_recipient(struct message_double *message, guint index);
/* A new attachment's properties.  Its data: */
struct bag *double_add_attachment(struct message_double *message);
void double_attachment_data(struct message_double *message, const void *data, size_t size);
/* `size` bytes of 0, 1 ... 250, made as they are read. */
void double_attachment_made(struct message_double *message, guint64 size);
/* Another double, which it takes over. */
void double_attachment_message(struct message_double *message, struct message_double *inner);
/* The n-th Read of the last attachment fails. */
void double_attachment_fails(struct message_double *message, unsigned after, HRESULT hr);

/* A PS_INTERNET_HEADERS property. */
void double_add_header(struct message_double *message, const char *name, const char *value);

void double_free(struct message_double *message);

#endif
