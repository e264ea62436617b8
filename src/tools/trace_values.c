/* SPDX-License-Identifier: MIT */
/* Values of a trace: see trace_values.h. */
#include "trace_values.h"

#include <stdlib.h>
#include <string.h>
#include <mapitags.h>
#include "text.h"

#define LARGEST (64u * 1024 * 1024)
#define MARK 8 /* hex digits */
#define MANY 4096u

void
trace_values_init(struct trace_values *values)
{
	values->memory = g_ptr_array_new_with_free_func(g_free);
	values->marks =
	    g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
}

void
trace_values_clear(struct trace_values *values)
{
	g_ptr_array_unref(values->memory);
	g_hash_table_unref(values->marks);
}

void *
trace_values_keep(struct trace_values *values, size_t size)
{
	void *made = size > LARGEST ? NULL : g_try_malloc0(size + sizeof(WCHAR));

	if (made)
		g_ptr_array_add(values->memory, made);
	return made;
}

/* What one value says of itself: its size and then a mark or its contents, or neither. */
struct told {
	size_t size;
	char mark[MARK + 1];
	char *text; /* contents */
	size_t text_size;
};

static bool
read_contents(struct trace_values *values, const char **at, struct told *out)
{
	const char *end = strchr(*at, '"');
	char *to;

	if (!end || !(out->text = to = trace_values_keep(values, end - *at)))
		return false;
	for (const char *from = *at; from < end; to++)
		if (*from == '%' && g_ascii_isxdigit(from[1]) && g_ascii_isxdigit(from[2])) {
			*to = g_ascii_xdigit_value(from[1]) * 16 + g_ascii_xdigit_value(from[2]);
			from += 3;
		} else {
			*to = *from++;
		}
	out->text_size = to - out->text;
	*at = end + 1;
	return true;
}

static bool
read_told(struct trace_values *values, const char **at, struct told *out)
{
	char *end;

	memset(out, 0, sizeof *out);
	if (g_str_has_prefix(*at, "***")) {
		*at += 3;
		return true;
	}
	if (!g_ascii_isdigit(**at))
		return false;
	out->size = strtoul(*at, &end, 10);
	*at = end;
	if (out->size > LARGEST)
		return false;
	if (**at != ':')
		return true;
	if ((*at)[1] == '"') {
		*at += 2;
		return read_contents(values, at, out);
	}
	if (strlen(*at) <= MARK)
		return false;
	memcpy(out->mark, *at + 1, MARK);
	*at += 1 + MARK;
	return true;
}

static bool
bytes_of(struct trace_values *values, const struct told *told, SBinary *out)
{
	GBytes *known = g_hash_table_lookup(values->marks, told->mark);
	gsize size = told->size;
	gconstpointer data = known ? g_bytes_get_data(known, &size) : NULL;

	if (told->text)
		size = MAX(size, told->text_size);
	out->cb = size;
	out->lpb = trace_values_keep(values, size);
	if (out->lpb && data)
		memcpy(out->lpb, data, size);
	else if (out->lpb && told->text)
		memcpy(out->lpb, told->text, told->text_size);
	return out->lpb != NULL;
}

bool
trace_value_bytes(struct trace_values *values, const char *text, SBinary *out)
{
	struct told told;

	memset(out, 0, sizeof *out);
	if (!text)
		return false;
	if (!strcmp(text, "NULL"))
		return true;
	return read_told(values, &text, &told) && bytes_of(values, &told, out);
}

bool
trace_value_entries(struct trace_values *values, const char *text, ENTRYLIST **out)
{
	struct told told;
	ENTRYLIST *list;

	*out = NULL;
	if (!text || *text++ != '{')
		return false;
	list = trace_values_keep(values, sizeof *list);
	if (list)
		list->lpbin = trace_values_keep(
		    values, sizeof *list->lpbin * MIN(strlen(text) / 2 + 1, MANY));
	if (!list || !list->lpbin)
		return false;
	while (*text && *text != '}' && list->cValues < MANY) {
		if (!read_told(values, &text, &told) ||
		    !bytes_of(values, &told, &list->lpbin[list->cValues++]))
			return false;
		text += *text == ',';
	}
	*out = list;
	return *text == '}';
}

