/* SPDX-License-Identifier: MIT */
/*
 * What every transport provider of ours shares: who is to be served, telling the spooler what
 * became of each of them, and the provider and logon objects around it.
 *
 * A transport fills a `struct xp_transport` and calls xp_provider_init() from its XPProviderInit.
 * For a message the shared IXPLogon reads the recipients that are the transport's (address type
 * fits, PR_RESPONSIBILITY not TRUE), gives malformed SMTP addresses their refusal (553 5.1.3), and
 * calls submit(), which gives each of the others a verdict by xp_set_verdict().  What is left
 * without one becomes temporary.  Then all are reported, see xp_recipients_report().
 */
#ifndef EMAPI_PROVIDER_XP_H
#define EMAPI_PROVIDER_XP_H

#include <stdbool.h>
#include <glib.h>
#include <mapispi.h>
#include <emapispi.h>

/* What became of one recipient; the texts are g_free()d with it. */
struct xp_verdict {
	bool given;
	bool relayed;     /* PR_EMAPI_RELAYED */
	LONG retry_class; /* EMAPI_RETRY_* */
	LONG code;        /* 250, 550 ...; 0: nobody answered */
	char *enhanced;   /* "5.1.1" */
	char *text;       /* word for word, lines parted by \n */
	char *remote_mta;
	char *queue_id;
};

struct xp_recipient {
	ULONG row;  /* PR_ROWID */
	LONG kind;  /* MAPI_TO, MAPI_CC, MAPI_BCC */
	char *name; /* may be NULL */
	char *type; /* never NULL */
	char *address;
	struct xp_verdict verdict;
	bool reported;
};

struct xp_recipients {
	GPtrArray *list;  /* of struct xp_recipient */
	GString *journey; /* lines of the dialogue for people, each with its end, secrets masked */
	bool unmarked;    /* nobody looks for PR_RESPONSIBILITY in the message */
};

/* The rows of the message's recipient table that are ours: PR_RESPONSIBILITY not TRUE, and the
 * address type one of `types` (NULL-ended).  None of them is no error: an empty list. */
HRESULT xp_recipients_read(IMessage *message, const char *const *types, struct xp_recipients **out);
/* The same from rows that were read already, all of which are to be served. */
HRESULT xp_recipients_take(
    const SRowSet *rows, const char *const *types, struct xp_recipients **out);
void xp_recipients_free(struct xp_recipients *recipients);

static inline struct xp_recipient *
xp_recipient_at(const struct xp_recipients *recipients, unsigned i)
{
	return g_ptr_array_index(recipients->list, i);
}

/* Gives (or replaces) a verdict; the texts are copied, each may be NULL. */
void xp_set_verdict(struct xp_recipient *recipient, LONG retry_class, LONG code,
    const char *enhanced, const char *text);
/* The same to all that have none yet. */
void xp_set_remaining(struct xp_recipients *recipients, LONG retry_class, LONG code,
    const char *enhanced, const char *text);
