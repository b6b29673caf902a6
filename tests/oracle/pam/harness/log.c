/* The log: every line that libpam or the module would have sent to syslog or to the audit system. */
#include "fixture.h"

#include <errno.h>
#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>

static struct text lines, prompts;

void log_clear(void)
{
    text_clear(&lines);
    text_clear(&prompts);
}

const char *log_lines(void)
{
    return lines.bytes;
}

const char *log_prompts(void)
{
    return prompts.bytes;
}

void log_prompt(const char *text)
{
    if (prompts.length)
        text_add(&prompts, ",", 1);
    text_add_string(&prompts, text);
}

static void add_line(int priority, const char *format, va_list arguments)
{
    char *message;
    if (vasprintf(&message, format, arguments) < 0)
        die("out of memory");
    if (lines.length)
        text_add(&lines, ",", 1);
    text_format(&lines, "[%d,", LOG_PRI(priority));
    text_add_string(&lines, message);
    text_add(&lines, "]", 1);
    free(message);
}

void pam_vsyslog(const pam_handle_t *handle, int priority, const char *format, va_list arguments)
{
    (void)handle;
    add_line(priority, format, arguments);
}

void pam_syslog(const pam_handle_t *handle, int priority, const char *format, ...)
{
    (void)handle;
    va_list arguments;
    va_start(arguments, format);
    add_line(priority, format, arguments);
    va_end(arguments);
}

/* libpam's own lines, where it was linked so that it does not use the two above. */
void __syslog_chk(int priority, int flag, const char *format, ...) __attribute__((format(printf, 3, 4)));

void __syslog_chk(int priority, int flag, const char *format, ...)
{
    (void)flag;
    va_list arguments;
    va_start(arguments, format);
    add_line(priority, format, arguments);
    va_end(arguments);
}

void syslog(int priority, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    add_line(priority, format, arguments);
    va_end(arguments);
}

/* Without these libpam opens a netlink socket per session and writes to the machine's audit log. */
int audit_open(void);
int pam_modutil_audit_write(pam_handle_t *handle, int type, const char *message, int result);

int audit_open(void)
{
    errno = EPROTONOSUPPORT;
    return -1;
}

int pam_modutil_audit_write(pam_handle_t *handle, int type, const char *message, int result)
{
    (void)handle;
    (void)type;
    (void)message;
    return result;
}
