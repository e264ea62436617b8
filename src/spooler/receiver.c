/* SPDX-License-Identifier: MIT */
/*
 * What goes over the machine's socket; see receiver.h.
 *
 * A message is taken in one go.  The machine runs several of these processes on one listening
 * socket; who is cut off, an honest client, comes again (relay.h).
 */
#include "receiver.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <mapicode.h>
#include "hr.h"
#include "log.h"
#include "peers.h"

#define PEERS_OF_ONE 32

/* --- One message --------------------------------------------------------------------------- */

/* The file must be of memory and nobody may change it any more. */
static HRESULT
map(int fd, size_t *size, const char **data)
{
	const int wanted = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	int seals = fd < 0 ? -1 : fcntl(fd, F_GET_SEALS);
	struct stat status;
	void *memory;

	*data = NULL;
	if (seals < 0 || (seals & wanted) != wanted || fstat(fd, &status) != 0 ||
	    status.st_size <= 0)
		return MAPI_E_INVALID_PARAMETER;
	*size = (size_t)status.st_size;
	memory = mmap(NULL, *size, PROT_READ, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return hr_from_errno(errno);
	*data = memory;
	return S_OK;
}

static HRESULT
take_mapped(struct submission *submission, int fd, GBytes **key, char **why)
{
	struct stat status;
	HRESULT hr;

	if (fd >= 0 && fstat(fd, &status) == 0 &&
	    (guint64)status.st_size > submission->house->size_max) {
		*why = g_strdup_printf("the message has %" G_GINT64_FORMAT
				       " bytes; the profile takes %zu at most",
		    (gint64)status.st_size, submission->house->size_max);
		return MAPI_E_TOO_BIG;
	}
	hr = map(fd, &submission->size, &submission->data);
	if (FAILED(hr))
		return hr;
	hr = submission_take(submission, key, why);
	munmap((void *)(uintptr_t)submission->data, submission->size);
	return hr;
}

static HRESULT
take(GHashTable *houses, const struct peer_id *peer, const struct ipc_message *packet, int fd,
    GBytes **key, char **why)
{
	struct submission submission = { .uid = peer->uid, .pid = peer->pid };
	HRESULT hr;

	*key = NULL;
	if (strcmp(packet->verb, "submit") != 0)
		return MAPI_E_NO_SUPPORT;
	submission.again = ipc_int(packet, "again", 0) != 0;
	hr = house_find(houses, ipc_string(packet, "profile", ""), &submission.house, why);
	if (SUCCEEDED(hr))
		hr = take_mapped(&submission, fd, key, why);
	if (SUCCEEDED(hr))
		log_info("user %u submitted a message of %zu bytes to \"%s\"", (unsigned)peer->uid,
		    submission.size, submission.house->name);
	else
		log_warning("user %u was refused a message to \"%s\": %s (%s)", (unsigned)peer->uid,
		    ipc_string(packet, "profile", ""), *why ? *why : hr_text(hr), hr_name(hr));
	return hr;
}

/* --- Answers ------------------------------------------------------------------------------- */

static HRESULT
answer_ok(int fd, GBytes *key)
{
	GVariantBuilder b;

	g_variant_builder_init(&b, G_VARIANT_TYPE_VARDICT);
	g_variant_builder_add(
	    &b, "{sv}", "key", g_variant_new_from_bytes(G_VARIANT_TYPE("ay"), key, TRUE));
	return peers_answer(fd, "ok", g_variant_builder_end(&b));
}

static HRESULT
answer_error(int fd, HRESULT hr, const char *why)
{
	g_autofree char *text = g_strdup_printf(
	    "The machine's mail service does not take the message: %s", why ? why : hr_text(hr));

	return peers_answer_error(fd, hr, text);
}

static HRESULT
serve(void *houses, const struct peer_id *peer, int fd, const struct ipc_message *packet,
    int attached)
{
	g_autoptr(GBytes) key = NULL;
	g_autofree char *why = NULL;
	HRESULT hr = take(houses, peer, packet, attached, &key, &why);

	return SUCCEEDED(hr) ? answer_ok(fd, key) : answer_error(fd, hr, why);
}

int
receiver_run(int fd, pid_t parent)
{
	GHashTable *houses = houses_create();

	peers_run(fd, parent, PEERS_OF_ONE, serve, houses);
	g_hash_table_unref(houses);
	return 0;
}
