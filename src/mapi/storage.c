/* SPDX-License-Identifier: MIT */
/* IStorage: see storage.h. */
#include "storage.h"
#include "storage_private.h"

#include <stdlib.h>
#include <string.h>
#include <imessage.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapispi.h>
#include "text.h"

struct storage {
	struct com_object com;
	IStorage istorage;
	struct tree *tree;
	struct node *node; /* under the tree's lock: Revert of the outermost one replaces it */
	bool writable;
	bool outermost;
};

#define SELF(This) COM_OBJECT(This, struct storage, istorage)

static HRESULT create_on(struct tree *tree, struct node *node, bool writable, IStorage **out);

static void
finalize(void *object)
{
	struct storage *self = object;

	node_unref(self->node);
	tree_unref(self->tree);
}

static const struct com_interface interfaces[] = {
	{ &IID_IStorage, offsetof(struct storage, istorage) },
	{ NULL, 0 },
};

static const struct com_class storage_class = { "IStorage", interfaces, finalize };

COM_UNKNOWN(storage, struct storage, istorage, IStorage)

static HRESULT
enter(struct storage *self, bool write)
{
	if (write && !self->writable)
		return STG_E_ACCESSDENIED;
	g_mutex_lock(&self->tree->lock);
	if (!self->node->removed)
		return S_OK;
	g_mutex_unlock(&self->tree->lock);
	return STG_E_REVERTED;
}

static HRESULT
leave(struct storage *self, HRESULT hr)
{
	g_mutex_unlock(&self->tree->lock);
	return hr;
}

/* --- Elements ------------------------------------------------------------------------------ */

/* The caller holds the lock. */
static HRESULT
make_node(struct storage *self, const WCHAR *name, bool is_storage, DWORD mode, struct node **out)
{
	struct node *there = node_find(self->node, name), *node;

	if (self->node->depth >= COMPOUND_DEPTH_MAX)
		return STG_E_MEDIUMFULL; /* what is deeper could not be read again */
	if (there && !(mode & STGM_CREATE))
		return STG_E_FILEALREADYEXISTS;
	node = node_new(is_storage, name);
	if (!node)
		return STG_E_INSUFFICIENTMEMORY;
	if (there)
		node_remove(self->node, there);
	node_add(self->node, node);
	*out = node;
	return S_OK;
}

static HRESULT
find_node(struct storage *self, const WCHAR *name, bool is_storage, DWORD mode, struct node **out)
{
	*out = node_find(self->node, name);
	if (!*out || (*out)->is_storage != is_storage)
		return STG_E_FILENOTFOUND;
	return (mode & 3) != STGM_READ && !self->writable ? STG_E_ACCESSDENIED : S_OK;
}

static HRESULT
storage_CreateStream(
    IStorage *This, LPCOLESTR name, DWORD mode, DWORD reserved1, DWORD reserved2, IStream **out)
{
	struct storage *self = SELF(This);
	struct node *node;
	HRESULT hr;

	if (!out || !name)
		return STG_E_INVALIDPOINTER;
	*out = NULL;
	if (!node_is_name(name))
		return STG_E_INVALIDNAME;
	hr = enter(self, true);
	if (FAILED(hr))
		return hr;
	hr = make_node(self, name, false, mode, &node);
	if (SUCCEEDED(hr))
		hr = node_stream_create(self->tree, node, true, out);
	return leave(self, hr);
}

static HRESULT
storage_OpenStream(
    IStorage *This, LPCOLESTR name, void *reserved1, DWORD mode, DWORD reserved2, IStream **out)
{
	struct storage *self = SELF(This);
	struct node *node;
	HRESULT hr;

	if (!out || !name)
		return STG_E_INVALIDPOINTER;
	*out = NULL;
	hr = enter(self, false);
	if (FAILED(hr))
		return hr;
	hr = find_node(self, name, false, mode, &node);
	if (SUCCEEDED(hr))
		hr = node_stream_create(self->tree, node, (mode & 3) != STGM_READ, out);
	return leave(self, hr);
}

static HRESULT
storage_CreateStorage(
    IStorage *This, LPCOLESTR name, DWORD mode, DWORD reserved1, DWORD reserved2, IStorage **out)
{
	struct storage *self = SELF(This);
	struct node *node;
	HRESULT hr;

	if (!out || !name)
		return STG_E_INVALIDPOINTER;
	*out = NULL;
	if (!node_is_name(name))
		return STG_E_INVALIDNAME;
	hr = enter(self, true);
	if (FAILED(hr))
		return hr;
	hr = make_node(self, name, true, mode, &node);
	if (SUCCEEDED(hr))
		hr = create_on(self->tree, node, true, out);
	return leave(self, hr);
}

