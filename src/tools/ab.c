/* SPDX-License-Identifier: MIT */
#include "ab.h"

#include <stdio.h>
#include <string.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include <mapispi.h>
#include "abooks.h"
#include "address.h"
#include "com.h"
#include "hr.h"
#include "mailbox.h"
#include "mem.h"
#include "prop.h"
#include "services.h"
#include "session.h"
#include "text.h"

const struct ab_word ab_words[] = {
	{ "Name", PR_DISPLAY_NAME_W, NULL },
	{ "Address", PR_EMAIL_ADDRESS_W, NULL },
	{ "AddressType", PR_ADDRTYPE_W, NULL },
	{ "GivenName", PR_GIVEN_NAME_W, NULL },
	{ "Surname", PR_SURNAME_W, NULL },
	{ "Nickname", PR_NICKNAME_W, "NICKNAME" },
	{ "Title", PR_TITLE_W, "TITLE" },
	{ "Company", PR_COMPANY_NAME_W, NULL },
	{ "Department", PR_DEPARTMENT_NAME_W, NULL },
	{ "Office", PR_OFFICE_LOCATION_W, NULL },
	{ "Phone", PR_BUSINESS_TELEPHONE_NUMBER_W, "TEL;TYPE=work" },
	{ "Mobile", PR_MOBILE_TELEPHONE_NUMBER_W, "TEL;TYPE=cell" },
	{ "HomePhone", PR_HOME_TELEPHONE_NUMBER_W, "TEL;TYPE=home" },
	{ "Note", PR_COMMENT_W, "NOTE" },
	{ NULL, 0, NULL },
};

/* --- Opening ------------------------------------------------------------------------------- */

int
ab_open(struct ab *ab, const char *profile)
{
	g_autofree char *reason = NULL, *why = NULL;
	g_autofree char *standard = profile ? NULL : profile_default_why(&reason);
	HRESULT hr;

	memset(ab, 0, sizeof *ab);
	if (!profile && !standard)
		return cli_fail(EX_CONFIG, "%s",
		    reason ? reason
			   : "there is no profile; make one: emapi profile setup, or emapi profile "
			     "create NAME --default "
			     "--from 'You <you@example.com>' --smtp HOST:PORT");
	hr = profile_load(profile ? profile : standard, &ab->profile, &why);
	if (SUCCEEDED(hr))
		hr = session_create(ab->profile, MAPI_EXTENDED | MAPI_NO_MAIL, &ab->session, &why);
	if (SUCCEEDED(hr))
		hr = ab->session->lpVtbl->OpenAddressBook(
		    ab->session, 0, NULL, AB_NO_DIALOG, &ab->book);
	if (FAILED(hr)) {
		ab_close(ab);
		return cli_fail(cli_exit_code(hr), "%s", why ? why : hr_text(hr));
	}
	return 0;
}

void
ab_close(struct ab *ab)
{
	COM_CLEAR(ab->book);
	if (ab->session)
		ab->session->lpVtbl->Logoff(ab->session, 0, 0, 0);
	COM_CLEAR(ab->session);
	g_clear_pointer(&ab->profile, profile_unref);
}

static char *
words_of(struct ab *ab, void *object, HRESULT hr)
{
	IMAPIProp *prop = object ? object : (void *)ab->book;
	MAPIERROR *error = NULL;
	char *words = NULL;

	if (SUCCEEDED(prop->lpVtbl->GetLastError(prop, hr, 0, &error)) && error && error->lpszError)
		words = text_printable((const char *)error->lpszError);
	mem_free(error);
	return words ? words : g_strdup_printf("%s (%s)", hr_text(hr), hr_name(hr));
}

int
ab_fail(struct ab *ab, void *object, HRESULT hr, const char *what)
{
	g_autofree char *words = words_of(ab, object, hr);
	int code = hr == MAPI_E_NOT_FOUND ? EX_NOUSER : cli_exit_code(hr);

	return cli_fail(code == EX_SOFTWARE ? EX_UNAVAILABLE : code, "%s: %s", what, words);
}

/* --- Entries ------------------------------------------------------------------------------- */

void
ab_entry_free(void *object)
{
	struct ab_entry *entry = object;

	if (!entry)
		return;
	g_bytes_unref(entry->id);
	g_free(entry->name);
	g_free(entry->address);
	g_free(entry->kind);
	g_free(entry->book);
	g_free(entry);
}

