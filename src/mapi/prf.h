/* SPDX-License-Identifier: MIT */
/*
 * Outlook's profile descriptions (.prf): sections of KEY=VALUE lines, as the Office resource kits
 * document them.  What of them means something here becomes the settings of a new profile: one
 * account with an SMTP server.  All else is named, with the reason.
 */
#ifndef EMAPI_MAPI_PRF_H
#define EMAPI_MAPI_PRF_H

#include <stdbool.h>
#include <glib.h>
#include "profile.h"

/* What a file asks for. */
struct prf {
	char *name; /* ProfileName; NULL: none */
	bool make_default;
	bool has_login; /* the server wants one: `user` is set, the password is never in such a file
			 */
	char *from_name, *from_address, *server, *user, *tls;
	unsigned port;    /* 0: by tls */
	GPtrArray *notes; /* of char *: what was left out, or understood with a grain of salt */
};

/* Reads the text of a file: UTF-8, UTF-16 with its mark, or Windows-1252.  prf_free(*out).
 * MAPI_E_CORRUPT_DATA: it is no .prf; MAPI_E_UNCONFIGURED: nothing in it to send by.  `why` (may be
 * NULL) is g_free()able words for people, with the line where there is one. */
HRESULT prf_read(const void *data, size_t size, struct prf **out, char **why);
void prf_free(struct prf *prf);
/* Borrows from `prf`. */
void prf_settings(const struct prf *prf, struct profile_settings *settings);

#endif
