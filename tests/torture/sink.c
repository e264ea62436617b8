/* SPDX-License-Identifier: MIT */
/*
 * torture-sink PORT RECORD: an SMTP server on 127.0.0.1 that takes everything and may be killed.
 * A message is its own once its Message-ID stands in RECORD (one line: time, ID), which is before
 * the 250 goes out, as a server's queue file is.  Who is called refused… is refused for good.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int record;

static void
note(const char *id)
{
	char line[600];
	struct timespec now;
	int size;

	clock_gettime(CLOCK_REALTIME, &now);
	size = snprintf(line, sizeof(line), "%lld.%06ld %s\n", (long long)now.tv_sec,
	    now.tv_nsec / 1000, *id ? id : "-");
	if (write(record, line, (size_t)size) != size)
		_exit(1);
}

/* The value of a Message-ID line, without what is round it. */
static void
take_id(const char *line, char *id, size_t size)
{
	if (strncasecmp(line, "message-id:", 11) != 0)
		return;
	for (line += 11; isspace((unsigned char)*line); line++)
		;
	if (strcspn(line, "\r\n") < size)
		snprintf(id, size, "%.*s", (int)strcspn(line, "\r\n"), line);
}

static int
message(FILE *in)
{
	char line[2000], id[500] = "";
	int header = 1;

	while (fgets(line, sizeof(line), in)) {
		if (strcmp(line, ".\r\n") == 0) {
			note(id);
			return 0;
		}
		header = header && strcmp(line, "\r\n") != 0;
		if (header)
			take_id(line, id, sizeof(id));
	}
	return -1;
}

static const char *
answer(const char *line)
{
	if (strncasecmp(line, "RCPT TO:<refused", 16) == 0)
		return "550 5.1.1 no such person\r\n";
	if (strncasecmp(line, "EHLO", 4) == 0)
		return "250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n";
	if (strncasecmp(line, "QUIT", 4) == 0)
		return "221 2.0.0 bye\r\n";
	return "250 2.0.0 ok\r\n";
}

static int
say(int fd, const char *text)
{
	return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text) ? 0 : -1;
}

static void
serve(int fd, FILE *in)
{
	char line[2000];
	int taken = 0;

	if (say(fd, "220 sink\r\n") < 0)
		return;
	while (fgets(line, sizeof(line), in)) {
		const char *reply = answer(line);

		taken += strncasecmp(line, "RCPT", 4) == 0 && *reply == '2';
		if (strncasecmp(line, "DATA", 4) == 0 && !taken)
			reply = "554 5.5.1 no recipients\r\n";
		else if (strncasecmp(line, "DATA", 4) == 0) {
			taken = 0;
			if (say(fd, "354 go on\r\n") < 0 || message(in) < 0)
				return;
		}
		if (say(fd, reply) < 0 || strncasecmp(line, "QUIT", 4) == 0)
			return;
	}
}

static void *
client(void *argument)
{
	int fd = (int)(size_t)argument;
	FILE *in = fdopen(fd, "r");

	if (in) {
		serve(fd, in);
		fclose(in);
	}
	return NULL;
}

int
main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), peer;

	if (argc < 3)
		return 64;
	record = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	address.sin_port = htons((unsigned short)atoi(argv[1]));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (record < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 100))
		return 1;
	while ((peer = accept(fd, NULL, NULL)) >= 0) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, client, (void *)(size_t)peer) == 0)
			pthread_detach(thread);
		else
			close(peer);
	}
	return 1;
}