static HRESULT
storage_OpenStorage(IStorage *This, LPCOLESTR name, IStorage *priority, DWORD mode, SNB exclude,
    DWORD reserved, IStorage **out)
{
	struct storage *self = SELF(This);
	struct node *node;
	HRESULT hr;

	if (!out || !name)
		return STG_E_INVALIDPOINTER;
	*out = NULL;
	if (priority || exclude)
		return STG_E_INVALIDPARAMETER; /* documented for outermost storages alone */
	hr = enter(self, false);
	if (FAILED(hr))
		return hr;
	hr = find_node(self, name, true, mode, &node);
	if (SUCCEEDED(hr))
		hr = create_on(self->tree, node, (mode & 3) != STGM_READ, out);
	return leave(self, hr);
}

static HRESULT
storage_DestroyElement(IStorage *This, LPCOLESTR name)
{
	struct storage *self = SELF(This);
	struct node *node;
	HRESULT hr;

	if (!name)
		return STG_E_INVALIDPOINTER;
	hr = enter(self, true);
	if (FAILED(hr))
		return hr;
	node = node_find(self->node, name);
	if (node)
		node_remove(self->node, node);
	return leave(self, node ? S_OK : STG_E_FILENOTFOUND);
}

static HRESULT
rename_node(struct storage *self, const WCHAR *from, const WCHAR *to)
{
	struct node *node = node_find(self->node, from), *there = node_find(self->node, to);

	if (!node)
		return STG_E_FILENOTFOUND;
	if (there && there != node)
		return STG_E_ACCESSDENIED;
	g_ptr_array_remove(self->node->children, node);
	memset(node->name, 0, sizeof node->name);
	memcpy(node->name, to, text_wcslen(to) * sizeof *to);
	node_add(self->node, node);
	return S_OK;
}

static HRESULT
storage_RenameElement(IStorage *This, LPCOLESTR from, LPCOLESTR to)
{
	struct storage *self = SELF(This);
	HRESULT hr;

	if (!from || !to)
		return STG_E_INVALIDPOINTER;
	if (!node_is_name(to))
		return STG_E_INVALIDNAME;
	hr = enter(self, true);
	return FAILED(hr) ? hr : leave(self, rename_node(self, from, to));
}

static void
clear_element(gpointer element)
{
	element_clear(element);
}

static HRESULT
storage_EnumElements(
    IStorage *This, DWORD reserved1, void *reserved2, DWORD reserved3, IEnumSTATSTG **out)
{
	struct storage *self = SELF(This);
	GArray *elements;
	HRESULT hr;

	if (!out)
		return STG_E_INVALIDPOINTER;
	*out = NULL;
	hr = enter(self, false);
	if (FAILED(hr))
		return hr;
	elements = g_array_new(FALSE, FALSE, sizeof(STATSTG));
	g_array_set_clear_func(elements, clear_element);
	for (guint i = 0; SUCCEEDED(hr) && i < self->node->children->len; i++) {
		STATSTG element;

		hr = node_stat(
		    g_ptr_array_index(self->node->children, i), self->writable, 0, &element);
		if (SUCCEEDED(hr))
			g_array_append_val(elements, element);
	}
	if (SUCCEEDED(hr))
		hr = node_enum_create(elements, out);
	else
		g_array_unref(elements);
	return leave(self, hr);
}

/* --- Whole storages ------------------------------------------------------------------------ */

static HRESULT
storage_CopyTo(
    IStorage *This, DWORD excluded_count, const IID *excluded, SNB exclude, IStorage *target)
{
	if (!target)
		return STG_E_INVALIDPOINTER;
	if (excluded_count || exclude)
		return STG_E_UNIMPLEMENTEDFUNCTION;
	return target == This ? STG_E_ACCESSDENIED : storage_copy(This, target);
}

static HRESULT
storage_MoveElementTo(
    IStorage *This, LPCOLESTR name, IStorage *target, LPCOLESTR new_name, DWORD flags)
{
	HRESULT hr;

	if (!name || !target || !new_name)
		return STG_E_INVALIDPOINTER;
	if (flags > STGMOVE_COPY)
		return STG_E_INVALIDFLAG;
	hr = storage_copy_element(This, name, target, new_name);
	if (SUCCEEDED(hr) && flags == STGMOVE_MOVE)
		hr = storage_DestroyElement(This, name);
	return hr;
}

