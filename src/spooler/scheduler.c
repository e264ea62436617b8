/* SPDX-License-Identifier: MIT */
/*
 * The scheduler's life: lock, database, socket, loop, end.  See scheduler.h.
 *
 * It ends when for `idle` nothing was due, nobody was connected and nothing waits for its next try
 * or its time (what is held does not keep it alive).  At the end: unlink the socket, look once more
 * for somebody who connected just before, and only then drop the lock.  Who finds the lock taken
 * but nobody serving waits for it (lock.h), who is cut off before "ok" starts another spooler: no
 * wake-up is lost.
 */
#include "scheduler_private.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <glib-unix.h>
#include <sqlite3.h>
#include "heap.h"
#include "hr.h"
#include "lock.h"
#include "network.h"
#include "machine.h"
#include "paths.h"
#include "profile.h"
#include "service.h"
#include "taking.h"

#define MEMORY (450 * 1024) /* until a first message is sent */
#define HOUR (3600 * (gint64)G_USEC_PER_SEC)
/* Profiles whose wake-up may have been lost with its client are looked through after the start,
 * one a second. */
#define CATCH_UP_AFTER (2 * (gint64)G_USEC_PER_SEC)
/* Who started us needs a moment to connect, however short the idle time is; while he keeps his end
 * of the pipe open, up to as long as he tries. */
#define FIRST_CLIENT (G_USEC_PER_SEC / 5)
#define STARTER_WAITS (5 * (gint64)G_USEC_PER_SEC)
#define HISTORY_KEEP 10000
/* D4 allows 100 ms. */
#define SYNC_AFTER_MS 50

static void arm(struct scheduler *s, gint64 now);

/* Work */

static GPtrArray *listed_profiles(void);

bool
scheduler_catches_up(const struct scheduler *s)
{
	return !s->catch_up || s->catch_up->len > 0;
}

static void
catch_up(struct scheduler *s, gint64 now)
{
	g_autoptr(GBytes) uid = NULL;

	if (!scheduler_catches_up(s) || now < s->catch_up_at)
		return;
	if (!s->catch_up)
		s->catch_up = listed_profiles();
	if (s->catch_up->len == 0)
		return;
	uid = g_bytes_ref(g_ptr_array_index(s->catch_up, s->catch_up->len - 1));
	g_ptr_array_set_size(s->catch_up, (gint)s->catch_up->len - 1);
	s->catch_up_at = now + G_USEC_PER_SEC;
	if (now - spooldb_scanned(s->db, uid) >= HOUR)
		lane_get(s, uid)->want_scan = true;
}

static GPtrArray *
listed_profiles(void)
{
	GPtrArray *uids = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	char **names = profile_list();

	for (guint i = 0; names && names[i]; i++) {
		struct profile *profile = NULL;

		if (FAILED(profile_load(names[i], &profile, NULL)))
			continue;
		g_ptr_array_add(uids, g_bytes_new(profile_uid(profile), sizeof(MAPIUID)));
		profile_unref(profile);
	}
	g_strfreev(names);
	return uids;
}

/* A lane for each profile that has mail in the queue. */
static void
lanes_from_queue(struct scheduler *s)
{
	g_autoptr(GPtrArray) uids = spooldb_profiles(s->db);

	for (guint i = 0; i < uids->len; i++)
		lane_get(s, g_ptr_array_index(uids, i));
}

void
scheduler_run_all(struct scheduler *s)
{
	g_autoptr(GPtrArray) uids = listed_profiles();
	GHashTableIter iter;
	gpointer lane;

	for (guint i = 0; i < uids->len; i++)
		lane_get(s, g_ptr_array_index(uids, i));
	lanes_from_queue(s);
	g_hash_table_iter_init(&iter, s->lanes);
	while (g_hash_table_iter_next(&iter, NULL, &lane))
		lane_run(lane);
	g_clear_pointer(&s->catch_up, g_ptr_array_unref);
	s->catch_up = g_ptr_array_new();
}