/* A placeholder that passes for what its tag promises. */
static void
fill(char *text, size_t size, ULONG tag)
{
	const char *domain = size > 13 ? "@example.test" : "@x";

	memset(text, 'x', size);
	if (PROP_ID(tag) == PROP_ID(PR_ADDRTYPE) && size == 4)
		memcpy(text, "SMTP", 4);
	else if ((PROP_ID(tag) == PROP_ID(PR_EMAIL_ADDRESS) ||
		     PROP_ID(tag) == PROP_ID(PR_SMTP_ADDRESS)) &&
		 size > strlen(domain))
		memcpy(text + size - strlen(domain), domain, strlen(domain));
	else if (PROP_ID(tag) == PROP_ID(PR_MESSAGE_CLASS) && size >= 8)
		memcpy(text, "IPM.Note", 8);
}

static char *
text_of(struct trace_values *values, const struct told *told, ULONG tag)
{
	char *made;

	if (told->text)
		return told->text;
	made = trace_values_keep(values, told->size);
	if (made)
		fill(made, told->size, tag);
	return made;
}

bool
trace_value_text(struct trace_values *values, const char *text, LPSTR *out)
{
	struct told told;

	*out = NULL;
	if (!text || !strcmp(text, "NULL"))
		return text != NULL;
	return read_told(values, &text, &told) && (*out = text_of(values, &told, 0));
}

bool
trace_value_tags(struct trace_values *values, const char *text, SPropTagArray **out)
{
	ULONG count = 0;

	*out = NULL;
	if (!text || !strcmp(text, "NULL"))
		return text != NULL;
	*out = trace_values_keep(values, CbNewSPropTagArray(strlen(text) / 9 + 1));
	if (*text++ != '[' || !*out)
		return false;
	while (g_ascii_isxdigit(*text) && strlen(text) > 8) {
		(*out)->aulPropTag[count++] = strtoul(text, NULL, 16);
		text += text[8] == ',' ? 9 : 8;
	}
	(*out)->cValues = count;
	return *text == ']';
}

static bool
wide_of(struct trace_values *values, const struct told *told, SPropValue *out)
{
	const char *narrow = text_of(values, told, out->ulPropTag);
	g_autofree gunichar2 *wide = narrow ? g_utf8_to_utf16(narrow, -1, NULL, NULL, NULL) : NULL;
	size_t size = wide ? text_wcslen(wide) * sizeof *wide : 0;

	out->Value.lpszW = wide ? trace_values_keep(values, size) : NULL;
	if (out->Value.lpszW)
		memcpy(out->Value.lpszW, wide, size);
	return out->Value.lpszW != NULL;
}

/* What follows the tag.  A value that is not told is zero, or for types with parts PT_ERROR. */
static bool
read_value(struct trace_values *values, const char **at, SPropValue *out)
{
	struct told told;
	char *end = NULL;

	switch (PROP_TYPE(out->ulPropTag)) {
	case PT_STRING8:
		return read_told(values, at, &told) &&
		       (out->Value.lpszA = text_of(values, &told, out->ulPropTag));
	case PT_UNICODE:
		return read_told(values, at, &told) && wide_of(values, &told, out);
	case PT_BINARY:
		return read_told(values, at, &told) && bytes_of(values, &told, &out->Value.bin);
	case PT_LONG:
	case PT_ERROR:
		out->Value.ul = strtoul(*at, &end, 16);
		break;
	case PT_SHORT:
	case PT_BOOLEAN:
		out->Value.i = strtol(*at, &end, 10);
		break;
	default:
		if (PROP_TYPE(out->ulPropTag) & MV_FLAG || PROP_TYPE(out->ulPropTag) == PT_CLSID)
			out->ulPropTag = CHANGE_PROP_TYPE(out->ulPropTag, PT_ERROR);
		end = (char *)*at + 1;
		if (**at != '-')
			return false;
	}
	*at = end;
	return true;
}

