/* SPDX-License-Identifier: MIT */
/* Messages as files: see store.h. */
#include "store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "emapi example message 1\n"
#define RECIPIENTS_MAX 100000u

static const char *const folders[STATES] = { "outbox", "queue", "sent", "inbox" };

static HRESULT
from_errno(struct store *store, const char *what)
{
	char words[200];

	snprintf(words, sizeof(words), "%s: %s", what, strerror(errno));
	switch (errno) {
	case ENOENT:
		return MAPI_E_NOT_FOUND;
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return store_fail(store, MAPI_E_NOT_ENOUGH_DISK, words);
	case EACCES:
	case EPERM:
	case EROFS:
		return store_fail(store, MAPI_E_NO_ACCESS, words);
	case ENOMEM:
		return MAPI_E_NOT_ENOUGH_MEMORY;
	default:
		return store_fail(store, MAPI_E_DISK_ERROR, words);
	}
}

/* The path of a message, or with number 0 of the folder; free(). */
static char *
path_of(const struct store *store, ULONGLONG number, enum state state)
{
	char *path;

	if ((number ? asprintf(&path, "%s/%s/%016llx", store->folder, folders[state], number)
		    : asprintf(&path, "%s/%s", store->folder, folders[state])) < 0)
		return NULL;
	return path;
}

/* A rename lasts once its folder is on the disk. */
static HRESULT
sync_folder(struct store *store, enum state state)
{
	char *path = path_of(store, 0, state);
	int fd = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	HRESULT hr = fd >= 0 && fsync(fd) == 0 ? S_OK : from_errno(store, folders[state]);

	if (fd >= 0)
		close(fd);
	free(path);
	return hr;
}

HRESULT
files_make_folders(struct store *store)
{
	if (mkdir(store->folder, 0700) != 0 && errno != EEXIST)
		return from_errno(store, store->folder);
	for (int state = 0; state < STATES; state++) {
		char *path = path_of(store, 0, (enum state)state);
		bool made = path && (mkdir(path, 0700) == 0 || errno == EEXIST);

		free(path);
		if (!made)
			return from_errno(store, folders[state]);
	}
	return S_OK;
}

/* Two who come first at once: link() lets one of them be the first. */
HRESULT
files_read_uid(struct store *store)
{
	char *path = NULL, *temp = NULL;
	HRESULT hr = MAPI_E_NOT_ENOUGH_MEMORY;
	FILE *file;

	if (asprintf(&path, "%s/uid", store->folder) < 0 ||
	    asprintf(&temp, "%s/uid.%d", store->folder, (int)getpid()) < 0)
		return hr;
	if (access(path, F_OK) != 0) {
		hr = store->support->lpVtbl->NewUID(store->support, &store->uid);
		file = SUCCEEDED(hr) ? fopen(temp, "we") : NULL;
		if (file) {
			fwrite(&store->uid, sizeof(store->uid), 1, file);
			if (fflush(file) == 0 && fsync(fileno(file)) == 0)
				link(temp, path) == 0 ? (void)0 : (void)errno;
			fclose(file);
			unlink(temp);
		}
	}
	file = fopen(path, "re");
	if (!file)
		hr = from_errno(store, path);
	else if (fread(&store->uid, sizeof(store->uid), 1, file) != 1)
		hr = store_fail(store, MAPI_E_CORRUPT_STORE, path);
	else
		hr = S_OK;
	if (file)
		fclose(file);
	free(path);
	free(temp);
	return hr;
}

/* --- Content ------------------------------------------------------------------------------- */

void
content_clear(struct content *content)
{
	props_clear(&content->props);
	for (ULONG i = 0; i < content->recipient_count; i++)
		props_clear(&content->recipients[i]);
	free(content->recipients);
	memset(content, 0, sizeof(*content));
}

