/* SPDX-License-Identifier: MIT */
/*
 * Who a mail is from and to.
 *
 * Names without a domain are local users to a sendmail.  Here are no mailboxes: a sender becomes
 * the profile's address, a recipient what LocalTo says, else the profile's address too, so that
 * cron's mail to root reaches the person whose profile it is.  Such names are completed in the
 * header as well (nobody could answer them); all else in it stays as it is.
 */
#include "sendmail.h"

#include <string.h>
#include <unistd.h>
#include <emapispi.h>
#include <mapiguid.h>
#include "address.h"
#include "addrlist.h"
#include "mem.h"
#include "prop.h"
#include "rawheader.h"
#include "sender.h"
#include "text.h"

/* On a machine's profile everybody is himself, and other users are at its domain. */
static void
own_identity(const SPropValue *values, ULONG count, struct sendmail_identity *identity)
{
	struct sender_rules rules;
	struct sender_user user = { 0 };
	g_autofree char *why = NULL;

	if (SUCCEEDED(sender_rules_read(values, count, &rules, &why)))
		sender_user_find(&rules, geteuid(), &user);
	g_free(identity->name);
	g_free(identity->address);
	identity->name = g_steal_pointer(&user.own_name);
	identity->address = g_steal_pointer(&user.address);
	if (!identity->local_to && rules.domain)
		identity->local_to = g_strconcat("@", rules.domain, NULL);
	sender_user_clear(&user);
	sender_rules_clear(&rules);
}

HRESULT
sendmail_identity_read(const struct profile *profile, struct sendmail_identity *identity)
{
	SPropValue *values = NULL;
	MAPIUID section;
	ULONG count = 0;
	HRESULT hr;

	memcpy(&section, &MUID_PROFILE_INSTANCE, sizeof section);
	memset(identity, 0, sizeof *identity);
	hr = profile_section_read(profile, &section, &values, &count);
	if (FAILED(hr))
		return hr;
	identity->name = prop_find_text(values, count, PR_EMAPI_FROM_NAME_W);
	identity->address = prop_find_text(values, count, PR_EMAPI_FROM_ADDRESS_W);
	identity->allow_from = prop_find_text(values, count, PR_EMAPI_ALLOW_FROM_W);
	identity->local_to = prop_find_text(values, count, PR_EMAPI_LOCAL_TO_W);
	identity->header_from = prop_find_text(values, count, PR_EMAPI_HEADER_FROM_W);
	if (profile_is_machine(profile))
		own_identity(values, count, identity);
	mem_free(values);
	return S_OK;
}

void
sendmail_identity_clear(struct sendmail_identity *identity)
{
	g_free(identity->name);
	g_free(identity->address);
	g_free(identity->allow_from);
	g_free(identity->local_to);
	g_free(identity->header_from);
	memset(identity, 0, sizeof *identity);
}

static void
person_free(void *data)
{
	struct sendmail_person *person = data;

	g_free(person->name);
	g_free(person->address);
	g_free(person);
}

void
sendmail_mail_init(struct sendmail_mail *mail)
{
	memset(mail, 0, sizeof *mail);
	mail->head = g_byte_array_new();
	mail->recipients = g_ptr_array_new_with_free_func(person_free);
	mail->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	mail->importance = 1;
}

void
sendmail_mail_clear(struct sendmail_mail *mail)
{
	g_byte_array_unref(mail->head);
	g_ptr_array_unref(mail->recipients);
	g_hash_table_unref(mail->known);
	g_free(mail->sender);
	g_free(mail->from.name);
	g_free(mail->from.address);
	g_free(mail->subject);
	g_free(mail->message_id);
	memset(mail, 0, sizeof *mail);
}

/* --- Addresses ---------------------------------------------------------------------------------
 */

/* An address that can be sent to; a local name becomes one.  NULL with a sentence. */
static char *
complete(const struct sendmail_identity *identity, const char *address, bool sender, char **why)
{
	g_autofree char *reason = NULL, *shown = text_printable(address);
	g_autofree char *full = NULL;
	const char *local = sender ? NULL : identity->local_to;

	if (strchr(address, '@'))
		full = g_strdup(address);
	else if (strchr("|/:\\", *address)) /* an empty one too */
		reason = g_strdup(
		    *address ? "mail goes to people, not to programs and files" : "it is empty");
	else if (local && *local == '@')
		full = g_strconcat(address, local, NULL);
	else
		full = g_strdup(local && *local ? local : identity->address);
	if (!reason && address_check(full, &reason))
		return g_steal_pointer(&full);
	if (why)
		*why = g_strdup_printf("\"%s\" is not a mail address: %s", shown, reason);
	return NULL;
}

