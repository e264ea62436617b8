/* SPDX-License-Identifier: MIT */
/*
 * For mime_test.py: reads a message as lines on standard input, writes the mail to standard output.
 * Words of a line are parted by blanks; texts are hex of UTF-8 (of bytes, for P); "-" is no text.
 *
 *   p TAG TEXT        text property        l TAG NUMBER      PT_LONG
 *   P TAG BYTES       binary property      b TAG 0|1         PT_BOOLEAN
 *   t TAG NUMBER      FILETIME
 *   r KIND NAME TYPE ADDRESS               recipient
 *   h NAME TEXT       PS_INTERNET_HEADERS property
 *   a NAME TYPE CONTENT-ID FLAGS BYTES     attachment with these bytes
 *   z NAME SIZE                            attachment of SIZE made bytes
 *   m METHOD                               sets the last attachment's method
 *   (  and  )                              an attached message between them
 *   u                                      SMTPUTF8 is offered
 *
 * A mail of one part is rendered twice, with GMime and without, and must be the same.
 *
 * Exit status: 0, or 1 with "HRESULT: sentence" on standard error; 2 for bad input.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapitags.h>

#include "hr.h"
#include "message_double.h"
#include "mime.h"
#include "render.h"

#define DEPTH 64
#define TAG_CONTENT_ID PROP_TAG(PT_UNICODE, 0x3712)
#define TAG_FLAGS PROP_TAG(PT_LONG, 0x3714)

static GByteArray *
unhex(const char *word)
{
	GByteArray *bytes = g_byte_array_new();

	if (strcmp(word, "-") == 0)
		return bytes;
	for (; word[0] && word[1]; word += 2) {
		guint8 byte =
		    (guint8)(g_ascii_xdigit_value(word[0]) << 4 | g_ascii_xdigit_value(word[1]));

		g_byte_array_append(bytes, &byte, 1);
	}
	return bytes;
}

static char *
text(const char *word)
{
	GByteArray *bytes = unhex(word);

	g_byte_array_append(bytes, (const guint8 *)"", 1);
	return (char *)g_byte_array_free(bytes, FALSE);
}

static void
set_text(struct bag *bag, ULONG tag, const char *word)
{
	g_autofree char *value = text(word);

	if (strcmp(word, "-") != 0)
		bag_set_text(bag, tag, value);
}

static void
set_time(struct bag *bag, ULONG tag, guint64 ticks)
{
	SPropValue value = { .ulPropTag = tag };

	value.Value.ft.dwLowDateTime = (DWORD)ticks;
	value.Value.ft.dwHighDateTime = (DWORD)(ticks >> 32);
	bag_set(bag, &value);
}

static void
add_recipient(struct message_double *message, char **word)
{
	struct bag *bag = double_add_recipient(message, atoi(word[1]));

	set_text(bag, PR_DISPLAY_NAME_W, word[2]);
	set_text(bag, PR_ADDRTYPE_W, word[3]);
	set_text(bag, PR_EMAIL_ADDRESS_W, word[4]);
}

static struct bag *
add_attachment(struct message_double *message, char **word)
{
	struct bag *bag = double_add_attachment(message);
	GByteArray *bytes = unhex(word[5]);

	set_text(bag, PR_ATTACH_LONG_FILENAME_W, word[1]);
	set_text(bag, PR_ATTACH_MIME_TAG_W, word[2]);
	set_text(bag, TAG_CONTENT_ID, word[3]);
	bag_set_long(bag, TAG_FLAGS, atoi(word[4]));
	double_attachment_data(message, bytes->data, bytes->len);
	g_byte_array_unref(bytes);
	return bag;
}

static void
property(struct message_double *message, char **word)
{
	struct bag *bag = double_bag(message);
	ULONG tag = (ULONG)strtoul(word[1], NULL, 16);
	GByteArray *bytes;

	switch (*word[0]) {
	case 'p':
		set_text(bag, tag, word[2]);
		break;
	case 'P':
		bytes = unhex(word[2]);
		bag_set_binary(bag, tag, bytes->data, bytes->len);
		g_byte_array_unref(bytes);
		break;
	case 'l':
		bag_set_long(bag, tag, atoi(word[2]));
		break;
	case 'b':
		bag_set_bool(bag, tag, atoi(word[2]) != 0);
		break;
	case 't':
		set_time(bag, tag, strtoull(word[2], NULL, 10));
		break;
	default:
		exit(2);
	}
}

struct reader {
	struct message_double *stack[DEPTH];
	unsigned depth;
	struct bag *attachment;
	bool utf8;
};

static void
read_line(struct reader *reader, char **word)
{
	struct message_double *message = reader->stack[reader->depth];
	g_autofree char *name = NULL, *value = NULL;

	switch (*word[0]) {
	case 'r':
		add_recipient(message, word);
		break;
	case 'h':
		name = text(word[1]);
		value = text(word[2]);
		double_add_header(message, name, value);
		break;
	case 'a':
		reader->attachment = add_attachment(message, word);
		break;
	case 'z':
		reader->attachment = double_add_attachment(message);
		set_text(reader->attachment, PR_ATTACH_LONG_FILENAME_W, word[1]);
		double_attachment_made(message, strtoull(word[2], NULL, 10));
		break;
	case 'm':
		bag_set_long(reader->attachment, PR_ATTACH_METHOD, atoi(word[1]));
		break;
	case '(':
		double_add_attachment(message);
		reader->stack[++reader->depth] = double_create();
		double_attachment_message(message, reader->stack[reader->depth]);
		break;
	case ')':
		reader->depth--;
		break;
	case 'u':
		reader->utf8 = true;
		break;
	default:
		property(message, word);
	}
}

/* In KiB, of this program alone: ru_maxrss counts what its parent had at the fork. */
static unsigned long
peak_memory(void)
{
	g_autofree char *status = NULL;
	const char *peak;

	g_file_get_contents("/proc/self/status", &status, NULL, NULL);
	peak = status ? strstr(status, "VmHWM:") : NULL;
	return peak ? strtoul(peak + 6, NULL, 10) : 0;
}

