/* SPDX-License-Identifier: MIT */
/* emapi store watch: what happens in the store, as it happens. */
#include "emapi.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <mapicode.h>
#include <mapiutil.h>
#include "com.h"
#include "mailstore.h"
#include "text.h"

struct watching {
	bool json;
	int left; /* so many more, then the end */
};

static const struct {
	ULONG event;
	const char *name;
} events[] = {
	{ fnevNewMail, "new mail" },
	{ fnevObjectCreated, "created" },
	{ fnevObjectDeleted, "deleted" },
	{ fnevObjectModified, "modified" },
	{ fnevObjectMoved, "moved" },
	{ fnevObjectCopied, "copied" },
	{ fnevSearchComplete, "search complete" },
};

#define MASK                                                                                       \
	(fnevNewMail | fnevObjectCreated | fnevObjectDeleted | fnevObjectModified |                \
	    fnevObjectMoved | fnevObjectCopied | fnevSearchComplete)

static const char *
event_name(ULONG event)
{
	for (size_t i = 0; i < G_N_ELEMENTS(events); i++)
		if (events[i].event == event)
			return events[i].name;
	return "something";
}

static void
add_id(GString *out, const char *name, ULONG size, const ENTRYID *id, bool json)
{
	SBinary entry = { size, (BYTE *)(uintptr_t)id };
	g_autofree char *shown = size ? (json ? text_hex(id, size) : mailstore_id(&entry)) : NULL;

	if (!shown)
		return;
	if (json)
		json_member(out, name, shown);
	else
		g_string_append_printf(out, "  %s #%s", name, shown);
}

static void
describe(GString *out, const NOTIFICATION *n, bool json)
{
	const OBJECT_NOTIFICATION *o = &n->info.obj;
	const NEWMAIL_NOTIFICATION *m = &n->info.newmail;

	if (n->ulEventType == fnevNewMail) {
		add_id(out, "message", m->cbEntryID, m->lpEntryID, json);
		add_id(out, "folder", m->cbParentID, m->lpParentID, json);
		return;
	}
	add_id(out, o->ulObjType == MAPI_FOLDER ? "folder" : "message", o->cbEntryID, o->lpEntryID,
	    json);
	add_id(out, "in", o->cbParentID, o->lpParentID, json);
	add_id(out, "was", o->cbOldID, o->lpOldID, json);
	add_id(out, "from", o->cbOldParentID, o->lpOldParentID, json);
}

static void
print(const NOTIFICATION *n, bool json)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
	g_autoptr(GString) out = g_string_new(json ? "{" : NULL);

	if (json) {
		json_member(out, "time", time);
		json_member(out, "event", event_name(n->ulEventType));
	} else {
		g_string_append_printf(out, "%s  %-15s", time, event_name(n->ulEventType));
	}
	describe(out, n, json);
	printf("%s%s\n", out->str, json ? "}" : "");
	fflush(stdout);
}

static LONG STDAPICALLTYPE
on_notify(LPVOID context, ULONG count, LPNOTIFICATION notifications)
{
	struct watching *w = context;

	for (ULONG i = 0; i < count && w->left; i++) {
		print(&notifications[i], w->json);
		if (w->left > 0)
			w->left--;
	}
	return 0;
}

/* Notifications come when this thread asks for them: ten times a second. */
static void
wait_for_end(const sigset_t *signals, const struct watching *w, int seconds)
{
	static const struct timespec pause = { .tv_nsec = 100000000 };
	gint64 end = g_get_monotonic_time() + (gint64)seconds * G_USEC_PER_SEC;

	while (w->left && g_get_monotonic_time() < end) {
		if (sigtimedwait(signals, NULL, &pause) > 0)
			break;
		HrDispatchNotifications(0);
	}
}

static int
watch(const struct mailstore *store, const SBinary *id, struct watching *w, int seconds)
{
	IMAPIAdviseSink *sink = NULL;
	ULONG_PTR connection = 0;
	sigset_t signals;
	HRESULT hr;

	/* Before Advise starts a thread, so that it has them blocked as well. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	hr = HrAllocAdviseSink(on_notify, w, &sink);
	if (SUCCEEDED(hr))
		hr = store->store->lpVtbl->Advise(
		    store->store, id->cb, (LPENTRYID)id->lpb, MASK, sink, &connection);
	COM_CLEAR(sink);
	if (FAILED(hr))
		return mailstore_fail("watching", store->store, hr);
	cli_note("watching; Ctrl-C ends it");
	wait_for_end(&signals, w, seconds);
	store->store->lpVtbl->Unadvise(store->store, connection);
	return 0;
}

static int
run(int argc, char **argv)
{
	struct mailstore_options options = { 0 };
	struct watching w = { 0 };
	int count = INT_MAX, seconds = INT_MAX;
	const GOptionEntry entries[] = {
		{ "count", 'n', 0, G_OPTION_ARG_INT, &count, "end after so many", "COUNT" },
		{ "seconds", 0, 0, G_OPTION_ARG_INT, &seconds, "end after so long", "SECONDS" },
		{ NULL },
	};
	struct mailstore_item item = { 0 };
	struct mailstore store = { 0 };
	int code = mailstore_parse(&options, entries, "[FOLDER|MESSAGE]", &argc, &argv);

	if (!code && argc > 2)
		code = cli_fail(EX_USAGE, "one folder or message at a time");
	if (!code && (count < 1 || seconds < 1))
		code = cli_fail(
		    EX_USAGE, "--%s: it is a number from 1", count < 1 ? "count" : "seconds");
	if (!code)
		code = mailstore_open(&options, false, &store);
	if (!code)
		code = mailstore_find(&store, argc > 1 ? argv[1] : ".", false, &item);
	w.json = options.json;
	w.left = count;
	if (!code)
		code = watch(&store, &item.id, &w, seconds);
	mailstore_item_clear(&item);
	mailstore_close(&store);
	mailstore_options_clear(&options);
	return code;
}

const struct command command_store_watch = {
	.name = "store watch",
	.summary = "what happens in the store, as it happens",
	.run = run,
};
