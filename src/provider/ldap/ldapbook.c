/* SPDX-License-Identifier: MIT */
/*
 * An LDAP directory as an address book, read only.  A key is the entry's DN; the book's UID is made
 * from its base DN, so that entry IDs stay good whichever server or profile serves it.
 */
#include <string.h>
#include <emapispi.h>
#include <mapicode.h>
#include <mapitags.h>
#include "abp.h"
#include "com.h"
#include "directory.h"
#include "mem.h"
#include "prop.h"

#define DEFAULT_TIMEOUT 10
#define DEFAULT_SIZE_LIMIT 1000
#define MEMBERS_MAX 10000
#define CHECK_SECONDS 5 /* for each answer, while somebody looks whether it can be used */

/* Attributes and what they become; of several for one property the first that is there. */
static const struct attribute {
	const char *name;
	ULONG tag;
} attributes[] = {
	{ "displayName", PR_DISPLAY_NAME_W },
	{ "cn", PR_DISPLAY_NAME_W },
	{ "mail", PR_EMAIL_ADDRESS_W },
	{ "givenName", PR_GIVEN_NAME_W },
	{ "sn", PR_SURNAME_W },
	{ "initials", PR_INITIALS_W },
	{ "uid", PR_ACCOUNT_W },
	{ "sAMAccountName", PR_ACCOUNT_W },
	{ "mailNickname", PR_NICKNAME_W },
	{ "title", PR_TITLE_W },
	{ "o", PR_COMPANY_NAME_W },
	{ "company", PR_COMPANY_NAME_W },
	{ "department", PR_DEPARTMENT_NAME_W },
	{ "departmentNumber", PR_DEPARTMENT_NAME_W },
	{ "ou", PR_DEPARTMENT_NAME_W },
	{ "physicalDeliveryOfficeName", PR_OFFICE_LOCATION_W },
	{ "roomNumber", PR_OFFICE_LOCATION_W },
	{ "telephoneNumber", PR_BUSINESS_TELEPHONE_NUMBER_W },
	{ "mobile", PR_MOBILE_TELEPHONE_NUMBER_W },
	{ "homePhone", PR_HOME_TELEPHONE_NUMBER_W },
	{ "facsimileTelephoneNumber", PR_BUSINESS_FAX_NUMBER_W },
	{ "street", PR_STREET_ADDRESS_W },
	{ "postalCode", PR_POSTAL_CODE_W },
	{ "l", PR_LOCALITY_W },
	{ "st", PR_STATE_OR_PROVINCE_W },
	{ "c", PR_COUNTRY_W },
	{ "employeeNumber", PR_ORGANIZATIONAL_ID_NUMBER_W },
	{ "preferredLanguage", PR_LANGUAGE_W },
	{ "description", PR_COMMENT_W },
};

#define GROUPS                                                                                     \
	"(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup)"       \
	"(objectClass=group)"
/* Who can be written to, and lists of them. */
#define EVERYBODY "(|(mail=*)" GROUPS ")"

static const char *const group_classes[] = { "groupOfNames", "groupOfUniqueNames", "posixGroup",
	"group" };

struct book {
	struct directory *directory;
	IMAPISupport *support; /* the logon's, which lives longer */
};

/* --- Settings ------------------------------------------------------------------------------ */

