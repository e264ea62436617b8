/* SPDX-License-Identifier: MIT */
/* What a person interrupts is as if it had not begun: a profile in the making does not stay, and
 * the terminal shows again what is typed. */
#ifndef EMAPI_TOOLS_UNFINISHED_H
#define EMAPI_TOOLS_UNFINISHED_H

#include <termios.h>
#include "profile.h"

/* From now on SIGINT, SIGTERM and SIGHUP take away the profile's file and what emapi itself keeps
 * of its password, before they end the program. */
void unfinished_begin(const struct profile *profile);
/* It is made, or taken away already. */
void unfinished_end(void);

/* The same for the settings of the terminal on standard input, before echo is switched off. */
void unfinished_terminal(const struct termios *settings);
void unfinished_terminal_end(void);

#endif
