/* SPDX-License-Identifier: MIT */
/*
 * Forms: programs that show a class of message, and what shows them. emapi has none of its own;
 * the declarations serve form servers and viewers. Source: MAPI reference, "MAPI Forms".
 */
#ifndef EMAPI_MAPIFORM_H
#define EMAPI_MAPIFORM_H

#include "mapix.h"

DECLARE_MAPI_INTERFACE_PTR(IPersistMessage, LPPERSISTMESSAGE);
DECLARE_MAPI_INTERFACE_PTR(IMAPIMessageSite, LPMAPIMESSAGESITE);
DECLARE_MAPI_INTERFACE_PTR(IMAPIViewContext, LPMAPIVIEWCONTEXT);
DECLARE_MAPI_INTERFACE_PTR(IMAPIViewAdviseSink, LPMAPIVIEWADVISESINK);
DECLARE_MAPI_INTERFACE_PTR(IMAPIFormAdviseSink, LPMAPIFORMADVISESINK);
DECLARE_MAPI_INTERFACE_PTR(IMAPIFormInfo, LPMAPIFORMINFO);
DECLARE_MAPI_INTERFACE_PTR(IMAPIFormMgr, LPMAPIFORMMGR);
DECLARE_MAPI_INTERFACE_PTR(IMAPIFormContainer, LPMAPIFORMCONTAINER);
DECLARE_MAPI_INTERFACE_PTR(IMAPIForm, LPMAPIFORM);
DECLARE_MAPI_INTERFACE_PTR(IMAPIFormFactory, LPMAPIFORMFACTORY);

typedef const char **LPPCSTR;
typedef LPMAPIFORMINFO *LPPMAPIFORMINFO;

/* --- Flags -------------------------------------------------------------------------------- */

/* Registries of forms: OpenFormContainer. */
typedef ULONG HFRMREG;
#define HFRMREG_DEFAULT				((ULONG)0x00000000)
#define HFRMREG_LOCAL				((ULONG)0x00000001)
#define HFRMREG_PERSONAL			((ULONG)0x00000002)
#define HFRMREG_FOLDER				((ULONG)0x00000003)
/* GetSaveStream. */
#define SAVE_FORMAT_TEXT			((ULONG)0x00000001)
#define SAVE_FORMAT_RICHTEXT			((ULONG)0x00000002)
/* GetViewStatus, GetSiteStatus. */
#define VCSTATUS_NEXT				((ULONG)0x00000001)
#define VCSTATUS_PREV				((ULONG)0x00000002)
#define VCSTATUS_MODAL				((ULONG)0x00000004)
#define VCSTATUS_INTERACTIVE			((ULONG)0x00000008)
#define VCSTATUS_READONLY			((ULONG)0x00000010)
#define VCSTATUS_DELETE				((ULONG)0x00010000)
#define VCSTATUS_COPY				((ULONG)0x00020000)
#define VCSTATUS_MOVE				((ULONG)0x00040000)
#define VCSTATUS_SUBMIT				((ULONG)0x00080000)
#define VCSTATUS_DELETE_IS_MOVE			((ULONG)0x00100000)
#define VCSTATUS_SAVE				((ULONG)0x00200000)
#define VCSTATUS_NEW_MESSAGE			((ULONG)0x00400000)
/* ActivateNext, OnChange. */
#define VCDIR_NEXT				((ULONG)0x00000001)
#define VCDIR_PREV				((ULONG)0x00000002)
#define VCDIR_DELETE				((ULONG)0x00010000)
#define VCDIR_MOVE				((ULONG)0x00040000)
/* PR_MESSAGE_CLASS's behaviour in a form's description. */
#define MAPI_MESSAGE_BEHAVIOR_IPM		((ULONG)0x00000000)
#define MAPI_MESSAGE_BEHAVIOR_FOLDER		((ULONG)0x00000001)
/* SelectForm, SelectMultipleForms. */
#define MAPIFORM_SELECT_ALL_REGISTRIES		((ULONG)0x00000000)
#define MAPIFORM_SELECT_FOLDER_REGISTRY_ONLY	((ULONG)0x00000001)
#define MAPIFORM_SELECT_NON_FOLDER_REGISTRY_ONLY	((ULONG)0x00000002)
/* CalcFormPropSet. */
#define FORMPROPSET_UNION			((ULONG)0x00000000)
#define FORMPROPSET_INTERSECTION		((ULONG)0x00000001)
/* ResolveMessageClass. */
#define MAPIFORM_EXACTMATCH			((ULONG)0x00000020)
/* A form server's platform. */
#define MAPIFORM_CPU_X86			((ULONG)0x00000001)
#define MAPIFORM_CPU_MIP			((ULONG)0x00000002)
#define MAPIFORM_CPU_AXP			((ULONG)0x00000003)
#define MAPIFORM_CPU_PPC			((ULONG)0x00000004)
#define MAPIFORM_CPU_M68			((ULONG)0x00000005)
#define MAPIFORM_CPU_X64			((ULONG)0x00000006)
#define MAPIFORM_OS_WIN_31			((ULONG)0x00000001)
#define MAPIFORM_OS_WINNT_35			((ULONG)0x00000002)
#define MAPIFORM_OS_WIN_95			((ULONG)0x00000003)
#define MAPIFORM_OS_MAC_7x			((ULONG)0x00000004)
#define MAPIFORM_OS_WINNT_40			((ULONG)0x00000005)
#define MAPIFORM_OS_WINNT_50			((ULONG)0x00000006)
#define MAPIFORM_OS_WINNT_60			((ULONG)0x00000007)
#define MAPIFORM_PLATFORM(CPU, OS)	((ULONG)((((ULONG)(CPU)) << 16) | (OS)))
/* InstallForm. */
#define MAPIFORM_INSTALL_DIALOG			((ULONG)0x00000008)
#define MAPIFORM_INSTALL_OVERWRITEONCONFLICT	((ULONG)0x00000010)

