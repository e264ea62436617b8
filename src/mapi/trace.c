/* SPDX-License-Identifier: MIT */
/*
 * The recorder: which objects are recorded, and the file.  A line is
 *
 *	TIME DURATION PID/THREAD INTERFACE(ID)::METHOD NAME=VALUE... = RESULT NAME=VALUE...
 *
 * Time in seconds since 1970, duration in microseconds, the result in hex; no value has a space.
 * Numbers are decimal, flags 0x hex, tags eight hex digits.  A process begins with
 *
 *	# TIME PID PROGRAM
 *
 * Lines are collected and written with O_APPEND, whole lines at a time, so that programs may share
 * a file.
 */
#include "trace_private.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapiguid.h>

#define BUFFER (64 * 1024)
#define FILE_LIMIT (64 * 1024 * 1024) /* then FILE becomes FILE.1 */
#define BEFORE 2                      /* words before a C++ object's vtable that belong to it */
#define EXTRA 64                      /* slots after ours that a vtable may have more */
#define FLUSH_SECONDS 1

/* A recording copy of a vtable. */
struct traced {
	const void *own;
	void *before[BEFORE];
	void *slots[];
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static char *path; /* NULL: nothing is recorded */
static bool contents;
static guint64 seed;
static int file = -1;
static char *buffer;
static size_t filled;
static bool torn; /* the file ends within a line */
static gint64 flushed;
static GHashTable *tables; /* a kind's name and a vtable's address -> struct traced */
static GHashTable *ours;   /* the slots of those */
static GHashTable *ids;    /* object -> number */
static unsigned last_id;
static _Thread_local unsigned depth;
static _Thread_local pid_t thread;

/* --- The file ------------------------------------------------------------------------------ */

static bool
open_file(void)
{
	file =
	    open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (file >= 0)
		return true;
	/* Who set the variable waits for the file, whatever EMAPI_LOG says. */
	fprintf(stderr, "emapi: the trace cannot be written, nothing is recorded: %s: %s\n", path,
	    strerror(errno));
	return false;
}

static void
keep_small(void)
{
	g_autofree char *older = g_strconcat(path, ".1", NULL);
	struct stat about, there;

	if (fstat(file, &about) || about.st_size < FILE_LIMIT || !S_ISREG(about.st_mode))
		return;
	if (!lstat(path, &there) && there.st_ino == about.st_ino && there.st_dev == about.st_dev)
		rename(path, older);
	close(file);
	file = -1;
}

/* Said once; what comes later is tried all the same: a disk that was full may be emptied. */
static void
tell_loss(void)
{
	static bool said;

	if (!said)
		fprintf(stderr,
		    "emapi: the trace cannot be written, calls are missing in it: %s: %s\n", path,
		    strerror(errno));
	said = true;
}

static bool
write_all(const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t count = write(file, bytes, size);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return false;
		torn = (size_t)count < size;
		bytes += count;
		size -= count;
	}
	return true;
}

/* With the lock held. */
static void
write_out(void)
{
	if (filled && (file >= 0 || open_file())) {
		if ((torn && !write_all("\n", 1)) || !write_all(buffer, filled))
			tell_loss();
		keep_small();
	}
	filled = 0;
	flushed = g_get_monotonic_time();
}

void
trace_flush(void)
{
	pthread_mutex_lock(&lock);
	write_out();
	pthread_mutex_unlock(&lock);
}

/* A child begins with nothing to write: the lines are its parent's. */
static void
in_child(void)
{
	pthread_mutex_init(&lock, NULL);
	filled = 0;
	depth = 0;
	thread = 0;
}

static void
put_program(void)
{
	gint64 now = g_get_real_time();
	g_autofree char *program = g_strdup(program_invocation_short_name);

	for (char *at = program; *at; at++)
		if (g_ascii_iscntrl(*at) || *at == ' ')
			*at = '?';
	filled = g_snprintf(buffer, BUFFER, "# %" G_GINT64_FORMAT ".%06d %d %.255s\n",
	    now / G_USEC_PER_SEC, (int)(now % G_USEC_PER_SEC), (int)getpid(), program);
}

