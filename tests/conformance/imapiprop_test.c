/* SPDX-License-Identifier: MIT */
/* IMAPIProp, on each kind of object that a store has (MAPI reference: IMAPIProp : IUnknown). */
#include "storetesting.h"

/* --- One object of each kind ---------------------------------------------------------------- */

struct kinds {
	IMessage *message;
	IAttach *attach;
	struct {
		const char *name;
		IMAPIProp *prop;
		LONG type;
	} all[4];
};

static struct kinds
kinds_of(struct world *world)
{
	struct kinds kinds = { 0 };
	ULONG number;

	kinds.message = world_message(world->sent, "Subject");
	OK(kinds.message->lpVtbl->CreateAttach(kinds.message, NULL, 0, &number, &kinds.attach));
	kinds.all[0].name = "store";
	kinds.all[0].prop = (IMAPIProp *)world->store;
	kinds.all[0].type = MAPI_STORE;
	kinds.all[1].name = "folder";
	kinds.all[1].prop = (IMAPIProp *)world->sent;
	kinds.all[1].type = MAPI_FOLDER;
	kinds.all[2].name = "message";
	kinds.all[2].prop = (IMAPIProp *)kinds.message;
	kinds.all[2].type = MAPI_MESSAGE;
	kinds.all[3].name = "attachment";
	kinds.all[3].prop = (IMAPIProp *)kinds.attach;
	kinds.all[3].type = MAPI_ATTACH;
	return kinds;
}

static void
kinds_free(struct kinds *kinds)
{
	RELEASE(kinds->attach);
	RELEASE(kinds->message);
}

#define EACH(kinds, at) for (at = 0; at < G_N_ELEMENTS((kinds).all); at++)

/* --- GetProps, GetPropList ------------------------------------------------------------------ */

static void
what_is_missing_is_an_error_in_its_place(void **state)
{
	struct world *world = *state;
	struct kinds kinds = kinds_of(world);
	SizedSPropTagArray(3, tags) = { 3, { PR_OBJECT_TYPE, PR_PROFILE_NAME_A, PR_OBJECT_TYPE } };
	size_t at;

	EACH(kinds, at)
	{
		IMAPIProp *prop = kinds.all[at].prop;
		SPropValue *values = NULL;
		ULONG count = 0;

		FAILS(prop->lpVtbl->GetProps(
			  prop, (SPropTagArray *)(void *)&tags, 0, &count, &values),
		    MAPI_W_ERRORS_RETURNED);
		assert_int_equal(count, 3);
		assert_int_equal(values[0].Value.l, kinds.all[at].type);
		assert_int_equal(
		    values[1].ulPropTag, CHANGE_PROP_TYPE(PR_PROFILE_NAME_A, PT_ERROR));
		assert_int_equal(values[1].Value.err, MAPI_E_NOT_FOUND);
		assert_int_equal(values[2].Value.l, kinds.all[at].type);
		MAPIFreeBuffer(values);
	}
	kinds_free(&kinds);
}

static void
unspecified_is_the_type_it_has(void **state)
{
	struct world *world = *state;
	struct kinds kinds = kinds_of(world);
	SizedSPropTagArray(2, tags) = { 2, { CHANGE_PROP_TYPE(PR_COMMENT_A, PT_UNSPECIFIED),
					       CHANGE_PROP_TYPE(PR_OBJECT_TYPE, PT_UNSPECIFIED) } };
	SPropTagArray *array = (SPropTagArray *)(void *)&tags;
	size_t at;

	EACH(kinds, at)
	{
		IMAPIProp *prop = kinds.all[at].prop;
		SPropValue *values = NULL;
		ULONG count = 0;

		set_text(prop, PR_COMMENT_A, "text");
		OK(prop->lpVtbl->GetProps(prop, array, 0, &count, &values));
		assert_int_equal(values[0].ulPropTag, PR_COMMENT_A);
		assert_int_equal(values[1].ulPropTag, PR_OBJECT_TYPE);
		MAPIFreeBuffer(values);
		OK(prop->lpVtbl->GetProps(prop, array, MAPI_UNICODE, &count, &values));
		assert_int_equal(values[0].ulPropTag, PR_COMMENT_W);
		MAPIFreeBuffer(values);
	}
	kinds_free(&kinds);
}

