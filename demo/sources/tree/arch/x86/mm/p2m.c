/*
 * Guest physical to machine translation.
 *
 * Every domain owns one tree of four levels with 512 entries each. A leaf
 * lies at the lowest level, or one above it for a page of 2 MiB. The tree is
 * read by the hardware while we change it: an entry is written with one store
 * and the flush follows before the old page is given back.
 */
#include <console.h>
#include <domain.h>
#include <errno.h>
#include <lock.h>
#include <mm.h>
#include <p2m.h>

#define P2M_LEVELS      4
#define P2M_BITS        9
#define P2M_ENTRIES     (1u << P2M_BITS)
#define P2M_MAX_GFN     (1ull << (P2M_LEVELS * P2M_BITS))

#define PTE_PRESENT     (1ull << 0)
#define PTE_WRITE       (1ull << 1)
#define PTE_EXEC        (1ull << 2)
#define PTE_LEAF        (1ull << 7)
#define PTE_TYPE_SHIFT  52
#define PTE_TYPE_MASK   (0xfull << PTE_TYPE_SHIFT)
#define PTE_ACC_SHIFT   56
#define PTE_ACC_MASK    (0xfull << PTE_ACC_SHIFT)
#define PTE_MFN_MASK    0x000ffffffffff000ull

typedef uint64_t pte_t;

static inline mfn_t pte_mfn(pte_t e)
{
    return (e & PTE_MFN_MASK) >> PAGE_SHIFT;
}

static inline p2m_type_t pte_type(pte_t e)
{
    return (e & PTE_TYPE_MASK) >> PTE_TYPE_SHIFT;
}

static inline p2m_access_t pte_access(pte_t e)
{
    return (e & PTE_ACC_MASK) >> PTE_ACC_SHIFT;
}

static inline unsigned int level_index(gfn_t gfn, unsigned int level)
{
    return (gfn >> (level * P2M_BITS)) & (P2M_ENTRIES - 1);
}

static pte_t make_pte(mfn_t mfn, p2m_type_t t, p2m_access_t a, bool leaf)
{
    pte_t e = (mfn << PAGE_SHIFT) & PTE_MFN_MASK;

    e |= (pte_t)t << PTE_TYPE_SHIFT;
    e |= (pte_t)a << PTE_ACC_SHIFT;
    if ( leaf )
        e |= PTE_LEAF;

    switch ( t )
    {
    case p2m_invalid:
        return e;

    case p2m_ram_ro:
        e |= PTE_PRESENT | PTE_EXEC;
        break;

    case p2m_ram_rw:
        e |= PTE_PRESENT | PTE_WRITE | PTE_EXEC;
        break;

    case p2m_mmio_direct:
    case p2m_grant_map:
        e |= PTE_PRESENT | PTE_WRITE;
        break;
    }

    /* Access narrows what the type allows; it never widens it. */
    switch ( a )
    {
    case p2m_access_n:
        e &= ~(PTE_PRESENT | PTE_WRITE | PTE_EXEC);
        break;

    case p2m_access_r:
        e &= ~(PTE_WRITE | PTE_EXEC);
        break;

    case p2m_access_rw:
        e &= ~PTE_EXEC;
        break;

    case p2m_access_rx:
        e &= ~PTE_WRITE;
        break;

    case p2m_access_rwx:
        break;
    }

    return e;
}

static void p2m_flush(struct p2m_table *p2m)
{
    unsigned int i;

    if ( !p2m->need_flush )
        return;

    for ( i = 0; i < p2m->domain->max_vcpus; i++ )
        if ( p2m->domain->vcpu[i] )
            p2m->domain->vcpu[i]->upcall_pending = true;

    p2m->need_flush = false;
}

/* Return the table below an entry, making it where `alloc` says so. */
static mfn_t p2m_next_level(struct p2m_table *p2m, mfn_t table,
                            unsigned int index, bool alloc)
{
    pte_t *entry = map_page(table);
    struct page_info *pg;
    mfn_t mfn = INVALID_MFN;

    if ( entry[index] & PTE_LEAF )
        goto out;

    if ( entry[index] & PTE_PRESENT )
    {
        mfn = pte_mfn(entry[index]);
        goto out;
    }

    if ( !alloc )
        goto out;

    pg = alloc_page(NULL);
    if ( !pg )
        goto out;

    mfn = page_to_mfn(pg);
    entry[index] = (mfn << PAGE_SHIFT) | PTE_PRESENT | PTE_WRITE | PTE_EXEC;

 out:
    unmap_page(entry);
    return mfn;
}

