/* The process's limits: read from the case, and only written down when the module sets them. */
#include "fixture.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int getrlimit(__rlimit_resource_t resource, struct rlimit *limit)
{
    if ((unsigned)resource >= RESOURCES) {
        errno = EINVAL;
        return -1;
    }
    *limit = effects.now[resource];
    return 0;
}

/* The kernel's ceiling for open files; its own default where the case has no such file. */
static unsigned long long nr_open(void)
{
    const struct fixture_file *file = fixture_find("/proc/sys/fs/nr_open");
    return file && file->bytes ? strtoull(file->bytes, NULL, 10) : 1048576;
}

/* What do_prlimit() of the kernel would refuse, in its order (kernel/sys.c). */
static int refusal(unsigned resource, const struct rlimit *limit)
{
    if (limit->rlim_cur > limit->rlim_max)
        return EINVAL;
    if (resource == RLIMIT_NOFILE && limit->rlim_max > nr_open())
        return EPERM;
    if (limit->rlim_max > effects.now[resource].rlim_max && !fixture.may_raise)
        return EPERM;
    return 0;
}

int setrlimit(__rlimit_resource_t resource, const struct rlimit *limit)
{
    if ((unsigned)resource >= RESOURCES) {
        errno = EINVAL;
        return -1;
    }
    int error = refusal((unsigned)resource, limit);
    if (error) {
        effects.refused[resource] = *limit;
        effects.was_refused[resource] = 1;
        errno = error;
        return -1;
    }
    effects.now[resource] = *limit;
    effects.touched[resource] = 1;
    return 0;
}

int prlimit(pid_t pid, enum __rlimit_resource resource, const struct rlimit *new, struct rlimit *old)
{
    if (pid != 0 && pid != getpid())
        die("the module asked for another process's limits");
    if (old && getrlimit(resource, old) != 0)
        return -1;
    return new ? setrlimit(resource, new) : 0;
}

/* The same calls under the names of large-file builds. */
int getrlimit64(__rlimit_resource_t resource, struct rlimit64 *limit)
{
    struct rlimit narrow;
    if (getrlimit(resource, &narrow) != 0)
        return -1;
    *limit = (struct rlimit64){ narrow.rlim_cur, narrow.rlim_max };
    return 0;
}

int setrlimit64(__rlimit_resource_t resource, const struct rlimit64 *limit)
{
    return setrlimit(resource, &(struct rlimit){ limit->rlim_cur, limit->rlim_max });
}

int prlimit64(pid_t pid, enum __rlimit_resource resource, const struct rlimit64 *new, struct rlimit64 *old)
{
    if (old && getrlimit64(resource, old) != 0)
        return -1;
    return new ? prlimit(pid, resource, &(struct rlimit){ new->rlim_cur, new->rlim_max }, NULL) : 0;
}

int getpriority(__priority_which_t which, id_t who)
{
    (void)which;
    (void)who;
    errno = 0;
    return effects.priority;
}

int setpriority(__priority_which_t which, id_t who, int priority)
{
    (void)which;
    (void)who;
    if (priority < 0 && !fixture.may_raise) {
        errno = EACCES;
        return -1;
    }
    effects.priority = priority;
    return 0;
}

int prctl(int option, ...)
{
    unsigned long value[4];
    va_list arguments;
    va_start(arguments, option);
    for (int i = 0; i < 4; i++)
        value[i] = va_arg(arguments, unsigned long);
    va_end(arguments);
    if (option == PR_SET_NO_NEW_PRIVS) {
        effects.nonewprivs = value[0] == 1;
        return 0;
    }
    return (int)syscall(SYS_prctl, option, value[0], value[1], value[2], value[3]);
}

int chroot(const char *path)
{
    if (strlen(path) >= sizeof effects.chroot)
        die("the module's chroot directory is too long");
    strcpy(effects.chroot, path);
    effects.did_chroot = 1;
    return 0;
}

int chdir(const char *path)
{
    (void)path;
    return 0;
}
