/* Guest physical to machine translation. */
#ifndef SLUICE_P2M_H
#define SLUICE_P2M_H

#include <domain.h>

typedef enum {
    p2m_invalid = 0,
    p2m_ram_rw,
    p2m_ram_ro,
    p2m_mmio_direct,
    p2m_grant_map,
} p2m_type_t;

typedef enum {
    p2m_access_n = 0,
    p2m_access_r,
    p2m_access_rw,
    p2m_access_rx,
    p2m_access_rwx,
} p2m_access_t;

#define P2M_ORDER_4K    0
#define P2M_ORDER_2M    9

struct p2m_table {
    spinlock_t lock;
    struct domain *domain;
    mfn_t root;
    gfn_t max_mapped;
    uint64_t mapped;
    uint64_t grant_maps;
    bool need_flush;
    bool access_required;
    p2m_access_t default_access;
};

int p2m_init(struct domain *d);
void p2m_teardown(struct domain *d);
mfn_t p2m_lookup(struct p2m_table *p2m, gfn_t gfn, p2m_type_t *t,
                 unsigned int *order);
int p2m_set_range(struct p2m_table *p2m, gfn_t gfn, mfn_t mfn, uint64_t count,
                  p2m_type_t t);
int p2m_add_page(struct domain *d, gfn_t gfn, mfn_t mfn, p2m_type_t t);
int p2m_remove_page(struct domain *d, gfn_t gfn, mfn_t mfn);
int p2m_change_type(struct domain *d, gfn_t gfn, p2m_type_t from,
                    p2m_type_t to);
int p2m_set_access(struct domain *d, gfn_t start, uint64_t count,
                   p2m_access_t a);
struct page_info *p2m_get_page(struct domain *d, gfn_t gfn, p2m_type_t *t);

static inline bool p2m_is_ram(p2m_type_t t)
{
    return t == p2m_ram_rw || t == p2m_ram_ro;
}

#endif
