/* SPDX-License-Identifier: MIT */
/*
 * The libraries behind a transport take longer to load than all else a worker does before its first
 * message.  A thread loads them while the worker logs on to its stores and looks into their queues,
 * unless they are part of the program (module.h).
 */
#include "worker.h"

#include "mem.h"
#include "module.h"
#include "prop.h"

/* The modules of the profile's providers of that type. */
static GPtrArray *
modules_of(const struct profile *profile, ULONG type)
{
	GArray *providers = profile_providers(profile, type);
	GPtrArray *modules = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < providers->len; i++) {
		SPropValue *values = NULL;
		ULONG count = 0;
		char *module = NULL;

		if (FAILED(profile_section_read(
			profile, &g_array_index(providers, MAPIUID, i), &values, &count)))
			continue;
		module = prop_find_text(values, count, PR_PROVIDER_DLL_NAME_W);
		mem_free(values);
		if (module)
			g_ptr_array_add(modules, module);
	}
	g_array_unref(providers);
	return modules;
}

static void
load_all(GPtrArray *modules)
{
	for (guint i = 0; i < modules->len; i++)
		module_load_ahead(g_ptr_array_index(modules, i));
	g_ptr_array_unref(modules);
}

static gpointer
load_transports(gpointer modules)
{
	load_all(modules);
	return NULL;
}

static bool
are_here(const GPtrArray *modules)
{
	for (guint i = 0; i < modules->len; i++)
		if (!module_is_here(g_ptr_array_index(modules, i)))
			return false;
	return true;
}

void
worker_load_ahead(struct worker *w)
{
	GPtrArray *transports = modules_of(w->profile, MAPI_TRANSPORT_PROVIDER);

	/* The linker loads one thing at a time: what is needed first, first. */
	load_all(modules_of(w->profile, MAPI_STORE_PROVIDER));
	if (!are_here(transports))
		w->loader = g_thread_try_new("transports", load_transports, transports, NULL);
	if (!w->loader)
		g_ptr_array_unref(transports);
}

void
worker_loaded(struct worker *w)
{
	if (w->loader)
		g_thread_join(w->loader);
	w->loader = NULL;
}
