/* Messages of the hypervisor. */
#ifndef SLUICE_CONSOLE_H
#define SLUICE_CONSOLE_H

#include <types.h>

void console_init(void);
void printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool printk_ratelimit(void);
void uart_init(uint16_t port, unsigned int baud);
void uart_putc(char c);

#define gdprintk(fmt, ...) \
    do { if ( printk_ratelimit() ) printk(fmt, ##__VA_ARGS__); } while ( 0 )

#endif
