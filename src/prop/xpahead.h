/* SPDX-License-Identifier: MIT */
/*
 * What emapi's own transports offer the spooler beyond IXPLogon, by QueryInterface: one message
 * after the other, the next made ready while the server answers to the one before.  A transport
 * that has it not is given each message by SubmitMessage.
 *
 *   Prepare(first)  Begin(first)  Prepare(second)  End()  Begin(second)  ...
 *
 * Between Begin and End of a message nothing of the next one is sent but its envelope.
 */
#ifndef EMAPI_PROP_XPAHEAD_H
#define EMAPI_PROP_XPAHEAD_H

#include <mapidefs.h>

static const IID iid_xp_ahead = { 0x7a51c0d4, 0x3e0b, 0x4f86,
	{ 0xa4, 0x2d, 0x91, 0x5b, 0x08, 0xe6, 0x77, 0x3c } };

struct xp_ahead {
	const struct xp_ahead_vtbl *lpVtbl;
};

struct xp_ahead_vtbl {
	HRESULT (*QueryInterface)(struct xp_ahead *This, const IID *iid, LPVOID *out);
	ULONG (*AddRef)(struct xp_ahead *This);
	ULONG (*Release)(struct xp_ahead *This);
	/* Makes the message ready that is next, for those of its recipients whose rows are given
	 * (all their columns, wide text), and forgets what was ready before.  PR_RESPONSIBILITY is
	 * neither looked at nor set.  S_FALSE: it is to be given by SubmitMessage. */
	HRESULT (*Prepare)(struct xp_ahead *This, IMessage *message, const SRowSet *rows);
	/* SubmitMessage and EndMessage for the message that is ready.  *pending: it is sent, and
	 * the server's word on it is still to come. */
	HRESULT (*Begin)(struct xp_ahead *This, BOOL *pending);
	/* Waits for that word; IMAPISupport::StatusRecips has it before this returns. */
	HRESULT (*End)(struct xp_ahead *This);
	/* The message that is ready will not be sent now. */
	HRESULT (*Forget)(struct xp_ahead *This);
};

/* IMAPISupport::SpoolerNotify by a transport with this interface, before it sends the end of a
 * message's data to anyone: what is submitted may be given to it before it is on disk, and this
 * waits for that.  A failure: nothing is to be sent now. */
#define NOTIFY_XP_HANDOVER ((ULONG)0x00080000)

#endif
