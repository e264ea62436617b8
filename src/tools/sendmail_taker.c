/* SPDX-License-Identifier: MIT */
/*
 * The process of a user's spooler that takes mail from emapi-sendmail (handover.h, taking.h): the
 * program's own parts with a session and a store that stay open.
 *
 * It answers `ok` when the mail is on disk and in the queue.  Whatever is not as usual it leaves to
 * the emapi-sendmail that asked, which finds the same and says so: a mail is stored here or there,
 * and all words come from there.
 */
#include "sendmail.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <mapicode.h>
#include "cli.h"
#include "handover.h"
#include "hr.h"
#include "log.h"
#include "peers.h"
#include "sendmail_front.h"

#define PEERS_OF_ONE 512

extern char **environ;

/* A profile in use, and its file and the store's as they were when they were opened. */
struct house {
	struct sendmail_session session;
	struct sendmail_identity identity;
	char *store_path;
	struct stat profile_file, store_file;
};

static void
house_free(void *data)
{
	struct house *house = data;

	sendmail_session_close(&house->session);
	sendmail_identity_clear(&house->identity);
	profile_unref(house->session.profile);
	g_free(house->store_path);
	g_free(house);
}

/* --- Profiles ------------------------------------------------------------------------------- */

static bool
same_file(const char *path, const struct stat *was)
{
	struct stat now;

	return stat(path, &now) == 0 && now.st_dev == was->st_dev && now.st_ino == was->st_ino;
}

/* A profile that was changed is loaded anew, a store that somebody has put in the place of the one
 * that is open is opened. */
static bool
is_current(const struct house *house)
{
	const char *path = profile_path(house->session.profile);
	struct stat now;

	if (!same_file(path, &house->profile_file) || stat(path, &now) != 0 ||
	    now.st_ctim.tv_sec != house->profile_file.st_ctim.tv_sec ||
	    now.st_ctim.tv_nsec != house->profile_file.st_ctim.tv_nsec)
		return false;
	return !house->session.session || same_file(house->store_path, &house->store_file);
}

static struct house *
house_open(const char *name)
{
	struct house *house = g_new0(struct house, 1);
	g_autofree char *why = NULL;
	HRESULT hr = profile_load(name, &house->session.profile, &why);

	if (SUCCEEDED(hr) && !profile_is_machine(house->session.profile) &&
	    stat(profile_path(house->session.profile), &house->profile_file) == 0 &&
	    sendmail_read_identity(house->session.profile, &house->identity) == 0)
		house->store_path = sendmail_store_path(house->session.profile);
	if (house->store_path)
		return house;
	house_free(house);
	return NULL;
}

/* NULL: it is none that is used here. */
static struct house *
find_house(GHashTable *houses, const char *name)
{
	struct house *house = g_hash_table_lookup(houses, name);

	if (house && is_current(house))
		return house;
	g_hash_table_remove(houses, name);
	house = house_open(name);
	if (house)
		g_hash_table_insert(houses, g_strdup(name), house);
	return house;
}

/* --- The environment ------------------------------------------------------------------------ */

/* The profile is each mail's own affair. */
static bool
is_profile(const char *variable)
{
	return g_str_has_prefix(variable, "EMAPI_PROFILE=");
}

static bool
all_in(char *const *some, char *const *others)
{
	for (; *some; some++)
		if (handover_carries(*some) && !is_profile(*some) &&
		    !g_strv_contains((const char *const *)others, *some))
			return false;
	return true;
}

static const char *
find_profile(char *const *variables)
{
	for (; *variables; variables++)
		if (is_profile(*variables))
			return strchr(*variables, '=') + 1;
	return NULL;
}

/* --- One mail ------------------------------------------------------------------------------- */

/* All of the file; NULL: it is too large, or memory is short.  free(). */
static char *
read_file(int fd, size_t *size)
{
	struct stat status;
	char *data;

	if (fd < 0 || fstat(fd, &status) != 0 || status.st_size <= 0 ||
	    (guint64)status.st_size > HANDOVER_MAX)
		return NULL;
	*size = (size_t)status.st_size;
	data = malloc(*size);
	if (data && pread(fd, data, *size, 0) == (ssize_t)*size)
		return data;
	free(data);
	return NULL;
}

static int
store(struct house *house, const struct sendmail_options *options, const struct handover *given)
{
	struct sendmail_mail mail;
	struct sendmail_input input;
	int code;

	sendmail_mail_init(&mail);
	mail.keyed = true;
	memcpy(mail.key, given->head->key, sizeof mail.key);
	sendmail_input_init(&input, -1, -1);
	sendmail_input_head(&input, given->mail, given->head->mail, true);
	code = sendmail_send(options, &house->session, &house->identity, &mail, &input);
	sendmail_input_clear(&input);
	sendmail_mail_clear(&mail);
	return code;
}

/* False: nothing was stored. */
static bool
take(GHashTable *houses, const struct peer_id *peer, const struct handover *given)
{
	struct sendmail_options options = { .mode = SENDMAIL_SEND };
	g_autofree char *program = g_path_get_basename(given->arguments[0]);
	g_autofree char *name = NULL;
	struct house *house;
	bool named, stored, fresh;

	if (!all_in(given->environment, environ) || !all_in(environ, given->environment) ||
	    sendmail_parse((int)given->head->arguments, given->arguments, &options) ||
	    options.mode != SENDMAIL_SEND || options.verbose || options.log ||
	    (given->head->to_dot && options.ignore_dots))
		return false;
	name = sendmail_profile_name(&options, find_profile(given->environment), &named);
	house = name ? find_house(houses, name) : NULL;
	if (!house)
		return false;
	house->session.named = named;
	house->session.client = peer->pid;
	house->session.client_program = program;
	fresh = !house->session.session;
	stored = store(house, &options, given) == 0;
	house->session.client_program = NULL;
	/* What failed may have to do with what is open. */
	if (!stored || (fresh && stat(house->store_path, &house->store_file) != 0))
		g_hash_table_remove(houses, name);
	return stored;
}

/* Who asked has given up, and may have stored it himself. */
static bool
has_gone(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static HRESULT
serve(void *houses, const struct peer_id *peer, int fd, const struct ipc_message *packet,
    int attached)
{
	struct handover given;
	size_t size = 0;
	char *data;
	bool stored = false;

	if (peer->uid != geteuid() || strcmp(packet->verb, "mail") != 0)
		return MAPI_E_NO_ACCESS;
	data = read_file(attached, &size);
	if (data && handover_parse(data, size, &given)) {
		stored = !has_gone(fd) && take(houses, peer, &given);
		free(given.arguments);
	}
	free(data);
	return stored ? peers_answer(fd, "ok", NULL)
		      : peers_answer_error(fd, MAPI_E_CALL_FAILED, "it was not stored here");
}

int
emapi_sendmail_take(int fd, pid_t parent)
{
	GHashTable *houses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, house_free);

	cli_set_mute();
	log_debug("process %d takes mail from emapi-sendmail", (int)getpid());
	peers_run(fd, parent, PEERS_OF_ONE, serve, houses);
	g_hash_table_unref(houses);
	return 0;
}
