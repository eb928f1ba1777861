/* What a domain and its virtual processors are made of. */
#ifndef SLUICE_DOMAIN_H
#define SLUICE_DOMAIN_H

#include <lock.h>
#include <types.h>

#define MAX_VCPUS       64
#define MAX_DOMAINS     1024

struct grant_table;
struct evtchn_table;
struct p2m_table;
struct sched_unit;

enum domain_state {
    DOMSTATE_BUILDING,
    DOMSTATE_RUNNING,
    DOMSTATE_PAUSED,
    DOMSTATE_DYING,
    DOMSTATE_DEAD,
};

struct vcpu {
    unsigned int id;
    struct domain *domain;
    struct sched_unit *unit;
    bool online;
    bool blocked;
    bool upcall_pending;
    uint64_t regs[16];
    uint64_t rip;
    uint64_t rflags;
    uint64_t cr2;
    uint64_t msr_efer;
    uint64_t msr_star;
    uint64_t msr_lstar;
    uint64_t msr_spec_ctrl;
};

struct domain {
    domid_t id;
    enum domain_state state;
    bool privileged;
    spinlock_t lock;
    int refcount;
    unsigned int max_vcpus;
    struct vcpu *vcpu[MAX_VCPUS];
    uint64_t tot_pages;
    uint64_t max_pages;
    struct grant_table *grant;
    struct evtchn_table *evtchn;
    struct p2m_table *p2m;
    struct list_head pci_devices;
    struct domain *next;
    char name[32];
};

struct domain *domain_find(domid_t id);
struct domain *domain_get(domid_t id);
void domain_put(struct domain *d);
int domain_create(domid_t id, unsigned int max_vcpus, struct domain **out);
int domain_kill(struct domain *d);
void domain_pause(struct domain *d);
void domain_unpause(struct domain *d);
struct vcpu *current_vcpu(void);

static inline struct domain *current_domain(void)
{
    return current_vcpu()->domain;
}

static inline bool domain_is_dying(const struct domain *d)
{
    return d->state >= DOMSTATE_DYING;
}

#endif
