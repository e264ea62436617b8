/* SPDX-License-Identifier: MIT */
#include "journey.h"

#include <stdbool.h>
#include <string.h>
#include "text.h"

/* The mark and what follows it; a name where the text has the form "name: ...". */
static void
parse_text(const char *text, struct journey_line *out)
{
	const char *colon;

	if (*text && strchr("><*!", *text) && text[1] == ' ') {
		out->mark = *text;
		text += 2;
	}
	colon = strstr(text, ": ");
	if ((out->mark == '*' || out->mark == '!') && colon &&
	    strspn(text, "abcdefghijklmnopqrstuvwxyz-") == (size_t)(colon - text)) {
		out->name = g_strndup(text, (gsize)(colon - text));
		text = colon + 2;
	}
	out->text = text_printable(text);
}

void
journey_parse(const char *line, struct journey_line *out)
{
	const char *tab = strrchr(line, '\t');
	g_autofree char *text = NULL;

	*out = (struct journey_line){ .elapsed = -1 };
	if (tab && tab[1] == '+' && g_ascii_isdigit(tab[2]))
		out->elapsed = g_ascii_strtoll(tab + 2, NULL, 10);
	text = out->elapsed < 0 ? g_strdup(line) : g_strndup(line, (gsize)(tab - line));
	parse_text(text, out);
}

void
journey_line_clear(struct journey_line *line)
{
	g_clear_pointer(&line->name, g_free);
	g_clear_pointer(&line->text, g_free);
}

char *
journey_find(char **journey, char mark, const char *name)
{
	char *found = NULL;

	for (; journey && *journey; journey++) {
		struct journey_line line;

		journey_parse(*journey, &line);
		if (line.mark == mark && line.name && strcmp(line.name, name) == 0) {
			g_free(found);
			found = g_steal_pointer(&line.text);
		}
		journey_line_clear(&line);
	}
	return found;
}

char *
journey_find_all(char **journey, const char *name)
{
	GString *all = NULL;

	for (; journey && *journey; journey++) {
		struct journey_line line;

		journey_parse(*journey, &line);
		if (line.mark == '*' && line.name && strcmp(line.name, name) == 0) {
			if (!all)
				all = g_string_new(NULL);
			g_string_append_printf(all, "%s%s", all->len ? ", " : "", line.text);
		}
		journey_line_clear(&line);
	}
	return all ? g_string_free(all, FALSE) : NULL;
}

char *
journey_failure(char **journey, char **why)
{
	char *step = NULL;

	*why = NULL;
	for (; journey && *journey; journey++) {
		struct journey_line line;

		journey_parse(*journey, &line);
		if (line.mark == '!' && line.name) {
			g_free(step);
			g_free(*why);
			step = g_steal_pointer(&line.name);
			*why = g_steal_pointer(&line.text);
		}
		journey_line_clear(&line);
	}
	return step;
}

/* A meaning begins here, or after two blanks where the line is longer. */
#define MEANING_COLUMN 44

static char *
show(const char *line, bool explained)
{
	g_autoptr(GString) shown = g_string_new(NULL);
	struct journey_line parsed;
	const char *meaning;
	int width;

	journey_parse(line, &parsed);
	if (parsed.elapsed >= 0)
		g_string_append_printf(shown, "%8.3f ", (double)parsed.elapsed / 1000.0);
	g_string_append_printf(shown, "%c %s%s%s", parsed.mark ? parsed.mark : '*',
	    parsed.name ? parsed.name : "", parsed.name ? ": " : "", parsed.text);
	meaning = explained ? journey_meaning(&parsed) : NULL;
	width = MAX(MEANING_COLUMN - (int)shown->len, 2);
	if (meaning)
		g_string_append_printf(shown, "%*s# %s", width, "", meaning);
	journey_line_clear(&parsed);
	return g_string_free(g_steal_pointer(&shown), FALSE);
}

char *
journey_show(const char *line)
{
	return show(line, false);
}

char *
journey_explain(const char *line)
{
	return show(line, true);
}
