/* Mapping pages that other domains have granted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "private.h"

struct grant_ref {
    uint32_t domain;
    uint32_t ref;
};

struct grant_request {
    uint32_t count;
    uint32_t pad;
    uint64_t index;
    struct grant_ref refs[];
};

#define GRANT_IOCTL_MAP     _IOC(_IOC_READ | _IOC_WRITE, 's', 16, 16)
#define GRANT_IOCTL_UNMAP   _IOC(_IOC_WRITE, 's', 17, 16)

void *ctl_grant_map(ctl_handle *h, uint16_t owner, const uint32_t *refs,
                    unsigned int count, int writable)
{
    struct grant_request *req;
    void *addr = NULL;
    unsigned int i;

    req = malloc(sizeof(*req) + count * sizeof(req->refs[0]));
    if ( !req )
        return NULL;

    req->count = count;
    for ( i = 0; i < count; i++ )
    {
        req->refs[i].domain = owner;
        req->refs[i].ref = refs[i];
    }

    if ( ioctl(h->fd, GRANT_IOCTL_MAP, req) < 0 )
    {
        ctl_fail(h, errno, "map %u grants of d%u: %s", count, owner,
                 strerror(errno));
        goto out;
    }

    addr = mmap(NULL, count * 4096, PROT_READ | (writable ? PROT_WRITE : 0),
                MAP_SHARED, h->fd, req->index);
    if ( addr == MAP_FAILED )
    {
        ctl_fail(h, errno, "mmap of %u grants: %s", count, strerror(errno));
        addr = NULL;
    }

 out:
    free(req);
    return addr;
}

int ctl_grant_unmap(ctl_handle *h, void *addr, unsigned int count)
{
    if ( munmap(addr, count * 4096) )
        return ctl_fail(h, errno, "munmap of %u grants: %s", count,
                        strerror(errno));
    return 0;
}
