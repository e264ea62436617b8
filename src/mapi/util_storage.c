/* SPDX-License-Identifier: MIT */
/* MapStorageSCode: what a storage answers, as MAPI says it. */
#include <glib.h>
#include <mapicode.h>
#include <imessage.h>

#define STG(number) ((SCODE)(0x80030000u | (number)))

static const struct {
	SCODE storage, mapi;
} codes[] = {
	{ STG(0x01), MAPI_E_NO_SUPPORT },           /* STG_E_INVALIDFUNCTION */
	{ STG(0x02), MAPI_E_NOT_FOUND },            /* STG_E_FILENOTFOUND */
	{ STG(0x03), MAPI_E_NOT_FOUND },            /* STG_E_PATHNOTFOUND */
	{ STG(0x04), MAPI_E_NOT_ENOUGH_RESOURCES }, /* STG_E_TOOMANYOPENFILES */
	{ STG(0x05), MAPI_E_NO_ACCESS },            /* STG_E_ACCESSDENIED */
	{ STG(0x06), MAPI_E_INVALID_OBJECT },       /* STG_E_INVALIDHANDLE */
	{ STG(0x08), MAPI_E_NOT_ENOUGH_MEMORY },    /* STG_E_INSUFFICIENTMEMORY */
	{ STG(0x09), MAPI_E_INVALID_PARAMETER },    /* STG_E_INVALIDPOINTER */
	{ STG(0x12), MAPI_E_NOT_FOUND },            /* STG_E_NOMOREFILES */
	{ STG(0x13), MAPI_E_NO_ACCESS },            /* STG_E_DISKISWRITEPROTECTED */
	{ STG(0x19), MAPI_E_DISK_ERROR },           /* STG_E_SEEKERROR */
	{ STG(0x1D), MAPI_E_DISK_ERROR },           /* STG_E_WRITEFAULT */
	{ STG(0x1E), MAPI_E_DISK_ERROR },           /* STG_E_READFAULT */
	{ STG(0x20), MAPI_E_NO_ACCESS },            /* STG_E_SHAREVIOLATION */
	{ STG(0x21), MAPI_E_NO_ACCESS },            /* STG_E_LOCKVIOLATION */
	{ STG(0x50), MAPI_E_COLLISION },            /* STG_E_FILEALREADYEXISTS */
	{ STG(0x57), MAPI_E_INVALID_PARAMETER },    /* STG_E_INVALIDPARAMETER */
	{ STG(0x70), MAPI_E_NOT_ENOUGH_DISK },      /* STG_E_MEDIUMFULL */
	{ STG(0xFB), MAPI_E_CORRUPT_DATA },         /* STG_E_INVALIDHEADER */
	{ STG(0xFC), MAPI_E_INVALID_PARAMETER },    /* STG_E_INVALIDNAME */
	{ STG(0xFE), MAPI_E_NO_SUPPORT },           /* STG_E_UNIMPLEMENTEDFUNCTION */
	{ STG(0xFF), MAPI_E_UNKNOWN_FLAGS },        /* STG_E_INVALIDFLAG */
	{ STG(0x100), MAPI_E_NO_ACCESS },           /* STG_E_INUSE */
	{ STG(0x101), MAPI_E_OBJECT_CHANGED },      /* STG_E_NOTCURRENT */
	{ STG(0x102), MAPI_E_OBJECT_DELETED },      /* STG_E_REVERTED */
	{ STG(0x109), MAPI_E_CORRUPT_DATA },        /* STG_E_DOCFILECORRUPT */
};

SCODE
MapStorageSCode(SCODE code)
{
	size_t i;

	for (i = 0; i < G_N_ELEMENTS(codes); i++)
		if (codes[i].storage == code)
			return codes[i].mapi;
	/* Codes of no storage are MAPI's already; what else a storage says means nothing to MAPI.
	 */
	return (ULONG)code >> 16 == 0x8003 ? MAPI_E_CALL_FAILED : code;
}
