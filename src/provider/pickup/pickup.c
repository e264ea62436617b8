/* SPDX-License-Identifier: MIT */
/*
 * The pickup folder transport: a message becomes one file, NAME.eml, in the folder PR_EMAPI_PATH.
 *
 * Before the mail itself stand the envelope's lines "X-Sender: address" and one "X-Receiver:
 * address" for each recipient, Bcc among them: the form in which the SMTP service of IIS takes
 * envelopes in its Pickup folder, and the core of what Exchange's Replay directory reads (which
 * also knows X-CreatedBy and others; not tried with either).  The mail itself has no Bcc line, so
 * what picks it up must take these lines out.  The folder is made for its owner alone (mode 700).
 *
 * A file appears whole or not at all: it is written under a name that begins with a dot, synced,
 * linked to its name, and the folder synced before the recipients are told to have got it.
 */
#include "xp.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapitags.h>

#include "address.h"
#include "mem.h"
#include "mime.h"
#include "prop.h"

#define COPY_PIECE (256 * 1024)

/* One file on its way. */
struct file {
	int folder; /* descriptor */
	int fd;
	char *name;   /* ".unique.tmp" until it is done, then "unique.eml" */
	char *failed; /* for people: what could not be done */
	int error;    /* errno of it */
};

static const char *
folder_of(const struct xp_logon *logon)
{
	return logon->state;
}

static HRESULT
pickup_logon(struct xp_logon *logon, char **why)
{
	char *path = xp_setting_text(logon, PR_EMAPI_PATH_W);

	if (!path || !g_path_is_absolute(path)) {
		*why = g_strdup_printf(
		    "the profile's pickup folder %s%s%s: set Path in its transport "
		    "section to the full path of a folder",
		    path ? "\"" : "", path ? path : "is not set", path ? "\" is no full path" : "");
		g_free(path);
		return MAPI_E_UNCONFIGURED;
	}
	logon->state = path;
	return S_OK;
}

static void
pickup_logoff(struct xp_logon *logon)
{
	g_clear_pointer(&logon->state, g_free);
}

/* --- Writing -----------------------------------------------------------------------------------
 */

static bool
failed(struct file *file, const char *what)
{
	file->error = errno;
	file->failed = g_strdup(what);
	return false;
}

