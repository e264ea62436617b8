/* SPDX-License-Identifier: MIT */
/* A server's replies: see smtp_reply.h. */
#include "smtp_reply.h"

#include <string.h>

#include "text.h"

void
smtp_reply_clear(struct smtp_reply *reply)
{
	g_clear_pointer(&reply->lines, g_ptr_array_unref);
	reply->code = 0;
	reply->done = false;
}

static bool
is_code(const char *line, size_t length)
{
	return length >= 3 && line[0] >= '2' && line[0] <= '5' && g_ascii_isdigit(line[1]) &&
	       g_ascii_isdigit(line[2]) && (length == 3 || line[3] == ' ' || line[3] == '-');
}

enum smtp_parse
smtp_reply_line(struct smtp_reply *reply, const char *line, size_t length)
{
	char *words;

	if (reply->done)
		smtp_reply_clear(reply);
	if (length > 0 && line[length - 1] == '\n')
		length--;
	if (length > 0 && line[length - 1] == '\r')
		length--;
	if (length > SMTP_LINE_MAX || !is_code(line, length))
		return SMTP_PARSE_BROKEN;
	if (!reply->lines)
		reply->lines = g_ptr_array_new_with_free_func(g_free);
	if (reply->lines->len >= SMTP_LINES_MAX)
		return SMTP_PARSE_BROKEN;

	/* The code of the last line counts, as other clients do it. */
	reply->code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
	words = length > 4 ? g_strndup(line + 4, length - 4) : g_strdup("");
	g_ptr_array_add(reply->lines, text_printable(words));
	g_free(words);
	reply->done = length == 3 || line[3] == ' ';
	return reply->done ? SMTP_PARSE_DONE : SMTP_PARSE_MORE;
}

enum smtp_parse
smtp_reply_take(struct smtp_reply *reply, GByteArray *input)
{
	enum smtp_parse state = SMTP_PARSE_MORE;
	const guint8 *end;
	size_t used = 0;

	if (reply->done)
		smtp_reply_clear(reply);
	while (state == SMTP_PARSE_MORE && used < input->len) {
		end = memchr(input->data + used, '\n', input->len - used);
		if (!end) {
			if (input->len - used > SMTP_LINE_MAX + 2)
				state = SMTP_PARSE_BROKEN;
			break;
		}
		state = smtp_reply_line(
		    reply, (const char *)input->data + used, (size_t)(end - (input->data + used)));
		used = (size_t)(end - input->data) + 1;
	}
	if (used > 0)
		g_byte_array_remove_range(input, 0, (guint)used);
	return state;
}

/* The length of "d.ddd.ddd" at the start of `text` with the class `class`, 0 where there is none.
 */
static size_t
enhanced_length(const char *text, int class)
{
	size_t at = 1, digits;
	int part;

	if (text[0] != '0' + class || (class != 2 && class != 4 && class != 5))
		return 0;
	for (part = 0; part < 2; part++) {
		if (text[at++] != '.')
			return 0;
		for (digits = 0; g_ascii_isdigit(text[at]); digits++)
			at++;
		if (digits < 1 || digits > 3)
			return 0;
	}
	return text[at] == ' ' || text[at] == '\0' ? at : 0;
}

static const char *
first_line(const struct smtp_reply *reply)
{
	return reply->lines && reply->lines->len > 0 ? g_ptr_array_index(reply->lines, 0) : "";
}

char *
smtp_reply_enhanced(const struct smtp_reply *reply)
{
	const char *text = first_line(reply);
	size_t length = enhanced_length(text, reply->code / 100);

	return length > 0 ? g_strndup(text, length) : NULL;
}

/* All lines; `plain` leaves out the enhanced codes that only repeat the first line's. */
static char *
join(const struct smtp_reply *reply, const char *between, bool plain)
{
	GString *all = g_string_new(NULL);
	const char *text;
	guint i;

	for (i = 0; reply->lines && i < reply->lines->len; i++) {
		text = g_ptr_array_index(reply->lines, i);
		if (i > 0 && plain)
			text += enhanced_length(text, reply->code / 100);
		if (i > 0 && plain && *text == ' ')
			text++;
		if (i > 0)
			g_string_append(all, between);
		g_string_append(all, text);
	}
	return g_string_free(all, FALSE);
}

char *
smtp_reply_text(const struct smtp_reply *reply)
{
	return join(reply, "\n", false);
}

char *
smtp_reply_quote(const struct smtp_reply *reply)
{
	char *text = join(reply, " ", true);
	char *quote = g_strdup_printf("%03d%s%s", reply->code, *text ? " " : "", text);

	g_free(text);
	return quote;
}

/* The word at the start of `text`: letters, digits and what names are made of. */
static char *
word_at(const char *text)
{
	size_t length = 0;

	while (*text == ' ')
		text++;
	while (g_ascii_isalnum(text[length]) || (text[length] && strchr("-_.+/=@", text[length])))
		length++;
	while (length > 0 && text[length - 1] == '.')
		length--;
	return length > 0 ? g_strndup(text, length) : NULL;
}

char *
smtp_reply_queue_id(const struct smtp_reply *reply)
{
	static const char *const marks[] = { "queued as ", " id=", "InternalId=", NULL };
	char *text = join(reply, "\n", false);
	char *id = NULL, *words, *at;
	int i;

	for (i = 0; marks[i] && !id; i++) {
		at = strstr(text, marks[i]);
		if (at)
			id = word_at(at + strlen(marks[i]));
	}
	words = text + enhanced_length(text, reply->code / 100);
	words += *words == ' ';
	at = strstr(words, " Message accepted");
	if (!id && at && at > words && !memchr(words, ' ', (size_t)(at - words)))
		id = word_at(words);
	g_free(text);
	return id;
}
