/* Users and groups: those of the case, answered as NSS's "files" would. */
#include "fixture.h"

#include <errno.h>
#include <shadow.h>
#include <string.h>

static char nothing[] = "";

static int give_user(const struct fixture_user *user, struct passwd *out, struct passwd **result)
{
    *result = NULL;
    if (!user)
        return 0;
    *out = (struct passwd){ .pw_name = (char *)user->name, .pw_passwd = nothing, .pw_uid = user->uid,
                            .pw_gid = user->gid, .pw_gecos = nothing, .pw_dir = nothing, .pw_shell = nothing };
    *result = out;
    return 0;
}

static const struct fixture_user *user_by_name(const char *name)
{
    for (size_t i = 0; i < fixture.user_count; i++)
        if (strcmp(fixture.users[i].name, name) == 0)
            return &fixture.users[i];
    return NULL;
}

int getpwnam_r(const char *restrict name, struct passwd *restrict out, char *restrict buffer, size_t size,
               struct passwd **restrict result)
{
    (void)buffer;
    (void)size;
    return give_user(user_by_name(name), out, result);
}

static const struct fixture_user *user_by_uid(uid_t uid)
{
    for (size_t i = 0; i < fixture.user_count; i++)
        if (fixture.users[i].uid == uid)
            return &fixture.users[i];
    return NULL;
}

int getpwuid_r(uid_t uid, struct passwd *restrict out, char *restrict buffer, size_t size,
               struct passwd **restrict result)
{
    (void)buffer;
    (void)size;
    return give_user(user_by_uid(uid), out, result);
}

struct passwd *getpwnam(const char *name)
{
    static struct passwd out;
    struct passwd *result;
    give_user(user_by_name(name), &out, &result);
    return result;
}

struct passwd *getpwuid(uid_t uid)
{
    static struct passwd out;
    struct passwd *result;
    give_user(user_by_uid(uid), &out, &result);
    return result;
}

int getspnam_r(const char *restrict name, struct spwd *restrict out, char *restrict buffer, size_t size,
               struct spwd **restrict result)
{
    (void)name;
    (void)out;
    (void)buffer;
    (void)size;
    *result = NULL;
    return 0;
}

/* The member list goes into the caller's buffer, which is asked to grow as NSS would ask. */
static int give_group(const struct fixture_group *group, struct group *out, char *buffer, size_t size,
                      struct group **result)
{
    *result = NULL;
    if (!group)
        return 0;
    size_t misaligned = (uintptr_t)buffer % sizeof(char *);
    size_t padding = misaligned ? sizeof(char *) - misaligned : 0;
    if (size < padding + (group->member_count + 1) * sizeof(char *))
        return ERANGE;
    char **members = (char **)(void *)(buffer + padding);
    for (size_t i = 0; i < group->member_count; i++)
        members[i] = (char *)fixture.members[group->first_member + i];
    members[group->member_count] = NULL;
    *out = (struct group){ .gr_name = (char *)group->name, .gr_passwd = nothing, .gr_gid = group->gid,
                           .gr_mem = members };
    *result = out;
    return 0;
}

int getgrnam_r(const char *restrict name, struct group *restrict out, char *restrict buffer, size_t size,
               struct group **restrict result)
{
    for (size_t i = 0; i < fixture.group_count; i++)
        if (strcmp(fixture.groups[i].name, name) == 0)
            return give_group(&fixture.groups[i], out, buffer, size, result);
    return give_group(NULL, out, buffer, size, result);
}

int getgrgid_r(gid_t gid, struct group *restrict out, char *restrict buffer, size_t size,
               struct group **restrict result)
{
    for (size_t i = 0; i < fixture.group_count; i++)
        if (fixture.groups[i].gid == gid)
            return give_group(&fixture.groups[i], out, buffer, size, result);
    return give_group(NULL, out, buffer, size, result);
}

static char group_buffer[(MAX_MEMBERS + 2) * sizeof(char *)];
static struct group group_out;

struct group *getgrnam(const char *name)
{
    struct group *result;
    getgrnam_r(name, &group_out, group_buffer, sizeof group_buffer, &result);
    return result;
}

struct group *getgrgid(gid_t gid)
{
    struct group *result;
    getgrgid_r(gid, &group_out, group_buffer, sizeof group_buffer, &result);
    return result;
}

static int has_member(const struct fixture_group *group, const char *user)
{
    for (size_t i = 0; i < group->member_count; i++)
        if (strcmp(fixture.members[group->first_member + i], user) == 0)
            return 1;
    return 0;
}

int getgrouplist(const char *user, gid_t primary, gid_t *groups, int *count)
{
    gid_t all[MAX_ACCOUNTS + 1] = { primary };
    int found = 1;
    for (size_t i = 0; i < fixture.group_count; i++) {
        int known = !has_member(&fixture.groups[i], user);
        for (int j = 0; j < found && !known; j++)
            known = all[j] == fixture.groups[i].gid;
        if (!known)
            all[found++] = fixture.groups[i].gid;
    }
    int room = *count;
    *count = found;
    if (groups && room > 0)
        memcpy(groups, all, (size_t)(room < found ? room : found) * sizeof *groups);
    return room < found ? -1 : found;
}
