/* SPDX-License-Identifier: MIT */
/*
 * A transport provider to start from: it puts mail into mailboxes on this machine.
 *
 *	cc -shared -fPIC -fvisibility=hidden $(pkg-config --cflags emapi) \
 *	   transport.c -o example_transport.so
 *
 * A profile names it as any other, with the folder of the mailboxes:
 *
 *	[Provider 00112233445566778899aabbccddeeff]
 *	Type=transport
 *	Module=/path/to/example_transport.so
 *	0x6780001E=/path/to/mailboxes
 *
 * Each recipient's mailbox is a file in mbox form under his address.  Where there is none, he is
 * refused for good; while ADDRESS.lock lies beside it, somebody else works on it, and the mail has
 * to come again.
 *
 * What became of each recipient can be told in two ways.  As it stands, this file says what
 * Microsoft documents: PR_RESPONSIBILITY is TRUE once a recipient is done with, StatusRecips
 *reports who cannot be reached, END_RESEND_LATER lets the message come again for who is left.  With
 * -DUSE_EMAPISPI it also says it in the words of emapispi.h, which can hold a reason for each and
 * are written down by the spooler at once, before the next recipient has his turn.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* asprintf */
#endif
#define INITGUID /* the interfaces' identifiers, without linking to libemapi */
#include "com.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#ifdef USE_EMAPISPI
#include <emapispi.h>
#endif

#define PR_MAILBOXES PROP_TAG(PT_STRING8, 0x6780)

static struct {
	ALLOCATEBUFFER *buffer;
	ALLOCATEMORE *more;
	FREEBUFFER *free;
} memory;

struct provider {
	IXPProvider iface;
	struct object object;
};

struct logon {
	IXPLogon iface;
	struct object object;
	IMAPISupport *support;
	char *folder;
	ULONG_PTR last_reference;
	bool come_again; /* for some recipient of the message in hand */
};

OBJECT_METHODS(provider, IXPProvider)
OBJECT_METHODS(logon, IXPLogon)

/* --- Rows ---------------------------------------------------------------------------------- */

static void
free_rows(SRowSet *rows)
{
	for (ULONG i = 0; rows && i < rows->cRows; i++)
		memory.free(rows->aRow[i].lpProps);
	memory.free(rows);
}

static const SPropValue *
find(const SRow *row, ULONG tag)
{
	for (ULONG i = 0; i < row->cValues; i++)
		if (row->lpProps[i].ulPropTag == tag)
			return &row->lpProps[i];
	return NULL;
}

/* With PR_RESPONSIBILITY, and as it was else: what a modified row does not have is gone.  It counts
 * for this call of the spooler: the message is not saved. */
static HRESULT
set_responsible(IMessage *message, SRow *row)
{
	SizedADRLIST(1, list) = { 1, { { 0, 0, NULL } } };
	ULONG count = 0;
	HRESULT hr;

	hr = memory.buffer(
	    (row->cValues + 1) * sizeof(SPropValue), (LPVOID *)&list.aEntries[0].rgPropVals);
	if (FAILED(hr))
		return hr;
	for (ULONG i = 0; i < row->cValues; i++)
		if (PROP_TYPE(row->lpProps[i].ulPropTag) != PT_ERROR &&
		    row->lpProps[i].ulPropTag != PR_RESPONSIBILITY)
			list.aEntries[0].rgPropVals[count++] = row->lpProps[i];
	list.aEntries[0].rgPropVals[count].ulPropTag = PR_RESPONSIBILITY;
	list.aEntries[0].rgPropVals[count++].Value.b = TRUE;
	list.aEntries[0].cValues = count;
	hr = message->lpVtbl->ModifyRecipients(message, MODRECIP_MODIFY, (ADRLIST *)&list);
	memory.free(list.aEntries[0].rgPropVals);
	return hr;
}

/* --- What became of a recipient ------------------------------------------------------------ */

enum fate { DELIVERED, BUSY, UNKNOWN };

/* A list of one entry with room for `count` values. */
static ADRLIST *
make_list(ULONG count)
{
	ADRLIST *list = NULL;

	if (FAILED(memory.buffer(CbNewADRLIST(1), (LPVOID *)&list)))
		return NULL;
	list->cEntries = 1;
	list->aEntries[0].ulReserved1 = 0;
	list->aEntries[0].cValues = count;
	if (FAILED(memory.more(
		count * sizeof(SPropValue), list, (LPVOID *)&list->aEntries[0].rgPropVals))) {
		memory.free(list);
		return NULL;
	}
	memset(list->aEntries[0].rgPropVals, 0, count * sizeof(SPropValue));
	return list;
}

#ifdef USE_EMAPISPI