/* By the profile's rules for secrets, when it is needed and not before. */
static char *
read_password(void *context, char **why)
{
	IMAPISupport *support = ((const struct book *)context)->support;
	SizedSPropTagArray(1, tags) = { 1, { PR_EMAPI_PASSWORD } };
	IProfSect *section = NULL;
	SPropValue *value = NULL;
	MAPIERROR *error = NULL;
	char *password = NULL;
	ULONG count = 0;
	HRESULT hr;

	hr = support->lpVtbl->OpenProfileSection(support, NULL, 0, &section);
	if (SUCCEEDED(hr))
		hr = section->lpVtbl->GetProps(
		    section, (SPropTagArray *)(void *)&tags, 0, &count, &value);
	if (SUCCEEDED(hr) && count == 1)
		password = prop_find_text(value, count, PR_EMAPI_PASSWORD);
	if (SUCCEEDED(hr) && count == 1 && !password)
		hr = value->Value.err;
	if (!password && section)
		section->lpVtbl->GetLastError(section, hr, 0, &error);
	if (!password)
		*why = g_strdup(error && error->lpszError ? (const char *)error->lpszError
							  : "The profile has no password for the "
							    "directory: set it with emapi ab "
							    "connect, or User= to nothing.");
	else
		explicit_bzero(value->Value.lpszA, strlen(value->Value.lpszA));
	mem_free(error);
	mem_free(value);
	COM_CLEAR(section);
	return password;
}

/* The directory's own name, from its base DN in lower case. */
static void
make_uid(const char *base, MAPIUID *uid)
{
	g_autofree char *lower = g_utf8_strdown(base, -1);
	g_autofree char *name = g_strconcat("emapi ldap ", lower, NULL);
	GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
	guint8 digest[32];
	gsize size = sizeof digest;

	g_checksum_update(sum, (const guchar *)name, -1);
	g_checksum_get_digest(sum, digest, &size);
	g_checksum_free(sum);
	memcpy(uid, digest, sizeof *uid);
}

/* What the profile says; nothing of it may be missing for want of memory alone. */
static HRESULT
read_texts(const struct bag *settings, struct directory_settings *s)
{
	const struct {
		ULONG tag;
		char **out;
	} texts[] = { { PR_EMAPI_SERVER_W, &s->server }, { PR_EMAPI_BASE_DN_W, &s->base },
		{ PR_EMAPI_TLS_W, &s->tls }, { PR_EMAPI_CA_FILE_W, &s->ca_file },
		{ PR_EMAPI_USER_W, &s->user }, { PR_EMAPI_FILTER_W, &s->filter } };
	HRESULT hr = S_OK;

	for (size_t i = 0; i < G_N_ELEMENTS(texts) && SUCCEEDED(hr); i++)
		hr = bag_copy_text(settings, texts[i].tag, texts[i].out);
	return hr;
}

static void
free_texts(struct directory_settings *s)
{
	g_free(s->server);
	g_free(s->base);
	g_free(s->tls);
	g_free(s->ca_file);
	g_free(s->user);
	g_free(s->filter);
}

static HRESULT
ldap_open_book(
    const struct bag *settings, IMAPISupport *support, void **out, MAPIUID *uid, char **why)
{
	struct directory_settings s = { 0 };
	struct book *book;
	HRESULT hr = read_texts(settings, &s);

	if (FAILED(hr)) {
		free_texts(&s);
		return hr;
	}
	if (!s.server || !*s.server || !s.base || !*s.base) {
		*why = g_strdup("The profile does not say where the directory is: add Server= and "
				"BaseDN= to the LDAP directory's [Provider] group.");
		free_texts(&s);
		return MAPI_E_UNCONFIGURED;
	}
	s.port = (unsigned)bag_get_long(settings, PR_EMAPI_PORT, 0);
	s.timeout = (unsigned)MAX(bag_get_long(settings, PR_EMAPI_TIMEOUT, 0), 0);
	s.timeout = s.timeout ? s.timeout : DEFAULT_TIMEOUT;
	s.size_limit = (unsigned)MAX(bag_get_long(settings, PR_EMAPI_SIZE_LIMIT, 0), 0);
	s.size_limit = s.size_limit ? s.size_limit : DEFAULT_SIZE_LIMIT;
	book = g_new0(struct book, 1);
	book->support = support;
	s.password = read_password;
	s.context = book;
	make_uid(s.base, uid);
	book->directory = directory_create(&s);
	*out = book;
	return S_OK;
}

static void
ldap_close_book(void *object)
{
	struct book *book = object;

	directory_free(book->directory);
	g_free(book);
}

