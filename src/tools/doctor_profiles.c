/* SPDX-License-Identifier: MIT */
/* emapi doctor: the profiles, the secrets they name, and what their services switch off. */
#include "doctor.h"

#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapix.h>
#include <emapispi.h>
#include "hr.h"
#include "mem.h"
#include "paths.h"
#include "prop.h"
#include "secret.h"
#include "spooler_link.h"

/* --- Profiles ------------------------------------------------------------------------------ */

static char *
sender_of(const struct profile *profile)
{
	SPropValue *values = NULL;
	ULONG count = 0;
	char *from = NULL;

	if (SUCCEEDED(profile_section_read(
		profile, (const MAPIUID *)&MUID_PROFILE_INSTANCE, &values, &count)))
		from = prop_find_text(values, count, PR_EMAPI_FROM_ADDRESS);
	mem_free(values);
	return from;
}

/* Whether it has a provider of that kind. */
static bool
has(const struct profile *profile, ULONG type)
{
	g_autoptr(GArray) providers = profile_providers(profile, type);

	return providers && providers->len;
}

static void
check_machine(struct doctor *doctor, const char *where)
{
	int fd;

	if (doctor->offline) {
		doctor_find(doctor, DOCTOR_SKIPPED, where, NULL,
		    "the machine's mail service, which sends its mail, was not asked: that can "
		    "start it");
		return;
	}
	fd = spooler_connect_machine();
	if (fd < 0) {
		doctor_find(doctor, DOCTOR_PROBLEM, where,
		    "ask the administrator (systemctl status emapi-spooler); what it has taken is "
		    "safe with it",
		    "the machine's mail service, which sends its mail, does not answer: nothing "
		    "can be handed to it");
		return;
	}
	close(fd);
	doctor_find(doctor, DOCTOR_OK, where, NULL,
	    "the machine's mail service sends its mail, and answers");
}

static void
check_profile(struct doctor *doctor, struct profile *profile)
{
	const char *name = profile_name(profile);
	g_autofree char *where = g_strdup_printf("profile \"%s\"", name);
	g_autofree char *sender = sender_of(profile);
	g_autofree char *remedy =
	    g_strdup_printf("emapi profile set %s FromAddress=you@example.com", name);

	if (profile_is_machine(profile))
		check_machine(doctor, where);
	else if (!has(profile, MAPI_TRANSPORT_PROVIDER))
		doctor_find(doctor, DOCTOR_PROBLEM, where,
		    "make it anew with a way out (emapi profile create), or add a [Provider] of "
		    "Type=transport",
		    "no transport: mail cannot leave it");
	else if (!has(profile, MAPI_STORE_PROVIDER))
		doctor_find(doctor, DOCTOR_PROBLEM, where,
		    "make it anew (emapi profile create), or add a [Provider] of Type=store",
		    "no store: mail has nowhere to wait");
	else if (!sender || !strchr(sender, '@'))
		doctor_find(doctor, DOCTOR_PROBLEM, where, remedy,
		    sender ? "its FromAddress is no mail address"
			   : "no FromAddress: servers want to know who the mail is from");
	else
		doctor_find(doctor, DOCTOR_OK, where, NULL, "sends as %s", sender);
}

static void
check_module(struct doctor *doctor, struct profile *profile, const struct doctor_section *section)
{
	g_autofree char *module =
	    prop_find_text(section->values, section->count, PR_PROVIDER_DLL_NAME_W);
	g_autofree char *found = module ? paths_provider(module) : NULL;
	g_autofree char *where = g_strdup_printf("profile \"%s\"", profile_name(profile));

	if (!found)
		doctor_find(doctor, DOCTOR_PROBLEM, where,
		    "install emapi again, or mend the Module of this provider",
		    "its provider's module %s is not there", module ? module : "(none named)");
}

static void
check_default(struct doctor *doctor, char **names)
{
	g_autofree char *why = NULL;
	g_autofree char *name = profile_default_why(&why);

	if (!names || !*names)
		doctor_find(doctor, DOCTOR_PROBLEM, "profiles",
		    "emapi profile setup, or emapi profile create NAME --default --from "
		    "'You <you@example.com>' --smtp HOST:PORT",
		    "there is none: nothing can be sent");
	else if (!name)
		doctor_find(doctor, DOCTOR_PROBLEM, "default profile", "emapi profile default NAME",
		    "%s", why ? why : "none is set");
	else if (!g_strv_contains((const char *const *)names, name))
		doctor_find(doctor, DOCTOR_PROBLEM, "default profile",
		    "emapi profile default NAME chooses one that there is (emapi profile list)",
		    "emapi.conf names \"%s\", and there is no such profile: programs that name "
		    "none "
		    "cannot send",
		    name);
	else
		doctor_find(doctor, DOCTOR_OK, "default profile", NULL, "\"%s\"", name);
}

void
doctor_profiles(struct doctor *doctor)
{
	g_auto(GStrv) names = profile_list();
	guint count = names ? g_strv_length(names) : 0;

	for (guint i = 0; i < count; i++) {
		struct profile *profile = NULL;
		g_autofree char *why = NULL;
		g_autofree char *where = g_strdup_printf("profile \"%s\"", names[i]);
		HRESULT hr = profile_load(names[i], &profile, &why);

		if (FAILED(hr)) {
			doctor_find(doctor, DOCTOR_PROBLEM, where, "mend its file, or delete it",
			    "%s", why ? why : hr_text(hr));
			continue;
		}
		g_ptr_array_add(doctor->profiles, profile);
		check_profile(doctor, profile);
	}
	check_default(doctor, names);
	doctor_each(doctor, MAPI_TRANSPORT_PROVIDER, check_module);
	doctor_each(doctor, MAPI_STORE_PROVIDER, check_module);
}

