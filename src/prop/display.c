/* SPDX-License-Identifier: MIT */
/* Display tables: see display.h. */
#include "display.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <glib.h>
#include <mapicode.h>
#include <mapitags.h>
#include "bag.h"
#include "mem.h"
#include "table_data.h"
#include "text.h"

/* Dialogue units. */
#define PAGE_WIDTH 200
#define PAGE_HEIGHT 180
#define MARGIN 8
#define LABEL_WIDTH 60
#define FIELD_AT (MARGIN + LABEL_WIDTH + 4)
#define LINE 12
#define SEVERAL_LINES 48
#define GAP 4

/* --- Kinds of controls --------------------------------------------------------------------- */

/* Where a structure has the offsets of its texts, and the flags that tell of their width. */
struct kind {
	ULONG type;
	size_t size;
	size_t text;  /* the offset of a ulb... member; NO_TEXT */
	size_t flags; /* of ulFlags; only where there is a text */
	bool filter;  /* the text is the control's lpszFilter */
};

#define NO_TEXT SIZE_MAX
#define WITH_TEXT(type, structure, member, filter)                                                 \
	{                                                                                          \
		type, sizeof(structure), offsetof(structure, member),                              \
		    offsetof(structure, ulFlags), filter                                           \
	}
#define WITHOUT_TEXT(type, structure)                                                              \
	{                                                                                          \
		type, sizeof(structure), NO_TEXT, NO_TEXT, false                                   \
	}

static const struct kind kinds[] = {
	WITH_TEXT(DTCT_LABEL, DTBLLABEL, ulbLpszLabelName, false),
	WITH_TEXT(DTCT_EDIT, DTBLEDIT, ulbLpszCharsAllowed, true),
	WITHOUT_TEXT(DTCT_LBX, DTBLLBX),
	WITH_TEXT(DTCT_COMBOBOX, DTBLCOMBOBOX, ulbLpszCharsAllowed, true),
	WITHOUT_TEXT(DTCT_DDLBX, DTBLDDLBX),
	WITH_TEXT(DTCT_CHECKBOX, DTBLCHECKBOX, ulbLpszLabel, false),
	WITH_TEXT(DTCT_GROUPBOX, DTBLGROUPBOX, ulbLpszLabel, false),
	WITH_TEXT(DTCT_BUTTON, DTBLBUTTON, ulbLpszLabel, false),
	WITH_TEXT(DTCT_PAGE, DTBLPAGE, ulbLpszLabel, false),
	WITH_TEXT(DTCT_RADIOBUTTON, DTBLRADIOBUTTON, ulbLpszLabel, false),
	WITHOUT_TEXT(DTCT_MVLISTBOX, DTBLMVLISTBOX),
	WITHOUT_TEXT(DTCT_MVDDLBX, DTBLMVDDLBX),
};

static const struct kind *
find_kind(ULONG type)
{
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (kinds[i].type == type)
			return &kinds[i];
	return NULL;
}

static ULONG
long_at(const void *structure, size_t offset)
{
	ULONG value;

	memcpy(&value, (const BYTE *)structure + offset, sizeof value);
	return value;
}

/* --- Structures with their texts ----------------------------------------------------------- */

/* A text that stands behind a structure, as UTF-8 on `root`; NULL where there is none. */
static HRESULT
text_within(void *root, const void *structure, size_t member, size_t flags, char **out)
{
	ULONG at = long_at(structure, member);
	LPCTSTR text = at ? (LPCTSTR)(const void *)((const BYTE *)structure + at) : NULL;

	return text_from_arg(root, text, long_at(structure, flags), out);
}

