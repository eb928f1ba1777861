/*
 * PCI devices: discovery, ownership and message signalled interrupts.
 */
#include <console.h>
#include <domain.h>
#include <errno.h>
#include <lock.h>
#include <mm.h>
#include <p2m.h>
#include <pci.h>

#define FAULT_LIMIT     16

static struct list_head devices = { &devices, &devices };
static spinlock_t pcidevs_lock;

static bool same_sbdf(struct pci_sbdf a, struct pci_sbdf b)
{
    return a.seg == b.seg && a.bus == b.bus && a.devfn == b.devfn;
}

struct pci_dev *pci_find(struct pci_sbdf s)
{
    struct list_head *pos;

    for ( pos = devices.next; pos != &devices; pos = pos->next )
    {
        struct pci_dev *pdev = container_of(pos, struct pci_dev, list);

        if ( same_sbdf(pdev->sbdf, s) )
            return pdev;
    }

    return NULL;
}

static uint8_t pci_find_cap(struct pci_sbdf s, uint8_t id)
{
    uint8_t pos = pci_read8(s, PCI_CAP_LIST) & ~3;

    while ( pos >= 0x40 )
    {
        if ( pci_read8(s, pos) == id )
            return pos;
        pos = pci_read8(s, pos + 1) & ~3;
    }

    return 0;
}

static void read_bars(struct pci_dev *pdev)
{
    unsigned int i, n = pci_read8(pdev->sbdf, PCI_HEADER_TYPE) & 0x7f ? 2 : 6;

    for ( i = 0; i < n; i++ )
    {
        unsigned int reg = PCI_BAR0 + i * 4;
        uint32_t bar = pci_read32(pdev->sbdf, reg), size;

        if ( bar & 1 )
            continue;

        pci_write32(pdev->sbdf, reg, ~0u);
        size = pci_read32(pdev->sbdf, reg);
        pci_write32(pdev->sbdf, reg, bar);

        pdev->bar[i] = bar & ~0xfull;
        pdev->bar_size[i] = (uint32_t)~(size & ~0xfu) + 1;
        if ( (bar & 6) == 4 )
        {
            pdev->bar[i] |= (uint64_t)pci_read32(pdev->sbdf, reg + 4) << 32;
            i++;
        }
    }
}

static int msix_init(struct pci_dev *pdev)
{
    uint16_t ctrl;
    uint32_t table;

    pdev->msix_pos = pci_find_cap(pdev->sbdf, PCI_CAP_ID_MSIX);
    if ( !pdev->msix_pos )
        return 0;

    ctrl = pci_read16(pdev->sbdf, pdev->msix_pos + MSIX_CTRL);
    table = pci_read32(pdev->sbdf, pdev->msix_pos + 4);

    pdev->msix_entries = (ctrl & MSIX_CTRL_SIZE) + 1;
    if ( (table & 7) > 5 )
        return -EINVAL;

    pdev->msix_table = (pdev->bar[table & 7] + (table & ~7u)) >> PAGE_SHIFT;
    return 0;
}

static void msix_disable(struct pci_dev *pdev)
{
    uint16_t ctrl;

    if ( !pdev->msix_pos )
        return;

    ctrl = pci_read16(pdev->sbdf, pdev->msix_pos + MSIX_CTRL);
    ctrl &= ~MSIX_CTRL_ENABLE;
    pci_write16(pdev->sbdf, pdev->msix_pos + MSIX_CTRL, ctrl);
    pdev->msix_enabled = false;
}

int pci_add_device(struct pci_sbdf s)
{
    struct pci_dev *pdev;
    int rc = 0;

    if ( pci_read16(s, PCI_VENDOR_ID) == 0xffff )
        return -ENODEV;

    spin_lock(&pcidevs_lock);

    if ( pci_find(s) )
        goto out;

    pdev = heap_alloc(sizeof(*pdev));
    if ( !pdev )
    {
        rc = -ENOMEM;
        goto out;
    }

    memset(pdev, 0, sizeof(*pdev));
    pdev->sbdf = s;
    list_init(&pdev->domain_list);
    read_bars(pdev);
    pdev->msi_pos = pci_find_cap(s, PCI_CAP_ID_MSI);
    rc = msix_init(pdev);
    if ( rc )
    {
        heap_free(pdev);
        goto out;
    }

    list_add_tail(&pdev->list, &devices);
    printk("pci %04x:%02x:%02x.%u: added\n", s.seg, s.bus, s.devfn >> 3,
           s.devfn & 7);

 out:
    spin_unlock(&pcidevs_lock);
    return rc;
}

int pci_remove_device(struct pci_sbdf s)
{
    struct pci_dev *pdev;
    int rc = -ENODEV;

    spin_lock(&pcidevs_lock);
    pdev = pci_find(s);
    if ( pdev )
    {
        list_del(&pdev->list);
        list_del(&pdev->domain_list);
        heap_free(pdev);
        rc = 0;
    }
    spin_unlock(&pcidevs_lock);

    return rc;
}

/* Stop a device before it changes hands. */
static void pci_quiesce(struct pci_dev *pdev)
{
    uint16_t cmd = pci_read16(pdev->sbdf, PCI_COMMAND);

    pci_write16(pdev->sbdf, PCI_COMMAND, cmd & ~PCI_COMMAND_MASTER);
    msix_disable(pdev);
}

int pci_assign(struct domain *d, struct pci_sbdf s)
{
    struct pci_dev *pdev;
    int rc;

    spin_lock(&pcidevs_lock);

    pdev = pci_find(s);
    if ( !pdev )
    {
        rc = -ENODEV;
        goto out;
    }

    if ( pdev->owner )
    {
        rc = -EBUSY;
        goto out;
    }

    pci_quiesce(pdev);
    rc = iommu_attach(d, pdev);
    if ( rc )
        goto out;

    pdev->owner = d;
    pdev->faults = 0;
    list_add_tail(&pdev->domain_list, &d->pci_devices);

 out:
    spin_unlock(&pcidevs_lock);
    return rc;
}

static void pci_detach(struct domain *d, struct pci_dev *pdev)
{
    iommu_detach(d, pdev);
    pci_quiesce(pdev);
    list_del(&pdev->domain_list);
    pdev->owner = NULL;
}

int pci_deassign(struct domain *d, struct pci_sbdf s)
{
    struct pci_dev *pdev;
    int rc = 0;

    spin_lock(&pcidevs_lock);
    pdev = pci_find(s);
    if ( !pdev || pdev->owner != d )
        rc = -ENODEV;
    else
        pci_detach(d, pdev);
    spin_unlock(&pcidevs_lock);

    return rc;
}

void pci_release_domain(struct domain *d)
{
    spin_lock(&pcidevs_lock);
    while ( !list_empty(&d->pci_devices) )
        pci_detach(d, container_of(d->pci_devices.next, struct pci_dev,
                                   domain_list));
    spin_unlock(&pcidevs_lock);
}

void pci_fault(struct pci_sbdf s, paddr_t addr)
{
    struct pci_dev *pdev;

    spin_lock(&pcidevs_lock);
    pdev = pci_find(s);
    if ( pdev && ++pdev->faults > FAULT_LIMIT )
    {
        printk("pci %04x:%02x:%02x.%u: fault at %#lx, stopped\n", s.seg, s.bus,
               s.devfn >> 3, s.devfn & 7, addr);
        pci_quiesce(pdev);
    }
    spin_unlock(&pcidevs_lock);
}
