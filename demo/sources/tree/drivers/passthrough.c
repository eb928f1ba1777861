/*
 * What a device may reach: one IOMMU table for every domain with devices.
 */
#include <console.h>
#include <domain.h>
#include <errno.h>
#include <lock.h>
#include <mm.h>
#include <p2m.h>
#include <pci.h>

#define IOMMU_BUCKETS   1024

struct iommu_mapping {
    struct iommu_mapping *next;
    gfn_t gfn;
    mfn_t mfn;
    bool write;
};

struct iommu_domain {
    struct domain *domain;
    spinlock_t lock;
    unsigned int devices;
    struct iommu_mapping *bucket[IOMMU_BUCKETS];
};

static struct iommu_domain *iommus[MAX_DOMAINS];

static struct iommu_domain *iommu_get(struct domain *d)
{
    struct iommu_domain *io = iommus[d->id];

    if ( io )
        return io;

    io = heap_alloc(sizeof(*io));
    if ( !io )
        return NULL;

    memset(io, 0, sizeof(*io));
    io->domain = d;
    spin_lock_init(&io->lock);
    iommus[d->id] = io;
    return io;
}

static void iommu_flush(struct iommu_domain *io)
{
    smp_mb();
}

int iommu_map(struct domain *d, gfn_t gfn, mfn_t mfn, bool write)
{
    struct iommu_domain *io = iommus[d->id];
    struct iommu_mapping *m;

    if ( !io )
        return 0;

    m = heap_alloc(sizeof(*m));
    if ( !m )
        return -ENOMEM;

    m->gfn = gfn;
    m->mfn = mfn;
    m->write = write;

    spin_lock(&io->lock);
    m->next = io->bucket[gfn % IOMMU_BUCKETS];
    io->bucket[gfn % IOMMU_BUCKETS] = m;
    spin_unlock(&io->lock);
    return 0;
}

int iommu_unmap(struct domain *d, gfn_t gfn)
{
    struct iommu_domain *io = iommus[d->id];
    struct iommu_mapping **pos, *m;

    if ( !io )
        return 0;

    spin_lock(&io->lock);
    for ( pos = &io->bucket[gfn % IOMMU_BUCKETS]; *pos; pos = &(*pos)->next )
        if ( (*pos)->gfn == gfn )
            break;

    m = *pos;
    if ( m )
        *pos = m->next;
    spin_unlock(&io->lock);

    if ( !m )
        return -ENOENT;

    heap_free(m);
    iommu_flush(io);
    return 0;
}

int iommu_attach(struct domain *d, struct pci_dev *pdev)
{
    struct iommu_domain *io = iommu_get(d);

    if ( !io )
        return -ENOMEM;

    spin_lock(&io->lock);
    io->devices++;
    spin_unlock(&io->lock);
    iommu_flush(io);
    return 0;
}

static void iommu_free_all(struct iommu_domain *io)
{
    struct iommu_mapping *m;
    unsigned int i;

    for ( i = 0; i < IOMMU_BUCKETS; i++ )
        while ( (m = io->bucket[i]) )
        {
            io->bucket[i] = m->next;
            heap_free(m);
        }
}

void iommu_detach(struct domain *d, struct pci_dev *pdev)
{
    struct iommu_domain *io = iommus[d->id];
    bool last;

    if ( !io )
        return;

    spin_lock(&io->lock);
    last = !--io->devices;
    spin_unlock(&io->lock);

    iommu_flush(io);
    if ( !last )
        return;

    iommus[d->id] = NULL;
    iommu_free_all(io);
    heap_free(io);
}
