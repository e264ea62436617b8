/* SPDX-License-Identifier: MIT */
/* What emapi-sendmail starts as: see sendmail_front.h. */
#include "sendmail_front.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sysexits.h>
#include <unistd.h>

/* A descriptor that is closed would be given to the first file that is opened, and what is printed
 * would go into a message store. */
static void
guard_standard_files(void)
{
	int fd;

	do
		fd = open("/dev/null", O_WRONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static int
run_whole(int argc, char **argv)
{
	void *module = dlopen(SENDMAIL_MODULE, RTLD_LAZY | RTLD_LOCAL);
	int (*whole)(int, char **) = NULL;

	if (module)
		*(void **)&whole = dlsym(module, "emapi_sendmail_main");
	if (!whole) {
		fprintf(stderr, "%s: %s; nothing was stored or sent\n", argv[0], dlerror());
		return EX_UNAVAILABLE;
	}
	return whole(argc, argv);
}

int
main(int argc, char **argv)
{
	guard_standard_files();
	/* Over a limit of the file size, writing fails and says so instead of killing us. */
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	return run_whole(argc, argv);
}
