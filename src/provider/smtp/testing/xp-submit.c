/* SPDX-License-Identifier: MIT */
/*
 * Hands a message to a transport module as the spooler does, for tests:
 *
 *   xp-submit MODULE.so [--set TAG=VALUE]... [--repeat=N] [--report] ROW...
 *
 * TAG is a property tag in hex (numbers for PT_LONG); 0x66190000 and up of the identity are asked
 * for in the profile's own section, but all are kept in one here.  ROW is TYPE:ADDRESS, with a '!'
 * before it where another transport is responsible.  Prints what StatusRecips is told, a line a row
 * (row, address, class, code, enhanced, text, remote MTA, queue id, parted by tabs), the journey
 * after
 * "| ", then "responsible" and the rows that have PR_RESPONSIBILITY.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include <mapispi.h>
#include <emapispi.h>

#include "bag.h"
#include "com.h"
#include "mem.h"
#include "message_double.h"
#include "prop.h"
#include "text.h"
#include "unsupported.h"

static struct bag *settings;
static char **sets, **words;
static int repeat = 1;
static gboolean report;

static GOptionEntry entries[] = {
	{ "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &sets, NULL, NULL },
	{ "repeat", 0, 0, G_OPTION_ARG_INT, &repeat, NULL, NULL },
	{ "report", 0, 0, G_OPTION_ARG_NONE, &report, NULL, NULL },
	{ G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &words, NULL, NULL },
	{ NULL },
};

/* --- The profile section ---------------------------------------------------------------------- */

struct section {
	struct com_object com;
	IProfSect iprofsect;
};

static const struct com_interface section_interfaces[] = {
	{ &IID_IProfSect, offsetof(struct section, iprofsect) },
	{ NULL, 0 },
};
static const struct com_class section_class = { .name = "section",
	.interfaces = section_interfaces };

COM_UNKNOWN(section, struct section, iprofsect, IProfSect)

static HRESULT
section_GetProps(
    IProfSect *This, LPSPropTagArray tags, ULONG flags, ULONG *count, LPSPropValue *out)
{
	return bag_get_props(settings, tags, flags, count, out);
}

static const IProfSectVtbl section_vtbl = {
	.QueryInterface = section_QueryInterface,
	.AddRef = section_AddRef,
	.Release = section_Release,
	.GetLastError = unsupported_IProfSect_GetLastError,
	.GetProps = section_GetProps,
};

/* --- The support object ----------------------------------------------------------------------- */

struct support {
	struct com_object com;
	IMAPISupport imapisupport;
};

static const struct com_interface support_interfaces[] = {
	{ &IID_IMAPISup, offsetof(struct support, imapisupport) },
	{ NULL, 0 },
};
static const struct com_class support_class = { .name = "support",
	.interfaces = support_interfaces };

COM_UNKNOWN(support, struct support, imapisupport, IMAPISupport)

static HRESULT
support_OpenProfileSection(IMAPISupport *This, LPMAPIUID uid, ULONG flags, LPPROFSECT *out)
{
	struct section *section = com_create(&section_class, sizeof *section);

	section->iprofsect.lpVtbl = &section_vtbl;
	*out = &section->iprofsect;
	return S_OK;
}

static void
print_text(const ADRENTRY *row, ULONG tag)
{
	char *text = prop_find_text(row->rgPropVals, row->cValues, tag);
	char **lines = g_strsplit(text ? text : "", "\n", -1);
	char *line = g_strjoinv(" / ", lines);

	printf("\t%s", line);
	g_strfreev(lines);
	g_free(line);
	g_free(text);
}

static void
print_journey(const ADRENTRY *row)
{
	const SPropValue *value = prop_find(row->rgPropVals, row->cValues, PR_EMAPI_JOURNEY_A);
	ULONG i;

	for (i = 0; value && i < value->Value.MVszA.cValues; i++)
		printf("| %s\n", value->Value.MVszA.lppszA[i]);
}

static HRESULT
support_StatusRecips(IMAPISupport *This, LPMESSAGE message, LPADRLIST list)
{
	ULONG i;

	for (i = 0; i < list->cEntries; i++) {
		const ADRENTRY *row = &list->aEntries[i];

		printf("%d", (int)prop_find_long(row->rgPropVals, row->cValues, PR_ROWID, -1));
		print_text(row, PR_EMAIL_ADDRESS_W);
		printf("\t%d\t%d",
		    (int)prop_find_long(row->rgPropVals, row->cValues, PR_EMAPI_RETRY_CLASS, -1),
		    (int)prop_find_long(row->rgPropVals, row->cValues, PR_EMAPI_REPLY_CODE, -1));
		print_text(row, PR_EMAPI_ENHANCED_STATUS_W);
		print_text(row, PR_EMAPI_REPLY_TEXT_W);
		print_text(row, PR_EMAPI_REMOTE_MTA_W);
		print_text(row, PR_EMAPI_QUEUE_ID_W);
		printf("\n");
		print_journey(row);
	}
	printf("status\n");
	mem_free(list);
	return S_OK;
}

