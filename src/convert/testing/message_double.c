/* SPDX-License-Identifier: MIT */
/* See message_double.h. */
#include "message_double.h"

#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>

#include "com.h"
#include "mem.h"
#include "prop.h"
#include "stream.h"
#include "table.h"
#include "text.h"
#include "unsupported.h"

#define FIRST_NAMED 0x8000
#define LONG_VALUE 32768 /* GetProps leaves longer values to OpenProperty */

struct attachment {
	struct bag *bag;
	GByteArray *data;
	guint64 made;
	bool is_made;
	struct message_double *inner;
	unsigned fail_after;
	HRESULT fail_with;
};

struct message_double {
	struct com_object com;
	IMessage imessage;
	struct bag *bag;
	GPtrArray *recipients;  /* struct bag */
	GPtrArray *attachments; /* struct attachment */
	GPtrArray *names;       /* char *: of the named properties from FIRST_NAMED on */
};

struct attach {
	struct com_object com;
	IAttach iattach;
	struct attachment *attachment;
};

/* --- Streams that are made as they are read ----------------------------------------------------
 */

struct made {
	struct com_object com;
	IStream istream;
	struct attachment *attachment;
	guint64 at;
	unsigned reads;
};

static const struct com_interface made_interfaces[] = {
	{ &IID_IStream, offsetof(struct made, istream) },
	{ NULL, 0 },
};
static const struct com_class made_class = { "made stream", made_interfaces, NULL };
COM_UNKNOWN(made, struct made, istream, IStream)

static HRESULT
made_Read(IStream *This, void *buffer, ULONG size, ULONG *got)
{
	struct made *self = COM_OBJECT(This, struct made, istream);
	struct attachment *attachment = self->attachment;
	ULONG i;

	*got = 0;
	if (attachment->fail_after && ++self->reads >= attachment->fail_after)
		return attachment->fail_with;
	for (i = 0; i < size && self->at < attachment->made; i++)
		((BYTE *)buffer)[i] = (BYTE)(self->at++ % 251);
	*got = i;
	return S_OK;
}

static const IStreamVtbl made_vtbl = {
	.QueryInterface = made_QueryInterface,
	.AddRef = made_AddRef,
	.Release = made_Release,
	.Read = made_Read,
	.Write = unsupported_IStream_Write,
	.Seek = unsupported_IStream_Seek,
	.SetSize = unsupported_IStream_SetSize,
	.CopyTo = unsupported_IStream_CopyTo,
	.Commit = unsupported_IStream_Commit,
	.Revert = unsupported_IStream_Revert,
	.LockRegion = unsupported_IStream_LockRegion,
	.UnlockRegion = unsupported_IStream_UnlockRegion,
	.Stat = unsupported_IStream_Stat,
	.Clone = unsupported_IStream_Clone,
};

static HRESULT
made_create(struct attachment *attachment, IStream **out)
{
	struct made *self = com_create(&made_class, sizeof *self);

	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->istream.lpVtbl = &made_vtbl;
	self->attachment = attachment;
	*out = &self->istream;
	return S_OK;
}

/* --- Attachments --------------------------------------------------------------------------------
 */

static const struct com_interface attach_interfaces[] = {
	{ &IID_IAttachment, offsetof(struct attach, iattach) },
	{ NULL, 0 },
};
static const struct com_class attach_class = { "attachment double", attach_interfaces, NULL };
COM_UNKNOWN(attach, struct attach, iattach, IAttach)

static HRESULT
attach_GetProps(IAttach *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	struct attach *self = COM_OBJECT(This, struct attach, iattach);

	return bag_get_props(self->attachment->bag, tags, flags, count, out);
}

static HRESULT
attach_SetProps(IAttach *This, ULONG count, LPSPropValue values, LPSPropProblemArray FAR *problems)
{
	struct attach *self = COM_OBJECT(This, struct attach, iattach);

	return bag_set_props(self->attachment->bag, count, values, NULL, problems);
}

static HRESULT
attach_SaveChanges(IAttach *This, ULONG flags)
{
	return S_OK; /* what is set is there at once */
}

