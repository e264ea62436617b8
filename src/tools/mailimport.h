/* SPDX-License-Identifier: MIT */
/* emapi store import, as far as it needs GMime: the part of emapi-render that reads mail. */
#ifndef EMAPI_TOOLS_MAILIMPORT_H
#define EMAPI_TOOLS_MAILIMPORT_H

/* argv[0] is "emapi store import".  The exit code, when all has been said. */
int mailimport_run(int argc, char **argv);

#endif
