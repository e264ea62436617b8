/* SPDX-License-Identifier: MIT */
/* The profile's settings as the engine takes them: see smtp_settings.h. */
#include "smtp_settings.h"

#include <string.h>
#include <mapicode.h>
#include <mapitags.h>

#include "com.h"
#include "hr.h"
#include "mem.h"
#include "prop.h"

static const char *
setting(struct smtp_settings *settings, const struct xp_logon *logon, ULONG tag)
{
	char *text = xp_setting_text(logon, tag);

	if (text)
		g_ptr_array_add(settings->texts, text);
	return text;
}

/* The words the section has for its failure, else ours; g_free(). */
static char *
explain_secret(IProfSect *section, HRESULT hr)
{
	MAPIERROR *error = NULL;
	char *why = NULL;

	if (hr == MAPI_E_NOT_FOUND)
		return g_strdup("the profile names none");
	if (section && SUCCEEDED(section->lpVtbl->GetLastError(section, hr, 0, &error)) && error &&
	    error->lpszError)
		why = g_strdup((const char *)error->lpszError);
	mem_free(error);
	if (why && g_str_has_suffix(why, "."))
		why[strlen(why) - 1] = '\0';
	return why ? why : g_strdup_printf("the profile cannot give it (%s)", hr_text(hr));
}

static void
said(void *context, const char *line)
{
	xp_said(context, line);
}

static bool
hand_over(void *context, char **why)
{
	return SUCCEEDED(xp_hand_over(context, why));
}

static char *
read_password(void *context, char **why)
{
	IMAPISupport *support = ((const struct xp_logon *)context)->support;
	SizedSPropTagArray(1, tags) = { 1, { PR_EMAPI_PASSWORD } };
	IProfSect *section = NULL;
	SPropValue *value = NULL;
	char *password = NULL;
	ULONG count = 0;
	HRESULT hr;

	hr = support->lpVtbl->OpenProfileSection(support, NULL, 0, &section);
	if (SUCCEEDED(hr))
		hr = section->lpVtbl->GetProps(section, (LPSPropTagArray)&tags, 0, &count, &value);
	if (SUCCEEDED(hr) && count == 1 && PROP_TYPE(value->ulPropTag) == PT_ERROR)
		hr = value->Value.err;
	else if (SUCCEEDED(hr))
		password = prop_find_text(value, count, PR_EMAPI_PASSWORD);
	if (!password)
		*why = explain_secret(section, FAILED(hr) ? hr : MAPI_E_NOT_FOUND);
	else
		explicit_bzero(value->Value.lpszA, strlen(value->Value.lpszA));
	mem_free(value);
	COM_CLEAR(section);
	return password;
}

static HRESULT
read_tls(struct smtp_settings *settings, const struct xp_logon *logon, char **why)
{
	const char *word = setting(settings, logon, PR_EMAPI_TLS_W);

	/* Without a word the port tells; never plain text unasked. */
	if (!word)
		settings->options.tls =
		    settings->options.port == 465 ? SMTP_TLS_IMPLICIT : SMTP_TLS_STARTTLS;
	else if (!g_ascii_strcasecmp(word, EMAPI_TLS_STARTTLS))
		settings->options.tls = SMTP_TLS_STARTTLS;
	else if (!g_ascii_strcasecmp(word, EMAPI_TLS_IMPLICIT))
		settings->options.tls = SMTP_TLS_IMPLICIT;
	else if (!g_ascii_strcasecmp(word, EMAPI_TLS_NONE))
		settings->options.tls = SMTP_TLS_NONE;
	else {
		*why = g_strdup_printf("SMTP: TLS=%s is unknown in this profile; it is none, "
				       "starttls or implicit",
		    word);
		return MAPI_E_UNCONFIGURED;
	}
	return S_OK;
}

static HRESULT
read_numbers(struct smtp_settings *settings, const struct xp_logon *logon, char **why)
{
	LONG port = xp_setting_long(logon, PR_EMAPI_PORT, 0);
	LONG timeout = xp_setting_long(logon, PR_EMAPI_TIMEOUT, 0);

	if (port < 0 || port > 65535 || timeout < 0 || timeout > 86400) {
		*why =
		    g_strdup_printf("SMTP: Port=%d or Timeout=%d is out of range in this profile",
			(int)port, (int)timeout);
		return MAPI_E_UNCONFIGURED;
	}
	settings->options.port = (unsigned)port;
	settings->options.reply_timeout = (unsigned)timeout;
	return S_OK;
}

HRESULT
smtp_settings_read(struct smtp_settings *settings, struct xp_logon *logon, char **why)
{
	struct smtp_options *options = &settings->options;
	HRESULT hr;

	settings->texts = g_ptr_array_new_with_free_func(g_free);
	options->server = setting(settings, logon, PR_EMAPI_SERVER_W);
	options->user = setting(settings, logon, PR_EMAPI_USER_W);
	options->mechanisms = setting(settings, logon, PR_EMAPI_AUTH_W);
	options->ca_file = setting(settings, logon, PR_EMAPI_CA_FILE_W);
	options->fingerprint = setting(settings, logon, PR_EMAPI_FINGERPRINT_W);
	options->proxy = setting(settings, logon, PR_EMAPI_PROXY_W);
	options->client_cert = setting(settings, logon, PR_EMAPI_CLIENT_CERT_W);
	options->client_key = setting(settings, logon, PR_EMAPI_CLIENT_KEY_W);
	options->helo = setting(settings, logon, PR_EMAPI_HELO_W);
	options->password = read_password;
	options->password_context = logon;
	options->said = said;
	options->said_context = logon;
	options->hand_over = hand_over;
	options->hand_over_context = logon;
	if (!options->server) {
		*why = g_strdup("SMTP: this profile names no Server");
		return MAPI_E_UNCONFIGURED;
	}
	hr = read_numbers(settings, logon, why);
	if (SUCCEEDED(hr))
		hr = read_tls(settings, logon, why);
	/* Now, and not when a message waits: a name server may be asked. */
	if (SUCCEEDED(hr) && !(options->helo && *options->helo)) {
		char *name = smtp_own_name();

		g_ptr_array_add(settings->texts, name);
		options->helo = name;
	}
	return hr;
}

void
smtp_settings_clear(struct smtp_settings *settings)
{
	g_clear_pointer(&settings->texts, g_ptr_array_unref);
	memset(&settings->options, 0, sizeof(settings->options));
}
