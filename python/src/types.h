/* SPDX-License-Identifier: MIT */
/* The types, one per file, and the functions of module mapi. */
#ifndef EMAPI_PYTHON_TYPES_H
#define EMAPI_PYTHON_TYPES_H

#include "unknown.h"

extern const struct wrapper_class *const wrapper_classes[WRAP_COUNT];

extern const struct wrapper_class stream_class;
extern const struct wrapper_class session_class;
extern const struct wrapper_class table_class;
extern const struct wrapper_class prop_class;
extern const struct wrapper_class status_class;
extern const struct wrapper_class container_class;
extern const struct wrapper_class folder_class;
extern const struct wrapper_class message_class;
extern const struct wrapper_class store_class;
extern const struct wrapper_class attach_class;
extern const struct wrapper_class profile_section_class;
extern const struct wrapper_class address_book_class;
extern const struct wrapper_class address_container_class;
extern const struct wrapper_class distribution_list_class;
extern const struct wrapper_class mail_user_class;
extern const struct wrapper_class profile_admin_class;
extern const struct wrapper_class service_admin_class;
extern const struct wrapper_class service_admin2_class;
extern const struct wrapper_class provider_admin_class;
extern const struct wrapper_class advise_sink_class;
extern const struct wrapper_class converter_class;
extern const struct wrapper_class exchange_store_class;
extern const struct wrapper_class exchange_store_ex_class;

extern PyMethodDef mapi_functions[];
extern PyMethodDef gateway_functions[];

#endif
