/* SPDX-License-Identifier: MIT */
/* The number of this process, without a system call each time. */
#ifndef EMAPI_BASE_PID_H
#define EMAPI_BASE_PID_H

#include <sys/types.h>

/* As getpid(), right after any kind of fork too. */
pid_t pid_self(void);

#endif