/* Drives all lanes; tells when the next one is due, and whether any has work or will soon. */
static gint64
drive(struct scheduler *s, gint64 now, bool *busy)
{
	GHashTableIter iter;
	gpointer value;
	gint64 next = G_MAXINT64;

	*busy = false;
	if (now >= s->prune_at) {
		spooldb_prune(s->db, now, HISTORY_KEEP);
		s->prune_at = now + HOUR;
	}
	catch_up(s, now);
	if (scheduler_catches_up(s))
		next = s->catch_up_at;
	g_hash_table_iter_init(&iter, s->lanes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct lane *lane = value;

		lane_drive(lane, now);
		next = MIN(next, lane_next(lane, now));
		if (lane_busy(lane) || spooldb_next_due(s->db, lane->uid) < G_MAXINT64)
			*busy = true;
	}
	return next;
}

/* The end */

/* Somebody who connected before the socket's name was gone is served: listen anew. */
static bool
somebody_waits(struct scheduler *s)
{
	guint before = s->clients->len;

	scheduler_accept(s);
	return s->clients->len > before;
}

static HRESULT listen_on(struct scheduler *s);

/* A socket that a service manager holds too: who connects after our end starts the next one. */
static bool
is_inherited(const struct scheduler *s)
{
	return s->options.listen_fd >= 0;
}

static void
try_to_end(struct scheduler *s)
{
	if (!is_inherited(s))
		unlink(s->options.socket_path);
	if (!clients_last_words(s) && !somebody_waits(s)) {
		g_main_loop_quit(s->loop);
		return;
	}
	if (is_inherited(s)) {
		s->quiet_since = 0;
		return;
	}
	g_source_remove(s->listen_source);
	close(s->listen_fd);
	s->listen_source = 0;
	s->quiet_since = 0;
	if (FAILED(listen_on(s)))
		g_main_loop_quit(s->loop); /* who waits will start another */
}

/* When to end; G_MAXINT64 while there is something to do.  Ends at once when it is time. */
static gint64
consider_end(struct scheduler *s, bool busy, gint64 now)
{
	bool in_hand = false;
	GHashTableIter iter;
	gpointer lane;

	if (s->stop_at) {
		g_hash_table_iter_init(&iter, s->lanes);
		while (g_hash_table_iter_next(&iter, NULL, &lane))
			in_hand = in_hand || lane_leased(lane);
		if (!in_hand || now >= s->stop_at)
			g_main_loop_quit(s->loop);
		return s->stop_at;
	}
	if (busy || clients_waiting(s) || s->machine) {
		s->quiet_since = 0;
		return G_MAXINT64;
	}
	if (!s->quiet_since)
		s->quiet_since = now;
	s->quiet_since = MAX(s->quiet_since, s->not_before);
	if (now - s->quiet_since >= s->options.idle)
		try_to_end(s);
	return s->quiet_since ? s->quiet_since + s->options.idle : now;
}

static gboolean
on_timer(gpointer data)
{
	struct scheduler *s = data;

	s->timer = 0;
	arm(s, g_get_real_time());
	return G_SOURCE_REMOVE;
}

static bool
any_batch(struct scheduler *s)
{
	GHashTableIter iter;
	gpointer lane;
	bool any = false;

	g_hash_table_iter_init(&iter, s->lanes);
	while (g_hash_table_iter_next(&iter, NULL, &lane))
		any = any || lane_has_batch(lane);
	return any;
}

static void sync_soon(struct scheduler *s);

static gboolean
on_sync(gpointer data)
{
	struct scheduler *s = data;
	GHashTableIter iter;
	gpointer lane;

	s->sync = 0;
	g_hash_table_iter_init(&iter, s->lanes);
	while (g_hash_table_iter_next(&iter, NULL, &lane))
		lane_read(lane);
	if (s->begun)
		scheduler_changed(s);
	spooldb_sync_soon(s->db);
	if (spooldb_damaged(s->db))
		scheduler_kick(s);
	sync_soon(s);
	return G_SOURCE_REMOVE;
}

/* What was written, and what stands on boards, goes to disk in one sync with what follows soon. */
static void
sync_soon(struct scheduler *s)
{
	if (!s->sync && (spooldb_pending(s->db) || any_batch(s)))
		s->sync = g_timeout_add(SYNC_AFTER_MS, on_sync, s);
}

