/* SPDX-License-Identifier: MIT */
/* Properties from object to object (MAPI reference: IMAPIProp::CopyTo, CopyProps). */
#include "propcopy.h"
#include <glib.h>
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include <mapitags.h>
#include "com.h"
#include "mem.h"
#include "prop.h"

/* One copy on its way. */
struct job {
	IMAPIProp *source, *target;
	ULONG flags;
	SPropTagArray *present; /* what the target has, where that stays */
	SPropValue *values;     /* the source's, those to be set moved to the front */
	ULONG count, kept;
	ULONG *target_tags; /* of each value; NULL where they are the source's */
	GArray *places;     /* of ULONG: where each that is kept came from */
	GArray *problems;   /* of SPropProblem */
};

bool
propcopy_has_tag(const SPropTagArray *tags, ULONG tag)
{
	ULONG i;

	for (i = 0; tags && i < tags->cValues; i++)
		if (PROP_ID(tags->aulPropTag[i]) == PROP_ID(tag))
			return true;
	return false;
}

static void
add_problem(struct job *job, ULONG place, ULONG tag, SCODE code)
{
	SPropProblem problem = { place, tag, code };

	g_array_append_val(job->problems, problem);
}

/* --- Long values --------------------------------------------------------------------------- */

static HRESULT
copy_stream_of_type(IMAPIProp *source, IMAPIProp *target, ULONG tag, ULONG target_tag)
{
	ULARGE_INTEGER all = { .QuadPart = G_MAXINT64 };
	IStream *from = NULL, *to = NULL;
	HRESULT hr;

	hr = source->lpVtbl->OpenProperty(
	    source, tag, &IID_IStream, STGM_READ, 0, (IUnknown **)(void *)&from);
	if (SUCCEEDED(hr))
		hr = target->lpVtbl->OpenProperty(target, target_tag, &IID_IStream, STGM_READWRITE,
		    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)(void *)&to);
	if (SUCCEEDED(hr))
		hr = from->lpVtbl->CopyTo(from, to, all, NULL, NULL);
	if (SUCCEEDED(hr))
		hr = to->lpVtbl->Commit(to, 0);
	COM_CLEAR(from);
	COM_CLEAR(to);
	return hr;
}

/* The type is the source's, where that is one. */
static HRESULT
copy_stream(IMAPIProp *source, IMAPIProp *target, ULONG tag, ULONG target_tag)
{
	static const ULONG types[] = { PT_BINARY, PT_UNICODE, PT_STRING8 };
	HRESULT hr = MAPI_E_NOT_FOUND;
	size_t i;

	if (PROP_TYPE(tag) != PT_ERROR && PROP_TYPE(tag) != PT_UNSPECIFIED)
		return copy_stream_of_type(
		    source, target, tag, CHANGE_PROP_TYPE(target_tag, PROP_TYPE(tag)));
	for (i = 0; i < G_N_ELEMENTS(types) && FAILED(hr); i++)
		hr = copy_stream_of_type(source, target, CHANGE_PROP_TYPE(tag, types[i]),
		    CHANGE_PROP_TYPE(target_tag, types[i]));
	return hr;
}

HRESULT
propcopy_stream(IMAPIProp *source, IMAPIProp *target, ULONG tag)
{
	return copy_stream(source, target, tag, tag);
}

/* --- Names --------------------------------------------------------------------------------- */

/* Objects of one store have one numbering. */
static bool
same_numbers(IMAPIProp *source, IMAPIProp *target)
{
	static SizedSPropTagArray(1, tags) = { 1, { PR_MAPPING_SIGNATURE } };
	SPropValue *a = NULL, *b = NULL;
	ULONG count;
	bool same;

	source->lpVtbl->GetProps(source, (SPropTagArray *)(void *)&tags, 0, &count, &a);
	target->lpVtbl->GetProps(target, (SPropTagArray *)(void *)&tags, 0, &count, &b);
	same = a && b && a->ulPropTag == PR_MAPPING_SIGNATURE &&
	       b->ulPropTag == PR_MAPPING_SIGNATURE && prop_compare(a, b) == 0;
	mem_free(a);
	mem_free(b);
	return same;
}

/* The places of those that are named; g_array_unref(). */
static GArray *
named_places(const struct job *job, SPropTagArray *tags)
{
	GArray *places = g_array_new(FALSE, FALSE, sizeof(ULONG));

	for (ULONG i = 0; i < job->count; i++)
		if (PROP_ID(job->values[i].ulPropTag) >= 0x8000) {
			tags->aulPropTag[tags->cValues++] = job->values[i].ulPropTag;
			g_array_append_val(places, i);
		}
	return places;
}

