/* SPDX-License-Identifier: MIT */
/* Recipients and their verdicts: see xp.h. */
#include "xp.h"

#include <stdarg.h>
#include <string.h>
#include <mapicode.h>
#include <mapitags.h>

#include "address.h"
#include "prop.h"
#include "read.h"

static void
recipient_free(void *data)
{
	struct xp_recipient *recipient = data;

	g_free(recipient->name);
	g_free(recipient->type);
	g_free(recipient->address);
	g_free(recipient->verdict.enhanced);
	g_free(recipient->verdict.text);
	g_free(recipient->verdict.remote_mta);
	g_free(recipient->verdict.queue_id);
	g_free(recipient);
}

void
xp_recipients_free(struct xp_recipients *recipients)
{
	if (!recipients)
		return;
	g_ptr_array_unref(recipients->list);
	g_string_free(recipients->journey, TRUE);
	g_free(recipients);
}

static bool
is_served(const char *type, const char *const *types)
{
	for (; type && *types; types++)
		if (g_ascii_strcasecmp(type, *types) == 0)
			return true;
	return false;
}

struct reading {
	struct xp_recipients *recipients;
	const char *const *types;
	bool all; /* all rows are meant */
};

/* A row of one of our types without an address is ours too: to be refused, not passed over. */
static HRESULT
read_row(void *context, const SPropValue *values, ULONG count)
{
	struct reading *reading = context;
	struct address_person person;
	struct xp_recipient *recipient;
	HRESULT hr;

	if (!reading->all && prop_find_bool(values, count, PR_RESPONSIBILITY, false))
		return S_OK;
	hr = address_pick(values, count, &address_tags_recipient, &person);
	if (hr == MAPI_E_NOT_FOUND) {
		person.type = prop_find_text(values, count, PR_ADDRTYPE_W);
		person.address = g_strdup("");
	} else if (FAILED(hr)) {
		return hr;
	}
	if (!is_served(person.type, reading->types)) {
		address_person_clear(&person);
		return S_OK;
	}
	recipient = g_new0(struct xp_recipient, 1);
	recipient->row = (ULONG)prop_find_long(values, count, PR_ROWID, 0);
	recipient->kind = prop_find_long(values, count, PR_RECIPIENT_TYPE, MAPI_TO);
	recipient->name = person.name;
	recipient->type = person.type;
	recipient->address = person.address;
	g_ptr_array_add(reading->recipients->list, recipient);
	return S_OK;
}

static struct reading
reading_begin(const char *const *types, bool all)
{
	struct reading reading = { g_new0(struct xp_recipients, 1), types, all };

	reading.recipients->list = g_ptr_array_new_with_free_func(recipient_free);
	reading.recipients->journey = g_string_new(NULL);
	reading.recipients->unmarked = all;
	return reading;
}

static HRESULT
reading_end(struct reading *reading, HRESULT hr, struct xp_recipients **out)
{
	*out = NULL;
	if (SUCCEEDED(hr))
		*out = g_steal_pointer(&reading->recipients);
	xp_recipients_free(reading->recipients);
	return hr;
}

HRESULT
xp_recipients_read(IMessage *message, const char *const *types, struct xp_recipients **out)
{
	static const ULONG columns[] = { PR_ROWID, PR_RECIPIENT_TYPE, PR_RESPONSIBILITY,
		PR_DISPLAY_NAME_W, PR_ADDRTYPE_W, PR_EMAIL_ADDRESS_W, PR_SMTP_ADDRESS_W,
		PR_ENTRYID };
	struct reading reading = reading_begin(types, false);
	IMAPITable *table = NULL;
	HRESULT hr = message->lpVtbl->GetRecipientTable(message, MAPI_UNICODE, &table);

	if (SUCCEEDED(hr)) {
		hr = read_rows(table, columns, G_N_ELEMENTS(columns), read_row, &reading);
		table->lpVtbl->Release(table);
	}
	return reading_end(&reading, hr, out);
}

HRESULT
xp_recipients_take(const SRowSet *rows, const char *const *types, struct xp_recipients **out)
{
	struct reading reading = reading_begin(types, true);

	return reading_end(&reading, read_row_set(rows, read_row, &reading), out);
}

