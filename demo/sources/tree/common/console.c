/*
 * Messages of the hypervisor, to the serial port and to a ring.
 */
#include <console.h>
#include <lock.h>
#include <sched.h>
#include <stdarg.h>

#define RING_SIZE       16384
#define RATELIMIT_BURST 10
#define RATELIMIT_NS    MILLISECS(5000)

static char ring[RING_SIZE];
static unsigned int ring_head;
static spinlock_t console_lock;
static s_time_t window_start;
static unsigned int window_count;

static void put(char c)
{
    ring[ring_head++ % RING_SIZE] = c;
    if ( c == '\n' )
        uart_putc('\r');
    uart_putc(c);
}

static void put_string(const char *s)
{
    while ( *s )
        put(*s++);
}

static void put_number(uint64_t n, unsigned int base, int width, char pad)
{
    char buf[24];
    int i = 0;

    do {
        buf[i++] = "0123456789abcdef"[n % base];
        n /= base;
    } while ( n );

    while ( i < width )
        buf[i++] = pad;
    while ( i )
        put(buf[--i]);
}

void console_init(void)
{
    spin_lock_init(&console_lock);
    uart_init(0x3f8, 115200);
    printk("Sluice " RELEASE "\n");
}

/* At most a burst of messages in each window; the rest is dropped. */
bool printk_ratelimit(void)
{
    s_time_t now = now_ns();

    if ( now - window_start > RATELIMIT_NS )
    {
        window_start = now;
        window_count = 0;
    }

    return window_count++ < RATELIMIT_BURST;
}

void printk(const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    spin_lock(&console_lock);

    for ( ; *fmt; fmt++ )
    {
        char pad = ' ';
        int width = 0;
        bool wide = false, left = false;

        if ( *fmt != '%' )
        {
            put(*fmt);
            continue;
        }

        fmt++;
        if ( *fmt == '#' )
        {
            put_string("0x");
            fmt++;
        }
        if ( *fmt == '-' )
        {
            left = true;
            fmt++;
        }
        if ( *fmt == '0' )
            pad = '0';
        while ( *fmt >= '0' && *fmt <= '9' )
            width = width * 10 + *fmt++ - '0';
        if ( *fmt == 'l' )
        {
            wide = true;
            fmt++;
        }

        switch ( *fmt )
        {
        case 's':
            put_string(va_arg(args, const char *));
            break;
        case 'c':
            put(va_arg(args, int));
            break;
        case 'u':
        case 'd':
            put_number(wide ? va_arg(args, uint64_t) : va_arg(args, unsigned int),
                       10, left ? 0 : width, pad);
            break;
        case 'x':
            put_number(wide ? va_arg(args, uint64_t) : va_arg(args, unsigned int),
                       16, left ? 0 : width, pad);
            break;
        default:
            put(*fmt);
            break;
        }
    }

    spin_unlock(&console_lock);
    va_end(args);
}
