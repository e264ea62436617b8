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

/* What is said of each message of a session alike, and room for the line that is not.  Counted
 * references: who puts it on a message holds no lock, since that enters the store, and a store may
 * be entered when this is asked for. */
struct client_lines {
	char *text[LINES_MAX];
	ULONG count;
	pid_t pid; /* whose they are */
	char *profile;
};

static void
lines_clear(void *data)
{
	struct client_lines *lines = data;

	while (lines->count)
		g_free(lines->text[--lines->count]);
	g_free(lines->profile);
}

void
client_journey_free(struct client_lines *lines)
{
	if (lines)
		g_atomic_rc_box_release_full(lines, lines_clear);
}

static void add(struct client_lines *lines, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void
add(struct client_lines *lines, const char *format, ...)
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

/* The user's name; without asking a directory where the environment knows it. */
static char *
user_name(void)
{
	const char *name = g_getenv("USER");
	struct passwd *entry;

	if (!name || !*name)
		name = g_getenv("LOGNAME");
	if (name && *name)
		return g_strdup(name);
	entry = getpwuid(getuid());
	return entry ? g_strdup(entry->pw_name) : g_strdup_printf("%u", (unsigned)getuid());
}

static struct client_lines *
collect(struct session *session)
{
	struct client_lines *lines = g_atomic_rc_box_new0(struct client_lines);
	g_autofree char *program = find_program_name();
	g_autofree char *user = user_name();
	g_autofree char *logon = text_iso_time(session->began);

	lines->pid = getpid();
	lines->profile = g_strdup(profile_name(session->profile));
	add(lines, "* program: %s", program);
	add(lines, "* process: %d", (int)lines->pid);
	add(lines, "* user: %s", user);
	add(lines, "* profile: %s", lines->profile);
	add(lines, "* profile-because: %s", session->chosen);
	add(lines, "* logon: %s", logon);
	return lines;
}

/* Made once for a process and a profile's name; a reference. */
static struct client_lines *
lines_of(struct session *session)
{
	static GMutex lock;
	struct client_lines *lines;

	g_mutex_lock(&lock);
	lines = session->journey;
	if (!lines || lines->pid != getpid() ||
	    strcmp(lines->profile, profile_name(session->profile)) != 0) {
		client_journey_free(lines);
		lines = session->journey = collect(session);
	}
	lines = g_atomic_rc_box_acquire(lines);
	g_mutex_unlock(&lock);
	return lines;
}

HRESULT
client_journey_put(struct session *session, IMessage *message)
{
	SPropValue value = { .ulPropTag = PR_EMAPI_JOURNEY_A };
	char submit[64] = "* submit: ";
	struct client_lines *lines;
	LPSTR texts[LINES_MAX];
	HRESULT hr;

	if (g_strcmp0(g_getenv("EMAPI_JOURNEY"), "off") == 0)
		return S_OK;
	text_iso_time_into(submit + strlen(submit), g_get_real_time());
	lines = lines_of(session);
	memcpy(texts, lines->text, sizeof(texts));
	texts[lines->count] = submit;
	value.Value.MVszA.cValues = lines->count + 1;
	value.Value.MVszA.lppszA = texts;
	hr = message->lpVtbl->SetProps(message, 1, &value, NULL);
	client_journey_free(lines);
	return FAILED(hr) ? hr : S_OK;
}
