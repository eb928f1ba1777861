/* The credit scheduler's view of processors and of what runs on them. */
#ifndef SLUICE_SCHED_H
#define SLUICE_SCHED_H

#include <domain.h>

#define NR_CPUS             256
#define CREDIT_PER_TICK     100
#define CREDIT_MAX          300
#define CREDIT_DEFAULT      256
#define SCHED_TICK          MILLISECS(10)
#define SCHED_SLICE         MILLISECS(30)
#define SCHED_RATELIMIT     MICROSECS(1000)

enum sched_prio {
    PRIO_BOOST = 0,
    PRIO_UNDER = -1,
    PRIO_OVER = -2,
    PRIO_IDLE = -64,
};

struct sched_unit {
    struct vcpu *vcpu;
    struct list_head run;
    int prio;
    int credit;
    uint16_t weight;
    uint16_t cap;
    unsigned int cpu;
    unsigned int pinned;
    bool running;
    bool yielding;
    s_time_t started;
    s_time_t consumed;
};

struct runqueue {
    spinlock_t lock;
    struct list_head units;
    struct sched_unit *curr;
    struct sched_unit *idle;
    unsigned int nr;
    unsigned int weight;
    s_time_t next_tick;
};

int sched_init_unit(struct vcpu *v);
void sched_destroy_unit(struct vcpu *v);
void sched_wake(struct vcpu *v);
void sched_sleep(struct vcpu *v);
void sched_yield(struct vcpu *v);
int sched_pin(struct vcpu *v, unsigned int cpu);
int sched_set_weight(struct vcpu *v, unsigned int weight, unsigned int cap);
void sched_tick(unsigned int cpu);
struct sched_unit *sched_pick_next(unsigned int cpu, s_time_t now);

s_time_t now_ns(void);
void cpu_raise_softirq(unsigned int cpu);

#endif
