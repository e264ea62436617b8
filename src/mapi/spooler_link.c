/* SPDX-License-Identifier: MIT */
/* Finding, starting and waking the spooler. */
#include "spooler_link.h"
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>
#include <mapicode.h>
#include "hr.h"
#include "log.h"
#include "paths.h"
#include "spooler_start.h"

#define LOCK_FILE "spooler.lock"
#define CONNECT_TIMEOUT_US (5 * G_USEC_PER_SEC)
#define ANSWER_TIMEOUT_MS 5000
#define SETTLE_MS 1000
#define STARTS 3 /* spoolers started at most while connecting once */
#define WAKES 3  /* a spooler may be ending at the moment we ask it */

static gint quiet;

void
spooler_stay_quiet(void)
{
	g_atomic_int_set(&quiet, true);
}

/* A spooler that lives holds its lock. */
static bool
is_held(const char *lock)
{
	int fd = open(lock, O_RDONLY | O_CLOEXEC);
	bool held = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0;

	if (fd >= 0)
		close(fd);
	return held;
}

/* The socket that the lock file names, else the usual one, where a service manager may listen that
 * starts the spooler; or -1. */
static int
connect_running(void)
{
	char *lock = paths_state(LOCK_FILE), *usual = paths_runtime("spooler.sock"), *text = NULL;
	char *path;
	int fd = -1;

	if ((!g_atomic_int_get(&quiet) || is_held(lock)) &&
	    g_file_get_contents(lock, &text, NULL, NULL)) {
		path = strchr(text, '\t');
		if (path) {
			path++;
			path[strcspn(path, "\n")] = '\0';
			fd = ipc_connect(path);
		}
	}
	if (fd < 0 && !g_atomic_int_get(&quiet))
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

/* A spooler that was started and not waited for; -1 for none. */
static struct {
	GMutex lock;
	int ready; /* valid in the process `pid` */
	pid_t pid;
} early;

static void
launch_early(const MAPIUID *profile)
{
	g_mutex_lock(&early.lock);
	if (early.pid != getpid() && SUCCEEDED(spooler_launch(profile, &early.ready, NULL)))
		early.pid = getpid();
	g_mutex_unlock(&early.lock);
}

/* Starts one, or waits for the one that was started before. */
static HRESULT
start_one(int *ready, char **why)
{
	HRESULT hr;

	g_mutex_lock(&early.lock);
	if (early.pid == getpid()) {
		early.pid = 0;
		*ready = early.ready;
		hr = spooler_await(ready, why);
	} else {
		hr = spooler_start(ready, why);
	}
	g_mutex_unlock(&early.lock);
	return hr;
}

HRESULT
spooler_connect(bool start, int *fd)
{
	gint64 deadline = g_get_monotonic_time() + CONNECT_TIMEOUT_US;
	unsigned starts = 0;
	gulong pause = 2000;
	char *why = NULL;
	int ready = -1; /* open, it keeps the spooler that we have started from ending */
	HRESULT hr = MAPI_E_NETWORK_ERROR;

	start = start && !g_atomic_int_get(&quiet);
	*fd = connect_running();
	while (*fd < 0 && start && g_get_monotonic_time() < deadline) {
		/* One that finds another running ends at once: then that one is about to listen. */
		if (starts < STARTS) {
			starts++;
			if (ready >= 0)
				close(ready);
			hr = start_one(&ready, &why);
			if (FAILED(hr))
				break;
			hr = MAPI_E_NETWORK_ERROR;
		} else {
			g_usleep(pause);
			pause = MIN(pause * 2, 100000);
		}
		*fd = connect_running();
	}
	if (ready >= 0)
		close(ready);
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
	int fd = g_atomic_int_get(&quiet) ? -1 : ipc_connect(path);

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

/*
 * The connection that wake-ups go over, kept from one to the next.  It does not keep the spooler
 * from ending.  A child after fork makes one of its own.
 *
 * The first wake-up over a connection waits for its answer.  A later one does not: a spooler that
 * ends first refuses to hear more, then reads what was said, so that what could be said will be
 * read.  Answers are read before the next wake-up and, those still missing, by spooler_settle().
 */
static struct {
	GMutex lock;
	int fd; /* valid in the process `pid` */
	pid_t pid;
	bool heard; /* it has answered */
	unsigned unanswered;
	MAPIUID profile; /* of the last wake-up */
	char *name;
	GBytes *packet; /* that says it */
} kept;

static void
kept_close(void)
{
	if (kept.pid)
		close(kept.fd);
	kept.pid = 0;
	kept.heard = false;
	kept.unanswered = 0;
}

/* With the lock held. */
static HRESULT
kept_open(bool *fresh)
{
	HRESULT hr = S_OK;

	if (kept.pid != getpid()) {
		kept_close();
		hr = spooler_connect(true, &kept.fd);
		if (SUCCEEDED(hr))
			kept.pid = getpid();
	}
	*fresh = !kept.heard;
	return hr;
}

void
spooler_prepare(const MAPIUID *profile)
{
	int fd;

	g_mutex_lock(&kept.lock);
	if (kept.pid != getpid()) {
		kept_close();
		fd = connect_running();
		if (fd >= 0) {
			kept.fd = fd;
			kept.pid = getpid();
		} else if (spooler_has_state()) {
			/* Where there is none, the store is likely made now too, and written down
			 * in the profile: a worker that has read it before would be replaced. */
			launch_early(profile);
		}
	}
	g_mutex_unlock(&kept.lock);
}

static bool wants_taker;

void
spooler_want_taker(void)
{
	wants_taker = true;
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
	if (wants_taker)
		g_variant_builder_add(&values, "{sv}", "taker", g_variant_new_boolean(TRUE));
	return g_variant_builder_end(&values);
}

static bool
is_cut_off(HRESULT hr)
{
	return hr == MAPI_E_END_OF_SESSION || hr == MAPI_E_NETWORK_ERROR;
}

/* One answer, what it says becomes the result; MAPI_E_TIMEOUT when none came in time. */
static HRESULT
take_answer(int timeout_ms)
{
	struct ipc_message *answer = NULL;
	HRESULT hr = S_OK;
	bool ok = ipc_take_ok(kept.fd);

	if (!ok)
		hr = ipc_receive(kept.fd, timeout_ms, &answer);
	if (FAILED(hr))
		return hr;
	kept.unanswered--;
	kept.heard = true;
	if (ok)
		return S_OK;
	if (!strcmp(answer->verb, "error")) {
		log_error("The spooler refused: %s", ipc_string(answer, "text", "no reason given"));
		hr = (HRESULT)ipc_int(answer, "hr", MAPI_E_CALL_FAILED);
		if (SUCCEEDED(hr) || hr == MAPI_E_TIMEOUT)
			hr = MAPI_E_CALL_FAILED;
	} else if (strcmp(answer->verb, "ok")) {
		hr = MAPI_E_CALL_FAILED;
	}
	ipc_message_free(answer);
	return hr;
}

/* The answers that have come, or within so long all of them. */
static HRESULT
take_answers(int timeout_ms)
{
	gint64 end = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
	HRESULT hr = S_OK;

	while (SUCCEEDED(hr) && kept.unanswered) {
		gint64 left = (end - g_get_monotonic_time()) / 1000;

		hr = take_answer((int)MAX(left, 0));
	}
	return hr;
}

/* A spooler with so much unread that nothing more goes in will look when it reads that. */
static bool
has_room(void)
{
	struct pollfd room = { .fd = kept.fd, .events = POLLOUT };

	return poll(&room, 1, 0) != 0;
}

static HRESULT
say_wake(bool wait)
{
	HRESULT hr;

	if (!has_room())
		return S_OK;
	hr = ipc_send_packet(kept.fd, kept.packet);
	if (FAILED(hr))
		return hr;
	kept.unanswered++;
	return wait ? take_answers(ANSWER_TIMEOUT_MS) : S_OK;
}

/* With the lock held.  A kept connection that was cut off says nothing about the next. */
static HRESULT
wake(void)
{
	HRESULT hr = S_OK;
	bool fresh = true;
	unsigned i = 0;

	while (i < WAKES) {
		hr = kept_open(&fresh);
		if (FAILED(hr))
			break;
		if (!fresh)
			hr = take_answers(0);
		if (SUCCEEDED(hr) || hr == MAPI_E_TIMEOUT)
			hr = say_wake(fresh);
		if (SUCCEEDED(hr))
			break;
		kept_close();
		if (!is_cut_off(hr))
			break;
		i += fresh;
	}
	return hr;
}

/* What is said, made anew for another profile alone. */
static void
remember(const MAPIUID *profile, const char *profile_name)
{
	if (kept.packet && !memcmp(&kept.profile, profile, sizeof(*profile)) &&
	    !strcmp(kept.name, profile_name))
		return;
	g_free(kept.name);
	g_clear_pointer(&kept.packet, g_bytes_unref);
	kept.profile = *profile;
	kept.name = g_strdup(profile_name);
	kept.packet = ipc_packet("wake", wake_values(profile, profile_name));
}

static HRESULT
tell_result(HRESULT hr)
{
	if (FAILED(hr))
		log_warning("The spooler was not woken: %s. The message is safe in the Outbox.",
		    hr_name(hr));
	return hr;
}

HRESULT
spooler_wake(const MAPIUID *profile, const char *profile_name)
{
	HRESULT hr;

	g_mutex_lock(&kept.lock);
	remember(profile, profile_name);
	hr = wake();
	g_mutex_unlock(&kept.lock);
	return tell_result(hr);
}

HRESULT
spooler_wake_soon(const MAPIUID *profile, const char *profile_name)
{
	HRESULT hr = MAPI_E_NETWORK_ERROR;

	/* Who has it may be waiting for a spooler to start. */
	if (!g_mutex_trylock(&kept.lock))
		return MAPI_E_BUSY;
	if (kept.pid == getpid())
		hr = take_answers(0);
	if (SUCCEEDED(hr) || hr == MAPI_E_TIMEOUT) {
		remember(profile, profile_name);
		hr = say_wake(false);
	}
	if (SUCCEEDED(hr))
		hr = kept.heard ? S_OK : S_FALSE;
	else
		kept_close();
	g_mutex_unlock(&kept.lock);
	return hr;
}

/* A spooler that has answered anything will read what was said to it since. */
HRESULT
spooler_wake_heard(const MAPIUID *profile, const char *profile_name)
{
	HRESULT hr = MAPI_E_END_OF_SESSION;

	g_mutex_lock(&kept.lock);
	if (kept.pid == getpid())
		hr = take_answers(kept.heard ? 0 : ANSWER_TIMEOUT_MS);
	if (kept.heard && hr == MAPI_E_TIMEOUT)
		hr = S_OK;
	if (FAILED(hr))
		kept_close();
	if (is_cut_off(hr))
		hr = wake();
	g_mutex_unlock(&kept.lock);
	return tell_result(hr);
}

int
spooler_take_connection(void)
{
	int fd = -1;

	g_mutex_lock(&kept.lock);
	if (kept.pid == getpid() && kept.heard && !kept.unanswered) {
		fd = kept.fd;
		kept.pid = 0;
		kept.heard = false;
	}
	g_mutex_unlock(&kept.lock);
	return fd;
}

void
spooler_settle(void)
{
	g_mutex_lock(&kept.lock);
	if (kept.pid == getpid() && kept.unanswered && is_cut_off(take_answers(SETTLE_MS))) {
		kept_close();
		wake();
	}
	g_mutex_unlock(&kept.lock);
}
