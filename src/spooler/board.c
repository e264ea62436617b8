/* SPDX-License-Identifier: MIT */
/* Slots in a mapped file: see board.h.  Only our own processes write it, one build of them. */
#include "board.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <mapicode.h>
#include "heap.h"
#include "hr.h"
#include "log.h"
#include "paths.h"
#include "text.h"

#define MAGIC 0x32424d45u   /* "EMB2" */
#define MAGIC_1 0x31424d45u /* "EMB1": sums of another kind */
#define SLOT_SIZE 4096
#define BOARD_INFIX ".board-"
#define RECORD_MAX (SLOT_SIZE - 32)
#define TEXT_MAX 4096
#define FILE_SIZE (BOARD_SLOTS * SLOT_SIZE)

struct slot {
	guint32 magic;
	_Atomic guint32 state;
	gint64 id;
	guint32 size;
	guint32 sum; /* of the record: a page may reach the disk in parts */
	guint32 spare[2];
	guint8 record[RECORD_MAX];
};

_Static_assert(sizeof(struct slot) == SLOT_SIZE, "a slot is a page");

struct board {
	struct slot *slots; /* NULL: there is no room yet */
	int fd;
	char *path; /* NULL: the worker's */
};

/* Of a file that has its size. */
static HRESULT
map(struct board *board)
{
	void *at = mmap(NULL, FILE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, board->fd, 0);

	if (at == MAP_FAILED)
		return hr_from_errno(errno);
	board->slots = at;
	return S_OK;
}

static char *
name_prefix(GBytes *profile)
{
	g_autofree char *uid = text_hex(g_bytes_get_data(profile, NULL), g_bytes_get_size(profile));

	return g_strconcat(uid, BOARD_INFIX, NULL);
}

HRESULT
board_create(const char *state_path, GBytes *profile, struct board **out)
{
	struct board *board = g_new0(struct board, 1);
	g_autofree char *prefix = name_prefix(profile);
	HRESULT hr;

	*out = NULL;
	board->path = g_strdup_printf("%s/words/%s%016" G_GINT64_MODIFIER "x%08x", state_path,
	    prefix, g_get_real_time(), (unsigned)getpid());
	hr = paths_make_parent(board->path);
	board->fd =
	    FAILED(hr) ? -1 : open(board->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (SUCCEEDED(hr) && board->fd < 0)
		hr = hr_from_errno(errno);
	if (SUCCEEDED(hr)) {
		/* Out of the way of the numbers that a worker finds its descriptors by. */
		int high = fcntl(board->fd, F_DUPFD_CLOEXEC, 10);

		close(board->fd);
		board->fd = high;
	}
	if (FAILED(hr)) {
		board_free(board);
		return hr;
	}
	*out = board;
	return S_OK;
}

HRESULT
board_reserve(struct board *board)
{
	HRESULT hr;
	int error;

	if (board->slots)
		return S_OK;
	error = posix_fallocate(board->fd, 0, FILE_SIZE);
	hr = error ? hr_from_errno(error) : map(board);
	if (FAILED(hr))
		return hr;
	heap_populate(board->slots, FILE_SIZE);
	for (guint i = 0; i < BOARD_SLOTS; i++)
		board->slots[i].magic = MAGIC;
	return S_OK;
}

struct board *
board_open(int fd)
{
	struct board *board = g_new0(struct board, 1);

	board->fd = fd;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return board;
}

bool
board_ready(struct board *board)
{
	return board->slots ||
	       (lseek(board->fd, 0, SEEK_END) == FILE_SIZE && SUCCEEDED(map(board)));
}

/* One that somebody else has left, with all of its room. */
static struct board *
open_whole(int fd)
{
	struct board *board = board_open(fd);

	if (!board_ready(board))
		g_clear_pointer(&board, board_free);
	return board;
}

int
board_fd(const struct board *board)
{
	return board->fd;
}

void
board_free(struct board *board)
{
	if (!board)
		return;
	if (board->slots)
		munmap(board->slots, FILE_SIZE);
	if (board->fd >= 0)
		close(board->fd);
	if (board->path)
		unlink(board->path);
	g_free(board->path);
	g_free(board);
}

void
board_keep(struct board *board)
{
	g_clear_pointer(&board->path, g_free);
}

enum board_state
board_state(const struct board *board, guint slot)
{
	return board->slots ? (enum board_state)atomic_load(&board->slots[slot].state) : BOARD_FREE;
}

gint64
board_id(const struct board *board, guint slot)
{
	return board->slots[slot].id;
}

static bool
swap(struct board *board, guint slot, enum board_state from, enum board_state to)
{
	guint32 expected = from;

	return atomic_compare_exchange_strong(&board->slots[slot].state, &expected, to);
}

void
board_offer(struct board *board, guint slot, gint64 id)
{
	board->slots[slot].id = id;
	board->slots[slot].size = 0;
	atomic_store(&board->slots[slot].state, BOARD_OFFERED);
}

bool
board_withdraw(struct board *board, guint slot)
{
	return swap(board, slot, BOARD_OFFERED, BOARD_WITHDRAWN);
}

bool
board_begin(struct board *board, guint slot)
{
	return swap(board, slot, BOARD_OFFERED, BOARD_BEGUN);
}

void
board_clear(struct board *board, guint slot)
{
	atomic_store(&board->slots[slot].state, BOARD_FREE);
}

/* Records */

/* FNV-1a, 32 bits: of boards that an earlier build has left behind. */
static guint32
checksum_1(const guint8 *data, size_t size)
{
	guint32 sum = 2166136261u;

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ data[i]) * 16777619u;
	return sum;
}

