/* Grant tables: what guests and hypervisor agree on. */
#ifndef SLUICE_GRANT_H
#define SLUICE_GRANT_H

#include <domain.h>

#define GTF_invalid         0x0000
#define GTF_permit          0x0001
#define GTF_transfer        0x0002
#define GTF_type_mask       0x0003
#define GTF_readonly        0x0004
#define GTF_reading         0x0008
#define GTF_writing         0x0010

#define GRANT_PER_FRAME     512
#define GRANT_MAX_FRAMES    64

#define GNTMAP_readonly     0x0001
#define GNTMAP_host         0x0002

struct grant_entry {
    uint16_t flags;
    domid_t peer;
    uint32_t frame;
};

struct grant_map_op {
    uint64_t host_gfn;
    uint32_t flags;
    uint32_t ref;
    domid_t owner;
    int16_t status;
    uint32_t handle;
};

struct grant_unmap_op {
    uint64_t host_gfn;
    uint32_t handle;
    int16_t status;
};

struct grant_copy_op {
    uint32_t src_ref;
    uint32_t dst_ref;
    domid_t src_domain;
    domid_t dst_domain;
    uint16_t src_offset;
    uint16_t dst_offset;
    uint16_t length;
    int16_t status;
};

enum grant_command {
    GRANT_map = 0,
    GRANT_unmap,
    GRANT_copy,
    GRANT_transfer,
    GRANT_query_size,
};

int grant_table_create(struct domain *d, unsigned int frames);
void grant_table_release(struct domain *d);
void grant_table_destroy(struct domain *d);
long do_grant_op(unsigned int cmd, uint64_t ops, unsigned int count);

#endif
