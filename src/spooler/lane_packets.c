/* SPDX-License-Identifier: MIT */
/* What a worker says, and what is done about it.  See docs/ARCHITECTURE.md for the packets. */
#include "scheduler_private.h"

#include <string.h>
#include "event.h"
#include "hr.h"
#include "words.h"

/* Rows of `live` in one packet; an entry ID has some dozens of bytes, and never more than 1,000. */
#define LIVE_PAGE 50

static void
answer_ok(struct hand *hand, const char *name, GVariant *value)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	if (name)
		g_variant_builder_add(&b, "{sv}", name, value);
	ipc_send(hand->fd, "ok", g_variant_builder_end(&b));
}

static void
answer_error(struct hand *hand, HRESULT hr)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "hr", g_variant_new_int64(hr));
	g_variant_builder_add(&b, "{sv}", "text", g_variant_new_string(hr_text(hr)));
	ipc_send(hand->fd, "error", g_variant_builder_end(&b));
}

/* What a worker could not say to the scheduler before us (see words.h). */
static void
import_words(struct lane *lane)
{
	struct report *report;

	while ((report = words_next(lane->s->options.state_path, lane->uid)) != NULL) {
		enum spool_act act;
		HRESULT hr = spooldb_report(lane->s->db, report, g_get_real_time(), &act);

		log_info("message %" G_GINT64_FORMAT ": verdicts of an earlier worker: %s",
		    report->id, hr_name(hr));
		if (SUCCEEDED(hr))
			event_try(lane->s->db, report);
		report_free(report);
		if (FAILED(hr) && hr != MAPI_E_NOT_FOUND)
			return; /* the file stays for another time */
		if (!words_forget(lane->s->options.state_path, lane->uid))
			return;
	}
}

static bool
on_hello(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	g_autoptr(GBytes) uid = packet_bytes(packet, "profile");

	if (!g_bytes_equal(uid, lane->uid))
		return false;
	import_words(lane);
	batch_import(lane);
	spooldb_set_profile_name(lane->s->db, lane->uid, ipc_string(packet, "name", ""));
	hand->hello = true;
	lane->unasked = false;
	hand->many = hand->board && ipc_int(packet, "board", 0);
	lane->alone = true;
	return true;
}

/* Which of a store's submissions are known. */
static bool
on_have(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	g_autoptr(GBytes) store = packet_bytes(packet, "store");
	g_autoptr(GVariant) rows = ipc_value(packet, "rows", "a(ayx)");
	g_autoptr(GByteArray) answer = g_byte_array_new();
	gint64 now = g_get_real_time();
	HRESULT hr = S_OK;

	for (gsize i = 0; rows && SUCCEEDED(hr) && i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) entry = NULL;
		g_autoptr(GBytes) bytes = NULL;
		gint64 submitted;
		guint8 byte;
		bool known;

		g_variant_get_child(rows, i, "(@ayx)", &entry, &submitted);
		bytes = g_variant_get_data_as_bytes(entry);
		hr = spooldb_known(lane->s->db, store, bytes, submitted, now, &known);
		byte = known;
		g_byte_array_append(answer, &byte, 1);
	}
	if (FAILED(hr))
		answer_error(hand, hr);
	else
		answer_ok(hand, "known",
		    g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, answer->data, answer->len, 1));
	return true;
}

/* Of a message in its hands. */
static bool
on_members(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	gint64 now = g_get_real_time(), id;
	bool more = false, ours;
	HRESULT hr = packet_to_message(packet, &hand->queued, &more);

	id = SUCCEEDED(hr) ? hand->queued->id : 0;
	ours = id && (id == hand->lease || batch_has(hand, id, now));
	if (ours && !more)
		hr = spooldb_expand(lane->s->db, id, hand->queued, now);
	if (!ours || FAILED(hr) || !more) {
		spool_message_free(hand->queued);
		hand->queued = NULL;
	}
	if (FAILED(hr))
		answer_error(hand, hr);
	else
		answer_ok(hand, NULL, NULL);
	scheduler_changed(lane->s);
	return ours || FAILED(hr);
}

