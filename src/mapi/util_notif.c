/* SPDX-License-Identifier: MIT */
/*
 * Notifications in one flat block (MAPI reference: ScCountNotifications, ScCopyNotifications,
 * ScRelocNotifications): the NOTIFICATIONs, then what they point to.
 */
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>
#include <mapiutil.h>
#include "flat.h"
#include "prop.h"
#include "text.h"

/* One pass over all pointers of a notification. */
struct pass {
	enum { COUNT, COPY, MOVE } work;
	size_t size;     /* COUNT, MOVE: bytes of all parts */
	BYTE *at;        /* COPY: where the next part goes */
	ptrdiff_t here;  /* MOVE: from what a pointer says to where it can be read ... */
	ptrdiff_t there; /* ... and to what it shall say */
	bool bad;
};

/* Begins a part of `size` bytes: gives where it can be read, and for COPY written. */
static void *
enter(struct pass *pass, void **pointer, size_t size)
{
	if (!*pointer)
		return NULL;
	if (pass->work == COPY) {
		if (size)
			memcpy(pass->at, *pointer, size);
		*pointer = pass->at;
		pass->at += FLAT_ALIGN(size);
		return *pointer;
	}
	pass->size += FLAT_ALIGN(size);
	return pass->work == MOVE ? (BYTE *)*pointer + pass->here : *pointer;
}

static void
leave(struct pass *pass, void **pointer)
{
	if (*pointer && pass->work == MOVE)
		*pointer = (BYTE *)*pointer + pass->there;
}

static void
bytes(struct pass *pass, void *pointer, size_t size)
{
	enter(pass, pointer, size);
	leave(pass, pointer);
}

static void
text(struct pass *pass, void *pointer, ULONG flags)
{
	const char *p = *(char **)pointer;

	if (p && pass->work == MOVE)
		p += pass->here;
	if (p && (flags & MAPI_UNICODE))
		bytes(pass, pointer,
		    (text_wcslen((const WCHAR *)(const void *)p) + 1) * sizeof(WCHAR));
	else if (p)
		bytes(pass, pointer, strlen(p) + 1);
}

static void
value(struct pass *pass, SPropValue *v)
{
	SPropValue before = *v;

	if (pass->work == COUNT && FAILED(prop_check(v)))
		pass->bad = true;
	else if (pass->work == COUNT)
		pass->size += flat_value_size(v);
	else if (pass->work == COPY)
		flat_value_copy(&before, v, &pass->at);
	else
		pass->size += flat_value_move(v, pass->here, pass->there);
}

static void
values(struct pass *pass, SPropValue **pointer, ULONG count)
{
	SPropValue *array = enter(pass, (void **)pointer, count * sizeof **pointer);
	ULONG i;

	for (i = 0; array && i < count; i++)
		value(pass, &array[i]);
	leave(pass, (void **)pointer);
}

/* --- The kinds of notifications ------------------------------------------------------------ */

static void
error(struct pass *pass, ERROR_NOTIFICATION *n)
{
	MAPIERROR *found;

	bytes(pass, &n->lpEntryID, n->cbEntryID);
	found = enter(pass, (void **)&n->lpMAPIError, sizeof *found);
	if (found) {
		text(pass, &found->lpszError, n->ulFlags);
		text(pass, &found->lpszComponent, n->ulFlags);
	}
	leave(pass, (void **)&n->lpMAPIError);
}

static void
new_mail(struct pass *pass, NEWMAIL_NOTIFICATION *n)
{
	bytes(pass, &n->lpEntryID, n->cbEntryID);
	bytes(pass, &n->lpParentID, n->cbParentID);
	text(pass, &n->lpszMessageClass, n->ulFlags);
}

static void
object(struct pass *pass, OBJECT_NOTIFICATION *n)
{
	const SPropTagArray *tags = n->lpPropTagArray;

	bytes(pass, &n->lpEntryID, n->cbEntryID);
	bytes(pass, &n->lpParentID, n->cbParentID);
	bytes(pass, &n->lpOldID, n->cbOldID);
	bytes(pass, &n->lpOldParentID, n->cbOldParentID);
	if (tags && pass->work == MOVE)
		tags = (const SPropTagArray *)(const void *)((const BYTE *)tags + pass->here);
	if (tags)
		bytes(pass, &n->lpPropTagArray, CbSPropTagArray(tags));
}

static void
table(struct pass *pass, TABLE_NOTIFICATION *n)
{
	value(pass, &n->propIndex);
	value(pass, &n->propPrior);
	values(pass, &n->row.lpProps, n->row.cValues);
}

static void
walk(struct pass *pass, NOTIFICATION *n)
{
	switch (n->ulEventType) {
	case fnevCriticalError:
		error(pass, &n->info.err);
		break;
	case fnevNewMail:
		new_mail(pass, &n->info.newmail);
		break;
	case fnevObjectCreated:
	case fnevObjectDeleted:
	case fnevObjectModified:
	case fnevObjectMoved:
	case fnevObjectCopied:
	case fnevSearchComplete:
		object(pass, &n->info.obj);
		break;
	case fnevTableModified:
		table(pass, &n->info.tab);
		break;
	case fnevStatusObjectModified:
		bytes(pass, &n->info.statobj.lpEntryID, n->info.statobj.cbEntryID);
		values(pass, &n->info.statobj.lpPropVals, n->info.statobj.cValues);
		break;
	case fnevExtended:
		bytes(pass, &n->info.ext.pbEventParameters, n->info.ext.cb);
		break;
	default:
		pass->bad = true;
	}
}

/* --- The functions ------------------------------------------------------------------------- */

SCODE
ScCountNotifications(int count, LPNOTIFICATION notifications, ULONG *size)
{
	struct pass pass = { .work = COUNT };
	int i;

	if (count <= 0 || !notifications)
		return MAPI_E_INVALID_PARAMETER;
	for (i = 0; i < count; i++)
		walk(&pass, &notifications[i]);
	pass.size += (size_t)count * sizeof *notifications;
	if (pass.bad)
		return MAPI_E_INVALID_PARAMETER;
	if (pass.size > UINT32_MAX)
		return MAPI_E_TOO_BIG;
	if (size)
		*size = (ULONG)pass.size;
	return S_OK;
}

SCODE
ScCopyNotifications(int count, LPNOTIFICATION notifications, LPVOID target, ULONG *size)
{
	NOTIFICATION *copies = target;
	struct pass pass = { .work = COPY };
	SCODE sc;
	int i;

	if (!target)
		return MAPI_E_INVALID_PARAMETER;
	sc = ScCountNotifications(count, notifications, size);
	if (FAILED(sc))
		return sc;
	memcpy(copies, notifications, (size_t)count * sizeof *copies);
	pass.at = (BYTE *)(copies + count);
	for (i = 0; i < count; i++)
		walk(&pass, &copies[i]);
	return S_OK;
}

/* As ScRelocProps: the block is read where it is. */
SCODE
ScRelocNotifications(
    int count, LPNOTIFICATION notifications, LPVOID old_base, LPVOID new_base, ULONG *size)
{
	struct pass pass = { .work = MOVE };
	int i;

	if (count <= 0 || !notifications)
		return MAPI_E_INVALID_PARAMETER;
	pass.here = (BYTE *)notifications - (BYTE *)old_base;
	pass.there = (BYTE *)new_base - (BYTE *)old_base;
	for (i = 0; i < count; i++)
		walk(&pass, &notifications[i]);
	if (size)
		*size = (ULONG)(pass.size + (size_t)count * sizeof *notifications);
	return pass.bad ? MAPI_E_INVALID_PARAMETER : S_OK;
}
