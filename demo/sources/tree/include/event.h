/* Event channels. */
#ifndef SLUICE_EVENT_H
#define SLUICE_EVENT_H

#include <domain.h>

#define EVTCHN_MAX      4096
#define EVTCHN_WORDS    (EVTCHN_MAX / 64)
#define NR_VIRQS        24
#define VIRQ_TIMER      0
#define VIRQ_CONSOLE    2
#define VIRQ_ADMIN      3

enum evtchn_state {
    ECS_FREE,
    ECS_RESERVED,
    ECS_UNBOUND,
    ECS_INTERDOMAIN,
    ECS_VIRQ,
    ECS_IPI,
};

struct evtchn {
    uint8_t state;
    bool masked;
    uint16_t vcpu;
    uint32_t port;
    union {
        struct { domid_t remote; } unbound;
        struct { struct domain *remote; uint32_t port; } inter;
        uint32_t virq;
    } u;
};

struct evtchn_table {
    spinlock_t lock;
    unsigned int max_ports;
    struct evtchn port[EVTCHN_MAX];
    uint64_t pending[EVTCHN_WORDS];
    uint64_t mask[EVTCHN_WORDS];
    uint64_t selector;
    uint32_t virq_port[NR_VIRQS];
};

int evtchn_init(struct domain *d);
void evtchn_destroy(struct domain *d);
int evtchn_send(struct domain *d, uint32_t port);
void send_guest_virq(struct domain *d, unsigned int virq);
long do_event_op(unsigned int cmd, uint64_t arg);

enum evtchn_command {
    EVTCHN_alloc_unbound = 0,
    EVTCHN_bind_interdomain,
    EVTCHN_bind_virq,
    EVTCHN_bind_ipi,
    EVTCHN_close,
    EVTCHN_send,
    EVTCHN_status,
    EVTCHN_unmask,
    EVTCHN_reset,
};

struct evtchn_op {
    domid_t dom;
    domid_t remote;
    uint32_t port;
    uint32_t remote_port;
    uint32_t virq;
    uint32_t vcpu;
    uint32_t state;
};

#endif
