/* The case being asked: what the shims pretend the machine is, and what they saw the module do. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <grp.h>
#include <pwd.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

enum { RESOURCES = 16, MAX_FILES = 256, MAX_ACCOUNTS = 256, MAX_MEMBERS = 1024, MAX_ARGS = 16 };

/* A priority that no process can have: setpriority() with it means "as it was". */
enum { PRIORITY_AS_IT_WAS = 7777 };

struct fixture_file {
    const char *path;
    const char *bytes;
    size_t length;
    int error; /* the errno of opening it; 0 when it opens */
};

struct fixture_group {
    const char *name;
    gid_t gid;
    size_t first_member, member_count; /* a slice of fixture.members */
};

struct fixture_user {
    const char *name;
    uid_t uid;
    gid_t gid;
};

/* What the case says; every string points into the frame it was read from. */
struct fixture {
    const char *user;
    const char *args[MAX_ARGS];
    size_t arg_count;
    struct fixture_file files[MAX_FILES];
    size_t file_count;
    struct fixture_user users[MAX_ACCOUNTS];
    size_t user_count;
    struct fixture_group groups[MAX_ACCOUNTS];
    size_t group_count;
    const char *members[MAX_MEMBERS];
    size_t member_count;
    const char *logins[MAX_ACCOUNTS];
    size_t login_count;
    struct rlimit start[RESOURCES];
    int may_raise; /* CAP_SYS_RESOURCE and CAP_SYS_NICE */
};

/* What the module did. */
struct effects {
    struct rlimit now[RESOURCES];
    int touched[RESOURCES];
    struct rlimit refused[RESOURCES];
    int was_refused[RESOURCES];
    int priority;
    int nonewprivs;
    char chroot[4096];
    int did_chroot;
};

extern struct fixture fixture;
extern struct effects effects;
extern const char *module_path;

/* Reads a frame's fields into `fixture` and clears `effects`; ends the process on a malformed one. */
void fixture_load(char *frame, size_t length);
const struct fixture_file *fixture_find(const char *path);
_Noreturn void die(const char *why);

/* The captured log lines and prompts, as the inside of two JSON lists. */
void log_clear(void);
void log_prompt(const char *text);
const char *log_lines(void);
const char *log_prompts(void);

/* A growing text that can hold JSON. */
struct text {
    char *bytes;
    size_t length, size;
};
void text_clear(struct text *text);
void text_add(struct text *text, const char *bytes, size_t length);
void text_format(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Adds a JSON string; a byte from 0x80 on becomes \u00XX, so the reader gets back every byte. */
void text_add_string(struct text *text, const char *string);

#endif
