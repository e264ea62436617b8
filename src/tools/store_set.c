/* SPDX-License-Identifier: MIT */
/* emapi store set: properties of the store, a folder or a message; all of them or none. */
#include "emapi.h"

#include <string.h>
#include <mapicode.h>
#include "hr.h"
#include "mailstore.h"
#include "mem.h"
#include "propwords.h"

struct setting {
	SPropValue *values; /* with room for all */
	ULONG count;
	SPropTagArray *removed;
};

static int
read_one(struct setting *s, IMAPIProp *object, const char *assignment)
{
	const char *mark = strchr(assignment, '=');
	g_autofree char *name = g_strndup(assignment, mark ? (size_t)(mark - assignment) : 0);
	g_autofree char *why = NULL;
	ULONG tag;

	if (!mark)
		return cli_fail(EX_USAGE, "\"%s\" is no PROPERTY=VALUE", assignment);
	tag = prop_words_tag(object, name, mark[1] != '\0', &why);
	if (!tag)
		return cli_fail(EX_USAGE, "%s; nothing was changed", why);
	if (!mark[1]) {
		s->removed->aulPropTag[s->removed->cValues++] = tag;
		return 0;
	}
	if (!prop_words_parse(s->values, tag, mark + 1, &s->values[s->count], &why))
		return cli_fail(EX_DATAERR, "%s: %s; nothing was changed", name, why);
	s->count++;
	return 0;
}

static HRESULT
first_problem(SPropProblemArray *problems, ULONG *tag)
{
	HRESULT hr = problems && problems->cProblem ? problems->aProblem[0].scode : S_OK;

	if (FAILED(hr))
		*tag = problems->aProblem[0].ulPropTag;
	mem_free(problems);
	return hr;
}

/* A message takes all with SaveChanges; what a folder or store takes is there at once. */
static HRESULT
apply(const struct setting *s, IMAPIProp *object, ULONG *refused)
{
	SPropProblemArray *problems = NULL;
	HRESULT hr = S_OK;

	if (s->count)
		hr = object->lpVtbl->SetProps(object, s->count, s->values, &problems);
	if (SUCCEEDED(hr))
		hr = first_problem(problems, refused);
	problems = NULL;
	if (SUCCEEDED(hr) && s->removed->cValues)
		hr = object->lpVtbl->DeleteProps(object, s->removed, &problems);
	if (SUCCEEDED(hr))
		hr = first_problem(problems, refused);
	return FAILED(hr) ? hr : object->lpVtbl->SaveChanges(object, 0);
}

/* The store's own, or what nothing of this kind can be without. */
static int
tell_computed(IMAPIProp *object, ULONG tag)
{
	g_autofree char *name = prop_words_name(object, tag);

	return cli_fail(EX_NOPERM, "%s cannot be changed so: the store keeps it", name);
}

static int
set(IMAPIProp *object, int count, char **assignments)
{
	struct setting s = { mem_zalloc(NULL, sizeof(SPropValue) * count), 0,
		mem_zalloc(NULL, CbNewSPropTagArray(count)) };
	int code = s.values && s.removed ? 0 : cli_fail(EX_OSERR, "not enough memory");
	ULONG refused = 0;
	HRESULT hr;

	for (int i = 0; i < count && !code; i++)
		code = read_one(&s, object, assignments[i]);
	if (!code) {
		hr = apply(&s, object, &refused);
		code = SUCCEEDED(hr)           ? 0
		       : hr == MAPI_E_COMPUTED ? tell_computed(object, refused)
					       : mailstore_fail("setting", object, hr);
	}
	mem_free(s.values);
	mem_free(s.removed);
	return code;
}

static int
run(int argc, char **argv)
{
	struct mailstore_options options = { 0 };
	struct mailstore_item item = { 0 };
	struct mailstore store = { 0 };
	int code = mailstore_parse(&options, NULL, "PATH PROPERTY=[VALUE]...", &argc, &argv);

	if (!code && argc < 3)
		code = cli_fail(EX_USAGE, "a path and at least one PROPERTY=VALUE are needed");
	if (!code)
		code = mailstore_open(&options, true, &store);
	if (!code)
		code = mailstore_find(&store, argv[1], true, &item);
	if (!code)
		code = set(item.prop, argc - 2, argv + 2);
	if (item.prop)
		mailstore_tell(&options, "set", argv + 1, code ? 0 : 1, NULL);
	mailstore_item_clear(&item);
	mailstore_close(&store);
	mailstore_options_clear(&options);
	return code;
}

const struct command command_store_set = {
	.name = "store set",
	.summary = "change properties of the store, a folder or a message",
	.run = run,
};