/* --- Entries ------------------------------------------------------------------------------- */

/* The first value of an attribute as UTF-8; g_free(), NULL. */
static char *
first_value(LDAP *ldap, LDAPMessage *message, const char *name)
{
	struct berval **values = ldap_get_values_len(ldap, message, name);
	g_autofree char *raw = NULL;

	if (values && values[0] && values[0]->bv_len)
		raw = g_strndup(values[0]->bv_val, values[0]->bv_len);
	ldap_value_free_len(values);
	return raw ? g_utf8_make_valid(raw, -1) : NULL;
}

static bool
is_group(LDAP *ldap, LDAPMessage *message)
{
	struct berval **values = ldap_get_values_len(ldap, message, "objectClass");
	bool found = false;

	for (int i = 0; values && values[i] && !found; i++)
		for (size_t k = 0; k < G_N_ELEMENTS(group_classes) && !found; k++)
			found = strlen(group_classes[k]) == values[i]->bv_len &&
				!g_ascii_strncasecmp(
				    group_classes[k], values[i]->bv_val, values[i]->bv_len);
	ldap_value_free_len(values);
	return found;
}

static HRESULT
read_attributes(LDAP *ldap, LDAPMessage *message, const char *dn, struct bag *bag)
{
	HRESULT hr = S_OK;

	for (size_t i = 0; SUCCEEDED(hr) && i < G_N_ELEMENTS(attributes); i++) {
		g_autofree char *text = NULL;

		if (bag_get(bag, attributes[i].tag))
			continue;
		text = first_value(ldap, message, attributes[i].name);
		if (text && *text)
			hr = bag_set_text(bag, attributes[i].tag, text);
	}
	if (SUCCEEDED(hr) && !bag_get(bag, PR_DISPLAY_NAME_W))
		hr = bag_set_text(bag, PR_DISPLAY_NAME_W, dn);
	return hr;
}

struct taking {
	abp_take take;
	void *context;
	struct bag *into; /* of read(): instead of take */
	ULONG type;
	bool found;
};

static HRESULT
take_entry(void *context, LDAP *ldap, LDAPMessage *message)
{
	struct taking *t = context;
	char *dn = ldap_get_dn(ldap, message);
	struct abp_row row = { is_group(ldap, message) ? MAPI_DISTLIST : MAPI_MAILUSER, NULL,
		t->into ? t->into : bag_create() };
	HRESULT hr = !dn ? S_OK : row.bag ? S_OK : MAPI_E_NOT_ENOUGH_MEMORY;

	if (dn && SUCCEEDED(hr))
		hr = read_attributes(ldap, message, dn, row.bag);
	if (dn && SUCCEEDED(hr)) {
		t->found = true;
		t->type = row.type;
		row.bytes = g_bytes_new(dn, strlen(dn));
		if (t->take)
			hr = t->take(t->context, &row);
		g_bytes_unref(row.bytes);
	}
	if (!t->into)
		bag_free(row.bag);
	ldap_memfree(dn);
	return hr;
}

/* --- Filters ------------------------------------------------------------------------------- */

/* Whom the typed words may mean: each begins a word of the name, or another of the names. */
static void
append_words(GString *filter, char **words)
{
	static const char *const begins[] = { "displayName", "cn", "mail", "sn", "givenName", "uid",
		"sAMAccountName" };

	for (; *words; words++) {
		g_autofree char *word = directory_escape(*words);

		g_string_append(filter, "(|");
		for (size_t i = 0; i < G_N_ELEMENTS(begins); i++)
			g_string_append_printf(filter, "(%s=%s*)", begins[i], word);
		g_string_append_printf(filter, "(displayName=* %s*)(cn=* %s*))", word, word);
	}
}

