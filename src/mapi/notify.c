/* SPDX-License-Identifier: MIT */
/* Notifications inside one process; HrDispatchNotifications and HrThisThreadAdviseSink. */
#include "notify.h"
#include <stdbool.h>
#include <string.h>
#include <unistd.h>
#include <glib.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapiutil.h>
#include "com.h"
#include "idle.h"
#include "mem.h"

#define PENDING_MAX 10000 /* a program that never dispatches loses the oldest */

struct subscription {
	ULONG_PTR connection;
	GBytes *key;
	ULONG mask;
	ULONG flags;
	IMAPIAdviseSink *sink;
};

/* Notifications on their way to one sink. */
struct pending {
	ULONG_PTR connection; /* 0: whoever the sink belongs to, it stays */
	GThread *thread;      /* only there; NULL anywhere */
	IMAPIAdviseSink *sink;
	NOTIFICATION *notifications; /* a flat block */
	ULONG count;
};

static GMutex lock; /* for all below */
static GCond arrived;
static GPtrArray *subscriptions;
static GQueue queue = G_QUEUE_INIT;
static ULONG_PTR last_connection;
static bool use_thread, thread_runs;
static pid_t owner; /* the process that all this belongs to */

/* --- The queue ----------------------------------------------------------------------------- */

static void
free_subscription(void *data)
{
	struct subscription *subscription = data;

	subscription->sink->lpVtbl->Release(subscription->sink);
	g_bytes_unref(subscription->key);
	g_free(subscription);
}

static void
free_pending(struct pending *pending)
{
	pending->sink->lpVtbl->Release(pending->sink);
	mem_free(pending->notifications);
	g_free(pending);
}

static void
free_taken(gpointer pending)
{
	free_pending(pending);
}

/* The parent's sinks and threads are not the child's: forget them, untouched. */
static void
enter_process(void)
{
	if (owner == getpid())
		return;
	owner = getpid();
	subscriptions = g_ptr_array_new_with_free_func(free_subscription);
	g_queue_init(&queue);
	thread_runs = false;
}

static HRESULT
make_pending(IMAPIAdviseSink *sink, ULONG count, NOTIFICATION *notifications, struct pending **out)
{
	struct pending *pending;
	void *block;
	ULONG size;
	SCODE sc;

	sc = ScCountNotifications((int)count, notifications, &size);
	if (SUCCEEDED(sc))
		sc = mem_allocate(size, &block);
	if (FAILED(sc))
		return sc;
	ScCopyNotifications((int)count, notifications, block, NULL);
	pending = g_new0(struct pending, 1);
	pending->sink = sink;
	sink->lpVtbl->AddRef(sink);
	pending->notifications = block;
	pending->count = count;
	*out = pending;
	return S_OK;
}

/* Under the lock.  Gives what had to go for it, to be freed without the lock (a sink's Release may
 * do anything), or NULL. */
static struct pending *
push(struct pending *pending)
{
	enter_process();
	g_queue_push_tail(&queue, pending);
	g_cond_broadcast(&arrived);
	return g_queue_get_length(&queue) > PENDING_MAX ? g_queue_pop_head(&queue) : NULL;
}

/* The next that this thread may deliver, taken out; NULL when there is none.  Under the lock. */
static struct pending *
pop(void)
{
	GList *link;

	enter_process();
	for (link = queue.head; link; link = link->next) {
		struct pending *pending = link->data;

		if (pending->thread && pending->thread != g_thread_self())
			continue;
		g_queue_delete_link(&queue, link);
		return pending;
	}
	return NULL;
}

static void
deliver(struct pending *pending)
{
	pending->sink->lpVtbl->OnNotify(pending->sink, pending->count, pending->notifications);
	free_pending(pending);
}

static gpointer
run_thread(gpointer unused)
{
	struct pending *pending;

	for (;;) {
		g_mutex_lock(&lock);
		while (!(pending = pop()))
			g_cond_wait(&arrived, &lock);
		g_mutex_unlock(&lock);
		deliver(pending);
	}
	return NULL;
}

void
notify_use_thread(BOOL use)
{
	g_mutex_lock(&lock);
	use_thread = use;
	g_mutex_unlock(&lock);
}

HRESULT
HrDispatchNotifications(ULONG flags)
{
	struct pending *pending;

	if (flags)
		return MAPI_E_UNKNOWN_FLAGS;
	for (;;) {
		g_mutex_lock(&lock);
		pending = pop();
		g_mutex_unlock(&lock);
		if (!pending)
			break;
		deliver(pending);
	}
	idle_run();
	return S_OK;
}

/* --- Subscriptions ------------------------------------------------------------------------- */

HRESULT
notify_subscribe(
    const NOTIFKEY *key, ULONG mask, ULONG flags, IMAPIAdviseSink *sink, ULONG_PTR *connection)
{
	struct subscription *subscription = g_new0(struct subscription, 1);

	subscription->key = g_bytes_new(key->ab, key->cb);
	subscription->mask = mask;
	subscription->flags = flags;
	subscription->sink = sink;
	sink->lpVtbl->AddRef(sink);
	g_mutex_lock(&lock);
	enter_process();
	*connection = subscription->connection = ++last_connection;
	g_ptr_array_add(subscriptions, subscription);
	if (use_thread && !thread_runs) {
		thread_runs = true;
		g_thread_unref(g_thread_new("emapi notify", run_thread, NULL));
	}
	g_mutex_unlock(&lock);
	return S_OK;
}

