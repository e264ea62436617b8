/* SPDX-License-Identifier: MIT */
/*
 * bench-submit COUNT PROCESSES [ATTACHMENT-BYTES]: each process submits COUNT letters of 2 KB
 * through the C API, all begin at once.  One line on stdout: messages a second of all together,
 * longest wait for one SubmitMessage in ms, and the slowest process's pace over the fastest's.
 */
#include "client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define BODY 2000
#define PROCESSES_MAX 64

struct result {
	double began, ended, longest;
};

static void
submit_all(int count, size_t attachment, int ready, int go, struct result *result)
{
	struct client_letter letter = { .subject = "A letter of the benchmark",
		.to = "bob@example.test",
		.size = BODY,
		.attachment = attachment };
	struct client client;
	char *text = client_text(BODY);
	char byte = 'r';

	letter.body = text;
	client_open(&client);
	if (write(ready, &byte, 1) != 1 || read(go, &byte, 1) != 1)
		exit(1);
	result->began = client_now();
	for (int i = 0; i < count; i++) {
		double before = client_now(), wait;
		HRESULT hr = client_submit(&client, &letter);

		if (FAILED(hr))
			client_die("submit", hr);
		wait = client_now() - before;
		if (wait > result->longest)
			result->longest = wait;
	}
	result->ended = client_now();
	client_close(&client);
	free(text);
}

static void
wait_for(pid_t *children, int processes)
{
	for (int i = 0; i < processes; i++) {
		int status;

		if (waitpid(children[i], &status, 0) < 0 || status != 0)
			client_die("a submitter failed", (HRESULT)status);
	}
}

static void
print(const struct result *results, int processes, int count)
{
	double began = results[0].began, ended = 0, longest = 0, fast = 0, slow = 0;

	for (int i = 0; i < processes; i++) {
		double took = results[i].ended - results[i].began;

		began = results[i].began < began ? results[i].began : began;
		ended = results[i].ended > ended ? results[i].ended : ended;
		longest = results[i].longest > longest ? results[i].longest : longest;
		slow = took > slow ? took : slow;
		fast = !fast || took < fast ? took : fast;
	}
	printf(
	    "%.1f %.2f %.2f\n", processes * count / (ended - began), longest * 1000, fast / slow);
}

int
main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 1000, processes = argc > 2 ? atoi(argv[2]) : 1;
	size_t attachment = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;
	pid_t children[PROCESSES_MAX];
	int ready[2], go[2];
	char bytes[PROCESSES_MAX];
	struct result *results;

	if (count < 1 || processes < 1 || processes > PROCESSES_MAX || pipe(ready) || pipe(go))
		return 64;
	results = mmap(NULL, sizeof(*results) * PROCESSES_MAX, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (results == MAP_FAILED)
		return 1;
	for (int i = 0; i < processes; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			submit_all(count, attachment, ready[1], go[0], &results[i]);
			exit(0);
		}
	}
	for (int i = 0; i < processes; i++)
		if (read(ready[0], bytes, 1) != 1)
			return 1;
	memset(bytes, 'g', sizeof(bytes));
	if (write(go[1], bytes, (size_t)processes) != processes)
		return 1;
	wait_for(children, processes);
	print(results, processes, count);
	return 0;
}
