/* SPDX-License-Identifier: MIT */
/* INITGUID may come late, in several files, and beside a library that holds the identifiers too. */
#include <mapix.h>
#define INITGUID
#include <mapiguid.h>

extern const IID *initguid_message(void);

DEFINE_OLEGUID(IID_IThing, 0x12345678, 1, 2);

int
main(void)
{
	static const IID message = {0x00020307, 0, 0, {0xC0, 0, 0, 0, 0, 0, 0, 0x46}};

	return !(IsEqualIID(&message, initguid_message()) && IsEqualIID(&message, &IID_IMessage) &&
		IID_IThing.Data4[7] == 0x46);
}
