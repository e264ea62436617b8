/* SPDX-License-Identifier: MIT */
/* Secrets of profile sections, kept in files of mode 600 or given by a command. */
#include "secret.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapitags.h>
#include <emapispi.h>
#include "blob.h"
#include "command.h"
#include "hr.h"
#include "mem.h"
#include "paths.h"
#include "profile_private.h"
#include "prop.h"
#include "text.h"

#define SECRET_MAX (64 * 1024)
#define COMMAND_SECONDS 60

bool
secret_is(ULONG tag)
{
	return PROP_ID(tag) >= PROP_ID_SECURE_MIN && PROP_ID(tag) <= PROP_ID_SECURE_MAX;
}

/* The file in our own folder. */
static char *
own_file(const MAPIUID *section, ULONG tag)
{
	char *hex = text_hex(section, sizeof *section), *file, *path;

	if (PROP_ID(tag) == PROP_ID(PR_EMAPI_PASSWORD))
		file = g_strconcat("secrets/", hex, NULL);
	else
		file = g_strdup_printf("secrets/%s-%04X", hex, PROP_ID(tag));
	path = paths_config(file);
	g_free(file);
	g_free(hex);
	return path;
}

/* Where the section says that a secret is. */
struct place {
	char *command;    /* prints it */
	char *credential; /* a service manager has handed it down under this name */
	char *file;
	char *keyring; /* emapi-keyring, quoted for the shell */
	char *label;   /* what the keyring shows people */
};

static void
place_clear(struct place *place)
{
	g_free(place->command);
	g_free(place->credential);
	g_free(place->file);
	g_free(place->keyring);
	g_free(place->label);
}

static char *
quoted_keyring(void)
{
	char *program = paths_keyring(), *quoted = g_shell_quote(program);

	g_free(program);
	return quoted;
}

static char *
keyring_command(const struct place *place, const char *verb, const MAPIUID *section)
{
	char *hex = text_hex(section, sizeof *section);
	char *command = g_strdup_printf("%s %s %s", place->keyring, verb, hex);

	g_free(hex);
	return command;
}

static HRESULT
find_place(struct profile *profile, const MAPIUID *section, ULONG tag, struct place *place)
{
	SPropValue *values = NULL;
	ULONG count = 0;
	HRESULT hr;

	hr = profile_section_read(profile, section, &values, &count);
	if (FAILED(hr) && hr != MAPI_E_NOT_FOUND) /* a section may be nothing but a secret */
		return hr;
	if (PROP_ID(tag) == PROP_ID(PR_EMAPI_PASSWORD)) {
		place->command = prop_find_text(values, count, PR_EMAPI_PASSWORD_COMMAND_W);
		place->credential = prop_find_text(values, count, PR_EMAPI_PASSWORD_CREDENTIAL_W);
		place->file = prop_find_text(values, count, PR_EMAPI_PASSWORD_FILE_W);
		if (prop_find_bool(values, count, PR_EMAPI_PASSWORD_KEYRING, false))
			place->keyring = quoted_keyring();
		place->label = prop_find_text(values, count, PR_DISPLAY_NAME_W);
	}
	if (!place->file)
		place->file = own_file(section, tag);
	mem_free(values);
	return S_OK;
}

/* --- Reading ------------------------------------------------------------------------------- */

/* How long a password command may take. */
static int
command_seconds(void)
{
	const char *text = g_getenv("EMAPI_PASSWORD_SECONDS");
	gint64 seconds = text ? g_ascii_strtoll(text, NULL, 10) : 0;

	return seconds > 0 && seconds < 86400 ? (int)seconds : COMMAND_SECONDS;
}

