/* SPDX-License-Identifier: MIT */
#include "preset.h"

#include <stddef.h>
#include <glib.h>

static const struct preset presets[] = {
#include "emapi_presets.inc"
};

const struct preset *
preset_find(const char *name)
{
	for (size_t i = 0; name && i < G_N_ELEMENTS(presets); i++) {
		if (g_ascii_strcasecmp(presets[i].name, name) == 0)
			return &presets[i];
	}
	return NULL;
}

const char *
preset_names(void)
{
	static char *names;

	if (g_once_init_enter(&names)) {
		GString *all = g_string_new(NULL);

		for (size_t i = 0; i < G_N_ELEMENTS(presets); i++)
			g_string_append_printf(all, "%s%s", i ? ", " : "", presets[i].name);
		g_once_init_leave(&names, g_string_free(all, FALSE));
	}
	return names;
}
