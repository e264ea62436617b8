/* SPDX-License-Identifier: MIT */
/*
 * COM in C, as little of it as a provider needs: objects with one interface each, and methods that
 * are not there.
 *
 * A struct of an object begins with its interface and then has a struct object:
 *
 *	struct table {
 *		IMAPITable iface;
 *		struct object object;
 *		...
 *	};
 *	OBJECT_METHODS(table, IMAPITable)
 *
 * The last makes table_QueryInterface, table_AddRef and table_Release for the vtable.
 *
 * A provider that is to work everywhere is compiled with -fvisibility=hidden, and its entry point
 * marked EMAPI_EXPORT: else a function of its own may be mistaken for one of the same name in the
 * program that loads it.  (libemapi sees to that by RTLD_DEEPBIND, but for programs that run under
 * LD_PRELOAD or a sanitizer.)
 */
#ifndef EXAMPLE_COM_H
#define EXAMPLE_COM_H

#include <mapix.h>
#include <mapispi.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct object {
	atomic_uint references;
	const IID *const *answers; /* the interfaces it has, besides IUnknown; NULL ends the list */
	void (*destroy)(void *self);
};

static inline void
object_init(struct object *object, const IID *const *answers, void (*destroy)(void *self))
{
	atomic_init(&object->references, 1);
	object->answers = answers;
	object->destroy = destroy;
}

static inline HRESULT
object_query(struct object *object, void *self, const IID *iid, void **out)
{
	const IID *const *answer = object->answers;

	if (!out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	if (!iid)
		return MAPI_E_INVALID_PARAMETER;
	if (!IsEqualGUID(iid, &IID_IUnknown)) {
		while (*answer && !IsEqualGUID(iid, *answer))
			answer++;
		if (!*answer)
			return MAPI_E_INTERFACE_NOT_SUPPORTED;
	}
	atomic_fetch_add(&object->references, 1);
	*out = self;
	return S_OK;
}

static inline ULONG
object_release(struct object *object, void *self)
{
	unsigned left = atomic_fetch_sub(&object->references, 1) - 1;

	if (!left)
		object->destroy(self);
	return left;
}

/* clang-format off */
#define OBJECT_METHODS(type, interface) \
	static HRESULT \
	type##_QueryInterface(interface *This, REFIID iid, LPVOID *out) \
	{ \
		return object_query(&((struct type *)This)->object, This, iid, out); \
	} \
	static ULONG \
	type##_AddRef(interface *This) \
	{ \
		return atomic_fetch_add(&((struct type *)This)->object.references, 1) + 1; \
	} \
	static ULONG \
	type##_Release(interface *This) \
	{ \
		return object_release(&((struct type *)This)->object, This); \
	}

#define OBJECT_VTBL(type) \
	.QueryInterface = type##_QueryInterface, .AddRef = type##_AddRef, .Release = type##_Release

/*
 * Methods that answer MAPI_E_NO_SUPPORT, no_IInterface_Method, made from the headers' lists of
 * methods: a vtable must not have empty places.
 */
#define NO_PASTE(interface, method)	no_##interface##_##method
#define NO_NAME(interface, method)	NO_PASTE(interface, method)
#define NO_BODY				{ return MAPI_E_NO_SUPPORT; } struct no_end

#undef MAPIMETHOD
#define MAPIMETHOD(method)		static inline HRESULT NO_NAME(INTERFACE, method)

#undef INTERFACE
#define INTERFACE IMAPITable
MAPI_IMAPITABLE_METHODS(NO_BODY)
#undef INTERFACE
#define INTERFACE IMsgStore
MAPI_IMAPIPROP_METHODS(NO_BODY)
MAPI_IMSGSTORE_METHODS(NO_BODY)
#undef INTERFACE
#define INTERFACE IMAPIFolder
MAPI_IMAPIPROP_METHODS(NO_BODY)
MAPI_IMAPICONTAINER_METHODS(NO_BODY)
MAPI_IMAPIFOLDER_METHODS(NO_BODY)
#undef INTERFACE
#define INTERFACE IMessage
MAPI_IMAPIPROP_METHODS(NO_BODY)
MAPI_IMESSAGE_METHODS(NO_BODY)
#undef INTERFACE
#define INTERFACE IMSLogon
MAPI_IMSLOGON_METHODS(NO_BODY)
#undef INTERFACE
#define INTERFACE IXPLogon
MAPI_IXPLOGON_METHODS(NO_BODY)

#undef MAPIMETHOD
#define MAPIMETHOD(method)		STDMETHOD(method)
/* clang-format on */

#endif