static HRESULT
read_command(const char *command, char **secret, char **why)
{
	char *output = NULL, *reason = NULL;
	HRESULT hr = command_output(command, command_seconds(), &output, &reason);

	if (SUCCEEDED(hr)) {
		output[strcspn(output, "\r\n")] = '\0';
		if (!*output) {
			hr = MAPI_E_CALL_FAILED;
			reason = g_strdup("printed no password on its standard output");
		}
	}
	if (FAILED(hr))
		why_set(why, "The password command \"%s\" %s. Run it in a terminal to see why.",
		    command, reason);
	else
		*secret = g_steal_pointer(&output);
	g_free(output);
	g_free(reason);
	return hr;
}

static HRESULT
check_mode(int fd, const char *file, char **why)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return hr_from_errno(errno);
	if (S_ISREG(status.st_mode) && (status.st_mode & 077)) {
		why_set(why,
		    "The secret in %s can be read by others (mode %03o); forbid it by: chmod 600 "
		    "'%s'",
		    file, status.st_mode & 0777, file);
		return MAPI_E_NO_ACCESS;
	}
	return S_OK;
}

static HRESULT
read_first_line(int fd, const char *file, char **secret, char **why)
{
	char *buffer = NULL;
	ssize_t size = 0, got;
	HRESULT hr = S_OK;

	buffer = g_malloc0(SECRET_MAX + 1);
	while (
	    size < SECRET_MAX && (got = read(fd, buffer + size, SECRET_MAX - (size_t)size)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			hr = hr_from_errno(errno);
			why_set(
			    why, "The secret in %s cannot be read: %s.", file, g_strerror(errno));
			goto out;
		}
		size += got;
	}
	buffer[strcspn(buffer, "\r\n")] = '\0';
	if (!*buffer) {
		hr = MAPI_E_CALL_FAILED;
		why_set(why, "The first line of %s, the secret, is empty.", file);
		goto out;
	}
	*secret = g_strdup(buffer);
out:
	if (buffer)
		explicit_bzero(buffer, SECRET_MAX);
	g_free(buffer);
	return hr;
}

/* `shared`: whose folder others cannot enter, whatever the file's own mode. */
static HRESULT
read_file(const char *file, bool shared, char **secret, char **why)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	HRESULT hr = S_OK;

	if (fd < 0) {
		hr = errno == ENOENT ? MAPI_E_NOT_FOUND : hr_from_errno(errno);
		why_set(why, "The secret in %s cannot be read: %s.", file, g_strerror(errno));
		return hr;
	}
	if (!shared)
		hr = check_mode(fd, file, why);
	if (SUCCEEDED(hr))
		hr = read_first_line(fd, file, secret, why);
	close(fd);
	return hr;
}

/* systemd.exec(5): LoadCredential=. */
static HRESULT
read_credential(const char *name, char **secret, char **why)
{
	const char *folder = g_getenv("CREDENTIALS_DIRECTORY");
	char *file;
	HRESULT hr;

	if (!*name || name[0] == '.' || strchr(name, '/')) {
		why_set(why, "\"%s\" cannot be the name of a credential.", name);
		return MAPI_E_UNCONFIGURED;
	}
	if (!folder) {
		why_set(why,
		    "The password is the systemd credential \"%s\", but no credentials were handed "
		    "to "
		    "this program; the unit that starts it needs LoadCredential=%s:FILE.",
		    name, name);
		return MAPI_E_NO_ACCESS;
	}
	file = g_build_filename(folder, name, NULL);
	hr = read_file(file, true, secret, why);
	g_free(file);
	return hr == MAPI_E_NOT_FOUND ? MAPI_E_NO_ACCESS : hr;
}

/* A file that the profile names has to be there; our own need not. */
static HRESULT
miss_file(const char *file, const MAPIUID *section, ULONG tag)
{
	char *own = own_file(section, tag);
	HRESULT hr = strcmp(own, file) == 0 ? MAPI_E_NOT_FOUND : MAPI_E_NO_ACCESS;

	g_free(own);
	return hr;
}

