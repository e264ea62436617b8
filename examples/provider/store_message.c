/* SPDX-License-Identifier: MIT */
/* Messages: see store.h.  What is changed is in memory until it is saved. */
#include "store.h"

#include <sys/random.h>
#include <time.h>

struct message {
	IMessage iface;
	struct object object;
	struct store *store;
	ULONGLONG number;
	enum state state;
	bool changed;
	struct content content;
};

OBJECT_METHODS(message, IMessage)

ULONGLONG
message_number(IMessage *iface)
{
	return ((struct message *)iface)->number;
}

static HRESULT
set_submit_time(struct props *props)
{
	SPropValue value = { .ulPropTag = PR_CLIENT_SUBMIT_TIME };
	struct timespec now;
	ULONGLONG ticks;

	clock_gettime(CLOCK_REALTIME, &now);
	ticks = ((ULONGLONG)now.tv_sec + 11644473600u) * 10000000 + (ULONGLONG)now.tv_nsec / 100;
	value.Value.ft.dwLowDateTime = (DWORD)ticks;
	value.Value.ft.dwHighDateTime = (DWORD)(ticks >> 32);
	return props_set(props, &value);
}

/* --- What only the place of a message tells ------------------------------------------------- */

static HRESULT
set_computed(struct message *self)
{
	static const enum place places[STATES] = { OUTBOX, OUTBOX, SENT, INBOX };
	static const ULONG message_flags[STATES] = { MSGFLAG_UNSENT,
		MSGFLAG_UNSENT | MSGFLAG_SUBMIT, MSGFLAG_READ, 0 };
	struct props *props = &self->content.props;
	struct id id;
	HRESULT hr;

	store_id(self->store, MAPI_MESSAGE, 0, self->number, &id);
	hr = props_set_binary(props, PR_ENTRYID, &id, sizeof(id));
	if (SUCCEEDED(hr))
		hr = props_set_binary(props, PR_RECORD_KEY, &id, sizeof(id));
	store_id(self->store, MAPI_FOLDER, places[self->state], 0, &id);
	if (SUCCEEDED(hr))
		hr = props_set_binary(props, PR_PARENT_ENTRYID, &id, sizeof(id));
	if (SUCCEEDED(hr))
		hr = props_set_binary(
		    props, PR_STORE_RECORD_KEY, &self->store->uid, sizeof(self->store->uid));
	if (SUCCEEDED(hr))
		hr = props_set_long(props, PR_OBJECT_TYPE, MAPI_MESSAGE);
	if (SUCCEEDED(hr))
		hr = props_set_long(props, PR_MESSAGE_FLAGS, (LONG)message_flags[self->state]);
	return hr;
}

/* PR_SEARCH_KEY is by what a message is known wherever it goes. */
static HRESULT
set_first(struct message *self)
{
	SPropValue class = { .ulPropTag = PR_MESSAGE_CLASS_A, .Value.lpszA = (LPSTR) "IPM.Note" };
	MAPIUID key;
	HRESULT hr;

	while (!self->number)
		if (getrandom(&self->number, sizeof(self->number), 0) < 0)
			return MAPI_E_NOT_ENOUGH_RESOURCES;
	hr = self->store->support->lpVtbl->NewUID(self->store->support, &key);
	if (SUCCEEDED(hr))
		hr = props_set_binary(&self->content.props, PR_SEARCH_KEY, &key, sizeof(key));
	if (SUCCEEDED(hr))
		hr = props_set(&self->content.props, &class);
	return hr;
}

/* --- IMAPIProp ----------------------------------------------------------------------------- */

static HRESULT
message_GetLastError(IMessage *This, HRESULT hr, ULONG flags, LPMAPIERROR *out)
{
	return store_error(((struct message *)This)->store, hr, flags, out);
}

static HRESULT
message_GetProps(IMessage *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	return props_get(&((struct message *)This)->content.props, tags, flags, count, out);
}

