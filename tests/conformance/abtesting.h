/* SPDX-License-Identifier: MIT */
/* For the address book's suites: a session on a profile with a personal address book, and the
 * calls that each case begins with. */
#ifndef EMAPI_CONFORMANCE_ABTESTING_H
#define EMAPI_CONFORMANCE_ABTESTING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapiutil.h>
#include <mapix.h>
#include <mapispi.h>
#include "mem.h"
#include "prop.h"
#include "testing.h"

/* Two books: names are looked for in both, in this order. */
static const char ab_profile[] =
    "[Profile]\nUID=000102030405060708090A0B0C0D0E0F\n"
    "FromName=Ann\nFromAddress=ann@example.test\n"
    "[Provider 00000000000000000000000000000001]\nType=ab\nModule=emapi_ab.so\n"
    "DisplayName=Contacts\n"
    "[Provider 00000000000000000000000000000002]\nType=ab\nModule=emapi_ab.so\n"
    "DisplayName=Archive\nPath=%s/archive.ab\n";

static IMAPISession *ab_session;
static IAddrBook *ab_book;

static int
ab_setup(void **state)
{
	g_autofree char *text = NULL;

	if (test_folders_create(state))
		return -1;
	text = g_strdup_printf(ab_profile, test_folder);
	test_write("config/emapi/profiles/ab.profile", text);
	assert_int_equal(MAPIInitialize(NULL), S_OK);
	assert_int_equal(MAPILogonEx(0, (LPTSTR)(uintptr_t) "ab", NULL,
			     MAPI_EXTENDED | MAPI_NEW_SESSION, &ab_session),
	    S_OK);
	assert_int_equal(
	    ab_session->lpVtbl->OpenAddressBook(ab_session, 0, NULL, AB_NO_DIALOG, &ab_book), S_OK);
	return 0;
}

static int
ab_teardown(void **state)
{
	ab_book->lpVtbl->Release(ab_book);
	ab_session->lpVtbl->Logoff(ab_session, 0, 0, 0);
	ab_session->lpVtbl->Release(ab_session);
	MAPIUninitialize();
	return test_folders_remove(state);
}

/* An entry ID, kept until the next two calls. */
static G_GNUC_UNUSED SBinary
ab_keep(const SBinary *id)
{
	static BYTE kept[8][256];
	static unsigned next;
	SBinary copy = { id->cb, kept[next = (next + 1) % 8] };

	assert_true(id->cb <= sizeof kept[0]);
	memcpy(copy.lpb, id->lpb, id->cb);
	return copy;
}

static G_GNUC_UNUSED ENTRYID *
ab_eid(const SBinary *id)
{
	return (ENTRYID *)(void *)id->lpb;
}

static G_GNUC_UNUSED IABContainer *
ab_open(const SBinary *id, ULONG flags)
{
	IABContainer *container;
	ULONG type;

	assert_int_equal(ab_book->lpVtbl->OpenEntry(ab_book, id ? id->cb : 0,
			     id ? ab_eid(id) : NULL, NULL, flags, &type, (LPUNKNOWN *)&container),
	    S_OK);
	return container;
}

/* The personal address book, to be changed. */
static G_GNUC_UNUSED IABContainer *
ab_personal(void)
{
	ULONG size;
	ENTRYID *id;
	IABContainer *container;
	SBinary bytes;

	assert_int_equal(ab_book->lpVtbl->GetPAB(ab_book, &size, &id), S_OK);
	assert_true(size > 0);
	bytes = (SBinary){ size, (BYTE *)id };
	container = ab_open(&bytes, MAPI_MODIFY);
	MAPIFreeBuffer(id);
	return container;
}

/* One property of an object; the caller frees the array. */
static G_GNUC_UNUSED SPropValue *
ab_prop(void *object, ULONG tag)
{
	IMAPIProp *prop = object;
	SizedSPropTagArray(1, tags) = { 1, { tag } };
	SPropValue *values;
	ULONG count;

	assert_int_equal(
	    prop->lpVtbl->GetProps(prop, (SPropTagArray *)&tags, 0, &count, &values), S_OK);
	return values;
}

static G_GNUC_UNUSED LONG
ab_long(void *object, ULONG tag)
{
	SPropValue *value = ab_prop(object, tag);
	LONG number = value->Value.l;

	MAPIFreeBuffer(value);
	return number;
}

static G_GNUC_UNUSED void
ab_assert_text(void *object, ULONG tag, const char *expected)
{
	SPropValue *value = ab_prop(object, CHANGE_PROP_TYPE(tag, PT_STRING8));

	assert_string_equal(value->Value.lpszA, expected);
	MAPIFreeBuffer(value);
}

