/* SPDX-License-Identifier: MIT */
/*
 * What emapi adds to the service provider interface (design D11): how a transport tells what
 * became of each recipient, and the settings that emapi's own providers read from their profile
 * section. A provider that knows nothing of this header works too; it then says only what MAPI's
 * PR_RESPONSIBILITY and StatusRecips can say.
 *
 * Results: before it returns from SubmitMessage or EndMessage, a transport sets
 * PR_EMAPI_RETRY_CLASS and what else it knows on the rows of the recipients it was responsible
 * for, and passes them to IMAPISupport::StatusRecips. A row without PR_EMAPI_RETRY_CLASS follows
 * Microsoft's rules.
 *
 * Settings: properties of the provider's profile section. Strings are read as PT_UNICODE and as
 * PT_STRING8. The tags lie in the range that MAPI leaves to providers (0x6600-0x67FF).
 */
#ifndef EMAPI_EMAPISPI_H
#define EMAPI_EMAPISPI_H

#include "mapispi.h"
#include "emapitags.h"

/* PR_EMAPI_RETRY_CLASS: what to do next with a recipient. */
#define EMAPI_RETRY_NONE ((LONG)0)      /* accepted: nothing more */
#define EMAPI_RETRY_TEMPORARY ((LONG)1) /* refused for now: try again later */
#define EMAPI_RETRY_PERMANENT ((LONG)2) /* refused for good: report to the sender */
#define EMAPI_RETRY_HOLD ((LONG)3)      /* the profile's fault (login, TLS): hold the queue */
/* The way is closed for now and nothing was handed over: another transport of the profile that
 * serves this recipient may take it; where there is none it is tried again later. */
#define EMAPI_RETRY_UNREACHABLE ((LONG)4)

/*
 * PR_EMAPI_RAW_MESSAGE: the message holds a whole mail as it came from a program, in one stream
 * (emapi-sendmail makes such messages). It is sent as these bytes: lines end in CRLF, Bcc and
 * Return-Path are left out, Date, From and Message-ID are added where they are missing. Subject,
 * sender and recipients stand as properties beside it, so that queue and folders can be read; of
 * these only the recipients, which are the envelope, have a say in what is sent. Who changes such a
 * message deletes this property first, or what was changed is not what is sent.
 *
 * PR_EMAPI_ENVELOPE_SENDER: becomes MAIL FROM where the profile's PR_EMAPI_ALLOW_FROM has it; else
 * MAIL FROM is the profile's own address, as without it.
 */

/*
 * PR_EMAPI_JOURNEY: how the try went, for people, a line a value, secrets left out by who writes
 * it. A line begins with "> " (what the transport said), "< " (what the other side said), "* "
 * (what happened) or "! " (what went wrong: "! STEP: why"), and may end in a tab and "+N",
 * milliseconds since the first line. Facts have the form "* NAME: text"; NAMEs that are understood:
 * trying (an address of the name, and port), server (name, address, port), greeting, tls (version
 * and cipher), certificate-subject, certificate-issuer, certificate-expires (ISO 8601, UTC), login
 * (method "as" user), size-limit (bytes), file (where a file was written). STEPs: name, connect,
 * tls, certificate, greeting, login, sender, folder.
 *
 * The spooler puts lines of its own before those of the transport: worker (the process), lease
 * (since when it has the message), transport, transport-because, for (recipients, where not all go
 * this way); and after them, where somebody is tried again, next-try. Times are ISO 8601, UTC.
 */

/* IMAPISupport::SpoolerNotify with this flag alone: the data is a line of the journey (LPSTR,
 * UTF-8) that will stand in PR_EMAPI_JOURNEY, told at once for who looks on (mapisend --explain).
 * Cheap where nobody does; what is not told at once is seen at the end of the try. */
#define NOTIFY_EMAPI_JOURNEY ((ULONG)0x00010000)

/*
 * PR_EMAPI_CLIENT: what the client did with the message that it submits, set by
 * IMAPISupport::ExpandRecips: program, process, user, why this profile, logon and opening of the
 * store with their flags, and how long before; also the process of the spooler that stored it,
 * where emapi-sendmail handed it to one. emapi's store adds which calls made the message. In a
 * short form, since each message has it (src/prop/client_part.h); `emapi explain` shows it in
 * words. Messages of before have lines in PR_EMAPI_JOURNEY instead: program, process, user,
 * profile, profile-because, logon and submit.
 */

/* PR_EMAPI_TLS. */
#define EMAPI_TLS_NONE "none"
#define EMAPI_TLS_STARTTLS "starttls"
#define EMAPI_TLS_IMPLICIT "implicit"

#endif /* EMAPI_EMAPISPI_H */
