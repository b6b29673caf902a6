/* Who calls and who is logged in: for modules that read utmp, and for those that ask logind. */
#include "fixture.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utmp.h>

/* The caller's own ids: root, so that a message reads the same whoever runs the tests. */
uid_t getuid(void)
{
    return 0;
}

uid_t geteuid(void)
{
    return 0;
}

static size_t next_login;

void setutent(void)
{
    next_login = 0;
}

void endutent(void)
{
}

struct utmp *getutent(void)
{
    static struct utmp entry;
    if (next_login >= fixture.login_count)
        return NULL;
    entry = (struct utmp){ .ut_type = USER_PROCESS, .ut_pid = getpid() };
    const char *user = fixture.logins[next_login++];
    memcpy(entry.ut_user, user, strnlen(user, sizeof entry.ut_user));
    return &entry;
}

/* Every login of the case is alive, and nothing here may signal a real process. */
int kill(pid_t pid, int signal)
{
    (void)pid;
    if (signal != 0)
        die("the module sent a signal");
    return 0;
}

/* The same logins for a module that asks systemd-logind; a session is named by its place. */
static int copy_out(char **out, const char *text)
{
    *out = strdup(text);
    return *out ? 0 : -ENOMEM;
}

int sd_get_sessions(char ***sessions);
int sd_session_get_class(const char *session, char **class);
int sd_session_get_username(const char *session, char **user);

int sd_get_sessions(char ***sessions)
{
    char **names = calloc(fixture.login_count + 1, sizeof *names);
    if (!names)
        return -ENOMEM;
    for (size_t i = 0; i < fixture.login_count; i++)
        if (asprintf(&names[i], "%zu", i) < 0)
            die("out of memory");
    *sessions = names;
    return (int)fixture.login_count;
}

int sd_session_get_class(const char *session, char **class)
{
    (void)session;
    return copy_out(class, "user");
}

int sd_session_get_username(const char *session, char **user)
{
    return copy_out(user, fixture.logins[strtoul(session, NULL, 10)]);
}
