/* Integer types, error-free arithmetic and list plumbing. */
#ifndef SLUICE_TYPES_H
#define SLUICE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t gfn_t;
typedef uint64_t mfn_t;
typedef uint64_t paddr_t;
typedef int64_t  s_time_t;
typedef uint16_t domid_t;

#define INVALID_MFN     (~(mfn_t)0)
#define INVALID_GFN     (~(gfn_t)0)
#define DOMID_SELF      0x7ff0
#define DOMID_NONE      0x7ff4

#define PAGE_SHIFT      12
#define PAGE_SIZE       (1ul << PAGE_SHIFT)
#define PAGE_MASK       (~(PAGE_SIZE - 1))

#define MILLISECS(ms)   ((s_time_t)(ms) * 1000000)
#define MICROSECS(us)   ((s_time_t)(us) * 1000)

#define ARRAY_SIZE(a)   (sizeof(a) / sizeof((a)[0]))
#define min(a, b)       ((a) < (b) ? (a) : (b))
#define max(a, b)       ((a) > (b) ? (a) : (b))
#define container_of(p, t, m) ((t *)((char *)(p) - offsetof(t, m)))

struct list_head {
    struct list_head *next, *prev;
};

static inline void list_init(struct list_head *h)
{
    h->next = h->prev = h;
}

static inline bool list_empty(const struct list_head *h)
{
    return h->next == h;
}

static inline void list_add_tail(struct list_head *e, struct list_head *h)
{
    e->prev = h->prev;
    e->next = h;
    h->prev->next = e;
    h->prev = e;
}

static inline void list_del(struct list_head *e)
{
    e->prev->next = e->next;
    e->next->prev = e->prev;
    list_init(e);
}

#endif
