/* SPDX-License-Identifier: MIT */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>

double
client_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void
client_die(const char *what, HRESULT hr)
{
	fprintf(stderr, "%s: 0x%08X\n", what, (unsigned)hr);
	exit(1);
}

void
client_must(const char *what, HRESULT hr)
{
	if (FAILED(hr))
		client_die(what, hr);
}

int
client_compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static void
check(const char *what, HRESULT hr)
{
	if (FAILED(hr))
		client_die(what, hr);
}

static void
open_store(struct client *client)
{
	SizedSPropTagArray(2, columns) = { 2, { PR_ENTRYID, PR_DEFAULT_STORE } };
	LPMAPITABLE table = NULL;
	LPSRowSet rows = NULL;

	check("GetMsgStoresTable",
	    client->session->lpVtbl->GetMsgStoresTable(client->session, 0, &table));
	check("HrQueryAllRows",
	    HrQueryAllRows(table, (LPSPropTagArray)(void *)&columns, NULL, NULL, 0, &rows));
	for (ULONG i = 0; i < rows->cRows && !client->store; i++) {
		LPSPropValue row = rows->aRow[i].lpProps;

		if (row[1].ulPropTag == PR_DEFAULT_STORE && row[1].Value.b)
			check("OpenMsgStore",
			    client->session->lpVtbl->OpenMsgStore(client->session, 0,
				row[0].Value.bin.cb, (LPENTRYID)row[0].Value.bin.lpb, NULL,
				MDB_NO_DIALOG | MDB_WRITE, &client->store));
	}
	if (!client->store)
		client_die("no default store", MAPI_E_NOT_FOUND);
	FreeProws(rows);
	table->lpVtbl->Release(table);
}

LPMAPIFOLDER
client_folder(struct client *client, ULONG tag)
{
	LPMAPIFOLDER folder = NULL;
	LPSPropValue id = NULL;
	ULONG type;

	check("HrGetOneProp", HrGetOneProp((LPMAPIPROP)client->store, tag, &id));
	check("OpenEntry", client->store->lpVtbl->OpenEntry(client->store, id->Value.bin.cb,
			       (LPENTRYID)id->Value.bin.lpb, NULL, MAPI_MODIFY, &type,
			       (LPUNKNOWN *)(void *)&folder));
	MAPIFreeBuffer(id);
	return folder;
}

void
client_open(struct client *client)
{
	memset(client, 0, sizeof(*client));
	check("MAPIInitialize", MAPIInitialize(NULL));
	check("MAPILogonEx",
	    MAPILogonEx(0, NULL, NULL, MAPI_EXTENDED | MAPI_USE_DEFAULT | MAPI_NEW_SESSION,
		&client->session));
	open_store(client);
	client->outbox = client_folder(client, PR_IPM_OUTBOX_ENTRYID);
}

void
client_close(struct client *client)
{
	client->outbox->lpVtbl->Release(client->outbox);
	client->store->lpVtbl->Release(client->store);
	client->session->lpVtbl->Logoff(client->session, 0, 0, 0);
	client->session->lpVtbl->Release(client->session);
	MAPIUninitialize();
}

char *
client_text(size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		client_die("memory", MAPI_E_NOT_ENOUGH_MEMORY);
	for (size_t i = 0; i < size; i++)
		text[i] = i % 72 == 71 ? '\n' : (char)('a' + i % 26);
	text[size] = '\0';
	return text;
}

static HRESULT
set_texts(LPMESSAGE message, const struct client_letter *letter, const char *body)
{
	SPropValue values[3];
	ULONG count = 2;

	memset(values, 0, sizeof(values));
	values[0].ulPropTag = PR_SUBJECT_A;
	values[0].Value.lpszA = (char *)(size_t)letter->subject;
	values[1].ulPropTag = PR_BODY_A;
	values[1].Value.lpszA = (char *)(size_t)body;
	if (letter->message_id) {
		values[count].ulPropTag = PR_INTERNET_MESSAGE_ID_A;
		values[count++].Value.lpszA = (char *)(size_t)letter->message_id;
	}
	return message->lpVtbl->SetProps(message, count, values, NULL);
}

