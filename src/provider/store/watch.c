/* SPDX-License-Identifier: MIT */
/* A logon's connections and the thread that serves them: see watch.h. */
#include "watch.h"

#include <pthread.h>
#include <string.h>
#include <time.h>
#include <mapicode.h>
#include <mapitags.h>
#include "eid.h"
#include "hr.h"
#include "log.h"
#include "watch_log.h"

#define SECOND 1000000000L
#define PAUSE (SECOND / 4)
#define OBJECT_EVENTS                                                                              \
	(fnevObjectCreated | fnevObjectDeleted | fnevObjectModified | fnevObjectMoved |            \
	    fnevObjectCopied | fnevSearchComplete)

struct connection {
	ULONG_PTR id;
	struct watch_scope scope;
};

struct watch {
	struct store *store;
	/* Under the store's lock: */
	GArray *connections;
	gint64 listener; /* 0 while there is no connection */
	gint64 seen;
	unsigned commits;
	bool failing; /* the thread's: it was told that changes cannot be read */
	/* Under its own: */
	pthread_mutex_t mutex;
	pthread_cond_t changed; /* on the monotonic clock */
	GThread *thread;
	bool news, listening;
	bool orphan; /* the logon ended within a call of the thread, which cleans up */
	gint stop;
};

/* --- Telling ------------------------------------------------------------------------- */

/* What a batch needs outside the lock. */
struct batch {
	struct watch *watch;
	IMAPISupport *support;
	MAPIUID uid;
	GArray *scopes; /* of the connections, each once */
	GArray *changes;
};

/* A key is unlike that of any other logon or provider. */
struct key {
	ULONG cb;
	struct {
		MAPIUID provider;
		guint64 logon, object, type;
	} body;
};

static void
make_key(const struct watch *watch, const struct watch_scope *scope, struct key *key)
{
	memset(key, 0, sizeof(*key));
	key->cb = sizeof(key->body);
	key->body.provider = store_provider_uid;
	key->body.logon = (guint64)(size_t)watch;
	key->body.object =
	    scope->context ? (guint64)(size_t)scope->context : (guint64)scope->object;
	key->body.type = scope->type;
}

static bool
concerns(const struct watch_scope *scope, const struct change *change)
{
	bool within = scope->object == change->parent || scope->object == change->old;

	if (scope->type == WATCH_CONTENTS)
		return within && change->type != MAPI_FOLDER;
	if (change->type == CHANGE_FOUND)
		return false;
	if (change->event == fnevSearchComplete)
		return scope->type == MAPI_STORE ||
		       (scope->type == MAPI_FOLDER && scope->object == change->id);
	switch (scope->type) {
	case MAPI_STORE:
		return true;
	case MAPI_FOLDER:
		return within || (change->type == MAPI_FOLDER && change->id == scope->object);
	case WATCH_HIERARCHY:
		return change->type == MAPI_FOLDER;
	default:
		return change->type == scope->type && change->id == scope->object;
	}
}

static void
tell(const struct batch *batch, const struct watch_scope *scope, NOTIFICATION *notification)
{
	ULONG flags = 0;
	struct key key;

	make_key(batch->watch, scope, &key);
	batch->support->lpVtbl->Notify(
	    batch->support, (NOTIFKEY *)(void *)&key, 1, notification, &flags);
}

static ENTRYID *
entry_of(const struct batch *batch, ULONG type, gint64 id, BYTE bytes[EID_SIZE])
{
	eid_make(&batch->uid, type, id, bytes);
	return (ENTRYID *)(void *)bytes;
}

static void
tell_new_mail(
    const struct batch *batch, const struct watch_scope *scope, const struct change *change)
{
	BYTE id[EID_SIZE], parent[EID_SIZE];
	NOTIFICATION notification = { .ulEventType = fnevNewMail };
	NEWMAIL_NOTIFICATION *mail = &notification.info.newmail;

	mail->cbEntryID = EID_SIZE;
	mail->lpEntryID = entry_of(batch, MAPI_MESSAGE, change->id, id);
	mail->cbParentID = EID_SIZE;
	mail->lpParentID = entry_of(batch, MAPI_FOLDER, change->parent, parent);
	mail->lpszMessageClass = (LPTSTR)(void *)change->class;
	mail->ulMessageFlags = change->flags;
	tell(batch, scope, &notification);
}