static HRESULT
read_content(FILE *file, struct content *content)
{
	char magic[sizeof(MAGIC)] = "";
	ULONG count;
	HRESULT hr;

	if (fread(magic, sizeof(MAGIC) - 1, 1, file) != 1 || strcmp(magic, MAGIC) != 0)
		return MAPI_E_CORRUPT_STORE;
	hr = props_read(&content->props, file);
	if (FAILED(hr))
		return hr;
	if (fread(&count, sizeof(count), 1, file) != 1 || count > RECIPIENTS_MAX)
		return MAPI_E_CORRUPT_STORE;
	content->recipients = calloc(count + 1, sizeof(*content->recipients));
	if (!content->recipients)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	while (SUCCEEDED(hr) && content->recipient_count < count)
		hr = props_read(&content->recipients[content->recipient_count++], file);
	return hr;
}

static HRESULT
write_content(FILE *file, const struct content *content)
{
	HRESULT hr;

	fwrite(MAGIC, sizeof(MAGIC) - 1, 1, file);
	hr = props_write(&content->props, file);
	fwrite(&content->recipient_count, sizeof(content->recipient_count), 1, file);
	for (ULONG i = 0; SUCCEEDED(hr) && i < content->recipient_count; i++)
		hr = props_write(&content->recipients[i], file);
	return hr;
}

/* --- Files --------------------------------------------------------------------------------- */

HRESULT
files_find(struct store *store, ULONGLONG number, enum state *state)
{
	for (int i = 0; number && i < STATES; i++) {
		char *path = path_of(store, number, (enum state)i);
		bool there = path && access(path, F_OK) == 0;

		free(path);
		*state = (enum state)i;
		if (there)
			return S_OK;
	}
	return MAPI_E_NOT_FOUND;
}

HRESULT
files_read(struct store *store, ULONGLONG number, enum state *state, struct content *content)
{
	HRESULT hr = files_find(store, number, state);
	char *path = SUCCEEDED(hr) ? path_of(store, number, *state) : NULL;
	FILE *file = path ? fopen(path, "re") : NULL;

	if (SUCCEEDED(hr))
		hr = file ? read_content(file, content) : from_errno(store, path ? path : "");
	if (hr == MAPI_E_CORRUPT_STORE)
		store_fail(store, hr, path);
	if (FAILED(hr))
		content_clear(content);
	if (file)
		fclose(file);
	free(path);
	return hr;
}

HRESULT
files_write(struct store *store, ULONGLONG number, enum state state, const struct content *content)
{
	char *path = path_of(store, number, state), *temp = NULL;
	FILE *file = NULL;
	HRESULT hr = MAPI_E_NOT_ENOUGH_MEMORY;

	if (path && asprintf(&temp, "%s.%d", path, (int)getpid()) >= 0)
		file = fopen(temp, "we");
	if (file) {
		hr = write_content(file, content);
		if (fflush(file) != 0 || fsync(fileno(file)) != 0 || FAILED(hr))
			hr = from_errno(store, temp);
		if (fclose(file) != 0 && SUCCEEDED(hr))
			hr = from_errno(store, temp);
		if (SUCCEEDED(hr) && rename(temp, path) != 0)
			hr = from_errno(store, path);
		if (FAILED(hr))
			unlink(temp);
		else
			hr = sync_folder(store, state);
	} else if (temp) {
		hr = from_errno(store, temp);
	}
	free(path);
	free(temp);
	return hr;
}

HRESULT
files_move(struct store *store, ULONGLONG number, enum state from, enum state to)
{
	char *old = path_of(store, number, from), *new = path_of(store, number, to);
	HRESULT hr = MAPI_E_NOT_ENOUGH_MEMORY;

	if (old && new)
		hr = rename(old, new) == 0 ? sync_folder(store, to) : from_errno(store, old);
	free(old);
	free(new);
	return hr;
}

HRESULT
files_delete(struct store *store, ULONGLONG number, enum state state)
{
	char *path = path_of(store, number, state);
	HRESULT hr = MAPI_E_NOT_ENOUGH_MEMORY;

	if (path)
		hr = unlink(path) == 0 ? S_OK : from_errno(store, path);
	free(path);
	return hr;
}