/* --- Secrets ------------------------------------------------------------------------------- */

/* A password command may hold the password itself: it is not told. */
static char *
without_command(const char *why, const char *command)
{
	g_autofree char *quoted = g_strdup_printf(" \"%s\"", command);
	g_auto(GStrv) parts = g_strsplit(why, quoted, -1);

	return g_strjoinv("", parts);
}

/* Whether this way of logging in takes no password. */
static bool
needs_none(const char *auth)
{
	g_autofree char *lower = g_ascii_strdown(auth ? auth : "", -1);

	return strstr(lower, "gssapi") || strstr(lower, "external");
}

static void
check_secret(struct doctor *doctor, struct profile *profile, const struct doctor_section *section)
{
	g_autofree char *user = prop_find_text(section->values, section->count, PR_EMAPI_USER);
	g_autofree char *auth = prop_find_text(section->values, section->count, PR_EMAPI_AUTH);
	g_autofree char *command =
	    prop_find_text(section->values, section->count, PR_EMAPI_PASSWORD_COMMAND);
	g_autofree char *where = g_strdup_printf("profile \"%s\"", profile_name(profile));
	g_autofree char *why = NULL, *told = NULL;
	SPropValue *secret = NULL;
	HRESULT hr;

	if (!user || !*user)
		return;
	if (doctor->offline && command && *command) {
		doctor_find(doctor, DOCTOR_SKIPPED, where, NULL,
		    "the password of %s was not read: its command could ask another machine", user);
		return;
	}
	secret = mem_zalloc(NULL, sizeof *secret);
	hr = secret ? secret_read(profile, section->uid, PR_EMAPI_PASSWORD, secret, secret, &why)
		    : MAPI_E_NOT_ENOUGH_MEMORY;
	if (SUCCEEDED(hr))
		explicit_bzero(secret->Value.lpszA, strlen(secret->Value.lpszA));
	mem_free(secret);
	if (SUCCEEDED(hr) || (hr == MAPI_E_NOT_FOUND && needs_none(auth))) {
		doctor_find(doctor, DOCTOR_OK, where, NULL, "%s for %s",
		    SUCCEEDED(hr) ? "there is a password" : "no password is needed", user);
		return;
	}
	if (hr == MAPI_E_NOT_FOUND) {
		g_autofree char *remedy =
		    g_strdup_printf("emapi profile set '%s' --password; until then mail for this "
				    "server waits; then: emapi queue run",
			profile_name(profile));

		doctor_find(doctor, DOCTOR_PROBLEM, where, remedy,
		    "there is no password for %s: neither the profile nor emapi's own folder has "
		    "one",
		    user);
		return;
	}
	told = command && *command && why ? without_command(why, command) : g_strdup(why);
	doctor_find(doctor, DOCTOR_PROBLEM, where,
	    "until then mail for this server waits; once mended: emapi queue run",
	    "the password of %s cannot be read: %s", user, told ? told : hr_text(hr));
}

void
doctor_secrets(struct doctor *doctor)
{
	doctor_each(doctor, MAPI_TRANSPORT_PROVIDER, check_secret);
}

/* --- What services switch off --------------------------------------------------------------- */

#define SOON (G_TIME_SPAN_DAY * 90)

static const struct deadline {
	const char *server;
	bool password;
	int date[3];
	const char *what, *remedy;
} deadlines[] = {
#include "emapi_deadlines.inc"
};

static bool
fits(const struct deadline *d, const char *server, bool password)
{
	if (d->password && !password)
		return false;
	if (g_str_has_prefix(d->server, "*."))
		return g_str_has_suffix(server, d->server + 1);
	return strcmp(server, d->server) == 0;
}

static void
tell_deadline(struct doctor *doctor, const char *where, const struct deadline *d)
{
	g_autoptr(GDateTime) day = g_date_time_new_utc(d->date[0], d->date[1], d->date[2], 0, 0, 0);
	bool soon = g_date_time_to_unix(day) * G_USEC_PER_SEC - doctor->now < SOON;

	doctor_find(doctor, soon ? DOCTOR_PROBLEM : DOCTOR_NOTE, where, d->remedy,
	    "%04d-%02d-%02d: %s", d->date[0], d->date[1], d->date[2], d->what);
}

static void
check_deadlines(
    struct doctor *doctor, struct profile *profile, const struct doctor_section *section)
{
	g_autofree char *server = prop_find_text(section->values, section->count, PR_EMAPI_SERVER);
	g_autofree char *user = prop_find_text(section->values, section->count, PR_EMAPI_USER);
	g_autofree char *auth = prop_find_text(section->values, section->count, PR_EMAPI_AUTH);
	g_autofree char *host = g_ascii_strdown(server ? server : "", -1);
	g_autofree char *how = g_ascii_strdown(auth ? auth : "", -1);
	g_autofree char *where =
	    g_strdup_printf("profile \"%s\", server %s", profile_name(profile), host);
	bool token = g_str_has_prefix(how, "xoauth2") || g_str_has_prefix(how, "oauthbearer");

	for (size_t i = 0; i < G_N_ELEMENTS(deadlines); i++)
		if (fits(&deadlines[i], host, user && *user && !token))
			tell_deadline(doctor, where, &deadlines[i]);
}

void
doctor_deadlines(struct doctor *doctor)
{
	doctor_each(doctor, MAPI_TRANSPORT_PROVIDER, check_deadlines);
}
