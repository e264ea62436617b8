/* SPDX-License-Identifier: MIT */
/* See smtp_curl.h. */
#include "smtp_curl.h"

#include <dlfcn.h>
#include <glib.h>
#include <stdbool.h>

#define LIBRARY "libcurl.so.4"

/* One of its functions into `place`; false where it lacks it. */
static bool
take(void *library, const char *name, void *place)
{
	void *symbol = dlsym(library, name);

	*(void **)place = symbol;
	return symbol != NULL;
}

/* It stays loaded. */
static bool
load(struct smtp_curl *curl)
{
	void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);
	__typeof__(&curl_global_init) begin = NULL;

	return library && take(library, "curl_global_init", &begin) &&
	       take(library, "curl_easy_init", &curl->init) &&
	       take(library, "curl_easy_setopt", &curl->setopt) &&
	       take(library, "curl_easy_perform", &curl->perform) &&
	       take(library, "curl_easy_getinfo", &curl->getinfo) &&
	       take(library, "curl_easy_send", &curl->send) &&
	       take(library, "curl_easy_recv", &curl->recv) &&
	       take(library, "curl_easy_strerror", &curl->strerror) &&
	       take(library, "curl_easy_cleanup", &curl->cleanup) &&
	       begin(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

const struct smtp_curl *
smtp_curl(void)
{
	static struct smtp_curl curl;
	static gsize state;

	if (g_once_init_enter(&state))
		g_once_init_leave(&state, load(&curl) ? 2 : 1);
	return state == 2 ? &curl : NULL;
}
