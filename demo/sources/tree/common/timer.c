/*
 * One-shot timers, one heap for every processor.
 */
#include <errno.h>
#include <sched.h>
#include <timer.h>

struct timer_heap {
    spinlock_t lock;
    unsigned int nr;
    struct timer *slot[TIMER_HEAP_MAX + 1];
};

static struct timer_heap heaps[NR_CPUS];

static void heap_place(struct timer_heap *h, unsigned int pos, struct timer *t)
{
    h->slot[pos] = t;
    t->slot = pos;
}

static void heap_up(struct timer_heap *h, unsigned int pos)
{
    struct timer *t = h->slot[pos];

    while ( pos > 1 && h->slot[pos / 2]->expires > t->expires )
    {
        heap_place(h, pos, h->slot[pos / 2]);
        pos /= 2;
    }
    heap_place(h, pos, t);
}

static void heap_down(struct timer_heap *h, unsigned int pos)
{
    struct timer *t = h->slot[pos];

    for ( ; ; )
    {
        unsigned int child = pos * 2;

        if ( child > h->nr )
            break;
        if ( child < h->nr &&
             h->slot[child + 1]->expires < h->slot[child]->expires )
            child++;
        if ( t->expires <= h->slot[child]->expires )
            break;
        heap_place(h, pos, h->slot[child]);
        pos = child;
    }
    heap_place(h, pos, t);
}

static void heap_remove(struct timer_heap *h, struct timer *t)
{
    unsigned int pos = t->slot;
    struct timer *last = h->slot[h->nr--];

    t->slot = 0;
    if ( last == t )
        return;

    heap_place(h, pos, last);
    heap_up(h, pos);
    heap_down(h, last->slot);
}

void timer_init(struct timer *t, void (*fn)(void *), void *data, unsigned int cpu)
{
    t->fn = fn;
    t->data = data;
    t->cpu = cpu;
    t->slot = 0;
}

int timer_set(struct timer *t, s_time_t expires)
{
    struct timer_heap *h = &heaps[t->cpu];
    int rc = 0;

    spin_lock(&h->lock);
    if ( t->slot )
        heap_remove(h, t);

    if ( h->nr == TIMER_HEAP_MAX )
        rc = -ENOSPC;
    else
    {
        t->expires = expires;
        heap_place(h, ++h->nr, t);
        heap_up(h, h->nr);
    }
    spin_unlock(&h->lock);

    if ( !rc && t->slot == 1 )
        cpu_raise_softirq(t->cpu);
    return rc;
}

void timer_stop(struct timer *t)
{
    struct timer_heap *h = &heaps[t->cpu];

    spin_lock(&h->lock);
    if ( t->slot )
        heap_remove(h, t);
    spin_unlock(&h->lock);
}

void timer_softirq(unsigned int cpu)
{
    struct timer_heap *h = &heaps[cpu];
    struct timer *t;

    spin_lock(&h->lock);
    while ( h->nr && h->slot[1]->expires <= now_ns() )
    {
        t = h->slot[1];
        heap_remove(h, t);
        spin_unlock(&h->lock);
        t->fn(t->data);
        spin_lock(&h->lock);
    }
    spin_unlock(&h->lock);
}
