/* SPDX-License-Identifier: MIT */
/*
 * Profile files: whatever text one holds, it is refused with words, or each of its sections can be
 * read, and what was read is the same after it was written and read again.  The same file stands
 * for a mapisvc.inf.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <glib.h>
#include <mapicode.h>
#include <mapidefs.h>
#include "fuzz.h"
#include "mapisvc.h"
#include "mem.h"
#include "profile.h"
#include "profile_private.h"
#include "prop.h"

/* The input as a file; its path. */
static char *
write_file(const uint8_t *data, size_t size, int *fd)
{
	*fd = memfd_create("profile", 0);
	FUZZ_ASSERT(*fd >= 0);
	FUZZ_ASSERT(write(*fd, data, size) == (ssize_t)size);
	return g_strdup_printf("/proc/self/fd/%d", *fd);
}

/* The last of those with this property; NULL where there is none. */
static const SPropValue *
find_last(const SPropValue *values, ULONG count, ULONG tag)
{
	while (count-- > 0)
		if (PROP_ID(values[count].ulPropTag) == PROP_ID(tag))
			return &values[count];
	return NULL;
}

static void
check_same(const SPropValue *values, ULONG count, const SPropValue *again, ULONG count_again)
{
	ULONG i;

	for (i = 0; i < count; i++) {
		ULONG tag = values[i].ulPropTag;
		const SPropValue *written = find_last(values, count, tag),
				 *read = find_last(again, count_again, tag);

		FUZZ_ASSERT(prop_check(&values[i]) == S_OK);
		FUZZ_ASSERT(read && prop_check(read) == S_OK);
		FUZZ_ASSERT(read->ulPropTag != written->ulPropTag || !prop_compare(read, written));
	}
}

/* Where a person wrote a property twice, the last one counts. */
static void
write_and_read(const MAPIUID *section, const SPropValue *values, ULONG count)
{
	struct profile copy = { .keys = g_key_file_new() };
	char *group = profile_group_name("Provider", section);
	SPropValue *again = NULL;
	char *what;
	ULONG i, count_again = 0;

	g_mutex_init(&copy.lock);
	g_key_file_set_string(copy.keys, group, "Type", "store");
	for (i = 0; i < count; i++)
		FUZZ_ASSERT(profile_put_value(copy.keys, group, &values[i]) == S_OK);
	FUZZ_ASSERT(profile_check_values(copy.keys, &what) == S_OK && !what);
	FUZZ_ASSERT(profile_section_read(&copy, section, &again, &count_again) == S_OK);
	check_same(values, count, again, count_again);
	mem_free(again);
	g_free(group);
	g_key_file_free(copy.keys);
	g_mutex_clear(&copy.lock);
}

static void
read_sections(struct profile *profile)
{
	GArray *providers = profile_providers(profile, 0);
	guint i;

	for (i = 0; i < providers->len; i++) {
		const MAPIUID *section = &g_array_index(providers, MAPIUID, i);
		SPropValue *values = NULL;
		ULONG count = 0;

		FUZZ_ASSERT(profile_section_read(profile, section, &values, &count) == S_OK);
		write_and_read(section, values, count);
		mem_free(values);
	}
	g_array_unref(providers);
}

static void
read_services(GKeyFile *inf)
{
	char **groups = g_key_file_get_groups(inf, NULL);
	size_t i;

	for (i = 0; groups[i]; i++) {
		SPropValue *values = NULL;
		ULONG count = 0, k;

		if (SUCCEEDED(mapisvc_values(inf, groups[i], &values, &count)))
			for (k = 0; k < count; k++)
				FUZZ_ASSERT(prop_check(&values[k]) == S_OK);
		mem_free(values);
		g_strfreev(mapisvc_providers(inf, groups[i]));
		g_array_unref(mapisvc_required(inf, groups[i]));
	}
	g_strfreev(groups);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct profile profile = { 0 };
	char *why = NULL, *what, *path;
	HRESULT hr;
	int fd;

	path = write_file(data, size, &fd);
	hr = profile_read_keys(path, &profile.keys, &why);
	FUZZ_ASSERT(FAILED(hr) == (why != NULL));
	if (SUCCEEDED(hr)) {
		g_mutex_init(&profile.lock);
		hr = profile_read_uid(profile.keys, path, &profile.uid);
		FUZZ_ASSERT(hr == S_OK || hr == MAPI_E_CORRUPT_DATA);
		hr = profile_check_values(profile.keys, &what);
		FUZZ_ASSERT((hr == MAPI_E_CORRUPT_DATA) == (what != NULL));
		g_free(what);
		read_sections(&profile);
		read_services(profile.keys);
		g_mutex_clear(&profile.lock);
		g_key_file_free(profile.keys);
	}
	g_free(why);
	g_free(path);
	close(fd);
	return 0;
}