void xp_set_remote(struct xp_recipient *recipient, const char *remote_mta, const char *queue_id);
void xp_journey(struct xp_recipients *recipients, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The same for lines that are there already, parted by newlines. */
void xp_journey_lines(struct xp_recipients *recipients, const char *lines);
/* Refuses malformed addresses for good: 553 5.1.3.  How many are left without a verdict. */
unsigned xp_refuse_malformed(struct xp_recipients *recipients);
/* Gives everyone left the verdict for a message that could not be rendered (mime_render()'s result
 * and sentence): permanent 554 5.6.x, or temporary 451 4.3.x where trying again can help. */
void xp_refuse_unrendered(struct xp_recipients *recipients, HRESULT hr, const char *why);

/* IMAPISupport::StatusRecips with one row for each recipient that has a verdict and was not
 * reported yet (PR_ROWID, PR_RECIPIENT_TYPE, PR_ADDRTYPE, PR_EMAIL_ADDRESS, PR_DISPLAY_NAME, what
 * emapispi.h names and, for refused ones, PR_REPORT_TEXT; the journey on the first), then
 * PR_RESPONSIBILITY = TRUE on those accepted or refused for good, in memory only.  A transport may
 * call it early, as soon as the server has answered; the shared logon calls it at the end. */
HRESULT xp_recipients_report(
    IMAPISupport *support, IMessage *message, struct xp_recipients *recipients);

/* One logon of a transport, as its functions see it. */
struct xp_logon {
	IMAPISupport *support;
	const struct xp_transport *transport;
	/* The profile section's values and those of muidProfileInstance; MAPI buffers. */
	SPropValue *settings;
	ULONG setting_count;
	SPropValue *identity;
	ULONG identity_count;
	void *state; /* the transport's own, made by its logon() */
};

/* To be called before the end of a message's data is sent; that of a transport without prepare()
 * is, before submit().  On a failure nothing is to be sent, and *why (g_free) is a sentence. */
HRESULT xp_hand_over(const struct xp_logon *logon, char **why);
/* Tells a line of the journey at once to who looks on; it is added to it besides. */
void xp_said(const struct xp_logon *logon, const char *line);
/* Text and numbers of the settings (PR_EMAPI_...); g_free() the text, NULL where absent. */
char *xp_setting_text(const struct xp_logon *logon, ULONG tag);
LONG xp_setting_long(const struct xp_logon *logon, ULONG tag, LONG fallback);
/* How many recipients one transaction may have: MaxRecipients of the transport or of its profile,
 * else what their Preset says; 0: no limit. */
size_t xp_recipients_limit(const struct xp_logon *logon);
/* The profile's own name and address (D10: MAIL FROM); g_free(), NULL where absent. */
char *xp_from_name(const struct xp_logon *logon);
char *xp_from_address(const struct xp_logon *logon);
/* Who is the message's envelope sender: nobody ("") of a report of reading (RFC 8098 3), else
 * PR_EMAPI_ENVELOPE_SENDER ("" for nobody) where the profile's AllowFrom has it, else the profile's
 * address; NULL where the profile has none.  g_free(). */
HRESULT xp_sender_address(const struct xp_logon *logon, IMessage *message, char **out);
/* Reads one property from the provider's section now (secrets are not kept in `settings`).
 * MAPI_E_NOT_FOUND where there is none; else why the profile could not give it. */
HRESULT xp_read_secret(const struct xp_logon *logon, ULONG tag, char **out);

struct xp_transport {
	const char *name;         /* "pickup folder": for people */
	const char *const *types; /* address types served, NULL-ended */
	/* Checks the settings and makes logon->state.  *why: g_free()able, for people. */
	HRESULT (*logon)(struct xp_logon *logon, char **why);
	/* Gives verdicts.  A failure is for broken inputs alone and becomes SubmitMessage's;
	 * whatever the world outside does is a verdict. */
	HRESULT(*submit)
	(struct xp_logon *logon, IMessage *message, struct xp_recipients *recipients);
	/* Many messages, one after the other, each prepared while the server answers to the one
	 * before (xpahead.h).  All five, or none of them.
	 * prepare: all that can be done before its turn; NULL where it is to go by submit().
	 * ahead: something may be said of it now, between begin() and end() of another.
	 * begin: as submit(), but *pending where the server's word on it is still to come.
	 * end: waits for that, and reports.
	 * drop: frees what prepare() made, in whatever state. */
	void *(*prepare)(
	    struct xp_logon *logon, IMessage *message, struct xp_recipients *recipients);
	void (*ahead)(struct xp_logon *logon, void *job);
	HRESULT (*begin)(struct xp_logon *logon, void *job, bool *pending);
	HRESULT (*end)(struct xp_logon *logon, void *job);
	void (*drop)(struct xp_logon *logon, void *job);
	/* Whether mail could go out now, without sending any; adds to the journey (of char *) what
	 * was found.  MAPI_E_NETWORK_ERROR where trying later may help, MAPI_E_LOGON_FAILED or
	 * MAPI_E_UNCONFIGURED where somebody must see to the settings; *why (g_free) is for people.
	 */
	HRESULT (*check)(struct xp_logon *logon, GPtrArray *journey, char **why);
	void (*idle)(struct xp_logon *logon);   /* may be NULL */
	void (*logoff)(struct xp_logon *logon); /* frees state; called once.  May be NULL */
};

/* What XPProviderInit forwards to.  MAPI_E_VERSION for an SPI older than ours. */
HRESULT xp_provider_init(const struct xp_transport *transport, ULONG mapi_version,
    ULONG *provider_version, IXPProvider **out);

#endif
