/* SPDX-License-Identifier: MIT */
/* Parcels: records lie within the data, what is opened is closed, and the end is the end. */
#include <mapicode.h>
#include "blob.h"
#include "fuzz.h"
#include "mem.h"
#include "parcel.h"

static void
look(const struct parcel_record *record, const uint8_t *data, size_t size)
{
	SPropValue *values = NULL;
	ULONG count = 0;

	FUZZ_ASSERT(record->data >= data && record->size <= size &&
		    (size_t)(record->data - data) <= size - record->size);
	if (record->kind == PARCEL_PROPS || record->kind == PARCEL_RECIPIENT)
		if (SUCCEEDED(blob_decode(record->data, record->size, &values, &count)))
			mem_free(values);
	if (record->kind == PARCEL_LONG)
		FUZZ_ASSERT(record->size >= PARCEL_LONG_HEAD);
	if (record->kind == PARCEL_NAME)
		FUZZ_ASSERT(record->size >= PARCEL_NAME_HEAD && record->size % 2 == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct parcel_reader reader;
	struct parcel_record record;
	HRESULT hr = parcel_open(&reader, data, size);

	while (hr == S_OK) {
		hr = parcel_next(&reader, &record);
		if (hr == S_OK)
			look(&record, data, size);
		FUZZ_ASSERT(reader.depth <= PARCEL_DEPTH_MAX);
	}
	if (hr == S_FALSE)
		FUZZ_ASSERT(reader.depth == 0 && reader.at == size);
	return 0;
}
