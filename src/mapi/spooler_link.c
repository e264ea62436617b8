/* SPDX-License-Identifier: MIT */
/* Finding, starting and waking the spooler. */
#include "spooler_link.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include "hr.h"
#include "log.h"
#include "paths.h"
#include "spooler_start.h"

#define LOCK_FILE "spooler.lock"
#define CONNECT_TIMEOUT_US (5 * G_USEC_PER_SEC)
#define ANSWER_TIMEOUT_MS 5000
#define STARTS 3 /* spoolers started at most while connecting once */
#define WAKES 3  /* a spooler may be ending at the moment we ask it */

/* The socket that the lock file names, else the usual one, where a service manager may listen that
 * starts the spooler; or -1. */
static int
connect_running(void)
{
	char *lock = paths_state(LOCK_FILE), *usual = paths_runtime("spooler.sock"), *text = NULL;
	char *path;
	int fd = -1;

	if (g_file_get_contents(lock, &text, NULL, NULL)) {
		path = strchr(text, '\t');
		if (path) {
			path++;
			path[strcspn(path, "\n")] = '\0';
			fd = ipc_connect(path);
		}
	}
	if (fd < 0)
		fd = ipc_connect(usual);
	g_free(text);
	g_free(usual);
	g_free(lock);
	return fd;
}

static GMutex why_lock;
static char *last_why; /* of the last attempt */

static void
remember_why(char *why)
{
	g_mutex_lock(&why_lock);
	g_free(last_why);
	last_why = why;
	g_mutex_unlock(&why_lock);
}

char *
spooler_why(void)
{
	char *why;

	g_mutex_lock(&why_lock);
	why = g_strdup(last_why);
	g_mutex_unlock(&why_lock);
	return why;
}

HRESULT
spooler_connect(bool start, int *fd)
{
	gint64 deadline = g_get_monotonic_time() + CONNECT_TIMEOUT_US;
	unsigned starts = 0;
	gulong pause = 2000;
	char *why = NULL;
	HRESULT hr = MAPI_E_NETWORK_ERROR;

	*fd = connect_running();
	while (*fd < 0 && start && g_get_monotonic_time() < deadline) {
		/* One that finds another running ends at once: then that one is about to listen. */
		if (starts < STARTS) {
			starts++;
			hr = spooler_start(&why);
			if (FAILED(hr))
				break;
			hr = MAPI_E_NETWORK_ERROR;
		} else {
			g_usleep(pause);
			pause = MIN(pause * 2, 100000);
		}
		*fd = connect_running();
	}
	if (*fd < 0 && start && !why)
		why = g_strdup("The spooler was started and does not answer; see spooler.log.");
	if (*fd < 0 && start)
		log_error("%s", why);
	remember_why(*fd < 0 ? g_steal_pointer(&why) : NULL);
	g_free(why);
	return *fd >= 0 ? S_OK : hr;
}

int
spooler_connect_machine(void)
{
	char *path = paths_machine("queue.sock");
	int fd = ipc_connect(path);

	g_free(path);
	return fd;
}

bool
spooler_has_state(void)
{
	char *path = paths_state("spool.db");
	bool has = g_file_test(path, G_FILE_TEST_EXISTS);

	g_free(path);
	return has;
}

/* --- Waking --------------------------------------------------------------------------------- */

/* The connection that wake-ups go over, kept from one to the next.  It does not keep the spooler
 * from ending.  A child after fork makes one of its own. */
static struct {
	GMutex lock;
	int fd; /* valid in the process `pid` */
	pid_t pid;
} kept;

/* With the lock held. */
static HRESULT
kept_open(bool *fresh)
{
	HRESULT hr = S_OK;

	*fresh = kept.pid != getpid();
	if (!*fresh)
		return S_OK;
	if (kept.pid)
		close(kept.fd);
	kept.pid = 0;
	hr = spooler_connect(true, &kept.fd);
	if (SUCCEEDED(hr))
		kept.pid = getpid();
	return hr;
}

static void
kept_close(void)
{
	close(kept.fd);
	kept.pid = 0;
}

static GVariant *
wake_values(const MAPIUID *profile, const char *profile_name)
{
	GVariantBuilder values;

	g_variant_builder_init(&values, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&values, "{sv}", "profile",
	    g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, profile, sizeof *profile, 1));
	g_variant_builder_add(&values, "{sv}", "name",
	    g_variant_new_string(g_utf8_validate(profile_name, -1, NULL) ? profile_name : ""));
	return g_variant_builder_end(&values);
}

/* Sends and waits for the answer; what a spooler that ends has read and not answered does not
 * count. */
static HRESULT
ask_to_wake(const MAPIUID *profile, const char *profile_name)
{
	struct ipc_message *answer = NULL;
	HRESULT hr = ipc_send(kept.fd, "wake", wake_values(profile, profile_name));

	if (SUCCEEDED(hr))
		hr = ipc_receive(kept.fd, ANSWER_TIMEOUT_MS, &answer);
	if (SUCCEEDED(hr) && !strcmp(answer->verb, "error")) {
		log_error("The spooler refused: %s", ipc_string(answer, "text", "no reason given"));
		hr = (HRESULT)ipc_int(answer, "hr", MAPI_E_CALL_FAILED);
		if (SUCCEEDED(hr))
			hr = MAPI_E_CALL_FAILED;
	} else if (SUCCEEDED(hr) && strcmp(answer->verb, "ok")) {
		hr = MAPI_E_CALL_FAILED;
	}
	ipc_message_free(answer);
	return hr;
}

HRESULT
spooler_wake(const MAPIUID *profile, const char *profile_name)
{
	HRESULT hr = S_OK;
	bool fresh = true;
	unsigned i = 0;

	g_mutex_lock(&kept.lock);
	while (i < WAKES) {
		hr = kept_open(&fresh);
		if (FAILED(hr))
			break;
		hr = ask_to_wake(profile, profile_name);
		if (SUCCEEDED(hr))
			break;
		kept_close();
		if (hr != MAPI_E_END_OF_SESSION && hr != MAPI_E_NETWORK_ERROR)
			break;
		i += fresh; /* that a kept one has ended says nothing about the next */
	}
	g_mutex_unlock(&kept.lock);
	if (FAILED(hr))
		log_warning("The spooler was not woken: %s. The message is safe in the Outbox.",
		    hr_name(hr));
	return hr;
}
