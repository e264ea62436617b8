/* SPDX-License-Identifier: MIT */
#include "client_journey.h"

#include <string.h>
#include <unistd.h>
#include <glib.h>
#include <emapispi.h>
#include "client_part.h"
#include "pid.h"
#include "session_private.h"

/* What is said of each message of a session alike, and room for the end that is not.  Counted
 * references: who puts it on a message holds no lock, since that enters the store, and a store may
 * be entered when this is asked for. */
struct client_lines {
	GByteArray *bytes; /* PR_EMAPI_CLIENT but for its end */
	pid_t pid;         /* whose they are */
};

static void
lines_clear(void *data)
{
	struct client_lines *lines = data;

	g_byte_array_unref(lines->bytes);
}

void
client_journey_free(struct client_lines *lines)
{
	if (lines)
		g_atomic_rc_box_release_full(lines, lines_clear);
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

static struct client_lines *
collect(struct session *session)
{
	struct client_lines *lines = g_atomic_rc_box_new0(struct client_lines);
	struct client_part part = {
		.process = (guint32)(session->client ? session->client : getpid()),
		.taken_by = session->client ? (guint32)getpid() : 0,
		.user = (guint32)getuid(),
		.logon_flags = session->flags,
		.store_opened = session->store_opened,
		.store_is_default = session->store_is_default,
		.store_flags = session->store_flags,
		.program =
		    session->client ? g_strdup(session->client_program) : find_program_name(),
		.because = g_strdup(session->chosen),
	};

	lines->pid = pid_self();
	lines->bytes = client_part_encode(&part);
	client_part_clear(&part);
	return lines;
}

/* Made once for a process; a reference. */
static struct client_lines *
lines_of(struct session *session)
{
	static GMutex lock;
	struct client_lines *lines;

	g_mutex_lock(&lock);
	lines = session->journey;
	if (!lines || lines->pid != pid_self()) {
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
	SPropValue value = { .ulPropTag = PR_EMAPI_CLIENT };
	BYTE bytes[CLIENT_PART_MAX];
	struct client_lines *lines;
	gint64 took = g_get_real_time() - session->began;
	size_t size;
	HRESULT hr;

	if (session->no_journey || g_strcmp0(g_getenv("EMAPI_JOURNEY"), "off") == 0)
		return S_OK;
	lines = lines_of(session);
	size = lines->bytes->len;
	memcpy(bytes, lines->bytes->data, size);
	size += client_part_number((guint64)MAX(took, 0) / 1000, bytes + size);
	value.Value.bin.cb = (ULONG)size;
	value.Value.bin.lpb = bytes;
	hr = message->lpVtbl->SetProps(message, 1, &value, NULL);
	client_journey_free(lines);
	return FAILED(hr) ? hr : S_OK;
}
