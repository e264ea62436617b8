/* SPDX-License-Identifier: MIT */
/*
 * Secrets that others may say: a server that quotes the password in its reply, a command that
 * prints it where it complains.  What is shown or kept of their words goes through a mask.
 */
#ifndef EMAPI_BASE_MASK_H
#define EMAPI_BASE_MASK_H

#include <stdbool.h>

/* Shown in a secret's place. */
#define MASK_SHOWN "****"

/* For a program that has secrets in its memory: from now on neither it nor what it starts leaves a
 * core file (RLIMIT_CORE). */
void mask_core_files(void);

struct mask;

struct mask *mask_create(void);
/* Wipes the secrets; NULL is fine. */
void mask_free(struct mask *mask);

/* From now on `secret` is masked as it is, as text_printable() shows it, and in base64 at whatever
 * place of a longer text.  One shorter than 4 bytes is left alone: it would be found everywhere.
 */
void mask_add(struct mask *mask, const char *secret);

/* Replaces secrets in *text (g_free()able); false where there were none. */
bool mask_apply(const struct mask *mask, char **text);

#endif
