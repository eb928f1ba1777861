/*
 * Emulates the few instructions that guests may not run on their own:
 * stores to read-only pages, string moves to devices, and rdmsr and wrmsr.
 */
#include <console.h>
#include <domain.h>
#include <errno.h>
#include <mm.h>
#include <p2m.h>
#include <traps.h>

#define REX_W   0x8
#define REX_R   0x4
#define REX_X   0x2
#define REX_B   0x1

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI };

static int fetch8(struct emulate_ctxt *c, uint8_t *out)
{
    if ( c->pos >= c->insn_len )
        return X86_EXCEPTION;
    *out = c->insn[c->pos++];
    return X86_OKAY;
}

static int fetch32(struct emulate_ctxt *c, int32_t *out)
{
    uint32_t v = 0;
    unsigned int i;

    for ( i = 0; i < 4; i++ )
    {
        uint8_t b;

        if ( fetch8(c, &b) )
            return X86_EXCEPTION;
        v |= (uint32_t)b << (8 * i);
    }

    *out = v;
    return X86_OKAY;
}

/* Read prefixes; returns the first byte of the opcode. */
static int decode_prefixes(struct emulate_ctxt *c, uint8_t *opcode)
{
    c->op_bytes = 4;
    c->ad_bytes = 8;

    for ( ; ; )
    {
        if ( fetch8(c, opcode) )
            return X86_EXCEPTION;

        switch ( *opcode )
        {
        case 0x66:
            c->op_bytes = 2;
            continue;

        case 0x67:
            c->ad_bytes = 4;
            continue;

        case 0xf0:
            c->lock = true;
            continue;

        case 0xf2:
        case 0xf3:
            c->rep = true;
            continue;

        case 0x40 ... 0x4f:
            c->rex = *opcode & 0xf;
            if ( c->rex & REX_W )
                c->op_bytes = 8;
            continue;
        }

        return X86_OKAY;
    }
}

/* Read ModRM, SIB and displacement into an address. */
static int decode_modrm(struct emulate_ctxt *c, unsigned int *reg)
{
    uint8_t modrm, sib;
    unsigned int mod, rm;
    uint64_t addr = 0;
    int32_t disp = 0;

    if ( fetch8(c, &modrm) )
        return X86_EXCEPTION;

    mod = modrm >> 6;
    rm = modrm & 7;
    *reg = ((modrm >> 3) & 7) | (c->rex & REX_R ? 8 : 0);

    if ( mod == 3 )
        return X86_UNHANDLEABLE;

    if ( rm == 4 )
    {
        unsigned int base, index;

        if ( fetch8(c, &sib) )
            return X86_EXCEPTION;
        base = (sib & 7) | (c->rex & REX_B ? 8 : 0);
        index = ((sib >> 3) & 7) | (c->rex & REX_X ? 8 : 0);
        addr = c->regs->gpr[base];
        if ( index != RSP )
            addr += c->regs->gpr[index] << (sib >> 6);
    }
    else
        addr = c->regs->gpr[rm | (c->rex & REX_B ? 8 : 0)];

    if ( mod == 1 )
    {
        uint8_t d8;

        if ( fetch8(c, &d8) )
            return X86_EXCEPTION;
        disp = (int8_t)d8;
    }
    else if ( mod == 2 && fetch32(c, &disp) )
        return X86_EXCEPTION;

    c->mem_addr = addr + disp;
    if ( c->ad_bytes == 4 )
        c->mem_addr &= 0xffffffffu;

    return X86_OKAY;
}

int guest_read(struct vcpu *v, uint64_t addr, void *buf, unsigned int bytes)
{
    struct page_info *pg = p2m_get_page(v->domain, addr >> PAGE_SHIFT, NULL);
    const char *va;

    if ( !pg )
        return X86_EXCEPTION;

    va = map_page(page_to_mfn(pg));
    memcpy(buf, va + (addr & ~PAGE_MASK), bytes);
    unmap_page(va);
    put_page(pg);
    return X86_OKAY;
}

