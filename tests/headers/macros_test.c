/* SPDX-License-Identifier: MIT */
/* The macros of the headers, used as a program uses them. Compiled as C, as C++ and with DEBUG. */
#include <stdio.h>

#include <edkmdb.h>
#include <imessage.h>
#include <mapidbg.h>
#include <mapiform.h>
#include <mapioid.h>
#include <mapival.h>
#include <mapiwin.h>

static int failures;

#define CHECK(condition)	check((condition) != 0, __LINE__, #condition)

static void
check(int holds, int line, const char *condition)
{
	if (holds)
		return;
	fprintf(stderr, "%d: %s\n", line, condition);
	failures++;
}

/* An interface of a program's own, declared as Microsoft's documents show. */
#define ITHING_METHODS(IPURE) \
	MAPIMETHOD(Work)(THIS_ ULONG ulFlags) IPURE; \
	MAPIMETHOD_(ULONG, Rest)(THIS) IPURE;

#undef INTERFACE
#define INTERFACE IThing
DECLARE_MAPI_INTERFACE_(IThing, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	ITHING_METHODS(PURE)
};
DECLARE_MAPI_INTERFACE_PTR(IThing, LPTHING);

/* libemapi's functions, as far as the macros call them. */
static METHODS validated;
static DWORD_PTR arguments[5];

HRESULT
HrValidateParameters(METHODS eMethod, LPVOID *ppFirstArg)
{
	validated = eMethod;
	memcpy(arguments, ppFirstArg, sizeof(arguments));
	return MAPI_E_INVALID_PARAMETER;
}

int
DebugTrapFn(int fFatal, char *pszFile, int iLine, char *pszFormat, ...)
{
	(void)fFatal;
	(void)pszFile;
	(void)iLine;
	(void)pszFormat;
	return 1;
}

static HRESULT
thing_GetProps(IMAPIProp *self, LPSPropTagArray tags, ULONG flags, ULONG *count,
	LPSPropValue *values)
{
	Validate_IMAPIProp_GetProps(self, tags, flags, count, values);
	return S_OK;
}

static void
sizes(void)
{
	SizedSPropTagArray(3, tags) = {3, {PR_SUBJECT, PR_BODY, PR_NULL}};
	SizedSRowSet(2, rows);
	SizedADRLIST(2, list);
	SizedSSortOrderSet(1, order) = {1, 0, 0, {{PR_SUBJECT, TABLE_SORT_ASCEND}}};
	SizedENTRYID(20, eid);
	SizedDtblEdit(4, edit);

	CHECK(sizeof(tags) == CbNewSPropTagArray(3));
	CHECK(CbSPropTagArray((LPSPropTagArray)&tags) == sizeof(tags));
	CHECK(sizeof(rows) == CbNewSRowSet(2));
	CHECK(sizeof(list) == CbNewADRLIST(2));
	CHECK(CbSSortOrderSet((LPSSortOrderSet)&order) == sizeof(order));
	CHECK(sizeof(eid) == CbNewENTRYID(20));
	CHECK(sizeof(edit.lpszCharsAllowed) == 4 * sizeof(TCHAR));
}

static void
tags(void)
{
	CHECK(PROP_TYPE(PR_SUBJECT_W) == PT_UNICODE && PROP_ID(PR_SUBJECT_W) == 0x37);
	CHECK(CHANGE_PROP_TYPE(PR_SUBJECT_W, PT_ERROR) == PROP_TAG(PT_ERROR, 0x37));
	CHECK(MVI_PROP(PROP_TAG(PT_STRING8, 0x8001)) == 0x8001301E);
	CHECK(FIsTransmittable(PR_SUBJECT) && FIsTransmittable(PR_BODY));
	CHECK(!FIsTransmittable(PR_MESSAGE_FLAGS) && !FIsTransmittable(PROP_TAG(PT_LONG, 0x6700)));
	CHECK(FIsTransmittable(PROP_TAG(PT_LONG, 0x6800)) && FIsTransmittable(0x80010003));
	CHECK(FAILED(MAPI_E_NOT_FOUND) && SUCCEEDED(MAPI_W_ERRORS_RETURNED));
	CHECK(HRESULT_FACILITY(MAPI_E_NOT_FOUND) == FACILITY_ITF);
	CHECK(MAPI_E_NOT_FOUND == MAKE_MAPI_E(0x10F));
	CHECK(sizeof(OID_TNEF) == CB_OID_TNEF && sizeof(OID_OLE2_STORAGE) == CB_OID_OLE2_STORAGE);
	CHECK(MULDIV(0x7FFFFFFF, 3, 4) == 0x5FFFFFFF);
	CHECK(GET_ADRPARM_VERSION(SET_ADRPARM_VERSION(DIALOG_MODAL, 0x10000000)) == 0x10000000);
}

static void
checks(void)
{
	static const WCHAR text[] = MAPI_L("\u00e4");
	ULONG count;

	CHECK(sizeof(text) == 4 && text[0] == 0xE4);
	CHECK(thing_GetProps(NULL, NULL, 7, &count, NULL) == MAPI_E_INVALID_PARAMETER);
	CHECK(validated == IMAPIProp_GetProps);
	CHECK((ULONG)arguments[2] == 7 && arguments[3] == (DWORD_PTR)&count && arguments[4] == 0);
#ifdef DEBUG
	CHECK(SideAssert(failures < 0) == 1);
	CHECK(TrapSz2("%d %d", 1, 2) == 1);
#else
	CHECK(SideAssert(failures < 0) == 0);
#endif
}

int
main(void)
{
	sizes();
	tags();
	checks();
	return failures != 0;
}