/* Puts a text behind the structure and its offset into it. */
static HRESULT
append_text(GByteArray *bytes, size_t member, const char *text, bool wide)
{
	ULONG at = text ? bytes->len : 0;
	WCHAR *utf16 = text && wide ? text_to_utf16(NULL, text) : NULL;

	if (text && wide && !utf16)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	if (utf16)
		g_byte_array_append(bytes, (const guint8 *)utf16,
		    (guint)((text_wcslen(utf16) + 1) * sizeof *utf16));
	else if (text)
		g_byte_array_append(bytes, (const guint8 *)text, (guint)strlen(text) + 1);
	memcpy(bytes->data + member, &at, sizeof at);
	mem_free(utf16);
	return S_OK;
}

static void
set_width(GByteArray *bytes, size_t flags, bool wide)
{
	ULONG value = long_at(bytes->data, flags) & ~(ULONG)MAPI_UNICODE;

	value |= wide ? MAPI_UNICODE : 0;
	memcpy(bytes->data + flags, &value, sizeof value);
}

/* The control's text: a filter of its own, else what stands behind its structure. */
static HRESULT
text_of(void *root, const DTCTL *control, const struct kind *kind, ULONG flags, char **out)
{
	if (kind->filter && control->lpszFilter)
		return text_from_arg(root, control->lpszFilter, flags, out);
	return text_within(root, control->ctl.lpv, kind->text, kind->flags, out);
}

/* A small number in the place of a component's name is one of a resource. */
static HRESULT
component_of(void *root, const DTPAGE *page, const DTCTL *control, ULONG flags, char **out)
{
	if ((uintptr_t)page->lpszComponent > 0xFFFF)
		return text_from_arg(root, page->lpszComponent, flags, out);
	return text_within(root, control->ctl.lpv, offsetof(DTBLPAGE, ulbLpszComponent),
	    offsetof(DTBLPAGE, ulFlags), out);
}

static HRESULT
add_texts(void *root, GByteArray *bytes, const DTPAGE *page, const DTCTL *control, ULONG flags)
{
	const struct kind *kind = find_kind(control->ulCtlType);
	bool wide = flags & MAPI_UNICODE;
	char *text = NULL, *component = NULL;
	HRESULT hr = text_of(root, control, kind, flags, &text);

	set_width(bytes, kind->flags, wide);
	if (SUCCEEDED(hr))
		hr = append_text(bytes, kind->text, text, wide);
	if (FAILED(hr) || kind->type != DTCT_PAGE)
		return hr;
	hr = component_of(root, page, control, flags, &component);
	return SUCCEEDED(hr)
		   ? append_text(bytes, offsetof(DTBLPAGE, ulbLpszComponent), component, wide)
		   : hr;
}

static HRESULT
put_structure(struct bag *bag, const DTPAGE *page, const DTCTL *control, ULONG flags)
{
	const struct kind *kind = find_kind(control->ulCtlType);
	GByteArray *bytes = g_byte_array_new();
	void *root = mem_zalloc(NULL, 1);
	HRESULT hr = root ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	g_byte_array_append(bytes, control->ctl.lpv, (guint)kind->size);
	if (SUCCEEDED(hr) && kind->text != NO_TEXT)
		hr = add_texts(root, bytes, page, control, flags);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_CONTROL_STRUCTURE, bytes->data, bytes->len);
	g_byte_array_unref(bytes);
	mem_free(root);
	return hr;
}

/* --- Layout -------------------------------------------------------------------------------- */

/* Where the next control goes. */
struct cursor {
	LONG row;     /* PR_ROWID of the next */
	LONG y;       /* of the next line */
	bool labeled; /* the line has its label, and no more yet */
};

static HRESULT
put_place(struct bag *bag, LONG x, LONG y, LONG width, LONG height)
{
	const struct {
		ULONG tag;
		LONG value;
	} places[] = { { PR_XPOS, x }, { PR_YPOS, y }, { PR_DELTAX, width },
		{ PR_DELTAY, height } };
	HRESULT hr = S_OK;

	for (size_t i = 0; SUCCEEDED(hr) && i < G_N_ELEMENTS(places); i++)
		hr = bag_set_long(bag, places[i].tag, places[i].value);
	return hr;
}

