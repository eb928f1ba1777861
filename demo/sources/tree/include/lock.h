/* Spin locks, reader-writer locks and the barriers they stand on. */
#ifndef SLUICE_LOCK_H
#define SLUICE_LOCK_H

#include <types.h>

typedef struct {
    volatile uint32_t ticket;
    volatile uint32_t serving;
} spinlock_t;

typedef struct {
    volatile int32_t readers;
    spinlock_t writer;
} rwlock_t;

#define barrier()   __asm__ __volatile__("" ::: "memory")
#define smp_mb()    __asm__ __volatile__("mfence" ::: "memory")
#define smp_rmb()   barrier()
#define smp_wmb()   barrier()
#define cpu_relax() __asm__ __volatile__("pause")

static inline void spin_lock_init(spinlock_t *l)
{
    l->ticket = l->serving = 0;
}

static inline void spin_lock(spinlock_t *l)
{
    uint32_t mine = __sync_fetch_and_add(&l->ticket, 1);

    while ( l->serving != mine )
        cpu_relax();
    smp_rmb();
}

static inline void spin_unlock(spinlock_t *l)
{
    smp_wmb();
    l->serving++;
}

static inline bool spin_is_locked(const spinlock_t *l)
{
    return l->ticket != l->serving;
}

static inline void rwlock_init(rwlock_t *l)
{
    l->readers = 0;
    spin_lock_init(&l->writer);
}

static inline void read_lock(rwlock_t *l)
{
    spin_lock(&l->writer);
    __sync_fetch_and_add(&l->readers, 1);
    spin_unlock(&l->writer);
}

static inline void read_unlock(rwlock_t *l)
{
    __sync_fetch_and_sub(&l->readers, 1);
}

static inline void write_lock(rwlock_t *l)
{
    spin_lock(&l->writer);
    while ( l->readers )
        cpu_relax();
}

static inline void write_unlock(rwlock_t *l)
{
    spin_unlock(&l->writer);
}

#endif
