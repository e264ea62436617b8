/* SPDX-License-Identifier: MIT */
/*
 * Who may send as whom, in machine mode.  A user is known by his user id alone; what his message
 * says of its sender is checked against the profile's rules (group [Profile]):
 *
 *   MachineDomain=example.test    Ann's own address is ann@example.test; without it everybody's is
 *                                 the profile's FromAddress, with his own name
 *   MachineFrom=%u@lists.example.test, ann: boss@example.test, @shop.example.test
 *                                 whom a user may be beside himself; %u is his login name, "ann:"
 *                                 in front makes it ann's alone, "any" is everybody
 *   HeaderFrom=rewrite            another From becomes the user's own (the default); "sender": it
 *                                 stays and a Sender says whose it is; "refuse": the mail is not
 *                                 taken; "keep": it stays
 *
 * Root is not checked.
 */
#ifndef EMAPI_SPOOLER_SENDER_H
#define EMAPI_SPOOLER_SENDER_H

#include <stdbool.h>
#include <sys/types.h>
#include <mapidefs.h>

enum sender_otherwise { SENDER_REWRITE, SENDER_SENDER, SENDER_REFUSE, SENDER_KEEP };

struct sender_rules {
	char *domain;
	char *fallback_name, *fallback_address; /* the profile's FromName and FromAddress */
	char **from;                            /* the items of MachineFrom */
	enum sender_otherwise otherwise;
};

/* Who submits. */
struct sender_user {
	uid_t uid;
	char *login;    /* "uid1234" where nobody has the id */
	char *name;     /* as people write it, UTF-8 */
	char *address;  /* his own; NULL where the profile gives him none */
	char *own_name; /* what stands beside that address */
};

/* From properties of the profile's section; never fails but by what is not understood, said in
 * *why (g_free()): MAPI_E_UNCONFIGURED. */
HRESULT sender_rules_read(
    const SPropValue *values, ULONG count, struct sender_rules *rules, char **why);
void sender_rules_clear(struct sender_rules *rules);

void sender_user_find(const struct sender_rules *rules, uid_t uid, struct sender_user *user);
/* For tests and for sender_user_find(): `gecos` is the password database's field. */
void sender_user_make(const struct sender_rules *rules, uid_t uid, const char *login,
    const char *gecos, struct sender_user *user);
void sender_user_clear(struct sender_user *user);

/* Whether he may be From `address`, whatever is done otherwise. */
bool sender_allows(
    const struct sender_rules *rules, const struct sender_user *user, const char *address);

#endif