static HRESULT
lay_out(struct bag *bag, const DTCTL *control, struct cursor *cursor)
{
	bool tall = control->ulCtlType == DTCT_LBX || control->ulCtlType == DTCT_MVLISTBOX ||
		    control->ulCtlFlags & DT_MULTILINE;
	LONG x = cursor->labeled ? FIELD_AT : MARGIN, height = tall ? SEVERAL_LINES : LINE;
	HRESULT hr;

	if (control->ulCtlType == DTCT_PAGE) {
		cursor->y = MARGIN;
		cursor->labeled = false;
		return put_place(bag, 0, 0, PAGE_WIDTH, PAGE_HEIGHT);
	}
	if (control->ulCtlType == DTCT_LABEL) {
		if (cursor->labeled)
			cursor->y += LINE + GAP;
		cursor->labeled = true;
		return put_place(bag, MARGIN, cursor->y, LABEL_WIDTH, LINE);
	}
	hr = put_place(bag, x, cursor->y, PAGE_WIDTH - MARGIN - x, height);
	cursor->y += height + GAP;
	cursor->labeled = false;
	return hr;
}

/* --- Rows ---------------------------------------------------------------------------------- */

static HRESULT
fill_row(
    struct bag *bag, const DTPAGE *page, const DTCTL *control, ULONG flags, struct cursor *cursor)
{
	HRESULT hr;

	if (!find_kind(control->ulCtlType) || !control->ctl.lpv ||
	    (control->cbNotif && !control->lpbNotif))
		return MAPI_E_INVALID_PARAMETER;
	hr = lay_out(bag, control, cursor);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_CONTROL_TYPE, (LONG)control->ulCtlType);
	if (SUCCEEDED(hr))
		hr = bag_set_long(bag, PR_CONTROL_FLAGS, (LONG)control->ulCtlFlags);
	if (SUCCEEDED(hr))
		hr = bag_set_binary(bag, PR_CONTROL_ID, control->lpbNotif, control->cbNotif);
	if (SUCCEEDED(hr))
		hr = put_structure(bag, page, control, flags);
	return SUCCEEDED(hr) ? bag_set_long(bag, PR_ROWID, cursor->row++) : hr;
}

static HRESULT
add_page(ITableData *data, const DTPAGE *page, ULONG flags, struct cursor *cursor)
{
	HRESULT hr = page->cctl && !page->lpctl ? MAPI_E_INVALID_PARAMETER : S_OK;

	for (ULONG i = 0; SUCCEEDED(hr) && i < page->cctl; i++) {
		struct bag *bag = bag_create();

		hr = bag ? fill_row(bag, page, &page->lpctl[i], flags, cursor)
			 : MAPI_E_NOT_ENOUGH_MEMORY;
		if (SUCCEEDED(hr))
			hr = table_data_add(data, bag_values(bag), bag_count(bag));
		bag_free(bag);
	}
	return hr;
}

HRESULT
display_rows(const DTPAGE *pages, UINT count, ULONG flags, ITableData **out)
{
	static const SizedSPropTagArray(9, columns) = { 9,
		{ PR_XPOS, PR_YPOS, PR_DELTAX, PR_DELTAY, PR_CONTROL_TYPE, PR_CONTROL_FLAGS,
		    PR_CONTROL_STRUCTURE, PR_CONTROL_ID, PR_ROWID } };
	struct table_data_making making = { .type = TBLTYPE_DYNAMIC,
		.key = PR_ROWID,
		.columns = (const SPropTagArray *)(const void *)&columns,
		.flags = flags & MAPI_UNICODE };
	struct cursor cursor = { 1, MARGIN, false };
	HRESULT hr = table_data_create(&making, out);

	for (UINT i = 0; SUCCEEDED(hr) && i < count; i++)
		hr = add_page(*out, &pages[i], flags, &cursor);
	if (FAILED(hr))
		COM_CLEAR(*out);
	return hr;
}
