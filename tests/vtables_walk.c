/* SPDX-License-Identifier: MIT */
/* Walking through the vtables of an object: see vtables_walk.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <dlfcn.h>
#include <edkmdb.h>
#include <emapistore.h>
#include <mapiaux.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapispi.h>
#include <mapiutil.h>
#include "com.h"
#include "vtables_walk.h"

struct known {
	const char *name;
	const IID *iid;
	size_t slots;
};

/* Some interfaces have their IID by another name. */
#define KNOWN_AS(iface, iid)                                                                       \
	{                                                                                          \
#iface, &(iid), sizeof(iface##Vtbl) / sizeof(void *)                               \
	}
#define KNOWN(iface) KNOWN_AS(iface, IID_##iface)

static const struct known interfaces[] = {
	KNOWN(IUnknown),
	KNOWN(IMalloc),
	KNOWN(ISequentialStream),
	KNOWN(IStream),
	KNOWN(IStorage),
	KNOWN(ILockBytes),
	KNOWN(IMAPISession),
	KNOWN(IAddrBook),
	KNOWN(IProfAdmin),
	KNOWN(IMsgServiceAdmin),
	KNOWN(IMsgServiceAdmin2),
	KNOWN(IProviderAdmin),
	KNOWN(IProfSect),
	KNOWN(IMAPIProp),
	KNOWN(IMAPITable),
	KNOWN(IMAPIStatus),
	KNOWN(IMAPIContainer),
	KNOWN(IABContainer),
	KNOWN(IDistList),
	KNOWN(IMailUser),
	KNOWN(IMAPIFolder),
	KNOWN(IMsgStore),
	KNOWN(IMessage),
	KNOWN_AS(IAttach, IID_IAttachment),
	KNOWN(IMAPIControl),
	KNOWN(IMAPIAdviseSink),
	KNOWN(IMAPIProgress),
	KNOWN_AS(IMAPISupport, IID_IMAPISup),
	KNOWN(IABProvider),
	KNOWN(IABLogon),
	KNOWN(IXPProvider),
	KNOWN(IXPLogon),
	KNOWN(IMSProvider),
	KNOWN(IMSLogon),
	KNOWN(IEmapiStoreFile),
	KNOWN_AS(ITableData, IID_IMAPITableData),
	KNOWN_AS(IPropData, IID_IMAPIPropData),
};

static const IID nobodys = { 0x3f1c2a6b, 0x8d55, 0x4c1e,
	{ 0x91, 0x20, 0x6a, 0x7b, 0x33, 0x0d, 0x5e, 0x42 } };

static unsigned walked;

static void
assert_refused(const char *what, IUnknown *object, const IID *iid, const char *name)
{
	void *out = &walked;
	HRESULT hr = object->lpVtbl->QueryInterface(object, iid, &out);

	if ((hr != E_NOINTERFACE && hr != MAPI_E_INTERFACE_NOT_SUPPORTED) || out)
		fail_msg("%s, asked for %s, answers 0x%08x and %p", what, name, (unsigned)hr, out);
}

static void
walk_vtable(const char *what, const struct known *known, IUnknown *iface)
{
	void *const *slots = *(void *const *const *)(void *)iface;
	size_t i;

	for (i = 0; i < known->slots; i++) {
		if (!slots[i])
			fail_msg("%s: slot %zu of its %s is empty", what, i, known->name);
	}
	walked++;
}

static void
list_slots(const char *what, const struct known *known, IUnknown *object)
{
	const char *path = getenv("EMAPI_SLOTS");
	FILE *file = path ? fopen(path, "a") : NULL;
	IUnknown *iface = NULL;
	void *const *slots;
	Dl_info info;
	size_t i;

	if (!file)
		return;
	assert_int_equal(object->lpVtbl->QueryInterface(object, known->iid, (void **)&iface), S_OK);
	slots = *(void *const *const *)(void *)iface;
	for (i = 0; i < known->slots; i++) {
		assert_int_not_equal(dladdr(slots[i], &info), 0);
		fprintf(file, "%s\t%s\t%zu\t%s\t%zx\n", what, known->name, i,
		    strchr(info.dli_fname, '/') ? info.dli_fname : "/proc/self/exe",
		    (size_t)((uintptr_t)slots[i] - (uintptr_t)info.dli_fbase));
	}
	iface->lpVtbl->Release(iface);
	fclose(file);
}

static bool
walk_interface(const char *what, IUnknown *unknown, const struct known *known)
{
	IUnknown *iface = NULL, *same = NULL;

	if (unknown->lpVtbl->QueryInterface(unknown, known->iid, (void **)&iface) != S_OK) {
		assert_refused(what, unknown, known->iid, known->name);
		return false;
	}
	assert_non_null(iface);
	walk_vtable(what, known, iface);
	assert_int_equal(iface->lpVtbl->QueryInterface(iface, &IID_IUnknown, (void **)&same), S_OK);
	if (same != unknown)
		fail_msg("%s: its %s has another IUnknown", what, known->name);
	same->lpVtbl->Release(same);
	assert_refused(what, iface, &nobodys, "nobody's interface");
	iface->lpVtbl->Release(iface);
	return true;
}

static ULONG
count_refs(IUnknown *object)
{
	object->lpVtbl->AddRef(object);
	return object->lpVtbl->Release(object);
}

void
walk(const char *what, void *object, const IID *iid)
{
	IUnknown *unknown = NULL, *got = object;
	ULONG refs;
	bool found = false;
	size_t i;

	if (!got)
		fail_msg("there is no %s", what);
	refs = count_refs(got);
	assert_int_equal(got->lpVtbl->QueryInterface(got, &IID_IUnknown, (void **)&unknown), S_OK);
	for (i = 0; i < sizeof(interfaces) / sizeof(interfaces[0]); i++) {
		bool has = walk_interface(what, unknown, &interfaces[i]);

		if (has && IsEqualGUID(interfaces[i].iid, iid)) {
			list_slots(what, &interfaces[i], unknown);
			found = true;
		}
	}
	unknown->lpVtbl->Release(unknown);
	if (!found)
		fail_msg("%s does not answer to its own interface", what);
	if (count_refs(got) != refs)
		fail_msg("%s: walking changed the count of its references", what);
}

void
walk_table(const char *what, HRESULT hr, IMAPITable **table)
{
	if (FAILED(hr))
		fail_msg("no %s: 0x%08x", what, (unsigned)hr);
	WALK(what, *table, IMAPITable);
	COM_CLEAR(*table);
}
