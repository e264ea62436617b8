/* SPDX-License-Identifier: MIT */
/* SMTP replies: bytes in pieces mean what they mean at once, and all of a reply can be used. */
#include <string.h>
#include "fuzz.h"
#include "smtp_private.h"

static void
use(const struct smtp_reply *reply)
{
	struct smtp_caps caps = { 0 };
	char *enhanced = smtp_reply_enhanced(reply), *text = smtp_reply_text(reply);
	char *quote = smtp_reply_quote(reply), *id = smtp_reply_queue_id(reply);

	FUZZ_ASSERT(reply->code >= 200 && reply->code <= 599);
	FUZZ_ASSERT(reply->lines->len >= 1 && reply->lines->len <= SMTP_LINES_MAX);
	FUZZ_ASSERT(g_utf8_validate(text, -1, NULL) && g_utf8_validate(quote, -1, NULL));
	FUZZ_ASSERT(!enhanced || enhanced[0] == '0' + reply->code / 100);
	FUZZ_ASSERT(!id || (*id && strstr(text, id)));
	smtp_classify(reply);
	g_free(smtp_advice(reply));
	smtp_caps_parse(&caps, reply);
	g_free(smtp_caps_logins(&caps));
	smtp_caps_clear(&caps);
	g_free(enhanced);
	g_free(text);
	g_free(quote);
	g_free(id);
}

/* The replies' codes in order, a final 0 where they are broken. */
static GArray *
parse(const uint8_t *data, size_t size, size_t piece)
{
	GArray *codes = g_array_new(FALSE, FALSE, sizeof(int));
	GByteArray *input = g_byte_array_new();
	struct smtp_reply reply = { 0 };
	enum smtp_parse state = SMTP_PARSE_MORE;
	int broken = 0;
	size_t at;

	for (at = 0; at < size && state != SMTP_PARSE_BROKEN; at += piece) {
		g_byte_array_append(input, data + at, (guint)MIN(piece, size - at));
		while ((state = smtp_reply_take(&reply, input)) == SMTP_PARSE_DONE) {
			use(&reply);
			g_array_append_val(codes, reply.code);
		}
	}
	if (state == SMTP_PARSE_BROKEN)
		g_array_append_val(codes, broken);
	smtp_reply_clear(&reply);
	g_byte_array_unref(input);
	return codes;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	GArray *whole, *pieces;

	if (size == 0)
		return 0;
	whole = parse(data + 1, size - 1, size);
	pieces = parse(data + 1, size - 1, (size_t)data[0] % 16 + 1);
	FUZZ_ASSERT(whole->len == pieces->len);
	FUZZ_ASSERT(
	    whole->len == 0 || memcmp(whole->data, pieces->data, whole->len * sizeof(int)) == 0);
	g_array_unref(whole);
	g_array_unref(pieces);
	return 0;
}