/* New ones, a row each. */
static bool
on_more_queued(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	g_autoptr(GBytes) store = packet_bytes(packet, "store");
	g_autoptr(GVariant) rows = ipc_value(packet, "rows", PACKET_QUEUED_ROWS);
	gint64 now = g_get_real_time(), id;
	HRESULT hr = S_OK;

	for (gsize i = 0; rows && SUCCEEDED(hr) && i < g_variant_n_children(rows); i++) {
		g_autoptr(GVariant) row = g_variant_get_child_value(rows, i);
		int priority;
		struct spool_message *m = packet_from_queued_row(row, store, &priority);

		hr = spooldb_add(lane->s->db, lane->uid, m, CLAMP(priority, -1, 1), now, &id);
		spool_message_free(m);
	}
	if (FAILED(hr))
		answer_error(hand, hr);
	else
		answer_ok(hand, NULL, NULL);
	scheduler_changed(lane->s);
	return true;
}

/* Up to which place of a store's queue all is on record. */
static bool
on_place(struct hand *hand, const struct ipc_message *packet)
{
	g_autoptr(GBytes) store = packet_bytes(packet, "store");

	answer_ok(hand, "place", g_variant_new_int64(spooldb_place(hand->lane->s->db, store)));
	return true;
}

static bool
on_placed(struct hand *hand, const struct ipc_message *packet)
{
	g_autoptr(GBytes) store = packet_bytes(packet, "store");

	spooldb_set_place(hand->lane->s->db, store, ipc_int(packet, "place", 0));
	return true;
}

static bool
on_queued(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	gint64 id = 0;
	bool more = false;
	HRESULT hr = packet_to_message(packet, &hand->queued, &more);

	if (SUCCEEDED(hr) && !more)
		hr = spooldb_add(lane->s->db, lane->uid, hand->queued,
		    (int)CLAMP(ipc_int(packet, "priority", 0), -1, 1), g_get_real_time(), &id);
	if (FAILED(hr) || !more) {
		spool_message_free(hand->queued);
		hand->queued = NULL;
	}
	if (FAILED(hr))
		answer_error(hand, hr);
	else
		answer_ok(hand, "id", g_variant_new_int64(id));
	if (id)
		scheduler_changed(lane->s);
	return true;
}

/* What is on record of a store's queue: the numbers, or a page of the submissions. */
static bool
on_live(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	g_autoptr(GBytes) store = packet_bytes(packet, "store");
	gint64 after = ipc_int(packet, "after", -1);
	gint64 hands = 0;
	GVariantBuilder b;

	for (guint i = 0; i < lane->hands->len; i++)
		hands += hand_holds(g_ptr_array_index(lane->hands, i));
	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	if (after < 0) {
		g_variant_builder_add(&b, "{sv}", "count",
		    g_variant_new_int64(spooldb_live_count(lane->s->db, store)));
		g_variant_builder_add(&b, "{sv}", "hands", g_variant_new_int64(hands));
	} else {
		g_variant_builder_add(
		    &b, "{sv}", "rows", spooldb_live(lane->s->db, store, after, LIVE_PAGE));
	}
	ipc_send(hand->fd, "ok", g_variant_builder_end(&b));
	return true;
}

static bool
on_gone(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	g_autoptr(GBytes) store = packet_bytes(packet, "store");
	g_autoptr(GBytes) entry = packet_bytes(packet, "entry");

	if (SUCCEEDED(spooldb_gone(
		lane->s->db, store, entry, ipc_int(packet, "submitted", 0), g_get_real_time())))
		scheduler_changed(lane->s);
	return true;
}

/* Of a long queue: a slice is followed by a pause of its own length, and by one so many times as
 * long while that many messages more are known to be due. */
#define AMPLE 1000
#define AMPLE_PAUSE 10

static gint64
pause_after(const struct lane *lane, gint64 slice)
{
	guint due = spooldb_due_count(lane->s->db, lane->uid, g_get_real_time(), AMPLE);

	return due < AMPLE ? slice : slice * AMPLE_PAUSE;
}

