/* SPDX-License-Identifier: MIT */
/* A subject's parts: see subject.h. */
#include "subject.h"

#include <string.h>
#include <glib.h>
#include <mapitags.h>
#include "bag.h"

/* "RE: ", "AW: ", "FW: " …: one to three letters, a colon and a space (PR_SUBJECT_PREFIX). */
static size_t
subject_prefix_length(const char *subject)
{
	const char *at = subject;
	int letters = 0;

	while (letters < 4 && g_unichar_isalpha(g_utf8_get_char_validated(at, -1))) {
		at = g_utf8_next_char(at);
		letters++;
	}
	if (letters < 1 || letters > 3 || at[0] != ':' || at[1] != ' ')
		return 0;
	return (size_t)(at + 2 - subject);
}

HRESULT
subject_changed(struct bag *bag)
{
	char *subject = NULL, *prefix = NULL;
	HRESULT hr;

	hr = bag_copy_text(bag, PR_SUBJECT_A, &subject);
	if (SUCCEEDED(hr))
		hr = bag_copy_text(bag, PR_SUBJECT_PREFIX_A, &prefix);
	if (FAILED(hr)) {
		g_free(subject);
		return hr;
	}
	if (!subject) {
		bag_remove(bag, PR_NORMALIZED_SUBJECT_A);
	} else {
		if (!prefix || !g_str_has_prefix(subject, prefix)) {
			g_free(prefix);
			prefix = g_strndup(subject, subject_prefix_length(subject));
			hr = bag_set_text(bag, PR_SUBJECT_PREFIX_A, prefix);
		}
		if (SUCCEEDED(hr))
			hr = bag_set_text(bag, PR_NORMALIZED_SUBJECT_A, subject + strlen(prefix));
	}
	g_free(subject);
	g_free(prefix);
	return hr;
}
