/* SPDX-License-Identifier: MIT */
/*
 * HrSerializeActions, HrDeserializeActions (edkmdb.h): a rule's actions as the bytes of
 * PR_EXTENDED_RULE_MSG_ACTIONS ([MS-OXORULE] 2.2.4.1.9, 2.2.5): names of named properties, version,
 * count, and blocks of size, type (a byte), flavor, flags and data.  All sizes take 4 bytes.
 */
#include "actions.h"

#include <edkmdb.h>
#include <mapicode.h>
#include "compound_private.h"
#include "mem.h"

#define BLOCK_HEAD 9u /* of a block behind its size */

/* --- Writing ------------------------------------------------------------------------------- */

static void
put_bytes(GByteArray *out, const void *bytes, ULONG size)
{
	actions_put_u32(out, size);
	g_byte_array_append(out, bytes, size);
}

static HRESULT
put_recipients(GByteArray *out, const ADRLIST *list)
{
	static const BYTE one = 1; /* is always so */
	HRESULT hr = S_OK;

	if (!list)
		return MAPI_E_INVALID_PARAMETER;
	actions_put_u32(out, list->cEntries);
	for (ULONG i = 0; SUCCEEDED(hr) && i < list->cEntries; i++) {
		const ADRENTRY *entry = &list->aEntries[i];

		g_byte_array_append(out, &one, 1);
		actions_put_u32(out, entry->cValues);
		for (ULONG k = 0; SUCCEEDED(hr) && k < entry->cValues; k++)
			hr = actions_put_value(out, &entry->rgPropVals[k]);
	}
	return hr;
}

static HRESULT
put_data(GByteArray *out, const ACTION *action)
{
	switch (action->acttype) {
	case OP_MOVE:
	case OP_COPY:
		put_bytes(
		    out, action->actMoveCopy.lpStoreEntryId, action->actMoveCopy.cbStoreEntryId);
		put_bytes(out, action->actMoveCopy.lpFldEntryId, action->actMoveCopy.cbFldEntryId);
		return S_OK;
	case OP_REPLY:
	case OP_OOF_REPLY:
		put_bytes(out, action->actReply.lpEntryId, action->actReply.cbEntryId);
		g_byte_array_append(
		    out, (const BYTE *)&action->actReply.guidReplyTemplate, sizeof(GUID));
		return S_OK;
	case OP_DEFER_ACTION:
		g_byte_array_append(
		    out, action->actDeferAction.pbData, action->actDeferAction.cbData);
		return S_OK;
	case OP_BOUNCE:
		actions_put_u32(out, (ULONG)action->scBounceCode);
		return S_OK;
	case OP_FORWARD:
	case OP_DELEGATE:
		return put_recipients(out, action->lpadrlist);
	case OP_TAG:
		return actions_put_value(out, &action->propTag);
	case OP_DELETE:
	case OP_MARK_AS_READ:
		return S_OK;
	}
	return MAPI_E_INVALID_PARAMETER;
}

static HRESULT
put_action(GByteArray *out, const ACTION *action)
{
	BYTE type = (BYTE)action->acttype;
	guint begin = out->len;
	HRESULT hr;

	actions_put_u32(out, 0);
	g_byte_array_append(out, &type, 1);
	actions_put_u32(out, action->ulActionFlavor);
	actions_put_u32(out, action->ulFlags);
	hr = put_data(out, action);
	put32(out->data + begin, out->len - begin - 4);
	return hr;
}

HRESULT
HrSerializeActions(IMAPIProp *object, ACTIONS *actions, BYTE **bytes, ULONG *size)
{
	static const BYTE no_names[2] = { 0, 0 };
	GByteArray *out;
	HRESULT hr = S_OK;

	if (!actions || !bytes || !size || (actions->cActions && !actions->lpAction) ||
	    actions->cActions > ACTIONS_MAX)
		return MAPI_E_INVALID_PARAMETER;
	*bytes = NULL;
	*size = 0;
	if (actions->ulVersion != EDK_RULES_VERSION)
		return MAPI_E_VERSION;
	out = g_byte_array_new();
	g_byte_array_append(out, no_names, sizeof no_names);
	actions_put_u32(out, EDK_RULES_VERSION);
	actions_put_u32(out, actions->cActions);
	for (UINT i = 0; SUCCEEDED(hr) && i < actions->cActions; i++)
		hr = put_action(out, &actions->lpAction[i]);
	if (SUCCEEDED(hr)) {
		*bytes = mem_memdup(NULL, out->data, out->len);
		hr = *bytes ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
		*size = *bytes ? out->len : 0;
	}
	g_byte_array_unref(out);
	return hr;
}

