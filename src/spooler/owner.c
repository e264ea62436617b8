/* SPDX-License-Identifier: MIT */
#include "owner.h"

#include <string.h>

#define MARK "EMU\1"

static void
make_tail(uid_t uid, guint8 tail[OWNER_TAIL])
{
	guint32 number = GUINT32_TO_LE((guint32)uid);

	memcpy(tail, MARK, 4);
	memcpy(tail + 4, &number, sizeof(number));
}

GBytes *
owner_tail(uid_t uid)
{
	guint8 tail[OWNER_TAIL];

	make_tail(uid, tail);
	return g_bytes_new(tail, sizeof(tail));
}

GBytes *
owner_key(GBytes *key, uid_t uid)
{
	guint8 bytes[OWNER_KEY_MAX + OWNER_TAIL];
	gsize size;
	const void *data = g_bytes_get_data(key, &size);

	if (size == 0 || size > OWNER_KEY_MAX)
		return NULL;
	memcpy(bytes, data, size);
	make_tail(uid, bytes + size);
	return g_bytes_new(bytes, size + OWNER_TAIL);
}

bool
owner_of(GBytes *key, uid_t *uid)
{
	gsize size;
	const guint8 *data = g_bytes_get_data(key, &size);
	guint32 number;

	if (size <= OWNER_TAIL || memcmp(data + size - OWNER_TAIL, MARK, 4) != 0)
		return false;
	memcpy(&number, data + size - 4, sizeof(number));
	*uid = (uid_t)GUINT32_FROM_LE(number);
	return true;
}

GBytes *
owner_strip(GBytes *key)
{
	uid_t uid;

	return owner_of(key, &uid)
		   ? g_bytes_new_from_bytes(key, 0, g_bytes_get_size(key) - OWNER_TAIL)
		   : g_bytes_ref(key);
}
