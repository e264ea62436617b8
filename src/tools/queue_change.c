/* SPDX-License-Identifier: MIT */
/* emapi queue retry, hold, release and cancel: what a person decides about messages that wait. */
#include "emapi.h"

#include <stdio.h>
#include <mapicode.h>
#include "hr.h"
#include "queue.h"
#include "text.h"

/* How long a cancelled message is waited for: the store has to let go of it first. */
#define CANCEL_MS 5000

struct change {
	HRESULT (*ask)(const void *key, size_t size, char **why);
	const char *done; /* what is said of it then */
	bool wait;        /* until the message has left the queue */
};

static int
exit_code(HRESULT hr)
{
	switch (hr) {
	case MAPI_E_UNABLE_TO_ABORT:
		return EX_TEMPFAIL;
	case MAPI_E_NOT_FOUND:
	case MAPI_E_NO_SUPPORT:
		return EX_UNAVAILABLE;
	default:
		return cli_exit_code(hr);
	}
}

static bool
note_state(const struct spool_message *message, void *context)
{
	*(enum spool_state *)context = message->state;
	return true; /* until it is final */
}

/* What became of it where that is waited for. */
static const char *
done_text(const struct change *change, const void *key, gsize size)
{
	enum spool_state state = SPOOL_WAITING;

	if (!change->wait)
		return change->done;
	spooler_watch(key, size, NULL, CANCEL_MS, note_state, &state);
	if (state == SPOOL_CANCELLED)
		return change->done;
	if (state == SPOOL_FILED)
		return "some recipients had got it; the others will not, and it is in Sent Items";
	return "will be cancelled as soon as its profile's store can be opened";
}

static int
change_one(const struct change *change, const char *id)
{
	struct spool_message *m = NULL;
	g_autofree char *name = NULL, *why = NULL;
	gsize size = 0;
	const void *key;
	HRESULT hr;
	int code = queue_find(id, &m);

	if (code)
		return code;
	name = queue_id(m, false);
	key = g_bytes_get_data(m->key, &size);
	hr = change->ask(key, size, &why);
	if (FAILED(hr))
		code = cli_fail(exit_code(hr), "message %s (%s): %s", name,
		    spool_state_name(m->state), why && *why ? why : hr_text(hr));
	else
		printf("%s: %s\n", name, done_text(change, key, size));
	spool_message_free(m);
	return code;
}

/* All that are named; the first failure is the exit code. */
static int
change_all(const struct change *change, int argc, char **argv)
{
	g_autoptr(GOptionContext) context = g_option_context_new("ID...");
	int code = cli_parse(context, &argc, &argv);

	if (code)
		return code;
	if (argc < 2)
		return cli_fail(EX_USAGE,
		    "which message?  The first digits of its ID, or \"last\" (emapi queue list)");
	for (int i = 1; i < argc; i++) {
		int one = change_one(change, argv[i]);

		code = code ? code : one;
	}
	return code;
}

static int
run_retry(int argc, char **argv)
{
	static const struct change change = { spooler_retry, "is tried now", false };

	return change_all(&change, argc, argv);
}

static int
run_hold(int argc, char **argv)
{
	static const struct change change = { spooler_hold, "held until it is released", false };

	return change_all(&change, argc, argv);
}

static int
run_release(int argc, char **argv)
{
	static const struct change change = { spooler_release, "released", false };

	return change_all(&change, argc, argv);
}

static int
run_cancel(int argc, char **argv)
{
	static const struct change change = { spooler_cancel,
		"cancelled; it stays in the Outbox, unsent", true };

	return change_all(&change, argc, argv);
}

const struct command command_queue_retry = {
	.name = "queue retry",
	.summary = "try these messages now, also where they are held",
	.run = run_retry,
};
const struct command command_queue_hold = {
	.name = "queue hold",
	.summary = "keep these messages back until they are released",
	.run = run_hold,
};
const struct command command_queue_release = {
	.name = "queue release",
	.summary = "let these messages go on that were held by hand",
	.run = run_release,
};
const struct command command_queue_cancel = {
	.name = "queue cancel",
	.summary = "take these messages out of the queue, unsent",
	.run = run_cancel,
};