static void
no_list_is_all_and_an_empty_one_is_none(void **state)
{
	struct world *world = *state;
	struct kinds kinds = kinds_of(world);
	SPropTagArray none = { 0 };
	size_t at;

	EACH(kinds, at)
	{
		IMAPIProp *prop = kinds.all[at].prop;
		SPropTagArray *list = NULL;
		SPropValue *values = NULL;
		ULONG count = 0;
		HRESULT hr;

		hr = prop->lpVtbl->GetProps(prop, NULL, 0, &count, &values);
		assert_false(FAILED(hr));
		assert_true(count > 5);
		MAPIFreeBuffer(values);
		FAILS(prop->lpVtbl->GetProps(prop, &none, 0, &count, &values),
		    MAPI_E_INVALID_PARAMETER);
		OK(prop->lpVtbl->GetPropList(prop, 0, &list));
		assert_true(list->cValues > 5);
		MAPIFreeBuffer(list);
	}
	kinds_free(&kinds);
}

static void
text_is_converted_and_other_types_are_not(void **state)
{
	struct world *world = *state;
	struct kinds kinds = kinds_of(world);

	assert_int_equal(
	    no_value(kinds.message, CHANGE_PROP_TYPE(PR_SUBJECT_A, PT_LONG)), MAPI_E_NOT_FOUND);
	assert_int_equal(
	    no_value(kinds.message, CHANGE_PROP_TYPE(PR_IMPORTANCE, PT_STRING8)), MAPI_E_NOT_FOUND);
	MAPIFreeBuffer(get(kinds.message, PR_SUBJECT_W));
	MAPIFreeBuffer(get(kinds.message, PR_SUBJECT_A));
	kinds_free(&kinds);
}

/* --- SetProps, DeleteProps ------------------------------------------------------------------ */

static void
what_is_computed_becomes_a_problem_and_the_rest_is_set(void **state)
{
	struct world *world = *state;
	struct kinds kinds = kinds_of(world);
	size_t at;

	EACH(kinds, at)
	{
		IMAPIProp *prop = kinds.all[at].prop;
		SPropValue values[3] = { { .ulPropTag = PR_OBJECT_TYPE },
			{ .ulPropTag = PR_COMMENT_A }, { .ulPropTag = PR_COMMENT_A } };
		SPropProblemArray *problems = NULL;

		values[1].Value.lpszA = (LPSTR)(uintptr_t) "set";
		values[2].ulPropTag = CHANGE_PROP_TYPE(PR_LOCATION_A, PT_ERROR); /* is ignored */
		OK(prop->lpVtbl->SetProps(prop, 3, values, &problems));
		assert_non_null(problems);
		assert_int_equal(problems->cProblem, 1);
		assert_int_equal(problems->aProblem[0].ulIndex, 0);
		assert_int_equal(problems->aProblem[0].ulPropTag, PR_OBJECT_TYPE);
		assert_int_equal(problems->aProblem[0].scode, MAPI_E_COMPUTED);
		MAPIFreeBuffer(problems);
		assert_string_equal(world_text(prop, PR_COMMENT_A), "set");
		FAILS(prop->lpVtbl->SetProps(prop, 0, values, NULL), MAPI_E_INVALID_PARAMETER);
	}
	kinds_free(&kinds);
}

