/* SPDX-License-Identifier: MIT */
/* A mail as bytes into the Outbox: PR_EMAPI_RAW_MESSAGE, its envelope, and what lists show of it.
 */
#include "sendmail.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <emapispi.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "com.h"
#include "hr.h"
#include "cli.h"
#include "mem.h"
#include "prop.h"
#include "rawheader.h"
#include "session.h"
#include "spooler_link.h"
#include "text.h"

/* Mails up to this size are one property set at once, larger ones a stream. */
#define WHOLE_MAX (64 * 1024)
#define VALUES_MAX 20

/* --- Reading -----------------------------------------------------------------------------------
 */

/* The "From user date" line of a mailbox file, which some programs leave in front. */
static void
strip_from_lines(GByteArray *head)
{
	const char *newline;

	while ((head->len >= 5 && !memcmp(head->data, "From ", 5)) ||
	       (head->len >= 6 && !memcmp(head->data, ">From ", 6))) {
		newline = memchr(head->data, '\n', head->len);
		if (!newline)
			return;
		g_byte_array_remove_range(
		    head, 0, (guint)((const guint8 *)newline + 1 - head->data));
	}
}

int
sendmail_load(struct sendmail_mail *mail, struct sendmail_input *input, char **why)
{
	size_t body;

	do {
		if (mail->head->len > RAWHEADER_MAX) {
			*why = g_strdup_printf("the header is longer than %u bytes", RAWHEADER_MAX);
			return EX_DATAERR;
		}
		if (!sendmail_input_read(input, mail->head)) {
			*why =
			    g_strdup_printf("reading standard input: %s", g_strerror(input->error));
			return EX_IOERR;
		}
		if (!input->stuffed)
			strip_from_lines(mail->head);
	} while (!rawheader_end((const char *)mail->head->data, mail->head->len, input->ended,
	    &mail->header_end, &body));
	return 0;
}

/* --- Writing -----------------------------------------------------------------------------------
 */

/* Properties being gathered: text lies on the MAPI buffer `root`. */
struct values {
	void *root;
	SPropValue list[VALUES_MAX];
	ULONG count;
	HRESULT hr;
};

static void
put_text(struct values *values, ULONG tag, const char *text)
{
	if (text && SUCCEEDED(values->hr))
		values->hr = prop_set_text(values->root, &values->list[values->count++], tag, text);
}

static void
put_sender(struct values *values, const struct sendmail_mail *mail)
{
	const struct sendmail_person *from = &mail->from;

	put_text(values, PR_SENT_REPRESENTING_NAME_W, from->name ? from->name : from->address);
	if (mail->from_allowed)
		put_text(values, PR_SENDER_NAME_W, from->name ? from->name : from->address);
	if (!from->address)
		return;
	put_text(values, PR_SENT_REPRESENTING_ADDRTYPE_W, "SMTP");
	put_text(values, PR_SENT_REPRESENTING_EMAIL_ADDRESS_W, from->address);
	if (!mail->from_allowed)
		return;
	put_text(values, PR_SENDER_ADDRTYPE_W, "SMTP");
	put_text(values, PR_SENDER_EMAIL_ADDRESS_W, from->address);
}

/* The mail's own MAPI way of asking for a report of success. */
static void
put_wishes(struct values *values, const struct sendmail_mail *mail)
{
	g_autofree char *notify = mail->notify ? g_ascii_strup(mail->notify, -1) : NULL;

	put_text(values, PR_EMAPI_DSN_NOTIFY_W, notify);
	put_text(values, PR_EMAPI_DSN_RETURN_W, mail->ret);
	put_text(values, PR_EMAPI_DSN_ENVID_W, mail->envid);
	if (notify && strstr(notify, "SUCCESS"))
		prop_set_bool(
		    &values->list[values->count++], PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED, true);
	if (notify && strstr(notify, "NEVER"))
		prop_set_bool(&values->list[values->count++],
		    PR_ORIGINATOR_NON_DELIVERY_REPORT_REQUESTED, false);
}

