/* SPDX-License-Identifier: MIT */
/* Properties from object to object (MAPI reference: IMAPIProp::CopyTo, CopyProps). */
#include "propcopy.h"
#include <glib.h>
#include <string.h>
#include <mapicode.h>
#include <mapiguid.h>
#include "com.h"
#include "mem.h"

/* One copy on its way. */
struct job {
	IMAPIProp *source, *target;
	ULONG flags;
	SPropTagArray *present; /* what the target has, where that stays */
	SPropValue *values;     /* the source's, those to be set moved to the front */
	ULONG count, kept;
	GArray *places;   /* of ULONG: where each that is kept came from */
	GArray *problems; /* of SPropProblem */
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
copy_stream_of_type(IMAPIProp *source, IMAPIProp *target, ULONG tag)
{
	ULARGE_INTEGER all = { .QuadPart = G_MAXINT64 };
	IStream *from = NULL, *to = NULL;
	HRESULT hr;

	hr = source->lpVtbl->OpenProperty(
	    source, tag, &IID_IStream, STGM_READ, 0, (IUnknown **)(void *)&from);
	if (SUCCEEDED(hr))
		hr = target->lpVtbl->OpenProperty(target, tag, &IID_IStream, STGM_READWRITE,
		    MAPI_CREATE | MAPI_MODIFY, (IUnknown **)(void *)&to);
	if (SUCCEEDED(hr))
		hr = from->lpVtbl->CopyTo(from, to, all, NULL, NULL);
	if (SUCCEEDED(hr))
		hr = to->lpVtbl->Commit(to, 0);
	COM_CLEAR(from);
	COM_CLEAR(to);
	return hr;
}

HRESULT
propcopy_stream(IMAPIProp *source, IMAPIProp *target, ULONG tag)
{
	static const ULONG types[] = { PT_BINARY, PT_UNICODE, PT_STRING8 };
	HRESULT hr = MAPI_E_NOT_FOUND;
	size_t i;

	if (PROP_TYPE(tag) != PT_ERROR && PROP_TYPE(tag) != PT_UNSPECIFIED)
		return copy_stream_of_type(source, target, tag);
	for (i = 0; i < G_N_ELEMENTS(types) && FAILED(hr); i++)
		hr = copy_stream_of_type(source, target, CHANGE_PROP_TYPE(tag, types[i]));
	return hr;
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

		if (propcopy_has_tag(exclude, tag) || propcopy_has_tag(job->present, tag))
			continue;
		if (PROP_TYPE(tag) == PT_OBJECT)
			hr = include ? MAPI_E_INTERFACE_NOT_SUPPORTED : S_OK;
		else if (PROP_TYPE(tag) != PT_ERROR)
			keep(job, i);
		else if (job->values[i].Value.err == MAPI_E_NOT_ENOUGH_MEMORY)
			hr = propcopy_stream(job->source, job->target, asked);
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
	HRESULT hr;
	ULONG i;

	if (!job->kept)
		return S_OK;
	hr = job->target->lpVtbl->SetProps(job->target, job->kept, job->values, &found);
	for (i = 0; found && i < found->cProblem; i++) {
		SPropProblem problem = found->aProblem[i];

		if (problem.ulIndex < job->kept)
			problem.ulIndex = g_array_index(job->places, ULONG, problem.ulIndex);
		g_array_append_val(job->problems, problem);
	}
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
	sort_out(job, include, exclude);
	hr = set_kept(job);
	if (SUCCEEDED(hr) && (job->flags & MAPI_MOVE))
		hr = delete_moved(job);
	if (SUCCEEDED(hr))
		hr = give_problems(job, problems);
out:
	mem_free(job->values);
	mem_free(job->present);
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
