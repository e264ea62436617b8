/* SPDX-License-Identifier: MIT */
/* Numbers of compound files, and little endian bytes ([MS-CFB] 2.1, 2.2, 2.6.1). */
#ifndef EMAPI_MAPI_COMPOUND_PRIVATE_H
#define EMAPI_MAPI_COMPOUND_PRIVATE_H

#include <stdint.h>
#include <emapi_wintypes.h>

#define CFB_MAGIC "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"
#define CFB_HEADER 512u
#define CFB_HEADER_DIFAT 109u /* places of FAT sectors in the header */
#define CFB_ENTRY 128u        /* bytes of a directory entry */
#define CFB_MINI_SHIFT 6u
#define CFB_MINI_CUTOFF 4096u
#define CFB_MAX_SECTOR 0xFFFFFFFAu
#define CFB_DIFAT_SECTOR 0xFFFFFFFCu
#define CFB_FAT_SECTOR 0xFFFFFFFDu
#define CFB_END 0xFFFFFFFEu
#define CFB_NONE 0xFFFFFFFFu

enum { CFB_STORAGE = 1, CFB_STREAM = 2, CFB_ROOT = 5 };

static inline uint16_t
get16(const BYTE *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t
get32(const BYTE *at)
{
	return get16(at) | (uint32_t)get16(at + 2) << 16;
}

static inline void
put16(BYTE *at, unsigned value)
{
	at[0] = (BYTE)value;
	at[1] = (BYTE)(value >> 8);
}

static inline void
put32(BYTE *at, uint32_t value)
{
	put16(at, value & 0xFFFF);
	put16(at + 2, value >> 16);
}

#endif