static char *
make_filter(const struct book *book, const char *anr)
{
	const char *own = directory_settings(book->directory)->filter;
	GString *filter = g_string_new("(&" EVERYBODY);
	g_auto(GStrv) words = anr ? g_strsplit_set(anr, " \t,;()<>\"", -1) : NULL;
	GPtrArray *used = g_ptr_array_new();

	for (char **word = words; word && *word; word++)
		if (**word)
			g_ptr_array_add(used, *word);
	g_ptr_array_add(used, NULL);
	append_words(filter, (char **)used->pdata);
	g_ptr_array_unref(used);
	if (own && *own)
		g_string_append_printf(filter, own[0] == '(' ? "%s" : "(%s)", own);
	g_string_append_c(filter, ')');
	return g_string_free(filter, FALSE);
}

/* --- Lists --------------------------------------------------------------------------------- */

/* What a group says of who is in it. */
struct members {
	GPtrArray *names; /* DNs */
	GPtrArray *uids;
};

static void
add_values(GPtrArray *list, LDAP *ldap, LDAPMessage *message, const char *name)
{
	struct berval **values = ldap_get_values_len(ldap, message, name);

	for (int i = 0; values && values[i] && list->len < MEMBERS_MAX; i++)
		g_ptr_array_add(list, g_strndup(values[i]->bv_val, values[i]->bv_len));
	ldap_value_free_len(values);
}

static HRESULT
take_members(void *context, LDAP *ldap, LDAPMessage *message)
{
	struct members *members = context;

	add_values(members->names, ldap, message, "member");
	add_values(members->names, ldap, message, "uniqueMember");
	add_values(members->uids, ldap, message, "memberUid");
	return S_OK;
}

static HRESULT
find_members(struct book *book, struct members *members, struct taking *taking, char **why)
{
	struct directory_search search = { NULL, LDAP_SCOPE_BASE, "(objectClass=*)", 0 };
	HRESULT hr = S_OK;

	for (guint i = 0; SUCCEEDED(hr) && i < members->names->len; i++) {
		search.base = g_ptr_array_index(members->names, i);
		hr = directory_find(book->directory, &search, take_entry, taking, why);
		if (hr == MAPI_E_NOT_FOUND) { /* left without a word to the group */
			g_clear_pointer(why, g_free);
			hr = S_OK;
		}
	}
	search.base = NULL;
	search.scope = LDAP_SCOPE_SUBTREE;
	for (guint i = 0; SUCCEEDED(hr) && i < members->uids->len; i++) {
		g_autofree char *uid = directory_escape(g_ptr_array_index(members->uids, i));
		g_autofree char *filter = g_strdup_printf("(&(mail=*)(uid=%s))", uid);

		search.filter = filter;
		hr = directory_find(book->directory, &search, take_entry, taking, why);
	}
	return hr;
}

/* Members that a typed name may mean. */
struct narrowing {
	abp_take take;
	void *context;
	char **words;
};

static HRESULT
take_if_meant(void *context, const struct abp_row *row)
{
	struct narrowing *n = context;
	g_autofree char *folded = NULL;
	HRESULT hr = abp_anr_fold(row->bag, &folded);

	return SUCCEEDED(hr) && abp_anr_match(folded, n->words) ? n->take(n->context, row) : hr;
}

static char *
dn_of(GBytes *bytes)
{
	gsize size;
	const char *data = g_bytes_get_data(bytes, &size);

	return g_strndup(data, size);
}

static HRESULT
list_members(
    struct book *book, const struct abp_query *query, abp_take take, void *context, char **why)
{
	g_autofree char *dn = dn_of(query->list);
	g_auto(GStrv) words = query->anr ? abp_anr_words(query->anr) : g_new0(char *, 1);
	struct directory_search search = { dn, LDAP_SCOPE_BASE, "(objectClass=*)", 0 };
	struct narrowing narrowing = { take, context, words };
	struct taking taking = { take_if_meant, &narrowing, NULL, 0, false };
	struct members members = { g_ptr_array_new_with_free_func(g_free),
		g_ptr_array_new_with_free_func(g_free) };
	HRESULT hr = directory_find(book->directory, &search, take_members, &members, why);