/* Split a leaf of 2 MiB into 512 of 4 KiB. */
static int p2m_split(struct p2m_table *p2m, pte_t *entry)
{
    struct page_info *pg = alloc_page(NULL);
    mfn_t mfn = pte_mfn(*entry);
    pte_t *table;
    unsigned int i;

    if ( !pg )
        return -ENOMEM;

    table = map_page(page_to_mfn(pg));
    for ( i = 0; i < P2M_ENTRIES; i++ )
        table[i] = make_pte(mfn + i, pte_type(*entry), pte_access(*entry),
                            true);
    unmap_page(table);

    *entry = (page_to_mfn(pg) << PAGE_SHIFT) | PTE_PRESENT | PTE_WRITE |
             PTE_EXEC;
    p2m->need_flush = true;
    return 0;
}

int p2m_init(struct domain *d)
{
    struct p2m_table *p2m = heap_alloc(sizeof(*p2m));
    struct page_info *root;

    if ( !p2m )
        return -ENOMEM;

    root = alloc_page(NULL);
    if ( !root )
    {
        heap_free(p2m);
        return -ENOMEM;
    }

    memset(p2m, 0, sizeof(*p2m));
    spin_lock_init(&p2m->lock);
    p2m->domain = d;
    p2m->root = page_to_mfn(root);
    p2m->default_access = p2m_access_rwx;
    d->p2m = p2m;
    return 0;
}

static void p2m_free_level(mfn_t table, unsigned int level)
{
    pte_t *entry = map_page(table);
    unsigned int i;

    for ( i = 0; level && i < P2M_ENTRIES; i++ )
        if ( (entry[i] & PTE_PRESENT) && !(entry[i] & PTE_LEAF) )
            p2m_free_level(pte_mfn(entry[i]), level - 1);

    unmap_page(entry);
    free_page(mfn_to_page(table));
}

void p2m_teardown(struct domain *d)
{
    struct p2m_table *p2m = d->p2m;

    if ( !p2m )
        return;

    spin_lock(&p2m->lock);
    p2m_free_level(p2m->root, P2M_LEVELS - 1);
    p2m->root = INVALID_MFN;
    spin_unlock(&p2m->lock);

    d->p2m = NULL;
    heap_free(p2m);
}

/* Walk to the leaf of a frame. The caller holds the lock, or wants a hint. */
mfn_t p2m_lookup(struct p2m_table *p2m, gfn_t gfn, p2m_type_t *t,
                 unsigned int *order)
{
    mfn_t table = p2m->root;
    unsigned int level;
    pte_t *map, e;

    *t = p2m_invalid;
    if ( order )
        *order = P2M_ORDER_4K;

    if ( gfn > p2m->max_mapped )
        return INVALID_MFN;

    for ( level = P2M_LEVELS - 1; level > 0; level-- )
    {
        map = map_page(table);
        e = map[level_index(gfn, level)];
        unmap_page(map);

        if ( !(e & PTE_PRESENT) )
            return INVALID_MFN;

        if ( e & PTE_LEAF )
        {
            *t = pte_type(e);
            if ( order )
                *order = level * P2M_BITS;
            return pte_mfn(e) + (gfn & ((1ull << (level * P2M_BITS)) - 1));
        }

        table = pte_mfn(e);
    }

    map = map_page(table);
    e = map[level_index(gfn, 0)];
    unmap_page(map);

    *t = pte_type(e);
    return *t == p2m_invalid ? INVALID_MFN : pte_mfn(e);
}

static int p2m_set_one(struct p2m_table *p2m, gfn_t gfn, mfn_t mfn,
                       p2m_type_t t, p2m_access_t a)
{
    mfn_t table = p2m->root;
    unsigned int level;
    pte_t *map, old;
    int rc;

    for ( level = P2M_LEVELS - 1; level > 0; level-- )
    {
        mfn_t next = p2m_next_level(p2m, table, level_index(gfn, level),
                                    t != p2m_invalid);

        if ( next == INVALID_MFN )
        {
            map = map_page(table);
            old = map[level_index(gfn, level)];
            if ( !(old & PTE_LEAF) )
            {
                unmap_page(map);
                return t == p2m_invalid ? 0 : -ENOMEM;
            }
            rc = p2m_split(p2m, &map[level_index(gfn, level)]);
            next = pte_mfn(map[level_index(gfn, level)]);
            unmap_page(map);
            if ( rc )
                return rc;
        }
        table = next;
    }

    map = map_page(table);
    old = map[level_index(gfn, 0)];
    map[level_index(gfn, 0)] = make_pte(mfn, t, a, true);
    unmap_page(map);

    if ( old & PTE_PRESENT )
        p2m->need_flush = true;
    if ( pte_type(old) == p2m_invalid && t != p2m_invalid )
        p2m->mapped++;
    if ( pte_type(old) != p2m_invalid && t == p2m_invalid )
        p2m->mapped--;
    if ( t != p2m_invalid && gfn > p2m->max_mapped )
        p2m->max_mapped = gfn;

    return 0;
}

