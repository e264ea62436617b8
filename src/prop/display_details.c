/* SPDX-License-Identifier: MIT */
/* The pages of an address book's entry: see display.h. */
#include "display.h"

#include <string.h>
#include <glib.h>
#include <mapicode.h>
#include <mapitags.h>
#include "com.h"
#include "mem.h"

#define MOST_CHARACTERS 1024

struct field {
	const char *label; /* NULL: the end */
	ULONG tag;
	ULONG flags; /* beside DT_EDITABLE */
};

static const struct field general[] = {
	{ "Name", PR_DISPLAY_NAME, DT_REQUIRED },
	{ "E-mail address", PR_EMAIL_ADDRESS, 0 },
	{ "Address type", PR_ADDRTYPE, 0 },
	{ "Notes", PR_COMMENT, DT_MULTILINE },
	{ NULL },
};

static const struct field person[] = {
	{ "Given name", PR_GIVEN_NAME, 0 },
	{ "Surname", PR_SURNAME, 0 },
	{ "Nickname", PR_NICKNAME, 0 },
	{ "Title", PR_TITLE, 0 },
	{ "Company", PR_COMPANY_NAME, 0 },
	{ "Department", PR_DEPARTMENT_NAME, 0 },
	{ "Office", PR_OFFICE_LOCATION, 0 },
	{ NULL },
};

static const struct field phones[] = {
	{ "Business", PR_BUSINESS_TELEPHONE_NUMBER, 0 },
	{ "Home", PR_HOME_TELEPHONE_NUMBER, 0 },
	{ "Mobile", PR_MOBILE_TELEPHONE_NUMBER, 0 },
	{ "Fax", PR_BUSINESS_FAX_NUMBER, 0 },
	{ NULL },
};

static const struct field list_general[] = {
	{ "Name", PR_DISPLAY_NAME, DT_REQUIRED },
	{ "Notes", PR_COMMENT, DT_MULTILINE },
	{ NULL },
};

static const struct page {
	const char *label;
	const struct field *fields;
} person_pages[] = { { "General", general }, { "Person", person }, { "Phone", phones } },
  list_pages[] = { { "General", list_general } };

/* PR_CONTROL_ID: whose control it is, and which. */
struct control_id {
	GUID of;
	ULONG number;
};

static const GUID ours = { 0x5B1D7A42, 0x0E63, 0x4C8F,
	{ 0xB1, 0x94, 0x2E, 0x7D, 0x66, 0x0A, 0x3F, 0xC5 } };

/* Everything hangs on `root`. */
struct making {
	void *root;
	const struct display_details *details;
	GArray *pages; /* DTPAGE, whose controls are GArrays until the end */
	ULONG controls;
	bool failed; /* memory is short */
};

static void *
make(struct making *making, const void *structure, size_t size, const char *text)
{
	size_t behind = text ? strlen(text) + 1 : 0;
	BYTE *made = mem_zalloc(making->root, size + behind);

	making->failed = making->failed || !made;
	if (made)
		memcpy(made, structure, size);
	if (made && text)
		memcpy(made + size, text, behind);
	return made;
}

static void
add_control(struct making *making, GArray *controls, ULONG type, ULONG flags, void *structure)
{
	struct control_id id = { ours, ++making->controls };
	DTCTL control = { .ulCtlType = type, .ulCtlFlags = flags, .cbNotif = sizeof id };

	control.lpbNotif = make(making, &id, sizeof id, NULL);
	control.ctl.lpv = structure;
	g_array_append_val(controls, control);
}

static void
add_label(struct making *making, GArray *controls, const char *text)
{
	DTBLLABEL label = { sizeof label, 0 };

	add_control(making, controls, DTCT_LABEL, 0, make(making, &label, sizeof label, text));
}

static void
add_field(struct making *making, GArray *controls, const struct field *field)
{
	DTBLEDIT edit = { sizeof edit, 0, MOST_CHARACTERS, field->tag };
	ULONG flags = field->flags | (making->details->editable ? DT_EDITABLE : 0);

	edit.ulPropTag = CHANGE_PROP_TYPE(
	    field->tag, making->details->flags & MAPI_UNICODE ? PT_UNICODE : PT_STRING8);
	add_label(making, controls, field->label);
	add_control(making, controls, DTCT_EDIT, flags, make(making, &edit, sizeof edit, "*"));
}

static void
add_members(struct making *making, GArray *controls)
{
	DTBLLBX members = { 0, PR_NULL, PR_CONTAINER_CONTENTS };

	add_label(making, controls, "Members");
	add_control(making, controls, DTCT_LBX, 0, make(making, &members, sizeof members, NULL));
}

static void
add_page(struct making *making, const struct page *page, bool members)
{
	DTBLPAGE tab = { sizeof tab, 0, 0, 0 };
	GArray *controls = g_array_new(FALSE, TRUE, sizeof(DTCTL));
	DTPAGE made = { 0 };

	add_control(making, controls, DTCT_PAGE, 0, make(making, &tab, sizeof tab, page->label));
	for (const struct field *field = page->fields; field->label; field++)
		add_field(making, controls, field);
	if (members)
		add_members(making, controls);
	made.cctl = controls->len;
	made.lpctl = (DTCTL *)(void *)g_array_free(controls, FALSE);
	g_array_append_val(making->pages, made);
}

static HRESULT
show(const struct making *making, IMAPITable **out)
{
	ITableData *data = NULL;
	HRESULT hr = making->failed ? MAPI_E_NOT_ENOUGH_MEMORY : S_OK;

	*out = NULL;
	if (SUCCEEDED(hr))
		hr = display_rows((const DTPAGE *)(const void *)making->pages->data,
		    making->pages->len, making->details->flags & MAPI_UNICODE, &data);
	if (SUCCEEDED(hr))
		hr = data->lpVtbl->HrGetView(data, NULL, NULL, 0, out);
	COM_CLEAR(data);
	return hr;
}

HRESULT
display_details(const struct display_details *details, IMAPITable **out)
{
	bool list = details->type == MAPI_DISTLIST;
	const struct page *pages = list ? list_pages : person_pages;
	size_t count = list ? G_N_ELEMENTS(list_pages) : G_N_ELEMENTS(person_pages);
	struct making making = { .root = mem_zalloc(NULL, 1), .details = details };
	HRESULT hr;

	if (!making.root)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	making.pages = g_array_new(FALSE, TRUE, sizeof(DTPAGE));
	for (size_t i = 0; i < count; i++)
		add_page(&making, &pages[i], list);
	hr = show(&making, out);
	for (guint i = 0; i < making.pages->len; i++)
		g_free(g_array_index(making.pages, DTPAGE, i).lpctl);
	g_array_unref(making.pages);
	mem_free(making.root);
	return hr;
}