	if (SUCCEEDED(hr))
		hr = find_members(book, &members, &taking, why);
	g_ptr_array_unref(members.names);
	g_ptr_array_unref(members.uids);
	return hr;
}

/* --- The book ------------------------------------------------------------------------------ */

static HRESULT
ldap_list(void *object, const struct abp_query *query, abp_take take, void *context, char **why)
{
	struct book *book = object;
	struct taking taking = { take, context, NULL, 0, false };
	g_autofree char *filter = NULL;
	struct directory_search search = { NULL, LDAP_SCOPE_SUBTREE, NULL, query->limit };
	g_auto(GStrv) words = query->anr ? abp_anr_words(query->anr) : NULL;

	if (words && !words[0])
		return S_OK;
	if (query->list)
		return list_members(book, query, take, context, why);
	filter = make_filter(book, query->anr);
	search.filter = filter;
	return directory_find(book->directory, &search, take_entry, &taking, why);
}

static HRESULT
ldap_read_entry(void *object, const struct abp_key *key, struct bag *bag, char **why)
{
	struct book *book = object;
	g_autofree char *dn = dn_of(key->bytes);
	struct directory_search search = { dn, LDAP_SCOPE_BASE, "(objectClass=*)", 0 };
	struct taking taking = { NULL, NULL, bag, 0, false };
	HRESULT hr = directory_find(book->directory, &search, take_entry, &taking, why);

	return SUCCEEDED(hr) && (!taking.found || taking.type != key->type) ? MAPI_E_NOT_FOUND : hr;
}

static HRESULT
keep_name(void *context, const struct abp_row *row)
{
	char **name = context;

	g_free(*name);
	*name = bag_get_text(row->bag, PR_DISPLAY_NAME_W);
	return S_OK;
}

/* Asks anew, whatever was learnt before, and tells what it found. */
static HRESULT
ldap_check(void *object, char **why)
{
	struct book *book = object;
	const struct directory_settings *s = directory_settings(book->directory);
	g_autofree char *filter = make_filter(book, NULL), *name = NULL, *place = NULL;
	struct directory_search search = { NULL, LDAP_SCOPE_SUBTREE, filter, 1 };
	struct taking taking = { keep_name, &name, NULL, 0, false };
	unsigned timeout = directory_renew(book->directory, MIN(s->timeout, CHECK_SECONDS));
	HRESULT hr = directory_find(book->directory, &search, take_entry, &taking, why);

	directory_renew(book->directory, timeout);
	if (FAILED(hr))
		return hr;
	place = directory_describe(book->directory);
	if (taking.found) {
		*why = g_strdup_printf("It answers (%s) and shows people below %s: the first is "
				       "\"%s\".",
		    place, s->base, name ? name : "?");
		return S_OK;
	}
	*why = g_strdup_printf("The directory answers (%s) and shows nobody with a mail address "
			       "below %s: check BaseDN= and Filter= of this address book in the "
			       "profile, and User=, since many show people only to who has "
			       "logged in.",
	    place, s->base);
	return MAPI_E_NOT_FOUND;
}

static const struct abp_ops ldap_ops = {
	.component = "emapi LDAP directory",
	.module = "emapi_ldap.so",
	.name = "Directory",
	.display_type = DT_GLOBAL,
	.container_flags = AB_FIND_ON_OPEN,
	.open = ldap_open_book,
	.close = ldap_close_book,
	.list = ldap_list,
	.read = ldap_read_entry,
	.check = ldap_check,
};

/* Buffers come from libemapi-core, whose allocators are the ones MAPI hands in here. */
HRESULT
ABProviderInit(HINSTANCE instance, LPMALLOC heap, LPALLOCATEBUFFER allocate, LPALLOCATEMORE more,
    LPFREEBUFFER release, ULONG flags, ULONG version, ULONG *provider_version, LPABPROVIDER *out)
{
	return abp_provider_init(&ldap_ops, version, provider_version, out);
}