static HRESULT
message_GetPropList(IMessage *This, ULONG flags, LPSPropTagArray *out)
{
	return props_list(&((struct message *)This)->content.props, flags, out);
}

static HRESULT
add_problem(SPropProblemArray *problems, ULONG index, ULONG tag, HRESULT hr)
{
	SPropProblem *problem;

	if (!problems)
		return S_OK;
	problem = &problems->aProblem[problems->cProblem++];
	problem->ulIndex = index;
	problem->ulPropTag = tag;
	problem->scode = hr;
	return S_OK;
}

static HRESULT
message_SetProps(IMessage *This, ULONG count, LPSPropValue values, LPSPropProblemArray *out)
{
	struct message *self = (struct message *)This;
	SPropProblemArray *problems = NULL;
	HRESULT hr = S_OK;

	if (out) {
		*out = NULL;
		hr = memory.buffer(CbNewSPropProblemArray(count), (LPVOID *)&problems);
	}
	if (FAILED(hr))
		return hr;
	if (problems)
		problems->cProblem = 0;
	for (ULONG i = 0; SUCCEEDED(hr) && i < count; i++) {
		hr = props_set(&self->content.props, &values[i]);
		if (hr == MAPI_E_NO_SUPPORT)
			hr = add_problem(problems, i, values[i].ulPropTag, hr);
	}
	self->changed = true;
	if (FAILED(hr) || !problems || !problems->cProblem)
		memory.free(problems);
	else
		*out = problems;
	return hr;
}

static HRESULT
message_DeleteProps(IMessage *This, LPSPropTagArray tags, LPSPropProblemArray *problems)
{
	struct message *self = (struct message *)This;

	if (problems)
		*problems = NULL;
	for (ULONG i = 0; i < tags->cValues; i++)
		props_remove(&self->content.props, tags->aulPropTag[i]);
	self->changed = true;
	return S_OK;
}

/* PR_DISPLAY_TO: the names of those it is for. */
static HRESULT
set_display_to(struct content *content)
{
	SPropValue value = { .ulPropTag = PR_DISPLAY_TO_A };
	char *all = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&all, &size);
	HRESULT hr = out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	for (ULONG i = 0; SUCCEEDED(hr) && i < content->recipient_count; i++) {
		static const SizedSPropTagArray(
		    2, tags) = { 2, { PR_DISPLAY_NAME_A, PR_RECIPIENT_TYPE } };
		SPropValue *row = NULL;
		ULONG count;

		hr = props_get(
		    &content->recipients[i], (SPropTagArray *)(uintptr_t)&tags, 0, &count, &row);
		if (SUCCEEDED(hr) && row[0].ulPropTag == PR_DISPLAY_NAME_A &&
		    row[1].ulPropTag == PR_RECIPIENT_TYPE && row[1].Value.l == MAPI_TO)
			fprintf(out, "%s%s", ftell(out) > 0 ? "; " : "", row[0].Value.lpszA);
		memory.free(row);
	}
	if (out && fclose(out) != 0)
		hr = MAPI_E_NOT_ENOUGH_MEMORY;
	value.Value.lpszA = all;
	if (SUCCEEDED(hr))
		hr = props_set(&content->props, &value);
	free(all);
	return hr;
}

HRESULT
message_save(IMessage *iface)
{
	struct message *self = (struct message *)iface;
	HRESULT hr = S_OK;

	if (!self->changed)
		return S_OK;
	hr = set_display_to(&self->content);
	if (SUCCEEDED(hr))
		hr = files_write(self->store, self->number, self->state, &self->content);
	if (SUCCEEDED(hr))
		self->changed = false;
	return hr;
}

static HRESULT
message_SaveChanges(IMessage *This, ULONG flags)
{
	return message_save(This);
}

/* --- Recipients ---------------------------------------------------------------------------- */

