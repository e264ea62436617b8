/* SPDX-License-Identifier: MIT */
/* Names for people: see hr.h.  The tables are generated from data/, sorted by value. */
#include "hr.h"

#include <errno.h>
#include <glib.h>
#include <mapidefs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct named {
	ULONG value;
	const char *name;
};

static const struct named codes[] = {
#include "emapi_code_names.inc"
};

static const struct named tags[] = {
#include "emapi_tag_names.inc"
};

/* In order of value. */
static const struct named types[] = {
	{ PT_UNSPECIFIED, "PT_UNSPECIFIED" },
	{ PT_NULL, "PT_NULL" },
	{ PT_I2, "PT_I2" },
	{ PT_LONG, "PT_LONG" },
	{ PT_R4, "PT_R4" },
	{ PT_DOUBLE, "PT_DOUBLE" },
	{ PT_CURRENCY, "PT_CURRENCY" },
	{ PT_APPTIME, "PT_APPTIME" },
	{ PT_ERROR, "PT_ERROR" },
	{ PT_BOOLEAN, "PT_BOOLEAN" },
	{ PT_OBJECT, "PT_OBJECT" },
	{ PT_I8, "PT_I8" },
	{ PT_STRING8, "PT_STRING8" },
	{ PT_UNICODE, "PT_UNICODE" },
	{ PT_SYSTIME, "PT_SYSTIME" },
	{ PT_CLSID, "PT_CLSID" },
	{ PT_BINARY, "PT_BINARY" },
	{ PT_MV_I2, "PT_MV_I2" },
	{ PT_MV_LONG, "PT_MV_LONG" },
	{ PT_MV_R4, "PT_MV_R4" },
	{ PT_MV_DOUBLE, "PT_MV_DOUBLE" },
	{ PT_MV_CURRENCY, "PT_MV_CURRENCY" },
	{ PT_MV_APPTIME, "PT_MV_APPTIME" },
	{ PT_MV_I8, "PT_MV_I8" },
	{ PT_MV_STRING8, "PT_MV_STRING8" },
	{ PT_MV_UNICODE, "PT_MV_UNICODE" },
	{ PT_MV_SYSTIME, "PT_MV_SYSTIME" },
	{ PT_MV_CLSID, "PT_MV_CLSID" },
	{ PT_MV_BINARY, "PT_MV_BINARY" },
};

/* Phrases where the code's own name does not say enough; hr_text() makes the others of the name. */
static const struct {
	HRESULT hr;
	const char *text;
} phrases[] = {
	{ S_OK, "done" },
	{ MAPI_E_CALL_FAILED, "an internal error or a failure of the system" },
	{ MAPI_E_NOT_ENOUGH_MEMORY, "not enough memory" },
	{ MAPI_E_INVALID_PARAMETER, "an argument is not valid" },
	{ MAPI_E_INTERFACE_NOT_SUPPORTED, "the object does not have this interface" },
	{ MAPI_E_NO_ACCESS, "access denied" },
	{ MAPI_E_NO_SUPPORT, "not supported" },
	{ MAPI_E_BAD_CHARWIDTH, "wrong kind of text" },
	{ MAPI_E_UNKNOWN_FLAGS, "unknown flags" },
	{ MAPI_E_INVALID_ENTRYID, "not a valid entry ID" },
	{ MAPI_E_INVALID_OBJECT, "the object can no longer be used" },
	{ MAPI_E_OBJECT_CHANGED, "changed by someone else meanwhile" },
	{ MAPI_E_OBJECT_DELETED, "deleted meanwhile" },
	{ MAPI_E_NOT_ENOUGH_DISK, "not enough room on the disk" },
	{ MAPI_E_VERSION, "made by another version" },
	{ MAPI_E_LOGON_FAILED, "logon failed" },
	{ MAPI_E_USER_CANCEL, "cancelled" },
	{ MAPI_E_CORRUPT_STORE, "the message store is damaged" },
	{ MAPI_E_CORRUPT_DATA, "the data are damaged" },
	{ MAPI_E_END_OF_SESSION, "the session has ended" },
	{ MAPI_E_UNKNOWN_ENTRYID, "no provider knows this entry ID" },
	{ MAPI_E_TIMEOUT, "no answer in time" },
	{ MAPI_E_COLLISION, "there is one of that name already" },
	{ MAPI_E_NO_RECIPIENTS, "the message has no recipients" },
	{ MAPI_W_ERRORS_RETURNED, "done, but not for all properties" },
	{ MAPI_W_PARTIAL_COMPLETION, "done in part" },
};

