/* SPDX-License-Identifier: MIT */
#include "trial.h"

#include <glib.h>
#include <mapicode.h>
#include <mapitags.h>
#include <emapispi.h>
#include "abooks.h"
#include "com.h"
#include "hr.h"
#include "mem.h"
#include "prop.h"
#include "session.h"
#include "text.h"

void
trial_clear(struct trial *trial)
{
	g_free(trial->name);
	g_free(trial->why);
	g_strfreev(trial->journey);
}

static char **
read_journey(const SPropValue *value)
{
	ULONG count = PROP_TYPE(value->ulPropTag) == PT_MV_UNICODE ? value->Value.MVszW.cValues : 0;
	char **lines = g_new0(char *, count + 1);

	for (ULONG i = 0; i < count; i++) {
		char *text = text_to_utf8(NULL, value->Value.MVszW.lppszW[i]);

		lines[i] = g_strdup(text ? text : "");
		mem_free(text);
	}
	return lines;
}

static void
read_finding(IMAPIStatus *status, struct trial *trial)
{
	static SizedSPropTagArray(2, tags) = { 2, { PR_EMAPI_JOURNEY_W, PR_STATUS_STRING_W } };
	SPropValue *values = NULL;
	ULONG count = 0;

	if (FAILED(status->lpVtbl->GetProps(
		status, (SPropTagArray *)&tags, MAPI_UNICODE, &count, &values)))
		return;
	g_strfreev(trial->journey);
	trial->journey = read_journey(&values[0]);
	g_free(trial->why);
	trial->why = prop_find_text(values, count, PR_STATUS_STRING_W);
	mem_free(values);
}

/* A transport that shows no status object is asked all the same: IXPLogon has ValidateState too. */
static void
validate(IXPLogon *logon, struct trial *trial)
{
	IMAPIStatus *status = NULL;
	ULONG type = 0;

	if (FAILED(logon->lpVtbl->OpenStatusEntry(logon, NULL, 0, &type, &status)))
		status = NULL;
	trial->hr = logon->lpVtbl->ValidateState(logon, 0, SUPPRESS_UI);
	if (!status)
		return;
	read_finding(status, trial);
	status->lpVtbl->Release(status);
}

static char *
session_why(IMAPISession *session, HRESULT hr)
{
	MAPIERROR *error = NULL;
	char *text = NULL;

	if (SUCCEEDED(session->lpVtbl->GetLastError(session, hr, 0, &error)) && error)
		text = g_strdup((const char *)error->lpszError);
	mem_free(error);
	return text;
}

static bool
carries_smtp(IXPLogon *logon)
{
	ULONG flags = 0, types_count = 0, uids_count = 0;
	LPTSTR *types = NULL;
	MAPIUID **uids = NULL;
	bool found;

	if (FAILED(logon->lpVtbl->AddressTypes(
		logon, &flags, &types_count, &types, &uids_count, &uids)))
		return false;
	found = !types; /* all of them */
	for (ULONG i = 0; i < types_count && types && !found; i++) {
		char *name = NULL;

		if (SUCCEEDED(text_from_arg(NULL, types[i], flags, &name)) && name)
			found = g_ascii_strcasecmp(name, "SMTP") == 0;
		mem_free(name);
	}
	return found;
}

static HRESULT
on_notify(void *context, ULONG flags, void *data)
{
	const struct trial *trial = context;

	if (flags == NOTIFY_EMAPI_JOURNEY && data && trial->said)
		trial->said(data);
	return S_OK;
}

void
trial_run(IMAPISession *session, const MAPIUID *provider, struct trial *trial)
{
	const struct support_hooks hooks = { .spooler_notify = on_notify, .context = trial };
	struct session *inner = session_from(session);
	SPropValue *values = NULL;
	IXPLogon *logon = NULL;
	ULONG count = 0;

	trial->journey = g_new0(char *, 1);
	trial->carries_smtp = true;
	trial->when = g_get_real_time();
	if (SUCCEEDED(profile_section_read(session_profile(inner), provider, &values, &count)))
		trial->name = prop_find_text(values, count, PR_DISPLAY_NAME_W);
	mem_free(values);
	trial->hr = session_open_transport(inner, provider, &hooks, &logon);
	if (FAILED(trial->hr)) {
		trial->why = session_why(session, trial->hr);
		return;
	}
	trial->carries_smtp = carries_smtp(logon);
	validate(logon, trial);
	logon->lpVtbl->TransportLogoff(logon, 0);
	logon->lpVtbl->Release(logon);
}

static char *
status_words(IMAPIStatus *status)
{
	static SizedSPropTagArray(1, tags) = { 1, { PR_STATUS_STRING_W } };
	SPropValue *values = NULL;
	char *words = NULL;
	ULONG count = 0;

	if (SUCCEEDED(status->lpVtbl->GetProps(
		status, (SPropTagArray *)&tags, MAPI_UNICODE, &count, &values)))
		words = prop_find_text(values, count, PR_STATUS_STRING_W);
	mem_free(values);
	if (words && !*words)
		g_clear_pointer(&words, g_free);
	return words;
}

HRESULT
trial_book(IMAPISession *session, const MAPIUID *provider, char **words)
{
	struct session *inner = session_from(session);
	IMAPIStatus *status = NULL;
	IABLogon *logon = NULL;
	ULONG type = 0;
	HRESULT hr = abooks_by_provider(inner, provider, &logon);

	*words = NULL;
	if (FAILED(hr))
		*words = abooks_trouble(inner);
	if (SUCCEEDED(hr))
		hr = logon->lpVtbl->OpenStatusEntry(logon, NULL, 0, &type, &status);
	if (hr == MAPI_E_NO_SUPPORT) /* it has nothing to say of itself */
		hr = S_OK;
	if (status) {
		hr = status->lpVtbl->ValidateState(status, 0, SUPPRESS_UI);
		*words = status_words(status);
	}
	if (FAILED(hr) && !*words)
		*words = g_strdup(hr_text(hr));
	COM_CLEAR(status);
	COM_CLEAR(logon);
	return hr;
}