/* Secrets other than the password are the hex of their blob. */
static HRESULT
parse_secret(const char *text, ULONG tag, void *root, SPropValue *value)
{
	SPropValue *values = NULL;
	size_t size = strlen(text) / 2;
	ULONG count;
	BYTE *bytes;
	HRESULT hr;

	if (PROP_ID(tag) == PROP_ID(PR_EMAPI_PASSWORD))
		return prop_set_text(
		    root, value, PROP_TYPE(tag) == PT_UNICODE ? tag : PR_EMAPI_PASSWORD, text);
	bytes = g_malloc0(size + 1);
	hr = text_unhex(text, bytes, size) ? blob_decode(bytes, size, &values, &count)
					   : MAPI_E_CORRUPT_DATA;
	if (SUCCEEDED(hr))
		hr = count == 1 ? prop_copy(root, values, value) : MAPI_E_CORRUPT_DATA;
	mem_free(values);
	g_free(bytes);
	return hr;
}

static HRESULT
read_place(const struct place *place, const MAPIUID *section, ULONG tag, char **text, char **why)
{
	char *command;
	HRESULT hr;

	if (place->command && *place->command)
		return read_command(place->command, text, why);
	if (place->credential)
		return read_credential(place->credential, text, why);
	if (place->keyring) {
		command = keyring_command(place, "lookup", section);
		hr = read_command(command, text, NULL);
		g_free(command);
		if (FAILED(hr))
			why_set(why, "The desktop's keyring does not give the password: it is "
				     "locked or cannot be "
				     "reached from here (it can while you are logged in to the "
				     "desktop), or has "
				     "none; emapi profile set NAME --password puts it there.");
		return hr;
	}
	hr = read_file(place->file, false, text, why);
	return hr == MAPI_E_NOT_FOUND ? miss_file(place->file, section, tag) : hr;
}

HRESULT
secret_read(struct profile *profile, const MAPIUID *section, ULONG tag, void *root,
    SPropValue *value, char **why)
{
	struct place place = { 0 };
	char *text = NULL;
	HRESULT hr;

	hr = find_place(profile, section, tag, &place);
	if (SUCCEEDED(hr))
		hr = read_place(&place, section, tag, &text, why);
	if (SUCCEEDED(hr))
		hr = parse_secret(text, tag, root, value);
	if (text)
		explicit_bzero(text, strlen(text));
	g_free(text);
	place_clear(&place);
	return hr;
}

/* --- Writing ------------------------------------------------------------------------------- */

static char *
format_secret(const SPropValue *value)
{
	GByteArray *bytes;
	char *text = NULL;

	if (PROP_ID(value->ulPropTag) == PROP_ID(PR_EMAPI_PASSWORD))
		return prop_find_text(value, 1, value->ulPropTag);
	bytes = g_byte_array_new();
	if (SUCCEEDED(blob_encode(value, 1, bytes)))
		text = text_hex(bytes->data, bytes->len);
	g_byte_array_unref(bytes);
	return text;
}

/* Through a file in memory: a password stands on no command line and in no pipe that could fill. */
static HRESULT
write_keyring(const struct place *place, const MAPIUID *section, const char *text, char **why)
{
	int fd = memfd_create("emapi-secret", 0); /* the command inherits it */
	char *store = keyring_command(place, "store", section);
	char *label = g_shell_quote(place->label ? place->label : "emapi");
	char *command = g_strdup_printf("%s %s </proc/self/fd/%d", store, label, fd);
	char *output = NULL, *reason = NULL;
	HRESULT hr;

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		hr = hr_from_errno(errno);
	else
		hr = command_output(command, command_seconds(), &output, &reason);
	if (FAILED(hr))
		why_set(why, "The password could not be put into the keyring: %s %s.", store,
		    reason ? reason : hr_text(hr));
	if (fd >= 0)
		close(fd);
	g_free(output);
	g_free(reason);
	g_free(command);
	g_free(label);
	g_free(store);
	return hr;
}

