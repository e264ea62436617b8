/* SPDX-License-Identifier: MIT */
/*
 * DBGMEM_* (mapidbg.h): an IMalloc that watches over another.  Each block stands between a head,
 * which lists it, and a guard behind it; what was written past either end, freed twice or never is
 * told on standard error.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <glib.h>
#include <mapicode.h>
#include <mapidbg.h>
#include <mapiguid.h>
#include "com.h"

#define HEAD_MAGIC 0x4442474Du
#define GUARD "\xFD\xFD\xFD\xFD\xFD\xFD\xFD\xFD"
#define GUARD_SIZE 8u
#define FRESH 0xFA /* what is read before it was written looks like this */
#define GONE 0xFE

struct head {
	struct head *next, *previous;
	size_t size;
	ULONG number; /* which allocation it was */
	bool may_leak;
	uint32_t magic; /* the last before the block */
} __attribute__((aligned(16)));

struct watcher {
	struct com_object com;
	IMalloc imalloc;
	IMalloc *inner;
	char *name;
	bool often; /* all blocks are looked at with each call */
	GMutex lock;
	struct head list; /* its ring's beginning, no block */
	ULONG count, fail_at;
};

#define SELF(This) COM_OBJECT(This, struct watcher, imalloc)

typedef void (*leak_hook)(void);
static _Atomic(FARPROC) hook;

/* --- Blocks -------------------------------------------------------------------------------- */

static BYTE *
bytes_of(struct head *head)
{
	return (BYTE *)(head + 1);
}

static bool
check(const struct watcher *self, struct head *head)
{
	if (head->magic != HEAD_MAGIC) {
		DebugTraceFn((char *)"%s: block %p: what stands before it was overwritten\n",
		    self->name, (void *)bytes_of(head));
		return false;
	}
	if (memcmp(bytes_of(head) + head->size, GUARD, GUARD_SIZE) == 0)
		return true;
	DebugTraceFn((char *)"%s: block %p (allocation %u, %zu bytes): written past its end\n",
	    self->name, (void *)bytes_of(head), head->number, head->size);
	return false;
}

static void
check_all(struct watcher *self)
{
	for (struct head *at = self->list.next; at != &self->list; at = at->next)
		if (!check(self, at))
			break; /* the way on may be overwritten too */
}

static void
report_leaks(struct watcher *self)
{
	bool any = false;

	for (struct head *at = self->list.next; at != &self->list; at = at->next) {
		if (at->may_leak)
			continue;
		any = true;
		DebugTraceFn((char *)"%s: block %p (allocation %u, %zu bytes) was not freed\n",
		    self->name, (void *)bytes_of(at), at->number, at->size);
	}
	if (any && hook)
		((leak_hook)atomic_load(&hook))();
}

/* With the lock.  A block that this watcher has. */
static struct head *
find(struct watcher *self, void *block)
{
	for (struct head *at = self->list.next; at != &self->list; at = at->next)
		if (bytes_of(at) == block)
			return at;
	return NULL;
}

static void
unlink_block(struct head *head)
{
	head->previous->next = head->next;
	head->next->previous = head->previous;
}

static void
link_block(struct watcher *self, struct head *head)
{
	head->next = &self->list;
	head->previous = self->list.previous;
	self->list.previous->next = head;
	self->list.previous = head;
}

static void
begin(struct watcher *self)
{
	g_mutex_lock(&self->lock);
	if (self->often)
		check_all(self);
}

/* --- IMalloc ------------------------------------------------------------------------------- */

static void
finalize(void *object)
{
	struct watcher *self = object;

	COM_CLEAR(self->inner);
	g_mutex_clear(&self->lock);
	g_free(self->name);
}

static const struct com_interface interfaces[] = {
	{ &IID_IMalloc, offsetof(struct watcher, imalloc) },
	{ NULL, 0 },
};

static const struct com_class watcher_class = { "watched IMalloc", interfaces, finalize };

COM_UNKNOWN(watcher, struct watcher, imalloc, IMalloc)

static LPVOID
watcher_Alloc(IMalloc *This, SIZE_T size)
{
	struct watcher *self = SELF(This);
	struct head *head = NULL;

	begin(self);
	self->count++;
	if (self->count != self->fail_at && size <= SIZE_MAX / 2)
		head = self->inner->lpVtbl->Alloc(self->inner, sizeof *head + size + GUARD_SIZE);
	if (head) {
		memset(head, 0, sizeof *head);
		head->magic = HEAD_MAGIC;
		head->size = size;
		head->number = self->count;
		memset(bytes_of(head), FRESH, size);
		memcpy(bytes_of(head) + size, GUARD, GUARD_SIZE);
		link_block(self, head);
	}
	g_mutex_unlock(&self->lock);
	return head ? bytes_of(head) : NULL;
}