/* Squeezes out what has no name after all. */
static ULONG
drop_unnamed(MAPINAMEID **names, ULONG count, GArray *places)
{
	ULONG kept = 0;

	for (ULONG i = 0; i < count && i < places->len; i++)
		if (names[i]) {
			g_array_index(places, ULONG, kept) = g_array_index(places, ULONG, i);
			names[kept++] = names[i];
		}
	return kept;
}

static HRESULT
use_numbers(struct job *job, const SPropTagArray *ids, const GArray *places)
{
	job->target_tags = mem_zalloc(NULL, (job->count + (size_t)1) * sizeof(ULONG));
	if (!job->target_tags)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (ULONG i = 0; i < job->count; i++)
		job->target_tags[i] = job->values[i].ulPropTag;
	for (ULONG i = 0; i < ids->cValues; i++) {
		ULONG *tag = &job->target_tags[g_array_index(places, ULONG, i)];

		if (PROP_TYPE(ids->aulPropTag[i]) != PT_ERROR)
			*tag = PROP_TAG(PROP_TYPE(*tag), PROP_ID(ids->aulPropTag[i]));
	}
	return S_OK;
}

/* What the target calls the source's named properties. Where one of them knows no names, numbers
 * are what there is. */
static HRESULT
translate(struct job *job)
{
	SPropTagArray *tags = mem_zalloc(NULL, CbNewSPropTagArray((size_t)job->count + 1));
	SPropTagArray *ids = NULL;
	MAPINAMEID **names = NULL;
	GArray *places;
	ULONG count = 0;
	HRESULT hr = S_OK;

	if (!tags)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	places = named_places(job, tags);
	if (places->len && !same_numbers(job->source, job->target) &&
	    SUCCEEDED(job->source->lpVtbl->GetNamesFromIDs(
		job->source, &tags, NULL, 0, &count, &names)) &&
	    (count = drop_unnamed(names, count, places)) > 0 &&
	    SUCCEEDED(
		job->target->lpVtbl->GetIDsFromNames(job->target, count, names, MAPI_CREATE, &ids)))
		hr = use_numbers(job, ids, places);
	g_array_unref(places);
	mem_free(ids);
	mem_free(names);
	mem_free(tags);
	return hr;
}

static ULONG
target_tag(const struct job *job, ULONG place, ULONG tag)
{
	return job->target_tags ? CHANGE_PROP_TYPE(job->target_tags[place], PROP_TYPE(tag)) : tag;
}

/* --- The copy ------------------------------------------------------------------------------ */

static void
keep(struct job *job, ULONG place)
{
	job->values[job->kept++] = job->values[place];
	g_array_append_val(job->places, place);
}

/* Sorts out what can be set, what needs a stream and what cannot be copied. */
static void
sort_out(struct job *job, const SPropTagArray *include, const SPropTagArray *exclude)
{
	ULONG i;

	for (i = 0; i < job->count; i++) {
		ULONG tag = job->values[i].ulPropTag,
		      asked = include ? include->aulPropTag[i] : tag;
		HRESULT hr = S_OK;

		if (propcopy_has_tag(exclude, tag) ||
		    propcopy_has_tag(job->present, target_tag(job, i, tag)))
			continue;
		if (PROP_TYPE(tag) == PT_OBJECT)
			hr = include ? MAPI_E_INTERFACE_NOT_SUPPORTED : S_OK;
		else if (PROP_TYPE(tag) != PT_ERROR)
			keep(job, i);
		else if (job->values[i].Value.err == MAPI_E_NOT_ENOUGH_MEMORY)
			hr =
			    copy_stream(job->source, job->target, asked, target_tag(job, i, asked));
		else
			hr = include ? job->values[i].Value.err : S_OK;
		if (FAILED(hr))
			add_problem(job, i, asked, hr);
	}
}

