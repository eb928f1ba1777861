/* What the parts of libctl share. */
#ifndef LIBCTL_PRIVATE_H
#define LIBCTL_PRIVATE_H

#include <stdint.h>
#include "libctl.h"
#include "../../include/domctl.h"

struct ctl_handle {
    int fd;
    int last_error;
    char message[128];
};

int ctl_call(struct ctl_handle *h, struct domctl *op);
int ctl_fail(struct ctl_handle *h, int error, const char *fmt, ...);

#endif
