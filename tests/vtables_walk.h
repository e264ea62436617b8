/* SPDX-License-Identifier: MIT */
/* Walking through the vtables of an object, as vtables_test.c says. */
#ifndef EMAPI_TESTS_VTABLES_WALK_H
#define EMAPI_TESTS_VTABLES_WALK_H

#include <stdbool.h>
#include <mapispi.h>

/* Walks an object, which must have the interface by which it was got. */
void walk(const char *what, void *object, const IID *iid);
#define WALK(what, object, iface) walk(what, object, &IID_##iface)
/* A table, walked and released. */
void walk_table(const char *what, HRESULT hr, IMAPITable **table);

/* What is not built yet is named; cmocka's skip() is a failure to meson. */
#define NOT_YET(why) print_message("# not yet: %s\n", why)

/* A function of a provider's module. */
void *find_symbol(const char *module, const char *name);

/* vtables_book.c: an address book provider and its objects; `writable`: entries can be made. */
void walk_book(const char *module, IMAPISupport *support, bool writable);

#endif
