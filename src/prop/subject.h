/* SPDX-License-Identifier: MIT */
#ifndef EMAPI_PROP_SUBJECT_H
#define EMAPI_PROP_SUBJECT_H

#include <mapidefs.h>

struct bag;

/* PR_SUBJECT was set or deleted: PR_SUBJECT_PREFIX, where it is none of this subject's, and
 * PR_NORMALIZED_SUBJECT follow ([MS-OXCMSG] 2.2.1.9, 2.2.1.10). */
HRESULT subject_changed(struct bag *bag);

#endif
