/* Opens one session through the real libpam with pam_limits.so alone: session CONFDIR USER.
 *
 * CONFDIR holds a service `bench` whose only line is `session required pam_limits.so`. */
#include <security/pam_appl.h>
#include <stdio.h>
#include <stdlib.h>

static int converse(int count, const struct pam_message **messages, struct pam_response **responses, void *data)
{
    (void)messages;
    (void)data;
    *responses = calloc((size_t)count, sizeof **responses);
    return *responses ? PAM_SUCCESS : PAM_BUF_ERR;
}

int main(int argc, char **argv)
{
    static const struct pam_conv conversation = { .conv = converse };
    pam_handle_t *handle;
    if (argc != 3) {
        fprintf(stderr, "usage: session CONFDIR USER\n");
        return 2;
    }
    if (pam_start_confdir("bench", argv[2], &conversation, argv[1], &handle) != PAM_SUCCESS)
        return 2;
    int result = pam_open_session(handle, 0);
    if (result != PAM_SUCCESS)
        fprintf(stderr, "pam_open_session: %s\n", pam_strerror(handle, result));
    pam_end(handle, result);
    return result != PAM_SUCCESS;
}
