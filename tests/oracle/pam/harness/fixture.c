/* Reads one case from its frame: fields of a tag, a 32-bit little-endian length, bytes and a NUL. */
#include "fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fixture fixture;
struct effects effects;

void die(const char *why)
{
    fprintf(stderr, "pam_limits oracle: %s\n", why);
    exit(2);
}

/* The next number of a "1:2:rest" field; `*at` moves behind the colon. */
static unsigned long long number(char **at)
{
    char *end;
    unsigned long long value = strtoull(*at, &end, 10);
    if (end == *at)
        die("a number was expected");
    *at = *end == ':' ? end + 1 : end;
    return value;
}

static void bound(size_t count, size_t limit)
{
    if (count >= limit)
        die("the case has more entries than the harness can hold");
}

static struct fixture_file *last_file(void)
{
    if (fixture.file_count == 0)
        die("file contents came before any file");
    return &fixture.files[fixture.file_count - 1];
}

static void load_account(char tag, char *value)
{
    if (tag == 'p') {
        bound(fixture.user_count, MAX_ACCOUNTS);
        struct fixture_user *user = &fixture.users[fixture.user_count++];
        user->uid = (uid_t)number(&value);
        user->gid = (gid_t)number(&value);
        user->name = value;
    } else if (tag == 'g') {
        bound(fixture.group_count, MAX_ACCOUNTS);
        struct fixture_group *group = &fixture.groups[fixture.group_count++];
        group->gid = (gid_t)number(&value);
        group->name = value;
        group->first_member = fixture.member_count;
        group->member_count = 0;
    } else if (tag == 'm') {
        bound(fixture.member_count, MAX_MEMBERS);
        if (fixture.group_count == 0)
            die("a member came before any group");
        fixture.members[fixture.member_count++] = value;
        fixture.groups[fixture.group_count - 1].member_count++;
    } else {
        bound(fixture.login_count, MAX_ACCOUNTS);
        fixture.logins[fixture.login_count++] = value;
    }
}

static void load_limit(char *value)
{
    unsigned long long resource = number(&value);
    bound(resource, RESOURCES);
    fixture.start[resource].rlim_cur = number(&value);
    fixture.start[resource].rlim_max = number(&value);
}

static void load_field(char tag, char *value, size_t length)
{
    switch (tag) {
    case 'u':
        fixture.user = value;
        break;
    case 'a':
        bound(fixture.arg_count, MAX_ARGS);
        fixture.args[fixture.arg_count++] = value;
        break;
    case 'f':
        bound(fixture.file_count, MAX_FILES);
        fixture.files[fixture.file_count++].path = value;
        break;
    case 'd':
        last_file()->bytes = value;
        last_file()->length = length;
        break;
    case 'e':
        last_file()->error = (int)number(&value);
        break;
    case 'l':
        load_limit(value);
        break;
    case 'c':
        fixture.may_raise = *value == '1';
        break;
    case 'p':
    case 'g':
    case 'm':
    case 'w':
        load_account(tag, value);
        break;
    default:
        die("a field has an unknown tag");
    }
}

void fixture_load(char *frame, size_t length)
{
    memset(&fixture, 0, sizeof fixture);
    memset(&effects, 0, sizeof effects);
    for (size_t at = 0; at < length;) {
        uint32_t size;
        if (length - at < 1 + sizeof size)
            die("a field is cut short");
        memcpy(&size, frame + at + 1, sizeof size);
        char *value = frame + at + 1 + sizeof size;
        at += 1 + sizeof size;
        if (length - at < (size_t)size + 1 || value[size] != 0)
            die("a field is not as long as it says");
        load_field(value[-5], value, size);
        at += (size_t)size + 1;
    }
    if (!fixture.user)
        die("the case names no user");
    memcpy(effects.now, fixture.start, sizeof effects.now);
    effects.priority = PRIORITY_AS_IT_WAS;
}

const struct fixture_file *fixture_find(const char *path)
{
    for (size_t i = 0; i < fixture.file_count; i++)
        if (strcmp(fixture.files[i].path, path) == 0)
            return &fixture.files[i];
    return NULL;
}
