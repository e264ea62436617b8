/* SPDX-License-Identifier: MIT */
/*
 * COM's own interfaces, as far as MAPI uses them: IUnknown, IMalloc, streams and storages.
 * Included by emapi_wintypes.h.
 *
 * An interface pointer that a call returns is the caller's: end it with Release. One that is
 * passed in stays the caller's; who keeps it calls AddRef.
 */
#ifndef EMAPI_COM_H
#define EMAPI_COM_H

#include "emapi_wintypes.h"

/* clang-format off */

DECLARE_MAPI_INTERFACE_PTR(IUnknown, LPUNKNOWN);
DECLARE_MAPI_INTERFACE_PTR(IMalloc, LPMALLOC);
DECLARE_MAPI_INTERFACE_PTR(IClassFactory, LPCLASSFACTORY);
DECLARE_MAPI_INTERFACE_PTR(ISequentialStream, LPSEQUENTIALSTREAM);
DECLARE_MAPI_INTERFACE_PTR(IStream, LPSTREAM);
DECLARE_MAPI_INTERFACE_PTR(IEnumSTATSTG, LPENUMSTATSTG);
DECLARE_MAPI_INTERFACE_PTR(IStorage, LPSTORAGE);
DECLARE_MAPI_INTERFACE_PTR(ILockBytes, LPLOCKBYTES);

/* --- IUnknown ------------------------------------------------------------------------------ */

#define MAPI_IUNKNOWN_METHODS(IPURE) \
	/* Another interface of the same object, with a reference of its own. */ \
	/* E_NOINTERFACE, and *ppvObj NULL, where the object does not have it. */ \
	MAPIMETHOD(QueryInterface)(THIS_ REFIID riid, LPVOID *ppvObj) IPURE; \
	/* Takes and drops a reference; the last one destroys. The counts are for tests only. */ \
	MAPIMETHOD_(ULONG, AddRef)(THIS) IPURE; \
	MAPIMETHOD_(ULONG, Release)(THIS) IPURE;

#undef INTERFACE
#define INTERFACE IUnknown
EMAPI_INTERFACE(IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
};

/* --- IMalloc ------------------------------------------------------------------------------- */

#define MAPI_IMALLOC_METHODS(IPURE) \
	/* A block of cb bytes, not cleared; NULL where there is no memory. */ \
	MAPIMETHOD_(LPVOID, Alloc)(THIS_ SIZE_T cb) IPURE; \
	MAPIMETHOD_(LPVOID, Realloc)(THIS_ LPVOID pv, SIZE_T cb) IPURE; \
	MAPIMETHOD_(void, Free)(THIS_ LPVOID pv) IPURE; \
	/* The size asked for, or more. */ \
	MAPIMETHOD_(SIZE_T, GetSize)(THIS_ LPVOID pv) IPURE; \
	/* 1 this allocator's, 0 another's, -1 not known. */ \
	MAPIMETHOD_(int, DidAlloc)(THIS_ LPVOID pv) IPURE; \
	MAPIMETHOD_(void, HeapMinimize)(THIS) IPURE;

#undef INTERFACE
#define INTERFACE IMalloc
EMAPI_INTERFACE_(IMalloc, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IMALLOC_METHODS(PURE)
};

/* --- IClassFactory ------------------------------------------------------------------------- */

#define MAPI_ICLASSFACTORY_METHODS(IPURE) \
	/* A new object. pUnkOuter is NULL, or the whole it is to be a part of. */ \
	MAPIMETHOD(CreateInstance)(THIS_ LPUNKNOWN pUnkOuter, REFIID riid, LPVOID *ppvObj) IPURE; \
	/* Keeps the library loaded while TRUE calls outnumber FALSE ones. */ \
	MAPIMETHOD(LockServer)(THIS_ BOOL fLock) IPURE;

#undef INTERFACE
#define INTERFACE IClassFactory
EMAPI_INTERFACE_(IClassFactory, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_ICLASSFACTORY_METHODS(PURE)
};

/* --- Streams ------------------------------------------------------------------------------- */

/* How a stream or storage is opened. */
#define STGM_READ		0x00000000
#define STGM_WRITE		0x00000001
#define STGM_READWRITE		0x00000002
#define STGM_SHARE_EXCLUSIVE	0x00000010
#define STGM_SHARE_DENY_WRITE	0x00000020
#define STGM_SHARE_DENY_READ	0x00000030
#define STGM_SHARE_DENY_NONE	0x00000040
#define STGM_FAILIFTHERE	0x00000000
#define STGM_CREATE		0x00001000
#define STGM_DIRECT		0x00000000
#define STGM_TRANSACTED		0x00010000
#define STGM_CONVERT		0x00020000
#define STGM_PRIORITY		0x00040000
#define STGM_NOSCRATCH		0x00100000
#define STGM_NOSNAPSHOT		0x00200000
#define STGM_DIRECT_SWMR	0x00400000
#define STGM_DELETEONRELEASE	0x04000000
#define STGM_SIMPLE		0x08000000

