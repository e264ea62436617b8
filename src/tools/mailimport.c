/* SPDX-License-Identifier: MIT */
/*
 * Mails from files into a folder (convert/import.h).  Each mail is stored whole or not at all; one
 * that cannot be is told and passed over, and the exit code is that of the first such.
 */
#include "mailimport.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "hr.h"
#include "import.h"
#include "mailstore.h"
#include "mem.h"
#include "msgfile.h"
#include "prop.h"
#include "spool.h"
#include "text.h"

#define STDIN_MEMORY (4 * 1024 * 1024) /* more of standard input goes to a file */

struct intake {
	struct mailstore store;
	IMAPIFolder *folder;
	const char *path; /* of the folder */
	gboolean unread, json;
	GString *imported, *failed; /* JSON objects */
	int count, code;
};

/* --- Telling -------------------------------------------------------------------------------- */

static void
begin_json(GString *out, const char *file, int number)
{
	g_string_append(out, out->len ? ",{" : "{");
	json_member(out, "file", file);
	json_member_int(out, "mail", number);
}

/* One mail, or where `number` is 0 a whole file, did not get in. */
static void
tell_failed(struct intake *in, const char *file, int number, int code, const char *why)
{
	g_autofree char *which = number > 1 ? g_strdup_printf(", mail %d", number) : g_strdup("");

	cli_fail(code, "%s%s: %s", file, which, why);
	begin_json(in->failed, file, number);
	json_member(in->failed, "why", why);
	g_string_append_c(in->failed, '}');
	if (!in->code)
		in->code = code;
}

static void
tell_imported(struct intake *in, const char *file, int number, IMessage *message)
{
	static const SizedSPropTagArray(2, tags) = { 2, { PR_ENTRYID, PR_SUBJECT_W } };
	g_autofree char *id = NULL, *hex = NULL, *path = NULL, *subject = NULL;
	SPropValue *values = NULL;
	ULONG count = 0;
	HRESULT hr = message->lpVtbl->GetProps(
	    message, (SPropTagArray *)(uintptr_t)&tags, MAPI_UNICODE, &count, &values);

	in->count++;
	begin_json(in->imported, file, number);
	if (SUCCEEDED(hr) && values[0].ulPropTag == PR_ENTRYID) {
		id = mailstore_id(&values[0].Value.bin);
		hex = text_hex(values[0].Value.bin.lpb, values[0].Value.bin.cb);
		path = g_strdup_printf("%s#%s", in->path, id);
	}
	subject = SUCCEEDED(hr) ? prop_find_text(values, count, PR_SUBJECT_W) : NULL;
	json_member(in->imported, "path", path);
	json_member(in->imported, "entryid", hex);
	json_member(in->imported, "subject", subject);
	g_string_append_c(in->imported, '}');
	mem_free(values);
}

/* --- One mail ------------------------------------------------------------------------------- */

/* It comes in as read, so that no old mail tells its sender when it is read later. */
static HRESULT
save(struct intake *in, IMessage *message)
{
	HRESULT hr = message->lpVtbl->SaveChanges(message, KEEP_OPEN_READWRITE);

	return SUCCEEDED(hr) && in->unread ? message->lpVtbl->SetReadFlag(message, CLEAR_READ_FLAG)
					   : hr;
}

static void
take_mail(struct intake *in, struct import_reader *reader, const char *file, int number)
{
	g_autofree char *why = NULL;
	IMessage *message = NULL;
	HRESULT hr = in->folder->lpVtbl->CreateMessage(in->folder, NULL, 0, &message);

	if (SUCCEEDED(hr))
		hr = import_fill(reader, message, &why);
	if (SUCCEEDED(hr))
		hr = save(in, message);
	if (SUCCEEDED(hr))
		tell_imported(in, file, number, message);
	else
		tell_failed(in, file, number,
		    hr == MAPI_E_INVALID_OBJECT ? EX_DATAERR : cli_exit_code(hr),
		    why ? why : hr_text(hr));
	COM_CLEAR(message);
}

/* A .msg file's message, which becomes one of the store.  As mail does it comes in as read. */
static HRESULT
copy_msgfile(struct intake *in, int fd, IMessage **out)
{
	SPropValue flags = { .ulPropTag = PR_MESSAGE_FLAGS }, *there = NULL;
	IMessage *source = NULL;
	HRESULT hr = msgfile_open(fd, &source);

	if (SUCCEEDED(hr))
		hr = in->folder->lpVtbl->CreateMessage(in->folder, NULL, 0, out);
	if (SUCCEEDED(hr))
		hr = source->lpVtbl->CopyTo(
		    source, 0, NULL, NULL, 0, NULL, &IID_IMessage, *out, 0, NULL);
	if (SUCCEEDED(hr) && SUCCEEDED(HrGetOneProp((IMAPIProp *)source, PR_MESSAGE_FLAGS, &there)))
		flags.Value.l = there->Value.l;
	flags.Value.l |= MSGFLAG_READ;
	if (SUCCEEDED(hr))
		hr = (*out)->lpVtbl->SetProps(*out, 1, &flags, NULL);
	mem_free(there);
	COM_CLEAR(source);
	return hr;
}

