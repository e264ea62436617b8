/* SPDX-License-Identifier: MIT */
#include "client_part.h"

#include <pwd.h>
#include <string.h>
#include "text.h"

#define VERSION 1
#define VERSION_TAKEN 2
#define TOOK_MAX ((guint64)1 << 40) /* milliseconds: some thirty years */

/* What most are chosen for; a number is never given anew. */
static const char *const reasons[] = {
	NULL,
	"the program named it",
	"it is the default profile",
	"--profile named it",
	"an option or EMAPI_PROFILE named it",
};

void
client_part_clear(struct client_part *part)
{
	g_free(part->program);
	g_free(part->because);
	memset(part, 0, sizeof(*part));
}

/* --- Writing ------------------------------------------------------------------------------- */

size_t
client_part_number(guint64 number, BYTE out[CLIENT_NUMBER_MAX])
{
	size_t size = 0;

	for (; number >= 0x80; number >>= 7)
		out[size++] = (BYTE)(number | 0x80);
	out[size++] = (BYTE)number;
	return size;
}

static void
put_number(GByteArray *out, guint64 number)
{
	BYTE bytes[CLIENT_NUMBER_MAX];

	g_byte_array_append(out, bytes, (guint)client_part_number(number, bytes));
}

static void
put_text(GByteArray *out, const char *text)
{
	g_autofree char *printable = text_printable(text ? text : "");
	const char *end = printable + MIN(strlen(printable), CLIENT_TEXT_MAX);

	/* Never within a character. */
	while (end > printable && (*end & 0xC0) == 0x80)
		end--;
	g_byte_array_append(out, (const guint8 *)printable, (guint)(end - printable));
	g_byte_array_append(out, (const guint8 *)"", 1);
}

static guint
reason_of(const char *because)
{
	guint i = G_N_ELEMENTS(reasons);

	while (--i > 0 && g_strcmp0(reasons[i], because) != 0)
		;
	return i;
}

GByteArray *
client_part_encode(const struct client_part *part)
{
	GByteArray *out = g_byte_array_new();
	guint reason = reason_of(part->because);

	put_number(out, part->taken_by ? VERSION_TAKEN : VERSION);
	put_number(out, part->process);
	put_number(out, part->user);
	put_number(out, part->logon_flags);
	put_number(out, (guint64)part->store_flags << 2 | (guint64)part->store_is_default << 1 |
			    part->store_opened);
	put_number(out, reason);
	if (part->taken_by)
		put_number(out, part->taken_by);
	put_text(out, part->program);
	if (!reason)
		put_text(out, part->because);
	return out;
}

/* --- Reading ------------------------------------------------------------------------------- */

/* False once the bytes did not suffice. */
struct cursor {
	const BYTE *at, *end;
	bool ok;
};

static guint64
get_number(struct cursor *c)
{
	guint64 number = 0;
	BYTE byte = 0x80;

	for (int shift = 0; shift < 63 && c->at < c->end && (byte & 0x80); shift += 7) {
		byte = *c->at++;
		number |= (guint64)(byte & 0x7F) << shift;
	}
	c->ok = c->ok && !(byte & 0x80);
	return number;
}

static char *
get_text(struct cursor *c)
{
	const BYTE *stop = memchr(c->at, 0, (size_t)(c->end - c->at));
	const char *text = (const char *)c->at;
	g_autofree char *cut = NULL;

	c->ok = c->ok && stop;
	if (!c->ok)
		return NULL;
	c->at = stop + 1;
	cut = g_strndup(text, CLIENT_TEXT_MAX);
	return text_printable(cut);
}

bool
client_part_decode(const void *data, size_t size, struct client_part *part)
{
	struct cursor c = { data, (const BYTE *)data + size, true };
	guint64 version = get_number(&c), store, reason, took;

	memset(part, 0, sizeof(*part));
	part->process = (guint32)get_number(&c);
	part->user = (guint32)get_number(&c);
	part->logon_flags = (guint32)get_number(&c);
	store = get_number(&c);
	part->store_opened = store & 1;
	part->store_is_default = store & 2;
	part->store_flags = (guint32)(store >> 2);
	reason = get_number(&c);
	if (version == VERSION_TAKEN)
		part->taken_by = (guint32)get_number(&c);
	part->program = get_text(&c);
	if (reason)
		part->because = g_strdup(reason < G_N_ELEMENTS(reasons) ? reasons[reason] : "?");
	else
		part->because = get_text(&c);
	took = get_number(&c);
	part->took = (gint64)MIN(took, TOOK_MAX) * 1000;
	if (c.at < c.end)
		part->calls = (guint32)get_number(&c);
	if ((version == VERSION || version == VERSION_TAKEN) && c.ok)
		return true;
	client_part_clear(part);
	return false;
}