typedef enum tagSTGTY {
	STGTY_STORAGE = 1,
	STGTY_STREAM = 2,
	STGTY_LOCKBYTES = 3,
	STGTY_PROPERTY = 4
} STGTY;

typedef enum tagSTREAM_SEEK {
	STREAM_SEEK_SET = 0,
	STREAM_SEEK_CUR = 1,
	STREAM_SEEK_END = 2
} STREAM_SEEK;

typedef enum tagSTATFLAG {
	STATFLAG_DEFAULT = 0,
	STATFLAG_NONAME = 1,	/* leave pwcsName NULL */
	STATFLAG_NOOPEN = 2
} STATFLAG;

typedef enum tagSTGC {
	STGC_DEFAULT = 0,
	STGC_OVERWRITE = 1,
	STGC_ONLYIFCURRENT = 2,
	STGC_DANGEROUSLYCOMMITMERELYTODISKCACHE = 4,
	STGC_CONSOLIDATE = 8
} STGC;

typedef enum tagSTGMOVE {
	STGMOVE_MOVE = 0,
	STGMOVE_COPY = 1,
	STGMOVE_SHALLOWCOPY = 2
} STGMOVE;

typedef enum tagLOCKTYPE {
#ifndef LOCK_WRITE	/* <fcntl.h> has another under this name */
	LOCK_WRITE = 1,
#endif
	LOCK_EXCLUSIVE = 2,
	LOCK_ONLYONCE = 4
} LOCKTYPE;

/* What Stat tells. pwcsName, where not NULL, is the caller's to free with the task allocator. */
typedef struct tagSTATSTG {
	LPOLESTR pwcsName;
	DWORD type;		/* STGTY_* */
	ULARGE_INTEGER cbSize;	/* bytes */
	FILETIME mtime;
	FILETIME ctime;
	FILETIME atime;
	DWORD grfMode;		/* STGM_* */
	DWORD grfLocksSupported;
	CLSID clsid;
	DWORD grfStateBits;
	DWORD reserved;
} STATSTG;

typedef LPOLESTR *SNB;	/* names, the last one NULL */

#define MAPI_ISEQUENTIALSTREAM_METHODS(IPURE) \
	/* Up to cb bytes; *pcbRead (may be NULL) tells how many came, fewer only at the end. */ \
	MAPIMETHOD(Read)(THIS_ void *pv, ULONG cb, ULONG *pcbRead) IPURE; \
	MAPIMETHOD(Write)(THIS_ const void *pv, ULONG cb, ULONG *pcbWritten) IPURE;

#define MAPI_ISTREAM_METHODS(IPURE) \
	/* dwOrigin is STREAM_SEEK_*; plibNewPosition may be NULL. */ \
	MAPIMETHOD(Seek)(THIS_ LARGE_INTEGER dlibMove, DWORD dwOrigin, \
		ULARGE_INTEGER *plibNewPosition) IPURE; \
	/* Cuts the stream, or lengthens it with zeros; the position stays. */ \
	MAPIMETHOD(SetSize)(THIS_ ULARGE_INTEGER libNewSize) IPURE; \
	/* Up to cb bytes from here to the other stream; both counts may be NULL. */ \
	MAPIMETHOD(CopyTo)(THIS_ IStream *pstm, ULARGE_INTEGER cb, ULARGE_INTEGER *pcbRead, \
		ULARGE_INTEGER *pcbWritten) IPURE; \
	/* What was written goes to the object behind; that one's SaveChanges makes it last. */ \
	MAPIMETHOD(Commit)(THIS_ DWORD grfCommitFlags) IPURE; \
	MAPIMETHOD(Revert)(THIS) IPURE; \
	MAPIMETHOD(LockRegion)(THIS_ ULARGE_INTEGER libOffset, ULARGE_INTEGER cb, \
		DWORD dwLockType) IPURE; \
	MAPIMETHOD(UnlockRegion)(THIS_ ULARGE_INTEGER libOffset, ULARGE_INTEGER cb, \
		DWORD dwLockType) IPURE; \
	/* Size and, without STATFLAG_NONAME, name. */ \
	MAPIMETHOD(Stat)(THIS_ STATSTG *pstatstg, DWORD grfStatFlag) IPURE; \
	/* The same bytes with a position of its own. */ \
	MAPIMETHOD(Clone)(THIS_ IStream **ppstm) IPURE;

#undef INTERFACE
#define INTERFACE ISequentialStream
EMAPI_INTERFACE_(ISequentialStream, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_ISEQUENTIALSTREAM_METHODS(PURE)
};

#undef INTERFACE
#define INTERFACE IStream
EMAPI_INTERFACE_(IStream, ISequentialStream)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_ISEQUENTIALSTREAM_METHODS(PURE)
	MAPI_ISTREAM_METHODS(PURE)
};

/* --- Storages (compound files: .msg) ------------------------------------------------------- */

