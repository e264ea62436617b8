/* SPDX-License-Identifier: MIT */
/*
 * A profile's retries and limits.  They stand in [Profile] or in the section of its transport,
 * which goes before; a preset (data/presets.tsv) gives what neither says, the defaults the rest.
 */
#include "policy.h"

#include <string.h>
#include <emapispi.h>
#include <mapiguid.h>
#include "log.h"
#include "mem.h"
#include "preset.h"
#include "profile.h"
#include "prop.h"

#define YEAR_SECONDS (366 * 86400)

/* Of the profile: its transports', then its own. */
struct sections {
	GPtrArray *values; /* of SPropValue *: MAPI buffers */
	GArray *counts;    /* of ULONG */
};

static void
free_values(void *values)
{
	mem_free(values);
}

static void
add_section(struct sections *sections, const struct profile *profile, const MAPIUID *section)
{
	SPropValue *values = NULL;
	ULONG count = 0;

	if (FAILED(profile_section_read(profile, section, &values, &count)))
		return;
	g_ptr_array_add(sections->values, values);
	g_array_append_val(sections->counts, count);
}

static const SPropValue *
find(const struct sections *sections, ULONG tag)
{
	for (guint i = 0; i < sections->values->len; i++) {
		const SPropValue *value = prop_find(g_ptr_array_index(sections->values, i),
		    g_array_index(sections->counts, ULONG, i), tag);

		if (value)
			return value;
	}
	return NULL;
}

static bool
find_number(const struct sections *sections, ULONG tag, LONG least, LONG most, LONG *out)
{
	const SPropValue *value = find(sections, tag);

	if (!value || PROP_TYPE(value->ulPropTag) != PT_LONG)
		return false;
	if (value->Value.l < least || value->Value.l > most) {
		log_warning("profile: setting 0x%08X=%d is out of range and counts as not there",
		    (unsigned)tag, (int)value->Value.l);
		return false;
	}
	*out = value->Value.l;
	return true;
}

static void
apply_seconds(const struct sections *sections, ULONG tag, LONG least, gint64 *time)
{
	LONG seconds;

	if (find_number(sections, tag, least, YEAR_SECONDS, &seconds))
		*time = seconds * (gint64)G_USEC_PER_SEC;
}

static void
apply_limit(const struct sections *sections, ULONG tag, LONG most, int *limit)
{
	LONG number;

	if (find_number(sections, tag, 0, most, &number))
		*limit = number;
}

static void
apply_preset(const struct sections *sections, struct retry_policy *policy)
{
	const SPropValue *value = find(sections, PR_EMAPI_PRESET_W);
	g_autofree char *name = value ? prop_find_text(value, 1, PR_EMAPI_PRESET_W) : NULL;
	const struct preset *preset = preset_find(name);

	if (preset) {
		policy->per_minute = preset->per_minute;
		policy->connections = preset->connections;
		policy->recipients = preset->recipients;
	} else if (name && *name) {
		log_warning("profile: Preset=%s is unknown; it is one of %s", name, preset_names());
	}
}

static void
apply(const struct sections *sections, struct retry_policy *policy)
{
	apply_preset(sections, policy);
	apply_seconds(sections, PR_EMAPI_RETRY_FIRST, 1, &policy->first);
	apply_seconds(sections, PR_EMAPI_RETRY_MAX, 1, &policy->longest);
	policy->longest = MAX(policy->longest, policy->first);
	apply_seconds(sections, PR_EMAPI_LIFETIME, 0, &policy->lifetime);
	apply_seconds(sections, PR_EMAPI_DELAY_REPORT, 0, &policy->warn);
	apply_limit(sections, PR_EMAPI_MAX_PER_MINUTE, 1000 * 1000, &policy->per_minute);
	apply_limit(sections, PR_EMAPI_MAX_CONNECTIONS, 100, &policy->connections);
	apply_limit(sections, PR_EMAPI_MAX_RECIPIENTS, 1000 * 1000, &policy->recipients);
}

static void
read_sections(struct sections *sections, const struct profile *profile)
{
	GArray *transports = profile_providers(profile, MAPI_TRANSPORT_PROVIDER);
	MAPIUID instance;

	for (guint i = 0; i < transports->len; i++)
		add_section(sections, profile, &g_array_index(transports, MAPIUID, i));
	memcpy(&instance, &MUID_PROFILE_INSTANCE, sizeof(instance));
	add_section(sections, profile, &instance);
	g_array_unref(transports);
}

struct retry_policy
policy_of(const struct retry_policy *defaults, const struct profile *profile)
{
	struct retry_policy policy = *defaults;
	struct sections sections;

	sections.values = g_ptr_array_new_with_free_func(free_values);
	sections.counts = g_array_new(FALSE, FALSE, sizeof(ULONG));
	read_sections(&sections, profile);
	apply(&sections, &policy);
	g_ptr_array_unref(sections.values);
	g_array_unref(sections.counts);
	return policy;
}

struct retry_policy
policy_read(const struct retry_policy *defaults, GBytes *uid)
{
	struct retry_policy policy = *defaults;
	struct profile *profile = NULL;

	if (g_bytes_get_size(uid) != sizeof(MAPIUID) ||
	    FAILED(profile_load_uid(g_bytes_get_data(uid, NULL), &profile, NULL)))
		return policy;
	policy = policy_of(defaults, profile);
	profile_unref(profile);
	return policy;
}
