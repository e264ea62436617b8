/* SPDX-License-Identifier: MIT */
/* A source written for Windows: its includes, and TEXT, _T, DECLARE_INTERFACE_, DEFINE_GUID. */
#include <windows.h>
#include <tchar.h>
#include <objbase.h>
#include <initguid.h>
#include <MAPIX.h>
#include <MAPIUtil.h>

DEFINE_GUID(IID_IShape, 0x12345678, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);

#undef INTERFACE
#define INTERFACE IShape
DECLARE_INTERFACE_(IShape, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	STDMETHOD(Draw)(THIS_ CONST VOID *where) PURE;
};

static STDMETHODIMP
shape_Draw(IShape *self, CONST VOID *where)
{
	UNREFERENCED_PARAMETER(self);
	return where ? S_OK : E_INVALIDARG;
}

int
main(void)
{
	static const IShapeVtbl vtbl = {.Draw = shape_Draw};
	IShape shape = {&vtbl};
	TCHAR text[4];

	ZeroMemory(text, sizeof(text));
	CopyMemory(text, _T("abc"), 3 * sizeof(TCHAR));
	return text[2] != TEXT("abc")[2] || shape.lpVtbl->Draw(&shape, NULL) != E_INVALIDARG ||
		!IsEqualIID(&IID_IShape, &IID_IShape) || IID_IMessage.Data1 != 0x00020307;
}
