/* SPDX-License-Identifier: MIT */
/* Owns the quoting of arguments for Windows: back-slashes count only before a quote, where two of them mean one. */
#include "base/argument.h"

void argument_quote(struct text *line, const char *argument)
{
    if (argument[0] != '\0' && strpbrk(argument, " \t\n\v\"") == NULL) {
        text_add_string(line, argument);
        return;
    }
    text_add_char(line, '"');
    for (const char *c = argument;; c++) {
        size_t slashes = strspn(c, "\\");
        c += slashes;
        size_t wanted = *c == '\0' || *c == '"' ? 2 * slashes : slashes;
        while (wanted-- > 0)
            text_add_char(line, '\\');
        if (*c == '\0')
            break;
        if (*c == '"')
            text_add_char(line, '\\');
        text_add_char(line, *c);
    }
    text_add_char(line, '"');
}
