/* SPDX-License-Identifier: MIT */
/* The lines of a trace, which are a stranger's bytes: taking them apart, and showing them. */
#include "trace.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <mapix.h>
#include <mapitags.h>
#include "hr.h"
#include "propwords.h"

/* --- Lines --------------------------------------------------------------------------------- */

static bool
is_name(const char *text)
{
	for (const char *at = text; *at; at++)
		if (!g_ascii_isalnum(*at) && *at != '_')
			return false;
	return *text != 0;
}

/* "PID/THREAD" */
static bool
is_thread(const char *text)
{
	const char *slash = text ? strchr(text, '/') : NULL;

	return slash && slash > text && slash[1] &&
	       strspn(text, "0123456789") == (size_t)(slash - text) &&
	       !slash[1 + strspn(slash + 1, "0123456789")];
}

static bool
parse_head(char *head, struct trace_line *out)
{
	char *open = strchr(head, '(');
	char *method = strstr(head, ")::");

	out->iface = "";
	out->method = head;
	out->object = 0;
	if (!open && !method)
		return is_name(head);
	if (!open || !method || method < open)
		return false;
	*open = 0;
	out->iface = head;
	out->object = strtoul(open + 1, NULL, 10);
	out->method = method + 3;
	return is_name(out->iface) && is_name(out->method);
}

bool
trace_line_parse(char *line, struct trace_line *out)
{
	char *rest = NULL, *word = strtok_r(line, " \r\n", &rest);
	char *head;

	memset(out, 0, sizeof *out);
	if (!word || !g_ascii_isdigit(*word))
		return false;
	out->time = g_ascii_strtod(word, NULL);
	if (!(out->time >= 0 && out->time <= TRACE_LAST_SECOND))
		return false;
	word = strtok_r(NULL, " \r\n", &rest);
	out->duration = word ? g_ascii_strtoll(word, NULL, 10) : 0;
	out->thread = strtok_r(NULL, " \r\n", &rest);
	head = strtok_r(NULL, " \r\n", &rest);
	if (!is_thread(out->thread) || !head || !parse_head(head, out))
		return false;
	out->in = g_ptr_array_new();
	out->out = g_ptr_array_new();
	while ((word = strtok_r(NULL, " \r\n", &rest))) {
		if (!strcmp(word, "=") && !out->result)
			out->result = strtok_r(NULL, " \r\n", &rest);
		else
			g_ptr_array_add(out->result ? out->out : out->in, word);
	}
	if (!out->result)
		out->result = TRACE_CUT;
	return true;
}

void
trace_line_clear(struct trace_line *line)
{
	g_clear_pointer(&line->in, g_ptr_array_unref);
	g_clear_pointer(&line->out, g_ptr_array_unref);
}

const char *
trace_line_find(const GPtrArray *words, const char *name)
{
	size_t length = strlen(name);

	for (guint i = 0; i < words->len; i++) {
		const char *word = words->pdata[i];

		if (!strncmp(word, name, length) && word[length] == '=')
			return word + length + 1;
	}
	return NULL;
}

/* --- Names --------------------------------------------------------------------------------- */

struct flag {
	const char *method; /* NULL: of any method */
	ULONG bit;
	const char *name;
};

#define FLAG(method, bit)                                                                          \
	{                                                                                          \
		method, (ULONG)(bit), #bit                                                         \
	}