/* Does all that is due and sets the clock for what is next. */
static void
arm(struct scheduler *s, gint64 now)
{
	bool busy;
	gint64 next, wait;

	if (!scheduler_heal(s, now)) {
		g_main_loop_quit(s->loop);
		return;
	}
	spooldb_read_begin(s->db);
	scheduler_watch_clock(s, now);
	clients_sweep(s);
	next = drive(s, now, &busy);
	if (s->changed)
		scheduler_changed(s);
	if (s->stop_at) /* only the end of what is in hand counts, and that is an event */
		next = s->stop_at;
	next = MIN(next, scheduler_regain(s, now));
	next = MIN(next, clients_answer(s, now));
	next = MIN(next, consider_end(s, busy, now));
	spooldb_read_end(s->db);
	if (s->timer)
		g_source_remove(s->timer);
	/* The clock may be set: look every minute whatever it says. */
	wait = CLAMP(next - now, 0, 60 * (gint64)G_USEC_PER_SEC);
	s->timer = g_timeout_add((guint)(wait / 1000) + 1, on_timer, s);
	sync_soon(s);
}

static gboolean
on_kick(gpointer data)
{
	struct scheduler *s = data;

	s->kick = 0;
	arm(s, g_get_real_time());
	return G_SOURCE_REMOVE;
}

void
scheduler_kick(struct scheduler *s)
{
	if (!s->kick)
		s->kick = g_idle_add_full(G_PRIORITY_DEFAULT, on_kick, s, NULL);
}

void
scheduler_act(struct scheduler *s)
{
	if (s->kick)
		g_source_remove(s->kick);
	s->kick = 0;
	arm(s, g_get_real_time());
}

guint
scheduler_listen(int fd, int priority, GUnixFDSourceFunc hear, void *context)
{
	GSource *source = g_unix_fd_source_new(fd, G_IO_IN | G_IO_HUP);
	guint id;

	g_source_set_priority(source, priority);
	g_source_set_callback(source, G_SOURCE_FUNC(hear), context, NULL);
	g_source_set_can_recurse(source, TRUE);
	id = g_source_attach(source, NULL);
	g_source_unref(source);
	return id;
}

void
scheduler_changed(struct scheduler *s)
{
	s->changed = s->begun = false;
	clients_notify(s);
}

static void
stop(struct scheduler *s)
{
	if (s->stop_at) /* the second time: now */
		g_main_loop_quit(s->loop);
	service_notify("STOPPING=1\nSTATUS=Finishing what is being sent");
	machine_quiet(s);
	taker_quiet(s);
	s->stop_at = g_get_real_time() + s->options.stop_wait;
	scheduler_kick(s);
}

/* All profiles as they are now: workers are renewed, what a change has mended goes on, and the
 * stores of those that no worker has seen lately are looked through. */
static void
reload(struct scheduler *s)
{
	GHashTableIter iter;
	gpointer value;

	service_notify("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time());
	g_hash_table_iter_init(&iter, s->lanes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct lane *lane = value;

		lane_wake(lane);
		lane_renew(lane);
	}
	g_clear_pointer(&s->catch_up, g_ptr_array_unref);
	machine_reload(s);
	log_info("profiles are read anew");
	service_notify("READY=1");
	scheduler_kick(s);
}

/* Before there is any thread.  GLib's own way to hear of signals would start one. */
static void
catch_signals(struct scheduler *s)
{
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGHUP);
	pthread_sigmask(SIG_BLOCK, &ours, NULL);
	s->signal_fd = signalfd(-1, &ours, SFD_NONBLOCK | SFD_CLOEXEC);
	if (s->signal_fd < 0) /* they end us */
		pthread_sigmask(SIG_UNBLOCK, &ours, NULL);
}

static gboolean
on_signals(gint fd, GIOCondition condition, gpointer data)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			reload(data);
		else
			stop(data);
	}
	return G_SOURCE_CONTINUE;
}

static gboolean
on_watchdog(gpointer data)
{
	service_notify("WATCHDOG=1");
	return G_SOURCE_CONTINUE;
}

static void
say_why_not(const struct scheduler_options *options, const char *why)
{
	g_autofree char *report = g_strconcat("W", why, NULL);

	log_error("%s", why);
	if (options->ready_fd >= 0 && write(options->ready_fd, report, strlen(report)) < 0)
		log_debug("nobody waits for us");
}

