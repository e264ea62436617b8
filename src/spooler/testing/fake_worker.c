/* SPDX-License-Identifier: MIT */
#include "fake_worker.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "text.h"
#include "worker.h"
#include "worker_lock.h"

static char *
path_of(struct worker *w, const char *folder, const char *name)
{
	return g_build_filename(w->state_path, folder, name, NULL);
}

static bool
exists(struct worker *w, const char *name)
{
	g_autofree char *path = path_of(w, name, NULL);

	return access(path, F_OK) == 0;
}

/* True the first time. */
static bool
once(struct worker *w, const char *name)
{
	g_autofree char *mark = g_strconcat("once-", name, NULL);
	g_autofree char *path = path_of(w, mark, NULL);
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* A line more in the file. */
static void
note(struct worker *w, const char *file, const char *name)
{
	g_autofree char *path = path_of(w, file, NULL);
	g_autofree char *line = g_strconcat(name, "\n", NULL);
	int fd = open(path, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);

	if (write(fd, line, strlen(line)) < 0)
		abort();
	close(fd);
}

static const char *
store_of(const char *name)
{
	return g_str_has_prefix(name, "other") ? "fake2" : "fake";
}

static struct spool_message *
message_of(const char *name, gint64 submitted)
{
	struct spool_message *m = spool_message_create();
	struct spool_recipient *r = spool_recipient_create();

	g_free(m->subject);
	m->subject = g_strdup(name);
	m->submitted = submitted;
	g_bytes_unref(m->key);
	g_bytes_unref(m->entry);
	g_bytes_unref(m->store);
	m->key = g_bytes_new(name, strlen(name));
	m->entry = g_bytes_new(name, strlen(name));
	m->store = g_bytes_new(store_of(name), strlen(store_of(name)));
	r->row = 7;
	r->kind = MAPI_TO;
	g_free(r->address);
	r->address = g_strdup("ann@example.test");
	g_ptr_array_add(m->recipients, r);
	return m;
}

/* The file's message; NULL where it has gone. */
static struct spool_message *
read_message(struct worker *w, const char *name)
{
	g_autofree char *path = path_of(w, "outbox", name);
	struct stat st;

	if (stat(path, &st) != 0)
		return NULL;
	return message_of(
	    name, (gint64)st.st_mtim.tv_sec * G_USEC_PER_SEC + st.st_mtim.tv_nsec / 1000);
}

static GVariant *
bytes_value(GBytes *bytes)
{
	return g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), bytes, TRUE);
}

/* As of a long queue. */
static void
tell_page(struct worker *w, const struct spool_message *m)
{
	struct packet_cursor cursor = { 0 };
	struct ipc_message *reply = NULL;
	GVariantBuilder b, rows;
	const guint8 *answer;
	size_t size = 0;
	bool known;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "store", bytes_value(m->store));
	g_variant_builder_init(&rows, G_VARIANT_TYPE("a(ayx)"));
	g_variant_builder_add(&rows, "(@ayx)", bytes_value(m->entry), m->submitted);
	g_variant_builder_add(&b, "{sv}", "rows", g_variant_builder_end(&rows));
	worker_ask(w, "have", g_variant_builder_end(&b), &reply);
	answer = ipc_bytes(reply, "known", &size);
	known = size == 1 && *answer;
	ipc_message_free(reply);
	if (!known)
		worker_ask(w, "queued", packet_from_message(m, &cursor), NULL);
}

/* Up to where the scheduler has a store's messages; -1: all are told. */
static gint64
told_until(struct worker *w, const struct ipc_message *packet, GBytes *store)
{
	g_autoptr(GVariant) places = ipc_value(packet, "places", PACKET_PLACES);
	struct ipc_message *reply = NULL;
	GVariantBuilder b;
	gint64 reached = 0, secured;

	if (!exists(w, "places"))
		return -1;
	for (gsize i = 0; places && i < g_variant_n_children(places); i++) {
		g_autoptr(GVariant) uid = NULL;
		g_autoptr(GBytes) bytes = NULL;

		g_variant_get_child(places, i, "(@ayxx)", &uid, &reached, &secured);
		bytes = g_variant_get_data_as_bytes(uid);
		if (g_bytes_equal(bytes, store))
			return reached;
	}
	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "store", bytes_value(store));
	worker_ask(w, "place", g_variant_builder_end(&b), &reply);
	reached = ipc_int(reply, "place", 0);
	ipc_message_free(reply);
	return reached;
}

