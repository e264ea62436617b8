/* SPDX-License-Identifier: MIT */
/*
 * Only under the thread sanitizer (make tsan): GLib's mutexes and conditions are futexes inside a
 * library that the sanitizer does not watch, and everything they protect would look like a race.
 * These stand before GLib's functions of the same names and tell it what happens.
 */
#include <dlfcn.h>
#include <glib.h>

void __tsan_acquire(void *address);
void __tsan_release(void *address);

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

void
g_mutex_lock(GMutex *mutex)
{
	static __typeof__(&g_mutex_lock) next;

	if (!next)
		next = NEXT(g_mutex_lock);
	next(mutex);
	__tsan_acquire(mutex);
}

gboolean
g_mutex_trylock(GMutex *mutex)
{
	static __typeof__(&g_mutex_trylock) next;
	gboolean got;

	if (!next)
		next = NEXT(g_mutex_trylock);
	got = next(mutex);
	if (got)
		__tsan_acquire(mutex);
	return got;
}

void
g_mutex_unlock(GMutex *mutex)
{
	static __typeof__(&g_mutex_unlock) next;

	if (!next)
		next = NEXT(g_mutex_unlock);
	__tsan_release(mutex);
	next(mutex);
}

void
g_cond_wait(GCond *cond, GMutex *mutex)
{
	static __typeof__(&g_cond_wait) next;

	if (!next)
		next = NEXT(g_cond_wait);
	__tsan_release(mutex);
	next(cond, mutex);
	__tsan_acquire(mutex);
}

gboolean
g_cond_wait_until(GCond *cond, GMutex *mutex, gint64 end)
{
	static __typeof__(&g_cond_wait_until) next;
	gboolean woken;

	if (!next)
		next = NEXT(g_cond_wait_until);
	__tsan_release(mutex);
	woken = next(cond, mutex, end);
	__tsan_acquire(mutex);
	return woken;
}
