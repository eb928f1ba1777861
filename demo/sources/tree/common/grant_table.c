/*
 * Grant tables: pages that one domain lends to another.
 *
 * The owner's table holds the entries, shared with the owner. The peer's
 * table holds what it has mapped. An active entry shadows each shared one, so
 * that what was checked at the first map still holds at the last unmap,
 * whatever the owner has written since.
 */
#include <console.h>
#include <domain.h>
#include <errno.h>
#include <grant.h>
#include <lock.h>
#include <mm.h>
#include <p2m.h>

#define MAPTRACK_MAX    4096
#define MAPTRACK_END    0xffffffffu

struct active_entry {
    uint32_t pin_read;
    uint32_t pin_write;
    domid_t peer;
    mfn_t mfn;
};

struct maptrack {
    uint32_t ref;
    uint32_t next;
    domid_t owner;
    uint16_t flags;
    gfn_t gfn;
};

struct grant_table {
    spinlock_t lock;
    struct domain *owner;
    unsigned int frames;
    unsigned int max_frames;
    struct grant_entry *shared[GRANT_MAX_FRAMES];
    struct active_entry *active[GRANT_MAX_FRAMES];
    struct maptrack *track;
    uint32_t track_free;
    unsigned int track_used;
};

static unsigned int grant_entries(const struct grant_table *gt)
{
    return gt->frames * GRANT_PER_FRAME;
}

static struct grant_entry *grant_entry_get(struct grant_table *gt, uint32_t ref)
{
    return &gt->shared[ref / GRANT_PER_FRAME][ref % GRANT_PER_FRAME];
}

static struct active_entry *active_entry_get(struct grant_table *gt,
                                             uint32_t ref)
{
    return &gt->active[ref / GRANT_PER_FRAME][ref % GRANT_PER_FRAME];
}

static int grant_grow(struct grant_table *gt, unsigned int frames)
{
    struct page_info *pg;

    if ( frames > gt->max_frames )
        return -ENOSPC;

    while ( gt->frames < frames )
    {
        struct active_entry *act;

        pg = alloc_page(gt->owner);
        if ( !pg )
            return -ENOMEM;

        act = heap_alloc(sizeof(*act) * GRANT_PER_FRAME);
        if ( !act )
        {
            free_page(pg);
            return -ENOMEM;
        }

        memset(act, 0, sizeof(*act) * GRANT_PER_FRAME);
        gt->shared[gt->frames] = map_page(page_to_mfn(pg));
        gt->active[gt->frames] = act;
        smp_wmb();
        gt->frames++;
    }

    return 0;
}

static uint32_t maptrack_get(struct grant_table *gt)
{
    uint32_t handle = gt->track_free;

    if ( handle == MAPTRACK_END )
        return MAPTRACK_END;

    gt->track_free = gt->track[handle].next;
    gt->track_used++;
    return handle;
}

static void maptrack_put(struct grant_table *gt, uint32_t handle)
{
    gt->track[handle].flags = 0;
    gt->track[handle].next = gt->track_free;
    gt->track_free = handle;
    gt->track_used--;
}

int grant_table_create(struct domain *d, unsigned int frames)
{
    struct grant_table *gt = heap_alloc(sizeof(*gt));
    uint32_t i;
    int rc;

    if ( !gt )
        return -ENOMEM;

    memset(gt, 0, sizeof(*gt));
    spin_lock_init(&gt->lock);
    gt->owner = d;
    gt->max_frames = min(frames, (unsigned int)GRANT_MAX_FRAMES);

    gt->track = heap_alloc(sizeof(*gt->track) * MAPTRACK_MAX);
    if ( !gt->track )
    {
        heap_free(gt);
        return -ENOMEM;
    }

    for ( i = 0; i < MAPTRACK_MAX; i++ )
    {
        gt->track[i].flags = 0;
        gt->track[i].next = i + 1 < MAPTRACK_MAX ? i + 1 : MAPTRACK_END;
    }

    rc = grant_grow(gt, 1);
    if ( rc )
    {
        heap_free(gt->track);
        heap_free(gt);
        return rc;
    }

    d->grant = gt;
    return 0;
}

/* Check an entry against what the peer asks for, and pin it. */
static int grant_pin(struct grant_table *gt, uint32_t ref, struct domain *peer,
                     bool readonly, mfn_t *mfn)
{
    struct grant_entry *sha = grant_entry_get(gt, ref);
    struct active_entry *act = active_entry_get(gt, ref);
    uint16_t flags = sha->flags;
    p2m_type_t t;

    if ( (flags & GTF_type_mask) != GTF_permit )
        return -EACCES;

    if ( sha->peer != peer->id )
        return -EACCES;

    if ( !readonly && (flags & GTF_readonly) )
        return -EACCES;

    if ( !act->pin_read && !act->pin_write )
    {
        act->mfn = p2m_lookup(gt->owner->p2m, sha->frame, &t, NULL);
        if ( !p2m_is_ram(t) )
            return -EINVAL;
        act->peer = peer->id;
    }

    if ( !get_page(mfn_to_page(act->mfn), gt->owner) )
        return -EBUSY;

    sha->flags |= readonly ? GTF_reading : GTF_reading | GTF_writing;
    if ( readonly )
        act->pin_read++;
    else
        act->pin_write++;

    *mfn = act->mfn;
    return 0;
}

