/* libctl: the gatekeeper's way to the hypervisor. */
#ifndef LIBCTL_H
#define LIBCTL_H

#include <stdint.h>

typedef struct ctl_handle ctl_handle;

struct ctl_domain_info {
    uint16_t id;
    uint32_t state;
    uint32_t vcpus;
    uint64_t pages;
    uint64_t limit;
};

ctl_handle *ctl_open(const char *device);
void ctl_close(ctl_handle *h);
const char *ctl_message(const ctl_handle *h);

int ctl_domain_create(ctl_handle *h, uint16_t id, unsigned int vcpus,
                      unsigned int grant_frames, const char *name);
int ctl_domain_destroy(ctl_handle *h, uint16_t id);
int ctl_domain_pause(ctl_handle *h, uint16_t id);
int ctl_domain_unpause(ctl_handle *h, uint16_t id);
int ctl_domain_info(ctl_handle *h, uint16_t id, struct ctl_domain_info *info);
int ctl_domain_list(ctl_handle *h, uint16_t first, unsigned int max,
                    struct ctl_domain_info *info);
int ctl_device_assign(ctl_handle *h, uint16_t id, const char *bdf);
int ctl_device_deassign(ctl_handle *h, uint16_t id, const char *bdf);

void *ctl_grant_map(ctl_handle *h, uint16_t owner, const uint32_t *refs,
                    unsigned int count, int writable);
int ctl_grant_unmap(ctl_handle *h, void *addr, unsigned int count);

#endif