/* ShutdownForm. */
typedef enum tagSAVEOPTS {
	SAVEOPTS_SAVEIFDIRTY = 0,
	SAVEOPTS_NOSAVE = 1,
	SAVEOPTS_PROMPTSAVE = 2
} SAVEOPTS;

/* --- Structures --------------------------------------------------------------------------- */

typedef struct FORMPRINTSETUP {
	ULONG ulFlags;
	HGLOBAL hDevMode;
	HGLOBAL hDevNames;
	ULONG ulFirstPageNumber;
	ULONG fPrintAttachments;
} FORMPRINTSETUP, *LPFORMPRINTSETUP;

/* A form's properties. */
typedef ULONG FORMPROPSPECIALTYPE;
#define FPST_VANILLA				((ULONG)0x00000000)
#define FPST_ENUM_PROP				((ULONG)0x00000001)
typedef struct SMAPIFormPropEnumVal {
	LPTSTR pszDisplayName;
	ULONG nVal;
} SMAPIFormPropEnumVal, *LPMAPIFORMPROPENUMVAL;
typedef struct SMAPIFormProp {
	ULONG ulFlags;		/* MAPI_UNICODE or 0 */
	ULONG nPropType;	/* PT_* */
	MAPINAMEID nmid;
	LPTSTR pszDisplayName;
	FORMPROPSPECIALTYPE nSpecialType;
	union {
		struct {	/* FPST_ENUM_PROP */
			MAPINAMEID nmidIdx;
			ULONG cfpevAvailable;
			LPMAPIFORMPROPENUMVAL pfpevAvailable;
		} s1;
	} u;
} SMAPIFormProp, *LPMAPIFORMPROP;
typedef struct SMAPIFormPropArray {
	ULONG cProps;
	ULONG ulPad;
	SMAPIFormProp aFormProp[MAPI_DIM];
} SMAPIFormPropArray, *LPMAPIFORMPROPARRAY;
#define CbMAPIFormPropArray(_c) \
	(offsetof(SMAPIFormPropArray, aFormProp) + (_c) * sizeof(SMAPIFormProp))

/* A form's verbs. */
typedef struct SMAPIVerb {
	LONG lVerb;
	LPTSTR szVerbname;
	DWORD fuFlags;
	DWORD grfAttribs;
	ULONG ulFlags;
} SMAPIVerb, *LPMAPIVERB;
typedef struct SMAPIVerbArray {
	ULONG cMAPIVerb;
	SMAPIVerb aMAPIVerb[MAPI_DIM];
} SMAPIVerbArray, *LPMAPIVERBARRAY;
#define CbMAPIVerbArray(_c) \
	(offsetof(SMAPIVerbArray, aMAPIVerb) + (_c) * sizeof(SMAPIVerb))

