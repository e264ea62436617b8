/* SPDX-License-Identifier: MIT */
/*
 * Domain names in other letters than ASCII.  libidn2 and the tables behind it are loaded with the
 * first such name: a client that starts for one mail seldom needs them.
 */
#ifndef EMAPI_CONVERT_IDN_H
#define EMAPI_CONVERT_IDN_H

/* A UTF-8 domain name in ASCII (IDNA 2008, RFC 5891; non-transitional), g_free(); NULL where it has
 * no such form, or libidn2 is not there. */
char *idn_to_ascii(const char *domain);

#endif