static HRESULT
storage_Commit(IStorage *This, DWORD flags)
{
	struct storage *self = SELF(This);
	BYTE *bytes = NULL;
	size_t size;
	HRESULT hr;

	if (!self->outermost || (!self->tree->stream && !self->tree->bytes))
		return S_OK;
	hr = enter(self, true);
	if (FAILED(hr))
		return hr;
	hr = compound_write(self->node, &bytes, &size);
	if (SUCCEEDED(hr))
		hr = tree_write_file(self->tree, bytes, size);
	g_free(bytes);
	return leave(self, hr);
}

static void
mark_removed(struct node *node)
{
	node->removed = true;
	for (guint i = 0; node->children && i < node->children->len; i++)
		mark_removed(g_ptr_array_index(node->children, i));
}

/* A file that nothing was committed to yet is an empty storage. */
static HRESULT
load(const struct tree *tree, bool may_be_empty, struct node **root)
{
	BYTE *bytes;
	size_t size;
	HRESULT hr = tree_read_file(tree, &bytes, &size);

	if (FAILED(hr))
		return hr;
	if (!size && may_be_empty) {
		*root = node_new(true, u"Root Entry");
		hr = *root ? S_OK : STG_E_INSUFFICIENTMEMORY;
	} else {
		hr = compound_read(bytes, size, root);
	}
	g_free(bytes);
	return hr;
}

static HRESULT
storage_Revert(IStorage *This)
{
	struct storage *self = SELF(This);
	struct node *root = NULL;
	HRESULT hr;

	if (!self->outermost || (!self->tree->stream && !self->tree->bytes))
		return S_OK;
	hr = enter(self, false);
	if (FAILED(hr))
		return hr;
	hr = load(self->tree, true, &root);
	if (SUCCEEDED(hr)) {
		mark_removed(self->node);
		node_unref(self->node);
		self->node = root;
	}
	return leave(self, hr);
}

static HRESULT
storage_SetElementTimes(IStorage *This, LPCOLESTR name, const FILETIME *created,
    const FILETIME *accessed, const FILETIME *modified)
{
	struct storage *self = SELF(This);
	struct node *node;
	HRESULT hr = enter(self, true);

	if (FAILED(hr))
		return hr;
	node = name ? node_find(self->node, name) : self->node;
	if (node && created)
		node->created = *created;
	if (node && modified)
		node->modified = *modified;
	return leave(self, node ? S_OK : STG_E_FILENOTFOUND);
}

static HRESULT
storage_SetClass(IStorage *This, REFCLSID clsid)
{
	struct storage *self = SELF(This);
	HRESULT hr;

	if (!clsid)
		return STG_E_INVALIDPOINTER;
	hr = enter(self, true);
	if (FAILED(hr))
		return hr;
	self->node->clsid = *clsid;
	return leave(self, S_OK);
}

static HRESULT
storage_SetStateBits(IStorage *This, DWORD bits, DWORD mask)
{
	struct storage *self = SELF(This);
	HRESULT hr = enter(self, true);

	if (FAILED(hr))
		return hr;
	self->node->state = (self->node->state & ~mask) | (bits & mask);
	return leave(self, S_OK);
}

static HRESULT
storage_Stat(IStorage *This, STATSTG *stat, DWORD flags)
{
	struct storage *self = SELF(This);
	HRESULT hr;

	if (!stat)
		return STG_E_INVALIDPOINTER;
	hr = enter(self, false);
	return FAILED(hr) ? hr : leave(self, node_stat(self->node, self->writable, flags, stat));
}

static const IStorageVtbl storage_vtbl = {
	.QueryInterface = storage_QueryInterface,
	.AddRef = storage_AddRef,
	.Release = storage_Release,
	.CreateStream = storage_CreateStream,
	.OpenStream = storage_OpenStream,
	.CreateStorage = storage_CreateStorage,
	.OpenStorage = storage_OpenStorage,
	.CopyTo = storage_CopyTo,
	.MoveElementTo = storage_MoveElementTo,
	.Commit = storage_Commit,
	.Revert = storage_Revert,
	.EnumElements = storage_EnumElements,
	.DestroyElement = storage_DestroyElement,
	.RenameElement = storage_RenameElement,
	.SetElementTimes = storage_SetElementTimes,
	.SetClass = storage_SetClass,
	.SetStateBits = storage_SetStateBits,
	.Stat = storage_Stat,
};

/* --- Making them --------------------------------------------------------------------------- */

