/* SPDX-License-Identifier: MIT */
/*
 * Login by GSS-API: GSSAPI (RFC 4752, Kerberos, with the ticket that is there) and NTLM (the bare
 * tokens of [MS-NLMP] as [MS-SMTPNTLM] puts them into AUTH, by a GSS mechanism such as
 * gss-ntlmssp).
 */
#include <string.h>
#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <krb5/krb5.h>

#include "smtp_auth.h"

/* RFC 4752 3.1: no security layer after login, TLS is it. */
#define LAYER_NONE 1

#define NO_TICKET "there is no Kerberos ticket here; get one by kinit"
#define OLD_TICKET "the Kerberos ticket has expired; get a new one by kinit"
#define CLOCK "this machine's clock and the Kerberos server's are too far apart; set the clock"
#define NO_REALM "no Kerberos server can be found or reached; see to the network and /etc/krb5.conf"
#define NO_NTLM "there is no NTLM on this machine; install the package gss-ntlmssp"

static gss_OID_desc krb5_oid = { 9, (void *)"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02" };
static gss_OID_desc ntlm_oid = { 10, (void *)"\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a" };

struct gss {
	const struct smtp_login *login;
	gss_OID mechanism;
	const GByteArray *binding; /* to the TLS channel; NULL without one */
	OM_uint32 wishes;          /* GSS_C_*_FLAG */
	gss_ctx_id_t context;
	gss_cred_id_t credential;
	gss_name_t target;
	bool established;
	bool agreed; /* on the security layer, Kerberos only */
};

/* Kerberos' own numbers, and what to do. */
static const struct {
	krb5_error_code code;
	const char *words;
} kerberos_words[] = {
	{ KRB5_FCC_NOFILE, NO_TICKET },
	{ KRB5_CC_NOTFOUND, NO_TICKET },
	{ KRB5_NO_TKT_SUPPLIED, NO_TICKET },
	{ KRB5KRB_AP_ERR_TKT_EXPIRED, OLD_TICKET },
	{ KRB5KRB_AP_ERR_TKT_NYV, CLOCK },
	{ KRB5KRB_AP_ERR_SKEW, CLOCK },
	{ KRB5_KDCREP_SKEW, CLOCK },
	{ KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN, "Kerberos has no service of this server's name (smtp "
					   "and the name in Server); set Server "
					   "to the name that Kerberos knows" },
	{ KRB5_KDC_UNREACH, NO_REALM },
	{ KRB5_REALM_UNKNOWN, NO_REALM },
	{ KRB5_REALM_CANT_RESOLVE, NO_REALM },
	{ KRB5_CONFIG_NODEFREALM, NO_REALM },
	{ KRB5_CONFIG_CANTOPEN, "Kerberos' settings cannot be read; see to /etc/krb5.conf" },
	{ KRB5_CONFIG_BADFORMAT, "Kerberos' settings are malformed; see to /etc/krb5.conf" },
	{ KRB5KDC_ERR_ETYPE_NOSUPP,
	    "this machine and the Kerberos server have no kind of encryption in common; ask its "
	    "administrator" },
	{ KRB5KDC_ERR_POLICY, "the Kerberos server does not give this user a ticket for it" },
	{ KRB5KDC_ERR_CLIENT_REVOKED, "the Kerberos account is locked; ask its administrator" },
};

/* The same for what GSS-API says of any mechanism. */
static const char *
common_words(OM_uint32 major, bool kerberos)
{
	switch (GSS_ERROR(major)) {
	case GSS_S_NO_CRED:
	case GSS_S_DEFECTIVE_CREDENTIAL:
		return kerberos ? NO_TICKET : NO_NTLM;
	case GSS_S_CREDENTIALS_EXPIRED:
	case GSS_S_CONTEXT_EXPIRED:
		return kerberos ? OLD_TICKET : NULL;
	case GSS_S_BAD_MECH:
	case GSS_S_UNAVAILABLE:
		return kerberos ? "there is no Kerberos on this machine" : NO_NTLM;
	case GSS_S_DEFECTIVE_TOKEN:
	case GSS_S_BAD_SIG:
		return "what the server answers is no part of this login";
	default:
		return NULL;
	}
}

/* What the library says itself, where it has a text for the number of the mechanism; else where it
 * has one for GSS-API's. */
