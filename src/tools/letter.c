/* SPDX-License-Identifier: MIT */
#include "letter.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "hr.h"
#include "mailbox.h"
#include "mem.h"
#include "outbox.h"
#include "profile.h"
#include "spooler_link.h"
#include "session.h"
#include "prop.h"

#define PIECE_SIZE (64 * 1024)

static void
file_free(struct letter_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
	g_free(file->path);
	g_free(file->name);
	g_free(file);
}

struct letter *
letter_create(void)
{
	struct letter *letter = g_new0(struct letter, 1);

	for (int i = 0; i < 3; i++)
		letter->recipients[i] =
		    g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
	letter->attachments = g_ptr_array_new_with_free_func((GDestroyNotify)file_free);
	return letter;
}

void
letter_free(struct letter *letter)
{
	if (!letter)
		return;
	for (int i = 0; i < 3; i++)
		g_ptr_array_unref(letter->recipients[i]);
	g_ptr_array_unref(letter->attachments);
	g_free(letter->subject);
	g_free(letter->body);
	g_free(letter->html);
	g_free(letter);
}

bool
letter_attach(struct letter *letter, const char *path)
{
	struct letter_file *file;
	struct stat status = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	if (fstat(fd, &status) != 0 || S_ISDIR(status.st_mode)) {
		if (S_ISDIR(status.st_mode))
			errno = EISDIR;
		close(fd);
		return false;
	}
	file = g_new0(struct letter_file, 1);
	file->fd = fd;
	file->size = S_ISREG(status.st_mode) ? status.st_size : 0;
	file->path = g_strdup(path);
	file->name = g_path_get_basename(path);
	g_ptr_array_add(letter->attachments, file);
	return true;
}

static HRESULT
set_texts(const struct letter *letter, IMessage *message, const BYTE *key)
{
	SPropValue values[4];
	ULONG count = 0;
	void *root = mem_zalloc(NULL, 1);
	HRESULT hr = root ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = prop_set_binary(root, &values[count++], PR_SEARCH_KEY, key, LETTER_KEY_SIZE);
	if (SUCCEEDED(hr))
		hr = prop_set_text(
		    root, &values[count++], PR_SUBJECT_W, letter->subject ? letter->subject : "");
	if (SUCCEEDED(hr) && letter->body)
		hr = prop_set_text(root, &values[count++], PR_BODY_W, letter->body);
	if (SUCCEEDED(hr) && letter->html)
		hr = prop_set_binary(
		    root, &values[count++], PR_HTML, letter->html, strlen(letter->html));
	if (SUCCEEDED(hr))
		hr = message->lpVtbl->SetProps(message, count, values, NULL);
	mem_free(root);
	return hr;
}

/* One whom the address book has: what it says, and what the letter makes of it. */
static HRESULT
fill_resolved(ADRENTRY *entry, const struct mailbox *mailbox, LONG type)
{
	SPropValue *values = mem_zalloc(NULL, (mailbox->count + 1) * sizeof(*values));
	HRESULT hr = values ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	entry->rgPropVals = values;
	for (guint i = 0; SUCCEEDED(hr) && i < mailbox->count; i++)
		if (mailbox->values[i].ulPropTag != PR_RECIPIENT_TYPE)
			hr = prop_copy(values, &mailbox->values[i], &values[entry->cValues++]);
	if (SUCCEEDED(hr))
		prop_set_long(&values[entry->cValues++], PR_RECIPIENT_TYPE, type);
	return hr;
}

static HRESULT
fill_recipient(ADRENTRY *entry, const struct mailbox *mailbox, LONG type)
{
	const char *name = mailbox->name ? mailbox->name : mailbox->address;
	SPropValue *values;
	HRESULT hr;

	if (mailbox->values)
		return fill_resolved(entry, mailbox, type);
	values = mem_zalloc(NULL, 4 * sizeof(*values));
	hr = values ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	entry->rgPropVals = values;
	if (FAILED(hr))
		return hr;
	prop_set_long(&values[0], PR_RECIPIENT_TYPE, type);
	hr = prop_set_text(values, &values[1], PR_ADDRTYPE_W, "SMTP");
	if (SUCCEEDED(hr))
		hr = prop_set_text(values, &values[2], PR_EMAIL_ADDRESS_W, mailbox->address);
	if (SUCCEEDED(hr))
		hr = prop_set_text(values, &values[3], PR_DISPLAY_NAME_W, name);
	if (SUCCEEDED(hr))
		entry->cValues = 4;
	return hr;
}

static HRESULT
add_recipients(const struct letter *letter, IMessage *message)
{
	ULONG total = 0;
	ADRLIST *list;
	HRESULT hr = S_OK;

	for (int i = 0; i < 3; i++)
		total += letter->recipients[i]->len;
	list = mem_zalloc(NULL, CbNewADRLIST(total));
	if (!list)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (int i = 0; i < 3; i++)
		for (guint j = 0; j < letter->recipients[i]->len && SUCCEEDED(hr); j++)
			hr = fill_recipient(&list->aEntries[list->cEntries++],
			    letter->recipients[i]->pdata[j], MAPI_TO + i);
	if (SUCCEEDED(hr))
		hr = message->lpVtbl->ModifyRecipients(message, MODRECIP_ADD, list);
	FreePadrlist(list);
	return hr;
}

static HRESULT
write_all(IStream *stream, const char *data, size_t size)
{
	ULONG written = 0;
	HRESULT hr;

	for (; size; data += written, size -= written) {
		hr = stream->lpVtbl->Write(stream, data, size, &written);
		if (FAILED(hr))
			return hr;
		if (!written)
			return MAPI_E_DISK_ERROR;
	}
	return S_OK;
}