static HRESULT
write_file(const char *file, const char *text, char **why)
{
	char *line = g_strconcat(text, "\n", NULL);
	HRESULT hr = paths_make_parent(file);

	if (SUCCEEDED(hr))
		hr = paths_write_file(file, line, strlen(line));
	if (FAILED(hr))
		why_set(why, "The secret cannot be written to %s: %s.", file, hr_text(hr));
	explicit_bzero(line, strlen(line));
	g_free(line);
	return hr;
}

HRESULT
secret_write(struct profile *profile, const MAPIUID *section, const SPropValue *value, char **why)
{
	struct place place = { 0 };
	char *text = NULL;
	HRESULT hr;

	hr = find_place(profile, section, value->ulPropTag, &place);
	if (FAILED(hr))
		goto out;
	text = format_secret(value);
	if (!text || strpbrk(text, "\r\n")) {
		hr = MAPI_E_INVALID_PARAMETER;
	} else if (place.command && *place.command) {
		hr = MAPI_E_NO_SUPPORT;
		why_set(
		    why, "The password comes from a command (%s); change it there.", place.command);
	} else if (place.credential) {
		hr = MAPI_E_NO_SUPPORT;
		why_set(why, "The password is the systemd credential \"%s\"; change it there.",
		    place.credential);
	} else if (place.keyring) {
		hr = write_keyring(&place, section, text, why);
	} else {
		hr = write_file(place.file, text, why);
	}
out:
	if (text)
		explicit_bzero(text, strlen(text));
	g_free(text);
	place_clear(&place);
	return hr;
}

static HRESULT
delete_place(const struct place *place, const MAPIUID *section)
{
	char *command, *output = NULL;
	HRESULT hr;

	if (place->credential)
		return MAPI_E_NO_SUPPORT;
	if (!place->keyring) {
		if (unlink(place->file) == 0)
			return S_OK;
		return errno == ENOENT ? MAPI_E_NOT_FOUND : hr_from_errno(errno);
	}
	command = keyring_command(place, "clear", section);
	hr = command_output(command, command_seconds(), &output, NULL);
	g_free(output);
	g_free(command);
	return hr;
}

HRESULT
secret_delete(struct profile *profile, const MAPIUID *section, ULONG tag)
{
	struct place place = { 0 };
	HRESULT hr;

	hr = find_place(profile, section, tag, &place);
	if (SUCCEEDED(hr))
		hr = delete_place(&place, section);
	place_clear(&place);
	return hr;
}

HRESULT
secret_copy_section(const MAPIUID *from, const MAPIUID *to)
{
	HRESULT hr = S_OK;
	ULONG id;

	for (id = PROP_ID_SECURE_MIN; SUCCEEDED(hr) && id <= PROP_ID_SECURE_MAX; id++) {
		char *source = own_file(from, PROP_TAG(PT_BINARY, id));
		char *target = own_file(to, PROP_TAG(PT_BINARY, id)), *data = NULL;
		gsize size;

		if (g_file_get_contents(source, &data, &size, NULL) &&
		    !g_file_set_contents_full(
			target, data, (gssize)size, G_FILE_SET_CONTENTS_CONSISTENT, 0600, NULL))
			hr = MAPI_E_NO_ACCESS;
		if (data)
			explicit_bzero(data, size);
		g_free(data);
		g_free(target);
		g_free(source);
	}
	return hr;
}

void
secret_forget_section(const MAPIUID *section)
{
	ULONG id;

	for (id = PROP_ID_SECURE_MIN; id <= PROP_ID_SECURE_MAX; id++) {
		char *file = own_file(section, PROP_TAG(PT_BINARY, id));

		unlink(file);
		g_free(file);
	}
}

void
secret_forget_profile(struct profile *profile)
{
	GArray *providers = profile_providers(profile, 0);
	guint i;

	for (i = 0; i < providers->len; i++)
		secret_forget_section(&g_array_index(providers, MAPIUID, i));
	g_array_unref(providers);
}