static void
set_text(char **target, const char *text)
{
	char *copy = g_strdup(text);

	g_free(*target);
	*target = copy;
}

void
xp_set_verdict(struct xp_recipient *recipient, LONG retry_class, LONG code, const char *enhanced,
    const char *text)
{
	struct xp_verdict *verdict = &recipient->verdict;

	verdict->given = true;
	verdict->retry_class = retry_class;
	verdict->code = code;
	set_text(&verdict->enhanced, enhanced);
	set_text(&verdict->text, text);
	recipient->reported = false;
}

void
xp_set_remaining(struct xp_recipients *recipients, LONG retry_class, LONG code,
    const char *enhanced, const char *text)
{
	guint i;

	for (i = 0; i < recipients->list->len; i++)
		if (!xp_recipient_at(recipients, i)->verdict.given)
			xp_set_verdict(
			    xp_recipient_at(recipients, i), retry_class, code, enhanced, text);
}

void
xp_set_remote(struct xp_recipient *recipient, const char *remote_mta, const char *queue_id)
{
	set_text(&recipient->verdict.remote_mta, remote_mta);
	set_text(&recipient->verdict.queue_id, queue_id);
}

void
xp_journey(struct xp_recipients *recipients, const char *format, ...)
{
	g_autofree char *line = NULL;
	va_list arguments;

	va_start(arguments, format);
	line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_strdelimit(line, "\r\n", ' '); /* the path of a file may have them */
	xp_journey_lines(recipients, line);
}

void
xp_journey_lines(struct xp_recipients *recipients, const char *lines)
{
	if (!*lines)
		return;
	g_string_append(recipients->journey, lines);
	g_string_append_c(recipients->journey, '\n');
}

unsigned
xp_refuse_malformed(struct xp_recipients *recipients)
{
	unsigned left = 0;
	guint i;

	for (i = 0; i < recipients->list->len; i++) {
		struct xp_recipient *recipient = xp_recipient_at(recipients, i);
		g_autofree char *why = NULL, *text = NULL;

		if (recipient->verdict.given)
			continue;
		if (g_ascii_strcasecmp(recipient->type, "SMTP") != 0 ||
		    address_check(recipient->address, &why)) {
			left++;
			continue;
		}
		/* Worded as a server would: the enhanced status first. */
		text = g_strdup_printf(
		    "5.1.3 malformed address \"%s\": %s; not sent to anyone. Correct "
		    "the address and send again",
		    recipient->address, why);
		xp_set_verdict(recipient, EMAPI_RETRY_PERMANENT, 553, "5.1.3", text);
	}
	return left;
}

static void
refuse_all(struct xp_recipients *recipients, LONG retry_class, LONG code, const char *enhanced,
    const char *why)
{
	g_autofree char *text = g_strdup_printf("%s %s", enhanced, why ? why : "");

	xp_set_remaining(recipients, retry_class, code, enhanced, text);
}

void
xp_refuse_unrendered(struct xp_recipients *recipients, HRESULT hr, const char *why)
{
	switch (hr) {
	case MAPI_E_UNCONFIGURED:
		xp_set_remaining(recipients, EMAPI_RETRY_HOLD, 0, NULL, why);
		break;
	case MAPI_E_BAD_CHARWIDTH:
		refuse_all(recipients, EMAPI_RETRY_PERMANENT, 553, "5.6.7", why);
		break;
	case MAPI_E_NO_SUPPORT:
	case MAPI_E_TOO_COMPLEX:
		refuse_all(recipients, EMAPI_RETRY_PERMANENT, 554, "5.6.3", why);
		break;
	case MAPI_E_CORRUPT_DATA:
	case MAPI_E_NOT_FOUND:
		refuse_all(recipients, EMAPI_RETRY_PERMANENT, 554, "5.6.0", why);
		break;
	case MAPI_E_NOT_ENOUGH_DISK:
		refuse_all(recipients, EMAPI_RETRY_TEMPORARY, 452, "4.3.1", why);
		break;
	default:
		refuse_all(recipients, EMAPI_RETRY_TEMPORARY, 451, "4.3.0", why);
	}
}