static HRESULT
add_recipient(LPMESSAGE message, const char *address)
{
	SizedADRLIST(1, list) = { 1, { { 0, 0, NULL } } };
	SPropValue values[4];

	memset(values, 0, sizeof(values));
	values[0].ulPropTag = PR_RECIPIENT_TYPE;
	values[0].Value.l = MAPI_TO;
	values[1].ulPropTag = PR_ADDRTYPE_A;
	values[1].Value.lpszA = (char *)(size_t) "SMTP";
	values[2].ulPropTag = PR_EMAIL_ADDRESS_A;
	values[2].Value.lpszA = (char *)(size_t)address;
	values[3].ulPropTag = PR_DISPLAY_NAME_A;
	values[3].Value.lpszA = (char *)(size_t)address;
	list.aEntries[0].cValues = 4;
	list.aEntries[0].rgPropVals = values;
	return message->lpVtbl->ModifyRecipients(message, MODRECIP_ADD, (LPADRLIST)(void *)&list);
}

static HRESULT
write_stream(LPSTREAM stream, size_t size)
{
	char piece[65536];
	HRESULT hr = S_OK;

	for (size_t i = 0; i < sizeof(piece); i++)
		piece[i] = (char)(i * 2654435761u >> 13);
	while (SUCCEEDED(hr) && size > 0) {
		ULONG part = (ULONG)(size < sizeof(piece) ? size : sizeof(piece));

		hr = stream->lpVtbl->Write(stream, piece, part, NULL);
		size -= part;
	}
	return SUCCEEDED(hr) ? stream->lpVtbl->Commit(stream, 0) : hr;
}

static HRESULT
attach(LPMESSAGE message, size_t size)
{
	SPropValue values[2];
	LPATTACH attachment = NULL;
	LPSTREAM stream = NULL;
	ULONG number;
	HRESULT hr = message->lpVtbl->CreateAttach(message, NULL, 0, &number, &attachment);

	if (FAILED(hr))
		return hr;
	memset(values, 0, sizeof(values));
	values[0].ulPropTag = PR_ATTACH_METHOD;
	values[0].Value.l = ATTACH_BY_VALUE;
	values[1].ulPropTag = PR_ATTACH_LONG_FILENAME_A;
	values[1].Value.lpszA = (char *)(size_t) "data.bin";
	hr = attachment->lpVtbl->SetProps(attachment, 2, values, NULL);
	if (SUCCEEDED(hr))
		hr = attachment->lpVtbl->OpenProperty(attachment, PR_ATTACH_DATA_BIN, &IID_IStream,
		    0, MAPI_CREATE | MAPI_MODIFY, (LPUNKNOWN *)(void *)&stream);
	if (SUCCEEDED(hr))
		hr = write_stream(stream, size);
	if (stream)
		stream->lpVtbl->Release(stream);
	if (SUCCEEDED(hr))
		hr = attachment->lpVtbl->SaveChanges(attachment, 0);
	attachment->lpVtbl->Release(attachment);
	return hr;
}

HRESULT
client_submit(struct client *client, const struct client_letter *letter)
{
	char *made = letter->body ? NULL : client_text(letter->size);
	LPMESSAGE message = NULL;
	HRESULT hr = client->outbox->lpVtbl->CreateMessage(client->outbox, NULL, 0, &message);

	if (SUCCEEDED(hr))
		hr = set_texts(message, letter, made ? made : letter->body);
	if (SUCCEEDED(hr))
		hr = add_recipient(message, letter->to);
	if (SUCCEEDED(hr) && letter->attachment)
		hr = attach(message, letter->attachment);
	if (SUCCEEDED(hr))
		hr = message->lpVtbl->SubmitMessage(message, 0);
	if (message)
		message->lpVtbl->Release(message);
	free(made);
	return hr;
}