HRESULT
files_lock(struct store *store, ULONGLONG number, enum state state, int *out)
{
	char *path = path_of(store, number, state);
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	HRESULT hr = S_OK;

	if (fd < 0)
		hr = path ? from_errno(store, path) : MAPI_E_NOT_ENOUGH_MEMORY;
	else if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		hr = MAPI_E_NO_ACCESS;
	if (FAILED(hr) && fd >= 0)
		close(fd);
	free(path);
	*out = SUCCEEDED(hr) ? fd : -1;
	return hr;
}

/* --- Tables -------------------------------------------------------------------------------- */

/* A row: all of the message but what is long, and what only its place tells. */
static HRESULT
read_row(struct store *store, ULONGLONG number, enum state state, struct props *row)
{
	struct content content = { { NULL, 0 }, NULL, 0 };
	LONG message_flags = state == QUEUED ? (LONG)(MSGFLAG_SUBMIT | MSGFLAG_UNSENT) : 0;
	struct id id;
	HRESULT hr = files_read(store, number, &state, &content);

	if (FAILED(hr))
		return hr;
	*row = content.props;
	memset(&content.props, 0, sizeof(content.props));
	content_clear(&content);
	props_remove(row, PR_BODY_W);
	props_remove(row, PR_HTML);
	store_id(store, MAPI_MESSAGE, 0, number, &id);
	hr = props_set_binary(row, PR_ENTRYID, &id, sizeof(id));
	if (SUCCEEDED(hr))
		hr = props_set_binary(row, PR_INSTANCE_KEY, &number, sizeof(number));
	if (SUCCEEDED(hr))
		hr = props_set_long(row, PR_OBJECT_TYPE, MAPI_MESSAGE);
	if (SUCCEEDED(hr))
		hr = props_set_long(row, PR_MESSAGE_FLAGS, message_flags);
	return hr;
}

static ULONGLONG
ticks(const FILETIME *time)
{
	return (ULONGLONG)time->dwHighDateTime << 32 | time->dwLowDateTime;
}

static int
older(const void *one, const void *other)
{
	const SPropValue *a = props_find(one, PR_CLIENT_SUBMIT_TIME);
	const SPropValue *b = props_find(other, PR_CLIENT_SUBMIT_TIME);
	ULONGLONG first = a ? ticks(&a->Value.ft) : 0, second = b ? ticks(&b->Value.ft) : 0;

	return (first > second) - (first < second);
}

static HRESULT
read_rows(struct store *store, DIR *dir, enum state state, struct props **rows, ULONG *count)
{
	struct dirent *entry;
	HRESULT hr = S_OK;

	while (SUCCEEDED(hr) && (entry = readdir(dir))) {
		struct props *more;
		char *end;
		ULONGLONG number = strtoull(entry->d_name, &end, 16);

		if (*end || !number)
			continue; /* being written, or no message */
		more = realloc(*rows, (*count + 1) * sizeof(**rows));
		if (!more)
			return MAPI_E_NOT_ENOUGH_MEMORY;
		*rows = more;
		memset(&more[*count], 0, sizeof(*more));
		hr = read_row(store, number, state, &more[*count]);
		*count += SUCCEEDED(hr);
		if (hr == MAPI_E_NOT_FOUND) /* gone in between */
			hr = S_OK;
	}
	return hr;
}

HRESULT
files_table(struct store *store, enum state state, ULONG flags, IMAPITable **out)
{
	char *path = path_of(store, 0, state);
	DIR *dir = path ? opendir(path) : NULL;
	struct props *rows = NULL;
	ULONG count = 0;
	HRESULT hr;

	*out = NULL;
	hr = dir ? read_rows(store, dir, state, &rows, &count) : from_errno(store, folders[state]);
	if (dir)
		closedir(dir);
	free(path);
	if (FAILED(hr)) {
		while (count)
			props_clear(&rows[--count]);
		free(rows);
		return hr;
	}
	if (count)
		qsort(rows, count, sizeof(*rows), older);
	return table_create(rows, count, flags, out);
}