static HRESULT
set_kept(struct job *job)
{
	SPropProblemArray *found = NULL;
	GArray *own = g_array_new(FALSE, FALSE, sizeof(ULONG));
	HRESULT hr = S_OK;
	ULONG i;

	for (i = 0; i < job->kept; i++) {
		ULONG tag = job->values[i].ulPropTag;

		g_array_append_val(own, tag);
		job->values[i].ulPropTag =
		    target_tag(job, g_array_index(job->places, ULONG, i), tag);
	}
	if (job->kept)
		hr = job->target->lpVtbl->SetProps(job->target, job->kept, job->values, &found);
	for (i = 0; i < job->kept; i++)
		job->values[i].ulPropTag = g_array_index(own, ULONG, i);
	for (i = 0; found && i < found->cProblem; i++) {
		SPropProblem problem = found->aProblem[i];

		if (problem.ulIndex < job->kept) {
			problem.ulPropTag = job->values[problem.ulIndex].ulPropTag;
			problem.ulIndex = g_array_index(job->places, ULONG, problem.ulIndex);
		}
		g_array_append_val(job->problems, problem);
	}
	g_array_unref(own);
	mem_free(found);
	return hr;
}

static bool
has_problem(const struct job *job, ULONG tag)
{
	guint i;

	for (i = 0; i < job->problems->len; i++)
		if (PROP_ID(g_array_index(job->problems, SPropProblem, i).ulPropTag) ==
		    PROP_ID(tag))
			return true;
	return false;
}

/* MAPI_MOVE: at the source goes what has arrived. */
static HRESULT
delete_moved(struct job *job)
{
	SPropTagArray *tags = mem_zalloc(NULL, CbNewSPropTagArray((size_t)job->kept));
	HRESULT hr = S_OK;
	ULONG i;

	if (!tags)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	for (i = 0; i < job->kept; i++)
		if (!has_problem(job, job->values[i].ulPropTag))
			tags->aulPropTag[tags->cValues++] = job->values[i].ulPropTag;
	if (tags->cValues)
		hr = job->source->lpVtbl->DeleteProps(job->source, tags, NULL);
	mem_free(tags);
	return hr;
}

static HRESULT
give_problems(const struct job *job, LPSPropProblemArray *out)
{
	SPropProblemArray *array;
	guint count = job->problems->len;

	if (!out || !count)
		return S_OK;
	array = mem_zalloc(NULL, CbNewSPropProblemArray((size_t)count));
	if (!array)
		return MAPI_E_NOT_ENOUGH_MEMORY;
	memcpy(array->aProblem, job->problems->data, count * sizeof *array->aProblem);
	array->cProblem = count;
	*out = array;
	return S_OK;
}

static HRESULT
copy(struct job *job, const SPropTagArray *include, const SPropTagArray *exclude,
    LPSPropProblemArray *problems)
{
	HRESULT hr;

	if (problems)
		*problems = NULL;
	if (job->flags & ~(ULONG)(MAPI_MOVE | MAPI_NOREPLACE | MAPI_DIALOG | MAPI_DECLINE_OK))
		return MAPI_E_INVALID_PARAMETER;
	job->places = g_array_new(FALSE, FALSE, sizeof(ULONG));
	job->problems = g_array_new(FALSE, FALSE, sizeof(SPropProblem));
	hr = job->source->lpVtbl->GetProps(
	    job->source, (SPropTagArray *)include, MAPI_UNICODE, &job->count, &job->values);
	if (SUCCEEDED(hr) && (job->flags & MAPI_NOREPLACE))
		hr = job->target->lpVtbl->GetPropList(job->target, MAPI_UNICODE, &job->present);
	if (FAILED(hr))
		goto out;
	hr = translate(job);
	if (FAILED(hr))
		goto out;
	sort_out(job, include, exclude);
	hr = set_kept(job);
	if (SUCCEEDED(hr) && (job->flags & MAPI_MOVE))
		hr = delete_moved(job);
	if (SUCCEEDED(hr))
		hr = give_problems(job, problems);
out:
	mem_free(job->values);
	mem_free(job->present);
	mem_free(job->target_tags);
	g_array_unref(job->places);
	g_array_unref(job->problems);
	return FAILED(hr) ? hr : S_OK;
}

HRESULT
propcopy_to(IMAPIProp *source, const SPropTagArray *exclude, void *target, ULONG flags,
    LPSPropProblemArray *problems)
{
	struct job job = { .source = source, .target = target, .flags = flags };

	if (!target)
		return MAPI_E_INVALID_PARAMETER;
	if (target == source)
		return MAPI_E_NO_ACCESS;
	return copy(&job, NULL, exclude, problems);
}

HRESULT
propcopy_props(IMAPIProp *source, const SPropTagArray *include, void *target, ULONG flags,
    LPSPropProblemArray *problems)
{
	struct job job = { .source = source, .target = target, .flags = flags };

	if (!target || !include || !include->cValues)
		return MAPI_E_INVALID_PARAMETER;
	return copy(&job, include, NULL, problems);
}
