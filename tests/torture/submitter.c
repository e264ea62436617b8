/* SPDX-License-Identifier: MIT */
/*
 * torture-submitter PREFIX COUNT RECORD [TO]: submits letters until COUNT have been accepted, also
 * over several lives: what SubmitMessage answered S_OK to is noted in RECORD, one Message-ID a
 * line. The Message-ID is the subject as well.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "client.h"

static int
lines(const char *path)
{
	FILE *file = fopen(path, "r");
	int count = 0, c;

	while (file && (c = getc(file)) != EOF)
		count += c == '\n';
	if (file)
		fclose(file);
	return count;
}

int
main(int argc, char **argv)
{
	struct client_letter letter = { .to = argc > 4 ? argv[4] : "bob@example.test" };
	struct client client;
	int count, fd;

	if (argc < 4)
		return 64;
	count = atoi(argv[2]) - lines(argv[3]);
	fd = open(argv[3], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return 1;
	client_open(&client);
	for (int i = 0; i < count; i++) {
		char id[200], line[210];
		HRESULT hr;

		snprintf(id, sizeof(id), "<%s.%d.%d@torture.test>", argv[1], (int)getpid(), i);
		letter.message_id = letter.subject = id;
		letter.size = i % 20 == 19 ? 100000 : 500;
		hr = client_submit(&client, &letter);
		if (FAILED(hr))
			client_die("submit", hr);
		snprintf(line, sizeof(line), "%s\n", id);
		if (write(fd, line, strlen(line)) < 0)
			return 1;
	}
	client_close(&client);
	return 0;
}
