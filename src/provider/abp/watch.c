/* SPDX-License-Identifier: MIT */
/* Notifications of a book: see watch.h. */
#include "watch.h"

#include <pthread.h>
#include <time.h>
#include <mapicode.h>
#include "log.h"
#include "hr.h"

#define PAUSE 250000000L /* nanoseconds */
#define SECOND 1000000000L

/* Locks, outermost first: `looking`, then `mutex`.  No other lock of abp is held when they are
 * taken, but the logon's in abp_watch_start(). */
struct abp_watch {
	struct abp_logon *logon; /* which ends the watch before it goes */
	void *source;            /* of struct abp_ops */
	GThread *thread;
	pthread_mutex_t looking; /* over `source`: what is read is told before more is read */
	pthread_mutex_t mutex;   /* over what follows */
	pthread_cond_t changed;  /* on the monotonic clock */
	bool stop;
	bool orphan;  /* the thread frees it */
	bool failing; /* under `looking`: it was told that nothing can be read */
	GArray *listeners;
};

/* --- Telling ------------------------------------------------------------------------------- */

static void
clear_change(void *object)
{
	struct abp_change *change = object;

	g_clear_pointer(&change->key.bytes, g_bytes_unref);
}

static void
note_change(void *context, ULONG event, const struct abp_key *key)
{
	struct abp_change change = { event, { 0, NULL } };

	if (key)
		change.key = (struct abp_key){ key->type, g_bytes_ref(key->bytes) };
	g_array_append_val((GArray *)context, change);
}

/* Those that are still there, each with a reference. */
static GArray *
hold_listeners(struct abp_watch *watch)
{
	GArray *held = g_array_new(FALSE, FALSE, sizeof(struct abp_listener));

	pthread_mutex_lock(&watch->mutex);
	for (guint i = 0; i < watch->listeners->len; i++) {
		struct abp_listener *one = &g_array_index(watch->listeners, struct abp_listener, i);

		if (com_try_add_ref(one->object))
			g_array_append_val(held, *one);
	}
	pthread_mutex_unlock(&watch->mutex);
	return held;
}

static void
tell(struct abp_watch *watch, const GArray *changes)
{
	const struct abp_change *all = (const struct abp_change *)(const void *)changes->data;
	GArray *listeners = hold_listeners(watch);

	for (guint i = 0; i < changes->len; i++)
		abp_notify(watch->logon, all[i].event, all[i].event ? &all[i].key : NULL);
	for (guint i = 0; i < listeners->len; i++) {
		struct abp_listener *one = &g_array_index(listeners, struct abp_listener, i);

		one->changed(one->object, all, changes->len);
		com_release(one->object);
	}
	g_array_unref(listeners);
}

static void
look(struct abp_watch *watch)
{
	GArray *changes = g_array_new(FALSE, FALSE, sizeof(struct abp_change));
	HRESULT hr;

	g_array_set_clear_func(changes, clear_change);
	pthread_mutex_lock(&watch->looking);
	hr = watch->logon->ops->changes(watch->source, note_change, changes);
	if (changes->len)
		tell(watch, changes);
	if (FAILED(hr) && !watch->failing) {
		log_warning("the address book's changes cannot be read: %s", hr_name(hr));
		abp_notify_failure(watch->logon, hr);
	}
	watch->failing = FAILED(hr);
	pthread_mutex_unlock(&watch->looking);
	g_array_unref(changes);
}

/* --- The thread ---------------------------------------------------------------------------- */

/* For a quarter of a second; false: the end. */
static bool
rest(struct abp_watch *watch)
{
	struct timespec until;
	bool stop;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += PAUSE;
	until.tv_sec += until.tv_nsec / SECOND;
	until.tv_nsec %= SECOND;
	pthread_mutex_lock(&watch->mutex);
	while (!watch->stop && !pthread_cond_timedwait(&watch->changed, &watch->mutex, &until))
		;
	stop = watch->stop;
	pthread_mutex_unlock(&watch->mutex);
	return !stop;
}

