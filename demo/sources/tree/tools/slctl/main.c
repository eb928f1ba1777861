/* slctl: domains from the command line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "libctl.h"

static const char *const states[] = {
    "building", "running", "paused", "dying", "dead",
};

static int cmd_list(ctl_handle *h, int argc, char **argv)
{
    struct ctl_domain_info info[64];
    int i, n = ctl_domain_list(h, 0, 64, info);

    printf("%5s %6s %12s %12s  %s\n", "id", "vcpus", "pages", "limit", "state");
    for ( i = 0; i < n; i++ )
        printf("%5u %6u %12lu %12lu  %s\n", info[i].id, info[i].vcpus,
               (unsigned long)info[i].pages, (unsigned long)info[i].limit,
               info[i].state < 5 ? states[info[i].state] : "?");
    return 0;
}

static int cmd_pause(ctl_handle *h, int argc, char **argv)
{
    return ctl_domain_pause(h, atoi(argv[0]));
}

static int cmd_unpause(ctl_handle *h, int argc, char **argv)
{
    return ctl_domain_unpause(h, atoi(argv[0]));
}

static int cmd_destroy(ctl_handle *h, int argc, char **argv)
{
    return ctl_domain_destroy(h, atoi(argv[0]));
}

static int cmd_attach(ctl_handle *h, int argc, char **argv)
{
    return ctl_device_assign(h, atoi(argv[0]), argv[1]);
}

static int cmd_detach(ctl_handle *h, int argc, char **argv)
{
    return ctl_device_deassign(h, atoi(argv[0]), argv[1]);
}

static const struct {
    const char *name;
    int args;
    int (*run)(ctl_handle *h, int argc, char **argv);
    const char *help;
} commands[] = {
    { "list",    0, cmd_list,    "show all domains" },
    { "pause",   1, cmd_pause,   "ID: stop a domain's processors" },
    { "unpause", 1, cmd_unpause, "ID: let them run again" },
    { "destroy", 1, cmd_destroy, "ID: end a domain" },
    { "attach",  2, cmd_attach,  "ID BDF: pass a device through" },
    { "detach",  2, cmd_detach,  "ID BDF: take it back" },
};

#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int usage(void)
{
    unsigned int i;

    fprintf(stderr, "usage: slctl COMMAND [ARGUMENT...]\n");
    for ( i = 0; i < NR_COMMANDS; i++ )
        fprintf(stderr, "  %-8s %s\n", commands[i].name, commands[i].help);
    return 2;
}

int main(int argc, char **argv)
{
    ctl_handle *h;
    unsigned int i;
    int rc;

    if ( argc < 2 )
        return usage();

    for ( i = 0; i < NR_COMMANDS; i++ )
        if ( !strcmp(commands[i].name, argv[1]) )
            break;

    if ( i == NR_COMMANDS || argc - 2 < commands[i].args )
        return usage();

    h = ctl_open(NULL);
    if ( !h )
    {
        perror("slctl: cannot reach the hypervisor");
        return 1;
    }

    rc = commands[i].run(h, argc - 2, argv + 2);
    if ( rc < 0 )
        fprintf(stderr, "slctl: %s\n", ctl_message(h));
    ctl_close(h);
    return rc < 0;
}