static G_GNUC_UNUSED SBinary
ab_id_of(void *object)
{
	SPropValue *value = ab_prop(object, PR_ENTRYID);
	SBinary id = ab_keep(&value->Value.bin);

	MAPIFreeBuffer(value);
	return id;
}

/* A new entry of the container by its template for `tag`: PR_DEF_CREATE_MAILUSER or _DL. */
static G_GNUC_UNUSED IMAPIProp *
ab_create(IABContainer *container, ULONG tag, ULONG flags)
{
	SPropValue *template = ab_prop(container, tag);
	IMAPIProp *entry;

	assert_int_equal(container->lpVtbl->CreateEntry(container, template->Value.bin.cb,
			     ab_eid(&template->Value.bin), flags, &entry),
	    S_OK);
	MAPIFreeBuffer(template);
	return entry;
}

static G_GNUC_UNUSED void
ab_set_text(IMAPIProp *entry, ULONG tag, const char *text)
{
	SPropValue value = { .ulPropTag = CHANGE_PROP_TYPE(tag, PT_STRING8) };

	value.Value.lpszA = (char *)(uintptr_t)text;
	assert_int_equal(entry->lpVtbl->SetProps(entry, 1, &value, NULL), S_OK);
}

/* A saved address in the container; its entry ID. */
static G_GNUC_UNUSED SBinary
ab_add(IABContainer *container, const char *name, const char *address)
{
	IMAPIProp *entry = ab_create(container, PR_DEF_CREATE_MAILUSER, 0);
	SBinary id;

	ab_set_text(entry, PR_DISPLAY_NAME_A, name);
	ab_set_text(entry, PR_EMAIL_ADDRESS_A, address);
	assert_int_equal(entry->lpVtbl->SaveChanges(entry, KEEP_OPEN_READONLY), S_OK);
	id = ab_id_of(entry);
	entry->lpVtbl->Release(entry);
	return id;
}

static G_GNUC_UNUSED SBinary
ab_add_list(IABContainer *container, const char *name)
{
	IMAPIProp *list = ab_create(container, PR_DEF_CREATE_DL, 0);
	SBinary id;

	ab_set_text(list, PR_DISPLAY_NAME_A, name);
	assert_int_equal(list->lpVtbl->SaveChanges(list, KEEP_OPEN_READONLY), S_OK);
	id = ab_id_of(list);
	list->lpVtbl->Release(list);
	return id;
}

/* The names in a contents table, with commas between, restricted by PR_ANR unless `anr` is NULL. */
static G_GNUC_UNUSED char *
ab_names(IABContainer *container, const char *anr)
{
	static SizedSPropTagArray(1, columns) = { 1, { PR_DISPLAY_NAME_A } };
	SPropValue name = { .ulPropTag = PR_ANR_A };
	SRestriction restriction = { .rt = RES_PROPERTY };
	GString *names = g_string_new(NULL);
	IMAPITable *table;
	SRowSet *rows;

	name.Value.lpszA = (char *)(uintptr_t)anr;
	restriction.res.resProperty.relop = RELOP_EQ;
	restriction.res.resProperty.ulPropTag = PR_ANR_A;
	restriction.res.resProperty.lpProp = &name;
	assert_int_equal(container->lpVtbl->GetContentsTable(container, 0, &table), S_OK);
	assert_int_equal(HrQueryAllRows(table, (SPropTagArray *)&columns, anr ? &restriction : NULL,
			     NULL, 0, &rows),
	    S_OK);
	for (ULONG i = 0; i < rows->cRows; i++)
		g_string_append_printf(
		    names, "%s%s", i ? "," : "", rows->aRow[i].lpProps[0].Value.lpszA);
	FreeProws(rows);
	table->lpVtbl->Release(table);
	return g_string_free(names, FALSE);
}

static G_GNUC_UNUSED void
ab_assert_names(IABContainer *container, const char *anr, const char *expected)
{
	g_autofree char *names = ab_names(container, anr);

	assert_string_equal(names, expected);
}

/* A list of one recipient that has only a name. */
static G_GNUC_UNUSED ADRLIST *
ab_recipient(const char *name)
{
	ADRLIST *list;
	SPropValue *value;

	assert_int_equal(MAPIAllocateBuffer(CbNewADRLIST(1), (LPVOID *)&list), S_OK);
	assert_int_equal(MAPIAllocateBuffer(sizeof *value, (LPVOID *)&value), S_OK);
	assert_int_equal(
	    MAPIAllocateMore(strlen(name) + 1, value, (LPVOID *)&value->Value.lpszA), S_OK);
	strcpy(value->Value.lpszA, name);
	value->ulPropTag = PR_DISPLAY_NAME_A;
	memset(list, 0, CbNewADRLIST(1));
	list->cEntries = 1;
	list->aEntries[0].cValues = 1;
	list->aEntries[0].rgPropVals = value;
	return list;
}

