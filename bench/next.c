/* SPDX-License-Identifier: MIT */
/*
 * bench-next FILE COUNT: a spool.db of COUNT waiting messages, and what finding the next one costs
 * the spooler: spooldb_lease() and all that it writes.  Prints milliseconds: the median and the
 * longest of many.
 */
#include <stdio.h>
#include <stdlib.h>
#include <glib.h>
#include <mapicode.h>
#include "spooldb.h"

#define MINUTE (60 * (gint64)G_USEC_PER_SEC)
#define ROUNDS 1001

static void
must(const char *what, HRESULT hr)
{
	if (FAILED(hr)) {
		fprintf(stderr, "bench-next: %s: 0x%08x\n", what, (unsigned)hr);
		exit(1);
	}
}

/* One in 1,000 is urgent; the others were submitted in turn. */
static void
add(struct spooldb *db, GBytes *profile, GBytes *store, gint64 number, gint64 now)
{
	struct spool_message *message = spool_message_create();
	struct spool_recipient *recipient = spool_recipient_create();
	gint64 id;

	message->submitted = now + number;
	message->subject = g_strdup("A letter");
	message->store = g_bytes_ref(store);
	message->entry = g_bytes_new(&number, sizeof number);
	message->key = g_bytes_new(&number, sizeof number);
	recipient->address = g_strdup("reader@example.com");
	g_ptr_array_add(message->recipients, recipient);
	must("spooldb_add",
	    spooldb_add(db, profile, message, number % 1000 == 999 ? 1 : 0, now + number, &id));
	spool_message_free(message);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
find(struct spooldb *db, GBytes *profile, gint64 now)
{
	static double times[ROUNDS];

	for (int i = 0; i < ROUNDS; i++) {
		gint64 began = g_get_monotonic_time(), again;
		struct lease *lease = NULL;

		must("spooldb_lease", spooldb_lease(db, profile, now, &lease, &again));
		times[i] = (double)(g_get_monotonic_time() - began) / 1000;
		if (!lease) {
			fprintf(stderr, "bench-next: nothing is due\n");
			exit(1);
		}
		lease_free(lease);
	}
	qsort(times, ROUNDS, sizeof *times, compare);
	printf("%g %g\n", times[ROUNDS / 2], times[ROUNDS - 1]);
}

int
main(int argc, char **argv)
{
	const struct retry_policy policy = { MINUTE, 60 * MINUTE, 5 * 24 * 60 * MINUTE };
	gint64 now = g_get_real_time(), count = argc == 3 ? atoll(argv[2]) : 0;
	GBytes *profile = g_bytes_new_static("a bench's profile", 16);
	GBytes *store = g_bytes_new_static("a bench's stores", 16);
	struct spooldb *db = NULL;
	char *why = NULL;

	if (count < ROUNDS) {
		fprintf(stderr, "usage: bench-next FILE COUNT, of at least %d\n", ROUNDS);
		return 2;
	}
	must("spooldb_open", spooldb_open(argv[1], &policy, &db, &why));
	for (gint64 i = 0; i < count; i++)
		add(db, profile, store, i, now);
	must("spooldb_sync", spooldb_sync(db));
	find(db, profile, now + count);
	spooldb_close(db);
	g_bytes_unref(profile);
	g_bytes_unref(store);
	return 0;
}
