/* SPDX-License-Identifier: MIT */
/* The commands of `emapi`, each in a file of its name. */
#ifndef EMAPI_TOOLS_EMAPI_H
#define EMAPI_TOOLS_EMAPI_H

#include "cli.h"

extern const struct command command_profile_create;
extern const struct command command_profile_import;
extern const struct command command_profile_list;
extern const struct command command_profile_show;
extern const struct command command_profile_set;
extern const struct command command_profile_setup;
extern const struct command command_profile_default;
extern const struct command command_profile_delete;
extern const struct command command_explain;
extern const struct command command_test;
extern const struct command command_doctor;
extern const struct command command_trace_show;
extern const struct command command_trace_replay;
extern const struct command command_queue_list;
extern const struct command command_queue_show;
extern const struct command command_queue_run;
extern const struct command command_queue_retry;
extern const struct command command_queue_hold;
extern const struct command command_queue_release;
extern const struct command command_queue_cancel;
extern const struct command command_ab_list;
extern const struct command command_ab_search;
extern const struct command command_ab_show;
extern const struct command command_ab_resolve;
extern const struct command command_ab_add;
extern const struct command command_ab_set;
extern const struct command command_ab_rm;
extern const struct command command_ab_export;
extern const struct command command_ab_import;
extern const struct command command_ab_connect;
extern const struct command command_store_ls;
extern const struct command command_store_tree;
extern const struct command command_store_show;
extern const struct command command_store_get;
extern const struct command command_store_set;
extern const struct command command_store_mkdir;
extern const struct command command_store_cp;
extern const struct command command_store_mv;
extern const struct command command_store_rm;
extern const struct command command_store_export;
extern const struct command command_store_import;
extern const struct command command_store_diff;
extern const struct command command_store_watch;
extern const struct command command_store_check;
extern const struct command command_store_backup;
extern const struct command command_complete;

/* All of them, in the order of `emapi --help`. */
const struct command *const *emapi_commands(size_t *count);

#endif