void
scheduler_say_why_not(struct scheduler *s, const char *why)
{
	say_why_not(&s->options, why);
}

/* The socket */

void
scheduler_accept(struct scheduler *s)
{
	int fd;

	while ((fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC)) >= 0)
		client_add(s, fd, false);
}

static gboolean
on_connection(gint fd, GIOCondition condition, gpointer data)
{
	scheduler_accept(data);
	return G_SOURCE_CONTINUE; /* who connects says something, or leaves */
}

/* Whether someone listens where we want to, though no spooler runs: a service manager, who starts
 * one when it is connected to. */
static bool
is_served(const char *path)
{
	int fd = ipc_connect(path);

	if (fd < 0)
		return false;
	close(fd);
	return true;
}

static HRESULT
listen_on(struct scheduler *s)
{
	HRESULT hr = paths_make_parent(s->options.socket_path);

	if (FAILED(hr))
		return hr;
	if (!is_inherited(s) && is_served(s->options.socket_path)) {
		log_info("%s is a service manager's: left to it", s->options.socket_path);
		return MAPI_E_BUSY;
	}
	if (!is_inherited(s))
		unlink(s->options.socket_path); /* of a spooler that was killed; we hold the lock */
	s->listen_fd = is_inherited(s) ? s->options.listen_fd : ipc_listen(s->options.socket_path);
	if (s->listen_fd < 0) {
		g_autofree char *text = g_strdup_printf("The spooler cannot listen on %s: %s",
		    s->options.socket_path, g_strerror(errno));

		say_why_not(&s->options, text);
		return MAPI_E_NETWORK_ERROR;
	}
	g_unix_set_fd_nonblocking(s->listen_fd, TRUE, NULL);
	s->listen_source = scheduler_listen(s->listen_fd, G_PRIORITY_HIGH, on_connection, s);
	return lock_write(s->lock_fd, s->options.socket_path);
}

/* Start and stop */

/* A time that the environment may name. */
static gint64
seconds(const char *variable, double fallback)
{
	const char *text = g_getenv(variable);

	return (gint64)((text && *text ? g_ascii_strtod(text, NULL) : fallback) * G_USEC_PER_SEC);
}

struct scheduler_options
scheduler_options_default(void)
{
	struct scheduler_options options = {
		.worker_program = "/proc/self/exe",
		.idle = seconds("EMAPI_IDLE_SECONDS", 60),
		.stop_wait = seconds("EMAPI_STOP_SECONDS", 30),
		.ready_fd = -1,
	};
	char *state = paths_state("spool.db");

	options.listen_fd = service_socket("spooler.sock", &options.socket_path);
	if (options.listen_fd < 0)
		options.socket_path = paths_runtime("spooler.sock");

	options.state_path = g_path_get_dirname(state);
	g_free(state);
	return options;
}

void
scheduler_options_clear(struct scheduler_options *options)
{
	g_free(options->state_path);
	g_free(options->socket_path);
}

static void
on_network(void *context)
{
	struct scheduler *s = context;
	GHashTableIter iter;
	gpointer lane;

	g_hash_table_iter_init(&iter, s->lanes);
	while (g_hash_table_iter_next(&iter, NULL, &lane))
		lane_network(lane, g_get_real_time());
	scheduler_kick(s);
}

/* The worker of the profile that we were started for takes longer to get ready than we do. */
static struct lane *
start_ahead(struct scheduler *s)
{
	g_autoptr(GBytes) uid = g_bytes_new(&s->options.wake, sizeof(MAPIUID));

	return s->options.wakes ? lane_start_ahead(s, uid) : NULL;
}

/* He is connected, or has gone. */
static gboolean
on_starter_left(gint fd, GIOCondition condition, gpointer data)
{
	struct scheduler *s = data;

	s->starter_source = 0;
	s->not_before = s->quiet_since = 0;
	close(s->options.ready_fd);
	s->options.ready_fd = -1;
	scheduler_kick(s);
	return G_SOURCE_REMOVE;
}

static void
tell_starter(struct scheduler *s, gint64 now)
{
	int fd = s->options.ready_fd;

	if (fd < 0)
		return;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	if (write(fd, "1", 1) != 1)
		log_debug("nobody waits for us");
	s->not_before = now + STARTER_WAITS;
	s->starter_source = g_unix_fd_add(fd, G_IO_ERR, on_starter_left, s);
}

