/* SPDX-License-Identifier: MIT */
/*
 * A transport that knows nothing of emapispi.h's results, as a third party's is: it says what
 * MAPI's own documents let it say.  It carries address type TEST; the address says what happens:
 *
 *   took, left     PR_RESPONSIBILITY is set to TRUE, or not
 *   delivered, ndr StatusRecips with a delivery time, or with a reason of nondelivery
 *   die            delivered, and then the process is killed, the first time
 *   wait, busy, notme, cancel    SubmitMessage answers MAPI_E_WAIT (1 s), MAPI_E_BUSY ...
 *   later          EndMessage says END_RESEND_LATER
 * The last two lines happen once for a message with such a recipient, to all of its recipients.
 * While the file PATH.down exists SubmitMessage answers MAPI_E_NETWORK_ERROR.
 * Each recipient that it takes is a line in the file that its setting Path names.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <glib.h>
#include <emapispi.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "com.h"
#include "mem.h"
#include "prop.h"
#include "unsupported.h"

EMAPI_EXPORT XPPROVIDERINIT XPProviderInit;

struct provider {
	struct com_object com;
	IXPProvider ixpprovider;
};

struct logon {
	struct com_object com;
	IXPLogon ixplogon;
	IMAPISupport *support;
	char *path;
	ULONG end_flags;
};

static void
logon_finalize(void *object)
{
	struct logon *self = object;

	COM_CLEAR(self->support);
	g_free(self->path);
}

static const struct com_interface logon_interfaces[] = {
	{ &IID_IXPLogon, offsetof(struct logon, ixplogon) },
	{ NULL, 0 },
};
static const struct com_class logon_class = { "test logon", logon_interfaces, logon_finalize };
static const struct com_interface provider_interfaces[] = {
	{ &IID_IXPProvider, offsetof(struct provider, ixpprovider) },
	{ NULL, 0 },
};
static const struct com_class provider_class = { "test provider", provider_interfaces, NULL };

COM_UNKNOWN(logon, struct logon, ixplogon, IXPLogon)
COM_UNKNOWN(provider, struct provider, ixpprovider, IXPProvider)

#define LOGON(This) COM_OBJECT(This, struct logon, ixplogon)

static HRESULT
logon_AddressTypes(
    IXPLogon *This, ULONG *flags, ULONG *types, LPTSTR **names, ULONG *uids, LPMAPIUID **uid_list)
{
	static char type[] = "TEST";
	static LPTSTR list[] = { (LPTSTR)type };

	*flags = 0;
	*types = 1;
	*names = list;
	*uids = 0;
	*uid_list = NULL;
	return S_OK;
}

/* True the first time for this name. */
static bool
once(struct logon *self, const char *name)
{
	g_autofree char *path = g_strdup_printf("%s.%s", self->path, name);
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static void
write_line(struct logon *self, const char *address)
{
	g_autofree char *line = g_strconcat(address, "\n", NULL);
	int fd = open(self->path, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		abort();
	close(fd);
}

/* StatusRecips for one row, in the words of Microsoft's documents. */
static void
tell(struct logon *self, IMessage *message, const SRow *row, bool delivered)
{
	ADRLIST *list = mem_zalloc(NULL, CbNewADRLIST(1));
	SPropValue *props = mem_zalloc(list, 4 * sizeof(*props));

	list->cEntries = 1;
	list->aEntries[0].rgPropVals = props;
	prop_set_long(&props[0], PR_ROWID, prop_find_long(row->lpProps, row->cValues, PR_ROWID, 0));
	if (delivered) {
		props[1].ulPropTag = PR_DELIVER_TIME;
		list->aEntries[0].cValues = 2;
	} else {
		prop_set_long(&props[1], PR_NDR_REASON_CODE, 0);
		prop_set_text(list, &props[2], PR_REPORT_TEXT_W, "Nobody of that name lives here.");
		list->aEntries[0].cValues = 3;
	}
	if (FAILED(self->support->lpVtbl->StatusRecips(self->support, message, list)))
		mem_free(list);
}

static void
take(IMessage *message, const SRow *row)
{
	ADRLIST *list = mem_zalloc(NULL, CbNewADRLIST(1));
	SPropValue *props = mem_zalloc(list, (row->cValues + 1) * sizeof(*props));
	ULONG count = 0;

	for (ULONG i = 0; i < row->cValues; i++) {
		ULONG tag = row->lpProps[i].ulPropTag;

		if (PROP_TYPE(tag) != PT_ERROR && PROP_ID(tag) != PROP_ID(PR_RESPONSIBILITY))
			props[count++] = row->lpProps[i];
	}
	prop_set_bool(&props[count++], PR_RESPONSIBILITY, true);
	list->cEntries = 1;
	list->aEntries[0].cValues = count;
	list->aEntries[0].rgPropVals = props;
	if (FAILED(message->lpVtbl->ModifyRecipients(message, MODRECIP_MODIFY, list)))
		abort();
	mem_free(list);
}

static void
handle(struct logon *self, IMessage *message, const SRow *row, const char *address)
{
	if (g_str_has_prefix(address, "left"))
		return;
	write_line(self, address);
	if (g_str_has_prefix(address, "delivered") || g_str_has_prefix(address, "die"))
		tell(self, message, row, true);
	else if (g_str_has_prefix(address, "ndr"))
		tell(self, message, row, false);
	take(message, row);
	if (g_str_has_prefix(address, "die") && once(self, address))
		raise(SIGKILL);
}

/* What the whole message gets, once. */
static HRESULT
whole(struct logon *self, const char *address, ULONG_PTR *parameter)
{
	static const struct {
		const char *name;
		HRESULT hr;
		ULONG flags;
	} answers[] = {
		{ "wait", MAPI_E_WAIT, 0 },
		{ "busy", MAPI_E_BUSY, 0 },
		{ "notme", MAPI_E_NOT_ME, 0 },
		{ "cancel", MAPI_E_CANCEL, 0 },
		{ "later", S_OK, END_RESEND_LATER },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(answers); i++) {
		if (g_str_has_prefix(address, answers[i].name) && once(self, address)) {
			*parameter = answers[i].hr == MAPI_E_WAIT ? 1 : 0;
			self->end_flags = answers[i].flags;
			return answers[i].hr;
		}
	}
	return S_OK;
}

static bool
is_down(struct logon *self)
{
	g_autofree char *path = g_strconcat(self->path, ".down", NULL);

	return access(path, F_OK) == 0;
}

static HRESULT
logon_SubmitMessage(
    IXPLogon *This, ULONG flags, LPMESSAGE message, ULONG_PTR *reference, ULONG_PTR *parameter)
{
	struct logon *self = LOGON(This);
	IMAPITable *table = NULL;
	SPropTagArray *columns = NULL;
	SRowSet *rows = NULL;
	HRESULT hr;

	*reference = 1;
	self->end_flags = 0;
	if (is_down(self))
		return MAPI_E_NETWORK_ERROR;
	hr = message->lpVtbl->GetRecipientTable(message, MAPI_UNICODE, &table);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->QueryColumns(table, TBL_ALL_COLUMNS, &columns);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->SetColumns(table, columns, 0);
	if (SUCCEEDED(hr))
		hr = table->lpVtbl->QueryRows(table, 1000, 0, &rows);
	for (ULONG i = 0; SUCCEEDED(hr) && i < rows->cRows; i++) {
		const SRow *row = &rows->aRow[i];
		g_autofree char *address =
		    prop_find_text(row->lpProps, row->cValues, PR_EMAIL_ADDRESS_W);

		if (prop_find_bool(row->lpProps, row->cValues, PR_RESPONSIBILITY, false))
			continue;
		hr = whole(self, address, parameter);
		if (SUCCEEDED(hr) && !self->end_flags)
			handle(self, message, row, address);
	}
	for (ULONG i = 0; rows && i < rows->cRows; i++)
		mem_free(rows->aRow[i].lpProps);
	mem_free(rows);
	mem_free(columns);
	COM_CLEAR(table);
	return hr;
}

static HRESULT
logon_EndMessage(IXPLogon *This, ULONG_PTR reference, ULONG *flags)
{
	*flags = LOGON(This)->end_flags;
	return S_OK;
}

static HRESULT
logon_TransportLogoff(IXPLogon *This, ULONG flags)
{
	return S_OK;
}

static const IXPLogonVtbl logon_vtbl = {
	.QueryInterface = logon_QueryInterface,
	.AddRef = logon_AddRef,
	.Release = logon_Release,
	.AddressTypes = logon_AddressTypes,
	.RegisterOptions = unsupported_IXPLogon_RegisterOptions,
	.TransportNotify = unsupported_IXPLogon_TransportNotify,
	.Idle = unsupported_IXPLogon_Idle,
	.TransportLogoff = logon_TransportLogoff,
	.SubmitMessage = logon_SubmitMessage,
	.EndMessage = logon_EndMessage,
	.Poll = unsupported_IXPLogon_Poll,
	.StartMessage = unsupported_IXPLogon_StartMessage,
	.OpenStatusEntry = unsupported_IXPLogon_OpenStatusEntry,
	.ValidateState = unsupported_IXPLogon_ValidateState,
	.FlushQueues = unsupported_IXPLogon_FlushQueues,
};

static HRESULT
read_path(IMAPISupport *support, char **path)
{
	SizedSPropTagArray(1, tags) = { 1, { PR_EMAPI_PATH_W } };
	IProfSect *section = NULL;
	SPropValue *values = NULL;
	ULONG count = 0;
	HRESULT hr = support->lpVtbl->OpenProfileSection(support, NULL, 0, &section);

	if (FAILED(hr))
		return hr;
	hr = section->lpVtbl->GetProps(
	    section, (SPropTagArray *)&tags, MAPI_UNICODE, &count, &values);
	if (SUCCEEDED(hr))
		*path = prop_find_text(values, count, PR_EMAPI_PATH_W);
	mem_free(values);
	COM_CLEAR(section);
	return SUCCEEDED(hr) && !*path ? MAPI_E_UNCONFIGURED : hr;
}

static HRESULT
provider_TransportLogon(IXPProvider *This, LPMAPISUP support, ULONG_PTR window, LPTSTR profile,
    ULONG *flags, LPMAPIERROR *error, LPXPLOGON *out)
{
	struct logon *self;
	char *path = NULL;
	HRESULT hr = read_path(support, &path);

	*out = NULL;
	if (FAILED(hr))
		return hr;
	self = com_create(&logon_class, sizeof(*self));
	self->ixplogon.lpVtbl = &logon_vtbl;
	self->support = support;
	support->lpVtbl->AddRef(support);
	self->path = path;
	*flags = 0;
	*out = &self->ixplogon;
	return S_OK;
}

static HRESULT
provider_Shutdown(IXPProvider *This, ULONG *flags)
{
	return S_OK;
}

static const IXPProviderVtbl provider_vtbl = {
	.QueryInterface = provider_QueryInterface,
	.AddRef = provider_AddRef,
	.Release = provider_Release,
	.Shutdown = provider_Shutdown,
	.TransportLogon = provider_TransportLogon,
};

HRESULT
XPProviderInit(HINSTANCE instance, LPMALLOC memory, LPALLOCATEBUFFER allocate,
    LPALLOCATEMORE allocate_more, LPFREEBUFFER free_buffer, ULONG flags, ULONG mapi_version,
    ULONG *provider_version, LPXPPROVIDER *out)
{
	struct provider *self = com_create(&provider_class, sizeof(*self));

	self->ixpprovider.lpVtbl = &provider_vtbl;
	*provider_version = CURRENT_SPI_VERSION;
	*out = &self->ixpprovider;
	return S_OK;
}