/* All is told of every recipient: the spooler tries the right ones again, and knows why. */
static ADRLIST *
report_of(LONG row, enum fate fate, const char *text)
{
	static const LONG classes[] = { EMAPI_RETRY_NONE, EMAPI_RETRY_TEMPORARY,
		EMAPI_RETRY_PERMANENT };
	static const LONG codes[] = { 250, 450, 550 };
	static const char *const enhanced[] = { "2.0.0", "4.2.0", "5.1.1" };
	ADRLIST *list = make_list(5);
	SPropValue *value;

	if (!list)
		return NULL;
	value = list->aEntries[0].rgPropVals;
	value[0].ulPropTag = PR_ROWID;
	value[0].Value.l = row;
	value[1].ulPropTag = PR_EMAPI_RETRY_CLASS;
	value[1].Value.l = classes[fate];
	value[2].ulPropTag = PR_EMAPI_REPLY_CODE;
	value[2].Value.l = codes[fate];
	value[3].ulPropTag = PR_EMAPI_ENHANCED_STATUS_A;
	value[3].Value.lpszA = (LPSTR)(uintptr_t)enhanced[fate];
	value[4].ulPropTag = PR_EMAPI_REPLY_TEXT_A;
	value[4].Value.lpszA = (LPSTR)(uintptr_t)text;
	return list;
}

#else

/* There is a nondelivery report, and nothing that says "later". */
static ADRLIST *
report_of(LONG row, enum fate fate, const char *text)
{
	ADRLIST *list = fate == UNKNOWN ? make_list(4) : NULL;
	SPropValue *value;

	if (!list)
		return NULL;
	value = list->aEntries[0].rgPropVals;
	value[0].ulPropTag = PR_ROWID;
	value[0].Value.l = row;
	value[1].ulPropTag = PR_NDR_REASON_CODE; /* 0: the transfer failed */
	value[2].ulPropTag = PR_NDR_DIAG_CODE;   /* 0: unrecognized O/R name */
	value[3].ulPropTag = PR_REPORT_TEXT_A;
	value[3].Value.lpszA = (LPSTR)(uintptr_t)text;
	return list;
}

#endif

static HRESULT
report(struct logon *self, IMessage *message, SRow *row, enum fate fate, const char *text)
{
	ADRLIST *list = report_of(find(row, PR_ROWID)->Value.l, fate, text);
	HRESULT hr = S_OK;

	if (fate == BUSY)
		self->come_again = true;
	else
		hr = set_responsible(message, row);
	if (SUCCEEDED(hr) && list) {
		hr = self->support->lpVtbl->StatusRecips(self->support, message, list);
		if (SUCCEEDED(hr))
			list = NULL; /* freed by MAPI */
	}
	memory.free(list);
	return hr;
}

/* --- The mail ------------------------------------------------------------------------------ */

/* The whole of a long value, which GetProps leaves out; NULL where there is none. */
static char *
read_stream(IMessage *message, ULONG tag)
{
	IStream *stream = NULL;
	char *text = NULL, *more;
	size_t size = 0;
	ULONG got = 1;

	if (FAILED(message->lpVtbl->OpenProperty(
		message, tag, &IID_IStream, STGM_READ, 0, (LPUNKNOWN *)&stream)))
		return NULL;
	while (got) {
		more = realloc(text, size + 65536 + 1);
		if (!more || FAILED(stream->lpVtbl->Read(stream, more + size, 65536, &got))) {
			free(more ? more : text);
			text = NULL;
			break;
		}
		text = more;
		size += got;
		text[size] = '\0';
	}
	stream->lpVtbl->Release(stream);
	return text;
}

/* Header and text as one piece of mbox; NULL where the message cannot be read now. */
static char *
render(IMessage *message)
{
	enum { SUBJECT, TO, BODY, COUNT };
	static const SizedSPropTagArray(
	    COUNT, tags) = { COUNT, { PR_SUBJECT_A, PR_DISPLAY_TO_A, PR_BODY_A } };
	const char *text[COUNT] = { "", "", "" };
	SPropValue *values = NULL;
	char *mail = NULL, *body = NULL;
	ULONG count;

	if (FAILED(message->lpVtbl->GetProps(
		message, (SPropTagArray *)(uintptr_t)&tags, 0, &count, &values)))
		return NULL;
	for (int i = 0; i < COUNT; i++)
		if (PROP_TYPE(values[i].ulPropTag) == PT_STRING8)
			text[i] = values[i].Value.lpszA;
	if (values[BODY].Value.err == MAPI_E_NOT_ENOUGH_MEMORY &&
	    PROP_TYPE(values[BODY].ulPropTag) == PT_ERROR) {
		body = read_stream(message, PR_BODY_A);
		text[BODY] = body;
	}
	if (text[BODY] && asprintf(&mail, "From example %ld\nSubject: %s\nTo: %s\n\n%s\n\n",
			      (long)time(NULL), text[SUBJECT], text[TO], text[BODY]) < 0)
		mail = NULL;
	free(body);
	memory.free(values);
	return mail;
}

