/* SPDX-License-Identifier: MIT */
#include "advice.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <glib.h>

static const struct advice advices[] = {
#include "emapi_replies.inc"
};

static bool
holds(const char *text, const char *part)
{
	size_t length = strlen(part);

	for (; *text; text++) {
		if (g_ascii_strncasecmp(text, part, length) == 0)
			return true;
	}
	return false;
}

static bool
fits(const struct advice *a, int code, const char *enhanced, const char *text)
{
	if (a->code && a->code != code)
		return false;
	if (a->enhanced && (!enhanced || strcmp(a->enhanced, enhanced) != 0))
		return false;
	return !a->text || (text && holds(text, a->text));
}

const struct advice *
advice_find(int code, const char *enhanced, const char *text)
{
	for (size_t i = 0; i < G_N_ELEMENTS(advices); i++) {
		if (fits(&advices[i], code, enhanced, text))
			return &advices[i];
	}
	return NULL;
}

char *
advice_sentence(const struct advice *advice)
{
	char *sentence;

	if (!advice)
		return g_strdup("");
	sentence = g_strdup_printf("%s: %s.", advice->cause, advice->remedy);
	sentence[0] = g_ascii_toupper(sentence[0]);
	return sentence;
}