/* --- Reading ------------------------------------------------------------------------------- */

static HRESULT
get_bytes(struct cursor *cursor, void *root, void *out, ULONG *size)
{
	const BYTE *bytes;
	BYTE *copy;
	HRESULT hr = cursor_u32(cursor, size);

	if (SUCCEEDED(hr))
		hr = cursor_take(cursor, *size, &bytes);
	if (FAILED(hr))
		return hr;
	copy = mem_zalloc(root, *size + (size_t)1);
	if (!copy)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	memcpy(copy, bytes, *size);
	*(BYTE **)out = copy;
	return S_OK;
}

static HRESULT
get_entry(struct cursor *cursor, void *root, ADRENTRY *entry)
{
	const BYTE *reserved;
	ULONG count = 0;
	HRESULT hr = cursor_take(cursor, 1, &reserved);

	if (SUCCEEDED(hr))
		hr = cursor_u32(cursor, &count);
	/* A property takes more than 4 bytes. */
	if (FAILED(hr) || count > cursor->left / 4)
		return MAPI_E_CORRUPT_DATA;
	entry->rgPropVals = mem_zalloc(root, (count + (size_t)1) * sizeof(SPropValue));
	if (!entry->rgPropVals)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	entry->cValues = count;
	for (ULONG i = 0; SUCCEEDED(hr) && i < count; i++)
		hr = actions_get_value(cursor, root, &entry->rgPropVals[i]);
	return hr;
}

static HRESULT
get_recipients(struct cursor *cursor, void *root, ADRLIST **out)
{
	ADRLIST *list;
	ULONG count;
	HRESULT hr = cursor_u32(cursor, &count);

	/* A recipient takes 5 bytes at least. */
	if (FAILED(hr) || count > cursor->left / 5)
		return MAPI_E_CORRUPT_DATA;
	list = mem_zalloc(root, CbNewADRLIST((size_t)count + 1));
	if (!list)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	list->cEntries = count;
	for (ULONG i = 0; SUCCEEDED(hr) && i < count; i++)
		hr = get_entry(cursor, root, &list->aEntries[i]);
	*out = list;
	return hr;
}

static HRESULT
get_reply(struct cursor *cursor, void *root, ACTION *action)
{
	const BYTE *guid;
	HRESULT hr =
	    get_bytes(cursor, root, &action->actReply.lpEntryId, &action->actReply.cbEntryId);

	if (SUCCEEDED(hr))
		hr = cursor_take(cursor, sizeof(GUID), &guid);
	if (SUCCEEDED(hr))
		memcpy(&action->actReply.guidReplyTemplate, guid, sizeof(GUID));
	return hr;
}

static HRESULT
get_move(struct cursor *cursor, void *root, ACTION *action)
{
	HRESULT hr = get_bytes(
	    cursor, root, &action->actMoveCopy.lpStoreEntryId, &action->actMoveCopy.cbStoreEntryId);

	return SUCCEEDED(hr) ? get_bytes(cursor, root, &action->actMoveCopy.lpFldEntryId,
				   &action->actMoveCopy.cbFldEntryId)
			     : hr;
}

/* All that is left of the block. */
static HRESULT
get_deferred(struct cursor *cursor, void *root, ACTION *action)
{
	const BYTE *bytes;
	BYTE *copy = mem_zalloc(root, cursor->left + 1);

	if (!copy)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	action->actDeferAction.cbData = (ULONG)cursor->left;
	action->actDeferAction.pbData = copy;
	cursor_take(cursor, cursor->left, &bytes);
	memcpy(copy, bytes, action->actDeferAction.cbData);
	return S_OK;
}

