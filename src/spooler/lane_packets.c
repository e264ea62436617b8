/* SPDX-License-Identifier: MIT */
/* What a worker says, and what is done about it.  See docs/ARCHITECTURE.md for the packets. */
#include "scheduler_private.h"

#include <string.h>
#include "event.h"
#include "hr.h"
#include "words.h"

void
hand_answer_ok(struct hand *hand, const char *name, GVariant *value)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	if (name)
		g_variant_builder_add(&b, "{sv}", name, value);
	ipc_send(hand->fd, "ok", g_variant_builder_end(&b));
}

void
hand_answer_error(struct hand *hand, HRESULT hr)
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

/* The stores that it has opened. */
static GPtrArray *
stores_of(const struct ipc_message *packet)
{
	g_autoptr(GVariant) uids = ipc_value(packet, "stores", "aay");
	GPtrArray *stores = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

	for (gsize i = 0; uids && i < g_variant_n_children(uids); i++) {
		g_autoptr(GVariant) uid = g_variant_get_child_value(uids, i);

		g_ptr_array_add(stores, g_variant_get_data_as_bytes(uid));
	}
	return stores;
}

static bool
on_hello(struct hand *hand, const struct ipc_message *packet)
{
	struct lane *lane = hand->lane;
	g_autoptr(GBytes) uid = packet_bytes(packet, "profile");

	if (hand->hello || !g_bytes_equal(uid, lane->uid))
		return false;
	import_words(lane);
	batch_import(lane);
	spooldb_set_profile_name(lane->s->db, lane->uid, ipc_string(packet, "name", ""));
	hand->hello = true;
	hand->stores = stores_of(packet);
	lane->unasked = false;
	hand->many = hand->board && ipc_int(packet, "board", 0);
	lane->alone = true;
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
		hand_answer_error(hand, hr);
	else
		hand_answer_ok(hand, NULL, NULL);
	scheduler_changed(lane->s);
	return ours || FAILED(hr);
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

/* All of a report has come.  Who watches waits for this, and is told first. */
static HRESULT
take_report(struct hand *hand, const struct report *report)
{
	struct lane *lane = hand->lane;
	enum spool_act act = ACT_SEND;
	HRESULT hr = spooldb_report(lane->s->db, report, g_get_real_time(), &act);

	if (FAILED(hr))
		return hr;
	scheduler_changed(lane->s);
	answer_act(hand, report->id, act);
	event_try(lane->s->db, report);
	note_reachable(lane, report);
	return S_OK;
}

static bool
on_status(struct hand *hand, const struct ipc_message *packet)
{
	bool more = false;
	HRESULT hr = packet_to_report(packet, &hand->report, &more);

	if (SUCCEEDED(hr) && more) {
		answer_act(hand, 0, ACT_SEND);
		return true;
	}
	if (SUCCEEDED(hr))
		hr = take_report(hand, hand->report);
	if (FAILED(hr))
		hand_answer_error(hand, hr);
	report_free(hand->report);
	hand->report = NULL;
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
		hand_answer_error(hand, hr);
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
		hand_answer_error(hand, hr);
	else
		hand_answer_ok(hand, NULL, NULL);
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

static const struct lane_verb verbs[] = {
	{ "hello", on_hello },
	{ "members", on_members },
	{ "status", on_status },
	{ "tell", on_tell },
	{ "told", on_told },
	{ "done", on_done },
	{ "filed", on_filed },
	{ "trouble", on_trouble },
	{ NULL, NULL },
};

static const struct lane_verb *
find_verb(const struct lane_verb *among, const char *verb)
{
	while (among->verb && strcmp(among->verb, verb) != 0)
		among++;
	return among->verb ? among : NULL;
}

bool
lane_handle(struct hand *hand, const struct ipc_message *packet)
{
	const struct lane_verb *found = find_verb(verbs, packet->verb);

	if (!found)
		found = find_verb(lane_scan_verbs, packet->verb);
	if (found)
		return found->handle(hand, packet);
	log_error("worker %d says \"%s\", which nobody knows", (int)hand->pid, packet->verb);
	return false;
}
