/* SPDX-License-Identifier: MIT */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <glib-unix.h>
#include "hr.h"
#include "paths.h"
#include "service.h"
#include "taking.h"

#define STATE "/var/lib/emapi"
#define RECEIVERS 2
#define RECEIVERS_MAX 16
/* One that ends sooner after its start is followed by the next after a pause. */
#define TOO_SOON (5 * (gint64)G_USEC_PER_SEC)
#define PAUSE_MS 300

struct public_socket {
	char *path;
	int fd;
	bool inherited;
};

/* A receiver process, and the one that follows it. */
struct receiving {
	struct scheduler *s;
	pid_t pid;
	guint watch, timer;
	gint64 started;
};

struct machine {
	struct public_socket queue, submit;
	guint queue_source;
	bool quiet;
	guint count;
	struct receiving receiving[RECEIVERS_MAX];
};

/* --- Environment --------------------------------------------------------------------------- */

static void
set_parent(const char *variable, const char *folder)
{
	g_autofree char *parent = g_path_get_dirname(folder);

	g_setenv(variable, parent, FALSE);
}

void
machine_environment(void)
{
	const char *state = g_getenv("STATE_DIRECTORY");
	g_autofree char *first = g_strdup(state && *state == '/' ? state : STATE);
	g_autofree char *config = NULL;
	g_autofree char *run = paths_machine(NULL);

	first[strcspn(first, ":")] = '\0'; /* systemd lists several so */
	config = g_build_filename(first, "config", NULL);
	g_setenv("EMAPI_MACHINE", "1", TRUE);
	/* The folder is "emapi" below each of them. */
	set_parent("XDG_STATE_HOME", first);
	set_parent("XDG_DATA_HOME", first);
	set_parent("XDG_RUNTIME_DIR", run);
	g_setenv("XDG_CONFIG_HOME", config, FALSE);
}

/* --- Sockets ------------------------------------------------------------------------------- */

/* Anybody may look into the folder, nobody else may change it. */
static HRESULT
make_folder(void)
{
	g_autofree char *inside = paths_machine("profiles");
	g_autofree char *folder = paths_machine(NULL);

	if (g_mkdir_with_parents(folder, 0755) != 0 || chmod(folder, 0755) != 0 ||
	    (mkdir(inside, 0755) != 0 && errno != EEXIST) || chmod(inside, 0755) != 0) {
		log_error("the folder %s cannot be made: %s", folder, g_strerror(errno));
		return hr_from_errno(errno);
	}
	return S_OK;
}

/* Made beside and renamed, so that there is no moment without one: who sends while a daemon follows
 * one that was killed waits for it. */
static int
listen_at(const char *path)
{
	g_autofree char *made = g_strconcat(path, ".new", NULL);
	int fd = ipc_listen(made), error;

	if (fd < 0)
		return -1;
	if (chmod(made, 0666) == 0 && rename(made, path) == 0)
		return fd;
	error = errno;
	close(fd);
	unlink(made);
	errno = error;
	return -1;
}

static HRESULT
open_socket(struct public_socket *public, const char *name)
{
	HRESULT hr;

	public->fd = service_socket(name, &public->path);
	public->inherited = public->fd >= 0;
	if (!public->inherited) {
		public->path = paths_machine(name);
		public->fd = listen_at(public->path);
	}
	if (public->fd >= 0) {
		g_unix_set_fd_nonblocking(public->fd, TRUE, NULL);
		return S_OK;
	}
	hr = hr_from_errno(errno);
	log_error("cannot listen on %s: %s", public->path, g_strerror(errno));
	return hr;
}

static void
close_socket(struct public_socket *public)
{
	if (public->fd >= 0) {
		if (!public->inherited)
			unlink(public->path);
		close(public->fd);
	}
	public->fd = -1;
	g_clear_pointer(&public->path, g_free);
}