/* Appends the mailboxes; `known` (address in lower case -> person) keeps each from coming twice. */
static bool
add_list(const struct sendmail_identity *identity, const GPtrArray *list, LONG kind,
    GPtrArray *people, GHashTable *known, char **why)
{
	for (guint i = 0; i < list->len; i++) {
		const struct addrlist_mailbox *mailbox = list->pdata[i];
		g_autofree char *address = complete(identity, mailbox->address, false, why);
		g_autofree char *key = NULL;
		struct sendmail_person *person;

		if (!address)
			return false;
		key = g_ascii_strdown(address, -1);
		if (g_hash_table_contains(known, key))
			continue;
		person = g_new0(struct sendmail_person, 1);
		person->kind = kind;
		person->name = mailbox->name ? rawheader_decode(mailbox->name) : NULL;
		person->address = g_steal_pointer(&address);
		g_ptr_array_add(people, person);
		g_hash_table_insert(known, g_steal_pointer(&key), person);
	}
	return true;
}

bool
sendmail_add_recipients(const struct sendmail_identity *identity, struct sendmail_mail *mail,
    const char *text, char **why)
{
	g_autoptr(GPtrArray) list = addrlist_new();

	*why = NULL;
	/* Bcc until the header says otherwise. */
	return addrlist_parse(text, list, why) &&
	       add_list(identity, list, MAPI_BCC, mail->recipients, mail->known, why);
}

bool
sendmail_set_sender(const struct sendmail_identity *identity, struct sendmail_mail *mail,
    const char *text, char **why)
{
	g_autoptr(GPtrArray) list = addrlist_new();

	*why = NULL;
	g_clear_pointer(&mail->sender, g_free);
	if (!addrlist_parse(text, list, why))
		return false;
	if (list->len > 1) {
		*why = g_strdup("only one can be the sender");
		return false;
	}
	if (list->len == 0 || !*((struct addrlist_mailbox *)list->pdata[0])->address) {
		mail->sender = g_strdup("");
		return true;
	}
	mail->sender =
	    complete(identity, ((struct addrlist_mailbox *)list->pdata[0])->address, true, why);
	return mail->sender != NULL;
}

/* --- The header --------------------------------------------------------------------------------
 */

/* A header while it is read, and rewritten where it must be. */
struct reading {
	const struct sendmail_identity *identity;
	struct sendmail_mail *mail;
	GPtrArray *people; /* whom the header names as recipients */
	GHashTable *known;
	GString *out; /* the header as it will be stored */
	bool take, resent, has_from, has_sender, has_reply_to;
	char *reply_to; /* to be added */
	char **why;
};

enum role { ROLE_NONE, ROLE_FROM, ROLE_SENDER, ROLE_TO, ROLE_CC, ROLE_BCC };

static enum role
role_of(const struct rawheader_field *field, bool *resent)
{
	static const struct {
		const char *name;
		enum role role;
	} fields[] = {
		{ "From", ROLE_FROM },
		{ "Sender", ROLE_SENDER },
		{ "Reply-To", ROLE_SENDER },
		{ "To", ROLE_TO },
		{ "Cc", ROLE_CC },
		{ "Bcc", ROLE_BCC },
	};
	struct rawheader_field rest = *field;

	*resent = rawheader_has_prefix(field, "Resent-");
	if (*resent) {
		rest.name += strlen("Resent-");
		rest.name_length -= strlen("Resent-");
	}
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		if (rawheader_is(&rest, fields[i].name))
			return fields[i].role;
	return ROLE_NONE;
}

/* A field's address list.  The text keeps its places: no fold is undone. */
static bool
parse_field(const struct rawheader_field *field, GPtrArray *list, char **why)
{
	g_autofree char *text = g_malloc(field->value_length + 1);

	memcpy(text, field->value, field->value_length);
	text[field->value_length] = '\0';
	for (size_t i = 0; i < field->value_length; i++)
		if (!text[i])
			text[i] = ' ';
	return addrlist_parse(text, list, why);
}

/* What the profile's HeaderFrom wants of a From that is not the profile's. */
static bool
is_foreign(const struct sendmail_identity *identity, const char *address)
{
	return address_check(identity->address, NULL) &&
	       g_ascii_strcasecmp(address, identity->address) != 0 &&
	       !address_matches(identity->allow_from, address);
}

static bool
wants(const struct sendmail_identity *identity, const char *policy)
{
	return identity->header_from && g_ascii_strcasecmp(identity->header_from, policy) == 0;
}