static void
deleting_says_what_could_not_be_deleted(void **state)
{
	struct world *world = *state;
	struct kinds kinds = kinds_of(world);
	SizedSPropTagArray(2, tags) = { 2, { PR_COMMENT_A, PR_OBJECT_TYPE } };
	SPropTagArray none = { 0 };
	size_t at;

	EACH(kinds, at)
	{
		IMAPIProp *prop = kinds.all[at].prop;
		SPropProblemArray *problems = NULL;

		set_text(prop, PR_COMMENT_A, "here");
		OK(prop->lpVtbl->DeleteProps(prop, (SPropTagArray *)(void *)&tags, &problems));
		assert_non_null(problems);
		assert_int_equal(problems->cProblem, 1);
		assert_int_equal(problems->aProblem[0].ulIndex, 1);
		assert_int_equal(problems->aProblem[0].scode, MAPI_E_COMPUTED);
		MAPIFreeBuffer(problems);
		assert_string_equal(world_text(prop, PR_COMMENT_A), "");
		FAILS(prop->lpVtbl->DeleteProps(prop, &none, NULL), MAPI_E_INVALID_PARAMETER);
		FAILS(prop->lpVtbl->DeleteProps(prop, NULL, NULL), MAPI_E_INVALID_PARAMETER);
	}
	kinds_free(&kinds);
}

/* --- OpenProperty --------------------------------------------------------------------------- */

static void
only_long_types_open_as_streams(void **state)
{
	struct world *world = *state;
	struct kinds kinds = kinds_of(world);
	size_t at;

	EACH(kinds, at)
	{
		IMAPIProp *prop = kinds.all[at].prop;
		IUnknown *out = NULL;

		FAILS(prop->lpVtbl->OpenProperty(prop, PR_LOCATION_A, &IID_IStream, 0, 0, &out),
		    MAPI_E_NOT_FOUND);
		FAILS(prop->lpVtbl->OpenProperty(prop, PR_OBJECT_TYPE, &IID_IStream, 0, 0, &out),
		    MAPI_E_INTERFACE_NOT_SUPPORTED);
		FAILS(prop->lpVtbl->OpenProperty(prop, PR_LOCATION_A, NULL, 0, 0, &out),
		    MAPI_E_INVALID_PARAMETER);
		OK(prop->lpVtbl->OpenProperty(
		    prop, PR_LOCATION_A, &IID_IStream, 0, MAPI_CREATE | MAPI_MODIFY, &out));
		RELEASE(out);
		MAPIFreeBuffer(get(prop, PR_LOCATION_A)); /* an empty value */
	}
	kinds_free(&kinds);
}

/* --- CopyTo, CopyProps ---------------------------------------------------------------------- */

static void
copy_to_takes_all_but_what_is_excluded_and_does_not_replace_when_told(void **state)
{
	struct world *world = *state;
	IMessage *from = world_message(world->sent, "From"), *to = world_message(world->sent, "To");
	SizedSPropTagArray(2, no_subject) = { 2, { PR_SUBJECT_A, PR_MESSAGE_RECIPIENTS } };
	IMAPITable *table = NULL;

	set_text(from, PR_COMMENT_A, "from");
	set_text(to, PR_COMMENT_A, "to");
	world_add_recipient(from, "Bob", "bob@example.test");
	OK(from->lpVtbl->CopyTo(from, 0, NULL, (SPropTagArray *)(void *)&no_subject, 0, NULL,
	    &IID_IMessage, to, MAPI_NOREPLACE, NULL));
	assert_string_equal(world_text(to, PR_COMMENT_A), "to");
	OK(from->lpVtbl->CopyTo(from, 0, NULL, (SPropTagArray *)(void *)&no_subject, 0, NULL,
	    &IID_IMessage, to, 0, NULL));
	assert_string_equal(world_text(to, PR_COMMENT_A), "from");
	assert_string_equal(world_text(to, PR_SUBJECT_A), "To");
	assert_int_equal(world_count(to->lpVtbl->GetRecipientTable(to, 0, &table), &table), 0);
	OK(from->lpVtbl->CopyTo(from, 0, NULL, NULL, 0, NULL, &IID_IMessage, to, 0, NULL));
	assert_string_equal(world_text(to, PR_SUBJECT_A), "From");
	assert_int_equal(world_count(to->lpVtbl->GetRecipientTable(to, 0, &table), &table), 1);
	RELEASE(from);
	RELEASE(to);
}