/* The row that PR_ROWID names; a row's number is its PR_ROWID and is not given again. */
static struct props *
find_row(struct content *content, LONG row)
{
	for (ULONG i = 0; i < content->recipient_count; i++)
		if (props_find(&content->recipients[i], PR_ROWID)->Value.l == row)
			return &content->recipients[i];
	return NULL;
}

static LONG
next_row(struct content *content)
{
	LONG next = 0;

	for (ULONG i = 0; i < content->recipient_count; i++) {
		LONG row = props_find(&content->recipients[i], PR_ROWID)->Value.l;

		next = row >= next ? row + 1 : next;
	}
	return next;
}

static HRESULT
fill_row(const ADRENTRY *entry, LONG number, struct props *out)
{
	struct props row = { NULL, 0 };
	HRESULT hr = S_OK;

	for (ULONG i = 0; SUCCEEDED(hr) && i < entry->cValues; i++) {
		hr = props_set(&row, &entry->rgPropVals[i]);
		if (hr == MAPI_E_NO_SUPPORT) /* what is not kept is not asked for */
			hr = S_OK;
	}
	if (SUCCEEDED(hr))
		hr = props_set_long(&row, PR_ROWID, number);
	if (FAILED(hr)) {
		props_clear(&row);
		return hr;
	}
	props_clear(out);
	*out = row;
	return S_OK;
}

