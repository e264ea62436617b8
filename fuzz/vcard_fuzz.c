/* SPDX-License-Identifier: MIT */
/* vCards of anybody: what is read of a value can be written, folded and read again the same. */
#include <string.h>
#include "fuzz.h"
#include "vcard.h"

static char *
without_returns(const char *text)
{
	GString *out = g_string_new(NULL);

	for (; *text; text++)
		if (*text != '\r')
			g_string_append_c(out, *text);
	return g_string_free(out, FALSE);
}

static void
write_and_read(const char *value)
{
	g_autofree char *text = vcard_text(value), *expected = without_returns(text);
	g_autoptr(GString) out = g_string_new("BEGIN:VCARD\r\n");
	g_autofree char *why = NULL, *again = NULL;
	GPtrArray *cards, *card;

	vcard_append(out, "NOTE", text);
	g_string_append(out, "END:VCARD\r\n");
	cards = vcard_parse(out->str, out->len, &why);
	FUZZ_ASSERT(cards && cards->len == 1);
	card = g_ptr_array_index(cards, 0);
	FUZZ_ASSERT(card->len == 1);
	again = vcard_text(vcard_find(card, "NOTE")->value);
	FUZZ_ASSERT(strcmp(again, expected) == 0);
	g_ptr_array_unref(cards);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *why = NULL;
	GPtrArray *cards = vcard_parse((const char *)data, size, &why);

	FUZZ_ASSERT((cards != NULL) != (why != NULL));
	for (guint i = 0; cards && i < cards->len; i++) {
		GPtrArray *card = g_ptr_array_index(cards, i);

		for (guint k = 0; k < card->len; k++) {
			const struct vcard_line *line = g_ptr_array_index(card, k);
			g_auto(GStrv) parts = vcard_parts(line->value);

			FUZZ_ASSERT(parts[0] != NULL);
			write_and_read(line->value);
		}
	}
	if (cards)
		g_ptr_array_unref(cards);
	return 0;
}