static void
start(void)
{
	const char *name = secure_getenv("EMAPI_TRACE");

	if (!name || !*name)
		return;
	path = g_strdup(name);
	contents = g_strcmp0(getenv("EMAPI_TRACE_CONTENTS"), "1") == 0;
	if (getentropy(&seed, sizeof seed) || !open_file()) {
		g_clear_pointer(&path, g_free);
		return;
	}
	buffer = g_malloc(BUFFER);
	put_program();
	tables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	ours = g_hash_table_new(NULL, NULL);
	ids = g_hash_table_new(NULL, NULL);
	pthread_atfork(NULL, NULL, in_child);
	atexit(trace_flush);
}

bool
trace_on(void)
{
	pthread_once(&once, start);
	return path != NULL;
}

bool
trace_has_contents(void)
{
	return contents;
}

/* FNV-1a from a random start that is nowhere written down. */
guint32
trace_mark(const void *bytes, size_t size)
{
	const unsigned char *byte = bytes;
	guint64 hash = seed;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ byte[i]) * G_GUINT64_CONSTANT(0x100000001b3);
	return (guint32)(hash ^ (hash >> 32));
}

/* --- Objects ------------------------------------------------------------------------------- */

/* With the lock held.  A vtable may be longer than the interface that we know (a newer interface,
 * a C++ object's other methods): the rest is copied as far as there is memory. */
static struct traced *
make_table(const struct trace_kind *kind, const void *own)
{
	size_t size = (kind->count + EXTRA) * sizeof(void *);
	struct traced *made = g_malloc0(sizeof *made + size);
	struct iovec local = { made->before, sizeof made->before + size };
	struct iovec remote = { (char *)own - sizeof made->before, sizeof made->before + size };
	void *const *record = kind->slots;

	made->own = own;
	if (process_vm_readv(getpid(), &local, 1, &remote, 1, 0) < 0)
		memcpy(made->slots, own, kind->count * sizeof(void *));
	for (size_t i = 0; i < kind->count; i++)
		if (record[i])
			made->slots[i] = record[i];
	return made;
}

static const void *
table_for(const struct trace_kind *kind, const void *own)
{
	char *key = g_strdup_printf("%s %p", kind->name, own);
	struct traced *made = g_hash_table_lookup(tables, key);

	if (made) {
		g_free(key);
		return made->slots;
	}
	made = make_table(kind, own);
	g_hash_table_insert(tables, key, made);
	g_hash_table_add(ours, made->slots);
	return made->slots;
}

/* The interface asked for by name, else the first that the object has at this very pointer. */
static const struct trace_kind *
kind_of(IUnknown *object, const IID *iid)
{
	const struct trace_kind *kind;

	for (kind = trace_kinds; iid && kind->name; kind++)
		if (IsEqualIID(iid, kind->iid) && !IsEqualIID(iid, &IID_IMAPIProp) &&
		    !IsEqualIID(iid, &IID_IMAPIContainer))
			return kind;
	for (kind = trace_kinds; kind->name; kind++) {
		IUnknown *same = NULL;

		if (FAILED(object->lpVtbl->QueryInterface(object, kind->iid, (void **)&same)) ||
		    !same)
			continue;
		same->lpVtbl->Release(same);
		if (same == object)
			return kind;
	}
	return NULL;
}

static bool
is_ours(const void *slots)
{
	bool found;

	pthread_mutex_lock(&lock);
	found = g_hash_table_contains(ours, slots);
	pthread_mutex_unlock(&lock);
	return found;
}

static unsigned
id_of(const void *object)
{
	unsigned id;

	pthread_mutex_lock(&lock);
	id = GPOINTER_TO_UINT(g_hash_table_lookup(ids, object));
	pthread_mutex_unlock(&lock);
	return id;
}

/* From now on the object's calls are recorded. */
static const struct trace_kind *
take(IUnknown *object, const IID *iid)
{
	const struct trace_kind *kind = kind_of(object, iid);

	if (!kind)
		return NULL;
	pthread_mutex_lock(&lock);
	g_hash_table_insert(ids, object, GUINT_TO_POINTER(++last_id));
	__atomic_store_n(
	    &object->lpVtbl, (void *)table_for(kind, object->lpVtbl), __ATOMIC_RELEASE);
	pthread_mutex_unlock(&lock);
	return kind;
}