static void
copy_props_takes_what_is_named_and_says_what_it_could_not(void **state)
{
	struct world *world = *state;
	IMessage *from = world_message(world->sent, "From"), *to = world_message(world->sent, "To");
	SizedSPropTagArray(2, tags) = { 2, { PR_LOCATION_A, PR_SUBJECT_A } };
	SPropProblemArray *problems = NULL;

	set_text(from, PR_COMMENT_A, "from");
	OK(from->lpVtbl->CopyProps(
	    from, (SPropTagArray *)(void *)&tags, 0, NULL, &IID_IMessage, to, 0, &problems));
	assert_string_equal(world_text(to, PR_SUBJECT_A), "From");
	assert_string_equal(world_text(to, PR_COMMENT_A), "");
	assert_non_null(problems);
	assert_int_equal(problems->aProblem[0].ulIndex, 0);
	assert_int_equal(problems->aProblem[0].scode, MAPI_E_NOT_FOUND);
	MAPIFreeBuffer(problems);
	RELEASE(from);
	RELEASE(to);
}

static void
a_move_leaves_nothing_of_what_was_copied(void **state)
{
	struct world *world = *state;
	IMessage *from = world_message(world->sent, "From"), *to = world_message(world->sent, "To");
	SizedSPropTagArray(1, tags) = { 1, { PR_COMMENT_A } };
	IMAPITable *table = NULL;

	set_text(from, PR_COMMENT_A, "moved");
	world_add_recipient(from, "Bob", "bob@example.test");
	OK(from->lpVtbl->CopyProps(
	    from, (SPropTagArray *)(void *)&tags, 0, NULL, &IID_IMessage, to, MAPI_MOVE, NULL));
	assert_string_equal(world_text(to, PR_COMMENT_A), "moved");
	assert_string_equal(world_text(from, PR_COMMENT_A), "");
	assert_string_equal(world_text(from, PR_SUBJECT_A), "From");
	OK(from->lpVtbl->CopyTo(from, 0, NULL, NULL, 0, NULL, &IID_IMessage, to, MAPI_MOVE, NULL));
	assert_string_equal(world_text(to, PR_SUBJECT_A), "From");
	assert_string_equal(world_text(from, PR_SUBJECT_A), "");
	assert_int_equal(world_count(from->lpVtbl->GetRecipientTable(from, 0, &table), &table), 0);
	assert_int_equal(world_count(to->lpVtbl->GetRecipientTable(to, 0, &table), &table), 1);
	RELEASE(from);
	RELEASE(to);
}

static void
copies_that_cannot_be_made_are_refused_whole(void **state)
{
	struct world *world = *state;
	struct kinds kinds = kinds_of(world);
	IMessage *target = world_message(world->sent, "To");
	SPropTagArray none = { 0 };
	IID all = IID_IMAPIProp;
	size_t at;

	EACH(kinds, at)
	{
		IMAPIProp *prop = kinds.all[at].prop;

		FAILS(prop->lpVtbl->CopyTo(prop, 0, NULL, NULL, 0, NULL, NULL, target, 0, NULL),
		    MAPI_E_INVALID_PARAMETER);
		FAILS(prop->lpVtbl->CopyTo(
			  prop, 0, NULL, &none, 0, NULL, &IID_IMAPIProp, target, 0, NULL),
		    MAPI_E_INVALID_PARAMETER);
		FAILS(prop->lpVtbl->CopyTo(
			  prop, 1, &all, NULL, 0, NULL, &IID_IMAPIProp, target, 0, NULL),
		    MAPI_E_INTERFACE_NOT_SUPPORTED);
		FAILS(prop->lpVtbl->CopyTo(
			  prop, 0, NULL, NULL, 0, NULL, &IID_IAddrBook, target, 0, NULL),
		    MAPI_E_INTERFACE_NOT_SUPPORTED);
		FAILS(prop->lpVtbl->CopyTo(
			  prop, 0, NULL, NULL, 0, NULL, &IID_IMAPIProp, prop, 0, NULL),
		    MAPI_E_NO_ACCESS);
		FAILS(prop->lpVtbl->CopyTo(prop, 0, NULL, NULL, 0, NULL, &IID_IMAPIProp, target,
			  MAPI_DECLINE_OK, NULL),
		    MAPI_E_DECLINE_COPY);
		FAILS(prop->lpVtbl->CopyProps(prop, NULL, 0, NULL, &IID_IMAPIProp, target, 0, NULL),
		    MAPI_E_INVALID_PARAMETER);
	}
	RELEASE(target);
	kinds_free(&kinds);
}

