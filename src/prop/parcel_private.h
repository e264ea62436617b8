/* SPDX-License-Identifier: MIT */
/* Numbers of the layout that parcel.c, parcel_read.c and parcel_write.c share. */
#ifndef EMAPI_PROP_PARCEL_PRIVATE_H
#define EMAPI_PROP_PARCEL_PRIVATE_H

#include "parcel.h"

#define PARCEL_MAGIC "EMAPIPCL"
#define PARCEL_VERSION 1u
#define PARCEL_HEAD 16u
#define PARCEL_RECORD_HEAD 16u

#endif