static HRESULT
set_props(IMessage *message, const struct sendmail_mail *mail, bool whole)
{
	struct values values = { .root = mem_zalloc(NULL, 1), .hr = S_OK };

	if (!values.root)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	values.hr = prop_set_binary(
	    values.root, &values.list[values.count++], PR_SEARCH_KEY, mail->key, SENDMAIL_KEY_SIZE);
	put_text(&values, PR_SUBJECT_W, mail->subject ? mail->subject : "");
	put_text(&values, PR_INTERNET_MESSAGE_ID_W, mail->message_id);
	put_text(&values, PR_EMAPI_ENVELOPE_SENDER_W,
	    mail->sender && !*mail->sender ? "<>" : mail->sender);
	put_sender(&values, mail);
	put_wishes(&values, mail);
	if (mail->importance != 1)
		prop_set_long(&values.list[values.count++], PR_IMPORTANCE, mail->importance);
	if (mail->priority)
		prop_set_long(&values.list[values.count++], PR_PRIORITY, mail->priority);
	if (SUCCEEDED(values.hr) && whole) { /* borrowed: SetProps copies it */
		SPropValue *raw = &values.list[values.count++];

		raw->ulPropTag = PR_EMAPI_RAW_MESSAGE;
		raw->Value.bin.cb = mail->head->len;
		raw->Value.bin.lpb = mail->head->data;
	}
	if (SUCCEEDED(values.hr))
		values.hr = message->lpVtbl->SetProps(message, values.count, values.list, NULL);
	mem_free(values.root);
	return values.hr;
}

static HRESULT
fill_recipient(ADRENTRY *entry, const struct sendmail_person *person)
{
	SPropValue *values = mem_zalloc(NULL, 4 * sizeof(*values));
	HRESULT hr = values ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	entry->rgPropVals = values;
	if (FAILED(hr))
		return hr;
	prop_set_long(&values[0], PR_RECIPIENT_TYPE, person->kind);
	hr = prop_set_text(values, &values[1], PR_ADDRTYPE_W, "SMTP");
	if (SUCCEEDED(hr))
		hr = prop_set_text(values, &values[2], PR_EMAIL_ADDRESS_W, person->address);
	if (SUCCEEDED(hr))
		hr = prop_set_text(values, &values[3], PR_DISPLAY_NAME_W,
		    person->name && *person->name ? person->name : person->address);
	if (SUCCEEDED(hr))
		entry->cValues = 4;
	return hr;
}

static HRESULT
add_recipients(IMessage *message, const struct sendmail_mail *mail)
{
	ADRLIST *list = mem_zalloc(NULL, CbNewADRLIST(mail->recipients->len));
	HRESULT hr = list ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	for (guint i = 0; i < mail->recipients->len && SUCCEEDED(hr); i++)
		hr = fill_recipient(&list->aEntries[list->cEntries++], mail->recipients->pdata[i]);
	if (SUCCEEDED(hr))
		hr = message->lpVtbl->ModifyRecipients(message, MODRECIP_ADD, list);
	FreePadrlist(list);
	return hr;
}

static HRESULT
write_all(IStream *stream, const BYTE *data, size_t size)
{
	ULONG written = 0;
	HRESULT hr;

	for (; size; data += written, size -= written) {
		hr = stream->lpVtbl->Write(stream, data, (ULONG)MIN(size, WHOLE_MAX), &written);
		if (FAILED(hr))
			return hr;
		if (!written)
			return MAPI_E_DISK_ERROR;
	}
	return S_OK;
}

static HRESULT
read_error(const struct sendmail_input *input, char **why)
{
	if (input->error)
		*why = g_strdup_printf("reading standard input: %s", g_strerror(input->error));
	else
		*why = g_strdup("the mail was cut off before its end");
	return STG_E_READFAULT;
}