/* The same with eight bytes at a time, which each record goes through twice. */
static guint32
checksum_2(const guint8 *data, size_t size)
{
	guint64 sum = 14695981039346656037u ^ size, eight;

	for (; size >= sizeof(eight); data += sizeof(eight), size -= sizeof(eight)) {
		memcpy(&eight, data, sizeof(eight));
		sum = (sum ^ eight) * 1099511628211u;
		sum ^= sum >> 32;
	}
	while (size-- > 0)
		sum = (sum ^ *data++) * 1099511628211u;
	return (guint32)(sum ^ sum >> 32);
}

static guint32
checksum(const struct slot *s)
{
	return s->magic == MAGIC_1 ? checksum_1(s->record, s->size)
				   : checksum_2(s->record, s->size);
}

/* Bytes written or read one after the other; `ok` is false once there was no room for them. */
struct cursor {
	guint8 *at;
	size_t left;
	bool ok;
};

static void
put(struct cursor *c, const void *data, size_t size)
{
	c->ok = c->ok && size <= c->left;
	if (!c->ok)
		return;
	memcpy(c->at, data, size);
	c->at += size;
	c->left -= size;
}

static void
put_number(struct cursor *c, guint32 number)
{
	put(c, &number, sizeof(number));
}

static void
put_text(struct cursor *c, const char *text)
{
	put(c, text, strlen(text) + 1);
}

static guint32
get_number(struct cursor *c)
{
	guint32 number = 0;

	c->ok = c->ok && c->left >= sizeof(number);
	if (!c->ok)
		return 0;
	memcpy(&number, c->at, sizeof(number));
	c->at += sizeof(number);
	c->left -= sizeof(number);
	return number;
}

static const char *
get_text(struct cursor *c)
{
	const char *text = (const char *)c->at;
	const guint8 *end = c->ok && c->left ? memchr(c->at, 0, c->left) : NULL;

	c->ok = end != NULL;
	if (!c->ok)
		return "";
	c->left -= (size_t)(end + 1 - c->at);
	c->at += end + 1 - c->at;
	return text;
}

static void
put_verdict(struct cursor *c, const struct verdict *v)
{
	put_number(c, v->row);
	put_number(c, (guint32)v->class);
	put_number(c, (guint32)v->code);
	put_number(c, (guint32)v->wait);
	put_text(c, v->enhanced);
	put_text(c, v->text);
	put_text(c, v->server);
	put_text(c, v->queue_id);
}

static void
set_text(char **field, const char *text, size_t max)
{
	g_free(*field);
	*field = packet_text(text, max);
}

static struct verdict *
get_verdict(struct cursor *c)
{
	struct verdict *v = verdict_create(get_number(c), VERDICT_TEMPORARY, NULL);
	guint32 class = get_number(c);

	if (class < VERDICT_COUNT)
		v->class = (enum verdict_class) class;
	v->code = (int)get_number(c);
	v->wait = (int)get_number(c);
	set_text(&v->enhanced, get_text(c), TEXT_MAX);
	set_text(&v->text, get_text(c), TEXT_MAX);
	set_text(&v->server, get_text(c), TEXT_MAX);
	set_text(&v->queue_id, get_text(c), TEXT_MAX);
	return v;
}