static char *
library_words(OM_uint32 major, OM_uint32 minor, gss_OID mechanism)
{
	gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
	OM_uint32 status, more = 0;
	char *words;

	if (minor == 0 ||
	    GSS_ERROR(gss_display_status(&status, minor, GSS_C_MECH_CODE, mechanism, &more, &text)))
		gss_display_status(&status, major, GSS_C_GSS_CODE, GSS_C_NO_OID, &more, &text);
	words = g_strndup(text.value, text.length);
	gss_release_buffer(&status, &text);
	return words;
}

static char *
reason(OM_uint32 major, OM_uint32 minor, gss_OID mechanism)
{
	bool kerberos = mechanism == &krb5_oid;
	const char *known = NULL;

	for (size_t i = 0; kerberos && !known && i < G_N_ELEMENTS(kerberos_words); i++) {
		if ((OM_uint32)kerberos_words[i].code == minor)
			known = kerberos_words[i].words;
	}
	if (!known)
		known = common_words(major, kerberos);
	return known ? g_strdup(known) : library_words(major, minor, mechanism);
}

static void
gss_end(void *state)
{
	struct gss *gss = state;
	OM_uint32 minor;

	gss_delete_sec_context(&minor, &gss->context, GSS_C_NO_BUFFER);
	gss_release_cred(&minor, &gss->credential);
	gss_release_name(&minor, &gss->target);
	g_free(gss);
}

static struct gss *
gss_new(const struct smtp_login *login, gss_OID mechanism, char **why)
{
	struct gss *gss = g_new0(struct gss, 1);
	char *service = g_strdup_printf("smtp@%s", login->host);
	gss_buffer_desc name = { strlen(service), service };
	OM_uint32 major, minor;

	gss->login = login;
	gss->binding = login->binding;
	gss->mechanism = mechanism;
	major = gss_import_name(&minor, &name, GSS_C_NT_HOSTBASED_SERVICE, &gss->target);
	g_free(service);
	if (!GSS_ERROR(major))
		return gss;
	*why = reason(major, minor, mechanism);
	gss_end(gss);
	return NULL;
}

static void *
krb5_start(const struct smtp_login *login, char **why)
{
	gss_OID_set_desc set = { 1, &krb5_oid };
	struct gss *gss = gss_new(login, &krb5_oid, why);
	OM_uint32 major, minor;

	if (!gss)
		return NULL;
	gss->wishes = GSS_C_MUTUAL_FLAG | GSS_C_INTEG_FLAG | GSS_C_SEQUENCE_FLAG;
	major = gss_acquire_cred(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &set, GSS_C_INITIATE,
	    &gss->credential, NULL, NULL);
	if (!GSS_ERROR(major))
		return gss;
	*why = reason(major, minor, &krb5_oid);
	gss_end(gss);
	return NULL;
}

static void *
ntlm_start(const struct smtp_login *login, char **why)
{
	gss_OID_set_desc set = { 1, &ntlm_oid };
	gss_buffer_desc user = { strlen(login->user), (void *)login->user };
	gss_buffer_desc password = { strlen(login->password), (void *)login->password };
	struct gss *gss = gss_new(login, &ntlm_oid, why);
	gss_name_t name = GSS_C_NO_NAME;
	OM_uint32 major, minor, ignored;

	if (!gss)
		return NULL;
	major = gss_import_name(&minor, &user, GSS_C_NT_USER_NAME, &name);
	if (!GSS_ERROR(major))
		major = gss_acquire_cred_with_password(&minor, name, &password, GSS_C_INDEFINITE,
		    &set, GSS_C_INITIATE, &gss->credential, NULL, NULL);
	gss_release_name(&ignored, &name);
	if (!GSS_ERROR(major))
		return gss;
	*why = reason(major, minor, &ntlm_oid);
	gss_end(gss);
	return NULL;
}

/* Bound to the TLS connection where there is one: what Exchange calls extended protection. */
static enum smtp_step
establish(struct gss *gss, const GByteArray *challenge, GByteArray *response, char **why)
{
	const GByteArray *binding = gss->binding;
	struct gss_channel_bindings_struct channel = { 0 };
	gss_buffer_desc in = { challenge ? challenge->len : 0, challenge ? challenge->data : NULL };
	gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor, status;

	if (binding) {
		channel.application_data.value = binding->data;
		channel.application_data.length = binding->len;
	}
	major = gss_init_sec_context(&minor, gss->credential, &gss->context, gss->target,
	    gss->mechanism, gss->wishes, 0, binding ? &channel : GSS_C_NO_CHANNEL_BINDINGS,
	    in.length > 0 ? &in : GSS_C_NO_BUFFER, NULL, &out, NULL, NULL);
	if (GSS_ERROR(major)) {
		*why = reason(major, minor, gss->mechanism);
		gss_release_buffer(&status, &out);
		return SMTP_STEP_CANNOT;
	}
	if (out.length > 0)
		g_byte_array_append(response, out.value, (guint)out.length);
	gss_release_buffer(&status, &out);
	gss->established = major == GSS_S_COMPLETE;
	return SMTP_STEP_OK;
}

