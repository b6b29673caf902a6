/* Asks an installed pam_limits.so what it does: cases on stdin, one JSON line each on stdout.
 *
 * The module is loaded by the real libpam. The calls with which either would look at the machine or
 * change it are defined in this executable (exported with -rdynamic), so the dynamic linker binds
 * the module to them: no case touches a disk, needs a privilege or changes this process. */
#include "fixture.h"

#include <dlfcn.h>
#include <errno.h>
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Kernel order: the index is the RLIMIT_ number. */
static const char *const names[RESOURCES] = {
    "cpu",   "fsize",  "data",    "stack", "core",  "rss",        "nproc",    "nofile",
    "memlock", "as",   "locks",   "sigpending", "msgqueue", "nice", "rtprio", "rttime",
};

static int converse(int count, const struct pam_message **messages, struct pam_response **responses, void *data)
{
    (void)data;
    for (int i = 0; i < count; i++)
        log_prompt(messages[i]->msg);
    *responses = calloc((size_t)count, sizeof **responses);
    return *responses ? PAM_SUCCESS : PAM_BUF_ERR;
}

/* pam_sm_open_session must not be called directly: on a handle that libpam did not dispatch,
 * pam_set_data refuses and pam_modutil_getpwnam then never ends. */
static int open_session(void)
{
    static const struct pam_conv conversation = { .conv = converse };
    pam_handle_t *handle;
    log_clear();
    if (pam_start_confdir("service", fixture.user, &conversation, "/oracle", &handle) != PAM_SUCCESS)
        die("pam_start_confdir failed");
    int result = pam_open_session(handle, 0);
    pam_end(handle, result);
    return result;
}

static void add_limits(struct text *answer, const char *label, const struct rlimit *limits, const int *present)
{
    const char *separator = "";
    text_format(answer, ",\"%s\":{", label);
    for (int i = 0; i < RESOURCES; i++) {
        if (!present[i])
            continue;
        text_format(answer, "%s\"%s\":[%llu,%llu]", separator, names[i], (unsigned long long)limits[i].rlim_cur,
                    (unsigned long long)limits[i].rlim_max);
        separator = ",";
    }
    text_format(answer, "}");
}

static void add_list(struct text *answer, const char *label, const char *inside)
{
    text_format(answer, ",\"%s\":[", label);
    text_add(answer, inside, strlen(inside));
    text_format(answer, "]");
}

static void answer_case(char *frame, size_t length)
{
    static struct text answer;
    fixture_load(frame, length);
    int result = open_session();
    text_clear(&answer);
    text_format(&answer, "{\"rc\":%d", result);
    add_limits(&answer, "set", effects.now, effects.touched);
    add_limits(&answer, "refused", effects.refused, effects.was_refused);
    if (effects.priority == PRIORITY_AS_IT_WAS)
        text_format(&answer, ",\"priority\":null");
    else
        text_format(&answer, ",\"priority\":%d", effects.priority);
    text_format(&answer, ",\"nonewprivs\":%s,\"chroot\":", effects.nonewprivs ? "true" : "false");
    if (effects.did_chroot)
        text_add_string(&answer, effects.chroot);
    else
        text_format(&answer, "null");
    add_list(&answer, "log", log_lines());
    add_list(&answer, "said", log_prompts());
    text_format(&answer, "}\n");
    if (fwrite(answer.bytes, 1, answer.length, stdout) != answer.length)
        die("cannot write the answer");
}

/* Fills the buffer up to `wanted` bytes; 0 at the end of the input. */
static int fill(struct text *input, size_t wanted)
{
    while (input->length < wanted) {
        char chunk[65536];
        /* Whoever asks may be waiting for what is already answered. */
        fflush(stdout);
        ssize_t got = read(0, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            die("cannot read the next case");
        if (got == 0)
            return 0;
        text_add(input, chunk, (size_t)got);
    }
    return 1;
}

/* Each case is a frame: its length in 32 bits, little-endian, then that many bytes of fields. */
static void answer_all(void)
{
    static struct text input;
    size_t at = 0;
    for (;;) {
        uint32_t length;
        if (at > 1 << 20) {
            memmove(input.bytes, input.bytes + at, input.length - at);
            input.length -= at;
            at = 0;
        }
        if (!fill(&input, at + sizeof length)) {
            if (input.length != at)
                die("the last case is cut short");
            return;
        }
        memcpy(&length, input.bytes + at, sizeof length);
        at += sizeof length;
        if (!fill(&input, at + length))
            die("the last case is cut short");
        answer_case(input.bytes + at, length);
        at += length;
    }
}

int main(int argc, char **argv)
{
    if (argc != 2)
        die("usage: harness /path/to/pam_limits.so < cases");
    module_path = argv[1];
    /* Kept loaded: libpam would map and relocate it anew for every case. It has no state of its own. */
    if (!dlopen(module_path, RTLD_NOW))
        die(dlerror());
    answer_all();
    fflush(stdout);
    return 0;
}