bool
trace_value_one(struct trace_values *values, const char **text, SPropValue *out)
{
	memset(out, 0, sizeof *out);
	if (strlen(*text) < 10 || (*text)[8] != ':')
		return false;
	out->ulPropTag = strtoul(*text, NULL, 16);
	*text += 9;
	return read_value(values, text, out);
}

bool
trace_value_props(struct trace_values *values, const char **text, ULONG *count, SPropValue **out)
{
	const char *at = *text;

	*count = 0;
	*out = trace_values_keep(values, sizeof **out * MIN(strlen(at) / 10 + 1, MANY));
	if (!*out || *at++ != '[')
		return false;
	while (*at && *at != ']') {
		SPropValue *value = *out + *count;

		if (*count + 1 >= MANY || !trace_value_one(values, &at, value))
			return false;
		(*count)++;
		at += *at == ',';
	}
	*text = at + 1;
	return *at == ']';
}

/* "/1/1": categories, and how many of them are open. */
static bool
read_categories(const char *text, SSortOrderSet *set)
{
	char *end;

	if (!*text)
		return true;
	if (*text++ != '/')
		return false;
	set->cCategories = strtoul(text, &end, 10);
	if (*end++ != '/')
		return false;
	set->cExpanded = strtoul(end, &end, 10);
	return !*end && set->cCategories <= set->cSorts && set->cExpanded <= set->cCategories;
}

bool
trace_value_sort(struct trace_values *values, const char *text, SSortOrderSet **out)
{
	SSortOrderSet *set;
	char *end;

	*out = NULL;
	if (!text || !strcmp(text, "NULL"))
		return text != NULL;
	set = trace_values_keep(values, CbNewSSortOrderSet(MIN(strlen(text) / 11 + 1, MANY)));
	if (*text++ != '[' || !set)
		return false;
	while (set->cSorts < MANY && strlen(text) > 9 && text[8] == ':') {
		SSortOrder *sort = &set->aSort[set->cSorts++];

		sort->ulPropTag = strtoul(text, NULL, 16);
		sort->ulOrder = strtoul(text + 9, &end, 10);
		text = *end == ',' ? end + 1 : end;
	}
	*out = set;
	return *text == ']' && read_categories(text + 1, set);
}

bool
trace_value_list(struct trace_values *values, const char *text, ADRLIST **out)
{
	*out = NULL;
	if (!text || !strcmp(text, "NULL"))
		return text != NULL;
	*out = trace_values_keep(values, CbNewADRLIST(MIN(strlen(text) / 2 + 1, MANY)));
	if (!*out || *text++ != '{')
		return false;
	while (*text == '[' && (*out)->cEntries < MANY) {
		ADRENTRY *entry = (*out)->aEntries + (*out)->cEntries++;

		if (!trace_value_props(values, &text, &entry->cValues, &entry->rgPropVals))
			return false;
	}
	return *text == '}';
}

void
trace_values_learn(
    struct trace_values *values, const char **recorded, ULONG count, const SPropValue *props)
{
	const char *at = *recorded;

	for (ULONG i = 0; *at && *at != ']'; i++) {
		const char *end = at + strcspn(at, ",]");
		ULONG tag = strtoul(at + (*at == '['), NULL, 16);
		const char *mark = end - MARK;

		if (i < count && props[i].ulPropTag == tag && PROP_TYPE(tag) == PT_BINARY &&
		    mark > at && mark[-1] == ':')
			g_hash_table_insert(values->marks, g_strndup(mark, MARK),
			    g_bytes_new(props[i].Value.bin.lpb, props[i].Value.bin.cb));
		at = end + (*end == ',');
	}
	*recorded = at + (*at == ']');
}
