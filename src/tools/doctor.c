/* SPDX-License-Identifier: MIT */
/* emapi doctor: looks at the whole installation and says what somebody should see to. */
#include "doctor.h"

#include <stdio.h>
#include <string.h>
#include <mapitags.h>
#include <emapispi.h>
#include "emapi.h"
#include "mem.h"
#include "prop.h"
#include "spooler_link.h"
#include "text.h"

#define FREE_MIB 100

struct finding {
	const char *check;
	enum doctor_level level;
	char *where;
	char *what;
	char *remedy;
};

static const struct {
	const char *name;
	void (*run)(struct doctor *doctor);
} checks[] = {
	{ "profiles", doctor_profiles },
	{ "secrets", doctor_secrets },
	{ "folders", doctor_folders },
	{ "spooler", doctor_spooler },
	{ "queue", doctor_queue },
	{ "later", doctor_later },
	{ "stores", doctor_stores },
	{ "books", doctor_books },
	{ "disk", doctor_disk },
	{ "clock", doctor_clock },
	{ "certificates", doctor_certificates },
	{ "deadlines", doctor_deadlines },
};

static void
finding_free(void *data)
{
	struct finding *finding = data;

	g_free(finding->where);
	g_free(finding->what);
	g_free(finding->remedy);
	g_free(finding);
}

void
doctor_find(struct doctor *doctor, enum doctor_level level, const char *where, const char *remedy,
    const char *format, ...)
{
	struct finding *finding = g_new0(struct finding, 1);
	g_autofree char *what = NULL;
	va_list args;

	va_start(args, format);
	what = g_strdup_vprintf(format, args);
	va_end(args);
	finding->check = doctor->check;
	finding->level = level;
	finding->where = text_printable(where);
	finding->what = text_printable(what);
	finding->remedy = remedy ? text_printable(remedy) : NULL;
	g_ptr_array_add(doctor->findings, finding);
}

bool
doctor_is_own(const struct doctor_section *section, const char *module)
{
	g_autofree char *named =
	    prop_find_text(section->values, section->count, PR_PROVIDER_DLL_NAME_W);

	return named && !strcmp(named, module);
}

static void
each_of_profile(struct doctor *doctor, struct profile *profile, ULONG type, doctor_section_fn each)
{
	g_autoptr(GArray) providers = profile_providers(profile, type);

	for (guint i = 0; providers && i < providers->len; i++) {
		struct doctor_section section = { &g_array_index(providers, MAPIUID, i) };

		if (SUCCEEDED(profile_section_read(
			profile, section.uid, &section.values, &section.count)))
			each(doctor, profile, &section);
		mem_free(section.values);
	}
}

void
doctor_each(struct doctor *doctor, ULONG resource_type, doctor_section_fn each)
{
	for (guint i = 0; i < doctor->profiles->len; i++)
		if (!profile_is_machine(doctor->profiles->pdata[i]))
			each_of_profile(doctor, doctor->profiles->pdata[i], resource_type, each);
}

/* --- Telling ------------------------------------------------------------------------------- */

static const char *
level_word(enum doctor_level level)
{
	static const char *const words[] = { "ok", "note", "problem", "skipped" };

	return words[level];
}

static guint
count(const struct doctor *doctor, enum doctor_level level)
{
	guint found = 0;

	for (guint i = 0; i < doctor->findings->len; i++) {
		const struct finding *finding = doctor->findings->pdata[i];

		found += finding->level == level;
	}
	return found;
}

static void
print_text(const struct doctor *doctor)
{
	guint problems = count(doctor, DOCTOR_PROBLEM), skipped = count(doctor, DOCTOR_SKIPPED);

	for (guint i = 0; i < doctor->findings->len; i++) {
		const struct finding *f = doctor->findings->pdata[i];

		printf("%-7s  %-12s  ",
		    f->level == DOCTOR_PROBLEM ? "PROBLEM" : level_word(f->level), f->check);
		if (strcmp(f->where, f->check))
			printf("%s: ", f->where);
		printf("%s\n", f->what);
		if (f->remedy)
			printf("%23s-> %s\n", "", f->remedy);
	}
	if (problems)
		printf("%u thing%s to see to.\n", problems, text_s(problems));
	else
		printf(skipped ? "Nothing to see to in what was looked at.\n" : "All is well.\n");
	if (skipped)
		printf(
		    "%u thing%s not looked at, so that nothing leaves this machine; emapi doctor "
		    "without --offline does.\n",
		    skipped, skipped == 1 ? " was" : "s were");
}

static void
print_json(const struct doctor *doctor)
{
	g_autoptr(GString) out = g_string_new(NULL);

	g_string_append_printf(
	    out, "{\"ok\":%s,\"findings\":[", count(doctor, DOCTOR_PROBLEM) ? "false" : "true");
	for (guint i = 0; i < doctor->findings->len; i++) {
		const struct finding *f = doctor->findings->pdata[i];

		g_string_append(out, i ? ",{" : "{");
		json_member(out, "check", f->check);
		json_member(out, "level", level_word(f->level));
		json_member(out, "where", f->where);
		json_member(out, "what", f->what);
		json_member(out, "remedy", f->remedy);
		g_string_append_c(out, '}');
	}
	puts(g_string_append(out, "]}")->str);
}

/* --- The command --------------------------------------------------------------------------- */

static int
examine(gint64 free_mib, bool offline, bool json)
{
	struct doctor doctor = {
		.profiles = g_ptr_array_new_with_free_func((GDestroyNotify)profile_unref),
		.findings = g_ptr_array_new_with_free_func(finding_free),
		.newest = g_hash_table_new_full(
		    g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref),
		.now = g_get_real_time(),
		.free_space = free_mib << 20,
		.offline = offline,
	};
	int code;

	if (offline)
		spooler_stay_quiet();
	for (size_t i = 0; i < G_N_ELEMENTS(checks); i++) {
		doctor.check = checks[i].name;
		checks[i].run(&doctor);
	}
	if (json)
		print_json(&doctor);
	else
		print_text(&doctor);
	code = count(&doctor, DOCTOR_PROBLEM) ? 1 : 0;
	g_hash_table_unref(doctor.newest);
	g_ptr_array_unref(doctor.findings);
	g_ptr_array_unref(doctor.profiles);
	return code;
}

static int
run(int argc, char **argv)
{
	gboolean json = FALSE, offline = FALSE;
	gint free_mib = FREE_MIB;
	const GOptionEntry entries[] = {
		{ "json", 0, 0, G_OPTION_ARG_NONE, &json, "as JSON", NULL },
		{ "offline", 0, 0, G_OPTION_ARG_NONE, &offline,
		    "let nothing leave this machine; say what is not looked at for that", NULL },
		{ "free", 0, 0, G_OPTION_ARG_INT, &free_mib,
		    "how much should be free where stores and queue lie (100)", "MIB" },
		{ NULL },
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);
	int code;

	cli_add_options(context, entries);
	code = cli_parse(context, &argc, &argv);
	if (code)
		return code;
	if (argc > 1)
		return cli_fail(EX_USAGE, "it takes no argument: it looks at all (try --help)");
	if (free_mib < 0)
		return cli_fail(EX_USAGE, "--free %d: it is a number of MiB", free_mib);
	return examine(free_mib, offline, json);
}

const struct command command_doctor = {
	.name = "doctor",
	.summary = "looks at the whole installation and says what to see to",
	.run = run,
};
