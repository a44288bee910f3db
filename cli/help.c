/* SPDX-License-Identifier: MIT */
/* The layout of argparse's HelpFormatter (3.14) and of the textwrap module that it uses. */
#include "help.h"

#include <stdbool.h>
#include <string.h>

/* Long enough for every usage part and every heading of an option in the table. */
#define PART_SIZE 256

/* ---- paragraphs --------------------------------------------------------------------------------------- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* May a line end behind the hyphen at text[at]? In hyphenated words only: textwrap's wordsep_re. */
static bool is_break(const char *text, int at)
{
    if (text[at] != '-' || at < 2 || !is_letter(text[at - 1]))
        return false;
    bool before = is_letter(text[at - 2]) || (at >= 3 && text[at - 2] == '-' && is_letter(text[at - 3]));
    const char *after = text + at + 1;
    return before && is_letter(after[0]) && is_letter(after[1] == '-' ? after[2] : after[1]);
}

/* Length of what cannot be divided at text[at]: a blank, a word, or a part of a hyphenated word. */
static int chunk_length(const char *text, int at)
{
    if (text[at] == ' ')
        return 1;
    int end = at + 1;
    while (text[end] != '\0' && text[end] != ' ') {
        if (is_break(text, end))
            return end + 1 - at;
        end++;
    }
    return end - at;
}

/* How much of a word that is longer than a line fits into `space`: up to a hyphen if possible. */
static int cut_word(const char *word, int length, int space)
{
    if (length <= space)
        return space;
    for (int hyphen = space - 1; hyphen > 0; hyphen--) {
        if (word[hyphen] == '-')
            return (int)strspn(word, "-") < hyphen ? hyphen + 1 : space;
    }
    return space;
}

/* Where the line that starts at text[at] ends. */
static int line_end(const char *text, int at, int width)
{
    int end = at;
    while (text[end] != '\0') {
        int length = chunk_length(text, end), space = width - (end - at);
        if (length > width)
            return end + cut_word(text + end, length, space);
        if (length > space)
            break;
        end += length;
    }
    return end;
}

void help_wrap(const char *text, int width, int indent, FILE *out)
{
    for (int at = 0; text[at] != '\0';) {
        if (at > 0)
            at += text[at] == ' ';
        int end = line_end(text, at, width);
        int length = end - at - (end > at && text[end - 1] == ' ');
        fprintf(out, "%*s%.*s\n", at > 0 ? indent : 0, "", length, text + at);
        at = end;
    }
}

/* ---- usage -------------------------------------------------------------------------------------------- */

/* Adds what the option's value is called: " SPEC" or " {a,b}". */
static void format_value(const struct arguments_option *option, char *buffer)
{
    size_t used = strlen(buffer);
    if (option->metavar != NULL) {
        snprintf(buffer + used, PART_SIZE - used, " %s", option->metavar);
        return;
    }
    for (const char *const *choice = option->choices; choice != NULL && *choice != NULL; choice++) {
        const char *before = choice == option->choices ? " {" : ",", *after = choice[1] == NULL ? "}" : "";
        snprintf(buffer + used, PART_SIZE - used, "%s%s%s", before, *choice, after);
        used = strlen(buffer);
    }
}

/* An indivisible part of the usage: "[-p SPEC]"; of options that exclude each other "[--symlinks |", "--copies]". */
static void format_usage(const struct arguments *arguments, const struct arguments_option *option, char *buffer)
{
    bool first = option == arguments->options || option[-1].group != option->group || option->group == 0;
    bool last = option[1].name == NULL || option[1].group != option->group || option->group == 0;
    snprintf(buffer, PART_SIZE, "%s%s", first ? "[" : "", option->letter != NULL ? option->letter : option->name);
    format_value(option, buffer);
    size_t used = strlen(buffer);
    snprintf(buffer + used, PART_SIZE - used, "%s", last ? "]" : " |");
}

/* A place in the usage where the next part goes, on this line or the next. */
struct line {
    FILE *out;
    int width, indent, length;
    bool empty;
};

static void put_part(struct line *line, const char *part)
{
    int length = (int)strlen(part);
    if (!line->empty && line->length + 1 + length > line->width) {
        fprintf(line->out, "\n%*s", line->indent, "");
        line->length = line->indent - 1;
        line->empty = true;
    }
    fprintf(line->out, "%s%s", line->empty ? "" : " ", part);
    line->length += length + 1;
    line->empty = false;
}

static int usage_length(const struct arguments *arguments)
{
    char part[PART_SIZE];
    size_t operands = strlen(" [ ...]") + 2 * strlen(arguments->operand);
    int length = (int)(strlen("usage: ") + strlen(arguments->program) + operands);
    for (const struct arguments_option *o = arguments->options; o->name != NULL; o++) {
        format_usage(arguments, o, part);
        length += 1 + (int)strlen(part);
    }
    return length + 1;
}

void help_usage(const struct arguments *arguments, int columns, FILE *out)
{
    char part[PART_SIZE];
    int prefix = (int)strlen("usage: "), program = (int)strlen(arguments->program), width = columns - 2;
    bool one_line = usage_length(arguments) <= width;
    bool beside = 4 * (prefix + program) <= 3 * width; /* a long program name has its own line */
    int indent = beside ? prefix + program + 1 : prefix;
    struct line line = { out, one_line ? usage_length(arguments) : width, indent, prefix + program, false };
    fprintf(out, "usage: %s", arguments->program);
    if (!beside) {
        fprintf(out, "\n%*s", indent, "");
        line.length = indent - 1;
        line.empty = true;
    }
    for (const struct arguments_option *o = arguments->options; o->name != NULL; o++) {
        format_usage(arguments, o, part);
        put_part(&line, part);
    }
    if (!one_line)
        line.length = line.width; /* operands start a line of their own */
    snprintf(part, sizeof part, "%s [%s ...]", arguments->operand, arguments->operand);
    put_part(&line, part);
    fputc('\n', out);
}

/* ---- help --------------------------------------------------------------------------------------------- */

static void show_entry(const char *heading, const char *help, int columns, FILE *out)
{
    int width = columns - 2, most = width - 20 > 4 ? width - 20 : 4;
    int position = most < 24 ? most : 24; /* every table has a heading too long to leave more room */
    int help_width = width - position > 11 ? width - position : 11;
    fprintf(out, "  %s", heading);
    if ((int)strlen(heading) <= position - 4)
        fprintf(out, "%*s", position - 2 - (int)strlen(heading), "");
    else
        fprintf(out, "\n%*s", position, "");
    help_wrap(help, help_width, position, out);
}

static void show_paragraph(const char *text, int columns, FILE *out)
{
    help_wrap(text, columns - 2 > 11 ? columns - 2 : 11, 0, out);
}

void help_show(const struct arguments *arguments, int columns, FILE *out)
{
    char heading[PART_SIZE];
    help_usage(arguments, columns, out);
    fputc('\n', out);
    show_paragraph(arguments->description, columns, out);
    fputs("\npositional arguments:\n", out);
    show_entry(arguments->operand, arguments->operand_help, columns, out);
    fputs("\noptions:\n", out);
    for (const struct arguments_option *o = arguments->options; o->name != NULL; o++) {
        snprintf(heading, sizeof heading, "%s%s%s", o->letter != NULL ? o->letter : "", o->letter != NULL ? ", " : "",
                 o->name);
        format_value(o, heading);
        show_entry(heading, o->help, columns, out);
    }
    fputc('\n', out);
    show_paragraph(arguments->epilog, columns, out);
}