static HRESULT
start(struct scheduler *s)
{
	gint64 now = g_get_real_time();
	struct lane *ahead;
	HRESULT hr;

	sqlite3_initialize(); /* which the worker needs too */
	ahead = start_ahead(s);
	heap_take(MEMORY); /* not before the worker, which would have it to copy */
	hr = scheduler_open_database(s, now);
	if (FAILED(hr))
		return hr;
	hr = listen_on(s);
	if (FAILED(hr))
		return hr;
	if (ahead)
		lane_ready(ahead);
	lanes_from_queue(s);
	s->prune_at = s->catch_up_at = now + MIN(CATCH_UP_AFTER, s->options.idle);
	s->not_before = now + FIRST_CLIENT;
	s->network = network_watch(on_network, s);
	if (s->options.machine)
		hr = machine_start(s);
	if (FAILED(hr))
		return hr;
	tell_starter(s, now);
	service_notify("READY=1\nSTATUS=Serving %s", s->options.socket_path);
	return S_OK;
}

static void
loop(struct scheduler *s)
{
	gint64 watchdog = service_watchdog();
	guint sources[2] = { 0 };

	s->loop = g_main_loop_new(NULL, FALSE);
	if (s->signal_fd >= 0)
		sources[0] = g_unix_fd_add(s->signal_fd, G_IO_IN, on_signals, s);
	if (watchdog > 0)
		sources[1] = g_timeout_add((guint)MAX(watchdog / 2000, 1), on_watchdog, s);
	scheduler_kick(s);
	g_main_loop_run(s->loop);
	for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
		if (sources[i])
			g_source_remove(sources[i]);
	g_main_loop_unref(s->loop);
}

static void
finish(struct scheduler *s)
{
	network_free(s->network);
	if (s->timer)
		g_source_remove(s->timer);
	if (s->kick)
		g_source_remove(s->kick);
	if (s->starter_source)
		g_source_remove(s->starter_source);
	if (s->sync)
		g_source_remove(s->sync);
	machine_stop(s);
	taker_stop(s);
	if (s->listen_fd >= 0) {
		if (!is_inherited(s))
			unlink(s->options.socket_path);
		g_source_remove(s->listen_source);
		close(s->listen_fd);
	}
	g_ptr_array_unref(s->clients);
	g_hash_table_unref(s->lanes); /* closes the workers' sockets: they end */
	if (s->catch_up)
		g_ptr_array_unref(s->catch_up);
	spooldb_close(s->db);
	if (is_inherited(s))
		lock_leave(s->lock_fd, s->options.socket_path);
	else
		lock_drop(s->lock_fd);
	if (s->signal_fd >= 0)
		close(s->signal_fd);
}

int
scheduler_run(const struct scheduler_options *options)
{
	struct scheduler s = {
		.options = *options, .lock_fd = -1, .listen_fd = -1, .signal_fd = -1
	};
	g_autofree char *lock_path = g_strconcat(options->state_path, "/spooler.lock", NULL);
	HRESULT hr = is_inherited(&s) ? lock_take_over(lock_path,
					    options->stop_wait + G_USEC_PER_SEC, &s.lock_fd)
				      : lock_take(lock_path, &s.lock_fd);

	if (hr == MAPI_E_BUSY) {
		log_debug("another spooler runs");
		return 0;
	}
	if (FAILED(hr)) {
		g_autofree char *text =
		    g_strdup_printf("The spooler cannot write %s: %s", lock_path, hr_text(hr));

		say_why_not(options, text);
		return 1;
	}
	signal(SIGPIPE, SIG_IGN);
	catch_signals(&s);
	s.policy = retry_policy_default();
	s.clients = g_ptr_array_new_with_free_func((GDestroyNotify)client_free);
	s.lanes = g_hash_table_new_full(
	    g_bytes_hash, g_bytes_equal, (GDestroyNotify)g_bytes_unref, (GDestroyNotify)lane_free);
	hr = start(&s);
	if (SUCCEEDED(hr))
		loop(&s);
	finish(&s);
	return FAILED(hr) && hr != MAPI_E_BUSY ? 1 : 0;
}
