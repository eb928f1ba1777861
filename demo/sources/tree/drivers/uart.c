/*
 * A 16550 behind port I/O.
 */
#include <console.h>
#include <lock.h>

#define UART_DATA   0
#define UART_IER    1
#define UART_FCR    2
#define UART_LCR    3
#define UART_MCR    4
#define UART_LSR    5

#define LSR_EMPTY   0x20
#define LCR_DLAB    0x80
#define LCR_8N1     0x03

static uint16_t uart_port;

static inline void outb(uint16_t port, uint8_t v)
{
    __asm__ __volatile__("outb %0, %1" :: "a" (v), "Nd" (port));
}

static inline uint8_t inb(uint16_t port)
{
    uint8_t v;

    __asm__ __volatile__("inb %1, %0" : "=a" (v) : "Nd" (port));
    return v;
}

void uart_init(uint16_t port, unsigned int baud)
{
    unsigned int divisor = 115200 / baud;

    outb(port + UART_IER, 0);
    outb(port + UART_LCR, LCR_DLAB);
    outb(port + UART_DATA, divisor);
    outb(port + UART_IER, divisor >> 8);
    outb(port + UART_LCR, LCR_8N1);
    outb(port + UART_FCR, 0x07);
    outb(port + UART_MCR, 0x03);
    uart_port = port;
}

void uart_putc(char c)
{
    if ( !uart_port )
        return;

    while ( !(inb(uart_port + UART_LSR) & LSR_EMPTY) )
        cpu_relax();
    outb(uart_port + UART_DATA, c);
}
