/* SPDX-License-Identifier: MIT */
/* What was asked for beforehand costs no page faults later. */
#include "heap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define SIZE (480 * 1024)
#define BLOCK 1500
#define FEW 12 /* of the program's own */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(MADV_POPULATE_WRITE)
#define OURS false
#else
#define OURS (getenv("EMAPI_MEM") == NULL) /* not valgrind's malloc() */
#endif

static long
faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

/* Page faults of a new process that fills blocks of SIZE in all. */
static int
faults_of(size_t first, size_t taken)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		long before;

		if (first)
			heap_take(first);
		if (taken)
			heap_take(taken);
		before = faults();
		for (size_t all = 0; all < SIZE - 32 * 1024; all += BLOCK + 16) {
			void *volatile block = malloc(BLOCK);

			if (block)
				memset(block, 1, BLOCK);
		}
		before = faults() - before;
		_exit(before < 250 ? (int)before : 250);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
blocks_lie_where_memory_was_taken(void **state)
{
	if (!OURS)
		return;
	assert_true(faults_of(0, 0) > 80);
	assert_true(faults_of(0, SIZE) <= FEW);
	/* A scheduler takes some first, and more when it has a worker. */
	assert_true(faults_of(96 * 1024, SIZE) <= FEW + 8);
}

/* A block that is larger than what was taken is mapped by itself, and gone when it is freed. */
static void
large_blocks_are_given_back(void **state)
{
	char *block;
	unsigned char here;

	heap_take(SIZE);
	block = malloc(8 * SIZE);
	assert_non_null(block);
	memset(block, 1, 8 * SIZE);
	free(block);
	if (OURS)
		assert_int_not_equal(
		    mincore((void *)(((uintptr_t)block + SIZE) & ~(uintptr_t)4095), 4096, &here),
		    0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_lie_where_memory_was_taken),
		cmocka_unit_test(large_blocks_are_given_back),
	};

	return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
