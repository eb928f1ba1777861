/* Domains: start, stop, list. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "private.h"

#define CTL_IOCTL   _IOWR('s', 1, struct domctl)

ctl_handle *ctl_open(const char *device)
{
    ctl_handle *h = calloc(1, sizeof(*h));

    if ( !h )
        return NULL;

    h->fd = open(device ? device : "/dev/sluice/ctl", O_RDWR | O_CLOEXEC);
    if ( h->fd < 0 )
    {
        free(h);
        return NULL;
    }
    return h;
}

void ctl_close(ctl_handle *h)
{
    if ( !h )
        return;
    close(h->fd);
    free(h);
}

const char *ctl_message(const ctl_handle *h)
{
    return h->message;
}

int ctl_fail(struct ctl_handle *h, int error, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(h->message, sizeof(h->message), fmt, args);
    va_end(args);
    h->last_error = error;
    errno = error;
    return -1;
}

int ctl_call(struct ctl_handle *h, struct domctl *op)
{
    op->version = DOMCTL_INTERFACE_VERSION;
    if ( ioctl(h->fd, CTL_IOCTL, op) < 0 )
        return ctl_fail(h, errno, "domctl %u on d%u: %s", op->command,
                        op->domain, strerror(errno));
    return 0;
}

static int simple_call(ctl_handle *h, uint16_t id, uint32_t command)
{
    struct domctl op = { .command = command, .domain = id };

    return ctl_call(h, &op);
}

int ctl_domain_create(ctl_handle *h, uint16_t id, unsigned int vcpus,
                      unsigned int grant_frames, const char *name)
{
    struct domctl op = { .command = DOMCTL_create, .domain = id };

    op.u.create.max_vcpus = vcpus;
    op.u.create.grant_frames = grant_frames;
    strncpy(op.u.create.name, name, sizeof(op.u.create.name));
    return ctl_call(h, &op);
}

int ctl_domain_destroy(ctl_handle *h, uint16_t id)
{
    return simple_call(h, id, DOMCTL_destroy);
}

int ctl_domain_pause(ctl_handle *h, uint16_t id)
{
    return simple_call(h, id, DOMCTL_pause);
}

int ctl_domain_unpause(ctl_handle *h, uint16_t id)
{
    return simple_call(h, id, DOMCTL_unpause);
}

int ctl_domain_info(ctl_handle *h, uint16_t id, struct ctl_domain_info *info)
{
    struct domctl op = { .command = DOMCTL_info, .domain = id };
    int rc = ctl_call(h, &op);

    if ( rc )
        return rc;

    info->id = id;
    info->state = op.u.info.state;
    info->vcpus = op.u.info.vcpus;
    info->pages = op.u.info.pages;
    info->limit = op.u.info.limit;
    return 0;
}

int ctl_domain_list(ctl_handle *h, uint16_t first, unsigned int max,
                    struct ctl_domain_info *info)
{
    unsigned int found = 0;
    uint16_t id;

    for ( id = first; id < DOMID_SELF && found < max; id++ )
        if ( !ctl_domain_info(h, id, &info[found]) )
            found++;

    return found;
}

static int parse_bdf(const char *bdf, uint32_t *sbdf)
{
    unsigned int seg = 0, bus, dev, fn;

    if ( sscanf(bdf, "%x:%x:%x.%u", &seg, &bus, &dev, &fn) != 4 &&
         sscanf(bdf, "%x:%x.%u", &bus, &dev, &fn) != 3 )
        return -1;

    *sbdf = seg << 16 | bus << 8 | dev << 3 | fn;
    return 0;
}

int ctl_device_assign(ctl_handle *h, uint16_t id, const char *bdf)
{
    struct domctl op = { .command = DOMCTL_assign_device, .domain = id };

    if ( parse_bdf(bdf, &op.u.device.sbdf) )
        return ctl_fail(h, EINVAL, "not a device: %s", bdf);
    return ctl_call(h, &op);
}

int ctl_device_deassign(ctl_handle *h, uint16_t id, const char *bdf)
{
    struct domctl op = { .command = DOMCTL_deassign_device, .domain = id };

    if ( parse_bdf(bdf, &op.u.device.sbdf) )
        return ctl_fail(h, EINVAL, "not a device: %s", bdf);
    return ctl_call(h, &op);
}
