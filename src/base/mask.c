/* SPDX-License-Identifier: MIT */
#include "mask.h"

#include <string.h>
#include <sys/resource.h>
#include <glib.h>
#include "text.h"

#define SECRET_MIN 4
/* Base64 of a short secret has too few letters of its own to be told from other text. */
#define BASE64_MIN 5

struct mask {
	GPtrArray *texts; /* of char * */
};

static void
wipe(void *object)
{
	char *text = object;

	explicit_bzero(text, strlen(text));
	g_free(text);
}

void
mask_core_files(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
}

struct mask *
mask_create(void)
{
	struct mask *mask = g_new0(struct mask, 1);

	mask->texts = g_ptr_array_new_with_free_func(wipe);
	return mask;
}

void
mask_free(struct mask *mask)
{
	if (!mask)
		return;
	g_ptr_array_unref(mask->texts);
	g_free(mask);
}

/* Takes the text over. */
static void
add(struct mask *mask, char *text, size_t least)
{
	bool known = false;

	for (guint i = 0; i < mask->texts->len; i++)
		known = known || strcmp(mask->texts->pdata[i], text) == 0;
	if (known || strlen(text) < least)
		wipe(text);
	else
		g_ptr_array_add(mask->texts, text);
}

/* The letters of base64 that the secret alone decides where `before` bytes (of a multiple of three)
 * stand before it. */
static char *
base64_core(const char *secret, size_t before)
{
	size_t size = strlen(secret) + before;
	guchar *bytes = g_malloc0(size + 1);
	char *whole, *core;
	size_t first = (before * 8 + 5) / 6, end = size * 8 / 6;

	memcpy(bytes + before, secret, strlen(secret));
	whole = g_base64_encode(bytes, size);
	core = g_strndup(whole + first, end - first);
	explicit_bzero(bytes, size);
	g_free(bytes);
	wipe(whole);
	return core;
}

void
mask_add(struct mask *mask, const char *secret)
{
	if (strlen(secret) < SECRET_MIN)
		return;
	add(mask, g_strdup(secret), SECRET_MIN);
	add(mask, text_printable(secret), SECRET_MIN);
	for (size_t before = 0; before < 3; before++)
		add(mask, base64_core(secret, before), BASE64_MIN);
}

static void
replace_all(char **text, const char *part)
{
	GString *out = g_string_new(NULL);
	const char *at = *text, *found;

	while ((found = strstr(at, part)) != NULL) {
		g_string_append_len(out, at, found - at);
		g_string_append(out, MASK_SHOWN);
		at = found + strlen(part);
	}
	g_string_append(out, at);
	wipe(*text);
	*text = g_string_free(out, FALSE);
}

bool
mask_apply(const struct mask *mask, char **text)
{
	bool any = false;

	for (guint i = 0; mask && i < mask->texts->len; i++) {
		if (!strstr(*text, mask->texts->pdata[i]))
			continue;
		replace_all(text, mask->texts->pdata[i]);
		any = true;
	}
	return any;
}
