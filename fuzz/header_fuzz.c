/* SPDX-License-Identifier: MIT */
/* Header fields: any text becomes exactly one field of legal lines. */
#include <glib.h>
#include <string.h>

#include "fuzz.h"
#include "header.h"

static void
check_field(const GString *field, bool may_be_empty)
{
	const char *line = field->str, *end;

	FUZZ_ASSERT(strlen(field->str) == field->len);
	if (may_be_empty && field->len == 0)
		return;
	FUZZ_ASSERT(g_str_has_prefix(line, "X-Test:") && g_str_has_suffix(line, "\r\n"));
	while (*line) {
		end = strstr(line, "\r\n");
		FUZZ_ASSERT(end && end - line <= 998);
		FUZZ_ASSERT(line == field->str || line[0] == ' ');
		for (; line < end; line++)
			FUZZ_ASSERT(*line >= ' ' && *line < 0x7F);
		line = end + 2;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	g_autoptr(GString) field = g_string_new(NULL);
	struct header_list list;

	header_text(field, "X-Test", text);
	check_field(field, false);
	g_string_truncate(field, 0);
	header_words(field, "X-Test", text);
	check_field(field, true);
	g_string_truncate(field, 0);
	header_list_start(&list, field, "X-Test");
	header_list_add(&list, text, "a@example.test");
	header_list_add_group(&list, text);
	header_list_add(&list, text, "b@example.test");
	header_list_end(&list);
	check_field(field, false);
	return 0;
}
