/* SPDX-License-Identifier: MIT */
/*
 * Send one message with Extended MAPI from C; mapisend.py beside is the same program in Python.
 *
 *	mapisend SUBJECT BODY TO [CC [BCC [PROFILE]]]
 *
 *	cc mapisend.c $(pkg-config --cflags --libs emapi)                           here
 *	x86_64-w64-mingw32-gcc mapisend.c -lmapi32 -luuid                           on Windows
 *
 * TO, CC and BCC are addresses parted by commas.  Without PROFILE the default one is taken.
 * SubmitMessage returns once the message is stored; the spooler delivers it.
 */
#include <mapix.h>
#include <mapiutil.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int
failed(const char *what, HRESULT hr)
{
	if (SUCCEEDED(hr))
		return 0;
	fprintf(stderr, "mapisend: %s: 0x%08lX\n", what, (unsigned long)(ULONG)hr);
	return 1;
}

/* The profile's default message store; FALSE in PR_DEFAULT_STORE or none at all passes a row over.
 */
static HRESULT
open_default_store(LPMAPISESSION session, LPMDB *store)
{
	enum { ENTRY, DEFAULT, COLUMNS };
	SizedSPropTagArray(COLUMNS, columns) = { COLUMNS, { PR_ENTRYID, PR_DEFAULT_STORE } };
	LPMAPITABLE table = NULL;
	LPSRowSet rows = NULL;
	HRESULT hr;
	ULONG i;

	*store = NULL;
	hr = session->lpVtbl->GetMsgStoresTable(session, 0, &table);
	if (FAILED(hr))
		goto out;
	hr = HrQueryAllRows(table, (LPSPropTagArray)&columns, NULL, NULL, 0, &rows);
	if (FAILED(hr))
		goto out;
	hr = MAPI_E_NOT_FOUND;
	for (i = 0; i < rows->cRows; i++) {
		LPSPropValue row = rows->aRow[i].lpProps;

		if (row[DEFAULT].ulPropTag == PR_DEFAULT_STORE && row[DEFAULT].Value.b) {
			hr = session->lpVtbl->OpenMsgStore(session, 0, row[ENTRY].Value.bin.cb,
			    (LPENTRYID)row[ENTRY].Value.bin.lpb, NULL,
			    MDB_NO_DIALOG | MDB_WRITE | MAPI_BEST_ACCESS, store);
			break;
		}
	}
out:
	if (rows)
		FreeProws(rows);
	if (table)
		table->lpVtbl->Release(table);
	return hr;
}

static HRESULT
open_outbox(LPMDB store, LPMAPIFOLDER *outbox)
{
	SizedSPropTagArray(1, wanted) = { 1, { PR_IPM_OUTBOX_ENTRYID } };
	LPSPropValue value = NULL;
	LPUNKNOWN folder = NULL;
	ULONG count, type;
	HRESULT hr;

	*outbox = NULL;
	hr = store->lpVtbl->GetProps(store, (LPSPropTagArray)&wanted, 0, &count, &value);
	if (FAILED(hr))
		return hr;
	hr = MAPI_E_NOT_FOUND;
	if (PROP_TYPE(value->ulPropTag) == PT_BINARY)
		hr = store->lpVtbl->OpenEntry(store, value->Value.bin.cb,
		    (LPENTRYID)value->Value.bin.lpb, NULL, MAPI_BEST_ACCESS, &type, &folder);
	if (SUCCEEDED(hr))
		*outbox = (LPMAPIFOLDER)folder;
	MAPIFreeBuffer(value);
	return hr;
}

