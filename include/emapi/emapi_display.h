/* SPDX-License-Identifier: MIT */
/*
 * Display tables: how a provider describes a dialogue, and what the address book's dialogues
 * take. A string stands behind its structure, ulb... is its distance in bytes from the
 * structure's start. emapi shows no dialogues; a client may. Included by mapidefs.h.
 */
#ifndef EMAPI_DISPLAY_H
#define EMAPI_DISPLAY_H

#include "mapidefs.h"

/* A modeless dialogue's hooks: the host's accelerators, and the call when it ends. */
typedef BOOL (STDMETHODCALLTYPE ACCELERATEABSDI)(ULONG_PTR ulUIParam, LPVOID lpvmsg);
typedef ACCELERATEABSDI *LPFNABSDI;
typedef void (STDMETHODCALLTYPE DISMISSMODELESS)(ULONG_PTR ulUIParam, LPVOID lpvContext);
typedef DISMISSMODELESS *LPFNDISMISS;
/* The button that Details adds was pressed. */
typedef SCODE (STDMETHODCALLTYPE *LPFNBUTTON)(ULONG_PTR ulUIParam, LPVOID lpvContext,
	ULONG cbEntryID, LPENTRYID lpSelection, ULONG ulFlags);

/* IAddrBook::Address. */
typedef struct _ADRPARM {
	ULONG cbABContEntryID;
	LPENTRYID lpABContEntryID;
	ULONG ulFlags;
	LPVOID lpReserved;
	ULONG ulHelpContext;
	LPTSTR lpszHelpFileName;
	LPFNABSDI lpfnABSDI;
	LPFNDISMISS lpfnDismiss;
	LPVOID lpvDismissContext;
	LPTSTR lpszCaption;
	LPTSTR lpszNewEntryTitle;
	LPTSTR lpszDestWellsTitle;
	ULONG cDestFields;
	ULONG nDestFieldFocus;
	LPTSTR *lppszDestTitles;
	ULONG *lpulDestComps;
	LPSRestriction lpContRestriction;
	LPSRestriction lpHierRestriction;
} ADRPARM, *LPADRPARM;

typedef struct _DTBLLABEL {
	ULONG ulbLpszLabelName;
	ULONG ulFlags;
} DTBLLABEL, *LPDTBLLABEL;
#define SizedDtblLabel(n, u) \
	struct _DTBLLABEL_##u { \
		DTBLLABEL dtbllabel; \
		TCHAR lpszLabelName[n]; \
	} u

typedef struct _DTBLEDIT {
	ULONG ulbLpszCharsAllowed;
	ULONG ulFlags;
	ULONG ulNumCharsAllowed;
	ULONG ulPropTag;
} DTBLEDIT, *LPDTBLEDIT;
#define SizedDtblEdit(n, u) \
	struct _DTBLEDIT_##u { \
		DTBLEDIT dtbledit; \
		TCHAR lpszCharsAllowed[n]; \
	} u

typedef struct _DTBLLBX {
	ULONG ulFlags;
	ULONG ulPRSetProperty;
	ULONG ulPRTableName;
} DTBLLBX, *LPDTBLLBX;

typedef struct _DTBLCOMBOBOX {
	ULONG ulbLpszCharsAllowed;
	ULONG ulFlags;
	ULONG ulNumCharsAllowed;
	ULONG ulPRPropertyName;
	ULONG ulPRTableName;
} DTBLCOMBOBOX, *LPDTBLCOMBOBOX;
#define SizedDtblComboBox(n, u) \
	struct _DTBLCOMBOBOX_##u { \
		DTBLCOMBOBOX dtblcombobox; \
		TCHAR lpszCharsAllowed[n]; \
	} u

typedef struct _DTBLDDLBX {
	ULONG ulFlags;
	ULONG ulPRDisplayProperty;
	ULONG ulPRSetProperty;
	ULONG ulPRTableName;
} DTBLDDLBX, *LPDTBLDDLBX;

typedef struct _DTBLCHECKBOX {
	ULONG ulbLpszLabel;
	ULONG ulFlags;
	ULONG ulPRPropertyName;
} DTBLCHECKBOX, *LPDTBLCHECKBOX;
#define SizedDtblCheckBox(n, u) \
	struct _DTBLCHECKBOX_##u { \
		DTBLCHECKBOX dtblcheckbox; \
		TCHAR lpszLabel[n]; \
	} u

typedef struct _DTBLGROUPBOX {
	ULONG ulbLpszLabel;
	ULONG ulFlags;
} DTBLGROUPBOX, *LPDTBLGROUPBOX;
#define SizedDtblGroupBox(n, u) \
	struct _DTBLGROUPBOX_##u { \
		DTBLGROUPBOX dtblgroupbox; \
		TCHAR lpszLabel[n]; \
	} u

typedef struct _DTBLBUTTON {
	ULONG ulbLpszLabel;
	ULONG ulFlags;
	ULONG ulPRControl;
} DTBLBUTTON, *LPDTBLBUTTON;
#define SizedDtblButton(n, u) \
	struct _DTBLBUTTON_##u { \
		DTBLBUTTON dtblbutton; \
		TCHAR lpszLabel[n]; \
	} u

typedef struct _DTBLPAGE {
	ULONG ulbLpszLabel;
	ULONG ulFlags;
	ULONG ulbLpszComponent;
	ULONG ulContext;
} DTBLPAGE, *LPDTBLPAGE;
#define SizedDtblPage(n, n1, u) \
	struct _DTBLPAGE_##u { \
		DTBLPAGE dtblpage; \
		TCHAR lpszLabel[n]; \
		TCHAR lpszComponent[n1]; \
	} u

typedef struct _DTBLRADIOBUTTON {
	ULONG ulbLpszLabel;
	ULONG ulFlags;
	ULONG ulcButtons;
	ULONG ulPropTag;
	LONG lReturnValue;
} DTBLRADIOBUTTON, *LPDTBLRADIOBUTTON;
#define SizedDtblRadioButton(n, u) \
	struct _DTBLRADIOBUTTON_##u { \
		DTBLRADIOBUTTON dtblradiobutton; \
		TCHAR lpszLabel[n]; \
	} u

typedef struct _DTBLMVLISTBOX {
	ULONG ulFlags;
	ULONG ulMVPropTag;
} DTBLMVLISTBOX, *LPDTBLMVLISTBOX;
typedef struct _DTBLMVDDLBX {
	ULONG ulFlags;
	ULONG ulMVPropTag;
} DTBLMVDDLBX, *LPDTBLMVDDLBX;

#endif /* EMAPI_DISPLAY_H */
