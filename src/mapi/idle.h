/* SPDX-License-Identifier: MIT */
/* Idle routines (mapiutil.h): who runs them. */
#ifndef EMAPI_MAPI_IDLE_H
#define EMAPI_MAPI_IDLE_H

/* Runs each routine that is due once, on this thread; for HrDispatchNotifications(). */
void idle_run(void);

#endif