/* Adds one recipient; an SMTP address needs no address book. */
static HRESULT
add_recipient(LPMESSAGE message, LONG kind, char *address)
{
	SizedADRLIST(1, list) = { 1, { { 0, 0, NULL } } };
	char smtp[] = "SMTP";
	SPropValue values[5];

	memset(values, 0, sizeof(values));
	values[0].ulPropTag = PR_RECIPIENT_TYPE;
	values[0].Value.l = kind;
	values[1].ulPropTag = PR_OBJECT_TYPE;
	values[1].Value.l = MAPI_MAILUSER;
	values[2].ulPropTag = PR_ADDRTYPE_A;
	values[2].Value.lpszA = smtp;
	values[3].ulPropTag = PR_EMAIL_ADDRESS_A;
	values[3].Value.lpszA = address;
	values[4].ulPropTag = PR_DISPLAY_NAME_A;
	values[4].Value.lpszA = address;
	list.aEntries[0].cValues = 5;
	list.aEntries[0].rgPropVals = values;
	return message->lpVtbl->ModifyRecipients(message, MODRECIP_ADD, (LPADRLIST)&list);
}

/* The addresses of a list parted by commas, which is cut up for that; NULL is none. */
static HRESULT
add_recipients(LPMESSAGE message, LONG kind, char *addresses)
{
	char *address = addresses ? strtok(addresses, ",") : NULL;
	HRESULT hr = S_OK;

	for (; address && SUCCEEDED(hr); address = strtok(NULL, ","))
		hr = add_recipient(message, kind, address);
	return hr;
}

static HRESULT
set_text(LPMESSAGE message, char *subject, char *body)
{
	SPropValue values[2];

	memset(values, 0, sizeof(values));
	values[0].ulPropTag = PR_SUBJECT_A;
	values[0].Value.lpszA = subject;
	values[1].ulPropTag = PR_BODY_A;
	values[1].Value.lpszA = body;
	return message->lpVtbl->SetProps(message, 2, values, NULL);
}

enum { SUBJECT = 1, BODY, TO, CC, BCC, PROFILE, ARGUMENTS };

/* The arguments as main() has them. */
static int
send_message(LPMAPISESSION session, char **arguments)
{
	LPMAPIFOLDER outbox = NULL;
	LPMESSAGE message = NULL;
	LPMDB store = NULL;
	int bad;

	bad = failed("no default message store", open_default_store(session, &store)) ||
	      failed("no Outbox", open_outbox(store, &outbox)) ||
	      failed("no message", outbox->lpVtbl->CreateMessage(outbox, NULL, 0, &message)) ||
	      failed("recipients", add_recipients(message, MAPI_TO, arguments[TO])) ||
	      failed("recipients", add_recipients(message, MAPI_CC, arguments[CC])) ||
	      failed("recipients", add_recipients(message, MAPI_BCC, arguments[BCC])) ||
	      failed("text", set_text(message, arguments[SUBJECT], arguments[BODY])) ||
	      failed("not sent", message->lpVtbl->SubmitMessage(message, 0));
	if (message)
		message->lpVtbl->Release(message);
	if (outbox)
		outbox->lpVtbl->Release(outbox);
	if (store)
		store->lpVtbl->Release(store);
	return bad;
}

int
main(int argc, char **argv)
{
	char *arguments[ARGUMENTS] = { NULL };
	LPMAPISESSION session = NULL;
	int bad, i;

	if (argc <= TO || argc > ARGUMENTS) {
		fprintf(stderr, "usage: mapisend SUBJECT BODY TO [CC [BCC [PROFILE]]]\n");
		return 64;
	}
	for (i = 1; i < argc; i++)
		arguments[i] = argv[i];
	if (failed("MAPI does not start", MAPIInitialize(NULL)))
		return 1;
	bad = failed(
	    "logon", MAPILogonEx(0, (LPTSTR)arguments[PROFILE], NULL,
			 MAPI_EXTENDED | (arguments[PROFILE] ? 0 : MAPI_USE_DEFAULT), &session));
	if (!bad) {
		bad = send_message(session, arguments);
		session->lpVtbl->Logoff(session, 0, 0, 0);
		session->lpVtbl->Release(session);
	}
	MAPIUninitialize();
	return bad;
}