static HRESULT
get_data(struct cursor *cursor, void *root, ACTION *action)
{
	switch (action->acttype) {
	case OP_MOVE:
	case OP_COPY:
		return get_move(cursor, root, action);
	case OP_REPLY:
	case OP_OOF_REPLY:
		return get_reply(cursor, root, action);
	case OP_DEFER_ACTION:
		return get_deferred(cursor, root, action);
	case OP_BOUNCE:
		return cursor_u32(cursor, (ULONG *)&action->scBounceCode);
	case OP_FORWARD:
	case OP_DELEGATE:
		return get_recipients(cursor, root, &action->lpadrlist);
	case OP_TAG:
		return actions_get_value(cursor, root, &action->propTag);
	case OP_DELETE:
	case OP_MARK_AS_READ:
		return S_OK;
	}
	return MAPI_E_CORRUPT_DATA;
}

static HRESULT
get_action(struct cursor *cursor, void *root, ACTION *action)
{
	struct cursor block = { NULL, 0 };
	const BYTE *type;
	ULONG size;
	HRESULT hr = cursor_u32(cursor, &size);

	if (SUCCEEDED(hr))
		hr = cursor_take(cursor, size, &block.at);
	if (FAILED(hr) || size < BLOCK_HEAD)
		return MAPI_E_CORRUPT_DATA;
	block.left = size;
	cursor_take(&block, 1, &type);
	action->acttype = (ACTTYPE)*type;
	cursor_u32(&block, &action->ulActionFlavor);
	cursor_u32(&block, &action->ulFlags);
	hr = get_data(&block, root, action);
	return SUCCEEDED(hr) && block.left ? MAPI_E_CORRUPT_DATA : hr;
}

/* Two bytes of count, as many numbers of 2 bytes, and where there are any the names' size and they:
 * skipped, since the caller's object has numbers of its own; a value that has such a number is
 * MAPI_E_NO_SUPPORT. */
static HRESULT
skip_names(struct cursor *cursor)
{
	const BYTE *bytes;
	ULONG size = 0;
	unsigned count;
	HRESULT hr = cursor_take(cursor, 2, &bytes);

	if (FAILED(hr))
		return hr;
	count = get16(bytes);
	if (!count)
		return S_OK;
	hr = cursor_take(cursor, (size_t)count * 2, &bytes);
	if (SUCCEEDED(hr))
		hr = cursor_u32(cursor, &size);
	return SUCCEEDED(hr) ? cursor_take(cursor, size, &bytes) : hr;
}

static HRESULT
get_actions(struct cursor *cursor, ACTIONS *actions)
{
	ULONG count = 0;
	HRESULT hr = skip_names(cursor);

	if (SUCCEEDED(hr))
		hr = cursor_u32(cursor, &actions->ulVersion);
	if (SUCCEEDED(hr) && actions->ulVersion != EDK_RULES_VERSION)
		hr = MAPI_E_VERSION;
	if (SUCCEEDED(hr))
		hr = cursor_u32(cursor, &count);
	if (FAILED(hr))
		return hr;
	if (count > ACTIONS_MAX || count > cursor->left / (4 + BLOCK_HEAD))
		return MAPI_E_CORRUPT_DATA;
	actions->lpAction = mem_zalloc(actions, (count + (size_t)1) * sizeof(ACTION));
	if (!actions->lpAction)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	actions->cActions = count;
	for (ULONG i = 0; SUCCEEDED(hr) && i < count; i++)
		hr = get_action(cursor, actions, &actions->lpAction[i]);
	return SUCCEEDED(hr) && cursor->left ? MAPI_E_CORRUPT_DATA : hr;
}

HRESULT
HrDeserializeActions(IMAPIProp *object, BYTE *bytes, ULONG size, ACTIONS **out)
{
	struct cursor cursor = { bytes, size };
	ACTIONS *actions;
	HRESULT hr;

	if (!bytes || !size || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	actions = mem_zalloc(NULL, sizeof *actions);
	if (!actions)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	hr = get_actions(&cursor, actions);
	if (FAILED(hr)) {
		mem_free(actions);
		return hr;
	}
	*out = actions;
	return S_OK;
}
