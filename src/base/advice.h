/* SPDX-License-Identifier: MIT */
/* What servers' replies mean, in words that a sender understands (data/replies.tsv). */
#ifndef EMAPI_BASE_ADVICE_H
#define EMAPI_BASE_ADVICE_H

struct advice {
	int code;             /* 0: any */
	const char *enhanced; /* NULL: any; likewise `text`, which the reply must hold */
	const char *text;
	const char *service; /* whose reply it is: "Exchange Online", "Postfix" ...; "any" */
	const char *cause;   /* the beginning and the end of one sentence */
	const char *remedy;
};

/* The first row that fits a reply; `enhanced` ("5.7.1") and `text` (what the server said, in one
 * or several lines) may be NULL.  NULL where we know nothing. */
const struct advice *advice_find(int code, const char *enhanced, const char *text);
/* "The server wants a login first: set User and a password in this profile."; "" for NULL.
 * g_free(). */
char *advice_sentence(const struct advice *advice);

#endif
