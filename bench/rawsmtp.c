/* SPDX-License-Identifier: MIT */
/*
 * bench-rawsmtp PORT [COUNT [BYTES [ENCODE]]]: the floor under sending.  A program without a
 * library that speaks SMTP over one socket to 127.0.0.1: each command after the reply to the one
 * before for COUNT = 1, PIPELINING and one connection for more.  With ENCODE, BYTES are put into
 * base64 for each message, as an attachment is.  Prints MB/s of BYTES.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int fd;
static char replies[65536];
static size_t filled;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
say(const char *text, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(fd, text, size, MSG_NOSIGNAL);

		if (sent <= 0)
			exit(1);
		text += sent;
		size -= (size_t)sent;
	}
}

/* Reads one reply, all its lines; it must begin with `digit`. */
static void
hear(char digit)
{
	for (;;) {
		char *end = memchr(replies, '\n', filled);
		ssize_t got;

		if (end) {
			char first = replies[0], more = replies[3];
			size_t size = (size_t)(end - replies) + 1;

			memmove(replies, replies + size, filled - size);
			filled -= size;
			if (first != digit)
				exit(2);
			if (more != '-')
				return;
			continue;
		}
		got = recv(fd, replies + filled, sizeof(replies) - filled, 0);
		if (got <= 0)
			exit(1);
		filled += (size_t)got;
	}
}

static void
dialogue(const char *command, char digit)
{
	say(command, strlen(command));
	hear(digit);
}

static size_t
encode(const unsigned char *data, size_t size, char *out)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *start = out;

	for (size_t i = 0; i + 2 < size; i += 3) {
		unsigned v = (unsigned)data[i] << 16 | (unsigned)data[i + 1] << 8 | data[i + 2];

		*out++ = digits[v >> 18];
		*out++ = digits[v >> 12 & 63];
		*out++ = digits[v >> 6 & 63];
		*out++ = digits[v & 63];
		if (i % 57 == 54) {
			*out++ = '\r';
			*out++ = '\n';
		}
	}
	return (size_t)(out - start);
}

static size_t
lines(size_t size, char *out)
{
	for (size_t i = 0; i < size; i++)
		out[i] = i % 72 == 70 ? '\r' : i % 72 == 71 ? '\n' : (char)('a' + i % 26);
	return size;
}

static void
message(size_t size, int encoded, int pipelined, const unsigned char *data, char *buffer)
{
	static const char head[] = "From: ann@example.test\r\nTo: bob@example.test\r\n"
				   "Subject: A letter\r\nMessage-ID: <1@example.test>\r\n\r\n";
	size_t start = sizeof(head) - 1, length;

	/* In one piece: a small one behind it would wait for the peer's acknowledgement. */
	memcpy(buffer, head, start);
	length =
	    start + (encoded ? encode(data, size, buffer + start) : lines(size, buffer + start));
	memcpy(buffer + length, "\r\n.\r\n", 5);

	if (pipelined) {
		static const char envelope[] = "MAIL FROM:<ann@example.test>\r\n"
					       "RCPT TO:<bob@example.test>\r\nDATA\r\n";

		say(envelope, sizeof(envelope) - 1);
		hear('2');
		hear('2');
		hear('3');
	} else {
		dialogue("MAIL FROM:<ann@example.test>\r\n", '2');
		dialogue("RCPT TO:<bob@example.test>\r\n", '2');
		dialogue("DATA\r\n", '3');
	}
	say(buffer, length + 5);
	hear('2');
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int count = argc > 2 ? atoi(argv[2]) : 1, encoded = argc > 4;
	size_t size = argc > 3 ? strtoul(argv[3], NULL, 10) : 2000;
	char *buffer = malloc(size * 2 + 512);
	unsigned char *data = malloc(size + 1);
	double began = now();

	if (argc < 2 || !buffer || !data)
		return 64;
	memset(data, 'z', size);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	address.sin_port = htons((unsigned short)atoi(argv[1]));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)))
		return 1;
	hear('2');
	dialogue("EHLO localhost\r\n", '2');
	for (int i = 0; i < count; i++)
		message(size, encoded, count > 1, data, buffer);
	dialogue("QUIT\r\n", '2');
	printf("%.2f\n", (double)size * count / 1e6 / (now() - began));
	return 0;
}
