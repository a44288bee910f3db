/* SPDX-License-Identifier: MIT */
/* Owns the built-in activators, and the one pass that puts values into scripts. */
#include "environment/activation.h"

#include "templates.h"

#define TEMPLATE(array) (array), sizeof(array) - 1

const struct activator activation_builtin[] = {
    { "activate", TEMPLATE(template_sh), quote_sh, .posix = true, .windows = true },
    { "activate.csh", TEMPLATE(template_csh), quote_csh, .posix = true },
    { "activate.fish", TEMPLATE(template_fish), quote_fish, .posix = true, .windows = true },
    { "activate.nu", TEMPLATE(template_nu), quote_nushell, .posix = true, .windows = true },
    { "activate.xsh", TEMPLATE(template_xsh), quote_python, .posix = true, .windows = true },
    { "activate.elv", TEMPLATE(template_elv), quote_elvish, .posix = true, .windows = true },
    { "Activate.ps1", TEMPLATE(template_ps1), quote_powershell, .crlf = true, .posix = true, .windows = true },
    { "activate_this.py", TEMPLATE(template_py), quote_python, .posix = true, .windows = true },
    { "activate.bat", TEMPLATE(template_bat), quote_batch, .crlf = true, .windows = true },
    { "deactivate.bat", TEMPLATE(template_deactivate_bat), quote_batch, .crlf = true, .windows = true },
    { 0 },
};

/* A placeholder and what stands for it. */
struct variable {
    const char *name, *value;
};

enum { BUILTIN_VARIABLES = 6, REPLACE_VARIABLES = 5 };

static void fill_variables(const struct activation *values, struct variable variables[BUILTIN_VARIABLES])
{
    const struct variable filled[BUILTIN_VARIABLES] = {
        { "__VENV_DIR__", values->env_dir },
        { "__VENV_NAME__", values->env_name },
        { "__VENV_PROMPT__", values->prompt },
        { "__VENV_BIN_NAME__", values->bin_name },
        { "__VENV_PYTHON__", values->env_exe },
        { "__VENV_RELOCATABLE__", values->relocatable ? "yes" : "no" }, /* not for users' scripts */
    };
    memcpy(variables, filled, sizeof filled);
}

/* The variable whose placeholder the script starts with, or NULL. */
static const struct variable *variable_at(struct slice script, const struct variable *variables, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(variables[i].name);
        if (script.length >= length && memcmp(script.data, variables[i].name, length) == 0)
            return &variables[i];
    }
    return NULL;
}

/* From left to right, once: what a value brings in is never looked at again. */
static void add_replaced(struct text *out, struct slice script, const struct variable *variables, size_t count,
                         quote_function *quote)
{
    while (script.length > 0) {
        const struct variable *variable = variable_at(script, variables, count);
        size_t taken = 1;
        if (variable != NULL) {
            taken = strlen(variable->name);
            quote(out, variable->value);
        } else {
            const char *next = memchr(script.data + 1, '_', script.length - 1);
            taken = next != NULL ? (size_t)(next - script.data) : script.length;
            text_add(out, script.data, taken);
        }
        script = (struct slice){ script.data + taken, script.length - taken };
    }
}

static struct slice text_slice(struct text *t)
{
    const char *data = text_string(t);
    return (struct slice){ data, t->length };
}

/* The template with CRLF line ends, as cmd.exe wants them for labels. */
static struct slice with_crlf(struct arena *a, struct slice script)
{
    struct text out = TEXT_INIT(a);
    struct slice line;
    while (slice_line(&script, &line)) {
        text_add(&out, line.data, line.length);
        text_add_string(&out, "\r\n");
    }
    return text_slice(&out);
}

struct slice activation_render(struct arena *a, const struct activator *activator, const struct activation *values)
{
    struct variable variables[BUILTIN_VARIABLES];
    fill_variables(values, variables);
    struct slice script = { activator->data, activator->length };
    if (activator->crlf)
        script = with_crlf(a, script);
    struct text out = TEXT_INIT(a);
    add_replaced(&out, script, variables, BUILTIN_VARIABLES, activator->quote);
    return text_slice(&out);
}

static bool ends_with(const char *name, const char *suffix)
{
    size_t length = strlen(name), tail = strlen(suffix);
    return length >= tail && strcmp(name + length - tail, suffix) == 0;
}

struct slice activation_replace(struct arena *a, const char *name, struct slice script, const struct activation *values)
{
    struct variable variables[BUILTIN_VARIABLES];
    fill_variables(values, variables);
    quote_function *quote = ends_with(name, ".ps1") ? quote_powershell : ends_with(name, ".bat") ? quote_none : quote_posix;
    struct text out = TEXT_INIT(a);
    add_replaced(&out, script, variables, REPLACE_VARIABLES, quote);
    return text_slice(&out);
}
