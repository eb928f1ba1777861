/*
 * Event channels: one bit that a domain raises in another.
 */
#include <console.h>
#include <domain.h>
#include <errno.h>
#include <event.h>
#include <lock.h>
#include <mm.h>
#include <sched.h>

static struct evtchn *evtchn_from_port(struct domain *d, uint32_t port)
{
    if ( port >= d->evtchn->max_ports )
        return NULL;
    return &d->evtchn->port[port];
}

int evtchn_init(struct domain *d)
{
    struct evtchn_table *tab = heap_alloc(sizeof(*tab));
    unsigned int i;

    if ( !tab )
        return -ENOMEM;

    memset(tab, 0, sizeof(*tab));
    spin_lock_init(&tab->lock);
    tab->max_ports = EVTCHN_MAX;
    for ( i = 0; i < EVTCHN_MAX; i++ )
        tab->port[i].port = i;

    /* Port 0 means "none" to guests. */
    tab->port[0].state = ECS_RESERVED;
    d->evtchn = tab;
    return 0;
}

static int get_free_port(struct domain *d)
{
    struct evtchn_table *tab = d->evtchn;
    uint32_t port;

    if ( domain_is_dying(d) )
        return -EINVAL;

    for ( port = 0; port < tab->max_ports; port++ )
        if ( tab->port[port].state == ECS_FREE )
            return port;

    return -ENOSPC;
}

static void set_pending(struct domain *d, struct evtchn *chn)
{
    struct evtchn_table *tab = d->evtchn;
    unsigned int word = chn->port / 64;
    uint64_t bit = 1ull << (chn->port % 64);

    if ( tab->pending[word] & bit )
        return;

    tab->pending[word] |= bit;
    if ( tab->mask[word] & bit )
        return;

    tab->selector |= 1ull << word;
    if ( d->vcpu[chn->vcpu] )
    {
        d->vcpu[chn->vcpu]->upcall_pending = true;
        sched_wake(d->vcpu[chn->vcpu]);
    }
}

static void double_lock(struct domain *a, struct domain *b)
{
    if ( a == b )
    {
        spin_lock(&a->evtchn->lock);
        return;
    }

    if ( a < b )
    {
        spin_lock(&a->evtchn->lock);
        spin_lock(&b->evtchn->lock);
    }
    else
    {
        spin_lock(&b->evtchn->lock);
        spin_lock(&a->evtchn->lock);
    }
}

static void double_unlock(struct domain *a, struct domain *b)
{
    spin_unlock(&a->evtchn->lock);
    if ( a != b )
        spin_unlock(&b->evtchn->lock);
}

static int evtchn_alloc_unbound(struct evtchn_op *op)
{
    struct domain *d = domain_get(op->dom == DOMID_SELF ? current_domain()->id
                                                        : op->dom);
    struct evtchn *chn;
    int port;

    if ( !d )
        return -ESRCH;

    if ( d != current_domain() && !current_domain()->privileged )
    {
        domain_put(d);
        return -EPERM;
    }

    spin_lock(&d->evtchn->lock);
    port = get_free_port(d);
    if ( port >= 0 )
    {
        chn = evtchn_from_port(d, port);
        chn->state = ECS_UNBOUND;
        chn->u.unbound.remote = op->remote;
        op->port = port;
    }
    spin_unlock(&d->evtchn->lock);

    domain_put(d);
    return port < 0 ? port : 0;
}

static int evtchn_bind_interdomain(struct evtchn_op *op)
{
    struct domain *ld = current_domain();
    struct domain *rd = domain_get(op->remote);
    struct evtchn *lchn, *rchn;
    int lport, rc = 0;

    if ( !rd )
        return -ESRCH;

    double_lock(ld, rd);

    lport = get_free_port(ld);
    if ( lport < 0 )
    {
        rc = lport;
        goto out;
    }

    rchn = evtchn_from_port(rd, op->remote_port);
    if ( !rchn || rchn->state != ECS_UNBOUND ||
         rchn->u.unbound.remote != ld->id )
    {
        rc = -EINVAL;
        goto out;
    }

    lchn = evtchn_from_port(ld, lport);
    lchn->u.inter.remote = rd;
    lchn->u.inter.port = op->remote_port;
    lchn->state = ECS_INTERDOMAIN;

    rchn->u.inter.remote = ld;
    rchn->u.inter.port = lport;
    rchn->state = ECS_INTERDOMAIN;

    /* The other side may have raised it before we were there to see. */
    set_pending(ld, lchn);
    op->port = lport;

 out:
    double_unlock(ld, rd);
    domain_put(rd);
    return rc;
}

static int evtchn_bind_virq(struct evtchn_op *op)
{
    struct domain *d = current_domain();
    struct evtchn *chn;
    int port, rc = 0;

    if ( op->virq >= NR_VIRQS )
        return -EINVAL;

    if ( op->vcpu >= d->max_vcpus || !d->vcpu[op->vcpu] )
        return -ENOENT;

    spin_lock(&d->evtchn->lock);

    if ( d->evtchn->virq_port[op->virq] )
    {
        rc = -EEXIST;
        goto out;
    }

    port = get_free_port(d);
    if ( port < 0 )
    {
        rc = port;
        goto out;
    }

    chn = evtchn_from_port(d, port);
    chn->state = ECS_VIRQ;
    chn->vcpu = op->vcpu;
    chn->u.virq = op->virq;
    d->evtchn->virq_port[op->virq] = op->port = port;

 out:
    spin_unlock(&d->evtchn->lock);
    return rc;
}