static void
free_watch(struct abp_watch *watch, const struct abp_ops *ops)
{
	ops->unwatch(watch->source);
	g_array_unref(watch->listeners);
	pthread_mutex_destroy(&watch->looking);
	pthread_mutex_destroy(&watch->mutex);
	pthread_cond_destroy(&watch->changed);
	g_free(watch);
}

static gpointer
run(gpointer context)
{
	struct abp_watch *watch = context;
	const struct abp_ops *ops = watch->logon->ops;

	while (rest(watch))
		look(watch);
	if (watch->orphan)
		free_watch(watch, ops);
	return NULL;
}

/* --- Beginning and end --------------------------------------------------------------------- */

static struct abp_watch *
create_watch(struct abp_logon *logon, void *source)
{
	struct abp_watch *watch = g_new0(struct abp_watch, 1);
	pthread_condattr_t clock;

	watch->logon = logon;
	watch->source = source;
	watch->listeners = g_array_new(FALSE, FALSE, sizeof(struct abp_listener));
	pthread_mutex_init(&watch->looking, NULL);
	pthread_mutex_init(&watch->mutex, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&watch->changed, &clock);
	pthread_condattr_destroy(&clock);
	return watch;
}

HRESULT
abp_watch_start(struct abp_logon *logon, char **why)
{
	struct abp_watch *watch;
	void *source = NULL;
	HRESULT hr;

	if (!logon->ops->watch)
		return MAPI_E_NO_SUPPORT;
	if (g_atomic_pointer_get(&logon->watch))
		return S_OK;
	hr = logon->ops->watch(logon->book, &source, why);
	if (FAILED(hr))
		return hr;
	watch = create_watch(logon, source);
	watch->thread = g_thread_try_new("emapi contacts", run, watch, NULL);
	if (!watch->thread) {
		free_watch(watch, logon->ops);
		return MAPI_E_NOT_ENOUGH_RESOURCES;
	}
	g_atomic_pointer_set(&logon->watch, watch);
	return S_OK;
}

void
abp_watch_look(struct abp_logon *logon)
{
	struct abp_watch *watch = g_atomic_pointer_get(&logon->watch);

	if (watch)
		look(watch);
}

/* The last reference may have gone with an event, on the thread itself. */
void
abp_watch_stop(struct abp_logon *logon)
{
	struct abp_watch *watch = logon->watch;
	GThread *thread;
	bool own;

	if (!watch)
		return;
	logon->watch = NULL;
	thread = watch->thread;
	own = thread == g_thread_self();
	pthread_mutex_lock(&watch->mutex);
	watch->stop = true;
	watch->orphan = own;
	pthread_cond_signal(&watch->changed);
	pthread_mutex_unlock(&watch->mutex);
	if (own) {
		g_thread_unref(thread);
		return;
	}
	g_thread_join(thread);
	free_watch(watch, logon->ops);
}

/* --- Tables -------------------------------------------------------------------------------- */

void
abp_watch_add(struct abp_logon *logon, const struct abp_listener *listener)
{
	struct abp_watch *watch = g_atomic_pointer_get(&logon->watch);

	pthread_mutex_lock(&watch->mutex);
	g_array_append_val(watch->listeners, *listener);
	pthread_mutex_unlock(&watch->mutex);
}

void
abp_watch_remove(struct abp_logon *logon, const struct com_object *object)
{
	struct abp_watch *watch = g_atomic_pointer_get(&logon->watch);

	if (!watch)
		return;
	pthread_mutex_lock(&watch->mutex);
	for (guint i = watch->listeners->len; i-- > 0;)
		if (g_array_index(watch->listeners, struct abp_listener, i).object == object)
			g_array_remove_index_fast(watch->listeners, i);
	pthread_mutex_unlock(&watch->mutex);
}