/* All or nothing, and on the disk. */
static bool
append(int fd, const char *mail)
{
	off_t end = lseek(fd, 0, SEEK_END);
	size_t size = strlen(mail);

	if (end < 0)
		return false;
	if (write(fd, mail, size) == (ssize_t)size && fsync(fd) == 0)
		return true;
	if (ftruncate(fd, end) != 0)
		return false;
	return false;
}

static enum fate
deliver(const struct logon *self, const char *address, const char *mail, char **why)
{
	char *path = NULL, *lock = NULL;
	enum fate fate = BUSY;
	int fd = -1;

	if (!*address || *address == '.' || strchr(address, '/')) {
		*why = strdup("There can be no mailbox of that name.");
		return UNKNOWN;
	}
	if (asprintf(&path, "%s/%s", self->folder, address) < 0 ||
	    asprintf(&lock, "%s.lock", path) < 0)
		goto out;
	if (access(lock, F_OK) == 0) {
		*why = strdup("The mailbox is locked.");
		goto out;
	}
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		fate = UNKNOWN;
		*why = strdup("There is no such mailbox.");
	} else if (fd < 0 || !append(fd, mail)) {
		*why = strdup(strerror(errno));
	} else {
		fate = DELIVERED;
		*why = strdup("It lies in the mailbox.");
	}
out:
	if (fd >= 0)
		close(fd);
	free(path);
	free(lock);
	return fate;
}

static bool
is_ours(const SRow *row)
{
	const SPropValue *seen_to = find(row, PR_RESPONSIBILITY), *type = find(row, PR_ADDRTYPE_A);

	return !(seen_to && seen_to->Value.b) && type && strcmp(type->Value.lpszA, "SMTP") == 0 &&
	       find(row, PR_EMAIL_ADDRESS_A) && find(row, PR_ROWID);
}

static HRESULT
send_rows(struct logon *self, IMessage *message, SRowSet *rows, const char *mail, bool *any)
{
	HRESULT hr = S_OK;

	for (ULONG i = 0; SUCCEEDED(hr) && i < rows->cRows; i++) {
		SRow *row = &rows->aRow[i];
		char *why = NULL;
		enum fate fate;

		if (!is_ours(row))
			continue;
		*any = true;
		fate = deliver(self, find(row, PR_EMAIL_ADDRESS_A)->Value.lpszA, mail, &why);
		hr = report(self, message, row, fate, why ? why : "");
		free(why);
	}
	return hr;
}

static HRESULT
send_table(struct logon *self, IMessage *message, IMAPITable *table, const char *mail, bool *any)
{
	SPropTagArray *columns = NULL;
	SRowSet *rows = NULL;
	bool more = true;
	HRESULT hr;

	hr = table->lpVtbl->QueryColumns(table, TBL_ALL_COLUMNS, &columns);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->SetColumns(table, columns, 0);
	memory.free(columns);
	while (SUCCEEDED(hr) && more) {
		hr = table->lpVtbl->QueryRows(table, 100, 0, &rows);
		more = SUCCEEDED(hr) && rows->cRows;
		if (more)
			hr = send_rows(self, message, rows, mail, any);
		free_rows(rows);
		rows = NULL;
	}
	return hr;
}

/* --- IXPLogon ------------------------------------------------------------------------------ */

static HRESULT
logon_AddressTypes(IXPLogon *This, ULONG *flags, ULONG *type_count, LPTSTR **types,
    ULONG *uid_count, LPMAPIUID **uids)
{
	static char smtp[] = "SMTP";
	static LPTSTR list[] = { (LPTSTR)smtp };

	*flags = 0;
	*type_count = 1;
	*types = list;
	*uid_count = 0;
	*uids = NULL;
	return S_OK;
}

static HRESULT
logon_SubmitMessage(
    IXPLogon *This, ULONG flags, LPMESSAGE message, ULONG_PTR *reference, ULONG_PTR *wait)
{
	struct logon *self = (struct logon *)This;
	IMAPITable *table = NULL;
	bool any = false;
	char *mail;
	HRESULT hr;

	*reference = ++self->last_reference;
	*wait = 10; /* seconds, for MAPI_E_WAIT */
	self->come_again = false;
	mail = render(message);
	if (!mail)
		return MAPI_E_WAIT;
	hr = message->lpVtbl->GetRecipientTable(message, 0, &table);
	if (SUCCEEDED(hr)) {
		hr = send_table(self, message, table, mail, &any);
		table->lpVtbl->Release(table);
	}
	free(mail);
	return SUCCEEDED(hr) && !any ? MAPI_E_NOT_ME : hr;
}