static HRESULT
keep_data(void *context, const void *data, size_t size)
{
	struct attachment *attachment = context;

	g_byte_array_set_size(attachment->data, 0);
	g_byte_array_append(attachment->data, data, (guint)size);
	return S_OK;
}

static HRESULT
attach_create_data(struct attachment *attachment, ULONG tag, LPUNKNOWN *out)
{
	struct stream_owner owner = { .commit = keep_data, .context = attachment };

	if (tag == PR_ATTACH_DATA_OBJ) {
		attachment->inner = double_create();
		return attachment->inner ? com_query_interface(
					       &attachment->inner->com, &IID_IMessage, (void **)out)
					 : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	attachment->data = g_byte_array_new();
	return stream_create(NULL, 0, &owner, (IStream **)out);
}

static HRESULT
attach_OpenProperty(
    IAttach *This, ULONG tag, LPCIID iid, ULONG options, ULONG flags, LPUNKNOWN *out)
{
	struct attachment *attachment = COM_OBJECT(This, struct attach, iattach)->attachment;

	*out = NULL;
	if (flags & MAPI_CREATE)
		return attach_create_data(attachment, tag, out);
	if (tag == PR_ATTACH_DATA_OBJ && attachment->inner)
		return com_query_interface(&attachment->inner->com, &IID_IMessage, (void **)out);
	if (tag != PR_ATTACH_DATA_BIN)
		return MAPI_E_NOT_FOUND;
	if (attachment->is_made)
		return made_create(attachment, (IStream **)out);
	if (!attachment->data)
		return MAPI_E_NOT_FOUND;
	return stream_create(attachment->data->data, attachment->data->len,
	    &(struct stream_owner){ 0 }, (IStream **)out);
}

static const IAttachVtbl attach_vtbl = {
	.QueryInterface = attach_QueryInterface,
	.AddRef = attach_AddRef,
	.Release = attach_Release,
	.GetLastError = unsupported_IAttach_GetLastError,
	.SaveChanges = attach_SaveChanges,
	.GetProps = attach_GetProps,
	.GetPropList = unsupported_IAttach_GetPropList,
	.OpenProperty = attach_OpenProperty,
	.SetProps = attach_SetProps,
	.DeleteProps = unsupported_IAttach_DeleteProps,
	.CopyTo = unsupported_IAttach_CopyTo,
	.CopyProps = unsupported_IAttach_CopyProps,
	.GetNamesFromIDs = unsupported_IAttach_GetNamesFromIDs,
	.GetIDsFromNames = unsupported_IAttach_GetIDsFromNames,
};

/* --- The message --------------------------------------------------------------------------------
 */

static void
attachment_free(void *data)
{
	struct attachment *attachment = data;

	bag_free(attachment->bag);
	if (attachment->data)
		g_byte_array_unref(attachment->data);
	double_free(attachment->inner);
	g_free(attachment);
}

static void
message_finalize(void *object)
{
	struct message_double *self = object;

	bag_free(self->bag);
	g_ptr_array_unref(self->recipients);
	g_ptr_array_unref(self->attachments);
	g_ptr_array_unref(self->names);
}

static const struct com_interface message_interfaces[] = {
	{ &IID_IMessage, offsetof(struct message_double, imessage) },
	{ NULL, 0 },
};
static const struct com_class message_class = { "message double", message_interfaces,
	message_finalize };
COM_UNKNOWN(message, struct message_double, imessage, IMessage)

#define SELF(This) COM_OBJECT(This, struct message_double, imessage)

static HRESULT
message_GetProps(IMessage *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	HRESULT hr = bag_get_props(SELF(This)->bag, tags, flags, count, out);
	ULONG i;

	for (i = 0; SUCCEEDED(hr) && i < *count; i++)
		if (prop_size(&(*out)[i]) > LONG_VALUE)
			prop_set_error(&(*out)[i], (*out)[i].ulPropTag, MAPI_E_NOT_ENOUGH_MEMORY);
	return hr;
}

static HRESULT
message_OpenProperty(
    IMessage *This, ULONG tag, LPCIID iid, ULONG options, ULONG flags, LPUNKNOWN *out)
{
	const SPropValue *value = bag_get(SELF(This)->bag, tag);
	struct stream_owner owner = { 0 };
	SPropValue *text = NULL;
	HRESULT hr;

	*out = NULL;
	if (!value)
		return MAPI_E_NOT_FOUND;
	if (PROP_TYPE(tag) == PT_BINARY)
		return stream_create(
		    value->Value.bin.lpb, value->Value.bin.cb, &owner, (IStream **)out);
	text = mem_zalloc(NULL, sizeof *text);
	if (!text)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = prop_convert(text, value, PT_UNICODE, text);
	if (SUCCEEDED(hr))
		hr = stream_create(text->Value.lpszW,
		    text_wcslen(text->Value.lpszW) * sizeof(WCHAR), &owner, (IStream **)out);
	mem_free(text);
	return hr;
}

static HRESULT
table_of_bags(const GPtrArray *bags, ULONG flags, IMAPITable **out)
{
	static const SizedSPropTagArray(8, columns) = { 8,
		{ PR_ROWID, PR_RECIPIENT_TYPE, PR_DISPLAY_NAME_W, PR_ADDRTYPE_W, PR_EMAIL_ADDRESS_W,
		    PR_SMTP_ADDRESS_W, PR_ENTRYID, PR_RESPONSIBILITY } };
	struct table_rows *rows = table_rows_create();
	HRESULT hr = rows ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	guint i;

	*out = NULL;
	for (i = 0; i < bags->len && SUCCEEDED(hr); i++) {
		struct bag *bag = g_ptr_array_index(bags, i);

		hr = table_rows_add(rows, bag_values(bag), bag_count(bag));
	}
	if (FAILED(hr)) {
		table_rows_free(rows);
		return hr;
	}
	return table_create(rows, (const SPropTagArray *)&columns, flags, out);
}

static HRESULT
message_GetRecipientTable(IMessage *This, ULONG flags, LPMAPITABLE *out)
{
	return table_of_bags(SELF(This)->recipients, flags, out);
}

static HRESULT
add_recipients(struct message_double *self, const ADRLIST *list)
{
	HRESULT hr = S_OK;

	for (ULONG i = 0; i < list->cEntries && SUCCEEDED(hr); i++) {
		struct bag *bag = double_add_recipient(self, MAPI_TO);

		hr = bag ? bag_set_array(
			       bag, list->aEntries[i].rgPropVals, list->aEntries[i].cValues)
			 : MAPI_E_NOT_ENOUGH_MEMORY;
	}
	return hr;
}

static HRESULT
message_ModifyRecipients(IMessage *This, ULONG flags, LPADRLIST list)
{
	struct message_double *self = SELF(This);
	ULONG i;
	guint j;

	if (flags == MODRECIP_ADD)
		return add_recipients(self, list);
	if (flags != MODRECIP_MODIFY)
		return MAPI_E_INVALID_PARAMETER;
	for (i = 0; i < list->cEntries; i++) {
		const ADRENTRY *entry = &list->aEntries[i];
		LONG row = prop_find_long(entry->rgPropVals, entry->cValues, PR_ROWID, -1);

		for (j = 0; j < self->recipients->len; j++) {
			struct bag *bag = g_ptr_array_index(self->recipients, j);

			if (bag_get_long(bag, PR_ROWID, -1) != row)
				continue;
			bag_clear(bag);
			bag_set_array(bag, entry->rgPropVals, entry->cValues);
		}
	}
	return S_OK;
}

static HRESULT
message_GetAttachmentTable(IMessage *This, ULONG flags, LPMAPITABLE *out)
{
	struct message_double *self = SELF(This);
	GPtrArray *bags = g_ptr_array_new();
	HRESULT hr;
	guint i;

	for (i = 0; i < self->attachments->len; i++)
		g_ptr_array_add(
		    bags, ((struct attachment *)g_ptr_array_index(self->attachments, i))->bag);
	hr = table_of_bags(bags, flags, out);
	g_ptr_array_unref(bags);
	return hr;
}

static HRESULT
message_OpenAttach(IMessage *This, ULONG number, LPCIID iid, ULONG flags, LPATTACH *out)
{
	struct message_double *self = SELF(This);
	struct attach *attach;

	*out = NULL;
	if (number >= self->attachments->len)
		return MAPI_E_NOT_FOUND;
	attach = com_create(&attach_class, sizeof *attach);
	if (!attach)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	attach->iattach.lpVtbl = &attach_vtbl;
	attach->attachment = g_ptr_array_index(self->attachments, number);
	*out = &attach->iattach;
	return S_OK;
}

static HRESULT
message_SetProps(
    IMessage *This, ULONG count, LPSPropValue values, LPSPropProblemArray FAR *problems)
{
	return bag_set_props(SELF(This)->bag, count, values, NULL, problems);
}

static HRESULT
message_SaveChanges(IMessage *This, ULONG flags)
{
	return S_OK; /* what is set is there at once */
}

static HRESULT
message_CreateAttach(IMessage *This, LPCIID iid, ULONG flags, ULONG *number, LPATTACH *out)
{
	struct message_double *self = SELF(This);

	*out = NULL;
	if (!double_add_attachment(self))
		return MAPI_E_NOT_ENOUGH_MEMORY;
	*number = self->attachments->len - 1;
	return This->lpVtbl->OpenAttach(This, *number, NULL, 0, out);
}

/* All names are of one set here: PS_INTERNET_HEADERS. */
static HRESULT
message_GetIDsFromNames(
    IMessage *This, ULONG count, LPMAPINAMEID *names, ULONG flags, LPSPropTagArray *out)
{
	struct message_double *self = SELF(This);
	ULONG i;

	*out = mem_zalloc(NULL, CbNewSPropTagArray(count));
	for (i = 0; *out && i < count; i++) {
		char *name = text_to_utf8(NULL, names[i]->Kind.lpwstrName);

		if (!name) {
			mem_free(*out);
			*out = NULL;
			break;
		}
		(*out)->aulPropTag[(*out)->cValues++] =
		    PROP_TAG(PT_UNSPECIFIED, FIRST_NAMED + self->names->len);
		g_ptr_array_add(self->names, g_strdup(name));
		mem_free(name);
	}
	return *out ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
}

static HRESULT
message_GetNamesFromIDs(IMessage *This, LPSPropTagArray *tags, LPGUID set, ULONG flags,
    ULONG *count, LPMAPINAMEID **out)
{
	struct message_double *self = SELF(This);
	guint n = self->names->len, i;
	MAPINAMEID **names;

	*count = 0;
	if (n == 0)
		return S_OK;
	*tags = mem_zalloc(NULL, CbNewSPropTagArray(n));
	names = mem_zalloc(NULL, n * sizeof *names);
	for (i = 0; *tags && names && i < n; i++) {
		(*tags)->aulPropTag[(*tags)->cValues++] = PROP_TAG(PT_UNSPECIFIED, FIRST_NAMED + i);
		names[i] = mem_zalloc(names, sizeof **names);
		if (!names[i])
			break;
		names[i]->ulKind = MNID_STRING;
		names[i]->Kind.lpwstrName = text_to_utf16(names, g_ptr_array_index(self->names, i));
		if (!names[i]->Kind.lpwstrName)
			break;
	}
	if (!*tags || i < n) {
		mem_free(*tags);
		mem_free(names);
		*tags = NULL;
		return MAPI_E_NOT_ENOUGH_MEMORY;
	}
	*count = n;
	*out = names;
	return S_OK;
}

static const IMessageVtbl message_vtbl = {
	.QueryInterface = message_QueryInterface,
	.AddRef = message_AddRef,
	.Release = message_Release,
	.GetLastError = unsupported_IMessage_GetLastError,
	.SaveChanges = message_SaveChanges,
	.GetProps = message_GetProps,
	.GetPropList = unsupported_IMessage_GetPropList,
	.OpenProperty = message_OpenProperty,
	.SetProps = message_SetProps,
	.DeleteProps = unsupported_IMessage_DeleteProps,
	.CopyTo = unsupported_IMessage_CopyTo,
	.CopyProps = unsupported_IMessage_CopyProps,
	.GetNamesFromIDs = message_GetNamesFromIDs,
	.GetIDsFromNames = message_GetIDsFromNames,
	.GetAttachmentTable = message_GetAttachmentTable,
	.OpenAttach = message_OpenAttach,
	.CreateAttach = message_CreateAttach,
	.DeleteAttach = unsupported_IMessage_DeleteAttach,
	.GetRecipientTable = message_GetRecipientTable,
	.ModifyRecipients = message_ModifyRecipients,
	.SubmitMessage = unsupported_IMessage_SubmitMessage,
	.SetReadFlag = unsupported_IMessage_SetReadFlag,
};

/* --- Making one ---------------------------------------------------------------------------------
 */

static void
free_bag(void *bag)
{
	bag_free(bag);
}

struct message_double *
double_create(void)
{
	struct message_double *self = com_create(&message_class, sizeof *self);
	struct bag *bag = bag_create();

	if (!self || !bag) {
		mem_free(self);
		bag_free(bag);
		return NULL;
	}
	self->imessage.lpVtbl = &message_vtbl;
	self->bag = bag;
	self->recipients = g_ptr_array_new_with_free_func(free_bag);
	self->attachments = g_ptr_array_new_with_free_func(attachment_free);
	self->names = g_ptr_array_new_with_free_func(g_free);
	return self;
}

void
double_free(struct message_double *message)
{
	if (message)
		com_release(&message->com);
}

IMessage *
double_message(struct message_double *message)
{
	return &message->imessage;
}

struct bag *
double_bag(struct message_double *message)
{
	return message->bag;
}

struct bag *
double_add_recipient(struct message_double *message, LONG kind)
{
	struct bag *bag = bag_create();

	if (!bag)
		return NULL;
	bag_set_long(bag, PR_ROWID, (LONG)message->recipients->len);
	bag_set_long(bag, PR_RECIPIENT_TYPE, kind);
	g_ptr_array_add(message->recipients, bag);
	return bag;
}

struct bag *
double_recipient(struct message_double *message, guint index)
{
	return g_ptr_array_index(message->recipients, index);
}

static struct attachment *
last_attachment(struct message_double *message)
{
	return g_ptr_array_index(message->attachments, message->attachments->len - 1);
}

struct bag *
double_add_attachment(struct message_double *message)
{
	struct attachment *attachment;
	struct bag *bag = bag_create();

	if (!bag)
		return NULL;
	attachment = g_new0(struct attachment, 1);
	attachment->bag = bag;
	bag_set_long(attachment->bag, PR_ATTACH_NUM, (LONG)message->attachments->len);
	bag_set_long(attachment->bag, PR_ATTACH_METHOD, ATTACH_BY_VALUE);
	g_ptr_array_add(message->attachments, attachment);
	return attachment->bag;
}

void
double_attachment_data(struct message_double *message, const void *data, size_t size)
{
	last_attachment(message)->data = g_byte_array_new();
	g_byte_array_append(last_attachment(message)->data, data, (guint)size);
}

void
double_attachment_made(struct message_double *message, guint64 size)
{
	last_attachment(message)->is_made = true;
	last_attachment(message)->made = size;
}

void
double_attachment_message(struct message_double *message, struct message_double *inner)
{
	last_attachment(message)->inner = inner;
	bag_set_long(last_attachment(message)->bag, PR_ATTACH_METHOD, ATTACH_EMBEDDED_MSG);
}

void
double_attachment_fails(struct message_double *message, unsigned after, HRESULT hr)
{
	last_attachment(message)->fail_after = after;
	last_attachment(message)->fail_with = hr;
}

void
double_add_header(struct message_double *message, const char *name, const char *value)
{
	ULONG tag = PROP_TAG(PT_UNICODE, FIRST_NAMED + message->names->len);

	g_ptr_array_add(message->names, g_strdup(name));
	bag_set_text(message->bag, tag, value);
}