static void grant_unpin(struct grant_table *gt, uint32_t ref, bool readonly)
{
    struct grant_entry *sha = grant_entry_get(gt, ref);
    struct active_entry *act = active_entry_get(gt, ref);

    put_page(mfn_to_page(act->mfn));

    if ( readonly )
        act->pin_read--;
    else
        act->pin_write--;

    if ( !act->pin_write )
        sha->flags &= ~GTF_writing;
    if ( !act->pin_read && !act->pin_write )
        sha->flags &= ~GTF_reading;
}

static int grant_map(struct grant_map_op *op)
{
    struct domain *ld = current_domain();
    struct domain *rd = domain_get(op->owner);
    struct grant_table *lgt = ld->grant, *rgt;
    bool readonly = op->flags & GNTMAP_readonly;
    uint32_t handle;
    mfn_t mfn;
    int rc;

    if ( !rd )
        return -ESRCH;

    rgt = rd->grant;

    spin_lock(&lgt->lock);
    handle = maptrack_get(lgt);
    spin_unlock(&lgt->lock);
    if ( handle == MAPTRACK_END )
    {
        domain_put(rd);
        return -ENOSPC;
    }

    spin_lock(&rgt->lock);
    if ( op->ref >= grant_entries(rgt) )
    {
        gdprintk("d%u: bad reference %u\n", ld->id, op->ref);
        rc = -EINVAL;
        goto unlock;
    }

    rc = grant_pin(rgt, op->ref, ld, readonly, &mfn);
    if ( rc )
        goto unlock;
    spin_unlock(&rgt->lock);

    rc = p2m_add_page(ld, op->host_gfn, mfn, p2m_grant_map);
    if ( rc )
    {
        spin_lock(&rgt->lock);
        grant_unpin(rgt, op->ref, readonly);
        goto unlock;
    }

    lgt->track[handle].ref = op->ref;
    lgt->track[handle].owner = rd->id;
    lgt->track[handle].gfn = op->host_gfn;
    lgt->track[handle].flags = op->flags | GNTMAP_host;
    op->handle = handle;
    domain_put(rd);
    return 0;

 unlock:
    spin_unlock(&rgt->lock);
    spin_lock(&lgt->lock);
    maptrack_put(lgt, handle);
    spin_unlock(&lgt->lock);
    domain_put(rd);
    return rc;
}

static int grant_release_map(struct grant_table *lgt, uint32_t handle)
{
    struct maptrack *map = &lgt->track[handle];
    struct domain *rd = domain_find(map->owner);
    struct grant_table *rgt;
    struct active_entry *act;
    int rc;

    if ( !rd )
        return -ESRCH;

    rgt = rd->grant;
    spin_lock(&rgt->lock);
    act = active_entry_get(rgt, map->ref);
    rc = p2m_remove_page(lgt->owner, map->gfn, act->mfn);
    if ( !rc )
        grant_unpin(rgt, map->ref, map->flags & GNTMAP_readonly);
    spin_unlock(&rgt->lock);

    return rc;
}

static int grant_unmap(struct grant_unmap_op *op)
{
    struct domain *ld = current_domain();
    struct grant_table *lgt = ld->grant;
    int rc;

    if ( op->handle >= MAPTRACK_MAX )
        return -EINVAL;

    spin_lock(&lgt->lock);
    if ( !lgt->track[op->handle].flags )
    {
        spin_unlock(&lgt->lock);
        return -ENOENT;
    }
    spin_unlock(&lgt->lock);

    rc = grant_release_map(lgt, op->handle);
    if ( rc )
        return rc;

    spin_lock(&lgt->lock);
    maptrack_put(lgt, op->handle);
    spin_unlock(&lgt->lock);
    return 0;
}

/* One side of a copy: find the page behind a reference and pin it. */
static int grant_copy_side(domid_t owner, uint32_t ref, bool readonly,
                           struct domain **rd, mfn_t *mfn)
{
    int rc;

    *rd = domain_get(owner == DOMID_SELF ? current_domain()->id : owner);
    if ( !*rd )
        return -ESRCH;

    spin_lock(&(*rd)->grant->lock);
    if ( ref >= grant_entries((*rd)->grant) )
        rc = -EINVAL;
    else
        rc = grant_pin((*rd)->grant, ref, current_domain(), readonly, mfn);
    spin_unlock(&(*rd)->grant->lock);