int guest_write(struct vcpu *v, uint64_t addr, const void *buf,
                unsigned int bytes)
{
    struct page_info *pg;
    p2m_type_t t;
    char *va;

    pg = p2m_get_page(v->domain, addr >> PAGE_SHIFT, &t);
    if ( !pg )
        return X86_EXCEPTION;

    if ( t != p2m_ram_rw )
    {
        put_page(pg);
        return X86_EXCEPTION;
    }

    va = map_page(page_to_mfn(pg));
    memcpy(va + (addr & ~PAGE_MASK), buf, bytes);
    unmap_page(va);
    put_page(pg);
    return X86_OKAY;
}

static int emulate_mov(struct emulate_ctxt *c, bool to_memory, bool byte)
{
    unsigned int bytes = byte ? 1 : c->op_bytes;
    unsigned int reg;
    uint64_t val = 0;
    int rc = decode_modrm(c, &reg);

    if ( rc )
        return rc;

    if ( to_memory )
        return guest_write(c->vcpu, c->mem_addr, &c->regs->gpr[reg], bytes);

    rc = guest_read(c->vcpu, c->mem_addr, &val, bytes);
    if ( rc )
        return rc;

    if ( bytes == 4 )
        c->regs->gpr[reg] = val;
    else
        memcpy(&c->regs->gpr[reg], &val, bytes);
    return X86_OKAY;
}

static int emulate_movs(struct emulate_ctxt *c, unsigned int bytes)
{
    uint64_t *rsi = &c->regs->gpr[RSI], *rdi = &c->regs->gpr[RDI];
    uint64_t *rcx = &c->regs->gpr[RCX];
    int step = c->regs->rflags & (1u << 10) ? -(int)bytes : (int)bytes;
    uint64_t buf;
    int rc;

    do {
        if ( c->rep && !*rcx )
            break;

        rc = guest_read(c->vcpu, *rsi, &buf, bytes);
        if ( rc )
            return rc;
        rc = guest_write(c->vcpu, *rdi, &buf, bytes);
        if ( rc )
            return rc;

        *rsi += step;
        *rdi += step;
    } while ( c->rep && --*rcx );

    return X86_OKAY;
}

static int emulate_msr(struct emulate_ctxt *c, bool write)
{
    uint64_t *gpr = c->regs->gpr;
    uint64_t val;
    int rc;

    if ( write )
    {
        val = (gpr[RDX] << 32) | (uint32_t)gpr[RAX];
        return guest_wrmsr(c->vcpu, gpr[RCX], val);
    }

    rc = guest_rdmsr(c->vcpu, gpr[RCX], &val);
    if ( rc == X86_OKAY )
    {
        gpr[RAX] = (uint32_t)val;
        gpr[RDX] = val >> 32;
    }
    return rc;
}

int emulate_one(struct emulate_ctxt *c)
{
    uint8_t opcode;
    int rc = decode_prefixes(c, &opcode);

    if ( rc )
        return rc;

    switch ( opcode )
    {
    case 0x88:
    case 0x89:
        rc = emulate_mov(c, true, opcode == 0x88);
        break;

    case 0x8a:
    case 0x8b:
        rc = emulate_mov(c, false, opcode == 0x8a);
        break;

    case 0xa4:
        rc = emulate_movs(c, 1);
        break;

    case 0xa5:
        rc = emulate_movs(c, c->op_bytes);
        break;

    case 0x0f:
        if ( fetch8(c, &opcode) )
            return X86_EXCEPTION;
        if ( opcode == 0x30 || opcode == 0x32 )
            rc = emulate_msr(c, opcode == 0x30);
        else
            rc = X86_UNHANDLEABLE;
        break;

    default:
        rc = X86_UNHANDLEABLE;
    }

    if ( rc == X86_OKAY )
        c->regs->rip += c->pos;

    return rc;
}