static const struct flag flags_known[] = {
	FLAG("MAPILogonEx", MAPI_NEW_SESSION),
	FLAG("MAPILogonEx", MAPI_ALLOW_OTHERS),
	FLAG("MAPILogonEx", MAPI_EXPLICIT_PROFILE),
	FLAG("MAPILogonEx", MAPI_EXTENDED),
	FLAG("MAPILogonEx", MAPI_USE_DEFAULT),
	FLAG("MAPILogonEx", MAPI_NO_MAIL),
	FLAG("OpenMsgStore", MDB_NO_DIALOG),
	FLAG("OpenMsgStore", MDB_WRITE),
	FLAG("OpenMsgStore", MDB_TEMPORARY),
	FLAG("OpenMsgStore", MDB_NO_MAIL),
	FLAG("OpenMsgStore", MAPI_DEFERRED_ERRORS),
	FLAG("OpenMsgStore", MAPI_BEST_ACCESS),
	FLAG("OpenEntry", MAPI_MODIFY),
	FLAG("OpenEntry", MAPI_DEFERRED_ERRORS),
	FLAG("OpenEntry", MAPI_BEST_ACCESS),
	FLAG("OpenProperty", MAPI_MODIFY),
	FLAG("OpenProperty", MAPI_CREATE),
	FLAG("OpenProperty", MAPI_DEFERRED_ERRORS),
	FLAG("OpenAttach", MAPI_MODIFY),
	FLAG("OpenAttach", MAPI_BEST_ACCESS),
	FLAG("SaveChanges", KEEP_OPEN_READONLY),
	FLAG("SaveChanges", KEEP_OPEN_READWRITE),
	FLAG("SaveChanges", FORCE_SAVE),
	FLAG("SaveChanges", MAPI_DEFERRED_ERRORS),
	FLAG("CreateMessage", MAPI_ASSOCIATED),
	FLAG("CreateMessage", MAPI_DEFERRED_ERRORS),
	FLAG("CreateFolder", OPEN_IF_EXISTS),
	FLAG("ModifyRecipients", MODRECIP_ADD),
	FLAG("ModifyRecipients", MODRECIP_MODIFY),
	FLAG("ModifyRecipients", MODRECIP_REMOVE),
	FLAG("SubmitMessage", FORCE_SUBMIT),
	FLAG("SetReadFlag", SUPPRESS_RECEIPT),
	FLAG("SetReadFlag", CLEAR_READ_FLAG),
	FLAG("SetColumns", TBL_BATCH),
	FLAG("Restrict", TBL_BATCH),
	FLAG("SortTable", TBL_BATCH),
	FLAG("QueryRows", TBL_NOADVANCE),
	FLAG("QueryColumns", TBL_ALL_COLUMNS),
	FLAG("GetContentsTable", MAPI_ASSOCIATED),
	FLAG("GetContentsTable", MAPI_DEFERRED_ERRORS),
	FLAG("GetHierarchyTable", CONVENIENT_DEPTH),
	FLAG("CopyMessages", MESSAGE_MOVE),
	FLAG("CopyFolder", FOLDER_MOVE),
	FLAG("DeleteFolder", DEL_MESSAGES),
	FLAG("DeleteFolder", DEL_FOLDERS),
	FLAG("GetIDsFromNames", MAPI_CREATE),
	FLAG("CopyTo", MAPI_MOVE),
	FLAG("CopyTo", MAPI_NOREPLACE),
	FLAG("FindRow", DIR_BACKWARD),
	FLAG("Logoff", MAPI_LOGOFF_SHARED),
	FLAG(NULL, MAPI_UNICODE),
};

char *
trace_flag_names(const char *method, ULONG flags)
{
	GString *out = g_string_new(NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(flags_known); i++) {
		const struct flag *flag = flags_known + i;

		if (!(flags & flag->bit) || (flag->method && strcmp(flag->method, method)))
			continue;
		g_string_append_printf(out, "%s%s", out->len ? "|" : "", flag->name);
		flags &= ~flag->bit;
	}
	if (flags || !out->len)
		g_string_append_printf(out, flags ? "%s0x%X" : "%s%u", out->len ? "|" : "", flags);
	return g_string_free(out, FALSE);
}

static bool
is_hex(const char *text, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!g_ascii_isxdigit(text[i]))
			return false;
	return true;
}

/* What a number is, by the tag it has: MAPI_TO; false where it has no name. */
static bool
put_named(GString *out, ULONG tag, ULONG number)
{
	g_auto(GStrv) names = prop_words_flags(tag, number);
	g_autofree char *text = names && *names ? g_strjoinv("|", names) : NULL;

	if (text)
		g_string_append(out, text);
	return text != NULL;
}

/* A truth value, or a number that has a name. */
static bool
put_word_of(GString *out, ULONG tag, const char **at)
{
	char *end;

	if (PROP_TYPE(tag) == PT_BOOLEAN && (**at == '0' || **at == '1')) {
		g_string_append(out, *(*at)++ == '1' ? "true" : "false");
		return true;
	}
	if (!tag || !g_str_has_prefix(*at, "0x") || !put_named(out, tag, strtoul(*at, &end, 16)))
		return false;
	*at = end;
	return true;
}

/* Tags by name; a value's mark that was seen under a tag before, by that tag's. */
static void
put_value(GString *out, const char *value, GHashTable *seen)
{
	ULONG tag = 0;
	char last = 0;

	for (const char *at = value; *at;) {
		if (last && strchr("[,{(", last) && is_hex(at, 8) && at[8] &&
		    strchr(":,])", at[8])) {
			tag = strtoul(at, NULL, 16);
			g_string_append(out, tag_name(tag));
			at += 8;
			last = 'x';
			continue;
		}
		if (last == ':' && is_hex(at, 8) && !g_ascii_isxdigit(at[8])) {
			ULONG mark = strtoul(at, NULL, 16);
			ULONG known =
			    GPOINTER_TO_UINT(g_hash_table_lookup(seen, GUINT_TO_POINTER(mark)));

			if (!tag && known)
				g_string_append_printf(out, "%s", tag_name(known));
			else
				g_string_append_len(out, at, 8);
			if (tag && !known)
				g_hash_table_insert(
				    seen, GUINT_TO_POINTER(mark), GUINT_TO_POINTER(tag));
			at += 8;
			last = 'x';
			continue;
		}
		if (last == ':' && put_word_of(out, tag, &at)) {
			last = 'x';
			continue;
		}
		last = *at++;
		g_string_append_c(out, last);
	}
}