/* What the scheduler does not have of this store, and with a place no number. */
static void
scan_store(struct worker *w, const struct ipc_message *packet, const char *store_name,
    GVariantBuilder *stores)
{
	g_autofree char *folder = path_of(w, "outbox", NULL);
	g_autoptr(GBytes) store = g_bytes_new(store_name, strlen(store_name));
	gint64 place = told_until(w, packet, store), reached = MAX(place, 0), count = 0;
	GDir *dir = g_dir_open(folder, 0, NULL);
	GVariantBuilder rows;
	const char *name;

	g_variant_builder_init(&rows, G_VARIANT_TYPE(PACKET_QUEUED_ROWS));
	while (dir && (name = g_dir_read_name(dir)) != NULL) {
		struct spool_message *m =
		    strcmp(store_of(name), store_name) == 0 ? read_message(w, name) : NULL;

		if (m && g_str_has_prefix(name, "page"))
			tell_page(w, m);
		else if (m && m->submitted > place)
			g_variant_builder_add_value(&rows, packet_queued_row(m, 0));
		if (m && place >= 0)
			reached = MAX(reached, m->submitted);
		count += m != NULL;
		spool_message_free(m);
	}
	if (dir)
		g_dir_close(dir);
	g_variant_builder_add(stores, "(@ay@" PACKET_QUEUED_ROWS "xxx)", bytes_value(store),
	    g_variant_builder_end(&rows), reached, (gint64)0, place < 0 ? count : -1);
}

static void
scan(struct worker *w, const struct ipc_message *packet)
{
	GVariantBuilder b, stores;

	note(w, "scans", "scan");
	note(w, "order", "scan");
	g_variant_builder_init(&stores, G_VARIANT_TYPE(PACKET_FOUNDS));
	scan_store(w, packet, "fake", &stores);
	scan_store(w, packet, "fake2", &stores);
	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "stores", g_variant_builder_end(&stores));
	if (exists(w, "linger"))
		note(w, "lingers", "");
	while (exists(w, "linger"))
		g_usleep(1000);
	worker_tell(w, "scanned", g_variant_builder_end(&b));
}

/* What is on record and has gone from the folder. */
static void
compare(struct worker *w)
{
	g_autofree char *folder = path_of(w, "outbox", NULL);
	g_autoptr(GBytes) store = g_bytes_new("fake", 4);
	g_autoptr(GVariant) rows = NULL;
	struct ipc_message *reply = NULL;
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "store", bytes_value(store));
	g_variant_builder_add(&b, "{sv}", "after", g_variant_new_int64(0));
	worker_ask(w, "live", g_variant_builder_end(&b), &reply);
	rows = ipc_value(reply, "rows", "a(xayx)");
	for (gsize i = 0; rows && i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) entry = NULL;
		g_autofree char *name = NULL;
		gint64 id, submitted;
		gsize size;
		const char *text;

		g_variant_get_child(rows, i, "(x@ayx)", &id, &entry, &submitted);
		text = g_variant_get_fixed_array(entry, &size, 1);
		name = g_strdup_printf("outbox/%.*s", (int)size, text);
		if (exists(w, name))
			continue;
		g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
		g_variant_builder_add(&b, "{sv}", "store", bytes_value(store));
		g_variant_builder_add(&b, "{sv}", "entry", entry);
		g_variant_builder_add(&b, "{sv}", "submitted", g_variant_new_int64(submitted));
		worker_tell(w, "gone", g_variant_builder_end(&b));
	}
	ipc_message_free(reply);
	worker_tell(w, "scanned", NULL);
}

