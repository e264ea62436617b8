/* SPDX-License-Identifier: MIT */
/*
 * What emapi-sendmail starts as: see sendmail_front.h.
 *
 * It says 0 when it was told that the mail is on disk, and else leaves everything to the whole
 * program, together with what it has read.  One case is its own: the other process lives and does
 * not answer.  Then the mail may be stored or not, and nobody can know.
 */
#include "sendmail_front.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sysexits.h>
#include <unistd.h>
#include "handover.h"

#define WAIT_SECONDS 60
#define ROOM (32 * 1024)

extern char **environ;

enum outcome {
	NOT_TAKEN, /* nothing was stored */
	STORED,
	UNKNOWN, /* he who had it is gone */
	SILENT,  /* he lives and has it still */
};

struct front {
	char **argv;
	bool dots;
	char *mail;
	size_t size, room;
	bool eof, dot; /* how it ended */
	struct handover_head head;
	char *words;
};

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

/* --- Reaching it ---------------------------------------------------------------------------- */

/* As paths_state() has it, but for a user without HOME. */
static bool
find_socket(struct sockaddr_un *address)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	bool named = state && state[0] == '/';
	int length;

	if (!named && !(home && home[0] == '/'))
		return false;
	length = snprintf(address->sun_path, sizeof address->sun_path, "%s%s/emapi/%s",
	    named ? state : home, named ? "" : "/.local/state", HANDOVER_SOCKET);
	return length > 0 && (size_t)length < sizeof address->sun_path;
}

/* A connection to a process of this user's; -1: there is none. */
static int
reach(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct ucred owner;
	socklen_t size = sizeof owner;
	int fd;

	if (!find_socket(&address))
		return -1;
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &owner, &size) == 0 && owner.uid == geteuid())
		return fd;
	close(fd);
	return -1;
}

/* --- What goes over ------------------------------------------------------------------------- */

static bool
make_room(struct front *f)
{
	size_t room = f->room ? 2 * f->room : ROOM;
	char *mail = realloc(f->mail, room);

	if (!mail)
		return false;
	f->mail = mail;
	f->room = room;
	return true;
}

/* Reads the mail to its end.  False: there is more, or it cannot be read, which the whole program
 * will find. */
static bool
read_mail(struct front *f)
{
	size_t line = 0;
	ssize_t got;

	while (!f->eof && !f->dot && f->size < HANDOVER_MAIL_MAX) {
		if (f->size == f->room && !make_room(f))
			return false;
		got = read(STDIN_FILENO, f->mail + f->size, f->room - f->size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		f->eof = got == 0;
		f->size += (size_t)got;
		f->dot = f->dots && handover_ended(f->mail, f->size, &line);
	}
	return f->eof || f->dot;
}

/* Appends a word; false where there is no room. */
static bool
put_word(struct front *f, const char *word)
{
	size_t size = strlen(word) + 1;

	if (size > HANDOVER_WORDS_MAX - f->head.words)
		return false;
	memcpy(f->words + f->head.words, word, size);
	f->head.words += (uint32_t)size;
	return true;
}

static bool
fill_head(struct front *f)
{
	f->words = malloc(HANDOVER_WORDS_MAX);
	if (!f->words)
		return false;
	handover_begin(&f->head);
	f->head.mail = (uint32_t)f->size;
	f->head.to_dot = f->dot;
	for (char **word = f->argv; *word; word++, f->head.arguments++)
		if (!put_word(f, *word))
			return false;
	for (char **word = environ; *word; word++) {
		if (!handover_carries(*word))
			continue;
		if (!put_word(f, *word))
			return false;
		f->head.environment++;
	}
	return getrandom(f->head.key, sizeof f->head.key, 0) == sizeof f->head.key;
}

/* All of it in a memory file; -1: that cannot be. */
static int
write_file(const struct front *f)
{
	struct iovec parts[] = { { (void *)(uintptr_t)&f->head, sizeof f->head },
		{ f->words, f->head.words }, { f->mail, f->size } };
	ssize_t all = (ssize_t)(sizeof f->head + f->head.words + f->size);
	int fd = memfd_create("emapi-mail", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	if (writev(fd, parts, 3) == all)
		return fd;
	close(fd);
	return -1;
}

/* --- The hand-over -------------------------------------------------------------------------- */

static bool
send_file(int fd, int file)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { .header = { .cmsg_level = SOL_SOCKET,
			  .cmsg_type = SCM_RIGHTS,
			  .cmsg_len = CMSG_LEN(sizeof(int)) } };
	struct iovec part = { (void *)(uintptr_t)handover_mail, sizeof handover_mail };
	struct msghdr packet = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control.room };

	memcpy(CMSG_DATA(&control.header), &file, sizeof file);
	return sendmsg(fd, &packet, MSG_NOSIGNAL) > 0;
}

