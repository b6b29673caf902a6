/* The files that libpam and the module open: only those of the case exist, and none is on disk. */
#include "fixture.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const char *module_path;

/* The PAM service: one line that loads the module with the case's arguments. */
static FILE *open_service(void)
{
    static struct text service;
    text_clear(&service);
    text_add(&service, "session required ", 17);
    text_add(&service, module_path, strlen(module_path));
    for (size_t i = 0; i < fixture.arg_count; i++) {
        text_add(&service, " ", 1);
        text_add(&service, fixture.args[i], strlen(fixture.args[i]));
    }
    text_add(&service, "\n", 1);
    return fmemopen(service.bytes, service.length, "r");
}

/* A directory opens for reading and only then fails, so the case gets a real one. */
static FILE *open_directory(void)
{
    FILE *(*real_fopen)(const char *, const char *) =
        (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, "fopen");
    return real_fopen("/", "r");
}

FILE *fopen(const char *restrict path, const char *restrict mode)
{
    if (mode[0] != 'r' || strchr(mode, '+'))
        die("the module opened a file for writing");
    if (strcmp(path, "/oracle/service") == 0)
        return open_service();
    if (strcmp(path, "/oracle/other") == 0)
        return fmemopen("\n", 1, "r");
    const struct fixture_file *file = fixture_find(path);
    int error = file ? file->error : ENOENT;
    if (error == EISDIR)
        return open_directory();
    if (error) {
        errno = error;
        return NULL;
    }
    return fmemopen((char *)file->bytes, file->length, "r");
}

FILE *fopen64(const char *restrict path, const char *restrict mode)
{
    return fopen(path, mode);
}

/* The C library's own glob does the matching and sorting, over these directory calls. */
struct listing {
    char directory[512];
    size_t next;
    struct dirent entry;
};

static void *listing_open(const char *path)
{
    struct listing *listing = calloc(1, sizeof *listing);
    if (!listing || strlen(path) + 2 > sizeof listing->directory)
        die("cannot list a directory");
    strcpy(listing->directory, path);
    if (path[strlen(path) - 1] != '/')
        strcat(listing->directory, "/");
    return listing;
}

static struct dirent *listing_read(void *opened)
{
    struct listing *listing = opened;
    size_t prefix = strlen(listing->directory);
    while (listing->next < fixture.file_count) {
        const char *path = fixture.files[listing->next++].path;
        if (strncmp(path, listing->directory, prefix) != 0 || strchr(path + prefix, '/'))
            continue;
        if (strlen(path + prefix) >= sizeof listing->entry.d_name)
            die("a file name is longer than a directory entry can hold");
        strcpy(listing->entry.d_name, path + prefix);
        listing->entry.d_ino = listing->next;
        listing->entry.d_type = DT_UNKNOWN;
        return &listing->entry;
    }
    return NULL;
}

static int no_stat(const char *restrict path, struct stat *restrict status)
{
    memset(status, 0, sizeof *status);
    status->st_mode = S_IFREG;
    if (fixture_find(path))
        return 0;
    errno = ENOENT;
    return -1;
}

int glob(const char *restrict pattern, int flags, int (*failed)(const char *, int), glob_t *restrict found)
{
    static int (*real_glob)(const char *, int, int (*)(const char *, int), glob_t *);
    if (!real_glob)
        real_glob = (int (*)(const char *, int, int (*)(const char *, int), glob_t *))dlsym(RTLD_NEXT, "glob");
    found->gl_opendir = listing_open;
    found->gl_readdir = listing_read;
    found->gl_closedir = free;
    found->gl_stat = no_stat;
    found->gl_lstat = no_stat;
    return real_glob(pattern, flags | GLOB_ALTDIRFUNC, failed, found);
}
