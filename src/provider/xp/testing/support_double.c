/* SPDX-License-Identifier: MIT */
/* See support_double.h. */
#include "support_double.h"

#include <glib.h>
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>

#include "com.h"
#include "mem.h"
#include "prop.h"
#include "unsupported.h"

struct support_double {
	struct com_object com;
	IMAPISupport imapisupport;
	struct bag *section;
	struct bag *identity;
	GPtrArray *told; /* struct bag */
	unsigned reports;
	HRESULT fails_with;
};

struct section {
	struct com_object com;
	IProfSect iprofsect;
	const struct bag *bag;
};

/* --- A profile section -------------------------------------------------------------------------
 */

static const struct com_interface section_interfaces[] = {
	{ &IID_IProfSect, offsetof(struct section, iprofsect) },
	{ NULL, 0 },
};
static const struct com_class section_class = { "section double", section_interfaces, NULL };
COM_UNKNOWN(section, struct section, iprofsect, IProfSect)

static HRESULT
section_GetProps(
    IProfSect *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	return bag_get_props(
	    COM_OBJECT(This, struct section, iprofsect)->bag, tags, flags, count, out);
}

static const IProfSectVtbl section_vtbl = {
	.QueryInterface = section_QueryInterface,
	.AddRef = section_AddRef,
	.Release = section_Release,
	.GetLastError = unsupported_IProfSect_GetLastError,
	.SaveChanges = unsupported_IProfSect_SaveChanges,
	.GetProps = section_GetProps,
	.GetPropList = unsupported_IProfSect_GetPropList,
	.OpenProperty = unsupported_IProfSect_OpenProperty,
	.SetProps = unsupported_IProfSect_SetProps,
	.DeleteProps = unsupported_IProfSect_DeleteProps,
	.CopyTo = unsupported_IProfSect_CopyTo,
	.CopyProps = unsupported_IProfSect_CopyProps,
	.GetNamesFromIDs = unsupported_IProfSect_GetNamesFromIDs,
	.GetIDsFromNames = unsupported_IProfSect_GetIDsFromNames,
};

/* --- The support object ------------------------------------------------------------------------
 */

static void
support_finalize(void *object)
{
	struct support_double *self = object;

	bag_free(self->section);
	bag_free(self->identity);
	g_ptr_array_unref(self->told);
}

static const struct com_interface support_interfaces[] = {
	{ &IID_IMAPISup, offsetof(struct support_double, imapisupport) },
	{ NULL, 0 },
};
static const struct com_class support_class = { "support double", support_interfaces,
	support_finalize };
COM_UNKNOWN(support, struct support_double, imapisupport, IMAPISupport)

#define SELF(This) COM_OBJECT(This, struct support_double, imapisupport)

static HRESULT
support_OpenProfileSection(IMAPISupport *This, LPMAPIUID uid, ULONG flags, LPPROFSECT *out)
{
	struct support_double *self = SELF(This);
	struct section *section = com_create(&section_class, sizeof *section);

	section->iprofsect.lpVtbl = &section_vtbl;
	section->bag = uid && memcmp(uid, &MUID_PROFILE_INSTANCE, sizeof *uid) == 0 ? self->identity
										    : self->section;
	*out = &section->iprofsect;
	return S_OK;
}

/* Frees the list where it succeeds, as MAPI does. */
static HRESULT
support_StatusRecips(IMAPISupport *This, LPMESSAGE message, LPADRLIST list)
{
	struct support_double *self = SELF(This);
	ULONG i;

	if (FAILED(self->fails_with))
		return self->fails_with;
	self->reports++;
	for (i = 0; i < list->cEntries; i++) {
		struct bag *bag = bag_create();

		bag_set_array(bag, list->aEntries[i].rgPropVals, list->aEntries[i].cValues);
		g_ptr_array_add(self->told, bag);
	}
	mem_free(list);
	return S_OK;
}

static const IMAPISupportVtbl support_vtbl = {
	.QueryInterface = support_QueryInterface,
	.AddRef = support_AddRef,
	.Release = support_Release,
	.OpenProfileSection = support_OpenProfileSection,
	.SpoolerNotify = unsupported_IMAPISupport_SpoolerNotify,
	.StatusRecips = support_StatusRecips,
};

static void
free_bag(void *bag)
{
	bag_free(bag);
}

struct support_double *
support_double_create(void)
{
	struct support_double *self = com_create(&support_class, sizeof *self);

	self->imapisupport.lpVtbl = &support_vtbl;
	self->section = bag_create();
	self->identity = bag_create();
	self->told = g_ptr_array_new_with_free_func(free_bag);
	return self;
}

IMAPISupport *
support_double_interface(struct support_double *support)
{
	return &support->imapisupport;
}

struct bag *
support_double_section(struct support_double *support)
{
	return support->section;
}

struct bag *
support_double_identity(struct support_double *support)
{
	return support->identity;
}

unsigned
support_double_reports(const struct support_double *support)
{
	return support->reports;
}

const struct bag *
support_double_told(const struct support_double *support, LONG row)
{
	guint i;

	for (i = support->told->len; i > 0; i--) {
		const struct bag *bag = g_ptr_array_index(support->told, i - 1);

		if (bag_get_long(bag, PR_ROWID, -1) == row)
			return bag;
	}
	return NULL;
}

void
support_double_fail(struct support_double *support, HRESULT hr)
{
	support->fails_with = hr;
}

ULONG
support_double_free(struct support_double *support)
{
	return support ? com_release(&support->com) : 0;
}
