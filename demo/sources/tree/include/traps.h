/* Exceptions, emulation and model specific registers. */
#ifndef SLUICE_TRAPS_H
#define SLUICE_TRAPS_H

#include <domain.h>

#define TRAP_DE     0
#define TRAP_DB     1
#define TRAP_NMI    2
#define TRAP_BP     3
#define TRAP_UD     6
#define TRAP_DF     8
#define TRAP_GP     13
#define TRAP_PF     14
#define TRAP_MC     18
#define TRAP_NR     32

#define PFEC_present    0x01
#define PFEC_write      0x02
#define PFEC_user       0x04
#define PFEC_fetch      0x10

#define X86_OKAY            0
#define X86_EXCEPTION       1
#define X86_UNHANDLEABLE    2
#define X86_RETRY           3

struct cpu_regs {
    uint64_t gpr[16];
    uint64_t rip;
    uint64_t rflags;
    uint64_t error;
    uint16_t cs;
    uint16_t ss;
    uint32_t vector;
};

struct emulate_ctxt {
    struct vcpu *vcpu;
    struct cpu_regs *regs;
    uint8_t insn[15];
    unsigned int insn_len;
    unsigned int pos;
    unsigned int op_bytes;
    unsigned int ad_bytes;
    bool rep;
    bool lock;
    uint8_t rex;
    uint64_t mem_addr;
};

void inject_exception(struct vcpu *v, unsigned int vector, uint64_t error);
int emulate_one(struct emulate_ctxt *ctxt);
int guest_read(struct vcpu *v, uint64_t addr, void *buf, unsigned int bytes);
int guest_write(struct vcpu *v, uint64_t addr, const void *buf,
                unsigned int bytes);
int guest_rdmsr(struct vcpu *v, uint32_t msr, uint64_t *val);
int guest_wrmsr(struct vcpu *v, uint32_t msr, uint64_t val);
void do_trap(struct cpu_regs *regs);

#endif
