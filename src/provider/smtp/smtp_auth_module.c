/* SPDX-License-Identifier: MIT */
/* Mechanisms that need libraries of their own: a module beside ours has them (smtp_auth.h). */
#include "smtp_auth.h"

#include "beside.h"

const struct smtp_mechanism *
smtp_mechanism_load(const char *symbol, char **why)
{
	static struct beside module = { .file = "libemapi-login.so" };

	return beside_symbol(&module, symbol, why);
}