/* Numbers that are one of a few things, by the parameter's name. */
static bool
put_choice(GString *out, const char *word, const char *value)
{
	static const char *const bookmarks[] = { "BOOKMARK_BEGINNING", "BOOKMARK_CURRENT",
		"BOOKMARK_END" };
	ULONG number = strtoul(value + 1, NULL, 10);
	size_t before = out->len;

	g_string_append_len(out, word, value + 1 - word);
	if (g_str_has_prefix(word, "bkOrigin=") && number < G_N_ELEMENTS(bookmarks)) {
		g_string_append(out, bookmarks[number]);
		return true;
	}
	if ((g_str_has_prefix(word, "ulObjType=") || g_str_has_prefix(word, "lpulObjType=")) &&
	    put_named(out, PR_OBJECT_TYPE, number))
		return true;
	g_string_truncate(out, before);
	return false;
}

static void
put_word(GString *out, const struct trace_line *line, const char *word, GHashTable *seen)
{
	const char *value = strchr(word, '=');

	if (value && strstr(word, "lags=0x")) {
		g_autofree char *names =
		    trace_flag_names(line->method, strtoul(value + 1, NULL, 16));

		g_string_append(out, names);
	} else if (value && g_str_has_prefix(word, "ulPropTag=")) {
		g_string_append(out, tag_name(strtoul(value + 1, NULL, 10)));
	} else if (value && put_choice(out, word, value)) {
		return;
	} else {
		put_value(out, word, seen);
	}
}

/* A result in its name: an HRESULT, or Simple MAPI's number. */
static const char *
result_name(const struct trace_line *line)
{
	static const char *const simple[] = { "SUCCESS_SUCCESS", "MAPI_E_USER_ABORT",
		"MAPI_E_FAILURE", "MAPI_E_LOGON_FAILURE", "MAPI_E_DISK_FULL",
		"MAPI_E_INSUFFICIENT_MEMORY", "MAPI_E_ACCESS_DENIED", NULL,
		"MAPI_E_TOO_MANY_SESSIONS", "MAPI_E_TOO_MANY_FILES", "MAPI_E_TOO_MANY_RECIPIENTS",
		"MAPI_E_ATTACHMENT_NOT_FOUND", "MAPI_E_ATTACHMENT_OPEN_FAILURE",
		"MAPI_E_ATTACHMENT_WRITE_FAILURE", "MAPI_E_UNKNOWN_RECIPIENT",
		"MAPI_E_BAD_RECIPTYPE", "MAPI_E_NO_MESSAGES", "MAPI_E_INVALID_MESSAGE",
		"MAPI_E_TEXT_TOO_LARGE", "MAPI_E_INVALID_SESSION", "MAPI_E_TYPE_NOT_SUPPORTED",
		"MAPI_E_AMBIGUOUS_RECIPIENT", "MAPI_E_MESSAGE_IN_USE", "MAPI_E_NETWORK_FAILURE",
		"MAPI_E_INVALID_EDITFIELDS", "MAPI_E_INVALID_RECIPS", "MAPI_E_NOT_SUPPORTED" };
	gulong number = strtoul(line->result, NULL, 10);

	if (g_str_has_prefix(line->result, "0x"))
		return hr_name((HRESULT)strtoul(line->result, NULL, 16));
	return !line->object && g_ascii_isdigit(*line->result) && number < G_N_ELEMENTS(simple) &&
		       simple[number]
		   ? simple[number]
		   : line->result;
}

char *
trace_line_show(const struct trace_line *line, GHashTable *seen)
{
	GString *out = g_string_new(NULL);
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_local((gint64)line->time);
	g_autofree char *clock = when ? g_date_time_format(when, "%H:%M:%S") : g_strdup("?");

	g_string_append_printf(out, "%s.%03d %+.2fms %s ", clock,
	    (int)((line->time - (double)(gint64)line->time) * 1000), (double)line->duration / 1000,
	    line->thread);
	if (line->object)
		g_string_append_printf(out, "%s(%u)::", line->iface, line->object);
	g_string_append_printf(out, "%s(", line->method);
	for (guint i = 0; i < line->in->len; i++) {
		g_string_append(out, i ? ", " : "");
		put_word(out, line, line->in->pdata[i], seen);
	}
	g_string_append_printf(out, ") = %s", result_name(line));
	for (guint i = 0; i < line->out->len; i++) {
		g_string_append(out, i ? ", " : " -> ");
		put_word(out, line, line->out->pdata[i], seen);
	}
	return g_string_free(out, FALSE);
}
