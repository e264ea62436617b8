/* SPDX-License-Identifier: MIT */
/*
 * The spooler's packets as structs (docs/ARCHITECTURE.md, "The spooler's packets"): what scheduler,
 * worker and clients tell each other beyond bare words.
 *
 * A packet is bounded (IPC_PACKET_MAX), messages are not: what has many recipients goes in several
 * packets, all but the last with `more` TRUE.  Texts are cut to fit and always valid UTF-8.
 */
#ifndef EMAPI_SPOOLER_PACKET_H
#define EMAPI_SPOOLER_PACKET_H

#include "client.h"
#include "ipc.h"

/* What became of a recipient at one transport.  The numbers are those of EMAPI_RETRY_*. */
enum verdict_class {
	VERDICT_ACCEPTED = 0,
	VERDICT_TEMPORARY = 1,
	VERDICT_PERMANENT = 2,
	VERDICT_HOLD = 3,
	VERDICT_UNREACHABLE = 4, /* nobody was reached: like TEMPORARY, due when the way is open */
	VERDICT_COUNT
};

struct verdict {
	guint32 row;
	enum verdict_class class;
	int code;
	bool relayed; /* PR_EMAPI_RELAYED: the sender is told that it was handed on */
	int wait;     /* seconds the transport asks for before the next try; 0: it does not say */
	char *enhanced;
	char *text;
	char *server;
	char *queue_id;
};

/* Verdicts of one message that are committed together. */
struct report {
	gint64 id;
	GBytes *entry;       /* the message's entry ID: what `id` is checked against */
	char *transport;     /* display name */
	GPtrArray *verdicts; /* of struct verdict */
	char *journey;       /* lines, parted by newlines; never NULL */
};

/* What the worker shall do with a message, and does next after a report. */
enum spool_act {
	ACT_SEND,   /* hand the due recipients to transports */
	ACT_FILE,   /* FinishedMsg: all have a verdict, at least one was accepted */
	ACT_FAIL,   /* the same for one that every recipient was refused for good */
	ACT_RETRY,  /* unlock, later */
	ACT_HOLD,   /* unlock, when a person has mended it */
	ACT_CANCEL, /* AbortSubmit: a person's wish */
	ACT_COUNT
};

struct lease {
	gint64 id;
	enum spool_act act;
	GBytes *store;
	GBytes *entry;
	GArray *due;      /* of guint32: PR_ROWID */
	gint64 submitted; /* of a batch: which submission is meant; 0: whichever it is */
	bool tell;        /* the sender is to be told something at the end */
};

/* Valid UTF-8, at most `max` bytes, "" for NULL.  g_free(). */
char *packet_text(const char *text, size_t max);

struct spool_recipient *spool_recipient_create(void); /* texts are "" */
void spool_recipient_free(struct spool_recipient *recipient);
struct spool_attempt *spool_attempt_create(void);
void spool_attempt_free(struct spool_attempt *attempt);
struct spool_message *spool_message_create(void);

struct verdict *verdict_create(guint32 row, enum verdict_class class, const char *text);
void verdict_free(struct verdict *verdict);
struct report *report_create(gint64 id, GBytes *entry, const char *transport);
void report_free(struct report *report);

struct lease *lease_create(void);
void lease_free(struct lease *lease);

const char *spool_act_name(enum spool_act act);
bool spool_act_parse(const char *name, enum spool_act *out);

/* Where in a message or report the next packet begins; zero at first. */
struct packet_cursor {
	guint recipient;
	guint attempt;
	bool done;
};

/* The next part as a floating a{sv}; sets cursor->done with the last. */
GVariant *packet_from_message(const struct spool_message *message, struct packet_cursor *cursor);
GVariant *packet_from_report(const struct report *report, struct packet_cursor *cursor);
GVariant *packet_from_lease(const struct lease *lease);

/* A message with few recipients as one row among others, as a scan finds them: entry, submitted,
 * key, subject, priority, defer, expiry, quiet, recipients (row, kind, type, address, name, has it
 * already).  Floating; NULL where it is no such message. */
#define PACKET_QUEUED_ROW "(ayxaysixxba(uisssb)s)"
#define PACKET_QUEUED_ROWS "a" PACKET_QUEUED_ROW
GVariant *packet_queued_row(const struct spool_message *message, int priority);
struct spool_message *packet_from_queued_row(GVariant *row, GBytes *store, int *priority);

/* From where on a store's outgoing queue is to be read: store, the place up to which all is on
 * record, and how far of that was on the store's disk.  Floating. */
#define PACKET_PLACE "(ayxx)"
#define PACKET_PLACES "a" PACKET_PLACE
GVariant *packet_place(GBytes *store, gint64 reached, gint64 secured);

/* What a scan has found there: store, what is new and was not told before, the place that was
 * reached with it, how far of that is on disk, and how many messages the queue has up to it (-1:
 * they were not counted). */
#define PACKET_FOUND "(ay" PACKET_QUEUED_ROWS "xxx)"
#define PACKET_FOUNDS "a" PACKET_FOUND

/* A message with few recipients and no attempts as one row among others, as a list answers with:
 * the members of struct spool_message and struct spool_recipient in their packets' order
 * (docs/ARCHITECTURE.md).  Floating; NULL where it is too large for that. */
#define PACKET_LISTED_ROWS "a(xisssxxxixxbayayaya(uiisssissssix))"
GVariant *packet_listed_row(const struct spool_message *message);
struct spool_message *packet_from_listed_row(GVariant *row);

/* Reads one part into *out: a new object when *out is NULL, else the part's rows are added.
 * *more tells whether another part follows.  MAPI_E_CORRUPT_DATA for what cannot be meant. */
HRESULT packet_to_message(const struct ipc_message *packet, struct spool_message **out, bool *more);
HRESULT packet_to_report(const struct ipc_message *packet, struct report **out, bool *more);
HRESULT packet_to_lease(const struct ipc_message *packet, struct lease **out);

/* Bytes of a packet as a new GBytes; empty where absent. */
GBytes *packet_bytes(const struct ipc_message *packet, const char *name);

#endif