/* --- Named properties ----------------------------------------------------------------------- */

static void
names_mean_the_same_on_every_object_of_a_store(void **state)
{
	struct world *world = *state;
	struct kinds kinds = kinds_of(world);
	GUID set = { 0x8b3f6f11, 0x1111, 0x4222, { 1, 2, 3, 4, 5, 6, 7, 8 } };
	MAPINAMEID name = { &set, MNID_ID, { .lID = 0x8501 } }, *names = &name;
	ULONG tag = 0;
	size_t at;

	EACH(kinds, at)
	{
		IMAPIProp *prop = kinds.all[at].prop;
		SPropTagArray *tags = NULL;
		MAPINAMEID **back = NULL;
		ULONG count = 0;

		OK(prop->lpVtbl->GetIDsFromNames(prop, 1, &names, MAPI_CREATE, &tags));
		if (!tag)
			tag = tags->aulPropTag[0];
		assert_true(PROP_ID(tag) >= 0x8000);
		assert_int_equal(PROP_ID(tags->aulPropTag[0]), PROP_ID(tag));
		set_long(prop, CHANGE_PROP_TYPE(tag, PT_LONG), 7);
		assert_int_equal(world_long(prop, CHANGE_PROP_TYPE(tag, PT_LONG)), 7);
		OK(prop->lpVtbl->GetNamesFromIDs(prop, &tags, NULL, 0, &count, &back));
		assert_int_equal(back[0]->Kind.lID, 0x8501);
		MAPIFreeBuffer(back);
		MAPIFreeBuffer(tags);
	}
	kinds_free(&kinds);
}

/* --- GetLastError ---------------------------------------------------------------------------- */

static void
get_last_error_puts_a_code_into_words(void **state)
{
	struct world *world = *state;
	struct kinds kinds = kinds_of(world);
	size_t at;

	EACH(kinds, at)
	{
		IMAPIProp *prop = kinds.all[at].prop;
		MAPIERROR *error = NULL;

		OK(prop->lpVtbl->GetLastError(prop, S_OK, 0, &error));
		assert_null(error);
		OK(prop->lpVtbl->GetLastError(prop, MAPI_E_NOT_FOUND, 0, &error));
		assert_non_null(error);
		assert_non_null(strstr((char *)error->lpszError, "MAPI_E_NOT_FOUND"));
		assert_true(strlen((char *)error->lpszComponent) > 0);
		MAPIFreeBuffer(error);
		OK(prop->lpVtbl->GetLastError(prop, MAPI_E_NOT_FOUND, MAPI_UNICODE, &error));
		assert_true(((WCHAR *)error->lpszError)[1] != 0);
		MAPIFreeBuffer(error);
		FAILS(prop->lpVtbl->GetLastError(prop, MAPI_E_NOT_FOUND, 0, NULL),
		    MAPI_E_INVALID_PARAMETER);
	}
	kinds_free(&kinds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(what_is_missing_is_an_error_in_its_place),
		CASE(unspecified_is_the_type_it_has),
		CASE(no_list_is_all_and_an_empty_one_is_none),
		CASE(text_is_converted_and_other_types_are_not),
		CASE(what_is_computed_becomes_a_problem_and_the_rest_is_set),
		CASE(deleting_says_what_could_not_be_deleted),
		CASE(only_long_types_open_as_streams),
		CASE(copy_to_takes_all_but_what_is_excluded_and_does_not_replace_when_told),
		CASE(copy_props_takes_what_is_named_and_says_what_it_could_not),
		CASE(a_move_leaves_nothing_of_what_was_copied),
		CASE(copies_that_cannot_be_made_are_refused_whole),
		CASE(names_mean_the_same_on_every_object_of_a_store),
		CASE(get_last_error_puts_a_code_into_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