static void
tell_object(const struct batch *batch, const struct watch_scope *scope, const struct change *change)
{
	BYTE id[EID_SIZE], parent[EID_SIZE], old[EID_SIZE], old_parent[EID_SIZE];
	NOTIFICATION notification = { .ulEventType = change->event };
	OBJECT_NOTIFICATION *object = &notification.info.obj;

	object->ulObjType = change->type;
	object->cbEntryID = EID_SIZE;
	object->lpEntryID = entry_of(batch, change->type, change->id, id);
	if (change->parent) {
		object->cbParentID = EID_SIZE;
		object->lpParentID = entry_of(batch, MAPI_FOLDER, change->parent, parent);
	}
	if (change->source) {
		object->cbOldID = EID_SIZE;
		object->lpOldID = entry_of(batch, change->type, change->source, old);
		object->cbOldParentID = EID_SIZE;
		object->lpOldParentID = entry_of(batch, MAPI_FOLDER, change->old, old_parent);
	}
	tell(batch, scope, &notification);
}

void
watch_tell(
    struct store *store, const struct watch_scope *scope, ULONG count, NOTIFICATION *notifications)
{
	ULONG flags = 0;
	struct key key;

	make_key(store->watch, scope, &key);
	store->support->lpVtbl->Notify(
	    store->support, (NOTIFKEY *)(void *)&key, count, notifications, &flags);
}

/* The table itself knows what its rows are. */
static void
tell_table(const struct batch *batch, const struct watch_scope *scope)
{
	GArray *changes = g_array_new(FALSE, FALSE, sizeof(struct change));
	guint at;

	for (at = 0; at < batch->changes->len; at++) {
		const struct change *change = &g_array_index(batch->changes, struct change, at);

		if (concerns(scope, change))
			g_array_append_val(changes, *change);
	}
	if (changes->len && !g_atomic_int_get(&batch->watch->stop))
		scope->changed(scope->context, changes);
	g_array_unref(changes);
}

static void
tell_scope(const struct batch *batch, const struct watch_scope *scope)
{
	guint at;

	if (scope->changed) {
		tell_table(batch, scope);
		return;
	}
	for (at = 0; at < batch->changes->len && !g_atomic_int_get(&batch->watch->stop); at++) {
		const struct change *change = &g_array_index(batch->changes, struct change, at);

		if (!concerns(scope, change))
			continue;
		if (change->event == fnevNewMail)
			tell_new_mail(batch, scope, change);
		else
			tell_object(batch, scope, change);
	}
}

/* TABLE_ERROR for a table, else fnevCriticalError: what follows may be missed. */
static void
tell_failure(const struct batch *batch, const struct watch_scope *scope, HRESULT hr)
{
	NOTIFICATION critical = { .ulEventType = fnevCriticalError };
	NOTIFICATION table = { .ulEventType = fnevTableModified };
	MAPIERROR error = { .ulVersion = MAPI_ERROR_VERSION,
		.lpszError = (LPTSTR)(size_t) "Changes of the store cannot be read: what happens "
					      "is not told until they can be again.",
		.lpszComponent = (LPTSTR)(size_t) "emapi message store" };
	BYTE id[EID_SIZE];

	critical.info.err.scode = hr;
	critical.info.err.lpMAPIError = &error;
	if (scope->object) {
		critical.info.err.cbEntryID = EID_SIZE;
		critical.info.err.lpEntryID = entry_of(batch, scope->type, scope->object, id);
	}
	table.info.tab.ulTableEvent = TABLE_ERROR;
	table.info.tab.hResult = hr;
	table.info.tab.propIndex.ulPropTag = table.info.tab.propPrior.ulPropTag = PR_NULL;
	tell(batch, scope, scope->changed ? &table : &critical);
}

/* --- The thread ---------------------------------------------------------------------- */

/* Tables are held until they have been told. */
static void
copy_scopes(const struct watch *watch, GArray *scopes)
{
	guint at, other;

	for (at = 0; at < watch->connections->len; at++) {
		struct watch_scope scope =
		    g_array_index(watch->connections, struct connection, at).scope;

		for (other = 0; other < scopes->len; other++)
			if (!memcmp(&g_array_index(scopes, struct watch_scope, other), &scope,
				sizeof(scope)))
				break;
		if (other == scopes->len && (!scope.holder || com_try_add_ref(scope.holder)))
			g_array_append_val(scopes, scope);
	}
}