static int evtchn_bind_ipi(struct evtchn_op *op)
{
    struct domain *d = current_domain();
    struct evtchn *chn;
    int port;

    if ( op->vcpu >= d->max_vcpus )
        return -ENOENT;

    spin_lock(&d->evtchn->lock);
    port = get_free_port(d);
    if ( port >= 0 )
    {
        chn = evtchn_from_port(d, port);
        chn->state = ECS_IPI;
        chn->vcpu = op->vcpu;
        op->port = port;
    }
    spin_unlock(&d->evtchn->lock);

    return port < 0 ? port : 0;
}

static int evtchn_close(struct domain *d, uint32_t port)
{
    struct evtchn *chn, *rchn;
    struct domain *rd = NULL;
    int rc = 0;

    spin_lock(&d->evtchn->lock);

    chn = evtchn_from_port(d, port);
    if ( !chn )
    {
        rc = -EINVAL;
        goto out;
    }

    switch ( chn->state )
    {
    case ECS_FREE:
    case ECS_RESERVED:
        rc = -EINVAL;
        goto out;

    case ECS_UNBOUND:
    case ECS_IPI:
        break;

    case ECS_VIRQ:
        d->evtchn->virq_port[chn->u.virq] = 0;
        break;

    case ECS_INTERDOMAIN:
        rd = chn->u.inter.remote;
        rchn = evtchn_from_port(rd, chn->u.inter.port);
        rchn->state = ECS_UNBOUND;
        rchn->u.unbound.remote = d->id;
        break;
    }

    chn->state = ECS_FREE;
    chn->vcpu = 0;

 out:
    spin_unlock(&d->evtchn->lock);
    return rc;
}

int evtchn_send(struct domain *ld, uint32_t port)
{
    struct evtchn *lchn, *rchn;
    struct domain *rd;
    int rc = 0;

    spin_lock(&ld->evtchn->lock);

    lchn = evtchn_from_port(ld, port);
    if ( !lchn )
    {
        rc = -EINVAL;
        goto out;
    }

    switch ( lchn->state )
    {
    case ECS_INTERDOMAIN:
        rd = lchn->u.inter.remote;
        rchn = evtchn_from_port(rd, lchn->u.inter.port);
        set_pending(rd, rchn);
        break;

    case ECS_IPI:
        set_pending(ld, lchn);
        break;

    case ECS_UNBOUND:
        /* Silently dropped: nobody is there yet. */
        break;

    default:
        rc = -EINVAL;
    }

 out:
    spin_unlock(&ld->evtchn->lock);
    return rc;
}

void send_guest_virq(struct domain *d, unsigned int virq)
{
    uint32_t port;

    spin_lock(&d->evtchn->lock);
    port = d->evtchn->virq_port[virq];
    if ( port )
        set_pending(d, evtchn_from_port(d, port));
    spin_unlock(&d->evtchn->lock);
}

static int evtchn_status(struct evtchn_op *op)
{
    struct domain *d = domain_get(op->dom);
    struct evtchn *chn;
    int rc = 0;

    if ( !d )
        return -ESRCH;

    spin_lock(&d->evtchn->lock);
    chn = evtchn_from_port(d, op->port);
    if ( chn )
    {
        op->state = chn->state;
        op->vcpu = chn->vcpu;
    }
    else
        rc = -EINVAL;
    spin_unlock(&d->evtchn->lock);

    domain_put(d);
    return rc;
}

static int evtchn_unmask(uint32_t port)
{
    struct domain *d = current_domain();
    struct evtchn_table *tab = d->evtchn;
    uint64_t bit = 1ull << (port % 64);

    if ( port >= tab->max_ports )
        return -EINVAL;

    tab->mask[port / 64] &= ~bit;
    if ( tab->pending[port / 64] & bit )
        tab->selector |= 1ull << (port / 64);

    return 0;
}

static int evtchn_reset(struct domain *d)
{
    uint32_t port;

    for ( port = 1; port < d->evtchn->max_ports; port++ )
        evtchn_close(d, port);

    memset(d->evtchn->pending, 0, sizeof(d->evtchn->pending));
    memset(d->evtchn->mask, 0xff, sizeof(d->evtchn->mask));
    return 0;
}

void evtchn_destroy(struct domain *d)
{
    evtchn_reset(d);
    heap_free(d->evtchn);
    d->evtchn = NULL;
}

long do_event_op(unsigned int cmd, uint64_t arg)
{
    struct evtchn_op op;
    long rc;

    if ( copy_from_guest(&op, arg, sizeof(op)) )
        return -EFAULT;

    switch ( cmd )
    {
    case EVTCHN_alloc_unbound:
        rc = evtchn_alloc_unbound(&op);
        break;
    case EVTCHN_bind_interdomain:
        rc = evtchn_bind_interdomain(&op);
        break;
    case EVTCHN_bind_virq:
        rc = evtchn_bind_virq(&op);
        break;
    case EVTCHN_bind_ipi:
        rc = evtchn_bind_ipi(&op);
        break;
    case EVTCHN_close:
        rc = evtchn_close(current_domain(), op.port);
        break;
    case EVTCHN_send:
        rc = evtchn_send(current_domain(), op.port);
        break;
    case EVTCHN_status:
        rc = evtchn_status(&op);
        break;
    case EVTCHN_unmask:
        rc = evtchn_unmask(op.port);
        break;
    case EVTCHN_reset:
        rc = evtchn_reset(current_domain());
        break;
    default:
        return -ENOSYS;
    }

    if ( !rc && copy_to_guest(arg, &op, sizeof(op)) )
        rc = -EFAULT;
    return rc;
}
