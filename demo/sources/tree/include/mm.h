/* Machine pages, references on them and copies from and to guests. */
#ifndef SLUICE_MM_H
#define SLUICE_MM_H

#include <domain.h>

#define PGT_none        0u
#define PGT_writable    1u
#define PGT_table       2u

struct page_info {
    struct domain *owner;
    volatile uint32_t count;
    volatile uint32_t type_count;
    uint32_t type;
    uint32_t flags;
    struct list_head list;
};

extern struct page_info *frame_table;
extern mfn_t max_page;

static inline bool mfn_valid(mfn_t mfn)
{
    return mfn < max_page;
}

static inline struct page_info *mfn_to_page(mfn_t mfn)
{
    return &frame_table[mfn];
}

static inline mfn_t page_to_mfn(const struct page_info *pg)
{
    return pg - frame_table;
}

bool get_page(struct page_info *pg, const struct domain *d);
bool get_page_type(struct page_info *pg, uint32_t type);
void put_page(struct page_info *pg);
void put_page_type(struct page_info *pg);
struct page_info *alloc_page(struct domain *d);
void free_page(struct page_info *pg);
void *map_page(mfn_t mfn);
void unmap_page(const void *va);

void *heap_alloc(size_t bytes);
void heap_free(void *p);

int copy_from_guest(void *to, uint64_t from, size_t bytes);
int copy_to_guest(uint64_t to, const void *from, size_t bytes);

void *memset(void *s, int c, size_t n);
void *memcpy(void *to, const void *from, size_t n);

#endif