typedef struct SMessageClassArray {
	ULONG cValues;
	LPCSTR aMessageClass[MAPI_DIM];
} SMessageClassArray, *LPSMESSAGECLASSARRAY;
#define CbMessageClassArray(_c) \
	(offsetof(SMessageClassArray, aMessageClass) + (_c) * sizeof(LPCSTR))

typedef struct SMAPIFormInfoArray {
	ULONG cForms;
	LPMAPIFORMINFO aFormInfo[MAPI_DIM];
} SMAPIFormInfoArray, *LPSMAPIFORMINFOARRAY;
#define CbMAPIFormInfoArray(_c) \
	(offsetof(SMAPIFormInfoArray, aFormInfo) + (_c) * sizeof(LPMAPIFORMINFO))

EMAPI_BEGIN_C

/*
 * What finds and starts forms, and the registry of this machine, the caller's to release. Forms are
 * windows, and there is no library of them here: both are MAPI_E_NO_SUPPORT, *ppmgr and *ppfcnt NULL.
 */
EMAPI_EXPORT HRESULT MAPIOpenFormMgr(LPMAPISESSION pSession, LPMAPIFORMMGR *ppmgr);
EMAPI_EXPORT HRESULT MAPIOpenLocalFormContainer(LPMAPIFORMCONTAINER *ppfcnt);

EMAPI_END_C

/* clang-format off */

/* Each interface here begins with it. */
#define MAPI_GETLASTERROR_METHOD(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE;

/* --- IPersistMessage: a form loads and saves its message ---------------------------------- */

#define MAPI_IPERSISTMESSAGE_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* The form's class. */ \
	MAPIMETHOD(GetClassID)(THIS_ LPCLSID lpClassID) IPURE; \
	/* S_OK: there is something to save; S_FALSE: there is not. */ \
	MAPIMETHOD(IsDirty)(THIS) IPURE; \
	/* Begins a new message. */ \
	MAPIMETHOD(InitNew)(THIS_ LPMAPIMESSAGESITE pMessageSite, LPMESSAGE pMessage) IPURE; \
	/* Begins with a message that is there. */ \
	MAPIMETHOD(Load)(THIS_ LPMAPIMESSAGESITE pMessageSite, LPMESSAGE pMessage, \
		ULONG ulMessageStatus, ULONG ulMessageFlags) IPURE; \
	/* \
	 * Writes to a message: fSameAsLoad, the form's own. No more writing till \
	 * SaveCompleted. \
	 */ \
	MAPIMETHOD(Save)(THIS_ LPMESSAGE pMessage, ULONG fSameAsLoad) IPURE; \
	/* The message was saved; NULL: the form's own. */ \
	MAPIMETHOD(SaveCompleted)(THIS_ LPMESSAGE pMessage) IPURE; \
	/* Lets go of the message; SaveCompleted gives one back. */ \
	MAPIMETHOD(HandsOffMessage)(THIS) IPURE;

#undef INTERFACE
#define INTERFACE IPersistMessage
EMAPI_INTERFACE_(IPersistMessage, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IPERSISTMESSAGE_METHODS(PURE)
};

/* --- IMAPIMessageSite: where the form's message lies -------------------------------------- */

#define MAPI_IMAPIMESSAGESITE_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* The caller's to release, as in the next ones; S_FALSE where there is none. */ \
	MAPIMETHOD(GetSession)(THIS_ LPMAPISESSION *ppSession) IPURE; \
	/* The message's store. */ \
	MAPIMETHOD(GetStore)(THIS_ LPMDB *ppStore) IPURE; \
	/* The message's folder. */ \
	MAPIMETHOD(GetFolder)(THIS_ LPMAPIFOLDER *ppFolder) IPURE; \
	/* The message. */ \
	MAPIMETHOD(GetMessage)(THIS_ LPMESSAGE *ppmsg) IPURE; \
	/* What starts forms. */ \
	MAPIMETHOD(GetFormManager)(THIS_ LPMAPIFORMMGR *ppFormMgr) IPURE; \
	/* A new message, and a site for it. */ \
	MAPIMETHOD(NewMessage)(THIS_ ULONG fComposeInFolder, LPMAPIFOLDER pFolderFocus, \
		LPPERSISTMESSAGE pPersistMessage, LPMESSAGE *ppMessage, \
		LPMAPIMESSAGESITE *ppMessageSite, LPMAPIVIEWCONTEXT *ppViewContext) IPURE; \
	/* Copies the message to a folder. */ \
	MAPIMETHOD(CopyMessage)(THIS_ LPMAPIFOLDER pFolderDestination) IPURE; \
	/* Moves it; the form then goes on to the next. */ \
	MAPIMETHOD(MoveMessage)(THIS_ LPMAPIFOLDER pFolderDestination, \
		LPMAPIVIEWCONTEXT pViewContext, LPCRECT prcPosRect) IPURE; \
	/* Deletes it; the form then goes on to the next. */ \
	MAPIMETHOD(DeleteMessage)(THIS_ LPMAPIVIEWCONTEXT pViewContext, LPCRECT prcPosRect) IPURE; \
	/* Saves it. */ \
	MAPIMETHOD(SaveMessage)(THIS) IPURE; \
	/* Sends it. */ \
	MAPIMETHOD(SubmitMessage)(THIS_ ULONG ulFlags) IPURE; \
	/* VCSTATUS_*: what the site can do. */ \
	MAPIMETHOD(GetSiteStatus)(THIS_ LPULONG lpulStatus) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIMessageSite
EMAPI_INTERFACE_(IMAPIMessageSite, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIMESSAGESITE_METHODS(PURE)
};

/* --- IMAPIForm: a form -------------------------------------------------------------------- */

#define MAPI_IMAPIFORM_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* Around which list of messages the form stands; NULL: none. */ \
	MAPIMETHOD(SetViewContext)(THIS_ LPMAPIVIEWCONTEXT pViewContext) IPURE; \
	/* The same; the caller's to release. */ \
	MAPIMETHOD(GetViewContext)(THIS_ LPMAPIVIEWCONTEXT *ppViewContext) IPURE; \
	/* Ends the form; SAVEOPTS_*. */ \
	MAPIMETHOD(ShutdownForm)(THIS_ ULONG ulSaveOptions) IPURE; \
	/* Opens, prints, replies ...: EXCHIVERB_*. */ \
	MAPIMETHOD(DoVerb)(THIS_ LONG iVerb, LPMAPIVIEWCONTEXT lpViewContext, \
		ULONG_PTR hwndParent, LPCRECT lprcPosRect) IPURE; \
	/* Tells the sink what happens to the form, until Unadvise. */ \
	MAPIMETHOD(Advise)(THIS_ LPMAPIVIEWADVISESINK pAdvise, ULONG_PTR *pdwStatus) IPURE; \
	/* Ends what Advise began. */ \
	MAPIMETHOD(Unadvise)(THIS_ ULONG_PTR ulConnection) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIForm
EMAPI_INTERFACE_(IMAPIForm, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIFORM_METHODS(PURE)
};

/* --- IMAPIViewContext: the list of messages around the form ------------------------------- */

#define MAPI_IMAPIVIEWCONTEXT_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* Which form is to be told of changes; NULL: none. */ \
	MAPIMETHOD(SetAdviseSink)(THIS_ LPMAPIFORMADVISESINK pmvns) IPURE; \
	/* Goes on to another message: VCDIR_*. */ \
	MAPIMETHOD(ActivateNext)(THIS_ ULONG ulDir, LPCRECT prcPosRect) IPURE; \
	/* How to print; the caller's to free. */ \
	MAPIMETHOD(GetPrintSetup)(THIS_ ULONG ulFlags, LPFORMPRINTSETUP *lppFormPrintSetup) IPURE; \
	/* Where to save the message as text. */ \
	MAPIMETHOD(GetSaveStream)(THIS_ ULONG *pulFlags, ULONG *pulFormat, LPSTREAM *ppstm) IPURE; \
	/* VCSTATUS_*: what the list allows. */ \
	MAPIMETHOD(GetViewStatus)(THIS_ LPULONG lpulStatus) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIViewContext
EMAPI_INTERFACE_(IMAPIViewContext, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIVIEWCONTEXT_METHODS(PURE)
};

/* --- IMAPIFormAdviseSink: a form is told of its viewer ------------------------------------ */

#define MAPI_IMAPIFORMADVISESINK_METHODS(IPURE) \
	/* Whether there is a message before and after. */ \
	MAPIMETHOD(OnChange)(THIS_ ULONG ulDir) IPURE; \
	/* The list goes on to this message. S_OK: the form shows it itself. */ \
	MAPIMETHOD(OnActivateNext)(THIS_ LPCSTR lpszMessageClass, ULONG ulMessageStatus, \
		ULONG ulMessageFlags, LPPERSISTMESSAGE *ppPersistMessage) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIFormAdviseSink
EMAPI_INTERFACE_(IMAPIFormAdviseSink, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIFORMADVISESINK_METHODS(PURE)
};

/* --- IMAPIViewAdviseSink: a viewer is told of its form ------------------------------------ */

#define MAPI_IMAPIVIEWADVISESINK_METHODS(IPURE) \
	/* The form ends. */ \
	MAPIMETHOD(OnShutdown)(THIS) IPURE; \
	/* The form shows another message. */ \
	MAPIMETHOD(OnNewMessage)(THIS) IPURE; \
	/* A page was printed. */ \
	MAPIMETHOD(OnPrint)(THIS_ ULONG dwPageNumber, HRESULT hrStatus) IPURE; \
	/* The message was sent. */ \
	MAPIMETHOD(OnSubmitted)(THIS) IPURE; \
	/* The message was saved. */ \
	MAPIMETHOD(OnSaved)(THIS) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIViewAdviseSink
EMAPI_INTERFACE_(IMAPIViewAdviseSink, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIVIEWADVISESINK_METHODS(PURE)
};

/* --- IMAPIFormInfo: a form's description -------------------------------------------------- */

#define MAPI_IMAPIFORMINFO_METHODS(IPURE) \
	/* The form's properties; the caller's to free. */ \
	MAPIMETHOD(CalcFormPropSet)(THIS_ ULONG ulFlags, \
		LPMAPIFORMPROPARRAY *ppFormPropArray) IPURE; \
	/* The form's verbs; the caller's to free. */ \
	MAPIMETHOD(CalcVerbSet)(THIS_ ULONG ulFlags, LPMAPIVERBARRAY *ppMAPIVerbArray) IPURE; \
	/* The icon in a property. */ \
	MAPIMETHOD(MakeIconFromBinary)(THIS_ ULONG nPropID, HICON *phicon) IPURE; \
	/* Writes the description to a file. */ \
	MAPIMETHOD(SaveForm)(THIS_ LPCTSTR szFileName) IPURE; \
	/* The registry it is from. */ \
	MAPIMETHOD(OpenFormContainer)(THIS_ LPMAPIFORMCONTAINER *ppformcontainer) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIFormInfo
EMAPI_INTERFACE_(IMAPIFormInfo, IMAPIProp)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIPROP_METHODS(PURE)
	MAPI_IMAPIFORMINFO_METHODS(PURE)
};

/* --- IMAPIFormMgr: finds and starts forms ------------------------------------------------- */

#define MAPI_IMAPIFORMMGR_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* Starts the form of a message. */ \
	MAPIMETHOD(LoadForm)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, LPCSTR lpszMessageClass, \
		ULONG ulMessageStatus, ULONG ulMessageFlags, LPMAPIFOLDER pFolderFocus, \
		LPMAPIMESSAGESITE pMessageSite, LPMESSAGE pmsg, LPMAPIVIEWCONTEXT pViewContext, \
		const IID *riid, LPVOID *ppvObj) IPURE; \
	/* The form of a message class. MAPI_E_NOT_FOUND. */ \
	MAPIMETHOD(ResolveMessageClass)(THIS_ LPCSTR szMsgClass, ULONG ulFlags, \
		LPMAPIFOLDER pFolderFocus, LPMAPIFORMINFO *ppResult) IPURE; \
	/* The same for several; the caller's to free. */ \
	MAPIMETHOD(ResolveMultipleMessageClasses)(THIS_ LPSMESSAGECLASSARRAY pMsgClasses, \
		ULONG ulFlags, LPMAPIFOLDER pFolderFocus, \
		LPSMAPIFORMINFOARRAY *pfrminfoarray) IPURE; \
	/* Properties of several forms; the caller's to free. */ \
	MAPIMETHOD(CalcFormPropSet)(THIS_ LPSMAPIFORMINFOARRAY pfrminfoarray, ULONG ulFlags, \
		LPMAPIFORMPROPARRAY *ppResults) IPURE; \
	/* Starts a form by its description. */ \
	MAPIMETHOD(CreateForm)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, \
		LPMAPIFORMINFO pfrminfoToActivate, const IID *refiidToAsk, LPVOID *ppvObj) IPURE; \
	/* Lets the user choose a form. */ \
	MAPIMETHOD(SelectForm)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, LPCTSTR pszTitle, \
		LPMAPIFOLDER pfld, LPMAPIFORMINFO *ppfrminfoReturned) IPURE; \
	/* Lets the user choose some. */ \
	MAPIMETHOD(SelectMultipleForms)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, \
		LPCTSTR pszTitle, LPMAPIFOLDER pfld, LPSMAPIFORMINFOARRAY pfrminfoarray, \
		LPSMAPIFORMINFOARRAY *ppfrminfoarray) IPURE; \
	/* Lets the user choose a registry. */ \
	MAPIMETHOD(SelectFormContainer)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, \
		LPMAPIFORMCONTAINER *lppfcnt) IPURE; \
	/* A registry: HFRMREG_*; lpunk is the folder for HFRMREG_FOLDER. */ \
	MAPIMETHOD(OpenFormContainer)(THIS_ HFRMREG hfrmreg, LPUNKNOWN lpunk, \
		LPMAPIFORMCONTAINER *lppfcnt) IPURE; \
	/* Installs a form for use. */ \
	MAPIMETHOD(PrepareForm)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, \
		LPMAPIFORMINFO pfrminfo) IPURE; \
	/* S_OK: the form can show messages in conflict. */ \
	MAPIMETHOD(IsInConflict)(THIS_ ULONG ulMessageFlags, ULONG ulMessageStatus, \
		LPCSTR szMessageClass, LPMAPIFOLDER pFolderFocus) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIFormMgr
