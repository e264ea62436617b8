/* SPDX-License-Identifier: MIT */
/*
 * A MAPI client in few calls, on the public headers alone: what the benchmarks and the torture
 * tests submit with.  Every failure ends the program with a line on stderr.
 */
#ifndef EMAPI_BENCH_CLIENT_H
#define EMAPI_BENCH_CLIENT_H

#include <stddef.h>
#include <mapix.h>

struct client {
	LPMAPISESSION session;
	LPMDB store;
	LPMAPIFOLDER outbox;
};

/* Logs on to the default profile and opens the default store's Outbox. */
void client_open(struct client *client);
void client_close(struct client *client);
/* The store's folder whose entry ID is that property of the store.  Release it. */
LPMAPIFOLDER client_folder(struct client *client, ULONG tag);

/* A letter: its text is `size` bytes of `body`, repeated lines where that is NULL. */
struct client_letter {
	const char *subject;
	const char *to;
	const char *message_id; /* NULL: the store makes one */
	const char *body;
	size_t size;
	size_t attachment; /* bytes of an attachment; 0: none */
};

/* Creates and submits; what SubmitMessage answered. */
HRESULT client_submit(struct client *client, const struct client_letter *letter);

/* A text of `size` characters in lines of 72, for free(). */
char *client_text(size_t size);
double client_now(void); /* seconds, monotonic */
void client_die(const char *what, HRESULT hr);
void client_must(const char *what, HRESULT hr); /* client_die() where it failed */
/* Of doubles, for qsort(). */
int client_compare(const void *a, const void *b);

#endif