static gboolean
on_question(gint fd, GIOCondition condition, gpointer data)
{
	struct scheduler *s = data;
	int client;

	while ((client = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		client_add(s, client, true);
	scheduler_kick(s);
	return G_SOURCE_CONTINUE;
}

/* --- Receivers ----------------------------------------------------------------------------- */

static void start_receiver(struct receiving *r);

static gboolean
start_again(gpointer data)
{
	struct receiving *r = data;

	r->timer = 0;
	start_receiver(r);
	return G_SOURCE_REMOVE;
}

static void
receiver_ended(GPid pid, gint status, gpointer data)
{
	struct receiving *r = data;
	bool soon = g_get_monotonic_time() - r->started < TOO_SOON;
	bool crashed = !(WIFEXITED(status) && WEXITSTATUS(status) == 0);

	r->pid = 0;
	r->watch = 0;
	if (crashed)
		log_error("receiver %d ended unexpectedly (status %d); what it had not answered "
			  "comes again",
		    (int)pid, status);
	if (!r->s->machine->quiet)
		r->timer = g_timeout_add(crashed && soon ? PAUSE_MS : 0, start_again, r);
}

static void
start_receiver(struct receiving *r)
{
	int error = taking_spawn(&r->s->options, "--receive", r->s->machine->submit.fd, &r->pid);

	r->started = g_get_monotonic_time();
	if (error) {
		log_error("cannot start %s: %s", r->s->options.worker_program, g_strerror(error));
		r->pid = 0;
		r->timer = g_timeout_add(PAUSE_MS, start_again, r);
		return;
	}
	r->watch = g_child_watch_add(r->pid, receiver_ended, r);
}

static guint
wanted_receivers(void)
{
	const char *text = g_getenv("EMAPI_RECEIVERS");
	guint64 count = text && *text ? g_ascii_strtoull(text, NULL, 10) : RECEIVERS;

	return (guint)CLAMP(count, 1, RECEIVERS_MAX);
}

static void
tell_receivers(struct machine *m, int number)
{
	for (guint i = 0; i < m->count; i++)
		if (m->receiving[i].pid > 0)
			kill(m->receiving[i].pid, number);
}

/* --- Life ---------------------------------------------------------------------------------- */

/* A message may have been stored by a receiver that could not say so any more. */
static void
look_through(struct scheduler *s)
{
	g_autoptr(GPtrArray) offered = machine_offer_profiles();

	for (guint i = 0; i < offered->len; i++)
		lane_wake(lane_get(s, g_ptr_array_index(offered, i)));
}

HRESULT
machine_start(struct scheduler *s)
{
	struct machine *m = g_new0(struct machine, 1);
	HRESULT hr = make_folder();

	s->machine = m;
	m->queue.fd = m->submit.fd = -1;
	if (SUCCEEDED(hr))
		hr = open_socket(&m->queue, "queue.sock");
	if (SUCCEEDED(hr))
		hr = open_socket(&m->submit, "submit.sock");
	if (FAILED(hr))
		return hr;
	m->queue_source = g_unix_fd_add(m->queue.fd, G_IO_IN, on_question, s);
	look_through(s);
	m->count = wanted_receivers();
	for (guint i = 0; i < m->count; i++) {
		m->receiving[i].s = s;
		start_receiver(&m->receiving[i]);
	}
	return S_OK;
}

void
machine_reload(struct scheduler *s)
{
	if (!s->machine)
		return;
	look_through(s);
	tell_receivers(s->machine, SIGHUP); /* they end, and others follow */
}

void
machine_quiet(struct scheduler *s)
{
	if (!s->machine)
		return;
	s->machine->quiet = true;
	tell_receivers(s->machine, SIGTERM);
}

void
machine_stop(struct scheduler *s)
{
	struct machine *m = s->machine;

	if (!m)
		return;
	machine_quiet(s);
	for (guint i = 0; i < m->count; i++) {
		if (m->receiving[i].watch)
			g_source_remove(m->receiving[i].watch);
		if (m->receiving[i].timer)
			g_source_remove(m->receiving[i].timer);
	}
	if (m->queue_source)
		g_source_remove(m->queue_source);
	close_socket(&m->queue);
	close_socket(&m->submit);
	g_free(m);
	s->machine = NULL;
}