static int
compare_value(const void *key, const void *entry)
{
	ULONG value = *(const ULONG *)key;
	ULONG other = ((const struct named *)entry)->value;

	return value < other ? -1 : value > other;
}

static const char *
find_name(ULONG value, const struct named *table, size_t count)
{
	const struct named *found = bsearch(&value, table, count, sizeof(*table), compare_value);

	return found ? found->name : NULL;
}

static const char *
number_name(ULONG value)
{
	static _Thread_local char number[2 + 8 + 1];

	snprintf(number, sizeof(number), "0x%08X", (unsigned)value);
	return number;
}

const char *
hr_name(HRESULT hr)
{
	const char *name = find_name((ULONG)hr, codes, G_N_ELEMENTS(codes));

	return name ? name : number_name((ULONG)hr);
}

/* "MAPI_E_NOT_FOUND" -> "not found". */
static const char *
phrase_of_name(const char *name)
{
	static _Thread_local char phrase[64];
	const char *from = strstr(name, "_E_");
	size_t i;

	if (!from)
		from = strstr(name, "_W_");
	if (from)
		from += 3;
	else
		from = g_str_has_prefix(name, "E_") ? name + 2 : name;
	for (i = 0; from[i] && i < sizeof(phrase) - 1; i++)
		phrase[i] = from[i] == '_' ? ' ' : g_ascii_tolower(from[i]);
	phrase[i] = 0;
	return phrase;
}

const char *
hr_text(HRESULT hr)
{
	const char *name;
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(phrases); i++)
		if (phrases[i].hr == hr)
			return phrases[i].text;
	name = find_name((ULONG)hr, codes, G_N_ELEMENTS(codes));
	return name ? phrase_of_name(name) : number_name((ULONG)hr);
}

const char *
tag_name(ULONG tag)
{
	const char *name = find_name(tag, tags, G_N_ELEMENTS(tags));

	return name ? name : number_name(tag);
}

const char *
type_name(ULONG type)
{
	const char *name = find_name(type & PROP_TYPE_MASK, types, G_N_ELEMENTS(types));

	return name ? name : number_name(type);
}

static bool
from_number(const char *text, ULONG *value)
{
	char *end;

	if (!g_ascii_isdigit(*text))
		return false;
	*value = (ULONG)strtoul(text, &end, 0);
	return !*end;
}

static bool
find_value(const char *name, const struct named *table, size_t count, ULONG *value)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (strcmp(table[i].name, name))
			continue;
		*value = table[i].value;
		return true;
	}
	return from_number(name, value);
}

bool
hr_from_name(const char *name, HRESULT *hr)
{
	ULONG value;
	bool found = find_value(name, codes, G_N_ELEMENTS(codes), &value);

	if (found)
		*hr = (HRESULT)value;
	return found;
}

/* Text has two tags and a name without suffix, which means PT_STRING8 as it does to a compiler. */
bool
tag_from_name(const char *name, ULONG *tag)
{
	char *narrow;
	bool found;

	if (find_value(name, tags, G_N_ELEMENTS(tags), tag))
		return true;
	narrow = g_strconcat(name, "_A", NULL);
	found = find_value(narrow, tags, G_N_ELEMENTS(tags), tag);
	g_free(narrow);
	return found;
}

HRESULT
hr_from_errno(int error)
{
	switch (error) {
	case 0:
		return S_OK;
	case ENOMEM:
		return MAPI_E_NOT_ENOUGH_MEMORY;
	case EINVAL:
		return MAPI_E_INVALID_PARAMETER;
	case ENOENT:
	case ENOTDIR:
		return MAPI_E_NOT_FOUND;
	case EACCES:
	case EPERM:
	case EROFS:
		return MAPI_E_NO_ACCESS;
	case ENOSPC:
	case EDQUOT:
		return MAPI_E_NOT_ENOUGH_DISK;
	case EFBIG:
		return MAPI_E_TOO_BIG;
	case EIO:
		return MAPI_E_DISK_ERROR;
	case EEXIST:
		return MAPI_E_COLLISION;
	case EMFILE:
	case ENFILE:
		return MAPI_E_NOT_ENOUGH_RESOURCES;
	case EAGAIN:
	case EBUSY:
		return MAPI_E_BUSY;
	case ETIMEDOUT:
		return MAPI_E_TIMEOUT;
	case EPIPE:
	case ECONNREFUSED:
	case ECONNRESET:
	case ENOTCONN:
	case ENETUNREACH:
	case EHOSTUNREACH:
		return MAPI_E_NETWORK_ERROR;
	default:
		return MAPI_E_CALL_FAILED;
	}
}