/* A file that has fewer bytes than it had when it was opened was cut while it was read. */
static HRESULT
check_whole(const struct letter_file *file, gint64 got, char **why)
{
	if (got >= file->size)
		return S_OK;
	*why = g_strdup_printf("the attachment %s was cut while it was read: %" G_GINT64_FORMAT
			       " of %" G_GINT64_FORMAT " bytes",
	    file->path, got, file->size);
	return STG_E_READFAULT;
}

static HRESULT
copy_file(const struct letter_file *file, IStream *stream, char **why)
{
	g_autofree char *piece = g_malloc(PIECE_SIZE);
	gint64 total = 0;
	ssize_t size;
	HRESULT hr = S_OK;

	while (SUCCEEDED(hr) && (size = read(file->fd, piece, PIECE_SIZE)) != 0) {
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0) {
			*why = g_strdup_printf(
			    "reading the attachment %s: %s", file->path, g_strerror(errno));
			return STG_E_READFAULT;
		}
		hr = write_all(stream, piece, size);
		total += size;
	}
	if (hr == STG_E_MEDIUMFULL)
		hr = MAPI_E_NOT_ENOUGH_DISK;
	if (SUCCEEDED(hr))
		hr = check_whole(file, total, why);
	return FAILED(hr) ? hr : stream->lpVtbl->Commit(stream, STGC_DEFAULT);
}

static HRESULT
set_attachment_props(IAttach *attach, const char *name)
{
	SPropValue values[3];
	void *root = mem_zalloc(NULL, 1);
	HRESULT hr = root ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	prop_set_long(&values[0], PR_ATTACH_METHOD, ATTACH_BY_VALUE);
	prop_set_long(&values[1], PR_RENDERING_POSITION, -1);
	if (SUCCEEDED(hr))
		hr = prop_set_text(root, &values[2], PR_ATTACH_LONG_FILENAME_W, name);
	if (SUCCEEDED(hr))
		hr = attach->lpVtbl->SetProps(attach, 3, values, NULL);
	mem_free(root);
	return hr;
}

static HRESULT
add_attachment(const struct letter_file *file, IMessage *message, char **why)
{
	IAttach *attach = NULL;
	IStream *stream = NULL;
	ULONG number;
	HRESULT hr;

	hr = message->lpVtbl->CreateAttach(message, NULL, 0, &number, &attach);
	if (SUCCEEDED(hr))
		hr = set_attachment_props(attach, file->name);
	if (SUCCEEDED(hr))
		hr = attach->lpVtbl->OpenProperty(attach, PR_ATTACH_DATA_BIN, &IID_IStream,
		    STGM_WRITE, MAPI_CREATE | MAPI_MODIFY, (LPUNKNOWN *)&stream);
	if (SUCCEEDED(hr))
		hr = copy_file(file, stream, why);
	COM_CLEAR(stream);
	if (SUCCEEDED(hr))
		hr = attach->lpVtbl->SaveChanges(attach, 0);
	COM_CLEAR(attach);
	return hr;
}

static HRESULT
compose(const struct letter *letter, IMessage *message, const BYTE *key, char **why)
{
	HRESULT hr = set_texts(letter, message, key);

	if (SUCCEEDED(hr))
		hr = add_recipients(letter, message);
	for (guint i = 0; i < letter->attachments->len && SUCCEEDED(hr); i++)
		hr = add_attachment(letter->attachments->pdata[i], message, why);
	return hr;
}

HRESULT
letter_key(BYTE key[LETTER_KEY_SIZE])
{
	return getrandom(key, LETTER_KEY_SIZE, 0) == LETTER_KEY_SIZE ? S_OK
								     : MAPI_E_NOT_ENOUGH_RESOURCES;
}

HRESULT
letter_submit(
    const struct letter *letter, IMAPISession *session, const BYTE key[LETTER_KEY_SIZE], char **why)
{
	const char *step = "writing the message";
	struct outbox outbox = { NULL, NULL };
	IMessage *message = NULL;
	HRESULT hr;

	*why = NULL;
	hr = outbox_open(session, &outbox, why);
	if (SUCCEEDED(hr))
		hr = outbox.folder->lpVtbl->CreateMessage(outbox.folder, NULL, 0, &message);
	if (SUCCEEDED(hr))
		hr = compose(letter, message, key, why);
	if (SUCCEEDED(hr)) {
		step = "submitting the message";
		hr = message->lpVtbl->SubmitMessage(message, 0);
	}
	if (FAILED(hr))
		outbox_explain(
		    why, step, (IMAPIProp *)(message ? (void *)message : (void *)outbox.store), hr);
	if (FAILED(hr) && message)
		outbox_discard(outbox.folder, message);
	COM_CLEAR(message);
	outbox_close(&outbox);
	return hr;
}

HRESULT
letter_draft(const struct letter *letter, IMAPISession *session, IMessage **out, char **why)
{
	BYTE key[LETTER_KEY_SIZE];
	struct outbox outbox = { NULL, NULL };
	IMessage *message = NULL;
	HRESULT hr;

	*out = NULL;
	*why = NULL;
	hr = letter_key(key);
	if (SUCCEEDED(hr))
		hr = outbox_open(session, &outbox, why);
	if (SUCCEEDED(hr))
		hr = outbox.folder->lpVtbl->CreateMessage(outbox.folder, NULL, 0, &message);
	if (SUCCEEDED(hr))
		hr = compose(letter, message, key, why);
	if (FAILED(hr)) {
		outbox_explain(why, "writing the message",
		    (IMAPIProp *)(message ? (void *)message : (void *)outbox.store), hr);
		COM_CLEAR(message);
	}
	outbox_close(&outbox);
	*out = message;
	return hr;
}
