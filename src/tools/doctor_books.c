/* SPDX-License-Identifier: MIT */
/* emapi doctor: address books: files that can be used, directories that answer and show people. */
#include "doctor.h"

#include <mapitags.h>
#include "com.h"
#include "hr.h"
#include "prop.h"
#include "session.h"
#include "trial.h"

static void
tell_trouble(struct doctor *doctor, const char *where, const char *why)
{
	doctor_find(doctor, DOCTOR_PROBLEM, where,
	    "no mail is lost: whole addresses go out all the same; a name that only this address "
	    "book knows is refused before anything is stored, and a list of its waits in the "
	    "Outbox and is tried again by itself; once mended: emapi queue run",
	    "%s", why);
}

static void
check_book(struct doctor *doctor, struct profile *profile, const struct doctor_section *section)
{
	g_autofree char *name = prop_find_text(section->values, section->count, PR_DISPLAY_NAME_W);
	g_autofree char *where = g_strdup_printf("profile \"%s\", address book \"%s\"",
	    profile_name(profile), name ? name : "without a name");
	g_autofree char *why = NULL;
	IMAPISession *session = NULL;
	HRESULT hr;

	if (doctor->offline && !doctor_is_own(section, "emapi_ab.so")) {
		doctor_find(doctor, DOCTOR_SKIPPED, where, NULL,
		    "it was not asked: it lies on another machine, or could");
		return;
	}
	hr = session_create(profile, MAPI_EXTENDED | MAPI_NO_MAIL, &session, &why);
	if (SUCCEEDED(hr))
		hr = trial_book(session, section->uid, &why);
	if (FAILED(hr))
		tell_trouble(doctor, where, why ? why : hr_text(hr));
	else
		doctor_find(doctor, DOCTOR_OK, where, NULL, "%s", why ? why : "it can be used");
	if (session)
		session->lpVtbl->Logoff(session, 0, 0, 0);
	COM_CLEAR(session);
}

void
doctor_books(struct doctor *doctor)
{
	doctor_each(doctor, MAPI_AB_PROVIDER, check_book);
}
