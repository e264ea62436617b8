/* SPDX-License-Identifier: MIT */
#include "words.h"

#include <string.h>
#include <unistd.h>
#include <mapicode.h>
#include "log.h"
#include "paths.h"
#include "text.h"

HRESULT
words_keep(const char *state_path, GBytes *profile, const struct report *report)
{
	g_autofree char *uid = text_hex(g_bytes_get_data(profile, NULL), g_bytes_get_size(profile));
	struct packet_cursor cursor = { 0 };
	HRESULT hr = S_OK;

	while (SUCCEEDED(hr) && !cursor.done) {
		g_autoptr(GVariant) part = g_variant_ref_sink(packet_from_report(report, &cursor));
		g_autofree char *path =
		    g_strdup_printf("%s/words/%s-%016" G_GINT64_MODIFIER "x-%d-%u", state_path, uid,
			g_get_real_time(), (int)getpid(), cursor.recipient);

		hr = paths_make_parent(path);
		if (SUCCEEDED(hr))
			hr = paths_write_file(
			    path, g_variant_get_data(part), g_variant_get_size(part));
	}
	return hr;
}

/* The name of the profile's oldest file; NULL: none. */
static char *
first_file(const char *state_path, GBytes *profile)
{
	g_autofree char *uid = text_hex(g_bytes_get_data(profile, NULL), g_bytes_get_size(profile));
	g_autofree char *folder = g_strconcat(state_path, "/words", NULL);
	g_autofree char *first = NULL;
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)) != NULL) {
		/* paths_write_file()'s temp files do not begin with a UID or are not of this shape.
		 */
		if (g_str_has_prefix(name, uid) &&
		    strspn(name + strlen(uid), "-0123456789abcdef") == strlen(name + strlen(uid)) &&
		    (!first || strcmp(name, first) < 0)) {
			g_free(first);
			first = g_strdup(name);
		}
	}
	if (dir)
		g_dir_close(dir);
	return first ? g_strconcat(folder, "/", first, NULL) : NULL;
}

struct report *
words_next(const char *state_path, GBytes *profile)
{
	g_autofree char *path = first_file(state_path, profile);
	struct ipc_message packet = { NULL, NULL };
	struct report *report = NULL;
	char *data = NULL;
	gsize size = 0;
	bool more;

	if (!path || !g_file_get_contents(path, &data, &size, NULL))
		return NULL;
	packet.values = g_variant_ref_sink(
	    g_variant_new_from_data(G_VARIANT_TYPE_VARDICT, data, size, FALSE, g_free, data));
	if (g_variant_is_normal_form(packet.values))
		packet_to_report(&packet, &report, &more);
	g_variant_unref(packet.values);
	/* What cannot be read names no message and is forgotten like any other. */
	return report ? report : report_create(0, NULL, NULL);
}

bool
words_forget(const char *state_path, GBytes *profile)
{
	g_autofree char *path = first_file(state_path, profile);

	if (!path || unlink(path) == 0)
		return true;
	log_error("cannot remove %s", path);
	return false;
}
