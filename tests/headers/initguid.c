/* SPDX-License-Identifier: MIT */
/* One of two files that define INITGUID; with libemapi's copies they still make one program. */
#define INITGUID
#define USES_IID_IMessage
#include <mapix.h>

const IID *
initguid_message(void)
{
	return &IID_IMessage;
}