static void
add_found(GPtrArray *found, const SRow *row, const char *book)
{
	const SPropValue *id = prop_find(row->lpProps, row->cValues, PR_ENTRYID);
	struct ab_entry *entry;

	if (!id)
		return;
	entry = g_new0(struct ab_entry, 1);
	entry->id = g_bytes_new(id->Value.bin.lpb, id->Value.bin.cb);
	entry->type =
	    (ULONG)prop_find_long(row->lpProps, row->cValues, PR_OBJECT_TYPE, MAPI_MAILUSER);
	entry->name = prop_find_text(row->lpProps, row->cValues, PR_DISPLAY_NAME_W);
	entry->kind = prop_find_text(row->lpProps, row->cValues, PR_ADDRTYPE_W);
	entry->address = prop_find_text(row->lpProps, row->cValues, PR_SMTP_ADDRESS_W);
	if (!entry->address && entry->type != MAPI_DISTLIST)
		entry->address = prop_find_text(row->lpProps, row->cValues, PR_EMAIL_ADDRESS_W);
	entry->book = g_strdup(book);
	g_ptr_array_add(found, entry);
}

static const SizedSPropTagArray(
    6, columns) = { 6, { PR_DISPLAY_NAME_W, PR_ENTRYID, PR_OBJECT_TYPE, PR_ADDRTYPE_W,
			   PR_EMAIL_ADDRESS_W, PR_SMTP_ADDRESS_W } };

/* A table's rows as entries, by the name `text` where it is not NULL. */
static HRESULT
read_table(IMAPITable *table, const char *text, const char *book, GPtrArray *found)
{
	SPropValue name = { .ulPropTag = PR_ANR_A };
	SRestriction restriction = { .rt = RES_PROPERTY };
	SRowSet *rows = NULL;
	HRESULT hr;

	name.Value.lpszA = (char *)(uintptr_t)text;
	restriction.res.resProperty.relop = RELOP_EQ;
	restriction.res.resProperty.ulPropTag = PR_ANR_A;
	restriction.res.resProperty.lpProp = &name;
	hr = HrQueryAllRows(table, (SPropTagArray *)(uintptr_t)&columns, text ? &restriction : NULL,
	    NULL, 0, &rows);
	for (ULONG i = 0; SUCCEEDED(hr) && i < rows->cRows; i++)
		add_found(found, &rows->aRow[i], book);
	FreeProws(rows);
	return hr;
}

static void
read_container(struct ab *ab, const SRow *row, const char *text, const char *name, GPtrArray *found)
{
	const SPropValue *id = prop_find(row->lpProps, row->cValues, PR_ENTRYID);
	g_autofree char *what = g_strdup_printf("the address book \"%s\"", name);
	IABContainer *container = NULL;
	IMAPITable *table = NULL;
	ULONG type;
	HRESULT hr;

	hr = ab->book->lpVtbl->OpenEntry(ab->book, id->Value.bin.cb,
	    (ENTRYID *)(void *)id->Value.bin.lpb, &IID_IABContainer, 0, &type,
	    (IUnknown **)(void *)&container);
	if (SUCCEEDED(hr))
		hr = container->lpVtbl->GetContentsTable(container, MAPI_UNICODE, &table);
	if (SUCCEEDED(hr))
		hr = read_table(table, text, name, found);
	if (FAILED(hr))
		ab_fail(ab, container, hr, what);
	COM_CLEAR(table);
	COM_CLEAR(container);
}

static HRESULT
read_hierarchy(struct ab *ab, SRowSet **rows)
{
	IABContainer *root = NULL;
	IMAPITable *table = NULL;
	ULONG type;
	HRESULT hr;

	*rows = NULL;
	hr = ab->book->lpVtbl->OpenEntry(
	    ab->book, 0, NULL, &IID_IABContainer, 0, &type, (IUnknown **)(void *)&root);
	if (SUCCEEDED(hr))
		hr = root->lpVtbl->GetHierarchyTable(root, CONVENIENT_DEPTH | MAPI_UNICODE, &table);
	if (SUCCEEDED(hr))
		hr = HrQueryAllRows(table, NULL, NULL, NULL, 0, rows);
	COM_CLEAR(table);
	COM_CLEAR(root);
	return hr;
}

