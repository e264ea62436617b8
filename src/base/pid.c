/* SPDX-License-Identifier: MIT */
/* See pid.h.  The number stands in a page that the kernel empties in each child (madvise(2),
 * MADV_WIPEONFORK): a handler of pthread_atfork() would not see every way to fork. */
#include "pid.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

static _Atomic pid_t *known; /* NULL: the kernel cannot */

static void
make_page(void)
{
	size_t size = (size_t)sysconf(_SC_PAGESIZE);
	void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return;
	if (madvise(page, size, MADV_WIPEONFORK) == 0)
		known = page;
	else
		munmap(page, size);
}

pid_t
pid_self(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pid_t pid;

	pthread_once(&once, make_page);
	pid = known ? atomic_load_explicit(known, memory_order_relaxed) : 0;
	if (pid == 0) {
		pid = getpid();
		if (known)
			atomic_store_explicit(known, pid, memory_order_relaxed);
	}
	return pid;
}