static HRESULT
logon_EndMessage(IXPLogon *This, ULONG_PTR reference, ULONG *flags)
{
#ifdef USE_EMAPISPI
	*flags = 0; /* the spooler knows already */
#else
	*flags = ((struct logon *)This)->come_again ? END_RESEND_LATER : 0;
#endif
	return S_OK;
}

static HRESULT
logon_TransportLogoff(IXPLogon *This, ULONG flags)
{
	return S_OK;
}

static HRESULT
logon_TransportNotify(IXPLogon *This, ULONG *flags, LPVOID *data)
{
	return S_OK;
}

static HRESULT
logon_RegisterOptions(IXPLogon *This, ULONG *flags, ULONG *count, LPOPTIONDATA *options)
{
	*flags = 0;
	*count = 0;
	*options = NULL;
	return S_OK;
}

static const IXPLogonVtbl logon_vtbl = {
	OBJECT_VTBL(logon),
	.AddressTypes = logon_AddressTypes,
	.RegisterOptions = logon_RegisterOptions,
	.TransportNotify = logon_TransportNotify,
	.Idle = no_IXPLogon_Idle,
	.TransportLogoff = logon_TransportLogoff,
	.SubmitMessage = logon_SubmitMessage,
	.EndMessage = logon_EndMessage,
	.Poll = no_IXPLogon_Poll,
	.StartMessage = no_IXPLogon_StartMessage,
	.OpenStatusEntry = no_IXPLogon_OpenStatusEntry,
	.ValidateState = no_IXPLogon_ValidateState,
	.FlushQueues = no_IXPLogon_FlushQueues,
};

static void
logon_destroy(void *object)
{
	struct logon *self = object;

	self->support->lpVtbl->Release(self->support);
	free(self->folder);
	free(self);
}

/* --- IXPProvider --------------------------------------------------------------------------- */

static char *
read_setting(IMAPISupport *support)
{
	SizedSPropTagArray(1, tags) = { 1, { PR_MAILBOXES } };
	IProfSect *section = NULL;
	SPropValue *values = NULL;
	char *text = NULL;
	ULONG count;

	if (FAILED(support->lpVtbl->OpenProfileSection(support, NULL, 0, &section)))
		return NULL;
	if (SUCCEEDED(
		section->lpVtbl->GetProps(section, (SPropTagArray *)&tags, 0, &count, &values)) &&
	    values->ulPropTag == PR_MAILBOXES)
		text = strdup(values->Value.lpszA);
	memory.free(values);
	section->lpVtbl->Release(section);
	return text;
}

static HRESULT
provider_TransportLogon(IXPProvider *This, LPMAPISUP support, ULONG_PTR window, LPTSTR profile,
    ULONG *flags, LPMAPIERROR *error, LPXPLOGON *out)
{
	static const IID *const answers[] = { &IID_IXPLogon, NULL };
	struct logon *self = calloc(1, sizeof(*self));

	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->folder = read_setting(support);
	if (!self->folder) {
		free(self);
		return MAPI_E_UNCONFIGURED;
	}
	self->iface.lpVtbl = &logon_vtbl;
	object_init(&self->object, answers, logon_destroy);
	self->support = support;
	support->lpVtbl->AddRef(support);
	*flags = 0; /* nothing to poll, nothing to do when idle */
	*out = &self->iface;
	return S_OK;
}

static HRESULT
provider_Shutdown(IXPProvider *This, ULONG *flags)
{
	return S_OK;
}

static const IXPProviderVtbl provider_vtbl = {
	OBJECT_VTBL(provider),
	.Shutdown = provider_Shutdown,
	.TransportLogon = provider_TransportLogon,
};

EMAPI_EXPORT STDINITMETHODIMP
XPProviderInit(HINSTANCE instance, LPMALLOC allocator, LPALLOCATEBUFFER allocate,
    LPALLOCATEMORE more, LPFREEBUFFER release, ULONG flags, ULONG version, ULONG *own_version,
    LPXPPROVIDER *out)
{
	static const IID *const answers[] = { &IID_IXPProvider, NULL };
	struct provider *self;

	*own_version = CURRENT_SPI_VERSION;
	if (version < CURRENT_SPI_VERSION)
		return MAPI_E_VERSION;
	self = calloc(1, sizeof(*self));
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	memory.buffer = allocate;
	memory.more = more;
	memory.free = release;
	self->iface.lpVtbl = &provider_vtbl;
	object_init(&self->object, answers, free);
	*out = &self->iface;
	return S_OK;
}
