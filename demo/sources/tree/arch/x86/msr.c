/*
 * Model specific registers as guests see them.
 */
#include <console.h>
#include <domain.h>
#include <traps.h>

#define MSR_SPEC_CTRL       0x00000048
#define MSR_APIC_BASE       0x0000001b
#define MSR_ARCH_CAPS       0x0000010a
#define MSR_MISC_ENABLE     0x000001a0
#define MSR_MC0_CTL         0x00000400
#define MSR_MC_LAST         0x0000047f
#define MSR_EFER            0xc0000080
#define MSR_STAR            0xc0000081
#define MSR_LSTAR           0xc0000082

#define EFER_SCE            (1ull << 0)
#define EFER_LME            (1ull << 8)
#define EFER_LMA            (1ull << 10)
#define EFER_NX             (1ull << 11)
#define EFER_KNOWN          (EFER_SCE | EFER_LME | EFER_LMA | EFER_NX)

#define SPEC_CTRL_IBRS      (1ull << 0)
#define SPEC_CTRL_STIBP     (1ull << 1)

static bool canonical(uint64_t addr)
{
    return (int64_t)(addr << 16) >> 16 == (int64_t)addr;
}

int guest_rdmsr(struct vcpu *v, uint32_t msr, uint64_t *val)
{
    switch ( msr )
    {
    case MSR_EFER:
        *val = v->msr_efer;
        break;

    case MSR_STAR:
        *val = v->msr_star;
        break;

    case MSR_LSTAR:
        *val = v->msr_lstar;
        break;

    case MSR_SPEC_CTRL:
        *val = v->msr_spec_ctrl;
        break;

    case MSR_APIC_BASE:
        *val = 0xfee00000u | (v->id ? 0 : 0x100) | 0x800;
        break;

    case MSR_MISC_ENABLE:
    case MSR_ARCH_CAPS:
        *val = 0;
        break;

    case MSR_MC0_CTL ... MSR_MC_LAST:
        *val = 0;
        break;

    default:
        gdprintk("d%uv%u: rdmsr %08x\n", v->domain->id, v->id, msr);
        return X86_EXCEPTION;
    }

    return X86_OKAY;
}

int guest_wrmsr(struct vcpu *v, uint32_t msr, uint64_t val)
{
    switch ( msr )
    {
    case MSR_EFER:
        if ( val & ~EFER_KNOWN )
            return X86_EXCEPTION;
        v->msr_efer = val;
        break;

    case MSR_STAR:
        v->msr_star = val;
        break;

    case MSR_LSTAR:
        if ( !canonical(val) )
            return X86_EXCEPTION;
        v->msr_lstar = val;
        break;

    case MSR_SPEC_CTRL:
        if ( val & ~(SPEC_CTRL_IBRS | SPEC_CTRL_STIBP) )
            return X86_EXCEPTION;
        v->msr_spec_ctrl = val;
        break;

    case MSR_MC0_CTL ... MSR_MC_LAST:
        break;

    case MSR_ARCH_CAPS:
        return X86_EXCEPTION;

    default:
        gdprintk("d%uv%u: wrmsr %08x <- %016lx\n", v->domain->id, v->id, msr,
                 val);
        return X86_EXCEPTION;
    }

    return X86_OKAY;
}