/* Map `count` frames from `gfn` on. On failure the first ones stay mapped. */
int p2m_set_range(struct p2m_table *p2m, gfn_t gfn, mfn_t mfn, uint64_t count,
                  p2m_type_t t)
{
    uint64_t i;
    int rc = 0;

    if ( gfn + count > P2M_MAX_GFN )
        return -ERANGE;

    spin_lock(&p2m->lock);
    for ( i = 0; i < count; i++ )
    {
        rc = p2m_set_one(p2m, gfn + i, mfn + i, t, p2m->default_access);
        if ( rc )
            break;
    }
    p2m_flush(p2m);
    spin_unlock(&p2m->lock);

    return rc;
}

int p2m_add_page(struct domain *d, gfn_t gfn, mfn_t mfn, p2m_type_t t)
{
    struct p2m_table *p2m = d->p2m;
    p2m_type_t old;
    mfn_t omfn;
    int rc;

    if ( !mfn_valid(mfn) )
        return -EINVAL;

    spin_lock(&p2m->lock);

    omfn = p2m_lookup(p2m, gfn, &old, NULL);
    if ( old == p2m_grant_map )
    {
        gdprintk("d%u: gfn %#lx is a mapped grant\n", d->id, gfn);
        spin_unlock(&p2m->lock);
        return -EINVAL;
    }

    rc = p2m_set_one(p2m, gfn, mfn, t, p2m->default_access);
    p2m_flush(p2m);
    spin_unlock(&p2m->lock);

    if ( !rc && p2m_is_ram(old) && omfn != mfn )
        put_page(mfn_to_page(omfn));

    return rc;
}

int p2m_remove_page(struct domain *d, gfn_t gfn, mfn_t mfn)
{
    struct p2m_table *p2m = d->p2m;
    p2m_type_t t;
    mfn_t found;
    int rc;

    spin_lock(&p2m->lock);

    found = p2m_lookup(p2m, gfn, &t, NULL);
    if ( t == p2m_invalid || found != mfn )
    {
        spin_unlock(&p2m->lock);
        return -ENOENT;
    }

    rc = p2m_set_one(p2m, gfn, INVALID_MFN, p2m_invalid, p2m_access_n);
    p2m_flush(p2m);
    spin_unlock(&p2m->lock);

    return rc;
}

int p2m_change_type(struct domain *d, gfn_t gfn, p2m_type_t from,
                    p2m_type_t to)
{
    struct p2m_table *p2m = d->p2m;
    p2m_type_t t;
    mfn_t mfn;
    int rc = -EBUSY;

    spin_lock(&p2m->lock);

    mfn = p2m_lookup(p2m, gfn, &t, NULL);
    if ( t == from )
        rc = p2m_set_one(p2m, gfn, mfn, to, p2m->default_access);

    p2m_flush(p2m);
    spin_unlock(&p2m->lock);

    return rc;
}

/* Narrow or widen the access of a range. Frames without memory are skipped. */
int p2m_set_access(struct domain *d, gfn_t start, uint64_t count,
                   p2m_access_t a)
{
    struct p2m_table *p2m = d->p2m;
    gfn_t gfn = start;
    p2m_type_t t;
    mfn_t mfn;
    int rc = 0;

    if ( a > p2m_access_rwx )
        return -EINVAL;

    spin_lock(&p2m->lock);

    while ( gfn < start + count )
    {
        mfn = p2m_lookup(p2m, gfn, &t, NULL);
        if ( p2m_is_ram(t) )
        {
            rc = p2m_set_one(p2m, gfn, mfn, t, a);
            if ( rc )
                break;
        }
        gfn++;
    }

    p2m_flush(p2m);
    spin_unlock(&p2m->lock);

    return rc;
}

/* Look a frame up and take a reference on its page, for the domain itself. */
struct page_info *p2m_get_page(struct domain *d, gfn_t gfn, p2m_type_t *t)
{
    struct p2m_table *p2m = d->p2m;
    struct page_info *pg = NULL;
    p2m_type_t dummy;
    mfn_t mfn;

    if ( !t )
        t = &dummy;

    spin_lock(&p2m->lock);

    mfn = p2m_lookup(p2m, gfn, t, NULL);
    if ( p2m_is_ram(*t) && mfn_valid(mfn) )
    {
        pg = mfn_to_page(mfn);
        if ( !get_page(pg, d) )
            pg = NULL;
    }

    spin_unlock(&p2m->lock);

    return pg;
}
