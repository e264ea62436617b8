/* SPDX-License-Identifier: MIT */
/*
 * Where things lie.  All follow the XDG variables (read each time, so that a test can set them);
 * without HOME the password database tells.  Results are g_free()able.
 * A NULL `name` gives the folder itself.
 *
 * - configuration: $XDG_CONFIG_HOME/emapi (~/.config/emapi): profiles/NAME.profile, emapi.conf
 * - data: $XDG_DATA_HOME/emapi (~/.local/share/emapi): NAME.store
 * - state: $XDG_STATE_HOME/emapi (~/.local/state/emapi): spool.db, spooler.lock, spooler.log, live/
 * - runtime: $XDG_RUNTIME_DIR/emapi (else the state folder): spooler.sock
 * - system: /etc/emapi ($EMAPI_SYSCONFDIR): profiles/NAME.profile
 * - providers: $EMAPI_PROVIDER_PATH (colon list), else $libdir/emapi
 */
#ifndef EMAPI_BASE_PATHS_H
#define EMAPI_BASE_PATHS_H

#include <emapi_wintypes.h>

char *paths_config(const char *name);
char *paths_data(const char *name);
char *paths_state(const char *name);
char *paths_runtime(const char *name);
char *paths_system(const char *name);
/* The folder of the machine's daemon, which any user may look into (design D7, machine mode):
 * submit.sock, queue.sock, profiles/NAME.profile.  $EMAPI_MACHINE_FOLDER, else /run/emapi; a
 * program that runs with another user's rights heeds no variable. */
char *paths_machine(const char *name);

/* Finds a provider module or other file of ours ("emapi_store.so") on the provider path; an
 * absolute path is itself.  NULL when there is none, and for other names with a slash.  A program
 * that runs with another user's rights ignores $EMAPI_PROVIDER_PATH and $EMAPI_SPOOLER. */
char *paths_provider(const char *file);
/* The spooler program: $EMAPI_SPOOLER, else $libexecdir/emapi/emapi-spooler. */
char *paths_spooler(void);

/* The program that speaks to the desktop's keyring: $EMAPI_KEYRING, else
 * $libexecdir/emapi/emapi-keyring. */
char *paths_keyring(void);

/* Makes the folder that `path` lies in, with all parents, mode 700; their names survive a power
 * cut.
 */
HRESULT paths_make_parent(const char *path);
/* So that a rename of `path`, or its making, survives a power cut. */
void paths_sync_parent(const char *path);
/* The same for the folder that a new file lies in: another process may have made it just now, and
 * still be about to sync it. */
void paths_sync_grandparent(const char *path);

/* A user's name as a file name and back: letters, digits, space, '-', '_', '@' and '.' (not first)
 * stay, every other byte becomes %XX, so that "../x" is no path.  paths_unescape() answers NULL for
 * what paths_escape() would not have made: a file of that name is nobody's. */
char *paths_escape(const char *name);
char *paths_unescape(const char *file);

/* Writes a whole file by temp file, fsync and rename, mode 600.  Its folder must be there. */
HRESULT paths_write_file(const char *path, const char *data, size_t size);
/* The same for a file that was read as `old`, a text.  S_FALSE: somebody has changed it since,
 * while the new one was being made too, and it stays as it is. */
HRESULT paths_rewrite_file(const char *path, const char *old, const char *data, size_t size);

#endif