/* What the name says; "sends" where it is accepted. */
static enum verdict_class
verdict_of(struct worker *w, const char *name)
{
	if (g_str_has_prefix(name, "temp") && !exists(w, "temp-over"))
		return VERDICT_TEMPORARY;
	if (g_str_has_prefix(name, "perm"))
		return VERDICT_PERMANENT;
	if (g_str_has_prefix(name, "hold") && !exists(w, "mended"))
		return VERDICT_HOLD;
	if (g_str_has_prefix(name, "die-before") && once(w, name))
		raise(SIGKILL);
	note(w, "delivered", name);
	if (g_str_has_prefix(name, "slow"))
		g_usleep(G_USEC_PER_SEC);
	return VERDICT_ACCEPTED;
}

static void
conclude(struct worker *w, const struct lease *lease, const char *name, enum spool_act act)
{
	static const char *const outcomes[ACT_COUNT] = {
		[ACT_SEND] = "retry",
		[ACT_FILE] = "filed",
		[ACT_FAIL] = "failed",
		[ACT_RETRY] = "retry",
		[ACT_HOLD] = "held",
		[ACT_CANCEL] = "cancelled",
	};
	g_autofree char *path = path_of(w, "outbox", name);

	if (g_str_has_prefix(name, "die-after") && once(w, name))
		raise(SIGKILL);
	if (act == ACT_FILE || act == ACT_FAIL || act == ACT_CANCEL)
		unlink(path);
	worker_done(w, lease->id, outcomes[act], "");
}

static void
send_one(struct worker *w, const struct ipc_message *packet)
{
	struct lease *lease = NULL;
	struct report *report;
	g_autofree char *name = NULL;
	enum spool_act act;

	if (FAILED(packet_to_lease(packet, &lease)))
		abort();
	name = g_strndup(g_bytes_get_data(lease->entry, NULL), g_bytes_get_size(lease->entry));
	note(w, "order", name);
	act = lease->act;
	if (act == ACT_SEND) {
		report = report_create(lease->id, lease->entry, "Fake transport");
		for (guint i = 0; i < lease->due->len; i++)
			g_ptr_array_add(
			    report->verdicts, verdict_create(g_array_index(lease->due, guint32, i),
						  verdict_of(w, name), "the fake server's words"));
		worker_report(w, report, &act);
		report_free(report);
	}
	conclude(w, lease, name, act);
	lease_free(lease);
}

static void
serve(struct worker *w)
{
	for (;;) {
		struct ipc_message *packet = NULL;

		if (FAILED(worker_next(w, -1, &packet)) || strcmp(packet->verb, "quit") == 0)
			_exit(0);
		if (strcmp(packet->verb, "scan") == 0)
			scan(w, packet);
		else if (strcmp(packet->verb, "compare") == 0)
			compare(w);
		else
			send_one(w, packet);
		ipc_message_free(packet);
	}
}

static int
locked_out(struct worker *w)
{
	g_autofree char *met = path_of(w, "locked-out-met", NULL);
	GVariantBuilder b;

	g_file_set_contents(met, "", 0, NULL);
	while (!exists(w, "locked-out-go"))
		g_usleep(1000);
	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "text", g_variant_new_string("locked out"));
	g_variant_builder_add(&b, "{sv}", "hold", g_variant_new_int64(1));
	worker_tell(w, "trouble", g_variant_builder_end(&b));
	return 0;
}

int
fake_worker(const char *profile_hex, const char *state_path, bool first)
{
	static const char *const stores[] = { "fake", "fake2" };
	struct worker w = { .fd = 3 };
	MAPIUID uid;
	GVariantBuilder b;

	text_unhex(profile_hex, &uid, sizeof(uid));
	w.uid = g_bytes_new(&uid, sizeof(uid));
	w.state_path = g_strdup(state_path);
	fcntl(w.fd, F_SETFD, FD_CLOEXEC);
	if (FAILED(worker_lock(state_path, w.uid, first, &w.lock_fd)))
		abort();
	if (exists(&w, "locked-out"))
		return locked_out(&w);
	while (exists(&w, "late"))
		g_usleep(1000);
	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(
	    &b, "{sv}", "profile", g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), w.uid, TRUE));
	g_variant_builder_add(&b, "{sv}", "name", g_variant_new_string("Fake"));
	g_variant_builder_add(&b, "{sv}", "stores", g_variant_new_bytestring_array(stores, 2));
	worker_tell(&w, "hello", g_variant_builder_end(&b));
	serve(&w);
	return 0;
}