static HRESULT
create_on(struct tree *tree, struct node *node, bool writable, IStorage **out)
{
	struct storage *self = com_create(&storage_class, sizeof *self);

	*out = NULL;
	if (!self)
		return STG_E_INSUFFICIENTMEMORY;
	self->istorage.lpVtbl = &storage_vtbl;
	self->tree = tree_ref(tree);
	self->node = node_ref(node);
	self->writable = writable;
	*out = &self->istorage;
	return S_OK;
}

static struct tree *
tree_new(void)
{
	struct tree *tree = g_new0(struct tree, 1);

	atomic_init(&tree->refs, 1);
	g_mutex_init(&tree->lock);
	return tree;
}

/* Takes over both; `root` may be NULL where memory was short. */
static HRESULT
create_outermost(struct tree *tree, struct node *root, bool writable, IStorage **out)
{
	HRESULT hr = root ? create_on(tree, root, writable, out) : STG_E_INSUFFICIENTMEMORY;

	if (SUCCEEDED(hr))
		SELF(*out)->outermost = true;
	node_unref(root);
	tree_unref(tree);
	return hr;
}

HRESULT
storage_create(IStorage **out)
{
	*out = NULL;
	return create_outermost(tree_new(), node_new(true, u"Root Entry"), true, out);
}

HRESULT
storage_from_bytes(const void *bytes, size_t size, IStorage **out)
{
	struct node *root;
	HRESULT hr = compound_read(bytes, size, &root);

	*out = NULL;
	return FAILED(hr) ? hr : create_outermost(tree_new(), root, true, out);
}

HRESULT
storage_view(IStorage *storage, IStorage **out)
{
	struct storage *self = SELF(storage);
	HRESULT hr = enter(self, false);

	*out = NULL;
	return FAILED(hr) ? hr : leave(self, create_on(self->tree, self->node, false, out));
}

/* Another's is copied first. */
HRESULT
storage_to_bytes(IStorage *storage, BYTE **bytes, size_t *size)
{
	IStorage *copy = NULL;
	struct storage *self;
	HRESULT hr = S_OK;

	*bytes = NULL;
	if (storage->lpVtbl != &storage_vtbl) {
		hr = storage_create(&copy);
		if (SUCCEEDED(hr))
			hr = storage_copy(storage, copy);
	}
	if (SUCCEEDED(hr)) {
		self = SELF(copy ? copy : storage);
		hr = enter(self, false);
		if (SUCCEEDED(hr))
			hr = leave(self, compound_write(self->node, bytes, size));
	}
	COM_CLEAR(copy);
	return hr;
}

static HRESULT
open_file(struct tree *tree, IUnknown *file, const IID *iid, ULONG flags)
{
	LARGE_INTEGER here = { .QuadPart = 0 };
	ULARGE_INTEGER place = { .QuadPart = 0 };
	HRESULT hr;

	if (iid && IsEqualIID(iid, &IID_ILockBytes))
		return file->lpVtbl->QueryInterface(file, iid, (void **)&tree->bytes);
	hr = file->lpVtbl->QueryInterface(file, &IID_IStream, (void **)&tree->stream);
	if (SUCCEEDED(hr) && flags & STGSTRM_CURRENT)
		hr = tree->stream->lpVtbl->Seek(tree->stream, here, STREAM_SEEK_CUR, &place);
	tree->origin = place.QuadPart;
	return hr;
}

HRESULT
HrIStorageFromStream(LPUNKNOWN file, LPCIID iid, ULONG flags, LPSTORAGE *out)
{
	struct node *root = NULL;
	struct tree *tree;
	HRESULT hr;

	if (!file || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (flags & ~(STGSTRM_CURRENT | STGSTRM_MODIFY | STGSTRM_CREATE))
		return MAPI_E_UNKNOWN_FLAGS;
	if (iid && !IsEqualIID(iid, &IID_IStream) && !IsEqualIID(iid, &IID_ILockBytes))
		return MAPI_E_INTERFACE_NOT_SUPPORTED;
	tree = tree_new();
	hr = open_file(tree, file, iid, flags);
	if (SUCCEEDED(hr) && flags & STGSTRM_CREATE)
		root = node_new(true, u"Root Entry");
	else if (SUCCEEDED(hr))
		hr = load(tree, false, &root);
	if (FAILED(hr)) {
		tree_unref(tree);
		return MapStorageSCode(hr);
	}
	return MapStorageSCode(create_outermost(
	    tree, root, flags & (STGSTRM_MODIFY | STGSTRM_CREATE) ? true : false, out));
}