void
trace_give(struct trace_call *call, const char *name, void *object, const IID *iid)
{
	IUnknown *unknown = object;
	const struct trace_kind *kind = NULL;

	if (!object) {
		trace_put(call, " %s=NULL", name);
		return;
	}
	depth++;
	if (!is_ours(unknown->lpVtbl) && !(kind = take(unknown, iid)))
		trace_put(call, " %s=?", name);
	else
		trace_put(call, " %s=%s(%u)", name, kind ? kind->name : "", id_of(object));
	depth--;
}

void
trace_object(struct trace_call *call, const char *name, const void *object)
{
	unsigned id = id_of(object);

	if (id)
		trace_put(call, " %s=(%u)", name, id);
	else
		trace_put(call, " %s=%s", name, object ? "?" : "NULL");
}

void
trace_forget(const void *object)
{
	pthread_mutex_lock(&lock);
	g_hash_table_remove(ids, object);
	pthread_mutex_unlock(&lock);
}

/* --- Calls --------------------------------------------------------------------------------- */

const void *
trace_enter(struct trace_call *call, const void *object)
{
	const IUnknown *unknown = object;
	const char *slots = (const char *)unknown->lpVtbl;

	call->outer = depth++ == 0;
	if (call->outer)
		call->start = g_get_monotonic_time();
	return ((const struct traced *)(const void *)(slots - offsetof(struct traced, slots)))->own;
}

static void
begin_line(struct trace_call *call)
{
	gint64 now = g_get_real_time() - call->duration;

	if (!thread)
		thread = gettid();
	call->used = 0;
	trace_put(call, "%" G_GINT64_FORMAT ".%06d %" G_GINT64_FORMAT " %d/%d ", now / 1000000,
	    (int)(now % 1000000), call->duration, (int)getpid(), (int)thread);
}

bool
trace_left(struct trace_call *call, const void *object, const char *iface, const char *method)
{
	depth--;
	if (!call->outer)
		return false;
	call->duration = g_get_monotonic_time() - call->start;
	begin_line(call);
	trace_put(call, "%s(%u)::%s", iface, id_of(object), method);
	return true;
}

void
trace_end(struct trace_call *call)
{
	if (call->used > sizeof call->line - 5) {
		call->used = sizeof call->line - 5;
		memcpy(call->line + call->used, "...", 3);
		call->used += 3;
	}
	call->line[call->used++] = '\n';
	pthread_mutex_lock(&lock);
	if (filled + call->used > BUFFER)
		write_out();
	memcpy(buffer + filled, call->line, call->used);
	filled += call->used;
	if (g_get_monotonic_time() - flushed > FLUSH_SECONDS * G_USEC_PER_SEC)
		write_out();
	pthread_mutex_unlock(&lock);
}

gint64
trace_start(void)
{
	if (!trace_on())
		return 0;
	depth++;
	return g_get_monotonic_time();
}

void
trace_logon(gint64 start, HRESULT hr, LPTSTR profile, ULONG flags, IMAPISession **out)
{
	struct trace_call call = { .duration = g_get_monotonic_time() - start };

	if (--depth)
		return;
	begin_line(&call);
	trace_put(&call, "MAPILogonEx");
	trace_text(&call, "lpszProfileName", profile, flags);
	trace_flags(&call, "flFlags", flags);
	trace_result(&call, hr);
	if (SUCCEEDED(hr))
		trace_give(&call, "lppSession", *out, &IID_IMAPISession);
	trace_end(&call);
}

void
trace_simple(gint64 start, const char *name, ULONG code, const char *format, ...)
{
	struct trace_call call = { .duration = g_get_monotonic_time() - start };
	char words[256];
	va_list args;

	if (--depth)
		return;
	va_start(args, format);
	g_vsnprintf(words, sizeof words, format, args);
	va_end(args);
	begin_line(&call);
	trace_put(&call, "%s%s = %u", name, words, code);
	trace_end(&call);
	trace_flush();
}

void
trace_admin(HRESULT hr, ULONG flags, IProfAdmin **out)
{
	struct trace_call call = { .duration = 0 };

	if (depth)
		return;
	begin_line(&call);
	trace_put(&call, "MAPIAdminProfiles");
	trace_flags(&call, "ulFlags", flags);
	trace_result(&call, hr);
	if (SUCCEEDED(hr))
		trace_give(&call, "lppProfAdmin", *out, &IID_IProfAdmin);
	trace_end(&call);
}
