/* SPDX-License-Identifier: MIT */
/*
 * emapi profile setup: a profile from an address.  Finds the server, shows what it found and from
 * where, stores the secret and tries it.  On a terminal it asks; else it never does.
 */
#include "setup_private.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "emapi.h"
#include "password.h"
#include "profile.h"

static void
setup_clear(struct setup *s)
{
	g_free(s->address);
	g_free(s->name);
	g_free(s->from_name);
	g_free(s->server);
	g_free(s->tls);
	g_free(s->user);
	g_free(s->autoconfig);
	g_free(s->password_command);
	g_free(s->password_file);
	g_free(s->ca_file);
	g_free(s->dns);
	g_clear_pointer(&s->targets, g_ptr_array_unref);
	setup_server_clear(&s->found);
}

static int
parse(int *argc, char ***argv, struct setup *s)
{
	const GOptionEntry entries[] = {
		{ "address", 0, 0, G_OPTION_ARG_STRING, &s->address,
		    "the mail address, in place of the argument", "ADDRESS" },
		{ "name", 0, 0, G_OPTION_ARG_STRING, &s->name,
		    "the profile's name; without it the address", "NAME" },
		{ "from-name", 0, 0, G_OPTION_ARG_STRING, &s->from_name,
		    "the sender's name that people see", "TEXT" },
		{ "server", 0, 0, G_OPTION_ARG_STRING, &s->server,
		    "look for no server: it is this one", "HOST[:PORT]" },
		{ "tls", 0, 0, G_OPTION_ARG_STRING, &s->tls,
		    "how that server's connection is secured; unless told starttls, at port 465 "
		    "implicit",
		    "none|starttls|implicit" },
		{ "user", 0, 0, G_OPTION_ARG_STRING, &s->user,
		    "log in as this user, where it is not the address; empty: no login", "NAME" },
		{ "autoconfig", 0, 0, G_OPTION_ARG_FILENAME, &s->autoconfig,
		    "a configuration file of Mozilla's form, a folder of them, or where one is on "
		    "the web",
		    "FILE|FOLDER|URL" },
		{ "dns", 0, 0, G_OPTION_ARG_STRING, &s->dns,
		    "ask the DNS server at this IPv4 address instead of the system's",
		    "HOST[:PORT]" },
		{ "password-command", 0, 0, G_OPTION_ARG_STRING, &s->password_command,
		    "a shell command whose first line of output is the password", "CMD" },
		{ "password-file", 0, 0, G_OPTION_ARG_FILENAME, &s->password_file,
		    "a file of mode 600 whose first line is the password", "FILE" },
		{ "keyring", 0, 0, G_OPTION_ARG_NONE, &s->keyring,
		    "ask for the password and keep it in the desktop's keyring", NULL },
		{ "ca-file", 0, 0, G_OPTION_ARG_FILENAME, &s->ca_file,
		    "trust the certificates in this PEM file instead of the system's", "FILE" },
		{ "yes", 0, 0, G_OPTION_ARG_NONE, &s->yes, "take what was found unasked", NULL },
		{ "no-test", 0, 0, G_OPTION_ARG_NONE, &s->no_test, "do not try the server", NULL },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new("[ADDRESS]");

	cli_add_options(context, entries);
	return cli_parse(context, argc, argv);
}

/* --- Asking -------------------------------------------------------------------------------- */

char *
setup_ask(const char *prompt)
{
	char line[1024];

	fprintf(stderr, "%s ", prompt);
	fflush(stderr);
	return fgets(line, sizeof line, stdin) ? g_strdup(g_strstrip(line)) : NULL;
}

/* --- Finding ------------------------------------------------------------------------------- */

static int
take_given(struct setup *s)
{
	int code = cli_split_server("--server", s->server, &s->found.host, &s->found.port);

	if (s->tls && strcmp(s->tls, "none") && strcmp(s->tls, "starttls") &&
	    strcmp(s->tls, "implicit"))
		return cli_fail(EX_USAGE, "--tls %s: it is none, starttls or implicit", s->tls);
	s->found.tls = s->tls ? s->tls : s->found.port == 465 ? "implicit" : "starttls";
	s->found.source = g_strdup(s->asked ? "as you say" : "as --server says");
	return code;
}

/* A person at a terminal may know the server, where he is asked; *done: he named one. */
static int
ask_server(struct setup *s, bool *done)
{
	*done = false;
	if (!s->terminal || s->yes)
		return 0;
	g_free(s->server);
	s->server = setup_ask("The server that takes outgoing mail (HOST or HOST:PORT; empty: "
			      "stop):");
	*done = s->server && *s->server;
	if (!*done)
		return 0;
	s->asked = true;
	g_clear_pointer(&s->targets, g_ptr_array_unref);
	setup_server_clear(&s->found);
	s->found = (struct setup_server){ 0 };
	return take_given(s);
}

static int
none_found(struct setup *s, int code, const char *why)
{
	bool done;
	int bad;

	if (s->terminal && !s->yes)
		cli_note("%s", why);
	bad = ask_server(s, &done);
	if (done)
		return bad;
	return cli_fail(
	    code, "%s: ask its administrator and say --server HOST:PORT; no profile was made", why);
}

static int
take_autoconfig(struct setup *s)
{
	g_autofree char *why = NULL;

	bool good = strstr(s->autoconfig, "://")
			? setup_autoconfig_url(s->autoconfig, s->address, &s->found, &why)
			: setup_autoconfig(s->autoconfig, s->address, &s->found, &why);

	if (!good)
		return cli_fail(EX_DATAERR, "--autoconfig: %s; no profile was made", why);
	return 0;
}

bool
setup_take_target(struct setup *s)
{
	const struct setup_target *target;

	if (!s->targets || s->taken >= s->targets->len)
		return false;
	target = s->targets->pdata[s->taken++];
	setup_server_clear(&s->found);
	s->found = (struct setup_server){
		.host = g_strdup(target->host),
		.port = target->port,
		.tls = target->tls,
		.source = g_strdup(target->source),
	};
	return true;
}

static int
ask_dns(struct setup *s, const char *domain)
{
	g_autofree char *host = NULL, *why = NULL;
	struct sockaddr_in server;
	unsigned port = 0;
	bool silent;
	int code = s->dns ? cli_split_server("--dns", s->dns, &host, &port) : 0;

	if (!code && s->dns && !setup_dns_server(host, port, &server))
		code = cli_fail(EX_USAGE, "--dns %s: \"%s\" is no IPv4 address", s->dns, host);
	if (code)
		return code;
	s->targets = setup_srv(domain, s->dns ? &server : NULL, &silent);
	if (setup_take_target(s))
		return 0;
	why = silent ? g_strdup_printf("DNS did not answer what server takes mail of %s (it may "
				       "later)",
			   domain)
		     : g_strdup_printf("no server is known for %s, and its DNS names none (SRV "
				       "_submissions._tcp, _submission._tcp)",
			   domain);
	return none_found(s, silent ? EX_TEMPFAIL : EX_CONFIG, why);
}

static int
find(struct setup *s)
{
	g_autofree char *domain = setup_domain(s->address);

	if (!domain)
		return cli_fail(
		    EX_USAGE, "\"%s\" is no mail address; no profile was made", s->address);
	if (s->tls && !s->server)
		return cli_fail(EX_USAGE, "--tls goes with --server");
	if (s->server)
		return take_given(s);
	if (s->autoconfig)
		return take_autoconfig(s);
	return setup_preset(domain, &s->found) ? 0 : ask_dns(s, domain);
}

void
setup_show_server(
    const char *title, const char *host, unsigned port, const char *tls, const char *source)
{
	printf("%-10s%s", title, host);
	if (port)
		printf(", port %u", port);
	printf(", TLS: %s (%s)\n", tls, source);
}

static void
show(const struct setup *s)
{
	setup_show_server("Server", s->found.host, s->found.port, s->found.tls, s->found.source);
	for (guint i = s->taken; s->targets && i < s->targets->len; i++) {
		const struct setup_target *target = s->targets->pdata[i];

		setup_show_server("else", target->host, target->port, target->tls, target->source);
	}
	printf("Login     %s\n", s->user && *s->user ? s->user : "none");
	if (s->found.hint)
		printf("Note      %s.\n", s->found.hint);
	fflush(stdout);
}

static int
confirm(struct setup *s)
{
	g_autofree char *answer = NULL;
	bool done;
	int code;

	if (s->yes)
		return 0;
	if (!s->terminal)
		return cli_fail(EX_USAGE,
		    "nobody can be asked whether that is the server: say --yes to take it, or "
		    "--server HOST:PORT; no profile was made");
	answer = setup_ask("Is that right? [y/n]");
	if (answer && !g_ascii_strncasecmp(answer, "y", 1))
		return 0;
	code = ask_server(s, &done);
	return done
		   ? code
		   : cli_fail(EX_USAGE, "no profile was made; name the server: --server HOST:PORT");
}

/* --- The command --------------------------------------------------------------------------- */

static int
check(struct setup *s)
{
	if ((s->password_command != NULL) + (s->password_file != NULL) + (s->keyring != 0) > 1)
		return cli_fail(EX_USAGE,
		    "--password-command, --password-file and --keyring exclude each other");
	if (!s->address && s->terminal)
		s->address = setup_ask("Your mail address:");
	if (!s->address || !*s->address)
		return cli_fail(EX_USAGE, "the mail address is missing (try --help)");
	return 0;
}

/* Whom to log in as, and that a password can be had: asked only on a terminal. */
static int
choose_login(struct setup *s)
{
	if (!s->user)
		s->user = g_strdup(s->found.user ? s->found.user : s->address);
	if (!s->name)
		s->name = g_strdup(s->address);
	if (*s->user && !s->password_command && !s->password_file && !s->keyring && !s->terminal)
		return cli_fail(EX_USAGE,
		    "nobody can be asked for the password: say --password-command CMD or "
		    "--password-file FILE, --keyring with the password on standard input, or "
		    "--user "
		    "'' for no login; no profile was made");
	if (!*s->user && (s->password_command || s->password_file || s->keyring))
		return cli_fail(EX_USAGE, "a password goes with a --user");
	return 0;
}

/* On a desktop a person may choose where the password is kept. */
static void
choose_keyring(struct setup *s)
{
	g_autofree char *answer = NULL;

	if (!s->terminal || s->keyring || s->password_command || s->password_file || !*s->user ||
	    !password_has_keyring())
		return;
	answer = setup_ask("Keep the password in the desktop's keyring? [y/n]");
	s->keyring = answer && !g_ascii_strncasecmp(answer, "y", 1);
}

static int
run(int argc, char **argv)
{
	struct setup s = { .terminal = isatty(STDIN_FILENO) };
	int code = parse(&argc, &argv, &s);

	if (!code && argc > 1 + !s.address)
		code = cli_fail(EX_USAGE, "one address, please (try --help)");
	if (!code && argc > 1)
		s.address = g_strdup(argv[1]);
	if (!code)
		code = check(&s);
	if (!code)
		code = find(&s);
	if (!code)
		code = choose_login(&s);
	if (!code && !s.asked)
		show(&s);
	if (!code && !s.server)
		code = confirm(&s);
	if (!code && s.asked)
		show(&s);
	if (!code)
		choose_keyring(&s);
	if (!code)
		code = setup_make(&s);
	setup_clear(&s);
	return code;
}

const struct command command_profile_setup = {
	.name = "profile setup",
	.summary = "make a profile from an address: finds the server and tries it",
	.run = run,
};
