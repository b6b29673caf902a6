/* A growing text, and the JSON strings in it. */
#include "fixture.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void reserve(struct text *text, size_t more)
{
    if (text->length + more + 1 <= text->size)
        return;
    text->size = (text->length + more + 1) * 2;
    text->bytes = realloc(text->bytes, text->size);
    if (!text->bytes)
        die("out of memory");
}

void text_clear(struct text *text)
{
    reserve(text, 0);
    text->length = 0;
    text->bytes[0] = 0;
}

void text_add(struct text *text, const char *bytes, size_t length)
{
    reserve(text, length);
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
}

void text_format(struct text *text, const char *format, ...)
{
    char small[160];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(small, sizeof small, format, arguments);
    va_end(arguments);
    if (length < 0 || (size_t)length >= sizeof small)
        die("text_format is for short texts only");
    text_add(text, small, (size_t)length);
}

void text_add_string(struct text *text, const char *string)
{
    text_add(text, "\"", 1);
    for (const unsigned char *at = (const unsigned char *)string; *at; at++) {
        if (*at == '"' || *at == '\\')
            text_format(text, "\\%c", *at);
        else if (*at < 0x20 || *at >= 0x7f)
            text_format(text, "\\u%04x", *at);
        else
            text_add(text, (const char *)at, 1);
    }
    text_add(text, "\"", 1);
}