static bool
open_file(struct file *file, const char *folder)
{
	g_autofree char *unique = g_uuid_string_random();

	if (g_mkdir_with_parents(folder, 0700) < 0)
		return failed(file, "the folder cannot be made");
	file->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (file->folder < 0)
		return failed(file, "the folder cannot be opened");
	file->name = g_strdup_printf(".%s.tmp", unique);
	file->fd = openat(file->folder, file->name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return file->fd >= 0 || failed(file, "a file cannot be made in it");
}

static bool
write_all(struct file *file, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t written = write(file->fd, data, size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return failed(file, "the file cannot be written");
		data += written;
		size -= (size_t)written;
	}
	return true;
}

static bool
copy_mail(struct file *file, int mail)
{
	g_autofree char *piece = g_try_malloc(COPY_PIECE);
	ssize_t got;

	if (!piece) {
		errno = ENOMEM;
		return failed(file, "the file cannot be written");
	}
	while ((got = read(mail, piece, COPY_PIECE)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return failed(file, "the rendered mail cannot be read");
		if (!write_all(file, piece, (size_t)got))
			return false;
	}
	return true;
}

/* From the name that nobody looks at to the one that the server does. */
static bool
publish(struct file *file)
{
	g_autofree char *final =
	    g_strdup_printf("%.*s.eml", (int)strlen(file->name) - 5, file->name + 1);

	if (fsync(file->fd) < 0)
		return failed(file, "the file cannot be synced to disk");
	if (renameat(file->folder, file->name, file->folder, final) < 0)
		return failed(file, "the file cannot be given its name");
	g_free(file->name);
	file->name = g_steal_pointer(&final);
	if (fsync(file->folder) < 0)
		return failed(file, "the folder cannot be synced to disk");
	return true;
}

static void
close_file(struct file *file)
{
	if (file->failed && file->name)
		unlinkat(file->folder, file->name, 0);
	if (file->fd >= 0)
		close(file->fd);
	if (file->folder >= 0)
		close(file->folder);
	g_free(file->name);
	g_free(file->failed);
}

/* --- The envelope ------------------------------------------------------------------------------
 */

static char *
envelope(const char *sender, const struct xp_recipients *recipients)
{
	GString *lines = g_string_new(NULL);
	guint i;

	g_string_append_printf(lines, "X-Sender: %s\r\n", *sender ? sender : "<>");
	for (i = 0; i < recipients->list->len; i++)
		if (!xp_recipient_at(recipients, i)->verdict.given)
			g_string_append_printf(
			    lines, "X-Receiver: %s\r\n", xp_recipient_at(recipients, i)->address);
	return g_string_free(lines, FALSE);
}

/* Without a proper address in the profile everyone is held, for it is the profile's fault. */
static HRESULT
find_sender(
    struct xp_logon *logon, IMessage *message, struct xp_recipients *recipients, char **sender)
{
	g_autofree char *from = xp_from_address(logon);
	g_autofree char *why = NULL, *text = NULL;

	*sender = NULL;
	if (address_check(from, &why))
		return xp_sender_address(logon, message, sender);
	text = g_strdup_printf("the profile's own address \"%s\" is no mail address: %s; set "
			       "FromAddress in its [Profile] section",
	    from ? from : "", why);
	xp_set_remaining(recipients, EMAPI_RETRY_HOLD, 0, NULL, text);
	return S_OK;
}

static HRESULT
render(struct xp_logon *logon, IMessage *message, const char *lines, struct mime_output *mail,
    char **why)
{
	g_autofree char *name = xp_from_name(logon);
	g_autofree char *address = xp_from_address(logon);
	struct mime_options options = {
		.from_name = name,
		.from_address = address,
		.utf8_headers = true,
		.first_lines = lines,
	};

	return mime_render(message, &options, mail, why);
}

/* What a person can do about it. */
static const char *
remedy(int error)
{
	switch (error) {
	case ENOSPC:
	case EDQUOT:
		return "free some room there";
	case EACCES:
	case EPERM:
	case EROFS:
		return "make the folder writable for you, or set another Path in the profile";
	case ENOTDIR:
	case EEXIST:
		return "a file is in the way; move it, or set another Path in the profile";
	default:
		return "see to the folder, or set another Path in the profile";
	}
}

static void
tell_failure(struct xp_logon *logon, struct xp_recipients *recipients, const struct file *file)
{
	g_autofree char *text = g_strdup_printf("pickup folder %s: %s: %s; nothing is left behind, "
						"emapi tries again. To help: %s",
	    folder_of(logon), file->failed, g_strerror(file->error), remedy(file->error));

	xp_journey(recipients, "! %s", text);
	xp_set_remaining(recipients, EMAPI_RETRY_TEMPORARY, file->error == ENOSPC ? 452 : 451,
	    file->error == ENOSPC ? "4.3.1" : "4.3.0", text);
}

/* A file cannot ask for reports. */
static bool
wants_report(IMessage *message)
{
	SizedSPropTagArray(1, tags) = { 1, { PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED } };
	SPropValue *values = NULL;
	ULONG count = 0;
	bool wanted = false;

	if (SUCCEEDED(
		message->lpVtbl->GetProps(message, (SPropTagArray *)&tags, 0, &count, &values)))
		wanted =
		    prop_find_bool(values, count, PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED, false);
	mem_free(values);
	return wanted;
}

static void
tell_success(
    struct xp_logon *logon, struct xp_recipients *recipients, const struct file *file, bool relayed)
{
	g_autofree char *path = g_build_filename(folder_of(logon), file->name, NULL);
	g_autofree char *text = g_strdup_printf("written to %s", path);
	guint i;

	xp_journey(recipients, "* file: %s", path);
	for (i = 0; i < recipients->list->len; i++) {
		struct xp_recipient *recipient = xp_recipient_at(recipients, i);

		if (recipient->verdict.given)
			continue;
		xp_set_verdict(recipient, EMAPI_RETRY_NONE, 250, "2.0.0", text);
		xp_set_remote(recipient, NULL, file->name);
		recipient->verdict.relayed = relayed;
	}
}

static HRESULT
pickup_submit(struct xp_logon *logon, IMessage *message, struct xp_recipients *recipients)
{
	g_autofree char *sender = NULL, *lines = NULL, *why = NULL;
	struct file file = { .folder = -1, .fd = -1 };
	struct mime_output mail;
	HRESULT hr;

	hr = find_sender(logon, message, recipients, &sender);
	if (!sender)
		return hr;
	lines = envelope(sender, recipients);
	hr = render(logon, message, lines, &mail, &why);
	if (FAILED(hr)) {
		xp_refuse_unrendered(recipients, hr, why);
		return S_OK;
	}
	if (open_file(&file, folder_of(logon)) && copy_mail(&file, mail.fd) && publish(&file))
		tell_success(logon, recipients, &file, wants_report(message));
	else
		tell_failure(logon, recipients, &file);
	close_file(&file);
	mime_output_clear(&mail);
	return S_OK;
}

/* A file is made as for a mail, and taken away. */
static HRESULT
pickup_check(struct xp_logon *logon, GPtrArray *journey, char **why)
{
	struct file file = { .folder = -1, .fd = -1 };
	bool ok = open_file(&file, folder_of(logon));

	if (ok) {
		unlinkat(file.folder, file.name, 0);
		g_ptr_array_add(journey, g_strdup_printf("* folder: %s", folder_of(logon)));
	} else {
		*why = g_strdup_printf("pickup folder %s: %s: %s. To help: %s", folder_of(logon),
		    file.failed, g_strerror(file.error), remedy(file.error));
		g_ptr_array_add(journey, g_strdup_printf("! folder: %s", *why));
	}
	close_file(&file);
	return ok ? S_OK : MAPI_E_NETWORK_ERROR;
}

static const char *const pickup_types[] = { "SMTP", NULL };

static const struct xp_transport pickup_transport = {
	.name = "pickup folder",
	.types = pickup_types,
	.logon = pickup_logon,
	.submit = pickup_submit,
	.check = pickup_check,
	.logoff = pickup_logoff,
};

EMAPI_EXPORT HRESULT
XPProviderInit(HINSTANCE instance, LPMALLOC malloc_object, LPALLOCATEBUFFER allocate,
    LPALLOCATEMORE allocate_more, LPFREEBUFFER free_buffer, ULONG flags, ULONG mapi_version,
    ULONG *provider_version, LPXPPROVIDER *out)
{
	return xp_provider_init(&pickup_transport, mapi_version, provider_version, out);
}
