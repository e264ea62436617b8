/* SPDX-License-Identifier: MIT */
/* IEmapiStoreFile (emapistore.h): the file of emapi's own message store as a whole. */
#include "storetesting.h"

#include <sys/stat.h>
#include <unistd.h>
#include <emapistore.h>

static IEmapiStoreFile *
file_of(struct world *world)
{
	IEmapiStoreFile *file = NULL;

	OK(world->store->lpVtbl->QueryInterface(
	    world->store, &IID_IEmapiStoreFile, (LPVOID *)&file));
	return file;
}

/* A path in this test's own folders; g_free(). */
static char *
path_to(const char *name)
{
	return g_build_filename(g_getenv("XDG_DATA_HOME"), name, NULL);
}

static void
it_is_the_store_under_another_interface(void **state)
{
	struct world *world = *state;
	IEmapiStoreFile *file = file_of(world);
	IUnknown *one = NULL, *other = NULL;

	OK(file->lpVtbl->QueryInterface(file, &IID_IUnknown, (LPVOID *)&one));
	OK(world->store->lpVtbl->QueryInterface(world->store, &IID_IUnknown, (LPVOID *)&other));
	assert_ptr_equal(one, other);
	RELEASE(one);
	RELEASE(other);
	RELEASE(file);
}

static void
only_the_store_has_it(void **state)
{
	struct world *world = *state;
	void *out = world;

	FAILS(world->sent->lpVtbl->QueryInterface(world->sent, &IID_IEmapiStoreFile, &out),
	    MAPI_E_INTERFACE_NOT_SUPPORTED);
	assert_null(out);
}

static void
a_whole_store_has_no_problems(void **state)
{
	struct world *world = *state;
	IEmapiStoreFile *file = file_of(world);
	IMessage *message = world_message(world->sent, "kept");
	LPSTR *problems = NULL;
	ULONG count = 7;

	world_add_recipient(message, "Bob", "bob@example.test");
	OK(message->lpVtbl->SaveChanges(message, 0));
	OK(file->lpVtbl->Check(file, 0, &count, &problems));
	assert_int_equal(count, 0);
	MAPIFreeBuffer(problems);
	RELEASE(message);
	RELEASE(file);
}

static void
check_wants_its_arguments(void **state)
{
	IEmapiStoreFile *file = file_of(*state);
	LPSTR *problems = NULL;
	ULONG count;

	FAILS(file->lpVtbl->Check(file, 0, NULL, &problems), MAPI_E_INVALID_PARAMETER);
	FAILS(file->lpVtbl->Check(file, 0, &count, NULL), MAPI_E_INVALID_PARAMETER);
	FAILS(file->lpVtbl->Check(file, 1, &count, &problems), MAPI_E_UNKNOWN_FLAGS);
	RELEASE(file);
}

/* What was there at the moment of the copy, and for its owner's eyes alone. */
static void
a_backup_is_a_store_of_its_own(void **state)
{
	struct world *world = *state;
	struct profile_settings settings = { .from_name = "Eve",
		.from_address = "eve@example.test" };
	g_autofree char *path = path_to("copy.store");
	IEmapiStoreFile *file = file_of(world);
	struct other other;
	struct stat status;
	SPropValue *id = put_message(world->sent, "before");

	OK(file->lpVtbl->Backup(file, 0, path));
	MAPIFreeBuffer(id);
	MAPIFreeBuffer(put_message(world->sent, "after"));
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	settings.store_path = path;
	OK(profile_create("other", &settings, NULL));
	other_open(&other, "other");
	assert_int_equal(count_of(other.folder, 0), 1);
	assert_int_equal(count_of(world->sent, 0), 2);
	other_close(&other);
	RELEASE(file);
}

static void
a_file_that_is_there_stays(void **state)
{
	struct world *world = *state;
	g_autofree char *path = path_to("mine"), *text = NULL;
	IEmapiStoreFile *file = file_of(world);

	assert_true(g_file_set_contents(path, "mine", -1, NULL));
	FAILS(file->lpVtbl->Backup(file, 0, path), MAPI_E_COLLISION);
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	assert_string_equal(text, "mine");
	RELEASE(file);
}

static void
a_backup_into_no_folder_leaves_nothing(void **state)
{
	struct world *world = *state;
	g_autofree char *path = path_to("none/copy.store");
	IEmapiStoreFile *file = file_of(world);

	FAILS(file->lpVtbl->Backup(file, 0, path), MAPI_E_NOT_FOUND);
	FAILS(file->lpVtbl->Backup(file, 0, NULL), MAPI_E_INVALID_PARAMETER);
	FAILS(file->lpVtbl->Backup(file, 1, path), MAPI_E_UNKNOWN_FLAGS);
	assert_int_equal(access(path, F_OK), -1);
	RELEASE(file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(it_is_the_store_under_another_interface),
		CASE(only_the_store_has_it),
		CASE(a_whole_store_has_no_problems),
		CASE(check_wants_its_arguments),
		CASE(a_backup_is_a_store_of_its_own),
		CASE(a_file_that_is_there_stays),
		CASE(a_backup_into_no_folder_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
