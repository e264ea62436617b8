/* SPDX-License-Identifier: MIT */
/*
 * Profiles as text (design D6): one key file per profile, `NAME.profile`, read and written by a
 * person and by the MAPI profile interfaces alike.
 *
 *   [Profile]                          identity of the profile; section MUID_PROFILE_INSTANCE
 *   UID=32 hex digits                  never changes, survives a rename
 *   FromName=Ann
 *   FromAddress=ann@example.test
 *
 *   [Service <32 hex>]                 a message service: PR_SERVICE_UID is the group's name
 *   ServiceName=EMAPI_SMTP             as in mapisvc.inf
 *   DisplayName=SMTP server mail.example.test
 *
 *   [Provider <32 hex>]                a provider's section: PR_PROVIDER_UID is the group's name
 *   Service=<32 hex>
 *   Type=store | transport | ab        PR_RESOURCE_TYPE
 *   Module=emapi_smtp.so               PR_PROVIDER_DLL_NAME
 *   Default=true                       PR_DEFAULT_STORE (of one store)
 *   Server=mail.example.test           named settings of emapispi.h, one word each ...
 *   0x6600001F=text                    ... and any other property by its tag
 *
 *   [Section <32 hex>]                 any other profile section
 *
 * Values by type: PT_UNICODE and PT_STRING8 the text, PT_LONG and PT_I8 decimal or 0x hex,
 * PT_BOOLEAN true|false, PT_BINARY and PT_CLSID hex, everything else the hex of its blob encoding.
 * Keys and groups that nobody knows are kept.  Each change: lock, re-read, merge, write a temp
 * file, rename.  Secrets (0x67F0-0x67FF) are never written here.
 *
 * The machine's daemon (design D7) offers its profiles to every user by files of its own in
 * paths_machine("profiles"): a store that hands over what is submitted.  Such a file stands for the
 * system's of the same name, which only the daemon can read.
 *
 * The name of the default profile stands in emapi.conf, group [emapi], key DefaultProfile.
 */
#ifndef EMAPI_MAPI_PROFILE_H
#define EMAPI_MAPI_PROFILE_H

#include <stdbool.h>
#include <glib.h>
#include <mapidefs.h>

struct profile; /* one loaded profile: a snapshot of its file; shared by reference count */

/* Loads by name; NULL or "" is MAPI_E_LOGON_FAILED here (callers pick the default themselves).
 * MAPI_E_LOGON_FAILED when there is none; MAPI_E_CORRUPT_DATA for a malformed file.
 * `why` (may be NULL) gets a g_free()able sentence for people with file, line and remedy. */
HRESULT profile_load(const char *name, struct profile **out, char **why);
HRESULT profile_load_uid(const MAPIUID *uid, struct profile **out, char **why);
struct profile *profile_ref(struct profile *profile);
void profile_unref(struct profile *profile);

const char *profile_name(const struct profile *profile);
const char *profile_path(const struct profile *profile);
const MAPIUID *profile_uid(const struct profile *profile);
/* Whether it is one that the machine's daemon offers. */
bool profile_is_machine(const struct profile *profile);

/* The default profile's name, g_free(); NULL when none is set.  A single profile is the default
 * though none is set. */
char *profile_default(void);
/* The same; where there is none, *why is g_free()able words on what is in the way: an emapi.conf
 * that cannot be read, several profiles.  NULL where there is no profile at all. */
char *profile_default_why(char **why);
/* MAPI_E_NOT_FOUND: no such profile.  MAPI_E_CORRUPT_DATA: emapi.conf has to be mended first. */
HRESULT profile_set_default(const char *name);
/* All names, sorted, user's before the system's; g_strfreev(). */
char **profile_list(void);

/* What a new profile is made from; NULL members are left out. */
struct profile_settings {
	const char *from_name;
	const char *from_address;
	const char *store_path; /* NULL: $XDG_DATA_HOME/emapi/NAME.store */
	const char
	    *pickup_path;   /* used when server is NULL; NULL: $XDG_DATA_HOME/emapi/NAME.pickup */
	const char *server; /* SMTP host; NULL: the pickup folder */
	unsigned port;      /* 0: by tls */
	const char *tls;    /* "none", "starttls" or "implicit" */
	const char *user;
	const char *password_command;
	const char *password_file;
	const char *ca_file;
	const char *password_credential;
	bool machine; /* for all users: below /etc/emapi, store and all in /var/lib/emapi */
	const char *machine_domain; /* of a machine's users; NULL: all send as from_address */
};

/* Makes the profile file with a store, the personal address book and one transport.
 * MAPI_E_NO_ACCESS where the name is taken. */
HRESULT profile_create(const char *name, const struct profile_settings *settings, char **why);
HRESULT profile_delete(const char *name);

/* The providers of one MAPI resource type (MAPI_STORE_PROVIDER, MAPI_TRANSPORT_PROVIDER,
 * MAPI_AB_PROVIDER), in file order: an array of MAPIUID. g_array_unref(). */
GArray *profile_providers(const struct profile *profile, ULONG resource_type);
/* The tag that a key of a section names ("Server", "0x6600001F"), whatever the case; 0 for a word
 * that nobody knows. */
ULONG profile_word_tag(const char *word);
/* One section's properties as a MAPI buffer; MAPI_E_NOT_FOUND when there is no such section. */
HRESULT profile_section_read(
    const struct profile *profile, const MAPIUID *section, SPropValue **values, ULONG *count);
/* Merges into the file: sets `values`, removes `remove` (may be NULL). */
HRESULT profile_section_write(struct profile *profile, const MAPIUID *section, ULONG count,
    const SPropValue *values, const SPropTagArray *remove);

#endif
