/* SPDX-License-Identifier: MIT */
/*
 * COM objects in C.
 *
 * An object is a struct whose first member is `struct com_object com`, followed by one member for
 * each interface it shows (`IMessage imessage;`), then its own data.  A constructor calls
 * com_create(), sets each interface's lpVtbl and hands out the pointer to an interface.  Methods
 * get back to the object with COM_OBJECT().
 *
 * QueryInterface NULLs *out first and AddRefs what it returns.  Reference counts are atomic.
 */
#ifndef EMAPI_BASE_COM_H
#define EMAPI_BASE_COM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <emapi_wintypes.h>

/* One interface of a class: which IID asks for it and where it lies in the object. */
struct com_interface {
	const IID *iid;
	size_t offset;
};

/* What all objects of a kind share.  `interfaces` ends with iid == NULL; the first entry also
 * answers IID_IUnknown.  `finalize` frees the members when the last reference goes (may be NULL);
 * the object's own memory is freed after it. */
struct com_class {
	const char *name;
	const struct com_interface *interfaces;
	void (*finalize)(void *self);
};

struct com_object {
	const struct com_class *class;
	atomic_uint refs;
};

/* Allocates a zeroed object of `size` bytes with one reference.  NULL when memory is short. */
void *com_create(const struct com_class *class, size_t size);
HRESULT com_query_interface(struct com_object *object, const IID *iid, void **out);
ULONG com_add_ref(struct com_object *object);
/* The same from a weak pointer, whose object waits in finalize() for a lock that the caller holds:
 * false where it is on its way out. */
bool com_try_add_ref(struct com_object *object);
ULONG com_release(struct com_object *object);

/* From an interface pointer to the object that has it as `member`. */
#define COM_OBJECT(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

/* Defines prefix_QueryInterface, prefix_AddRef and prefix_Release for `iface`, which is `member`
 * of `type`, to be named in a vtable. */
#define COM_UNKNOWN(prefix, type, member, iface)                                                   \
	static HRESULT prefix##_QueryInterface(iface *This, const IID *iid, LPVOID *out)           \
	{                                                                                          \
		return com_query_interface(&COM_OBJECT(This, type, member)->com, iid, out);        \
	}                                                                                          \
	static ULONG prefix##_AddRef(iface *This)                                                  \
	{                                                                                          \
		return com_add_ref(&COM_OBJECT(This, type, member)->com);                          \
	}                                                                                          \
	static ULONG prefix##_Release(iface *This)                                                 \
	{                                                                                          \
		return com_release(&COM_OBJECT(This, type, member)->com);                          \
	}

/* Releases an interface pointer held in `p` (may be NULL) and sets it NULL. */
#define COM_CLEAR(p)                                                                               \
	do {                                                                                       \
		if (p) {                                                                           \
			(p)->lpVtbl->Release(p);                                                   \
			(p) = NULL;                                                                \
		}                                                                                  \
	} while (0)

#endif
