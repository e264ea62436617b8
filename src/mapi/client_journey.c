/* SPDX-License-Identifier: MIT */
#include "client_journey.h"

#include <pwd.h>
#include <string.h>
#include <unistd.h>
#include <glib.h>
#include <emapispi.h>
#include "profile.h"
#include "session_private.h"
#include "text.h"

#define LINES_MAX 8
#define LINE_BYTES 300

struct lines {
	char *text[LINES_MAX];
	ULONG count;
};

static void add(struct lines *lines, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
add(struct lines *lines, const char *format, ...)
{
	g_autofree char *text = NULL, *printable = NULL;
	const char *end;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	printable = text_printable(text);
	end = printable + MIN(strlen(printable), LINE_BYTES);
	/* Never within a character. */
	while (*end && (*end & 0xC0) == 0x80)
		end--;
	lines->text[lines->count++] = g_strndup(printable, (gsize)(end - printable));
}

/* The program's name, of a Python program the script's; arguments may hold secrets and are left
 * out. */
static char *
find_program_name(void)
{
	g_autofree char *line = NULL, *program = NULL;
	const char *script;
	gsize size = 0;

	if (!g_file_get_contents("/proc/self/cmdline", &line, &size, NULL) || !size)
		return g_strdup("?");
	program = g_path_get_basename(line);
	script = line + strlen(line) + 1;
	if (script < line + size && g_str_has_prefix(program, "python") &&
	    g_str_has_suffix(script, ".py"))
		return g_strdup_printf("%s %s", program, script);
	return g_steal_pointer(&program);
}

static gpointer
keep_program_name(gpointer unused)
{
	return find_program_name();
}

/* Looked up once: it is that of a forked child too.  Borrowed. */
static const char *
program_name(void)
{
	static GOnce once = G_ONCE_INIT;

	return g_once(&once, keep_program_name, NULL);
}

/* The user's name; without asking a directory where the environment knows it. */
static char *
user_name(void)
{
	static GMutex lock;
	static char *known;
	static uid_t owner;
	const char *name = g_getenv("USER");
	struct passwd *entry;
	char *copy;

	if (!name || !*name)
		name = g_getenv("LOGNAME");
	if (name && *name)
		return g_strdup(name);
	g_mutex_lock(&lock);
	if (!known || owner != getuid()) {
		g_free(known);
		owner = getuid();
		entry = getpwuid(owner);
		known = entry ? g_strdup(entry->pw_name) : g_strdup_printf("%u", (unsigned)owner);
	}
	copy = g_strdup(known);
	g_mutex_unlock(&lock);
	return copy;
}

static void
collect(struct session *session, struct lines *lines)
{
	g_autofree char *user = user_name();
	g_autofree char *logon = text_iso_time(session->began);
	g_autofree char *now = text_iso_time(g_get_real_time());

	add(lines, "* program: %s", program_name());
	add(lines, "* process: %d", (int)getpid());
	add(lines, "* user: %s", user);
	add(lines, "* profile: %s", profile_name(session->profile));
	add(lines, "* profile-because: %s", session->chosen);
	add(lines, "* logon: %s", logon);
	add(lines, "* submit: %s", now);
}

HRESULT
client_journey_put(struct session *session, IMessage *message)
{
	SPropValue value = { .ulPropTag = PR_EMAPI_JOURNEY_A };
	struct lines lines = { .count = 0 };
	HRESULT hr;

	if (g_strcmp0(g_getenv("EMAPI_JOURNEY"), "off") == 0)
		return S_OK;
	collect(session, &lines);
	value.Value.MVszA.cValues = lines.count;
	value.Value.MVszA.lppszA = lines.text;
	hr = message->lpVtbl->SetProps(message, 1, &value, NULL);
	while (lines.count)
		g_free(lines.text[--lines.count]);
	return FAILED(hr) ? hr : S_OK;
}