int
ab_search(struct ab *ab, const char *text, const char *book, GPtrArray *found)
{
	g_autofree char *trouble = NULL;
	SRowSet *rows = NULL;
	bool any = false;
	HRESULT hr = read_hierarchy(ab, &rows);

	for (ULONG i = 0; SUCCEEDED(hr) && i < rows->cRows; i++) {
		const SRow *row = &rows->aRow[i];
		g_autofree char *name =
		    prop_find_text(row->lpProps, row->cValues, PR_DISPLAY_NAME_W);
		LONG flags = prop_find_long(row->lpProps, row->cValues, PR_CONTAINER_FLAGS, 0);

		if (!(flags & (LONG)AB_RECIPIENTS) || (book && g_strcmp0(book, name)))
			continue;
		any = true;
		read_container(ab, row, text, name ? name : "", found);
	}
	FreeProws(rows);
	if (FAILED(hr))
		return ab_fail(ab, NULL, hr, "the address book cannot be read");
	trouble = abooks_trouble(session_from(ab->session));
	if (trouble && !any)
		return cli_fail(EX_UNAVAILABLE, "%s", trouble);
	if (book && !any)
		return cli_fail(EX_NOINPUT, "there is no address book \"%s\"", book);
	if (trouble)
		cli_note("%s", trouble);
	return 0;
}

static bool
is_exactly(const struct ab_entry *entry, const char *text)
{
	g_autofree char *wanted = g_utf8_casefold(text, -1);
	g_autofree char *name = g_utf8_casefold(entry->name ? entry->name : "", -1);
	g_autofree char *address = g_utf8_casefold(entry->address ? entry->address : "", -1);

	return !strcmp(name, wanted) || !strcmp(address, wanted);
}

/* Where some are meant exactly, only these are. */
static void
keep_exact(GPtrArray *found, const char *text)
{
	bool any = false;

	for (guint i = 0; i < found->len; i++)
		any = any || is_exactly(g_ptr_array_index(found, i), text);
	for (guint i = found->len; any && i > 0; i--)
		if (!is_exactly(g_ptr_array_index(found, i - 1), text))
			g_ptr_array_remove_index(found, i - 1);
}

int
ab_find_one(struct ab *ab, const char *text, struct ab_entry **out)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(ab_entry_free);
	int code = ab_search(ab, text, NULL, found);

	*out = NULL;
	if (code)
		return code;
	keep_exact(found, text);
	if (!found->len)
		return cli_fail(EX_NOUSER,
		    "\"%s\" is not in the address book (emapi ab list shows who is)", text);
	if (found->len > 1) {
		GString *lines = g_string_new(NULL);

		for (guint i = 0; i < found->len; i++)
			ab_print(lines, g_ptr_array_index(found, i), false);
		cli_fail(EX_DATAERR, "\"%s\" may be any of these; name one by its address:", text);
		fputs(lines->str, stderr);
		g_string_free(lines, TRUE);
		return EX_DATAERR;
	}
	*out = g_ptr_array_steal_index(found, 0);
	return 0;
}

int
ab_open_entry(struct ab *ab, const struct ab_entry *entry, ULONG flags, IMAPIProp **out)
{
	gsize size;
	const void *id = g_bytes_get_data(entry->id, &size);
	ULONG type;
	HRESULT hr = ab->book->lpVtbl->OpenEntry(ab->book, (ULONG)size, (ENTRYID *)(uintptr_t)id,
	    &IID_IMAPIProp, flags, &type, (IUnknown **)(void *)out);

	return FAILED(hr) ? ab_fail(ab, NULL, hr, entry->name ? entry->name : "the entry") : 0;
}

/* --- The personal address book ------------------------------------------------------------- */

static HRESULT
personal_id(struct ab *ab, ULONG *size, ENTRYID **id)
{
	HRESULT hr = ab->book->lpVtbl->GetPAB(ab->book, size, id);

	return SUCCEEDED(hr) && !*size ? MAPI_E_NOT_FOUND : hr;
}

/* Profiles of before there were address books have none. */
static HRESULT
make_personal(struct ab *ab)
{
	g_autofree char *name = g_strdup(profile_name(ab->profile));
	MAPIUID uid;
	HRESULT hr = profile_is_machine(ab->profile)
			 ? MAPI_E_NO_ACCESS
			 : services_create(ab->profile, "EMAPI_AB", NULL, &uid);

	if (FAILED(hr))
		return hr;
	ab_close(ab);
	return ab_open(ab, name) ? MAPI_E_LOGON_FAILED : S_OK;
}

int
ab_open_personal(struct ab *ab, IABContainer **out)
{
	ENTRYID *id = NULL;
	ULONG size = 0, type;
	HRESULT hr = personal_id(ab, &size, &id);

	*out = NULL;
	if (hr == MAPI_E_NOT_FOUND) {
		hr = make_personal(ab);
		if (SUCCEEDED(hr))
			hr = personal_id(ab, &size, &id);
	}
	if (SUCCEEDED(hr))
		hr = ab->book->lpVtbl->OpenEntry(ab->book, size, id, &IID_IABContainer, MAPI_MODIFY,
		    &type, (IUnknown **)(void *)out);
	mem_free(id);
	return FAILED(hr) ? ab_fail(ab, NULL, hr, "the profile has no address book to write to")
			  : 0;
}

