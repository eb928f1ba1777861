/* PCI devices and what the hypervisor remembers of them. */
#ifndef SLUICE_PCI_H
#define SLUICE_PCI_H

#include <domain.h>

#define PCI_VENDOR_ID       0x00
#define PCI_COMMAND         0x04
#define PCI_COMMAND_MEMORY  0x0002
#define PCI_COMMAND_MASTER  0x0004
#define PCI_HEADER_TYPE     0x0e
#define PCI_BAR0            0x10
#define PCI_CAP_LIST        0x34
#define PCI_CAP_ID_MSI      0x05
#define PCI_CAP_ID_EXP      0x10
#define PCI_CAP_ID_MSIX     0x11
#define PCI_CAP_MAX         48

#define MSIX_CTRL           2
#define MSIX_CTRL_ENABLE    0x8000
#define MSIX_CTRL_MASKALL   0x4000
#define MSIX_CTRL_SIZE      0x07ff

struct pci_sbdf {
    uint16_t seg;
    uint8_t bus;
    uint8_t devfn;
};

struct pci_dev {
    struct pci_sbdf sbdf;
    struct domain *owner;
    struct list_head list;
    struct list_head domain_list;
    uint8_t msi_pos;
    uint8_t msix_pos;
    uint16_t msix_entries;
    mfn_t msix_table;
    bool msix_enabled;
    bool quarantined;
    uint64_t bar[6];
    uint64_t bar_size[6];
    unsigned int faults;
};

uint32_t pci_read32(struct pci_sbdf s, unsigned int reg);
uint16_t pci_read16(struct pci_sbdf s, unsigned int reg);
uint8_t pci_read8(struct pci_sbdf s, unsigned int reg);
void pci_write32(struct pci_sbdf s, unsigned int reg, uint32_t v);
void pci_write16(struct pci_sbdf s, unsigned int reg, uint16_t v);

struct pci_dev *pci_find(struct pci_sbdf s);
int pci_add_device(struct pci_sbdf s);
int pci_remove_device(struct pci_sbdf s);
int pci_assign(struct domain *d, struct pci_sbdf s);
int pci_deassign(struct domain *d, struct pci_sbdf s);
void pci_release_domain(struct domain *d);
void pci_fault(struct pci_sbdf s, paddr_t addr);

int iommu_attach(struct domain *d, struct pci_dev *pdev);
void iommu_detach(struct domain *d, struct pci_dev *pdev);
int iommu_map(struct domain *d, gfn_t gfn, mfn_t mfn, bool write);
int iommu_unmap(struct domain *d, gfn_t gfn);

#endif
