/* SPDX-License-Identifier: MIT */
/* Internet addresses of senders and recipients: which are well formed, and where rows keep them. */
#ifndef EMAPI_CONVERT_ADDRESS_H
#define EMAPI_CONVERT_ADDRESS_H

#include <stdbool.h>
#include <mapidefs.h>

/*
 * Whether `address` is a mailbox that may stand in MAIL FROM or RCPT TO (RFC 5321 4.1.2, with the
 * UTF-8 of RFC 6531): local part a dot-string or quoted string of at most 64 bytes, '@', domain
 * name or address literal, 254 bytes in all.  A domain name is letters, digits and hyphens in
 * labels of 1 to 63, an underscore or any UTF-8 letter besides.  Control characters, spaces outside
 * quotes, angle brackets, comments and a missing '@' are not.
 * `why` (may be NULL) gets what is wrong with it, for people, without the address; g_free().
 */
bool address_check(const char *address, char **why);

/* True where the part before the last '@' has bytes over 127: only SMTPUTF8 carries it. */
bool address_needs_smtputf8(const char *address);
/* The address with its domain in ASCII (IDNA), g_free(); NULL where it has no such form.  The local
 * part is left as it is. */
char *address_to_ascii(const char *address);

/* Whether `address` is one of `patterns` (may be NULL: none), a list parted by commas, semicolons
 * and blanks: an address, "@example.test" for all of a domain (also "*@example.test"), "<>" for the
 * empty sender, "any" or "*" for everyone.  Letter case says nothing. */
bool address_matches(const char *patterns, const char *address);

/* A person as a message names them.  Clear with address_person_clear(). */
struct address_person {
	char *name;    /* display name, NULL where there is none or it only repeats the address */
	char *type;    /* "SMTP", "EX" ... ; NULL where nothing tells */
	char *address; /* of that type; NULL where nothing tells.  Not checked */
};

/* The tags under which a person's properties stand: PR_SENDER_NAME and so on; 0 where there is no
 * such tag. */
struct address_tags {
	ULONG name;
	ULONG type;
	ULONG address;
	ULONG smtp_address;
	ULONG entry_id;
};
extern const struct address_tags address_tags_recipient, address_tags_sender,
    address_tags_representing;

/* Picks by [MS-OXCMAIL] 2.1.3.1.1: the SMTP address where one is told, else type and address, else
 * what a one-off entry ID says.  A row without a type whose address has an '@' is SMTP.
 * MAPI_E_NOT_FOUND, and all NULL, where nothing tells an address; MAPI_E_NOT_ENOUGH_MEMORY.  Text
 * in `values` should be PT_STRING8, as read_props() and read_rows() have it. */
HRESULT address_pick(const SPropValue *values, ULONG count, const struct address_tags *tags,
    struct address_person *out);
void address_person_clear(struct address_person *person);

#endif
