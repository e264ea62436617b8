/* SPDX-License-Identifier: MIT */
/* DBGMEM_* (mapidbg.h), paths of shares (mapiutil.h), forms (mapiform.h). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <glib.h>
#include <mapicode.h>
#include <mapidbg.h>
#include <mapiform.h>
#include <mapiutil.h>
#include "unc.h"

static int leaks;

static void
note_leak(void)
{
	leaks++;
}

/* What `call` says on standard error; g_free(). */
static char *
said(void (*call)(IMalloc *), IMalloc *watched)
{
	char *path = NULL, *text = NULL;
	int fd = g_file_open_tmp(NULL, &path, NULL), old = dup(2);

	fflush(stderr);
	dup2(fd, 2);
	call(watched);
	fflush(stderr);
	dup2(old, 2);
	close(old);
	close(fd);
	g_file_get_contents(path, &text, NULL, NULL);
	unlink(path);
	g_free(path);
	return text;
}

static void
look(IMalloc *watched)
{
	DBGMEM_CheckMemFn(watched, FALSE);
}

static void
shut_down(IMalloc *watched)
{
	DBGMEM_ShutdownFn(watched);
}

static void
test_writing_past_the_end_is_told(void **state)
{
	IMalloc *watched = DBGMEM_EncapsulateFn(MAPIGetDefaultMalloc(), (char *)"test", TRUE);
	char *block = watched->lpVtbl->Alloc(watched, 10), kept, *text;

	assert_int_equal(watched->lpVtbl->GetSize(watched, block), 10);
	assert_int_equal(watched->lpVtbl->DidAlloc(watched, block), 1);
	memset(block, 'x', 10);
	text = said(look, watched);
	assert_string_equal(text, "");
	g_free(text);
	kept = block[10];
	block[10] = 'x';
	text = said(look, watched);
	assert_non_null(strstr(text, "test: "));
	assert_non_null(strstr(text, "10 bytes): written past its end"));
	g_free(text);
	block[10] = kept;
	block = watched->lpVtbl->Realloc(watched, block, 20);
	assert_memory_equal(block, "xxxxxxxxxx", 10);
	watched->lpVtbl->Free(watched, block);
	text = said(shut_down, watched);
	assert_string_equal(text, "");
	g_free(text);
}

static void
test_what_was_not_freed_is_told(void **state)
{
	IMalloc *watched = DBGMEM_EncapsulateFn(MAPIGetDefaultMalloc(), (char *)"test", FALSE);
	void *wanted = watched->lpVtbl->Alloc(watched, 1), *leaked;
	char *text;

	leaked = watched->lpVtbl->Alloc(watched, 77);
	DBGMEM_NoLeakDetectFn(watched, wanted);
	DBGMEM_LeakHook((FARPROC)note_leak);
	watched->lpVtbl->AddRef(watched);
	text = said(shut_down, watched);
	DBGMEM_LeakHook(NULL);
	assert_int_equal(leaks, 1);
	assert_non_null(strstr(text, "77 bytes) was not freed"));
	assert_null(strstr(text, "1 bytes)"));
	g_free(text);
	watched->lpVtbl->Free(watched, wanted);
	watched->lpVtbl->Free(watched, leaked);
	watched->lpVtbl->Release(watched);
}

static void
test_an_allocation_can_be_made_to_fail(void **state)
{
	IMalloc *watched = DBGMEM_EncapsulateFn(MAPIGetDefaultMalloc(), NULL, FALSE);
	void *first, *third;

	DBGMEM_SetFailureAtFn(watched, 2);
	first = watched->lpVtbl->Alloc(watched, 1);
	assert_non_null(first);
	assert_null(watched->lpVtbl->Alloc(watched, 1));
	third = watched->lpVtbl->Alloc(watched, 1);
	assert_non_null(third);
	watched->lpVtbl->Free(watched, first);
	watched->lpVtbl->Free(watched, third);
	DBGMEM_ShutdownFn(watched);
}

static void
test_shares_that_are_mounted_have_both_names(void **state)
{
	static const struct {
		const char *local, *unc;
	} cases[] = { { "/mnt/all/a/b.txt", "\\\\server\\share\\a\\b.txt" },
		{ "/mnt/all", "\\\\server\\share" }, { "/mnt/all/deep/x", "\\\\server\\deep\\x" },
		{ "/mnt/with space/y", "\\\\other\\s\\y" } };
	char *path = NULL, *got = NULL;
	int fd = g_file_open_tmp(NULL, &path, NULL);

	close(fd);
	g_file_set_contents(path,
	    "/dev/sda1 / ext4 rw 0 0\n//server/share /mnt/all cifs rw 0 0\n"
	    "//server/deep /mnt/all/deep smb3 rw 0 0\n//other/s /mnt/with\\040space cifs rw 0 0\n",
	    -1, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_int_equal(unc_from_local(path, cases[i].local, &got), S_OK);
		assert_string_equal(got, cases[i].unc);
		g_free(got);
		assert_int_equal(unc_to_local(path, cases[i].unc, &got), S_OK);
		assert_string_equal(got, cases[i].local);
		g_free(got);
	}
	assert_int_equal(unc_to_local(path, "\\\\SERVER\\Share\\A", &got), S_OK);
	assert_string_equal(got, "/mnt/all/A");
	g_free(got);
	assert_int_equal(unc_from_local(path, "/mnt/allergy", &got), MAPI_E_NOT_FOUND);
	assert_int_equal(unc_to_local(path, "\\\\server\\none", &got), MAPI_E_NOT_FOUND);
	unlink(path);
	g_free(path);
}

static void
test_paths_that_are_there_already(void **state)
{
	char room[16] = "old";

	assert_int_equal(ScUNCFromLocalPath((char *)"\\\\s\\x", room, sizeof room), S_FALSE);
	assert_string_equal(room, "\\\\s\\x");
	assert_int_equal(ScLocalPathFromUNC((char *)"/tmp/x", room, sizeof room), S_FALSE);
	assert_string_equal(room, "/tmp/x");
	assert_int_equal(ScLocalPathFromUNC((char *)"/a/path/that/is/too/long", room, sizeof room),
	    MAPI_E_TOO_BIG);
	assert_int_equal(ScUNCFromLocalPath(NULL, room, sizeof room), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(ScUNCFromLocalPath((char *)"/", room, 0), MAPI_E_INVALID_PARAMETER);
}

static void
test_there_is_no_form_library(void **state)
{
	LPMAPIFORMCONTAINER container = (LPMAPIFORMCONTAINER)(uintptr_t)1;

	assert_int_equal(MAPIOpenLocalFormContainer(&container), MAPI_E_NO_SUPPORT);
	assert_null(container);
	assert_int_equal(MAPIOpenLocalFormContainer(NULL), MAPI_E_INVALID_PARAMETER);
	assert_int_equal(MAPIOpenFormMgr(NULL, NULL), MAPI_E_INVALID_PARAMETER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_writing_past_the_end_is_told),
		cmocka_unit_test(test_what_was_not_freed_is_told),
		cmocka_unit_test(test_an_allocation_can_be_made_to_fail),
		cmocka_unit_test(test_shares_that_are_mounted_have_both_names),
		cmocka_unit_test(test_paths_that_are_there_already),
		cmocka_unit_test(test_there_is_no_form_library),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