static void
watcher_Free(IMalloc *This, LPVOID block)
{
	struct watcher *self = SELF(This);
	struct head *head;

	if (!block)
		return;
	begin(self);
	head = find(self, block);
	if (head) {
		check(self, head);
		unlink_block(head);
		memset(head, GONE, sizeof *head + head->size);
	}
	g_mutex_unlock(&self->lock);
	if (head)
		self->inner->lpVtbl->Free(self->inner, head);
	else
		DebugTraceFn((char *)"%s: %p is freed, which is no block\n", self->name, block);
}

static SIZE_T
watcher_GetSize(IMalloc *This, LPVOID block)
{
	struct watcher *self = SELF(This);
	struct head *head;
	SIZE_T size;

	begin(self);
	head = block ? find(self, block) : NULL;
	size = head ? head->size : (SIZE_T)-1;
	g_mutex_unlock(&self->lock);
	return size;
}

/* Always elsewhere, so that who keeps the old place is found out. */
static LPVOID
watcher_Realloc(IMalloc *This, LPVOID block, SIZE_T size)
{
	SIZE_T old = block ? watcher_GetSize(This, block) : 0;
	LPVOID fresh;

	if (block && !size) {
		watcher_Free(This, block);
		return NULL;
	}
	if (old == (SIZE_T)-1)
		return NULL;
	fresh = watcher_Alloc(This, size);
	if (!fresh)
		return NULL;
	if (block) {
		memcpy(fresh, block, MIN(old, size));
		watcher_Free(This, block);
	}
	return fresh;
}

static int
watcher_DidAlloc(IMalloc *This, LPVOID block)
{
	return watcher_GetSize(This, block) != (SIZE_T)-1;
}

static void
watcher_HeapMinimize(IMalloc *This)
{
	struct watcher *self = SELF(This);

	self->inner->lpVtbl->HeapMinimize(self->inner);
}

static const IMallocVtbl watcher_vtbl = {
	.QueryInterface = watcher_QueryInterface,
	.AddRef = watcher_AddRef,
	.Release = watcher_Release,
	.Alloc = watcher_Alloc,
	.Realloc = watcher_Realloc,
	.Free = watcher_Free,
	.GetSize = watcher_GetSize,
	.DidAlloc = watcher_DidAlloc,
	.HeapMinimize = watcher_HeapMinimize,
};

/* --- The functions ------------------------------------------------------------------------- */

void *
DBGMEM_EncapsulateFn(void *inner, char *name, int often)
{
	struct watcher *self = inner ? com_create(&watcher_class, sizeof *self) : NULL;

	if (!self)
		return NULL;
	self->imalloc.lpVtbl = &watcher_vtbl;
	self->inner = inner;
	self->inner->lpVtbl->AddRef(self->inner);
	self->name = g_strdup(name ? name : "memory");
	self->often = often != 0;
	g_mutex_init(&self->lock);
	self->list.next = self->list.previous = &self->list;
	return &self->imalloc;
}

static struct watcher *
watcher_of(void *object)
{
	IMalloc *imalloc = object;

	return imalloc && imalloc->lpVtbl == &watcher_vtbl ? SELF(imalloc) : NULL;
}

void
DBGMEM_CheckMemFn(void *object, int report_orphans)
{
	struct watcher *self = watcher_of(object);

	if (!self)
		return;
	g_mutex_lock(&self->lock);
	check_all(self);
	if (report_orphans)
		report_leaks(self);
	g_mutex_unlock(&self->lock);
}

void
DBGMEM_ShutdownFn(void *object)
{
	struct watcher *self = watcher_of(object);

	if (!self)
		return;
	DBGMEM_CheckMemFn(object, TRUE);
	com_release(&self->com);
}

void
DBGMEM_LeakHook(FARPROC function)
{
	atomic_store(&hook, function);
}

void
DBGMEM_NoLeakDetectFn(void *object, void *block)
{
	struct watcher *self = watcher_of(object);
	struct head *head;

	if (!self || !block)
		return;
	g_mutex_lock(&self->lock);
	head = find(self, block);
	if (head)
		head->may_leak = true;
	g_mutex_unlock(&self->lock);
}

void
DBGMEM_SetFailureAtFn(void *object, ULONG failure)
{
	struct watcher *self = watcher_of(object);

	if (!self)
		return;
	g_mutex_lock(&self->lock);
	self->fail_at = failure ? self->count + failure : 0;
	g_mutex_unlock(&self->lock);
}