#define MAPI_IENUMSTATSTG_METHODS(IPURE) \
	/* Up to celt entries; S_FALSE where fewer were left. */ \
	MAPIMETHOD(Next)(THIS_ ULONG celt, STATSTG *rgelt, ULONG *pceltFetched) IPURE; \
	MAPIMETHOD(Skip)(THIS_ ULONG celt) IPURE; \
	MAPIMETHOD(Reset)(THIS) IPURE; \
	MAPIMETHOD(Clone)(THIS_ IEnumSTATSTG **ppenum) IPURE;

#undef INTERFACE
#define INTERFACE IEnumSTATSTG
EMAPI_INTERFACE_(IEnumSTATSTG, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_IENUMSTATSTG_METHODS(PURE)
};

#define MAPI_ISTORAGE_METHODS(IPURE) \
	MAPIMETHOD(CreateStream)(THIS_ LPCOLESTR pwcsName, DWORD grfMode, DWORD reserved1, \
		DWORD reserved2, IStream **ppstm) IPURE; \
	MAPIMETHOD(OpenStream)(THIS_ LPCOLESTR pwcsName, void *reserved1, DWORD grfMode, \
		DWORD reserved2, IStream **ppstm) IPURE; \
	MAPIMETHOD(CreateStorage)(THIS_ LPCOLESTR pwcsName, DWORD grfMode, DWORD reserved1, \
		DWORD reserved2, IStorage **ppstg) IPURE; \
	MAPIMETHOD(OpenStorage)(THIS_ LPCOLESTR pwcsName, IStorage *pstgPriority, DWORD grfMode, \
		SNB snbExclude, DWORD reserved, IStorage **ppstg) IPURE; \
	MAPIMETHOD(CopyTo)(THIS_ DWORD ciidExclude, const IID *rgiidExclude, SNB snbExclude, \
		IStorage *pstgDest) IPURE; \
	MAPIMETHOD(MoveElementTo)(THIS_ LPCOLESTR pwcsName, IStorage *pstgDest, \
		LPCOLESTR pwcsNewName, DWORD grfFlags) IPURE; \
	MAPIMETHOD(Commit)(THIS_ DWORD grfCommitFlags) IPURE; \
	MAPIMETHOD(Revert)(THIS) IPURE; \
	MAPIMETHOD(EnumElements)(THIS_ DWORD reserved1, void *reserved2, DWORD reserved3, \
		IEnumSTATSTG **ppenum) IPURE; \
	MAPIMETHOD(DestroyElement)(THIS_ LPCOLESTR pwcsName) IPURE; \
	MAPIMETHOD(RenameElement)(THIS_ LPCOLESTR pwcsOldName, LPCOLESTR pwcsNewName) IPURE; \
	MAPIMETHOD(SetElementTimes)(THIS_ LPCOLESTR pwcsName, const FILETIME *pctime, \
		const FILETIME *patime, const FILETIME *pmtime) IPURE; \
	MAPIMETHOD(SetClass)(THIS_ REFCLSID clsid) IPURE; \
	MAPIMETHOD(SetStateBits)(THIS_ DWORD grfStateBits, DWORD grfMask) IPURE; \
	MAPIMETHOD(Stat)(THIS_ STATSTG *pstatstg, DWORD grfStatFlag) IPURE;

#undef INTERFACE
#define INTERFACE IStorage
EMAPI_INTERFACE_(IStorage, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_ISTORAGE_METHODS(PURE)
};

#define MAPI_ILOCKBYTES_METHODS(IPURE) \
	MAPIMETHOD(ReadAt)(THIS_ ULARGE_INTEGER ulOffset, void *pv, ULONG cb, \
		ULONG *pcbRead) IPURE; \
	MAPIMETHOD(WriteAt)(THIS_ ULARGE_INTEGER ulOffset, const void *pv, ULONG cb, \
		ULONG *pcbWritten) IPURE; \
	MAPIMETHOD(Flush)(THIS) IPURE; \
	MAPIMETHOD(SetSize)(THIS_ ULARGE_INTEGER cb) IPURE; \
	MAPIMETHOD(LockRegion)(THIS_ ULARGE_INTEGER libOffset, ULARGE_INTEGER cb, \
		DWORD dwLockType) IPURE; \
	MAPIMETHOD(UnlockRegion)(THIS_ ULARGE_INTEGER libOffset, ULARGE_INTEGER cb, \
		DWORD dwLockType) IPURE; \
	MAPIMETHOD(Stat)(THIS_ STATSTG *pstatstg, DWORD grfStatFlag) IPURE;

#undef INTERFACE
#define INTERFACE ILockBytes
EMAPI_INTERFACE_(ILockBytes, IUnknown)
{
	BEGIN_INTERFACE
	MAPI_IUNKNOWN_METHODS(PURE)
	MAPI_ILOCKBYTES_METHODS(PURE)
};

/* clang-format on */

#undef INTERFACE

#endif /* EMAPI_COM_H */
