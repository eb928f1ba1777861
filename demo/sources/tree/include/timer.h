/* One-shot timers, kept in a heap for every processor. */
#ifndef SLUICE_TIMER_H
#define SLUICE_TIMER_H

#include <lock.h>

#define TIMER_HEAP_MAX  512

struct timer {
    s_time_t expires;
    unsigned int cpu;
    unsigned int slot;
    void (*fn)(void *data);
    void *data;
};

void timer_init(struct timer *t, void (*fn)(void *), void *data, unsigned int cpu);
int timer_set(struct timer *t, s_time_t expires);
void timer_stop(struct timer *t);
void timer_softirq(unsigned int cpu);

#endif