/* Nobody looks on. */
static HRESULT
support_SpoolerNotify(IMAPISupport *This, ULONG flags, LPVOID data)
{
	return S_OK;
}

static const IMAPISupportVtbl support_vtbl = {
	.QueryInterface = support_QueryInterface,
	.AddRef = support_AddRef,
	.Release = support_Release,
	.OpenProfileSection = support_OpenProfileSection,
	.StatusRecips = support_StatusRecips,
	.SpoolerNotify = support_SpoolerNotify,
};

/* --- The message ------------------------------------------------------------------------------ */

static struct message_double *
make_message(void)
{
	struct message_double *message = double_create();
	int i;

	bag_set_text(double_bag(message), PR_SUBJECT_W, "hello");
	bag_set_text(double_bag(message), PR_BODY_W, "Hello\r\n.dot\r\n");
	bag_set_binary(double_bag(message), PR_SEARCH_KEY, "0123456789abcdef", 16);
	if (report)
		bag_set_bool(double_bag(message), PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED, true);
	for (i = 1; words[i]; i++) {
		struct bag *row = double_add_recipient(message, MAPI_TO);
		bool other = words[i][0] == '!';
		char **parts = g_strsplit(words[i] + other, ":", 2);

		bag_set_text(row, PR_ADDRTYPE_W, parts[0]);
		bag_set_text(row, PR_EMAIL_ADDRESS_W, parts[1]);
		bag_set_text(row, PR_DISPLAY_NAME_W, "Somebody");
		if (other)
			bag_set_bool(row, PR_RESPONSIBILITY, true);
		g_strfreev(parts);
	}
	return message;
}

static void
submit(IXPLogon *logon)
{
	struct message_double *message = make_message();
	ULONG_PTR reference = 0, parameter = 0;
	ULONG flags = 0;
	HRESULT hr;
	guint i;

	hr =
	    logon->lpVtbl->SubmitMessage(logon, 0, double_message(message), &reference, &parameter);
	printf("submit\t0x%08X\n", (unsigned)hr);
	if (SUCCEEDED(hr))
		printf(
		    "end\t0x%08X\n", (unsigned)logon->lpVtbl->EndMessage(logon, reference, &flags));
	printf("responsible");
	for (i = 0; words[i + 1]; i++) {
		if (bag_get_bool(double_recipient(message, i), PR_RESPONSIBILITY, false))
			printf("\t%s", words[i + 1]);
	}
	printf("\n");
	double_free(message);
}

static void
read_settings(void)
{
	char *value;
	ULONG tag;
	int i;

	settings = bag_create();
	for (i = 0; sets && sets[i]; i++) {
		tag = (ULONG)strtoul(sets[i], &value, 16);
		if (*value++ != '=')
			exit(64);
		if (PROP_TYPE(tag) == PT_LONG)
			bag_set_long(settings, tag, atoi(value));
		else
			bag_set_text(settings, tag, value);
	}
}

int
main(int argc, char **argv)
{
	GOptionContext *context = g_option_context_new("MODULE ROW...");
	struct support *support = com_create(&support_class, sizeof *support);
	XPPROVIDERINIT *init;
	IXPProvider *provider;
	IXPLogon *logon = NULL;
	MAPIERROR *error = NULL;
	ULONG version = 0, flags = 0;
	void *module;
	HRESULT hr;
	int i;

	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, &argc, &argv, NULL) || !words)
		return 64;
	g_option_context_free(context);
	read_settings();
	support->imapisupport.lpVtbl = &support_vtbl;
	module = dlopen(words[0], RTLD_NOW | RTLD_LOCAL);
	if (!module) {
		fprintf(stderr, "%s\n", dlerror());
		return 69;
	}
	*(void **)&init = dlsym(module, "XPProviderInit");
	if (!init || FAILED(init(NULL, NULL, mem_allocate, mem_allocate_more, mem_free, 0,
			 CURRENT_SPI_VERSION, &version, &provider)))
		return 70;
	hr = provider->lpVtbl->TransportLogon(
	    provider, &support->imapisupport, 0, NULL, &flags, &error, &logon);
	printf("logon\t0x%08X\t%s\n", (unsigned)hr, error ? (const char *)error->lpszError : "");
	mem_free(error);
	for (i = 0; SUCCEEDED(hr) && i < repeat; i++)
		submit(logon);
	if (logon) {
		logon->lpVtbl->Idle(logon, 0);
		logon->lpVtbl->TransportLogoff(logon, 0);
		logon->lpVtbl->Release(logon);
	}
	provider->lpVtbl->Shutdown(provider, &flags);
	provider->lpVtbl->Release(provider);
	bag_free(settings);
	com_release(&support->com);
	g_strfreev(words);
	g_strfreev(sets);
	return 0;
}
