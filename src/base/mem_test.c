/* SPDX-License-Identifier: MIT */
/* MAPI buffers: misuse is noticed, everything hung on a root goes with it, also from threads. */
#include "testing.h"

#include <glib.h>
#include <stdbool.h>
#include <string.h>
#include <stdalign.h>

static void
parts_go_with_their_root(void **state)
{
	unsigned long before = mem_live();
	void *root, *part;
	ULONG i;

	assert_int_equal(mem_allocate(100, &root), S_OK);
	for (i = 0; i < 1000; i++) {
		assert_int_equal(mem_allocate_more(i, root, &part), S_OK);
		assert_int_equal((uintptr_t)part % alignof(max_align_t), 0);
		memset(part, 0xAA, i);
	}
	assert_int_equal(mem_live(), before + 1001);
	assert_int_equal(mem_free(root), 0);
	assert_int_equal(mem_live(), before);
}

static void
misuse_is_refused(void **state)
{
	void *root, *part, *out = &root;
	alignas(max_align_t) char foreign[64] = { 0 };

	assert_int_equal(mem_allocate(1, &root), S_OK);
	assert_int_equal(mem_allocate_more(1, root, &part), S_OK);
	assert_int_equal(mem_free(NULL), 0);
	assert_int_equal(mem_free(part), (ULONG)MAPI_E_INVALID_PARAMETER);
	assert_int_equal(mem_free(foreign + 32), (ULONG)MAPI_E_INVALID_PARAMETER);
	assert_int_equal(mem_free(foreign + 33), (ULONG)MAPI_E_INVALID_PARAMETER);
	assert_int_equal(mem_allocate_more(1, part, &out), MAPI_E_INVALID_PARAMETER);
	assert_null(out);
	assert_int_equal(mem_allocate_more(1, NULL, &out), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(mem_allocate(1, NULL), MAPI_E_INVALID_PARAMETER);
	assert_null(mem_zalloc(part, 1));
	assert_int_equal(mem_free(root), 0);
}

static void
sizes_do_not_wrap(void **state)
{
	assert_null(mem_zalloc(NULL, (size_t)UINT32_MAX + 1));
	assert_null(mem_zalloc(NULL, SIZE_MAX));
	assert_null(mem_strndup(NULL, "", SIZE_MAX));
}

static void
copies_are_whole(void **state)
{
	WCHAR wide[] = { 'a', 0xD800, 'b', 0 };
	void *root = mem_zalloc(NULL, 0);
	char *text = mem_strdup(root, "text");
	WCHAR *copy = mem_wcsdup(root, wide);

	assert_string_equal(text, "text");
	assert_string_equal(mem_strndup(root, "text", 2), "te");
	assert_memory_equal(copy, wide, sizeof(wide));
	mem_free(root);
}

static void
one_allocation_fails(void **state)
{
	void *first, *second, *third;

	mem_fail_after(2);
	assert_int_equal(mem_allocate(1, &first), S_OK);
	assert_int_equal(mem_allocate(1, &second), MAPI_E_NOT_ENOUGH_MEMORY);
	assert_null(second);
	assert_int_equal(mem_allocate(1, &third), S_OK);
	mem_fail_after(0);
	mem_free(first);
	mem_free(third);
}

static gpointer
hang_many(gpointer root)
{
	int i;

	for (i = 0; i < 10000; i++)
		if (!mem_zalloc(root, 8))
			return GINT_TO_POINTER(1);
	return NULL;
}

static void
threads_share_a_root(void **state)
{
	unsigned long before = mem_live();
	void *root = mem_zalloc(NULL, 8);
	GThread *threads[4];
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("hang", hang_many, root);
	for (i = 0; i < G_N_ELEMENTS(threads); i++)
		assert_null(g_thread_join(threads[i]));
	assert_int_equal(mem_live(), before + 40001);
	mem_free(root);
	assert_int_equal(mem_live(), before);
}

/* Parts of all sizes in turn, as they come from slabs and beside them, keep to their own bytes. */
static void
parts_do_not_overlap(void **state)
{
	enum { PARTS = 600 };
	unsigned long before = mem_live();
	BYTE *root = mem_zalloc(NULL, 10), *parts[PARTS];
	size_t i, j;

	for (i = 0; i < PARTS; i++) {
		parts[i] = mem_zalloc(root, i);
		assert_non_null(parts[i]);
		assert_int_equal((uintptr_t)parts[i] % 16, 0);
		for (j = 0; j < i; j++)
			assert_int_equal(parts[i][j], 0);
		memset(parts[i], (int)(i & 0xff), i);
		assert_int_equal(mem_free(parts[i]), (ULONG)MAPI_E_INVALID_PARAMETER);
	}
	for (i = 0; i < PARTS; i++)
		for (j = 0; j < i; j++)
			assert_int_equal(parts[i][j], i & 0xff);
	assert_int_equal(mem_live(), before + PARTS + 1);
	assert_int_equal(mem_free(root), 0);
	assert_int_equal(mem_live(), before);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_go_with_their_root),
		cmocka_unit_test(misuse_is_refused),
		cmocka_unit_test(sizes_do_not_wrap),
		cmocka_unit_test(copies_are_whole),
		cmocka_unit_test(one_allocation_fails),
		cmocka_unit_test(threads_share_a_root),
		cmocka_unit_test(parts_do_not_overlap),
	};

	return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