/* --- Calls --------------------------------------------------------------------------------- */

/* Four bits for the folder, one for CreateMessage, one that is always set; then the counts. */
#define CREATED 0x10u
#define PRESENT 0x20u

static const struct {
	const char *name;
	guint shift, max;
} counts[CALL_COUNT] = {
	[CALL_MODIFY_RECIPIENTS] = { "ModifyRecipients", 6, 63 },
	[CALL_SET_PROPS] = { "SetProps", 12, 255 },
	[CALL_CREATE_ATTACH] = { "CreateAttach", 20, 255 },
	[CALL_SAVE_CHANGES] = { "SaveChanges", 28, 15 },
};

static const char *const folders[16] = { [3] = "the Inbox",
	[4] = "the Outbox",
	[5] = "Sent Items",
	[6] = "Deleted Items",
	[7] = "Drafts" };

guint32
client_calls_begin(bool created, guint folder)
{
	return PRESENT | (created ? CREATED : 0) | (folder < G_N_ELEMENTS(folders) ? folder : 0);
}

void
client_calls_add(guint32 *calls, enum client_call call)
{
	if ((*calls >> counts[call].shift & counts[call].max) < counts[call].max)
		*calls += 1u << counts[call].shift;
}

char *
client_calls_words(guint32 calls)
{
	static const enum client_call order[] = { CALL_SET_PROPS, CALL_MODIFY_RECIPIENTS,
		CALL_CREATE_ATTACH, CALL_SAVE_CHANGES };
	const char *folder = folders[calls & 15];
	GString *out;

	if (!(calls & PRESENT))
		return g_strdup("");
	out = g_string_new(calls & CREATED ? "CreateMessage in " : "OpenEntry in ");
	g_string_append(out, folder ? folder : "a folder");
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
		guint max = counts[order[i]].max, count = calls >> counts[order[i]].shift & max;

		if (count == 0)
			continue;
		g_string_append_printf(out, ", %s", counts[order[i]].name);
		if (count > 1)
			g_string_append_printf(out, " %u%s", count, count == max ? " or more" : "");
	}
	return g_string_free(out, FALSE);
}

/* --- Lines ---------------------------------------------------------------------------------- */

static void line(GPtrArray *lines, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
line(GPtrArray *lines, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_ptr_array_add(lines, g_strdup_vprintf(format, arguments));
	va_end(arguments);
}

static char *
user_name(guint32 id)
{
	const struct passwd *entry = getpwuid(id);

	return entry ? text_printable(entry->pw_name) : g_strdup_printf("%u", id);
}

static void
add_lines(const struct client_part *part, gint64 submit, GPtrArray *lines)
{
	g_autofree char *user = user_name(part->user), *calls = client_calls_words(part->calls);
	g_autofree char *logged_on = text_iso_time(submit - part->took);
	g_autofree char *submitted = text_iso_time(submit);

	line(lines, "* program: %s", part->program);
	line(lines, "* process: %u", part->process);
	line(lines, "* user: %s", user);
	if (part->taken_by)
		line(lines, "* taken-by: %u", part->taken_by);
	line(lines, "* profile-because: %s", part->because);
	line(lines, "* logon: %s", logged_on);
	line(lines, "* logon-flags: 0x%X", part->logon_flags);
	if (part->store_opened)
		line(lines, "* %s: 0x%X", part->store_is_default ? "default-store" : "store",
		    part->store_flags);
	if (*calls)
		line(lines, "* calls: %s", calls);
	line(lines, "* submit: %s", submitted);
}

void
client_part_lines(const void *data, size_t size, gint64 submit, GPtrArray *lines)
{
	struct client_part part;

	if (client_part_decode(data, size, &part))
		add_lines(&part, submit, lines);
	client_part_clear(&part);
}