/* Lock of the store held. */
static HRESULT
collect(struct watch *watch, struct batch *batch, bool *more)
{
	batch->watch = watch;
	batch->uid = watch->store->uid;
	if (!watch->listener)
		return S_FALSE;
	batch->support = watch->store->support;
	batch->support->lpVtbl->AddRef(batch->support);
	copy_scopes(watch, batch->scopes);
	return watch_log_read(watch->store->db, &watch->seen, &batch->changes, more);
}

static void
forget_batch(struct batch *batch)
{
	guint at;

	if (batch->changes)
		watch_log_free(batch->changes);
	COM_CLEAR(batch->support);
	for (at = 0; at < batch->scopes->len; at++) {
		struct com_object *holder =
		    g_array_index(batch->scopes, struct watch_scope, at).holder;

		if (holder)
			com_release(holder);
	}
	g_array_unref(batch->scopes);
}

/* Once, until it succeeds again.  What was read before the failure has been told. */
static void
note_failure(struct watch *watch, const struct batch *batch, HRESULT hr)
{
	guint at;

	if (FAILED(hr) && !watch->failing) {
		log_warning("changes of the store cannot be read: %s", hr_name(hr));
		for (at = 0; at < batch->scopes->len && !g_atomic_int_get(&watch->stop); at++)
			tell_failure(
			    batch, &g_array_index(batch->scopes, struct watch_scope, at), hr);
	}
	watch->failing = FAILED(hr);
}

static bool
serve(struct watch *watch)
{
	struct batch batch = { .scopes = g_array_new(FALSE, TRUE, sizeof(struct watch_scope)) };
	bool more = false;
	HRESULT hr = store_enter(watch->store);
	guint at;

	if (SUCCEEDED(hr)) {
		hr = collect(watch, &batch, &more);
		g_rec_mutex_unlock(&watch->store->mutex);
	}
	for (at = 0; batch.changes && at < batch.scopes->len; at++)
		tell_scope(&batch, &g_array_index(batch.scopes, struct watch_scope, at));
	note_failure(watch, &batch, hr);
	forget_batch(&batch);
	return SUCCEEDED(hr) && more;
}

/* Until there may be news; false: the end. */
static bool
wait_for_news(struct watch *watch)
{
	struct timespec until;
	bool stop;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += PAUSE;
	if (until.tv_nsec >= SECOND) {
		until.tv_sec++;
		until.tv_nsec -= SECOND;
	}
	pthread_mutex_lock(&watch->mutex);
	while (!g_atomic_int_get(&watch->stop) && !watch->news) {
		if (!watch->listening)
			pthread_cond_wait(&watch->changed, &watch->mutex);
		else if (pthread_cond_timedwait(&watch->changed, &watch->mutex, &until))
			break;
	}
	watch->news = false;
	stop = g_atomic_int_get(&watch->stop);
	pthread_mutex_unlock(&watch->mutex);
	return !stop;
}

static void
watch_clear(struct watch *watch)
{
	g_array_unref(watch->connections);
	pthread_mutex_destroy(&watch->mutex);
	pthread_cond_destroy(&watch->changed);
	g_free(watch);
}

static gpointer
run(gpointer context)
{
	struct watch *watch = context;

	while (wait_for_news(watch))
		while (!g_atomic_int_get(&watch->stop) && serve(watch))
			;
	if (watch->orphan)
		watch_clear(watch);
	return NULL;
}

static void
wake(struct watch *watch, bool listening)
{
	pthread_mutex_lock(&watch->mutex);
	watch->listening = listening;
	watch->news = true;
	pthread_cond_signal(&watch->changed);
	pthread_mutex_unlock(&watch->mutex);
}

void
watch_poke(struct watch *watch)
{
	unsigned commits = db_commits(watch->store->db);

	if (watch->listener && commits != watch->commits)
		wake(watch, true);
	watch->commits = commits;
}

/* --- Connections --------------------------------------------------------------------- */

/* Not GLib's: those are unknown to the thread sanitizer. */
static void
watch_init_locks(struct watch *watch)
{
	pthread_condattr_t clock;

	pthread_mutex_init(&watch->mutex, NULL);
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&watch->changed, &clock);
	pthread_condattr_destroy(&clock);
}