/* How long to wait for one that lives. */
static int
patience(void)
{
	const char *text = getenv("EMAPI_ANSWER_SECONDS");
	long seconds = text ? strtol(text, NULL, 10) : 0;

	return seconds > 0 && seconds < 86400 ? (int)seconds : WAIT_SECONDS;
}

static enum outcome
await(int fd)
{
	struct pollfd answer = { .fd = fd, .events = POLLIN };
	char bytes[HANDOVER_PACKET_SIZE + 1];
	ssize_t size;
	int ready;

	do
		ready = poll(&answer, 1, patience() * 1000);
	while (ready < 0 && errno == EINTR);
	if (ready == 0)
		return SILENT;
	/* Who ends with something unread resets the connection, which is said once, before what he
	 * said last. */
	do
		size = recv(fd, bytes, sizeof bytes, 0);
	while (size < 0 && (errno == EINTR || errno == ECONNRESET));
	if (size == sizeof handover_ok && !memcmp(bytes, handover_ok, sizeof handover_ok))
		return STORED;
	return size > 0 ? NOT_TAKEN : UNKNOWN;
}

static enum outcome
hand_over(struct front *f)
{
	enum outcome outcome = NOT_TAKEN;
	int file, fd = reach();

	if (fd < 0)
		return NOT_TAKEN;
	if (read_mail(f) && fill_head(f)) {
		file = write_file(f);
		if (file >= 0 && send_file(fd, file))
			outcome = await(fd);
		if (file >= 0)
			close(file);
	}
	free(f->words);
	close(fd);
	return outcome;
}

/* --- The rest ------------------------------------------------------------------------------- */

static int
run_whole(int argc, char **argv, const struct sendmail_start *start)
{
	int (*whole)(int, char **, const struct sendmail_start *);

	*(void **)&whole = handover_symbol("emapi_sendmail_main");
	if (!whole) {
		fprintf(stderr, "%s: %s; %s\n", argc > 0 ? argv[0] : "emapi-sendmail", dlerror(),
		    start->again ? "whether the mail is stored is not known"
				 : "nothing was stored or sent");
		return start->again ? EX_TEMPFAIL : EX_UNAVAILABLE;
	}
	return whole(argc, argv, start);
}

static int
give_up(const struct front *f)
{
	fprintf(stderr,
	    "%s: the spooler's process that has the mail has not answered for %d seconds; it may "
	    "be "
	    "stored, or be stored yet: emapi explain ",
	    f->argv[0], patience());
	for (size_t i = 0; i < sizeof f->head.key; i++)
		fprintf(stderr, "%02x", f->head.key[i]);
	fputc('\n', stderr);
	return EX_TEMPFAIL;
}

static int
leave_to_whole(int argc, char **argv, const struct front *f, enum outcome outcome)
{
	struct sendmail_start start = { .head = f->mail,
		.size = f->size,
		.eof = f->eof,
		.key = outcome == UNKNOWN ? f->head.key : NULL,
		.again = outcome == UNKNOWN };

	return run_whole(argc, argv, &start);
}

int
main(int argc, char **argv)
{
	struct front f = { .argv = argv };
	enum outcome outcome = NOT_TAKEN;
	int code = 0;

	guard_standard_files();
	/* Over a limit of the file size, writing fails and says so instead of killing us. */
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	if (argc > 0 && handover_takes(argv, &f.dots) && !isatty(STDIN_FILENO))
		outcome = hand_over(&f);
	if (outcome == SILENT)
		code = give_up(&f);
	else if (outcome != STORED)
		code = leave_to_whole(argc, argv, &f, outcome);
	free(f.mail);
	return code;
}
