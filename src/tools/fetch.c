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
get(CURL *curl, const char *url, GString *text)
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
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, text);
	return curl_easy_perform(curl);
}

/* What went wrong, in words of ours: libcurl's are for who programs with it. */
static void
tell(CURL *curl, CURLcode code)
{
	long number = 0;

	switch (code) {
	case CURLE_WRITE_ERROR:
		fprintf(stderr, "it is larger than %d bytes\n", SIZE_MAX_BYTES);
		break;
	case CURLE_COULDNT_RESOLVE_HOST:
		fputs("its host's name is not known, or DNS does not answer\n", stderr);
		break;
	case CURLE_COULDNT_CONNECT:
		curl_easy_getinfo(curl, CURLINFO_OS_ERRNO, &number);
		fprintf(stderr, "its host cannot be connected to: %s\n",
		    number ? g_strerror((int)number) : "nobody answers");
		break;
	case CURLE_OPERATION_TIMEDOUT:
		fprintf(stderr, "it did not come within %d seconds\n", SECONDS);
		break;
	case CURLE_HTTP_RETURNED_ERROR:
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &number);
		fprintf(stderr, "the web server says %ld%s\n", number,
		    number == 404 ? ": there is no such file" : "");
		break;
	case CURLE_PEER_FAILED_VERIFICATION:
		fputs("the web server's certificate is not trusted\n", stderr);
		break;
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL:
		fputs("it is no address that begins with https:// or http://\n", stderr);
		break;
	default:
		fprintf(stderr, "%s\n", curl_easy_strerror(code));
	}
}

int
main(int argc, char **argv)
{
	GString *text = g_string_new(NULL);
	CURL *curl = curl_easy_init();
	CURLcode code;

	if (argc != 2 || !curl) {
		fputs("usage: emapi-fetch URL\n", stderr);
		return EX_USAGE;
	}
	code = get(curl, argv[1], text);
	if (code)
		tell(curl, code);
	else
		fwrite(text->str, 1, text->len, stdout);
	curl_easy_cleanup(curl);
	g_string_free(text, TRUE);
	return code || fflush(stdout) ? EX_UNAVAILABLE : 0;
}
