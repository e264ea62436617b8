/* SPDX-License-Identifier: MIT */
/*
 * Whether a mail is stored already that was handed to a process which then ended without an answer.
 *
 * Its transaction is over, one way or the other.  It leaves the queue only when the scheduler knows
 * it: asked in this order one of the two has it.  What it had committed may not be on disk yet.
 */
#include "sendmail.h"

#include <fcntl.h>
#include <unistd.h>
#include <emapispi.h>
#include <mapicode.h>
#include "known.h"
#include "hr.h"
#include "mem.h"
#include "paths.h"
#include "prop.h"
#include "spooler_link.h"

char *
sendmail_store_path(struct profile *profile)
{
	g_autoptr(GArray) stores = profile_providers(profile, MAPI_STORE_PROVIDER);
	SPropValue *values = NULL;
	ULONG count = 0;
	char *path = NULL;

	for (guint i = 0; stores && i < stores->len && !path; i++) {
		if (FAILED(profile_section_read(
			profile, &g_array_index(stores, MAPIUID, i), &values, &count)))
			continue;
		if (stores->len == 1 || prop_find_bool(values, count, PR_DEFAULT_STORE, false))
			path = prop_find_text(values, count, PR_EMAPI_PATH);
		mem_free(values);
	}
	return path;
}

static bool
sync_file(const char *path, bool must_be)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	bool done = fd >= 0 ? fdatasync(fd) == 0 : !must_be;

	if (fd >= 0)
		close(fd);
	return done;
}

/* The store and its log, whoever has written them. */
static HRESULT
secure(struct profile *profile)
{
	g_autofree char *path = sendmail_store_path(profile);
	g_autofree char *log = path ? g_strconcat(path, "-wal", NULL) : NULL;

	if (!path || !sync_file(path, true) || !sync_file(log, false))
		return MAPI_E_DISK_ERROR;
	paths_sync_parent(path);
	return S_OK;
}

HRESULT
sendmail_is_there(struct sendmail_session *session, const BYTE key[SENDMAIL_KEY_SIZE], bool *there)
{
	HRESULT hr = known_to_queue(session->outbox.store, key, SENDMAIL_KEY_SIZE, there);
	int fd = -1;

	if (SUCCEEDED(hr) && !*there)
		hr = spooler_connect(true, &fd);
	if (SUCCEEDED(hr) && !*there)
		hr = known_to_scheduler(fd, key, SENDMAIL_KEY_SIZE, there);
	if (fd >= 0)
		close(fd);
	if (SUCCEEDED(hr) && *there)
		hr = secure(session->profile);
	if (SUCCEEDED(hr) && *there)
		spooler_wake(profile_uid(session->profile), profile_name(session->profile));
	return hr;
}
