/* SPDX-License-Identifier: MIT */
/* Verbs of forms, and who carries each out: the named property psOpMap, lidOpMap. */
#ifndef EMAPI_EXCHFORM_H
#define EMAPI_EXCHFORM_H

#include "edkguid.h"

#define DEFINE_EXCHFORMGUID(name, b) \
	DEFINE_GUID(name, 0x00020D00 | (b), 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46)

#define EXCHIVERB_OPEN				0
#define EXCHIVERB_RESERVED_COMPOSE		100
#define EXCHIVERB_RESERVED_OPEN			101
#define EXCHIVERB_REPLYTOSENDER			102
#define EXCHIVERB_REPLYTOALL			103
#define EXCHIVERB_FORWARD			104
#define EXCHIVERB_PRINT				105
#define EXCHIVERB_SAVEAS			106
#define EXCHIVERB_RESERVED_DELIVERY		107
#define EXCHIVERB_REPLYTOFOLDER			108

/* The property: a string with a character for each verb. */
#define psOpMap				PS_EXCHFORM
#define ulKindOpMap				0
#define lidOpMap				1
#define ptOpMap					30
/* The place of each verb in it. */
#define ichOpMapReservedCompose			0
#define ichOpMapOpen				1
#define ichOpMapReplyToSender			2
#define ichOpMapReplyToAll			3
#define ichOpMapForward				4
#define ichOpMapPrint				5
#define ichOpMapSaveAs				6
#define ichOpMapReservedDelivery		7
#define ichOpMapReplyToFolder			8
/* The characters. */
#define chOpMapByClient				48
#define chOpMapByForm				49
#define chOpMapDisable				50

#endif /* EMAPI_EXCHFORM_H */