    if ( rc )
        domain_put(*rd);
    return rc;
}

static void grant_copy_done(struct domain *rd, uint32_t ref, bool readonly)
{
    spin_lock(&rd->grant->lock);
    grant_unpin(rd->grant, ref, readonly);
    spin_unlock(&rd->grant->lock);
    domain_put(rd);
}

static int grant_copy(struct grant_copy_op *op)
{
    struct domain *src, *dst;
    mfn_t smfn, dmfn;
    char *from, *to;
    int rc;

    if ( op->src_offset + op->length > PAGE_SIZE )
        return -EINVAL;

    rc = grant_copy_side(op->src_domain, op->src_ref, true, &src, &smfn);
    if ( rc )
        return rc;

    rc = grant_copy_side(op->dst_domain, op->dst_ref, false, &dst, &dmfn);
    if ( rc )
    {
        grant_copy_done(src, op->src_ref, true);
        return rc;
    }

    from = map_page(smfn);
    to = map_page(dmfn);
    memcpy(to + op->dst_offset, from + op->src_offset, op->length);
    unmap_page(to);
    unmap_page(from);

    grant_copy_done(dst, op->dst_ref, false);
    grant_copy_done(src, op->src_ref, true);
    return 0;
}

/* Give a page away for good. The receiver has offered an empty slot. */
static int grant_transfer(struct domain *d, gfn_t gfn, domid_t to, uint32_t ref)
{
    struct domain *rd = domain_get(to);
    struct grant_entry *sha;
    struct page_info *pg;
    p2m_type_t t;
    int rc = -EINVAL;

    if ( !rd )
        return -ESRCH;

    pg = p2m_get_page(d, gfn, &t);
    if ( !pg )
        goto put;

    spin_lock(&rd->grant->lock);
    if ( ref < grant_entries(rd->grant) )
    {
        sha = grant_entry_get(rd->grant, ref);
        if ( (sha->flags & GTF_type_mask) == GTF_transfer &&
             sha->peer == d->id )
        {
            rc = p2m_remove_page(d, gfn, page_to_mfn(pg));
            if ( !rc )
            {
                sha->frame = page_to_mfn(pg);
                smp_wmb();
                sha->flags |= GTF_reading;
                pg->owner = rd;
            }
        }
    }
    spin_unlock(&rd->grant->lock);
    put_page(pg);

 put:
    domain_put(rd);
    return rc;
}

void grant_table_release(struct domain *d)
{
    struct grant_table *gt = d->grant;
    uint32_t handle;

    if ( !gt )
        return;

    for ( handle = 0; handle < MAPTRACK_MAX; handle++ )
    {
        if ( !gt->track[handle].flags )
            continue;
        if ( grant_release_map(gt, handle) )
            printk("d%u: leaked grant map %u\n", d->id, handle);
        maptrack_put(gt, handle);
    }
}

void grant_table_destroy(struct domain *d)
{
    struct grant_table *gt = d->grant;
    unsigned int i;

    if ( !gt )
        return;

    for ( i = 0; i < gt->frames; i++ )
    {
        unmap_page(gt->shared[i]);
        heap_free(gt->active[i]);
    }

    heap_free(gt->track);
    heap_free(gt);
    d->grant = NULL;
}

long do_grant_op(unsigned int cmd, uint64_t ops, unsigned int count)
{
    struct grant_unmap_op unmap;
    struct grant_copy_op copy;
    struct grant_map_op map;
    unsigned int i;
    int rc = 0;

    for ( i = 0; i < count && !rc; i++ )
    {
        switch ( cmd )
        {
        case GRANT_map:
            if ( copy_from_guest(&map, ops + i * sizeof(map), sizeof(map)) )
                return -EFAULT;
            map.status = grant_map(&map);
            rc = copy_to_guest(ops + i * sizeof(map), &map, sizeof(map));
            break;

        case GRANT_unmap:
            if ( copy_from_guest(&unmap, ops + i * sizeof(unmap),
                                 sizeof(unmap)) )
                return -EFAULT;
            unmap.status = grant_unmap(&unmap);
            rc = copy_to_guest(ops + i * sizeof(unmap), &unmap, sizeof(unmap));
            break;

        case GRANT_copy:
            if ( copy_from_guest(&copy, ops + i * sizeof(copy), sizeof(copy)) )
                return -EFAULT;
            copy.status = grant_copy(&copy);
            rc = copy_to_guest(ops + i * sizeof(copy), &copy, sizeof(copy));
            break;

        case GRANT_transfer:
            return grant_transfer(current_domain(), ops, count >> 16,
                                  count & 0xffff);

        case GRANT_query_size:
            return current_domain()->grant->frames;

        default:
            return -ENOSYS;
        }
    }

    return rc ? -EFAULT : 0;
}
