/* SPDX-License-Identifier: MIT */
/*
 * emapi-keyring: a profile's password in the desktop's keyring (freedesktop.org Secret Service).
 *
 *	emapi-keyring lookup SECTION          prints it
 *	emapi-keyring store SECTION LABEL     takes it from standard input
 *	emapi-keyring clear SECTION
 *
 * SECTION is the UID of the profile's section, 32 hex digits.  A program of its own, so that
 * libsecret and GIO are loaded only by who uses a keyring.
 */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <libsecret/secret.h>

#define PASSWORD_MAX 65536

static const SecretSchema schema = {
	"org.emapi.Password",
	SECRET_SCHEMA_NONE,
	{ { "section", SECRET_SCHEMA_ATTRIBUTE_STRING }, { NULL, 0 } },
};

static int
fail(GError *error, const char *otherwise)
{
	fprintf(stderr, "emapi-keyring: %s\n", error ? error->message : otherwise);
	g_clear_error(&error);
	return EX_UNAVAILABLE;
}

static int
lookup(const char *section)
{
	GError *error = NULL;
	char *password = secret_password_lookup_nonpageable_sync(
	    &schema, NULL, &error, "section", section, NULL);

	if (!password)
		return fail(error, "the keyring has no password for this profile; store one by: "
				   "emapi profile set NAME --password");
	puts(password);
	secret_password_free(password);
	return 0;
}

static int
store(const char *section, const char *label)
{
	static char password[PASSWORD_MAX];
	size_t size = fread(password, 1, sizeof(password) - 1, stdin);
	GError *error = NULL;
	gboolean stored;

	password[size] = '\0';
	password[strcspn(password, "\r\n")] = '\0';
	stored = secret_password_store_sync(&schema, SECRET_COLLECTION_DEFAULT, label, password,
	    NULL, &error, "section", section, NULL);
	explicit_bzero(password, sizeof(password));
	return stored ? 0 : fail(error, "the keyring did not take the password");
}

static int
clear(const char *section)
{
	GError *error = NULL;

	secret_password_clear_sync(&schema, NULL, &error, "section", section, NULL);
	return error ? fail(error, "") : 0;
}

int
main(int argc, char **argv)
{
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	if (argc == 3 && !strcmp(argv[1], "lookup"))
		return lookup(argv[2]);
	if (argc == 4 && !strcmp(argv[1], "store"))
		return store(argv[2], argv[3]);
	if (argc == 3 && !strcmp(argv[1], "clear"))
		return clear(argv[2]);
	fputs(
	    "usage: emapi-keyring lookup SECTION | store SECTION LABEL | clear SECTION\n", stderr);
	return EX_USAGE;
}