EMAPI_INTERFACE_(IMAPIFormMgr, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIFORMMGR_METHODS(PURE)
};

/* --- IMAPIFormContainer: a registry of forms ---------------------------------------------- */

#define MAPI_IMAPIFORMCONTAINER_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* Adds the form that a file describes. */ \
	MAPIMETHOD(InstallForm)(THIS_ ULONG_PTR ulUIParam, ULONG ulFlags, \
		LPCTSTR szCfgPathName) IPURE; \
	/* Takes away the form of a message class. */ \
	MAPIMETHOD(RemoveForm)(THIS_ LPCSTR szMessageClass) IPURE; \
	/* The form of a message class. MAPI_E_NOT_FOUND. */ \
	MAPIMETHOD(ResolveMessageClass)(THIS_ LPCSTR szMessageClass, ULONG ulFlags, \
		LPMAPIFORMINFO *pforminfo) IPURE; \
	/* The same for several (NULL: all); the caller's to free. */ \
	MAPIMETHOD(ResolveMultipleMessageClasses)(THIS_ LPSMESSAGECLASSARRAY pMsgClassArray, \
		ULONG ulFlags, LPSMAPIFORMINFOARRAY *ppfrminfoarray) IPURE; \
	/* Properties of all its forms; the caller's to free. */ \
	MAPIMETHOD(CalcFormPropSet)(THIS_ ULONG ulFlags, LPMAPIFORMPROPARRAY *ppResults) IPURE; \
	/* Its name; the caller's to free. */ \
	MAPIMETHOD(GetDisplay)(THIS_ ULONG ulFlags, LPTSTR *pszDisplayName) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIFormContainer
EMAPI_INTERFACE_(IMAPIFormContainer, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIFORMCONTAINER_METHODS(PURE)
};

/* --- IMAPIFormFactory: makes forms of several classes ------------------------------------- */

#define MAPI_IMAPIFORMFACTORY_METHODS(IPURE) \
	/* As IMAPIProp::GetLastError. */ \
	MAPIMETHOD(GetLastError)(THIS_ HRESULT hResult, ULONG ulFlags, \
		LPMAPIERROR *lppMAPIError) IPURE; \
	/* What makes forms of one class. */ \
	MAPIMETHOD(CreateClassFactory)(THIS_ const IID *clsidForm, ULONG ulFlags, \
		LPCLASSFACTORY *lppClassFactory) IPURE; \
	/* Keeps the server in memory while TRUE calls outnumber FALSE ones. */ \
	MAPIMETHOD(LockServer)(THIS_ ULONG ulFlags, ULONG fLockServer) IPURE;

#undef INTERFACE
#define INTERFACE IMAPIFormFactory
EMAPI_INTERFACE_(IMAPIFormFactory, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMAPIFORMFACTORY_METHODS(PURE)
};

#undef INTERFACE

/* clang-format on */

#endif /* EMAPI_MAPIFORM_H */