HRESULT
ab_create(IABContainer *container, ULONG tag, ULONG flags, IMAPIProp **out)
{
	SizedSPropTagArray(1, tags) = { 1, { tag } };
	SPropValue *values = NULL;
	ULONG count;
	HRESULT hr;

	hr = container->lpVtbl->GetProps(
	    container, (SPropTagArray *)(void *)&tags, 0, &count, &values);
	if (hr == MAPI_W_ERRORS_RETURNED)
		hr = MAPI_E_NO_SUPPORT;
	if (SUCCEEDED(hr))
		hr = container->lpVtbl->CreateEntry(container, values[0].Value.bin.cb,
		    (ENTRYID *)(void *)values[0].Value.bin.lpb, flags, out);
	mem_free(values);
	return hr;
}

/* --- Lists --------------------------------------------------------------------------------- */

int
ab_members(struct ab *ab, IMAPIProp *list, GPtrArray *members)
{
	IDistList *group = NULL;
	IMAPITable *table = NULL;
	HRESULT hr = list->lpVtbl->QueryInterface(list, &IID_IDistList, (void **)&group);

	if (SUCCEEDED(hr))
		hr = group->lpVtbl->GetContentsTable(group, MAPI_UNICODE, &table);
	if (SUCCEEDED(hr))
		hr = read_table(table, NULL, NULL, members);
	COM_CLEAR(table);
	COM_CLEAR(group);
	return FAILED(hr) ? ab_fail(ab, list, hr, "the list's members") : 0;
}

/* Who is meant by an address: the one contact that has it; NULL. */
static GBytes *
contact_with(struct ab *ab, const char *address)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(ab_entry_free);
	GBytes *id = NULL;

	if (ab_search(ab, address, NULL, found))
		return NULL;
	for (guint i = 0; i < found->len; i++) {
		const struct ab_entry *entry = g_ptr_array_index(found, i);

		if (!entry->address || g_ascii_strcasecmp(entry->address, address))
			continue;
		if (id)
			return (g_bytes_unref(id), NULL);
		id = g_bytes_ref(entry->id);
	}
	return id;
}

/* The entry ID that `who` means: a contact's, for an address that nobody has a one-off. */
static int
member_id(struct ab *ab, const char *who, GBytes **out)
{
	g_autoptr(GPtrArray) boxes = g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
	g_autofree char *why = NULL;
	struct ab_entry *entry = NULL;
	const struct mailbox *box;
	ENTRYID *id = NULL;
	ULONG size;
	int code;
	HRESULT hr;

	if (!mailbox_parse_list(who, boxes, &why) || boxes->len != 1) {
		code = ab_find_one(ab, who, &entry);
		*out = entry ? g_bytes_ref(entry->id) : NULL;
		ab_entry_free(entry);
		return code;
	}
	box = g_ptr_array_index(boxes, 0);
	*out = contact_with(ab, box->address);
	if (*out)
		return 0;
	hr =
	    ab->book->lpVtbl->CreateOneOff(ab->book, (LPTSTR)(box->name ? box->name : box->address),
		(LPTSTR)(uintptr_t) "SMTP", (LPTSTR)box->address, 0, &size, &id);
	*out = SUCCEEDED(hr) ? g_bytes_new(id, size) : NULL;
	mem_free(id);
	return FAILED(hr) ? ab_fail(ab, NULL, hr, who) : 0;
}

/* Whether somebody with this address, or of this name, is in the list. */
static bool
is_member(struct ab *ab, IMAPIProp *list, const char *who)
{
	g_autoptr(GPtrArray) boxes = g_ptr_array_new_with_free_func((GDestroyNotify)mailbox_free);
	g_autoptr(GPtrArray) members = g_ptr_array_new_with_free_func(ab_entry_free);
	g_autofree char *why = NULL;
	const struct mailbox *box;
	bool found = false;

	if (!mailbox_parse_list(who, boxes, &why) || boxes->len != 1 ||
	    ab_members(ab, list, members))
		return false;
	box = g_ptr_array_index(boxes, 0);
	for (guint i = 0; i < members->len && !found; i++) {
		const struct ab_entry *member = g_ptr_array_index(members, i);

		found = member->address && !g_ascii_strcasecmp(member->address, box->address);
	}
	return found;
}

