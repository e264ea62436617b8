/* SPDX-License-Identifier: MIT */
/*
 * Object identifiers of kinds of attachment, for PR_ATTACH_TAG and PR_ATTACH_ENCODING: constant
 * arrays of bytes that each file holds for itself. USES_OID_x of Microsoft's header is not
 * needed.
 */
#ifndef EMAPI_MAPIOID_H
#define EMAPI_MAPIOID_H

#include "emapi_wintypes.h"

#define OID_TAG					10
#define OID_ENCODING				11

/* Lengths in bytes. */
#define CB_OID_1				9
#define CB_OID_2				10
#define CB_OID_3				11
#define CB_OID_4				12

/* {iso(1) member-body(2) us(840) 113556 mapi(3)} and what follows; 113556 is Microsoft's. */
#define EMAPI_OID_PREFIX		0x2A, 0x86, 0x48, 0x86, 0xF7, 0x14, 0x03
#define EMAPI_OID(name)			static const BYTE name[] __attribute__((unused))
#define DEFINE_OID_1(name, b0, b1)	EMAPI_OID(name) = {EMAPI_OID_PREFIX, b0, b1}
#define DEFINE_OID_2(name, b0, b1, b2)	EMAPI_OID(name) = {EMAPI_OID_PREFIX, b0, b1, b2}
#define DEFINE_OID_3(name, b0, b1, b2, b3) \
	EMAPI_OID(name) = {EMAPI_OID_PREFIX, b0, b1, b2, b3}
#define DEFINE_OID_4(name, b0, b1, b2, b3, b4) \
	EMAPI_OID(name) = {EMAPI_OID_PREFIX, b0, b1, b2, b3, b4}

DEFINE_OID_1(OID_TNEF, OID_TAG, 0x01);
#define CB_OID_TNEF			CB_OID_1
DEFINE_OID_1(OID_OLE, OID_TAG, 0x03);
#define CB_OID_OLE			CB_OID_1
DEFINE_OID_2(OID_OLE1, OID_TAG, 0x03, 0x01);
#define CB_OID_OLE1			CB_OID_2
DEFINE_OID_3(OID_OLE1_STORAGE, OID_TAG, 0x03, 0x01, 0x01);
#define CB_OID_OLE1_STORAGE		CB_OID_3
DEFINE_OID_2(OID_OLE2, OID_TAG, 0x03, 0x02);
#define CB_OID_OLE2			CB_OID_2
DEFINE_OID_3(OID_OLE2_STORAGE, OID_TAG, 0x03, 0x02, 0x01);
#define CB_OID_OLE2_STORAGE		CB_OID_3
DEFINE_OID_1(OID_MAC_BINARY, OID_ENCODING, 0x01);
#define CB_OID_MAC_BINARY		CB_OID_1
DEFINE_OID_1(OID_MIMETAG, OID_TAG, 0x04);
#define CB_OID_MIMETAG			CB_OID_1

#endif /* EMAPI_MAPIOID_H */
