/* SPDX-License-Identifier: MIT */
/* Provider modules: finding, loading, and asking them for their provider object. */
#include "module.h"
#include <dlfcn.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <mapicode.h>
#include <mapiutil.h>
#include "hr.h"
#include "log.h"
#include "imalloc.h"
#include "mem.h"
#include "paths.h"
#include "profile_private.h"

static GMutex lock;
static GHashTable *loaded; /* path -> dlopen's handle; never shrinks */
static const struct module_part *parts;
static size_t part_count;

void
module_parts(const struct module_part *list, size_t count)
{
	parts = list;
	part_count = count;
}

/* NULL: it has to be loaded. */
static const struct module_part *
part(const char *file)
{
	const char *list = part_count ? secure_getenv("EMAPI_PROVIDER_PATH") : NULL;

	for (size_t i = 0; i < part_count && (!list || !*list); i++)
		if (!strcmp(parts[i].file, file))
			return &parts[i];
	return NULL;
}

static bool
is_ours(const char *file)
{
	return g_str_has_prefix(file, "emapi_");
}

/*
 * A third party's module calls functions of its own that may have the name of one of
 * libemapi-core's (table_create, say), and would be led to ours, which the program has loaded
 * before.  So its own come first; not where something is preloaded, which has to come before all
 * else (an allocator, a sanitizer).
 *
 * What a third party's module lacks shows when it is loaded; ours lack nothing (the linker has seen
 * to it), and a client that calls few of their functions starts sooner when only those are looked
 * up.
 */
static int
load_flags(const char *file)
{
	bool preloaded = g_getenv("LD_PRELOAD") != NULL;

#ifdef __SANITIZE_ADDRESS__
	preloaded = true;
#endif
	if (is_ours(file))
		return RTLD_LAZY | RTLD_LOCAL;
	if (preloaded)
		return RTLD_NOW | RTLD_LOCAL;
	return RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
}

static void *
known(const char *path)
{
	void *handle;

	g_mutex_lock(&lock);
	handle = loaded ? g_hash_table_lookup(loaded, path) : NULL;
	g_mutex_unlock(&lock);
	return handle;
}

static void
remember(const char *path, void *handle)
{
	g_mutex_lock(&lock);
	if (!loaded)
		loaded = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_hash_table_insert(loaded, g_strdup(path), handle);
	g_mutex_unlock(&lock);
}

/* Not under the lock: one thread may load what takes long while another needs what is there.  Who
 * comes second gets the same handle. */
static HRESULT
load(const char *file, void **handle, char **why)
{
	char *path = paths_provider(file);
	HRESULT hr = S_OK;

	*handle = NULL;
	if (!path) {
		why_set(why,
		    "The provider %s is not there: it is neither in emapi's folder of providers "
		    "nor "
		    "on EMAPI_PROVIDER_PATH.",
		    file);
		return MAPI_E_FAILONEPROVIDER;
	}
	*handle = known(path);
	if (!*handle) {
		*handle = dlopen(path, load_flags(file));
		if (*handle) {
			remember(path, *handle);
		} else {
			hr = MAPI_E_FAILONEPROVIDER;
			why_set(why, "The provider %s does not load: %s.", path, dlerror());
		}
	}
	g_free(path);
	return hr;
}

void
module_load_ahead(const char *file)
{
	void *handle;

	if (is_ours(file) && !part(file))
		load(file, &handle, NULL);
}

bool
module_is_here(const char *file)
{
	g_autofree char *path = part(file) ? NULL : paths_provider(file);

	return !path || known(path);
}

static HRESULT
find(const char *file, const char *entry_point, void **out, char **why)
{
	const struct module_part *here = part(file);
	void *handle = NULL;
	HRESULT hr;

	if (here && !strcmp(here->entry_point, entry_point)) {
		*out = (void *)(uintptr_t)here->init;
		return S_OK;
	}
	hr = load(file, &handle, why);
	*out = SUCCEEDED(hr) ? dlsym(handle, entry_point) : NULL;
	if (SUCCEEDED(hr) && !*out) {
		hr = MAPI_E_FAILONEPROVIDER;
		why_set(why, "The provider %s has no %s.", file, entry_point);
	}
	return hr;
}

/* What a provider's entry point answered, in words. */
static HRESULT
check_init(HRESULT hr, ULONG version, const char *file, char **why)
{
	if (SUCCEEDED(hr) && (version < PDK1_SPI_VERSION || version > CURRENT_SPI_VERSION))
		hr = MAPI_E_VERSION;
	if (FAILED(hr)) {
		why_set(
		    why, "The provider %s cannot start: %s (%s).", file, hr_text(hr), hr_name(hr));
		log_warning("%s: %s", file, hr_name(hr));
	}
	return hr;
}

/* The entry points differ in nothing but the interface that they give out. */
static HRESULT
start(const char *file, const char *entry_point, IUnknown **out, char **why)
{
	ULONG version = 0;
	MSPROVIDERINIT *init;
	void *symbol;
	HRESULT hr;

	*out = NULL;
	hr = find(file, entry_point, &symbol, why);
	if (FAILED(hr))
		return hr;
	init = (MSPROVIDERINIT *)(uintptr_t)symbol;
	hr = init(NULL, malloc_object(), mem_allocate, mem_allocate_more, mem_free, 0,
	    CURRENT_SPI_VERSION, &version, (IMSProvider **)(void *)out);
	return check_init(hr, version, file, why);
}

HRESULT
module_ms_provider(const char *file, IMSProvider **out, char **why)
{
	return start(file, "MSProviderInit", (IUnknown **)(void *)out, why);
}

HRESULT
module_xp_provider(const char *file, IXPProvider **out, char **why)
{
	return start(file, "XPProviderInit", (IUnknown **)(void *)out, why);
}

HRESULT
module_ab_provider(const char *file, IABProvider **out, char **why)
{
	return start(file, "ABProviderInit", (IUnknown **)(void *)out, why);
}