static void
take_msgfile(struct intake *in, int fd, const char *file)
{
	IMessage *message = NULL;
	HRESULT hr = copy_msgfile(in, fd, &message);

	if (SUCCEEDED(hr))
		hr = save(in, message);
	if (SUCCEEDED(hr))
		tell_imported(in, file, 1, message);
	else if (hr == MAPI_E_CORRUPT_DATA)
		tell_failed(in, file, 0, EX_DATAERR, "it is a broken compound file, or no .msg");
	else
		tell_failed(in, file, 0, cli_exit_code(hr), hr_text(hr));
	COM_CLEAR(message);
}

/* --- One file ------------------------------------------------------------------------------- */

/* What is read cannot be sought in: a copy that can. */
static int
copy_input(int fd)
{
	g_autofree char *piece = g_malloc(SPOOL_BUFFER);
	HRESULT hr;
	struct spool spool;
	ssize_t size = 0;
	int copy = -1;

	hr = spool_open(&spool, STDIN_MEMORY);
	while (SUCCEEDED(hr) && (size = read(fd, piece, SPOOL_BUFFER)) != 0) {
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			spool.error = errno;
		hr = size < 0 ? MAPI_E_DISK_ERROR : spool_write(&spool, piece, (size_t)size);
	}
	if (SUCCEEDED(hr))
		hr = spool_finish(&spool, &copy);
	errno = FAILED(hr) ? (spool.error ? spool.error : ENOMEM) : 0;
	spool_close(&spool);
	return copy;
}

static int
open_file(const char *file)
{
	struct stat status;
	int fd, copy;

	if (!strcmp(file, "-"))
		return copy_input(STDIN_FILENO);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &status) != 0 || S_ISREG(status.st_mode))
		return fd;
	copy = S_ISDIR(status.st_mode) ? -1 : copy_input(fd);
	if (S_ISDIR(status.st_mode))
		errno = EISDIR;
	close(fd);
	return copy;
}

static void
take_file(struct intake *in, const char *file)
{
	const char *name = strcmp(file, "-") ? file : "standard input";
	struct import_reader *reader;
	int fd = open_file(file), number = 0;

	if (fd < 0) {
		tell_failed(in, name, 0, EX_NOINPUT, g_strerror(errno));
		return;
	}
	if (msgfile_is(fd)) {
		take_msgfile(in, fd, name);
		close(fd);
		return;
	}
	reader = import_open(fd);
	while (import_next(reader))
		take_mail(in, reader, name, ++number);
	import_close(reader);
	if (!number)
		tell_failed(in, name, 0, EX_DATAERR, "there is no mail in it");
}

/* --- The command ---------------------------------------------------------------------------- */

static void
tell_all(const struct intake *in)
{
	if (in->json)
		printf("{\"imported\":[%s],\"failed\":[%s]}\n", in->imported->str, in->failed->str);
	else
		printf("Imported %d %s into %s.\n", in->count, in->count == 1 ? "mail" : "mails",
		    in->path);
}

static int
import_files(struct intake *in, char **files, int count, const char *folder)
{
	struct mailstore_item item;
	int code = mailstore_find_type(&in->store, folder, MAPI_FOLDER, true, &item);

	if (code)
		return code;
	in->folder = (IMAPIFolder *)item.prop;
	in->path = folder;
	in->imported = g_string_new(NULL);
	in->failed = g_string_new(NULL);
	for (int i = 0; i < count; i++)
		take_file(in, files[i]);
	tell_all(in);
	g_string_free(in->imported, TRUE);
	g_string_free(in->failed, TRUE);
	mailstore_item_clear(&item);
	return in->code;
}

int
mailimport_run(int argc, char **argv)
{
	struct mailstore_options options = { 0 };
	struct intake in = { 0 };
	const GOptionEntry entries[] = {
		{ "unread", 0, 0, G_OPTION_ARG_NONE, &in.unread, "mark them as unread", NULL },
		{ NULL },
	};
	int code = mailstore_parse(&options, entries, "FILE... FOLDER", &argc, &argv);

	if (!code && argc < 3)
		code = cli_fail(EX_USAGE, "files of mail, and the folder they go into, are needed");
	if (!code)
		code = mailstore_open(&options, true, &in.store);
	in.json = options.json;
	if (!code)
		code = import_files(&in, argv + 1, argc - 2, argv[argc - 1]);
	mailstore_close(&in.store);
	mailstore_options_clear(&options);
	return code;
}