bool
board_sent(struct board *board, guint slot, const struct report *report)
{
	struct slot *s = &board->slots[slot];
	struct cursor c = { s->record, RECORD_MAX, true };
	gsize entry_size;
	const void *entry = g_bytes_get_data(report->entry, &entry_size);

	put_number(&c, (guint32)entry_size);
	put(&c, entry, entry_size);
	put_text(&c, report->transport);
	put_number(&c, report->verdicts->len);
	for (guint i = 0; i < report->verdicts->len && c.ok; i++)
		put_verdict(&c, g_ptr_array_index(report->verdicts, i));
	put_number(&c, 1); /* texts; earlier boards have one a line */
	put_text(&c, report->journey);
	if (!c.ok)
		return false;
	s->size = (guint32)(RECORD_MAX - c.left);
	s->sum = checksum(s);
	atomic_store(&s->state, BOARD_SENT);
	return true;
}

static void
get_journey(struct cursor *c, struct report *report)
{
	g_autoptr(GString) lines = NULL;
	guint32 count = get_number(c);

	if (count == 1) {
		set_text(&report->journey, get_text(c), RECORD_MAX);
		return;
	}
	lines = g_string_new(NULL);
	for (guint32 i = 0; i < count && c->ok; i++)
		g_string_append_printf(lines, "%s%s", i ? "\n" : "", get_text(c));
	set_text(&report->journey, lines->str, RECORD_MAX);
}

static struct report *
read_record(struct slot *s)
{
	struct cursor c = { s->record, s->size, true };
	guint32 entry_size = get_number(&c), count;
	g_autoptr(GBytes) entry = NULL;
	struct report *report;

	if (!c.ok || entry_size > c.left)
		return NULL;
	entry = g_bytes_new(c.at, entry_size);
	c.at += entry_size;
	c.left -= entry_size;
	report = report_create(s->id, entry, get_text(&c));
	count = get_number(&c);
	for (guint32 i = 0; i < count && c.ok; i++)
		g_ptr_array_add(report->verdicts, get_verdict(&c));
	get_journey(&c, report);
	if (!c.ok)
		g_clear_pointer(&report, report_free);
	return report;
}

struct report *
board_report(const struct board *board, guint slot)
{
	struct slot *s = &board->slots[slot];

	if ((s->magic != MAGIC && s->magic != MAGIC_1) || board_state(board, slot) != BOARD_SENT ||
	    s->size > RECORD_MAX || checksum(s) != s->sum)
		return NULL;
	return read_record(s);
}

/* What was left behind */

static bool
is_own(const GPtrArray *own, const char *path)
{
	for (guint i = 0; i < own->len; i++) {
		const struct board *board = g_ptr_array_index(own, i);

		if (board->path && strcmp(board->path, path) == 0)
			return true;
	}
	return false;
}

struct board *
board_next(const char *state_path, GBytes *profile, const GPtrArray *own)
{
	g_autofree char *prefix = name_prefix(profile);
	g_autofree char *folder = g_strconcat(state_path, "/words", NULL);
	GDir *dir = g_dir_open(folder, 0, NULL);
	struct board *found = NULL;
	const char *name;

	while (!found && dir && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_strconcat(folder, "/", name, NULL);
		int fd;

		if (!g_str_has_prefix(name, prefix) || is_own(own, path))
			continue;
		fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
		found = fd >= 0 ? open_whole(fd) : NULL;
		if (found)
			found->path = g_steal_pointer(&path);
		else if (unlink(path) != 0) /* nothing was ever offered on it */
			log_error("cannot remove %s", path);
	}
	if (dir)
		g_dir_close(dir);
	return found;
}

static void
add_ids(const struct board *board, GArray *ids)
{
	for (guint i = 0; i < BOARD_SLOTS; i++) {
		gint64 id = board_id(board, i);

		if (board_state(board, i) != BOARD_FREE)
			g_array_append_val(ids, id);
	}
}

GArray *
board_ids(const char *state_path)
{
	GArray *ids = g_array_new(FALSE, FALSE, sizeof(gint64));
	g_autofree char *folder = g_strconcat(state_path, "/words", NULL);
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_strconcat(folder, "/", name, NULL);
		int fd =
		    strstr(name, BOARD_INFIX) ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
		struct board *board = fd >= 0 ? open_whole(fd) : NULL;

		if (board)
			add_ids(board, ids);
		board_free(board);
	}
	if (dir)
		g_dir_close(dir);
	return ids;
}
