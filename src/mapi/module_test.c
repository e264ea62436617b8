/* SPDX-License-Identifier: MIT */
/* A provider that is part of the program is asked in the place of a file, but not where somebody
 * says in which folders providers are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <glib.h>
#include <mapicode.h>
#include "module.h"

static IMSProvider provider;
static int asked;

HRESULT
MSProviderInit(HINSTANCE instance, LPMALLOC heap, LPALLOCATEBUFFER allocate, LPALLOCATEMORE more,
    LPFREEBUFFER free_buffer, ULONG flags, ULONG version, ULONG *provider_version,
    LPMSPROVIDER *out)
{
	asked++;
	*provider_version = CURRENT_SPI_VERSION;
	*out = &provider;
	return S_OK;
}

static const struct module_part parts[] = { { "emapi_part.so", "MSProviderInit", MSProviderInit } };

static void
a_part_is_asked(void **state)
{
	IMSProvider *found = NULL;

	g_unsetenv("EMAPI_PROVIDER_PATH");
	assert_true(module_is_here("emapi_part.so"));
	assert_int_equal(module_ms_provider("emapi_part.so", &found, NULL), S_OK);
	assert_ptr_equal(found, &provider);
	assert_int_equal(asked, 1);
}

static void
another_interface_is_not_it(void **state)
{
	g_autofree char *why = NULL;
	IABProvider *found = NULL;

	g_unsetenv("EMAPI_PROVIDER_PATH");
	assert_int_equal(module_ab_provider("emapi_part.so", &found, &why), MAPI_E_FAILONEPROVIDER);
	assert_non_null(strstr(why, "emapi_part.so"));
}

static void
a_folder_of_providers_comes_first(void **state)
{
	g_autofree char *why = NULL;
	IMSProvider *found = NULL;

	asked = 0;
	g_setenv("EMAPI_PROVIDER_PATH", "/nonexistent", TRUE);
	assert_int_equal(module_ms_provider("emapi_part.so", &found, &why), MAPI_E_FAILONEPROVIDER);
	assert_non_null(strstr(why, "EMAPI_PROVIDER_PATH"));
	assert_int_equal(asked, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_part_is_asked),
		cmocka_unit_test(another_interface_is_not_it),
		cmocka_unit_test(a_folder_of_providers_comes_first),
	};

	module_parts(parts, G_N_ELEMENTS(parts));
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