/* The server offers security layers; we take none and say who we are (RFC 4752 3.1). */
static enum smtp_step
agree(struct gss *gss, const GByteArray *challenge, GByteArray *response, char **why)
{
	gss_buffer_desc in = { challenge->len, challenge->data }, out = GSS_C_EMPTY_BUFFER;
	GByteArray *answer;
	OM_uint32 major, minor, status;
	const guint8 layer[4] = { LAYER_NONE, 0, 0, 0 };
	bool offered;

	major = gss_unwrap(&minor, gss->context, &in, &out, NULL, NULL);
	offered =
	    !GSS_ERROR(major) && out.length >= 4 && (((const guint8 *)out.value)[0] & LAYER_NONE);
	gss_release_buffer(&status, &out);
	if (!offered) {
		*why = GSS_ERROR(major)
			   ? reason(major, minor, gss->mechanism)
			   : g_strdup("the server insists on a security layer of its own");
		return SMTP_STEP_CANNOT;
	}
	answer = g_byte_array_new();
	g_byte_array_append(answer, layer, sizeof(layer));
	g_byte_array_append(
	    answer, (const guint8 *)gss->login->user, (guint)strlen(gss->login->user));
	in.value = answer->data;
	in.length = answer->len;
	major = gss_wrap(&minor, gss->context, 0, GSS_C_QOP_DEFAULT, &in, NULL, &out);
	g_byte_array_unref(answer);
	if (GSS_ERROR(major)) {
		*why = reason(major, minor, gss->mechanism);
		return SMTP_STEP_CANNOT;
	}
	g_byte_array_append(response, out.value, (guint)out.length);
	gss_release_buffer(&status, &out);
	gss->agreed = true;
	return SMTP_STEP_OK;
}

static enum smtp_step
krb5_step(void *state, const GByteArray *challenge, GByteArray *response, char **why)
{
	struct gss *gss = state;

	if (!gss->established)
		return establish(gss, challenge, response, why);
	if (gss->agreed || !challenge) {
		*why = g_strdup("the server asks for more than RFC 4752 has");
		return SMTP_STEP_CANNOT;
	}
	return agree(gss, challenge, response, why);
}

/* Whether a CHALLENGE_MESSAGE ([MS-NLMP] 2.2.1.2) has TargetInfo: there bindings have a place. */
static bool
ntlm_has_target_info(const GByteArray *challenge)
{
	static const guint8 begin[] = "NTLMSSP\0\2\0\0"; /* the literal's own 0 ends the type */
	const guint target_info = 40; /* its length, two bytes; its flag is in the byte at 22 */

	if (challenge->len < target_info + 2 || memcmp(challenge->data, begin, sizeof(begin)) != 0)
		return false;
	return (challenge->data[22] & 0x80) &&
	       (challenge->data[target_info] || challenge->data[target_info + 1]);
}

/* The first 334 only says that NTLM is there, in words ([MS-SMTPNTLM] 2.2.1.2). */
static enum smtp_step
ntlm_step(void *state, const GByteArray *challenge, GByteArray *response, char **why)
{
	struct gss *gss = state;

	if (gss->context == GSS_C_NO_CONTEXT)
		return establish(gss, NULL, response, why);
	/* gss-ntlmssp fails rather than leave bindings out where a server has no place for them. */
	if (challenge && !ntlm_has_target_info(challenge))
		gss->binding = NULL;
	return establish(gss, challenge, response, why);
}

static bool
krb5_proved(void *state)
{
	return ((struct gss *)state)->agreed;
}

SMTP_LOADED const struct smtp_mechanism smtp_mechanism_gssapi = {
	.name = "GSSAPI",
	.client_first = true,
	.start = krb5_start,
	.step = krb5_step,
	.proved = krb5_proved,
	.end = gss_end,
};

SMTP_LOADED const struct smtp_mechanism smtp_mechanism_ntlm = {
	.name = "NTLM",
	.needs_password = true,
	.bare = SMTP_BARE_PROOF,
	.start = ntlm_start,
	.step = ntlm_step,
	.end = gss_end,
};