int
ab_add_member(struct ab *ab, IMAPIProp *list, const char *who)
{
	IDistList *group = NULL;
	GBytes *id = NULL;
	gsize size = 0;
	SBinary binary = { 0, NULL };
	ENTRYLIST entries = { 1, &binary };
	HRESULT hr;
	int code;

	if (is_member(ab, list, who))
		return 0;
	code = member_id(ab, who, &id);
	if (code)
		return code;
	binary.lpb = (BYTE *)(uintptr_t)g_bytes_get_data(id, &size);
	binary.cb = (ULONG)size;
	hr = list->lpVtbl->QueryInterface(list, &IID_IDistList, (void **)&group);
	if (SUCCEEDED(hr))
		hr = group->lpVtbl->CopyEntries(group, &entries, 0, NULL, AB_NO_DIALOG);
	COM_CLEAR(group);
	g_bytes_unref(id);
	return FAILED(hr) ? ab_fail(ab, list, hr, who) : 0;
}

/* --- Properties ---------------------------------------------------------------------------- */

char *
ab_text(IMAPIProp *entry, ULONG tag)
{
	SizedSPropTagArray(1, tags) = { 1, { tag } };
	SPropValue *values = NULL;
	ULONG count = 0;
	char *text = NULL;

	if (SUCCEEDED(
		entry->lpVtbl->GetProps(entry, (SPropTagArray *)(void *)&tags, 0, &count, &values)))
		text = prop_find_text(values, count, tag);
	mem_free(values);
	return text;
}

HRESULT
ab_set_text(IMAPIProp *entry, ULONG tag, const char *text)
{
	SPropValue value = { 0 };
	void *root = mem_zalloc(NULL, 1);
	HRESULT hr = root ? prop_set_text(root, &value, tag, text) : MAPI_E_NOT_ENOUGH_MEMORY;

	if (SUCCEEDED(hr))
		hr = entry->lpVtbl->SetProps(entry, 1, &value, NULL);
	mem_free(root);
	return hr;
}

static const struct ab_word *
find_word(const char *word, gsize length)
{
	for (const struct ab_word *w = ab_words; w->word; w++)
		if (strlen(w->word) == length && !g_ascii_strncasecmp(w->word, word, length))
			return w;
	return NULL;
}

int
ab_set_word(struct ab *ab, IMAPIProp *entry, const char *assignment)
{
	const char *equals = strchr(assignment, '=');
	const struct ab_word *word =
	    equals ? find_word(assignment, (gsize)(equals - assignment)) : NULL;
	g_autofree char *why = NULL;
	SizedSPropTagArray(1, tags) = { 1, { 0 } };
	HRESULT hr;

	if (!word) {
		GString *words = g_string_new(NULL);

		for (const struct ab_word *w = ab_words; w->word; w++)
			g_string_append_printf(words, "%s%s", words->len ? ", " : "", w->word);
		cli_fail(EX_USAGE, "\"%s\" is no setting: write WORD=VALUE with one of %s",
		    assignment, words->str);
		g_string_free(words, TRUE);
		return EX_USAGE;
	}
	if (word->tag == PR_EMAIL_ADDRESS_W && equals[1] && !address_check(equals + 1, &why))
		return cli_fail(EX_DATAERR, "\"%s\" is not a mail address: %s", equals + 1, why);
	tags.aulPropTag[0] = word->tag;
	hr = equals[1] ? ab_set_text(entry, word->tag, equals + 1)
		       : entry->lpVtbl->DeleteProps(entry, (SPropTagArray *)(void *)&tags, NULL);
	return FAILED(hr) ? ab_fail(ab, entry, hr, assignment) : 0;
}

void
ab_print(GString *out, const struct ab_entry *entry, bool json)
{
	g_autofree char *name = text_printable(entry->name ? entry->name : "");
	g_autofree char *address = text_printable(entry->address ? entry->address : "");

	if (!json) {
		g_string_append_printf(out, "%c %-28s %-32s %s\n",
		    entry->type == MAPI_DISTLIST ? '*' : ' ', name,
		    entry->type == MAPI_DISTLIST && !*address ? "(list)" : address,
		    entry->book ? entry->book : "");
		return;
	}
	g_string_append(out, out->len > 1 ? ",{" : "{");
	json_member(out, "name", entry->name);
	json_member(out, "address", entry->address);
	json_member(out, "type", entry->type == MAPI_DISTLIST ? "list" : "contact");
	if (entry->book)
		json_member(out, "book", entry->book);
	g_string_append_c(out, '}');
}