/* The address that stands in the header from now on; NULL: the one that does. */
static char *
replacement(struct reading *reading, const struct addrlist_mailbox *mailbox, enum role role)
{
	const struct sendmail_identity *identity = reading->identity;
	bool local = !strchr(mailbox->address, '@');

	if (local)
		return *mailbox->address ? complete(identity, mailbox->address,
					       role == ROLE_FROM || role == ROLE_SENDER, NULL)
					 : NULL;
	if (role != ROLE_FROM || !wants(identity, "rewrite") ||
	    !is_foreign(identity, mailbox->address))
		return NULL;
	if (!reading->reply_to && address_check(mailbox->address, NULL))
		reading->reply_to = g_strdup(mailbox->address);
	return g_strdup(identity->address);
}

/* The field into the header to be stored. */
static void
put_field(struct reading *reading, const struct rawheader_field *field, const GPtrArray *list,
    enum role role)
{
	size_t done = 0;

	g_string_append_len(reading->out, field->start, field->value - field->start);
	for (guint i = 0; list && i < list->len; i++) {
		const struct addrlist_mailbox *mailbox = list->pdata[i];
		g_autofree char *address = replacement(reading, mailbox, role);

		if (!address)
			continue;
		g_string_append_len(
		    reading->out, field->value + done, (gssize)(mailbox->at - done));
		g_string_append(reading->out, address);
		done = mailbox->at + mailbox->length;
	}
	g_string_append_len(reading->out, field->value + done,
	    field->start + field->length - field->value - (gssize)done);
}

/* Who the mail is from, for lists of mails. */
static void
note_from(struct reading *reading, const GPtrArray *list)
{
	struct sendmail_person *from = &reading->mail->from;
	const struct addrlist_mailbox *mailbox = list->len ? list->pdata[0] : NULL;

	if (!mailbox || from->address)
		return;
	from->address = complete(reading->identity, mailbox->address, true, NULL);
	if (!from->address)
		return;
	from->name = mailbox->name ? rawheader_decode(mailbox->name) : NULL;
	if (wants(reading->identity, "rewrite") && is_foreign(reading->identity, from->address)) {
		g_free(from->address);
		from->address = g_strdup(reading->identity->address);
	}
}

static bool
read_addresses(struct reading *reading, const struct rawheader_field *field, enum role role)
{
	static const LONG kinds[] = {
		[ROLE_TO] = MAPI_TO, [ROLE_CC] = MAPI_CC, [ROLE_BCC] = MAPI_BCC
	};
	g_autoptr(GPtrArray) list = addrlist_new();
	g_autofree char *why = NULL;
	bool resent, good;

	role_of(field, &resent);
	good = parse_field(field, list, &why);
	if (role >= ROLE_TO && resent == reading->resent) {
		good = good && add_list(reading->identity, list, kinds[role], reading->people,
				   reading->known, &why);
		if (!good && reading->take) {
			*reading->why = g_strdup_printf(
			    "the header's %.*s: %s", (int)field->name_length, field->name, why);
			return false;
		}
	}
	/* A list that cannot be understood stays as it is, but for who is asked to send by it. */
	put_field(reading, field, good ? list : NULL, role);
	if (role == ROLE_FROM && !resent)
		note_from(reading, list);
	return true;
}

static void
note_text(struct reading *reading, const struct rawheader_field *field)
{
	struct sendmail_mail *mail = reading->mail;
	g_autofree char *value = rawheader_unfold(field);

	if (rawheader_is(field, "Subject") && !mail->subject)
		mail->subject = rawheader_decode(value);
	else if (rawheader_is(field, reading->resent ? "Resent-Message-ID" : "Message-ID") &&
		 !mail->message_id && *value)
		mail->message_id = g_strdup(value);
	else if (rawheader_is(field, "Importance"))
		mail->importance = !g_ascii_strcasecmp(value, "high")  ? 2
				   : !g_ascii_strcasecmp(value, "low") ? 0
								       : 1;
	else if (rawheader_is(field, "Precedence") &&
		 (!g_ascii_strcasecmp(value, "bulk") || !g_ascii_strcasecmp(value, "list") ||
		     !g_ascii_strcasecmp(value, "junk")))
		mail->priority = -1;
}

