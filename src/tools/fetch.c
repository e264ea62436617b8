/* SPDX-License-Identifier: MIT */
/*
 * emapi-fetch URL: prints a file of the web, of 1 MiB at most; a program of its own, so that
 * libcurl is loaded only by who fetches something.  From https it follows to nothing but https.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <curl/curl.h>
#include <glib.h>

#define SECONDS 20
#define REDIRECTS 5
#define SIZE_MAX_BYTES (1024 * 1024)

static size_t
keep(char *data, size_t size, size_t count, void *context)
{
	GString *text = context;

	if (text->len + size * count > SIZE_MAX_BYTES)
		return 0;
	g_string_append_len(text, data, (gssize)(size * count));
	return size * count;
}

static CURLcode
get(CURL *curl, const char *url, GString *text, char *error)
{
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR,
	    g_ascii_strncasecmp(url, "https:", 6) ? "http,https" : "https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTS);
	curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)SECONDS);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "emapi");
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, text);
	return curl_easy_perform(curl);
}

int
main(int argc, char **argv)
{
	char error[CURL_ERROR_SIZE] = "";
	GString *text = g_string_new(NULL);
	CURL *curl = curl_easy_init();
	CURLcode code;

	if (argc != 2 || !curl) {
		fputs("usage: emapi-fetch URL\n", stderr);
		return EX_USAGE;
	}
	code = get(curl, argv[1], text, error);
	if (code == CURLE_WRITE_ERROR)
		fprintf(stderr, "it is larger than %d bytes\n", SIZE_MAX_BYTES);
	else if (code)
		fprintf(stderr, "%s\n", *error ? error : curl_easy_strerror(code));
	else
		fwrite(text->str, 1, text->len, stdout);
	curl_easy_cleanup(curl);
	g_string_free(text, TRUE);
	return code || fflush(stdout) ? EX_UNAVAILABLE : 0;
}
