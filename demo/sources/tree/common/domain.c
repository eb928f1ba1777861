/*
 * Domains: creation, references and the way out.
 */
#include <console.h>
#include <domain.h>
#include <errno.h>
#include <event.h>
#include <grant.h>
#include <mm.h>
#include <p2m.h>
#include <pci.h>
#include <sched.h>

static struct domain *domain_list;
static spinlock_t domain_list_lock;

/* Find without a reference: good for as long as the caller holds a lock. */
struct domain *domain_find(domid_t id)
{
    struct domain *d;

    for ( d = domain_list; d; d = d->next )
        if ( d->id == id )
            return d;

    return NULL;
}

struct domain *domain_get(domid_t id)
{
    struct domain *d;

    spin_lock(&domain_list_lock);
    d = domain_find(id);
    if ( d && d->state != DOMSTATE_DEAD )
        d->refcount++;
    else
        d = NULL;
    spin_unlock(&domain_list_lock);

    return d;
}

static void domain_free(struct domain *d)
{
    struct domain **pos;
    unsigned int i;

    for ( pos = &domain_list; *pos != d; pos = &(*pos)->next )
        continue;
    *pos = d->next;

    for ( i = 0; i < d->max_vcpus; i++ )
        if ( d->vcpu[i] )
        {
            sched_destroy_unit(d->vcpu[i]);
            heap_free(d->vcpu[i]);
        }

    evtchn_destroy(d);
    grant_table_destroy(d);
    p2m_teardown(d);
    heap_free(d);
}

void domain_put(struct domain *d)
{
    bool last;

    spin_lock(&domain_list_lock);
    last = !--d->refcount;
    spin_unlock(&domain_list_lock);

    if ( last )
        domain_free(d);
}

static int vcpu_create(struct domain *d, unsigned int id)
{
    struct vcpu *v = heap_alloc(sizeof(*v));
    int rc;

    if ( !v )
        return -ENOMEM;

    memset(v, 0, sizeof(*v));
    v->id = id;
    v->domain = d;
    rc = sched_init_unit(v);
    if ( rc )
    {
        heap_free(v);
        return rc;
    }

    d->vcpu[id] = v;
    return 0;
}

int domain_create(domid_t id, unsigned int max_vcpus, struct domain **out)
{
    struct domain *d;
    unsigned int i;
    int rc;

    if ( max_vcpus > MAX_VCPUS || id >= DOMID_SELF )
        return -EINVAL;

    if ( domain_find(id) )
        return -EEXIST;

    d = heap_alloc(sizeof(*d));
    if ( !d )
        return -ENOMEM;

    memset(d, 0, sizeof(*d));
    d->id = id;
    d->refcount = 1;
    d->max_vcpus = max_vcpus;
    d->state = DOMSTATE_BUILDING;
    spin_lock_init(&d->lock);
    list_init(&d->pci_devices);

    rc = p2m_init(d);
    if ( rc )
        goto fail;

    rc = evtchn_init(d);
    if ( rc )
        goto fail_p2m;

    for ( i = 0; i < max_vcpus; i++ )
    {
        rc = vcpu_create(d, i);
        if ( rc )
            goto fail_evtchn;
    }

    spin_lock(&domain_list_lock);
    d->next = domain_list;
    domain_list = d;
    spin_unlock(&domain_list_lock);

    *out = d;
    return 0;

 fail_evtchn:
    evtchn_destroy(d);
 fail_p2m:
    p2m_teardown(d);
 fail:
    heap_free(d);
    return rc;
}

void domain_pause(struct domain *d)
{
    unsigned int i;

    d->state = DOMSTATE_PAUSED;
    for ( i = 0; i < d->max_vcpus; i++ )
        if ( d->vcpu[i] )
            sched_sleep(d->vcpu[i]);
}

void domain_unpause(struct domain *d)
{
    unsigned int i;

    d->state = DOMSTATE_RUNNING;
    for ( i = 0; i < d->max_vcpus; i++ )
        if ( d->vcpu[i] )
            sched_wake(d->vcpu[i]);
}

int domain_kill(struct domain *d)
{
    if ( d->privileged )
        return -EPERM;

    spin_lock(&d->lock);
    if ( domain_is_dying(d) )
    {
        spin_unlock(&d->lock);
        return 0;
    }
    d->state = DOMSTATE_DYING;
    spin_unlock(&d->lock);

    domain_pause(d);
    pci_release_domain(d);
    grant_table_release(d);
    d->state = DOMSTATE_DEAD;
    domain_put(d);
    return 0;
}
