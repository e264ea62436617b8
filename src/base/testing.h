/* SPDX-License-Identifier: MIT */
/* For tests: cmocka with what it needs before it, and a walk over all failures of memory. */
#ifndef EMAPI_BASE_TESTING_H
#define EMAPI_BASE_TESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <mapicode.h>
#include "mem.h"

/* Runs `work`, which must give back all memory it takes, once whole and then once for each MAPI
 * buffer it allocates, with that allocation failing: it has to answer MAPI_E_NOT_ENOUGH_MEMORY and
 * leave no block behind. */
static inline void
test_each_allocation_fails(HRESULT (*work)(void *context), void *context)
{
	unsigned long before = mem_live(), start = mem_allocations(), count, i;

	assert_int_equal(work(context) & 0x80000000, 0);
	assert_int_equal(mem_live(), before);
	count = mem_allocations() - start;
	assert_true(count > 0);
	for (i = 1; i <= count; i++) {
		HRESULT hr;

		mem_fail_after(i);
		hr = work(context);
		mem_fail_after(0);
		assert_int_equal(hr, MAPI_E_NOT_ENOUGH_MEMORY);
		assert_int_equal(mem_live(), before);
	}
}

#endif
