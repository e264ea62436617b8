/* SPDX-License-Identifier: MIT */
/* mapisend --dry-run: who would get what, by which way; nothing is stored or sent. */
#ifndef EMAPI_TOOLS_DRYRUN_H
#define EMAPI_TOOLS_DRYRUN_H

/* The whole program, with mapisend's arguments. */
int dryrun_run(int argc, char **argv);

#endif
