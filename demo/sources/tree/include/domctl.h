/* Control operations of the gatekeeper domain. */
#ifndef SLUICE_DOMCTL_H
#define SLUICE_DOMCTL_H

#include <types.h>

#define DOMCTL_INTERFACE_VERSION    7

enum domctl_command {
    DOMCTL_create = 1,
    DOMCTL_destroy,
    DOMCTL_pause,
    DOMCTL_unpause,
    DOMCTL_info,
    DOMCTL_max_memory,
    DOMCTL_vcpu_context,
    DOMCTL_schedule,
    DOMCTL_assign_device,
    DOMCTL_deassign_device,
    DOMCTL_memory_access,
    DOMCTL_memory_map,
};

struct domctl {
    uint32_t command;
    uint32_t version;
    domid_t domain;
    uint16_t pad;
    union {
        struct { uint32_t max_vcpus; uint32_t grant_frames; char name[32]; } create;
        struct { uint32_t state; uint32_t vcpus; uint64_t pages; uint64_t limit; } info;
        struct { uint64_t pages; } max_memory;
        struct { uint32_t vcpu; uint32_t set; uint64_t buffer; } context;
        struct { uint32_t vcpu; uint16_t weight; uint16_t cap; int32_t pin; } schedule;
        struct { uint32_t sbdf; } device;
        struct { uint64_t gfn; uint64_t count; uint32_t access; uint32_t pad; } access;
        struct { uint64_t gfn; uint64_t mfn; uint64_t count; uint32_t add; uint32_t pad; } map;
    } u;
};

struct vcpu_context {
    uint64_t regs[16];
    uint64_t rip;
    uint64_t rflags;
    uint64_t efer;
    uint64_t lstar;
};

long do_domctl(uint64_t arg);

#endif
