/* SPDX-License-Identifier: MIT */
/*
 * Only under the thread sanitizer (make tsan): GLib's mutexes and conditions are futexes inside a
 * library that the sanitizer does not watch, and everything they protect would look like a race.
 * These stand before GLib's functions of the same names and tell it what happens.
 */
#include <dlfcn.h>
#include <stdatomic.h>
#include <glib.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

/* GLib's own, looked for once; by two threads at once it may be twice. */
static void *
find(void *_Atomic *known, const char *name)
{
	void *function = atomic_load_explicit(known, memory_order_acquire);

	if (!function) {
		function = dlsym(RTLD_NEXT, name);
		atomic_store_explicit(known, function, memory_order_release);
	}
	return function;
}

#define NEXT(name)                                                                                 \
	static void *_Atomic known;                                                                \
	__typeof__(&name) next = (__typeof__(&name))find(&known, #name)

void
g_mutex_lock(GMutex *mutex)
{
	NEXT(g_mutex_lock);

	next(mutex);
	__tsan_acquire(mutex);
}

gboolean
g_mutex_trylock(GMutex *mutex)
{
	NEXT(g_mutex_trylock);
	gboolean got;

	got = next(mutex);
	if (got)
		__tsan_acquire(mutex);
	return got;
}

void
g_mutex_unlock(GMutex *mutex)
{
	NEXT(g_mutex_unlock);

	__tsan_release(mutex);
	next(mutex);
}

void
g_cond_wait(GCond *cond, GMutex *mutex)
{
	NEXT(g_cond_wait);

	__tsan_release(mutex);
	next(cond, mutex);
	__tsan_acquire(mutex);
}

gboolean
g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end)
{
	NEXT(g_cond_wait_until);
	gboolean woken;

	__tsan_release(mutex);
	woken = next(cond, mutex, end);
	__tsan_acquire(mutex);
	return woken;
}
