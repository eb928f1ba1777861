/*
 * Control operations. Only the gatekeeper may call them.
 */
#include <console.h>
#include <domain.h>
#include <domctl.h>
#include <errno.h>
#include <grant.h>
#include <mm.h>
#include <p2m.h>
#include <pci.h>
#include <sched.h>

static struct pci_sbdf sbdf_of(uint32_t raw)
{
    return (struct pci_sbdf){ .seg = raw >> 16, .bus = raw >> 8, .devfn = raw };
}

static int domctl_create(struct domctl *op)
{
    struct domain *d;
    unsigned int i;
    int rc;

    rc = domain_create(op->domain, op->u.create.max_vcpus, &d);
    if ( rc )
        return rc;

    for ( i = 0; i < sizeof(d->name) - 1 && op->u.create.name[i]; i++ )
        d->name[i] = op->u.create.name[i];
    d->name[i] = '\0';

    return grant_table_create(d, op->u.create.grant_frames);
}

static int domctl_info(struct domain *d, struct domctl *op)
{
    op->u.info.state = d->state;
    op->u.info.vcpus = d->max_vcpus;
    op->u.info.pages = d->tot_pages;
    op->u.info.limit = d->max_pages;
    return 0;
}

static int domctl_max_memory(struct domain *d, const struct domctl *op)
{
    d->max_pages = op->u.max_memory.pages;
    return 0;
}

static int domctl_context(struct domain *d, struct domctl *op)
{
    struct vcpu_context ctx;
    struct vcpu *v;
    unsigned int i;

    if ( op->u.context.vcpu >= d->max_vcpus )
        return -EINVAL;

    v = d->vcpu[op->u.context.vcpu];
    if ( !v )
        return -ENOENT;

    if ( !op->u.context.set )
    {
        for ( i = 0; i < 16; i++ )
            ctx.regs[i] = v->regs[i];
        ctx.rip = v->rip;
        ctx.rflags = v->rflags;
        ctx.efer = v->msr_efer;
        return copy_to_guest(op->u.context.buffer, &ctx, sizeof(ctx)) ? -EFAULT
                                                                      : 0;
    }

    if ( copy_from_guest(&ctx, op->u.context.buffer, sizeof(ctx)) )
        return -EFAULT;

    for ( i = 0; i < 16; i++ )
        v->regs[i] = ctx.regs[i];
    v->rip = ctx.rip;
    v->rflags = ctx.rflags;
    v->msr_efer = ctx.efer;
    v->msr_lstar = ctx.lstar;
    v->online = true;
    return 0;
}

static int domctl_schedule(struct domain *d, const struct domctl *op)
{
    struct vcpu *v;
    int rc;

    if ( op->u.schedule.vcpu >= d->max_vcpus )
        return -EINVAL;

    v = d->vcpu[op->u.schedule.vcpu];
    if ( !v )
        return -ENOENT;

    rc = sched_set_weight(v, op->u.schedule.weight, op->u.schedule.cap);
    if ( !rc && op->u.schedule.pin >= 0 )
        rc = sched_pin(v, op->u.schedule.pin);

    return rc;
}

static int domctl_memory_map(struct domain *d, const struct domctl *op)
{
    gfn_t gfn = op->u.map.gfn;
    mfn_t mfn = op->u.map.mfn;
    uint64_t count = op->u.map.count, i;
    int rc = 0;

    if ( !op->u.map.add )
        return p2m_set_range(d->p2m, gfn, INVALID_MFN, count, p2m_invalid);

    for ( i = 0; i < count; i++ )
        if ( mfn_valid(mfn + i) )
            return -EPERM;

    rc = p2m_set_range(d->p2m, gfn, mfn, count, p2m_mmio_direct);
    if ( rc )
        p2m_set_range(d->p2m, gfn, INVALID_MFN, count, p2m_invalid);

    return rc;
}

long do_domctl(uint64_t arg)
{
    struct domctl op;
    struct domain *d;
    bool copyback = false;
    long rc;

    if ( !current_domain()->privileged )
        return -EPERM;

    if ( copy_from_guest(&op, arg, sizeof(op)) )
        return -EFAULT;

    if ( op.version != DOMCTL_INTERFACE_VERSION )
        return -EACCES;

    if ( op.command == DOMCTL_create )
        return domctl_create(&op);

    d = domain_get(op.domain);
    if ( !d )
        return -ESRCH;

    switch ( op.command )
    {
    case DOMCTL_destroy:
        rc = domain_kill(d);
        break;

    case DOMCTL_pause:
        domain_pause(d);
        rc = 0;
        break;

    case DOMCTL_unpause:
        domain_unpause(d);
        rc = 0;
        break;

    case DOMCTL_info:
        rc = domctl_info(d, &op);
        copyback = true;
        break;

    case DOMCTL_max_memory:
        rc = domctl_max_memory(d, &op);
        break;

    case DOMCTL_vcpu_context:
        rc = domctl_context(d, &op);
        break;

    case DOMCTL_schedule:
        rc = domctl_schedule(d, &op);
        break;

    case DOMCTL_assign_device:
        rc = pci_assign(d, sbdf_of(op.u.device.sbdf));
        break;

    case DOMCTL_deassign_device:
        rc = pci_deassign(d, sbdf_of(op.u.device.sbdf));
        break;

    case DOMCTL_memory_access:
        rc = p2m_set_access(d, op.u.access.gfn, op.u.access.count,
                            op.u.access.access);
        break;

    case DOMCTL_memory_map:
        rc = domctl_memory_map(d, &op);
        break;

    default:
        rc = -ENOSYS;
        break;
    }

    domain_put(d);
    if ( copyback && !rc && copy_to_guest(arg, &op, sizeof(op)) )
        rc = -EFAULT;
    return rc;
}