/* The rest of the input goes by in pieces. */
static HRESULT
write_stream(
    IMessage *message, const struct sendmail_mail *mail, struct sendmail_input *input, char **why)
{
	GByteArray *piece = g_byte_array_new();
	IStream *stream = NULL;
	HRESULT hr;

	hr = message->lpVtbl->OpenProperty(message, PR_EMAPI_RAW_MESSAGE, &IID_IStream, STGM_WRITE,
	    MAPI_CREATE | MAPI_MODIFY, (LPUNKNOWN *)&stream);
	if (SUCCEEDED(hr))
		hr = write_all(stream, mail->head->data, mail->head->len);
	while (SUCCEEDED(hr) && !input->ended) {
		g_byte_array_set_size(piece, 0);
		if (!sendmail_input_read(input, piece))
			hr = read_error(input, why);
		else
			hr = write_all(stream, piece->data, piece->len);
	}
	if (SUCCEEDED(hr))
		hr = stream->lpVtbl->Commit(stream, STGC_DEFAULT);
	COM_CLEAR(stream);
	g_byte_array_unref(piece);
	return hr == STG_E_MEDIUMFULL ? MAPI_E_NOT_ENOUGH_DISK : hr;
}

static HRESULT
compose(
    IMessage *message, const struct sendmail_mail *mail, struct sendmail_input *input, char **why)
{
	bool whole;
	HRESULT hr;

	while (!input->ended && mail->head->len < WHOLE_MAX)
		if (!sendmail_input_read(input, mail->head))
			return read_error(input, why);
	whole = input->ended;
	hr = set_props(message, mail, whole);
	if (SUCCEEDED(hr))
		hr = add_recipients(message, mail);
	if (SUCCEEDED(hr) && !whole)
		hr = write_stream(message, mail, input, why);
	if (SUCCEEDED(hr) && input->cut)
		hr = read_error(input, why);
	return hr;
}

static HRESULT
open_session(struct sendmail_session *session, char **why)
{
	HRESULT hr = S_OK;

	if (!session->session)
		cli_take_memory();
	/* It starts, and a worker logs on, while we do. */
	if (!profile_is_machine(session->profile))
		spooler_prepare(profile_uid(session->profile));
	if (!session->session)
		hr = session_create(session->profile, MAPI_EXTENDED, &session->session, why);
	if (SUCCEEDED(hr))
		session_set_chosen(session->session, session->named
							 ? "an option or EMAPI_PROFILE named it"
							 : "it is the default profile");
	if (SUCCEEDED(hr) && session->client)
		session_set_client(session->session, session->client, session->client_program);
	if (SUCCEEDED(hr) && !session->outbox.folder)
		hr = outbox_open(session->session, &session->outbox, why);
	return hr;
}

void
sendmail_session_close(struct sendmail_session *session)
{
	outbox_close(&session->outbox);
	if (session->session) {
		session->session->lpVtbl->Logoff(session->session, 0, 0, 0);
		session->session->lpVtbl->Release(session->session);
	}
	session->session = NULL;
}

HRESULT
sendmail_submit(struct sendmail_session *session, struct sendmail_mail *mail,
    struct sendmail_input *input, char **why)
{
	const char *step = "writing the message";
	bool there = false;
	IMAPIFolder *folder;
	IMessage *message = NULL;
	HRESULT hr;

	*why = NULL;
	if (!mail->keyed && getrandom(mail->key, SENDMAIL_KEY_SIZE, 0) != SENDMAIL_KEY_SIZE)
		return MAPI_E_NOT_ENOUGH_RESOURCES;
	hr = open_session(session, why);
	if (FAILED(hr)) {
		if (!*why)
			*why = g_strdup_printf("%s (%s)", hr_text(hr), hr_name(hr));
		return hr;
	}
	if (mail->again)
		hr = sendmail_is_there(session, mail->key, &there);
	if (FAILED(hr))
		*why = g_strdup_printf(
		    "whether it is stored cannot be known: %s (%s)", hr_text(hr), hr_name(hr));
	if (FAILED(hr) || there)
		return hr;
	mail->again = false;
	folder = session->outbox.folder;
	hr = folder->lpVtbl->CreateMessage(folder, NULL, 0, &message);
	if (SUCCEEDED(hr))
		hr = compose(message, mail, input, why);
	if (SUCCEEDED(hr)) {
		step = "submitting the message";
		hr = message->lpVtbl->SubmitMessage(message, 0);
	}
	if (FAILED(hr))
		outbox_explain(
		    why, step, (IMAPIProp *)(message ? (void *)message : (void *)folder), hr);
	if (FAILED(hr) && message)
		outbox_discard(folder, message);
	COM_CLEAR(message);
	return hr;
}
