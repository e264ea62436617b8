/* SPDX-License-Identifier: MIT */
/* Text alone is the same mail without GMime (plain.c) as with it, whatever is in the message. */
#include <string.h>
#include <unistd.h>
#include <glib.h>
#include <mapitags.h>

#include "fuzz.h"
#include "message_double.h"
#include "render.h"

#define FIELDS_MAX 64

static void
set_time(struct bag *bag, ULONG tag, const char *text)
{
	SPropValue value = { .ulPropTag = tag };

	value.Value.ft.dwHighDateTime = 0x01DC0000;
	value.Value.ft.dwLowDateTime = (DWORD)strtoul(text, NULL, 10);
	bag_set(bag, &value);
}

static void
add_recipient(struct message_double *message, LONG kind, const char *text)
{
	struct bag *bag = double_add_recipient(message, kind);
	const char *address = strchr(text, '|');
	g_autofree char *name = g_strndup(text, address ? (gsize)(address - text) : strlen(text));

	bag_set_text(bag, PR_DISPLAY_NAME_W, name);
	bag_set_text(bag, PR_ADDRTYPE_W, "SMTP");
	bag_set_text(bag, PR_EMAIL_ADDRESS_W, address ? address + 1 : "bob@example.test");
}

/* Without a search key each rendering has a new identity: an empty one is not set.
 * The first letter says what the others are: a property's of the list, or as below. */
static void
add_field(struct message_double *message, const char *field)
{
	static const struct {
		char letter;
		ULONG tag;
	} texts[] = { { 'b', PR_BODY_W }, { 's', PR_SUBJECT_W }, { 'p', PR_SUBJECT_PREFIX_W },
		{ 'n', PR_NORMALIZED_SUBJECT_W }, { 'i', TAG_MESSAGE_ID_W },
		{ 'r', TAG_IN_REPLY_TO_W }, { 'R', TAG_REFERENCES_W }, { 'f', PR_SENDER_NAME_W },
		{ 'F', PR_SENDER_EMAIL_ADDRESS_W }, { 'o', PR_SENT_REPRESENTING_NAME_W },
		{ 'O', PR_SENT_REPRESENTING_EMAIL_ADDRESS_W }, { 'T', PR_CONVERSATION_TOPIC_W },
		{ 'C', PR_MESSAGE_CLASS_W }, { 'H', TAG_BODY_HTML_W } },
	  numbers[] = { { '1', PR_IMPORTANCE }, { '2', PR_PRIORITY }, { '3', PR_SENSITIVITY } },
	  bytes[] = { { 'x', PR_CONVERSATION_INDEX }, { 'y', PR_REPLY_RECIPIENT_ENTRIES },
		  { 'k', PR_SEARCH_KEY }, { 'z', PR_RTF_COMPRESSED } };
	struct bag *bag = double_bag(message);
	const char *text = field + 1;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(texts); i++)
		if (*field == texts[i].letter)
			bag_set_text(bag, texts[i].tag, text);
	for (i = 0; i < G_N_ELEMENTS(numbers); i++)
		if (*field == numbers[i].letter)
			bag_set_long(bag, numbers[i].tag, atoi(text));
	for (i = 0; i < G_N_ELEMENTS(bytes); i++)
		if (*field == bytes[i].letter && *text)
			bag_set_binary(bag, bytes[i].tag, text, strlen(text));
	if (*field == 't' || *field == 'c')
		add_recipient(message, *field == 't' ? MAPI_TO : MAPI_CC, text);
	if (*field == 'q')
		bag_set_bool(bag, PR_READ_RECEIPT_REQUESTED, true);
	if (*field == 'd')
		set_time(bag, PR_CLIENT_SUBMIT_TIME, text);
	if (*field == 'h')
		double_add_header(message, "X-Test", text);
}

/* Fields are parted by zeros. */
static void
fill(struct message_double *message, const uint8_t *data, size_t size)
{
	bag_set_text(double_bag(message), PR_SENDER_EMAIL_ADDRESS_W, "ann@example.test");
	bag_set_binary(double_bag(message), PR_SEARCH_KEY, "key", 3);
	set_time(double_bag(message), PR_CLIENT_SUBMIT_TIME, "0");
	for (int i = 0; i < FIELDS_MAX && size > 0; i++) {
		const uint8_t *end = memchr(data, 0, size);
		size_t length = end ? (size_t)(end - data) : size;
		g_autofree char *field = g_strndup((const char *)data, length);

		if (*field)
			add_field(message, field);
		length += end != NULL;
		data += length;
		size -= length;
	}
}

static char *
render(IMessage *message, bool as_tree, HRESULT *hr, guint64 *size)
{
	struct mime_options options = { .utf8_headers = true };
	struct render render = { .message = message, .options = &options, .as_tree = as_tree };
	char *bytes = NULL;
	int fd = -1;

	*hr = render_to_fd(&render, &fd, size);
	if (SUCCEEDED(*hr)) {
		bytes = g_malloc0(*size + 1);
		FUZZ_ASSERT(read(fd, bytes, *size) == (ssize_t)*size);
		close(fd);
	}
	render_clear(&render);
	return bytes;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message_double *message = double_create();
	g_autofree char *plain = NULL, *tree = NULL;
	HRESULT hr, tree_hr;
	guint64 length = 0, tree_length = 0;

	fill(message, data, size);
	plain = render(double_message(message), false, &hr, &length);
	tree = render(double_message(message), true, &tree_hr, &tree_length);
	FUZZ_ASSERT(hr == tree_hr);
	/* What has several parts has another boundary each time. */
	if (SUCCEEDED(hr) && !strstr(plain, "; boundary="))
		FUZZ_ASSERT(length == tree_length && memcmp(plain, tree, length) == 0);
	double_free(message);
	return 0;
}
