/* SPDX-License-Identifier: MIT */
/* emapi doctor: the spooler, what waits in its queue, and what its history says of certificates. */
#include "doctor.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <mapitags.h>
#include <emapispi.h>
#include "damage.h"
#include "hr.h"
#include "journey.h"
#include "mem.h"
#include "paths.h"
#include "prop.h"
#include "spooler_link.h"

#define EXPIRY_SOON (G_TIME_SPAN_DAY * 14)
#define SHOWN 10
#define LINGER_FOLDER "/var/lib/systemd/linger"

/* --- The spooler ---------------------------------------------------------------------------- */

static void
cannot_start(struct doctor *doctor, const char *what, HRESULT hr)
{
	g_autofree char *why = spooler_why();
	g_autofree char *log = paths_state("spooler.log");
	g_autofree char *remedy =
	    g_strdup_printf("the mail is safe in the stores; see %s, then: emapi queue run", log);

	doctor->spooler_silent = true;
	doctor_find(
	    doctor, DOCTOR_PROBLEM, "spooler", remedy, "%s: %s", what, why ? why : hr_text(hr));
}

/* The machine's mail service has a queue to be seen, too. */
static bool
machine_answers(void)
{
	int fd = spooler_connect_machine();

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool
is_machine(const struct doctor *doctor, const char *profile)
{
	for (guint i = 0; i < doctor->profiles->len; i++)
		if (!strcmp(profile_name(doctor->profiles->pdata[i]), profile))
			return profile_is_machine(doctor->profiles->pdata[i]);
	return false;
}

void
doctor_spooler(struct doctor *doctor)
{
	g_autofree char *program = paths_spooler();
	struct spooler_counts counts;
	HRESULT hr;
	int fd = -1;

	if (!spooler_has_state() && access(program, X_OK) == 0) {
		doctor->spooler_silent = !machine_answers();
		doctor_find(
		    doctor, DOCTOR_OK, program, NULL, "not running; it starts with the first mail");
		return;
	}
	hr = spooler_connect(false, &fd);
	if (fd >= 0)
		close(fd);
	if (SUCCEEDED(hr)) {
		doctor_find(doctor, DOCTOR_OK, "spooler", NULL, "it runs");
		return;
	}
	if (doctor->offline && !access(program, X_OK)) {
		doctor->spooler_silent = true;
		doctor_find(doctor, DOCTOR_SKIPPED, "spooler", NULL,
		    "it does not run, and was not started: it would send what is due");
		return;
	}
	if (access(program, X_OK)) {
		doctor->spooler_silent = true;
		doctor_find(doctor, DOCTOR_PROBLEM, program,
		    "install emapi again, or mend EMAPI_SPOOLER; the mail is safe in the stores",
		    "the spooler does not run and cannot be started: %s", g_strerror(errno));
		return;
	}
	hr = spooler_count(NULL, &counts);
	if (FAILED(hr))
		cannot_start(doctor, "it does not run and cannot be started", hr);
	else
		doctor_find(doctor, DOCTOR_OK, "spooler", NULL, "it did not run; now it does");
}

/* --- The queue ------------------------------------------------------------------------------ */

struct waiting {
	struct doctor *doctor;
	guint held, waiting;
	gint64 next; /* of the first that waits for later */
};

static void
remember(struct doctor *doctor, const struct spool_message *m)
{
	doctor->newest_submitted = MAX(doctor->newest_submitted, m->submitted);
	if (m->key && m->profile)
		g_hash_table_replace(doctor->newest, g_strdup(m->profile), g_bytes_ref(m->key));
}

static void
tell_held(struct doctor *doctor, const struct spool_message *m)
{
	g_autofree char *where =
	    g_strdup_printf("\"%s\" of profile \"%s\"", m->subject, m->profile);

	doctor_find(doctor, DOCTOR_PROBLEM, where,
	    is_machine(doctor, m->profile)
		? "it is safe with the machine's mail service: tell the administrator (emapi queue "
		  "release for what you hold yourself)"
		: "it is safe in its store; once mended: emapi queue run (emapi queue release for "
		  "what a person holds)",
	    "held: %s", *m->text ? m->text : "no reason was recorded");
}

static bool
look_at(const struct spool_message *m, void *context)
{
	struct waiting *w = context;

	remember(w->doctor, m);
	if (m->state == SPOOL_HELD && ++w->held <= SHOWN)
		tell_held(w->doctor, m);
	if (m->state != SPOOL_WAITING && m->state != SPOOL_LEASED)
		return true;
	w->waiting++;
	if (m->next && (!w->next || m->next < w->next))
		w->next = m->next;
	if (m->tries && w->waiting <= SHOWN) {
		g_autofree char *where =
		    g_strdup_printf("\"%s\" of profile \"%s\"", m->subject, m->profile);

		doctor_find(w->doctor, DOCTOR_NOTE, where,
		    is_machine(w->doctor, m->profile)
			? "it is tried again by itself; at once: emapi queue retry ID"
			: "it is tried again by itself; at once: emapi queue run",
		    "waits after %d tr%s: %s", m->tries, m->tries == 1 ? "y" : "ies", m->text);
	}
	return true;
}

/* A queue that was made anew is worth a look at the disk. */
static void
tell_damage(struct doctor *doctor)
{
	g_autofree char *path = paths_state("spool.db");
	g_autofree char *aside = damage_newest(path);
	g_autofree char *words = NULL;
	g_autoptr(GPtrArray) wishes = NULL;
	enum damage_read read;

	if (!aside)
		return;
	wishes = damage_wishes(aside, &read);
	words = damage_words(wishes, read);
	doctor_find(doctor, DOCTOR_NOTE, path,
	    "look at the disk and its log; once nobody needs the file that is kept, "
	    "remove it, and this is said no more",
	    "it was damaged and is kept as %s; the queue was made anew from the stores, "
	    "and mail of before may be delivered twice.  %s",
	    aside, words);
}

void
doctor_queue(struct doctor *doctor)
{
	struct waiting w = { .doctor = doctor };
	HRESULT hr;

	tell_damage(doctor);

	if (doctor->spooler_silent && doctor->offline && spooler_has_state())
		doctor_find(doctor, DOCTOR_SKIPPED, "queue", NULL,
		    "what waits or is held, and what servers said at the last tries, was not "
		    "looked "
		    "at: only the spooler knows it");
	if (doctor->spooler_silent)
		return;
	hr = spooler_list(true, 0, look_at, &w);
	if (FAILED(hr)) {
		cannot_start(doctor, "its queue cannot be read", hr);
		return;
	}
	doctor_find(doctor, DOCTOR_OK, "queue", NULL, "%u waiting, %u held", w.waiting, w.held);
}

/* --- Mail that waits for later --------------------------------------------------------------- */

/* Whether the user's processes live on when he logs out. */
static bool
lingers(void)
{
	g_autofree char *path = g_build_filename(LINGER_FOLDER, g_get_user_name(), NULL);

	return g_file_test(path, G_FILE_TEST_EXISTS);
}

void
doctor_later(struct doctor *doctor)
{
	struct spooler_counts counts;
	bool systemd = g_file_test("/run/systemd/system", G_FILE_TEST_IS_DIR);

	if (doctor->spooler_silent || !spooler_has_state() ||
	    FAILED(spooler_count(NULL, &counts)) || !counts.later)
		return;
	if (systemd && lingers())
		return;
	doctor_find(doctor, DOCTOR_NOTE, "queue",
	    systemd ? "loginctl enable-linger, and systemctl --user enable emapi-spooler.service"
		    : "a line of crontab: @reboot emapi queue run",
	    "%" G_GINT64_FORMAT " message%s for later: after %s nobody sends before a "
	    "program of yours submits again",
	    counts.later, counts.later == 1 ? " waits" : "s wait",
	    systemd ? "you log out, or the machine starts anew," : "the machine starts anew");
}

void
doctor_each_newest(
    struct doctor *doctor, void (*each)(struct doctor *doctor, const struct spool_message *m))
{
	for (guint i = 0; i < doctor->profiles->len; i++) {
		GBytes *key =
		    g_hash_table_lookup(doctor->newest, profile_name(doctor->profiles->pdata[i]));
		struct spool_message *m = NULL;
		gsize size = 0;
		const void *data = key ? g_bytes_get_data(key, &size) : NULL;

		if (data && SUCCEEDED(spooler_show(data, size, &m)))
			each(doctor, m);
		spool_message_free(m);
	}
}

/* --- Certificates ---------------------------------------------------------------------------- */

/* The server's certificate in the last try that saw one. */
static char *
last_expiry(const struct spool_message *m, char **server)
{
	for (guint i = m->attempts ? m->attempts->len : 0; i > 0; i--) {
		const struct spool_attempt *attempt = m->attempts->pdata[i - 1];
		char *expires = journey_find(attempt->journey, '*', "certificate-expires");

		if (expires)
			*server = journey_find(attempt->journey, '*', "server");
		if (expires)
			return expires;
	}
	return NULL;
}

static void
tell_expiry(struct doctor *doctor, const struct spool_message *m)
{
	g_autofree char *server = NULL;
	g_autofree char *expires = last_expiry(m, &server);
	g_autoptr(GDateTime) when = expires ? g_date_time_new_from_iso8601(expires, NULL) : NULL;
	g_autofree char *where =
	    g_strdup_printf("server %s of profile \"%s\"", server ? server : "?", m->profile);
	gint64 left;

	if (!when)
		return;
	left = g_date_time_to_unix(when) * G_USEC_PER_SEC - doctor->now;
	if (left > EXPIRY_SOON)
		doctor_find(
		    doctor, DOCTOR_OK, where, NULL, "its certificate is good until %s", expires);
	else
		doctor_find(doctor, DOCTOR_PROBLEM, where,
		    "ask the server's administrator to renew it (emapi test shows the present "
		    "one); mail waits while it is not valid",
		    "its certificate, as last seen, %s %s", left < 0 ? "ended" : "ends", expires);
}

static void
check_readable(struct doctor *doctor, const char *profile, const char *word, const char *path)
{
	g_autofree char *where = g_strdup_printf("profile \"%s\", %s", profile, word);

	if (path && *path && access(path, R_OK))
		doctor_find(doctor, DOCTOR_PROBLEM, where,
		    "put the file there or mend its mode, or: emapi profile set",
		    "%s cannot be read: %s; no connection can be made until then", path,
		    g_strerror(errno));
}

static void
check_files(struct doctor *doctor, struct profile *profile, const struct doctor_section *section)
{
	static const struct {
		ULONG tag;
		const char *word;
	} files[] = {
		{ PR_EMAPI_CA_FILE_W, "CAFile" },
		{ PR_EMAPI_CLIENT_CERT_W, "ClientCertificate" },
		{ PR_EMAPI_CLIENT_KEY_W, "ClientKey" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *path =
		    prop_find_text(section->values, section->count, files[i].tag);

		check_readable(doctor, profile_name(profile), files[i].word, path);
	}
}

void
doctor_certificates(struct doctor *doctor)
{
	doctor_each(doctor, MAPI_TRANSPORT_PROVIDER, check_files);
	doctor_each_newest(doctor, tell_expiry);
}
