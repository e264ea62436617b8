/* SPDX-License-Identifier: MIT */
#include "queue.h"

#include <string.h>
#include <mapicode.h>
#include "spooler_link.h"
#include "profile.h"
#include "text.h"

#define SHORT_ID 8

int
queue_unreachable(HRESULT hr)
{
	return cli_fail_spooler(hr);
}

int
queue_find(const char *id, struct spool_message **out)
{
	g_autofree char *shown = text_printable(id);
	HRESULT hr = spooler_find(id, out);
	g_autofree char *why = spooler_why();

	if (FAILED(hr) && why)
		return queue_unreachable(hr);
	switch (hr) {
	case S_OK:
		return 0;
	case MAPI_E_INVALID_PARAMETER:
		return cli_fail(EX_DATAERR,
		    "\"%s\" is no message's ID: that is the first digits as `emapi queue list` "
		    "prints them, or \"last\"",
		    shown);
	case MAPI_E_AMBIGUOUS_RECIP:
		return cli_fail(EX_DATAERR,
		    "several messages' IDs begin with %s; more digits, please (emapi queue list "
		    "--json prints all of them)",
		    shown);
	case MAPI_E_NOT_FOUND:
		if (!strcmp(id, "last"))
			return cli_fail(EX_NOINPUT,
			    "no message was sent yet, or none in the last 30 days; emapi "
			    "explain --to ADDRESS tells how one would go");
		return cli_fail(EX_NOINPUT,
		    "the spooler remembers no message %s (emapi queue list --all shows the last 30 "
		    "days)",
		    shown);
	default:
		return queue_unreachable(hr);
	}
}

char *
queue_id(const struct spool_message *message, bool whole)
{
	gsize size = 0;
	const void *data = message->key ? g_bytes_get_data(message->key, &size) : NULL;
	g_autofree char *hex = data ? text_hex(data, size) : g_strdup("-");

	return whole ? g_steal_pointer(&hex) : g_strndup(hex, SHORT_ID);
}

int
queue_profile(const char *name, struct profile **out)
{
	g_autofree char *why = NULL;
	HRESULT hr;

	*out = NULL;
	if (!name)
		return 0;
	hr = profile_load(name, out, &why);
	return FAILED(hr) ? cli_fail(cli_exit_code(hr), "%s", why) : 0;
}
