/* SPDX-License-Identifier: MIT */
/* See smtp_wishes.h.  The properties are a client's: only known words get into a command. */
#include "smtp_wishes.h"

#include <string.h>
#include <glib.h>
#include <emapispi.h>
#include <mapitags.h>

#include "mem.h"
#include "prop.h"
#include "read.h"
#include "text.h"

#define ENVID_MAX 100 /* RFC 3461 4.4, as xtext */

/* The known words of a list, in our order; NULL where it has none, or NEVER beside others. */
static char *
clean_notify(const char *list)
{
	static const char *const known[] = { "NEVER", "SUCCESS", "FAILURE", "DELAY" };
	g_auto(GStrv) words = g_strsplit_set(list, ", ", -1);
	GString *out = g_string_new(NULL);
	size_t i, j;

	for (i = 0; i < G_N_ELEMENTS(known); i++)
		for (j = 0; words[j]; j++) {
			if (g_ascii_strcasecmp(words[j], known[i]) != 0)
				continue;
			g_string_append_printf(out, "%s%s", out->len ? "," : "", known[i]);
			break;
		}
	if (out->len == 0 || g_str_has_prefix(out->str, "NEVER,"))
		return g_string_free(out, TRUE);
	return g_string_free(out, FALSE);
}

static const char *
clean_ret(const char *word)
{
	if (g_ascii_strcasecmp(word, "FULL") == 0)
		return "FULL";
	return g_ascii_strcasecmp(word, "HDRS") == 0 ? "HDRS" : NULL;
}

/* xtext, RFC 3461 4. */
static char *
clean_envid(const char *text)
{
	GString *out = g_string_new(NULL);

	for (; *text; text++)
		if (*text > ' ' && *text < 0x7F && *text != '+' && *text != '=')
			g_string_append_c(out, *text);
		else
			g_string_append_printf(out, "+%02X", (unsigned char)*text);
	return g_string_free(out, out->len == 0 || out->len > ENVID_MAX);
}

static void
read_usual(struct smtp_wishes *wishes, const SPropValue *values, ULONG count)
{
	const SPropValue *key = prop_find(values, count, PR_SEARCH_KEY);

	if (!prop_find_bool(values, count, PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED, false))
		return;
	if (!wishes->notify)
		wishes->notify = g_strdup("SUCCESS,FAILURE,DELAY");
	if (!wishes->ret)
		wishes->ret = "HDRS";
	if (!wishes->envid && key && key->Value.bin.cb <= ENVID_MAX / 2)
		wishes->envid = text_hex(key->Value.bin.lpb, key->Value.bin.cb);
}

void
smtp_wishes_read(struct smtp_wishes *wishes, IMessage *message)
{
	static const ULONG tags[] = { PR_EMAPI_DSN_NOTIFY_W, PR_EMAPI_DSN_RETURN_W,
		PR_EMAPI_DSN_ENVID_W, PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED, PR_SEARCH_KEY };
	const ULONG count = G_N_ELEMENTS(tags);
	g_autofree char *notify = NULL, *ret = NULL, *envid = NULL;
	SPropValue *values = NULL;

	memset(wishes, 0, sizeof *wishes);
	if (FAILED(read_props((IMAPIProp *)message, tags, count, &values)))
		return;
	notify = prop_find_text(values, count, PR_EMAPI_DSN_NOTIFY_W);
	ret = prop_find_text(values, count, PR_EMAPI_DSN_RETURN_W);
	envid = prop_find_text(values, count, PR_EMAPI_DSN_ENVID_W);
	wishes->notify = notify ? clean_notify(notify) : NULL;
	wishes->ret = ret ? clean_ret(ret) : NULL;
	wishes->envid = envid ? clean_envid(envid) : NULL;
	read_usual(wishes, values, count);
	mem_free(values);
}

bool
smtp_wish_success(const struct smtp_wishes *wishes)
{
	return wishes->notify && strstr(wishes->notify, "SUCCESS");
}

void
smtp_wishes_clear(struct smtp_wishes *wishes)
{
	g_free(wishes->notify);
	g_free(wishes->envid);
	memset(wishes, 0, sizeof *wishes);
}