/* --- What is told -------------------------------------------------------------------------- */

/* Events in words: "created address", "added Bob", parted by commas. */
static void
ab_put_event(GString *heard, const NOTIFICATION *note)
{
	const TABLE_NOTIFICATION *table = &note->info.tab;
	const char *what = note->info.obj.ulObjType == MAPI_DISTLIST ? "list"
			   : note->info.obj.ulObjType == MAPI_ABCONT ? "book"
								     : "address";
	g_autofree char *name = NULL;

	g_string_append(heard, heard->len ? "," : "");
	switch (note->ulEventType) {
	case fnevCriticalError:
		assert_true(FAILED(note->info.err.scode));
		g_string_append(heard, "critical");
		return;
	case fnevObjectCreated:
		g_string_append_printf(heard, "created %s", what);
		return;
	case fnevObjectModified:
		g_string_append_printf(heard, "modified %s", what);
		return;
	case fnevObjectDeleted:
		g_string_append_printf(heard, "deleted %s", what);
		return;
	}
	name = prop_find_text(table->row.lpProps, table->row.cValues, PR_DISPLAY_NAME_A);
	g_string_append_printf(heard, "%s%s",
	    table->ulTableEvent == TABLE_ROW_ADDED      ? "added "
	    : table->ulTableEvent == TABLE_ROW_MODIFIED ? "modified "
	    : table->ulTableEvent == TABLE_ROW_DELETED  ? "deleted"
							: "changed",
	    name ? name : "");
}

static G_GNUC_UNUSED LONG
ab_hear(LPVOID heard, ULONG count, LPNOTIFICATION notes)
{
	for (ULONG i = 0; i < count; i++)
		ab_put_event(heard, &notes[i]);
	return 0;
}

/* What is told within a second must be just this; `heard` is empty again. */
static G_GNUC_UNUSED void
ab_assert_heard(GString *heard, const char *expected)
{
	gint64 end = g_get_monotonic_time() + G_USEC_PER_SEC;

	do {
		assert_int_equal(HrDispatchNotifications(0), S_OK);
		if (heard->len >= strlen(expected) && *expected)
			break;
		g_usleep(*expected ? 5000 : 300000);
	} while (*expected && g_get_monotonic_time() < end);
	assert_int_equal(HrDispatchNotifications(0), S_OK);
	assert_string_equal(heard->str, expected);
	g_string_truncate(heard, 0);
}

/* Another process, this program with words to act by (ab_act_by()), has come and gone. */
static G_GNUC_UNUSED void
ab_run_another(const char *act, const char *name)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	char *argv[] = { self, (char *)(uintptr_t)act, (char *)(uintptr_t)name, NULL };
	int status = -1;

	assert_true(g_spawn_sync(NULL, argv, NULL, 0, NULL, NULL, NULL, NULL, &status, NULL));
	assert_int_equal(status, 0);
}

/* That other process, in the same folders. */
static G_GNUC_UNUSED int
ab_act_by(const char *act, const char *name)
{
	IABContainer *personal;

	assert_string_equal(act, "add");
	assert_int_equal(MAPIInitialize(NULL), S_OK);
	assert_int_equal(MAPILogonEx(0, (LPTSTR)(uintptr_t) "ab", NULL,
			     MAPI_EXTENDED | MAPI_NEW_SESSION, &ab_session),
	    S_OK);
	assert_int_equal(
	    ab_session->lpVtbl->OpenAddressBook(ab_session, 0, NULL, AB_NO_DIALOG, &ab_book), S_OK);
	personal = ab_personal();
	ab_add(personal, name, "other@example.test");
	personal->lpVtbl->Release(personal);
	ab_book->lpVtbl->Release(ab_book);
	ab_session->lpVtbl->Release(ab_session);
	MAPIUninitialize();
	return 0;
}

static G_GNUC_UNUSED void
ab_assert_row_text(const ADRLIST *list, ULONG tag, const char *expected)
{
	g_autofree char *text =
	    prop_find_text(list->aEntries[0].rgPropVals, list->aEntries[0].cValues, tag);

	assert_non_null(text);
	assert_string_equal(text, expected);
}

#endif
