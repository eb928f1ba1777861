/*
 * Exceptions taken while a guest runs, and those we give back to it.
 */
#include <console.h>
#include <domain.h>
#include <errno.h>
#include <mm.h>
#include <p2m.h>
#include <traps.h>

static const char *const trap_names[TRAP_NR] = {
    [TRAP_DE]  = "divide error",
    [TRAP_DB]  = "debug",
    [TRAP_NMI] = "non-maskable interrupt",
    [TRAP_BP]  = "breakpoint",
    [TRAP_UD]  = "invalid opcode",
    [TRAP_DF]  = "double fault",
    [TRAP_GP]  = "general protection",
    [TRAP_PF]  = "page fault",
    [TRAP_MC]  = "machine check",
};

static bool trap_has_error(unsigned int vector)
{
    return vector == TRAP_DF || vector == TRAP_GP || vector == TRAP_PF;
}

static const char *trap_name(unsigned int vector)
{
    if ( vector < TRAP_NR && trap_names[vector] )
        return trap_names[vector];
    return "unknown";
}

static void show_registers(const struct cpu_regs *regs)
{
    unsigned int i;

    printk("%s at %04x:%016lx, error %04lx\n", trap_name(regs->vector),
           regs->cs, regs->rip, regs->error);
    for ( i = 0; i < 16; i += 4 )
        printk("r%-2u %016lx %016lx %016lx %016lx\n", i, regs->gpr[i],
               regs->gpr[i + 1], regs->gpr[i + 2], regs->gpr[i + 3]);
}

void inject_exception(struct vcpu *v, unsigned int vector, uint64_t error)
{
    uint64_t frame[2] = { vector, trap_has_error(vector) ? error : 0 };

    if ( guest_write(v, v->regs[4] - sizeof(frame), frame, sizeof(frame)) )
    {
        /* A guest without a stack can't be told anything any more. */
        gdprintk("d%uv%u: can't inject %s\n", v->domain->id, v->id,
                 trap_name(vector));
        domain_kill(v->domain);
        return;
    }

    v->regs[4] -= sizeof(frame);
}

static void save_state(struct vcpu *v, const struct cpu_regs *regs)
{
    unsigned int i;

    for ( i = 0; i < 16; i++ )
        v->regs[i] = regs->gpr[i];
    v->rip = regs->rip;
    v->rflags = regs->rflags;
}

static void load_state(const struct vcpu *v, struct cpu_regs *regs)
{
    unsigned int i;

    for ( i = 0; i < 16; i++ )
        regs->gpr[i] = v->regs[i];
    regs->rip = v->rip;
    regs->rflags = v->rflags;
}

static int fetch_insn(struct vcpu *v, struct emulate_ctxt *ctxt)
{
    unsigned int want = sizeof(ctxt->insn);
    unsigned int first = PAGE_SIZE - (v->rip & ~PAGE_MASK);

    if ( guest_read(v, v->rip, ctxt->insn, min(want, first)) )
        return X86_EXCEPTION;

    ctxt->insn_len = min(want, first);
    if ( want > first &&
         !guest_read(v, v->rip + first, ctxt->insn + first, want - first) )
        ctxt->insn_len = want;

    return X86_OKAY;
}

static int emulate(struct vcpu *v, struct cpu_regs *regs)
{
    struct emulate_ctxt ctxt = { .vcpu = v, .regs = regs };
    int rc = fetch_insn(v, &ctxt);

    if ( rc == X86_OKAY )
        rc = emulate_one(&ctxt);

    return rc;
}

/* A write to a page that the second stage keeps read-only. */
static int handle_write_fault(struct vcpu *v, struct cpu_regs *regs, gfn_t gfn)
{
    p2m_type_t t;

    p2m_lookup(v->domain->p2m, gfn, &t, NULL);
    if ( t == p2m_ram_rw )
        return X86_RETRY;

    if ( t == p2m_ram_ro )
        return emulate(v, regs);

    return X86_UNHANDLEABLE;
}

static void do_page_fault(struct vcpu *v, struct cpu_regs *regs)
{
    gfn_t gfn = v->cr2 >> PAGE_SHIFT;
    int rc = X86_UNHANDLEABLE;

    if ( regs->error & PFEC_write )
        rc = handle_write_fault(v, regs, gfn);

    switch ( rc )
    {
    case X86_OKAY:
    case X86_RETRY:
        return;

    case X86_EXCEPTION:
    case X86_UNHANDLEABLE:
        inject_exception(v, TRAP_PF, regs->error);
        break;
    }
}

static void do_general_protection(struct vcpu *v, struct cpu_regs *regs)
{
    int rc = emulate(v, regs);

    if ( rc == X86_OKAY || rc == X86_RETRY )
        return;

    inject_exception(v, TRAP_GP, regs->error);
}

static void do_invalid_opcode(struct vcpu *v, struct cpu_regs *regs)
{
    if ( emulate(v, regs) != X86_OKAY )
        inject_exception(v, TRAP_UD, 0);
}

static void do_debug(struct vcpu *v, struct cpu_regs *regs)
{
    /* Single steps over an emulated instruction end here too. */
    regs->rflags &= ~(1ull << 8);
    inject_exception(v, TRAP_DB, 0);
}

void do_trap(struct cpu_regs *regs)
{
    struct vcpu *v = current_vcpu();

    save_state(v, regs);

    switch ( regs->vector )
    {
    case TRAP_PF:
        do_page_fault(v, regs);
        break;

    case TRAP_GP:
        do_general_protection(v, regs);
        break;

    case TRAP_UD:
        do_invalid_opcode(v, regs);
        break;

    case TRAP_DB:
        do_debug(v, regs);
        break;

    case TRAP_DE:
    case TRAP_BP:
        inject_exception(v, regs->vector, 0);
        break;

    case TRAP_NMI:
        break;

    case TRAP_MC:
    case TRAP_DF:
    default:
        show_registers(regs);
        domain_kill(v->domain);
        break;
    }

    load_state(v, regs);
}