static bool
read_field(struct reading *reading, const struct rawheader_field *field)
{
	bool resent;
	enum role role = role_of(field, &resent);

	if (!resent) {
		reading->has_from = reading->has_from || role == ROLE_FROM;
		reading->has_sender = reading->has_sender || rawheader_is(field, "Sender");
		reading->has_reply_to = reading->has_reply_to || rawheader_is(field, "Reply-To");
	}
	if (role != ROLE_NONE)
		return read_addresses(reading, field, role);
	note_text(reading, field);
	g_string_append_len(reading->out, field->start, (gssize)field->length);
	return true;
}

/* With the header's own line end. */
static void
add_field(struct reading *reading, const char *name, const char *value)
{
	const GString *out = reading->out;
	bool ended = out->len > 0 && out->str[out->len - 1] == '\n';
	bool crlf = out->len > 1 && out->str[out->len - 2] == '\r';

	g_string_append_printf(reading->out, "%s%s: %s%s", out->len && !ended ? "\n" : "", name,
	    value, crlf ? "\r\n" : "\n");
}

static void
add_fields(struct reading *reading)
{
	const struct sendmail_identity *identity = reading->identity;
	const struct sendmail_person *from = &reading->mail->from;

	if (reading->reply_to && !reading->has_reply_to)
		add_field(reading, "Reply-To", reading->reply_to);
	if (wants(identity, "sender") && !reading->has_sender && from->address &&
	    is_foreign(identity, from->address))
		add_field(reading, "Sender", identity->address);
}

/* A header without From gets one when it is sent, made from these. */
static void
choose_from(struct reading *reading, const char *full_name)
{
	struct sendmail_mail *mail = reading->mail;

	if (reading->has_from)
		return;
	mail->from.name = full_name && *full_name ? g_strdup(full_name) : NULL;
	mail->from_allowed = true;
	if (mail->sender && *mail->sender && !is_foreign(reading->identity, mail->sender))
		mail->from.address = g_strdup(mail->sender);
}

static void
merge_people(struct reading *reading)
{
	GPtrArray *recipients = reading->mail->recipients;

	for (guint i = 0; i < recipients->len; i++) {
		struct sendmail_person *person = recipients->pdata[i];
		g_autofree char *key = g_ascii_strdown(person->address, -1);
		const struct sendmail_person *named = g_hash_table_lookup(reading->known, key);

		if (reading->people->len == 0)
			person->kind = MAPI_TO;
		if (!named)
			continue;
		person->kind = named->kind;
		g_free(person->name);
		person->name = g_strdup(named->name);
	}
	for (guint i = 0; reading->take && i < reading->people->len; i++) {
		struct sendmail_person *person = reading->people->pdata[i];
		g_autofree char *key = g_ascii_strdown(person->address, -1);

		if (g_hash_table_contains(reading->mail->known, key))
			continue;
		g_ptr_array_add(recipients, person);
		reading->people->pdata[i] = NULL;
	}
}

static bool
is_resent(const struct sendmail_mail *mail)
{
	struct rawheader_field field;
	size_t at = 0;

	while (rawheader_next((const char *)mail->head->data, mail->header_end, &at, &field))
		if (rawheader_has_prefix(&field, "Resent-"))
			return true;
	return false;
}

static void
person_free_unless_taken(void *person)
{
	if (person)
		person_free(person);
}

/* Puts the rewritten header in the old one's place. */
static void
replace_header(struct sendmail_mail *mail, const GString *header)
{
	GByteArray *head = g_byte_array_new();

	g_byte_array_append(head, (const guint8 *)header->str, (guint)header->len);
	g_byte_array_append(
	    head, mail->head->data + mail->header_end, mail->head->len - (guint)mail->header_end);
	g_byte_array_unref(mail->head);
	mail->head = head;
	mail->header_end = header->len;
}

bool
sendmail_read_header(const struct sendmail_identity *identity, struct sendmail_mail *mail,
    bool take, const char *full_name, char **why)
{
	struct reading reading = { .identity = identity, .mail = mail, .take = take, .why = why };
	struct rawheader_field field;
	bool good = true;
	size_t at = 0;

	*why = NULL;
	reading.resent = is_resent(mail);
	reading.people = g_ptr_array_new_with_free_func(person_free_unless_taken);
	reading.known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	reading.out = g_string_sized_new(mail->header_end + 64);
	while (
	    good && rawheader_next((const char *)mail->head->data, mail->header_end, &at, &field))
		good = read_field(&reading, &field);
	if (good) {
		choose_from(&reading, full_name);
		add_fields(&reading);
		merge_people(&reading);
		replace_header(mail, reading.out);
	}
	g_string_free(reading.out, TRUE);
	g_hash_table_unref(reading.known);
	g_ptr_array_unref(reading.people);
	g_free(reading.reply_to);
	return good;
}