static HRESULT
watch_start(struct store *store)
{
	struct watch *watch = store->watch;

	if (!watch) {
		watch = g_new0(struct watch, 1);
		watch->store = store;
		watch->connections = g_array_new(FALSE, TRUE, sizeof(struct connection));
		watch_init_locks(watch);
		store->watch = watch;
	}
	if (!watch->thread)
		watch->thread = g_thread_try_new("emapi watch", run, watch, NULL);
	return watch->thread ? S_OK : MAPI_E_NOT_ENOUGH_RESOURCES;
}

/* The last connection has gone, or the first could not be made. */
static void
watch_rest(struct watch *watch)
{
	if (!watch->listener || watch->connections->len)
		return;
	watch_log_end(watch->store->db, watch->listener);
	watch->listener = 0;
	wake(watch, false);
}

HRESULT
watch_advise(struct store *store, const struct watch_scope *scope, ULONG mask,
    IMAPIAdviseSink *sink, ULONG_PTR *connection)
{
	struct connection made;
	struct watch *watch;
	struct key key;
	HRESULT hr = watch_start(store);

	if (FAILED(hr))
		return hr;
	watch = store->watch;
	if (!watch->listener)
		hr = watch_log_begin(store->db, &watch->listener, &watch->seen);
	if (FAILED(hr)) {
		watch->listener = 0;
		return hr;
	}
	memset(&made, 0, sizeof(made));
	made.scope = *scope;
	make_key(watch, scope, &key);
	hr = store->support->lpVtbl->Subscribe(
	    store->support, (NOTIFKEY *)(void *)&key, mask, 0, sink, &made.id);
	if (SUCCEEDED(hr)) {
		g_array_append_val(watch->connections, made);
		*connection = made.id;
		wake(watch, true);
	}
	watch_rest(watch);
	return hr;
}

HRESULT
watch_unadvise(struct store *store, ULONG_PTR connection)
{
	struct watch *watch = store->watch;
	guint at;

	for (at = 0; watch && at < watch->connections->len; at++)
		if (g_array_index(watch->connections, struct connection, at).id == connection)
			break;
	if (!watch || at == watch->connections->len)
		return MAPI_E_NOT_FOUND;
	g_array_remove_index(watch->connections, at);
	watch_rest(watch);
	return store->support->lpVtbl->Unsubscribe(store->support, connection);
}

HRESULT
watch_advise_entry(struct store *store, const struct watch_request *request)
{
	struct watch_scope scope = { MAPI_STORE, 0 };
	HRESULT hr = S_OK;

	if (!request->sink || !request->connection || !request->mask)
		return MAPI_E_INVALID_PARAMETER;
	*request->connection = 0;
	if (!(request->mask & (OBJECT_EVENTS | fnevNewMail | fnevCriticalError)))
		return MAPI_E_NO_SUPPORT;
	if (request->size || request->id)
		hr = eid_parse(&store->uid, request->size, request->id, &scope.type, &scope.object);
	if (SUCCEEDED(hr) && scope.type == MAPI_STORE)
		scope.object = 0;
	return FAILED(hr)
		   ? hr
		   : watch_advise(store, &scope, request->mask, request->sink, request->connection);
}

HRESULT
watch_new_mail(struct store *store, const NEWMAIL_NOTIFICATION *mail)
{
	gint64 message;
	HRESULT hr =
	    eid_parse_as(&store->uid, mail->cbEntryID, mail->lpEntryID, MAPI_MESSAGE, &message);

	if (SUCCEEDED(hr))
		hr = db_begin(store->db);
	if (FAILED(hr))
		return hr;
	hr = db_exec(store->db,
	    "INSERT INTO change(event, type, id, parent, source, old)"
	    " SELECT 2, 5, id, folder, 0, 0 FROM message"
	    " WHERE id = ? AND EXISTS(SELECT 1 FROM listener)",
	    "i", message);
	return db_end(store->db, hr, DB_RELAXED);
}

void
watch_free(struct store *store)
{
	struct watch *watch = store->watch;
	bool own;

	if (!watch)
		return;
	own = watch->thread == g_thread_self();
	pthread_mutex_lock(&watch->mutex);
	g_atomic_int_set(&watch->stop, true);
	watch->orphan = own;
	pthread_cond_signal(&watch->changed);
	pthread_mutex_unlock(&watch->mutex);
	if (watch->thread && !own)
		g_thread_join(watch->thread);
	while (watch->connections->len)
		watch_unadvise(store, g_array_index(watch->connections, struct connection, 0).id);
	store->watch = NULL;
	if (!own)
		watch_clear(watch);
	else
		g_thread_unref(watch->thread);
}
