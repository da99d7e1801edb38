/*
 * cli/demo_shop.h - what the demo works on: a shop that has drifted, and the
 * window over it.
 */
#ifndef PGRUNBOOK_CLI_DEMO_SHOP_H
#define PGRUNBOOK_CLI_DEMO_SHOP_H

#include "base/error.h"

/*
 * Make the database shop on the scratch server of folder: the migrations are
 * replayed and recorded as Prisma does, data is made, and then it drifts.
 * data: runbooks/ as shipped.  environment is written into the database.
 */
int demo_shop_fill(const char *folder, const char *data,
    const char *environment, struct error *err) WARN_UNUSED;

/*
 * Copy the shipped runbooks and the migrations into folder, with the window
 * pointed at the scratch server.  *window gets its path, owned by owner.
 */
int demo_window_write(const void *owner, const char *folder, const char *data,
    const char *environment, char **window, struct error *err) WARN_UNUSED;

#endif
