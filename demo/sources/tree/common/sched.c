/*
 * The credit scheduler.
 *
 * Units earn credit at every tick in proportion to their weight and burn it
 * while they run. Who has credit left runs before who has not; among equals
 * the queue is served in turn.
 */
#include <console.h>
#include <domain.h>
#include <errno.h>
#include <lock.h>
#include <mm.h>
#include <sched.h>

static struct runqueue runqueues[NR_CPUS];
static unsigned int nr_cpus_online = 1;

static struct runqueue *unit_queue(const struct sched_unit *u)
{
    return &runqueues[u->cpu];
}

static bool unit_queued(const struct sched_unit *u)
{
    return u->run.next != &u->run;
}

static void queue_insert(struct runqueue *rq, struct sched_unit *u)
{
    struct list_head *pos;

    for ( pos = rq->units.next; pos != &rq->units; pos = pos->next )
    {
        struct sched_unit *other = container_of(pos, struct sched_unit, run);

        if ( u->prio > other->prio )
            break;
    }

    list_add_tail(&u->run, pos);
    rq->nr++;
}

static void queue_remove(struct runqueue *rq, struct sched_unit *u)
{
    list_del(&u->run);
    rq->nr--;
}

/* Take what a unit has used since it was last looked at. */
static void burn_credit(struct sched_unit *u, s_time_t now)
{
    s_time_t delta = now - u->started;

    if ( delta <= 0 )
        return;

    u->credit -= delta * CREDIT_PER_TICK / SCHED_TICK;
    u->consumed += delta;
    u->started = now;
}

static unsigned int pick_cpu(const struct sched_unit *u)
{
    unsigned int cpu, best = u->cpu;

    if ( u->pinned != NR_CPUS )
        return u->pinned;

    for ( cpu = 0; cpu < nr_cpus_online; cpu++ )
        if ( runqueues[cpu].nr < runqueues[best].nr )
            best = cpu;

    return best;
}

int sched_init_unit(struct vcpu *v)
{
    struct sched_unit *u = heap_alloc(sizeof(*u));
    struct runqueue *rq;

    if ( !u )
        return -ENOMEM;

    memset(u, 0, sizeof(*u));
    list_init(&u->run);
    u->vcpu = v;
    u->weight = CREDIT_DEFAULT;
    u->pinned = NR_CPUS;
    u->prio = PRIO_UNDER;
    u->cpu = pick_cpu(u);
    v->unit = u;

    rq = unit_queue(u);
    spin_lock(&rq->lock);
    rq->weight += u->weight;
    spin_unlock(&rq->lock);
    return 0;
}

void sched_destroy_unit(struct vcpu *v)
{
    struct sched_unit *u = v->unit;
    struct runqueue *rq = unit_queue(u);

    spin_lock(&rq->lock);
    if ( unit_queued(u) )
        queue_remove(rq, u);
    rq->weight -= u->weight;
    spin_unlock(&rq->lock);

    v->unit = NULL;
    heap_free(u);
}

void sched_wake(struct vcpu *v)
{
    struct sched_unit *u = v->unit;
    struct runqueue *rq = unit_queue(u);

    spin_lock(&rq->lock);

    v->blocked = false;
    if ( u->running || unit_queued(u) )
        goto out;

    /* Who slept with credit left answers interrupts at once. */
    if ( u->prio == PRIO_UNDER )
        u->prio = PRIO_BOOST;

    queue_insert(rq, u);
    if ( !rq->curr || u->prio > rq->curr->prio )
        cpu_raise_softirq(u->cpu);

 out:
    spin_unlock(&rq->lock);
}

void sched_sleep(struct vcpu *v)
{
    struct sched_unit *u = v->unit;
    struct runqueue *rq = unit_queue(u);

    spin_lock(&rq->lock);

    v->blocked = true;
    if ( u->running )
        cpu_raise_softirq(u->cpu);
    else if ( unit_queued(u) )
        queue_remove(rq, u);

    spin_unlock(&rq->lock);
}

void sched_yield(struct vcpu *v)
{
    struct sched_unit *u = v->unit;
    struct runqueue *rq = unit_queue(u);

    spin_lock(&rq->lock);
    u->yielding = true;
    cpu_raise_softirq(u->cpu);
    spin_unlock(&rq->lock);
}

static void unit_migrate(struct sched_unit *u, unsigned int cpu)
{
    struct runqueue *from = unit_queue(u);
    struct runqueue *to = &runqueues[cpu];
    bool queued;

    if ( from == to )
        return;

    spin_lock(&from->lock);
    queued = unit_queued(u);
    if ( queued )
        queue_remove(from, u);
    from->weight -= u->weight;
    spin_unlock(&from->lock);

    spin_lock(&to->lock);
    u->cpu = cpu;
    to->weight += u->weight;
    if ( queued )
        queue_insert(to, u);
    spin_unlock(&to->lock);
}

int sched_pin(struct vcpu *v, unsigned int cpu)
{
    struct sched_unit *u = v->unit;

    if ( cpu > NR_CPUS )
        return -EINVAL;

    u->pinned = cpu;
    if ( cpu != NR_CPUS )
        unit_migrate(u, cpu);

    return 0;
}

int sched_set_weight(struct vcpu *v, unsigned int weight, unsigned int cap)
{
    struct sched_unit *u = v->unit;
    struct runqueue *rq = unit_queue(u);

    if ( !weight || weight > 65535 )
        return -EINVAL;

    spin_lock(&rq->lock);
    rq->weight += weight - u->weight;
    u->weight = weight;
    u->cap = cap;
    spin_unlock(&rq->lock);

    return 0;
}

static void account_unit(struct runqueue *rq, struct sched_unit *u)
{
    int fair = CREDIT_PER_TICK * u->weight / rq->weight;

    u->credit += fair;
    if ( u->credit > CREDIT_MAX )
        u->credit = CREDIT_MAX;

    u->prio = u->credit < 0 ? PRIO_OVER : PRIO_UNDER;
}

void sched_tick(unsigned int cpu)
{
    struct runqueue *rq = &runqueues[cpu];
    struct list_head *pos;
    s_time_t now = now_ns();

    spin_lock(&rq->lock);

    if ( rq->curr && rq->curr != rq->idle )
    {
        burn_credit(rq->curr, now);
        account_unit(rq, rq->curr);
    }

    for ( pos = rq->units.next; pos != &rq->units; pos = pos->next )
        account_unit(rq, container_of(pos, struct sched_unit, run));

    rq->next_tick = now + SCHED_TICK;
    spin_unlock(&rq->lock);
}

struct sched_unit *sched_pick_next(unsigned int cpu, s_time_t now)
{
    struct runqueue *rq = &runqueues[cpu];
    struct sched_unit *prev = rq->curr;
    struct sched_unit *next;

    spin_lock(&rq->lock);

    if ( prev && prev != rq->idle )
    {
        burn_credit(prev, now);

        /* Nobody is preempted before its minimal run is over. */
        if ( !prev->yielding && !prev->vcpu->blocked &&
             now - prev->started < SCHED_RATELIMIT )
        {
            spin_unlock(&rq->lock);
            return prev;
        }

        prev->running = false;
        if ( !prev->vcpu->blocked )
            queue_insert(rq, prev);
    }

    if ( list_empty(&rq->units) )
        next = rq->idle;
    else
    {
        next = container_of(rq->units.next, struct sched_unit, run);
        queue_remove(rq, next);
    }

    if ( prev )
        prev->yielding = false;
    next->running = true;
    next->started = now;
    rq->curr = next;
    spin_unlock(&rq->lock);

    return next;
}