/* Takes out what waits for a connection; its sinks are released by the caller, without the lock. */
static GSList *
take_pending(ULONG_PTR connection)
{
	GSList *taken = NULL;
	GList *link, *next;

	for (link = queue.head; link; link = next) {
		struct pending *pending = link->data;

		next = link->next;
		if (pending->connection != connection)
			continue;
		taken = g_slist_prepend(taken, pending);
		g_queue_delete_link(&queue, link);
	}
	return taken;
}

HRESULT
notify_unsubscribe(ULONG_PTR connection)
{
	struct subscription *found = NULL;
	GSList *taken;
	guint i;

	g_mutex_lock(&lock);
	enter_process();
	for (i = 0; i < subscriptions->len && !found; i++) {
		struct subscription *subscription = g_ptr_array_index(subscriptions, i);

		if (subscription->connection == connection)
			found = g_ptr_array_steal_index(subscriptions, i);
	}
	taken = connection ? take_pending(connection) : NULL;
	g_mutex_unlock(&lock);
	g_slist_free_full(taken, free_taken);
	if (!found)
		return MAPI_E_NOT_FOUND;
	free_subscription(found);
	return S_OK;
}

/* Those events that a mask asks for, side by side in `out`. */
static ULONG
select_events(ULONG mask, ULONG count, const NOTIFICATION *from, NOTIFICATION *out)
{
	ULONG kept = 0, i;

	for (i = 0; i < count; i++)
		if (from[i].ulEventType & mask)
			out[kept++] = from[i];
	return kept;
}

static bool
is_for(const struct subscription *subscription, const NOTIFKEY *key)
{
	gsize size;
	const void *data = g_bytes_get_data(subscription->key, &size);

	return size == key->cb && !memcmp(data, key->ab, size);
}

/* Queues for each subscription, or adds to `at_once`.  Under the lock. */
static HRESULT
spread(const NOTIFKEY *key, ULONG count, NOTIFICATION *notifications, GSList **at_once,
    GSList **dropped)
{
	NOTIFICATION *wanted = g_try_new(NOTIFICATION, count);
	HRESULT hr = wanted ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;
	guint i;

	for (i = 0; SUCCEEDED(hr) && i < subscriptions->len; i++) {
		struct subscription *subscription = g_ptr_array_index(subscriptions, i);
		struct pending *pending, *old;
		ULONG kept = select_events(subscription->mask, count, notifications, wanted);

		if (!kept || !is_for(subscription, key))
			continue;
		hr = make_pending(subscription->sink, kept, wanted, &pending);
		if (FAILED(hr))
			break;
		pending->connection = subscription->connection;
		if (subscription->flags & NOTIFY_SYNC)
			*at_once = g_slist_append(*at_once, pending);
		else if ((old = push(pending)))
			*dropped = g_slist_prepend(*dropped, old);
	}
	g_free(wanted);
	return hr;
}

HRESULT
notify_all(const NOTIFKEY *key, ULONG count, NOTIFICATION *notifications, ULONG *flags)
{
	GSList *at_once = NULL, *dropped = NULL, *link;
	HRESULT hr;

	g_mutex_lock(&lock);
	enter_process();
	hr = spread(key, count, notifications, &at_once, &dropped);
	g_mutex_unlock(&lock);
	for (link = at_once; link; link = link->next) {
		struct pending *pending = link->data;

		if (pending->sink->lpVtbl->OnNotify(
			pending->sink, pending->count, pending->notifications) &
		    CALLBACK_DISCONTINUE)
			*flags |= NOTIFY_CANCELED;
	}
	g_slist_free_full(at_once, free_taken);
	g_slist_free_full(dropped, free_taken);
	return hr;
}

/* --- HrThisThreadAdviseSink ---------------------------------------------------------------- */

/* A sink that passes on to another, on the thread that made it and when that dispatches. */
struct relay {
	struct com_object com;
	IMAPIAdviseSink isink;
	IMAPIAdviseSink *target;
	GThread *thread;
};

static void
relay_finalize(void *object)
{
	struct relay *self = object;

	COM_CLEAR(self->target);
	g_thread_unref(self->thread);
}

static const struct com_interface relay_interfaces[] = {
	{ &IID_IMAPIAdviseSink, offsetof(struct relay, isink) },
	{ NULL, 0 },
};

static const struct com_class relay_class = { "IMAPIAdviseSink", relay_interfaces, relay_finalize };

COM_UNKNOWN(relay, struct relay, isink, IMAPIAdviseSink)

static ULONG
relay_OnNotify(IMAPIAdviseSink *This, ULONG count, LPNOTIFICATION notifications)
{
	struct relay *self = COM_OBJECT(This, struct relay, isink);
	struct pending *pending, *old;

	if (self->thread == g_thread_self())
		return self->target->lpVtbl->OnNotify(self->target, count, notifications);
	if (FAILED(make_pending(self->target, count, notifications, &pending)))
		return 0;
	pending->thread = self->thread;
	g_mutex_lock(&lock);
	old = push(pending);
	g_mutex_unlock(&lock);
	if (old)
		free_pending(old);
	return 0;
}

static const IMAPIAdviseSinkVtbl relay_vtbl = {
	.QueryInterface = relay_QueryInterface,
	.AddRef = relay_AddRef,
	.Release = relay_Release,
	.OnNotify = relay_OnNotify,
};

HRESULT
HrThisThreadAdviseSink(LPMAPIADVISESINK sink, LPMAPIADVISESINK *out)
{
	struct relay *self;

	if (!sink || !out)
		return MAPI_E_INVALID_PARAMETER;
	*out = NULL;
	self = com_create(&relay_class, sizeof *self);
	if (!self)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	self->isink.lpVtbl = &relay_vtbl;
	self->target = sink;
	sink->lpVtbl->AddRef(sink);
	self->thread = g_thread_ref(g_thread_self());
	*out = &self->isink;
	return S_OK;
}
