/* SPDX-License-Identifier: MIT */
/*
 * emapi-sendmail in two parts: the program that is started links libc alone, and loads the rest,
 * libemapi-sendmail.so, where it does not get by without.
 */
#ifndef EMAPI_TOOLS_SENDMAIL_FRONT_H
#define EMAPI_TOOLS_SENDMAIL_FRONT_H

#define SENDMAIL_MODULE "libemapi-sendmail.so"
#define SENDMAIL_EXPORT __attribute__((visibility("default")))

/* The whole program.  The exit code. */
SENDMAIL_EXPORT int emapi_sendmail_main(int argc, char **argv);

#endif
