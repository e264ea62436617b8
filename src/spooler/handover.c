/* SPDX-License-Identifier: MIT */
#include "handover.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

/* As GVariant has them: the word, an array of nothing at a multiple of 8, the word's end. */
const char handover_mail[HANDOVER_PACKET_SIZE] = { 'm', 'a', 'i', 'l', 0, 0, 0, 0, 5 };
const char handover_ok[HANDOVER_PACKET_SIZE] = { 'o', 'k', 0, 0, 0, 0, 0, 0, 3 };

/* By the folder that the program was built with, which a sanitizer's dlopen() does not know; then
 * where it is installed. */
void *
handover_symbol(const char *name)
{
	void *module = dlopen(HANDOVER_MODULE, RTLD_LAZY | RTLD_LOCAL);

	if (!module)
		module = dlopen(EMAPI_PROVIDER_DIR "/" HANDOVER_MODULE, RTLD_LAZY | RTLD_LOCAL);
	return module ? dlsym(module, name) : NULL;
}

/* --- The command line ----------------------------------------------------------------------- */

/* Of what sendmail_options.c knows. */
static const char plain[] = "imnt";
static const char valued[] = "BCFNRVfor";

/* One word of options; *word: the last one that belongs to it. */
static bool
takes_word(char *const **word, bool *dots, bool *from_header)
{
	for (const char *letter = **word + 1; *letter; letter++) {
		const char *value = letter[1] ? letter + 1 : (*word)[1];

		if (strchr(plain, *letter)) {
			*dots = *dots && *letter != 'i';
			*from_header = *from_header || *letter == 't';
			continue;
		}
		if (!strchr(valued, *letter) || !value)
			return false;
		if (*letter == 'o' && !strcmp(value, "i"))
			*dots = false;
		*word += !letter[1];
		return true;
	}
	return true;
}

static bool
is_other_name(const char *program)
{
	const char *slash = strrchr(program, '/');
	const char *name = slash ? slash + 1 : program;

	return !strcmp(name, "mailq") || !strcmp(name, "newaliases");
}

bool
handover_takes(char *const *argv, bool *dots)
{
	char *const *word = argv + 1;
	bool from_header = false;

	*dots = true;
	if (!argv[0] || is_other_name(argv[0]))
		return false;
	for (; *word && **word == '-' && (*word)[1]; word++) {
		if (!strcmp(*word, "--"))
			return word[1] || from_header;
		if (!takes_word(&word, dots, &from_header))
			return false;
	}
	return *word || from_header;
}

bool
handover_ended(const char *mail, size_t size, size_t *line)
{
	const char *start = mail + *line, *end = mail + size, *newline;

	while (start < end && (newline = memchr(start, '\n', (size_t)(end - start)))) {
		if (*start == '.' &&
		    (newline == start + 1 || (newline == start + 2 && start[1] == '\r')))
			return true;
		start = newline + 1;
	}
	*line = (size_t)(start - mail);
	return false;
}

/* --- The environment ------------------------------------------------------------------------ */

static bool
begins(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* EMAPI_..._SECONDS are about sending. */
bool
handover_carries(const char *variable)
{
	const char *equals = strchr(variable, '=');

	if (!equals)
		return false;
	if (begins(variable, "EMAPI_"))
		return equals - variable < 8 || memcmp(equals - 8, "_SECONDS", 8) != 0;
	return begins(variable, "HOME=") || begins(variable, "XDG_CONFIG_HOME=") ||
	       begins(variable, "XDG_DATA_HOME=") || begins(variable, "XDG_STATE_HOME=");
}

/* --- What was handed over ------------------------------------------------------------------- */

void
handover_begin(struct handover_head *head)
{
	*head = (struct handover_head){ .mark = HANDOVER_MARK, .version = EMAPI_VERSION };
}

static bool
is_ours(const struct handover_head *head, size_t size)
{
	struct handover_head same;

	handover_begin(&same);
	return !memcmp(head->mark, same.mark, sizeof same.mark) &&
	       !memcmp(head->version, same.version, sizeof same.version) &&
	       head->words <= HANDOVER_WORDS_MAX && head->mail <= HANDOVER_MAIL_MAX &&
	       size == sizeof *head + head->words + head->mail && head->arguments > 0 &&
	       head->arguments <= head->words && head->environment <= head->words;
}

/* `count` words from *at, which is moved behind them. */
static bool
split(char **at, const char *end, uint32_t count, char **words)
{
	for (uint32_t i = 0; i < count; i++) {
		char *stop = *at < end ? memchr(*at, 0, (size_t)(end - *at)) : NULL;

		if (!stop)
			return false;
		words[i] = *at;
		*at = stop + 1;
	}
	return true;
}

bool
handover_parse(char *data, size_t size, struct handover *out)
{
	const struct handover_head *head = (const struct handover_head *)(void *)data;
	char *at = data + sizeof *head, *end;
	char **words;

	if (size < sizeof *head || !is_ours(head, size))
		return false;
	end = at + head->words;
	words = calloc((size_t)head->arguments + head->environment + 2, sizeof *words);
	if (!words)
		return false;
	out->head = head;
	out->arguments = words;
	out->environment = words + head->arguments + 1;
	out->mail = end;
	if (split(&at, end, head->arguments, out->arguments) &&
	    split(&at, end, head->environment, out->environment) && at == end)
		return true;
	free(words);
	return false;
}