static bool
on_scanned(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	gint64 now = g_get_monotonic_time();

	hand->scanning = false;
	lane->scanned++;
	lane->scan_rest = ipc_int(packet, "more", 0) != 0;
	lane->scan_not_before =
	    lane->scan_rest ? now + pause_after(lane, now - lane->scan_began) : 0;
	lane->want_scan = lane->want_scan || lane->scan_rest;
	lane->scan_again = lane->scan_again || ipc_int(packet, "again", 0);
	lane->crashes = 0;
	g_clear_pointer(&lane->trouble, g_free);
	spooldb_set_scanned(lane->s->db, lane->uid, g_get_real_time());
	return true;
}

/* A server that answers again lets those go that waited for it. */
static void
note_reachable(struct lane *lane, const struct report *report)
{
	bool answered = false;

	for (guint i = 0; i < report->verdicts->len; i++) {
		const struct verdict *v = g_ptr_array_index(report->verdicts, i);

		answered = answered || v->class == VERDICT_ACCEPTED ||
			   (v->class != VERDICT_UNREACHABLE && v->code != 0);
		lane->unreachable = lane->unreachable || v->class == VERDICT_UNREACHABLE;
	}
	if (answered)
		lane_reachable(lane, g_get_real_time());
}

static void
answer_act(struct hand *hand, gint64 id, enum spool_act act)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(&b, "{sv}", "act", g_variant_new_string(spool_act_name(act)));
	g_variant_builder_add(&b, "{sv}", "tell",
	    g_variant_new_int64(spooldb_to_tell(hand->lane->s->db, id, g_get_real_time())));
	ipc_send(hand->fd, "ok", g_variant_builder_end(&b));
}

static bool
on_status(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	enum spool_act act = ACT_SEND;
	bool more = false;
	gint64 id = 0;
	HRESULT hr = packet_to_report(packet, &hand->report, &more);

	if (SUCCEEDED(hr) && !more)
		hr = spooldb_report(lane->s->db, hand->report, g_get_real_time(), &act);
	if (SUCCEEDED(hr) && !more) {
		id = hand->report->id;
		event_try(lane->s->db, hand->report);
		note_reachable(lane, hand->report);
	}
	if (FAILED(hr) || !more) {
		report_free(hand->report);
		hand->report = NULL;
	}
	if (FAILED(hr))
		answer_error(hand, hr);
	else
		answer_act(hand, id, act);
	scheduler_changed(lane->s);
	return true;
}

/* What the sender is to be told, a packet of recipients at a time. */
static bool
on_tell(struct hand *hand, const struct ipc_message *packet)
{
	struct spool_telling *t = &hand->telling;
	GVariantDict dict;
	HRESULT hr = S_OK;

	if (!t->message) {
		hand->told = (struct packet_cursor){ 0 };
		hr =
		    spooldb_tell(hand->lane->s->db, ipc_int(packet, "id", 0), g_get_real_time(), t);
	}
	if (FAILED(hr)) {
		spool_telling_clear(t);
		answer_error(hand, hr);
		return true;
	}
	g_variant_dict_init(&dict, NULL);
	if (t->message) {
		g_autoptr(GVariant) part =
		    g_variant_ref_sink(packet_from_message(t->message, &hand->told));

		g_variant_dict_clear(&dict);
		g_variant_dict_init(&dict, part);
	}
	g_variant_dict_insert(&dict, "notice", "x", (gint64)t->notice);
	g_variant_dict_insert(&dict, "serial", "x", t->serial);
	g_variant_dict_insert(&dict, "again", "x", (gint64)t->again);
	g_variant_dict_insert(&dict, "expires", "x", t->expires);
	g_variant_dict_insert(&dict, "total", "x", (gint64)t->total);
	g_variant_dict_insert(&dict, "sent", "x", (gint64)t->sent);
	g_variant_dict_insert(&dict, "waiting", "x", (gint64)t->waiting);
	ipc_send(hand->fd, "ok", g_variant_dict_end(&dict));
	if (hand->told.done)
		spool_telling_clear(t);
	return true;
}

static bool
on_told(struct hand *hand, const struct ipc_message *packet)
{
	gint64 id = ipc_int(packet, "id", 0);
	const char *text = ipc_string(packet, "text", "");
	HRESULT hr = spooldb_told(
	    hand->lane->s->db, id, ipc_int(packet, "serial", 0), text, g_get_real_time());

	if (FAILED(hr))
		answer_error(hand, hr);
	else
		answer_ok(hand, NULL, NULL);
	return true;
}

