/* SPDX-License-Identifier: MIT */
/*
 * libcurl, loaded with the first connection that needs it: with its thirty libraries it takes
 * longer to start than all the rest of a worker.
 */
#ifndef EMAPI_SMTP_CURL_H
#define EMAPI_SMTP_CURL_H

#include <curl/curl.h>

/* Its functions, under their names without curl_easy_. */
struct smtp_curl {
	__typeof__(&curl_easy_init) init;
	__typeof__(&curl_easy_setopt) setopt;
	__typeof__(&curl_easy_perform) perform;
	__typeof__(&curl_easy_getinfo) getinfo;
	__typeof__(&curl_easy_send) send;
	__typeof__(&curl_easy_recv) recv;
	__typeof__(&curl_easy_strerror) strerror;
	__typeof__(&curl_easy_cleanup) cleanup;
};

/* NULL where it is not there; wherever there is a handle it is. */
const struct smtp_curl *smtp_curl(void);

#endif