/* All of it, or NULL; from where it is to where it was. */
static char *
whole(int fd, guint64 size)
{
	char *bytes = g_malloc0(size + 1);

	if (pread(fd, bytes, size, 0) == (ssize_t)size)
		return bytes;
	g_free(bytes);
	return NULL;
}

/* Whether GMime's tree would be the same mail.  One of several parts is always its work. */
static bool
same_as_tree(IMessage *message, const struct mime_options *options, const struct mime_output *mail)
{
	struct render render = { .message = message, .options = options, .as_tree = true };
	g_autofree char *one = whole(mail->fd, mail->size), *other = NULL;
	bool same = true;
	guint64 size;
	int fd = -1;

	if (!g_strstr_len(one, (gssize)mail->size, "; boundary=")) {
		other = SUCCEEDED(render_to_fd(&render, &fd, &size)) ? whole(fd, size) : NULL;
		same = other && size == mail->size && memcmp(one, other, size) == 0 &&
		       strcmp(render.message_id, mail->message_id) == 0 &&
		       render.needs_smtputf8 == mail->needs_smtputf8;
		if (!same)
			fprintf(stderr, "GMime's is another:\n%s\n", other ? other : "none");
		if (fd >= 0)
			close(fd);
	}
	render_clear(&render);
	return same;
}

/* What a mail that is rendered again would have new. */
static void
fix_identity(struct bag *bag)
{
	if (!bag_get(bag, PR_SEARCH_KEY))
		bag_set_binary(bag, PR_SEARCH_KEY, "key", 3);
	if (!bag_get(bag, PR_CLIENT_SUBMIT_TIME))
		set_time(bag, PR_CLIENT_SUBMIT_TIME, 134399016000000000);
}

static int
write_mail(struct reader *reader)
{
	struct mime_options options = { .utf8_headers = reader->utf8 };
	struct mime_output mail;
	g_autofree char *why = NULL;
	static char piece[65536];
	guint64 total = 0;
	ssize_t got;
	HRESULT hr;

	hr = mime_render(double_message(reader->stack[0]), &options, &mail, &why);
	if (FAILED(hr)) {
		fprintf(stderr, "%s: %s\n", hr_name(hr), why ? why : "(no reason)");
		mime_output_clear(&mail);
		return 1;
	}
	while ((got = read(mail.fd, piece, sizeof piece)) > 0) {
		total += (guint64)got;
		fwrite(piece, 1, (size_t)got, stdout);
	}
	if (total != mail.size)
		fprintf(stderr, "size is told as %" G_GUINT64_FORMAT "\n", mail.size);
	fprintf(stderr, "%s smtputf8=%d peak=%lu\n", mail.message_id, mail.needs_smtputf8,
	    peak_memory());
	if (!same_as_tree(double_message(reader->stack[0]), &options, &mail))
		total = 0;
	mime_output_clear(&mail);
	return total == 0;
}

int
main(void)
{
	struct reader reader = { .depth = 0 };
	g_autofree char *line = NULL;
	size_t size = 0;
	int status;

	reader.stack[0] = double_create();
	while (getline(&line, &size, stdin) > 0) {
		g_auto(GStrv) word = g_strsplit(g_strchomp(line), " ", -1);

		if (word[0] && *word[0])
			read_line(&reader, word);
	}
	fix_identity(double_bag(reader.stack[0]));
	status = write_mail(&reader);
	double_free(reader.stack[0]);
	return status;
}