/* The words for outcomes, as the contract has them. */
static bool
outcome_parse(const char *text, enum spool_act *act)
{
	static const struct {
		const char *text;
		enum spool_act act;
	} outcomes[] = {
		{ "filed", ACT_FILE },
		{ "retry", ACT_RETRY },
		{ "failed", ACT_FAIL },
		{ "held", ACT_HOLD },
		{ "cancelled", ACT_CANCEL },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++) {
		if (strcmp(outcomes[i].text, text) == 0) {
			*act = outcomes[i].act;
			return true;
		}
	}
	return false;
}

static bool
on_done(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	const char *outcome = ipc_string(packet, "outcome", "");
	gint64 id = ipc_int(packet, "id", 0);
	enum spool_act act;

	if (!outcome_parse(outcome, &act) ||
	    (id != hand->lease && !batch_has(hand, id, g_get_real_time())))
		return false;
	spooldb_settle(lane->s->db, id, act, ipc_string(packet, "text", ""), g_get_real_time());
	event_message(lane->s->db, id, outcome, ipc_string(packet, "text", ""));
	if (id == hand->lease)
		hand->lease = 0;
	else
		batch_drop(hand, id);
	lane->crashes = 0;
	scheduler_changed(lane->s);
	return true;
}

/* Of a batch: what it has filed, and whether that is the end of it. */
static bool
on_filed(struct hand *hand, const struct ipc_message *packet)
{
	g_autoptr(GBytes) slots = packet_bytes(packet, "slots");
	gsize count;
	const guint8 *data = g_bytes_get_data(slots, &count);

	return batch_filed(hand, (guint)ipc_int(packet, "half", 2), data, count,
	    ipc_int(packet, "end", 0) != 0, g_get_real_time());
}

/* The worker cannot log on; it ends by itself after this. */
static bool
on_trouble(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	gint64 now = g_get_real_time();
	const char *text = ipc_string(packet, "text", "The profile cannot be used.");

	log_warning("profile: %s", text);
	if (hand->lease)
		spooldb_settle(lane->s->db, hand->lease, ACT_RETRY, text, now);
	hand->lease = 0;
	lane->scanned += hand->scanning;
	hand->scanning = false;
	hand->quitting = true;
	/* Its program meets the same, stores nothing, and says so. */
	if (lane->unasked) {
		lane->unasked = false;
		lane->want_scan = false;
		return true;
	}
	/* Somebody has asked anew since it was started: the next one looks. */
	if (hand->renew) {
		lane->want_scan = true;
		return true;
	}
	g_free(lane->trouble);
	lane->trouble = g_strdup(text);
	lane->not_before = now + retry_delay(&lane->policy, ++lane->crashes, 0);
	if (ipc_int(packet, "hold", 0)) {
		lane->want_scan = false;
		spooldb_hold_profile(lane->s->db, lane->uid, text, now);
	} else {
		lane->want_scan = true;
	}
	scheduler_changed(lane->s);
	return true;
}

bool
lane_handle(struct hand *hand, const struct ipc_message *packet)
{
	static const struct {
		const char *verb;
		bool (*handle)(struct hand *hand, const struct ipc_message *packet);
	} verbs[] = {
		{ "hello", on_hello },
		{ "have", on_have },
		{ "queued", on_queued },
		{ "more-queued", on_more_queued },
		{ "members", on_members },
		{ "place", on_place },
		{ "placed", on_placed },
		{ "live", on_live },
		{ "gone", on_gone },
		{ "scanned", on_scanned },
		{ "status", on_status },
		{ "tell", on_tell },
		{ "told", on_told },
		{ "done", on_done },
		{ "filed", on_filed },
		{ "trouble", on_trouble },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
		if (strcmp(verbs[i].verb, packet->verb) == 0)
			return verbs[i].handle(hand, packet);
	}
	log_error("worker %d says \"%s\", which nobody knows", (int)hand->pid, packet->verb);
	return false;
}