static HRESULT
add_row(struct content *content, const ADRENTRY *entry)
{
	struct props *more, row = { NULL, 0 };
	HRESULT hr = fill_row(entry, next_row(content), &row);

	if (FAILED(hr))
		return hr;
	more = realloc(content->recipients, (content->recipient_count + 1) * sizeof(*more));
	if (!more) {
		props_clear(&row);
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	content->recipients = more;
	content->recipients[content->recipient_count++] = row;
	return S_OK;
}

static void
remove_row(struct content *content, struct props *row)
{
	struct props *end = content->recipients + content->recipient_count--;

	props_clear(row);
	memmove(row, row + 1, (size_t)((char *)end - (char *)(row + 1)));
}

static HRESULT
modify_row(struct content *content, ULONG flags, const ADRENTRY *entry)
{
	struct props *row = NULL;

	for (ULONG i = 0; i < entry->cValues && !(flags & MODRECIP_ADD); i++)
		if (entry->rgPropVals[i].ulPropTag == PR_ROWID)
			row = find_row(content, entry->rgPropVals[i].Value.l);
	if (flags & MODRECIP_REMOVE) {
		if (row)
			remove_row(content, row);
		return row ? S_OK : MAPI_E_NOT_FOUND;
	}
	return row ? fill_row(entry, props_find(row, PR_ROWID)->Value.l, row)
		   : add_row(content, entry);
}

static HRESULT
message_ModifyRecipients(IMessage *This, ULONG flags, LPADRLIST list)
{
	struct message *self = (struct message *)This;
	struct content *content = &self->content;
	HRESULT hr = S_OK;

	while (!flags && content->recipient_count)
		remove_row(content, content->recipients);
	for (ULONG i = 0; SUCCEEDED(hr) && i < list->cEntries; i++)
		hr = modify_row(content, flags, &list->aEntries[i]);
	self->changed = true;
	return hr;
}

static HRESULT
message_GetRecipientTable(IMessage *This, ULONG flags, LPMAPITABLE *out)
{
	struct content *content = &((struct message *)This)->content;
	struct props *rows = calloc(content->recipient_count + 1, sizeof(*rows));
	HRESULT hr = rows ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	*out = NULL;
	for (ULONG i = 0; SUCCEEDED(hr) && i < content->recipient_count; i++)
		for (ULONG j = 0; SUCCEEDED(hr) && j < content->recipients[i].count; j++)
			hr = props_set(&rows[i], &content->recipients[i].values[j]);
	if (SUCCEEDED(hr))
		return table_create(rows, content->recipient_count, flags, out);
	for (ULONG i = 0; rows && i < content->recipient_count; i++)
		props_clear(&rows[i]);
	free(rows);
	return hr;
}

static HRESULT
message_GetAttachmentTable(IMessage *This, ULONG flags, LPMAPITABLE *out)
{
	return table_create(NULL, 0, flags, out);
}

/* --- Submitting ---------------------------------------------------------------------------- */

/* The last step is one rename: before it nothing is submitted, after it all is. */
static HRESULT
put_into_queue(struct message *self)
{
	HRESULT hr;

	self->changed = true;
	hr = message_save(&self->iface);
	if (SUCCEEDED(hr))
		hr = files_move(self->store, self->number, DRAFT, QUEUED);
	if (SUCCEEDED(hr))
		self->state = QUEUED;
	return hr;
}

static HRESULT
message_SubmitMessage(IMessage *This, ULONG flags)
{
	struct message *self = (struct message *)This;
	IMAPISupport *support = self->store->support;
	ULONG unused = 0;
	HRESULT hr;

	if (self->state == QUEUED)
		return MAPI_E_SUBMITTED;
	if (self->state != DRAFT)
		return MAPI_E_NO_SUPPORT; /* from another folder than the Outbox */
	if (!self->content.recipient_count)
		return MAPI_E_NO_RECIPIENTS;
	hr = support->lpVtbl->PrepareSubmit(support, This, &unused);
	if (SUCCEEDED(hr))
		hr = support->lpVtbl->ExpandRecips(support, This, &unused);
	if (SUCCEEDED(hr))
		hr = set_submit_time(&self->content.props);
	if (SUCCEEDED(hr))
		hr = put_into_queue(self);
	if (FAILED(hr))
		return hr;
	/* Whatever comes of it: the message is safe, and the spooler finds it later. */
	support->lpVtbl->SpoolerNotify(support, NOTIFY_READYTOSEND, NULL);
	return S_OK;
}

static const IMessageVtbl message_vtbl = {
	OBJECT_VTBL(message),
	.GetLastError = message_GetLastError,
	.SaveChanges = message_SaveChanges,
	.GetProps = message_GetProps,
	.GetPropList = message_GetPropList,
	.OpenProperty = no_IMessage_OpenProperty,
	.SetProps = message_SetProps,
	.DeleteProps = message_DeleteProps,
	.CopyTo = no_IMessage_CopyTo,
	.CopyProps = no_IMessage_CopyProps,
	.GetNamesFromIDs = no_IMessage_GetNamesFromIDs,
	.GetIDsFromNames = no_IMessage_GetIDsFromNames,
	.GetAttachmentTable = message_GetAttachmentTable,
	.OpenAttach = no_IMessage_OpenAttach,
	.CreateAttach = no_IMessage_CreateAttach,
	.DeleteAttach = no_IMessage_DeleteAttach,
	.GetRecipientTable = message_GetRecipientTable,
	.ModifyRecipients = message_ModifyRecipients,
	.SubmitMessage = message_SubmitMessage,
	.SetReadFlag = no_IMessage_SetReadFlag,
};

static void
message_destroy(void *object)
{
	struct message *self = object;

	content_clear(&self->content);
	self->store->iface.lpVtbl->Release(&self->store->iface);
	free(self);
}

HRESULT
message_create(struct store *store, ULONGLONG number, enum state state, IMessage **out)
{
	static const IID *const answers[] = { &IID_IMessage, &IID_IMAPIProp, NULL };
	struct message *self = calloc(1, sizeof(*self));
	HRESULT hr;

	*out = NULL;
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->iface.lpVtbl = &message_vtbl;
	object_init(&self->object, answers, message_destroy);
	self->store = store;
	store->iface.lpVtbl->AddRef(&store->iface);
	self->number = number;
	self->state = state;
	if (number)
		hr = files_read(store, number, &self->state, &self->content);
	else
		hr = set_first(self);
	if (SUCCEEDED(hr))
		hr = set_computed(self);
	self->changed = !number;
	if (FAILED(hr)) {
		message_destroy(self);
		return hr;
	}
	*out = &self->iface;
	return S_OK;
}
