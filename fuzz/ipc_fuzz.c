/* SPDX-License-Identifier: MIT */
/* Packets from a bad peer: refused, or values that can be read in every way. */
#include <sys/socket.h>
#include <unistd.h>
#include "fuzz.h"
#include "ipc.h"

static void
read_values(const struct ipc_message *message)
{
	GVariantIter iter;
	const char *name;
	GVariant *value;

	g_variant_iter_init(&iter, message->values);
	while (g_variant_iter_next(&iter, "{&sv}", &name, &value)) {
		const char *text = ipc_string(message, name, "");
		size_t size;
		const unsigned char *bytes = ipc_bytes(message, name, &size);
		GVariant *list = ipc_value(message, name, "aa{sv}");

		FUZZ_ASSERT(g_utf8_validate(text, -1, NULL));
		if (size > 0)
			FUZZ_ASSERT(bytes[0] + bytes[size - 1] >= 0);
		ipc_int(message, name, 0);
		if (list)
			g_variant_unref(list);
		g_variant_unref(value);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ipc_message *message;
	int pair[2];

	if (size == 0 || size > IPC_PACKET_MAX)
		return 0;
	FUZZ_ASSERT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0);
	if (send(pair[0], data, size, MSG_DONTWAIT) == (ssize_t)size &&
	    SUCCEEDED(ipc_receive(pair[1], 1000, &message))) {
		FUZZ_ASSERT(g_utf8_validate(message->verb, -1, NULL));
		read_values(message);
		ipc_message_free(message);
	}
	close(pair[0]);
	close(pair[1]);
	return 0;
}
