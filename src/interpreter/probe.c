/* SPDX-License-Identifier: MIT */
/* Owns the way from an executable to the facts of its base: what is remembered, what has to be run, and how. */
#include "interpreter/probe.h"

#include <signal.h>
#include <sys/time.h>

#include "base/error.h"
#include "base/variable.h"
#include "disk/process.h"
#include "interpreter/remember.h"
#include "interpreter/shim.h"
#include "probe_source.h"

enum { SECONDS = 5, OUTPUT_LIMIT = 1 << 20, STEPS_MAX = 16 };

const char *const probe_program = probe_source;

/* -I -S: nothing of the user's, of site-packages or of the directory takes part (hostile names there too). */
static const char *const isolated[] = { "-I", "-S", NULL };
/* What Python before 3.4 has instead, which knows no -I: enough to learn its version. */
static const char *const dated[] = { "-E", "-s", "-S", NULL };

/* ---- running --------------------------------------------------------------------------------------------- */

static bool starts_with(const char *string, const char *start)
{
    return strncmp(string, start, strlen(start)) == 0;
}

/*
 * The caller's variables without those that change what Python is (-I does not keep all of them from it), or that a
 * shell would obey before a script. The locale is one in which every Python takes paths for what they are.
 */
static const char *const unwanted[] = { "PYTHON", "__PYVENV_LAUNCHER__=", "BASH_ENV=", "ENV=", "LC_ALL=", NULL };

static bool run(struct arena *a, const struct probe *p, const char *executable, const char *const *options,
                const char *cwd, struct process_result *result, struct cvenv_error *err)
{
    const char *arguments[8] = { executable };
    size_t count = 1;
    while (*options != NULL)
        arguments[count++] = *options++;
    arguments[count++] = "-c";
    arguments[count] = probe_program;
    struct process process = {
        .program = executable,
        .arguments = arguments,
        .environment = variable_scrub(a, p->environment, unwanted, "LC_ALL=C.UTF-8"),
        .cwd = cwd,
        .timeout_ms = SECONDS * 1000,
        .output_limit = OUTPUT_LIMIT,
        .interrupted = p->interrupted,
        .user = p->user,
    };
    if (process.environment == NULL)
        return error_memory(err);
    int64_t start = disk_clock();
    if (process_run(&process, a, result, err))
        return true;
    if (err->code == CVENV_ERROR_CHILD && disk_clock() - start >= SECONDS * (int64_t)1000000000)
        return error_set(err, CVENV_ERROR_INTERPRETER, "%s: did not answer within %d seconds", executable, SECONDS);
    if (err->code == CVENV_ERROR_CHILD || err->code == CVENV_ERROR_SYSTEM)
        err->code = CVENV_ERROR_INTERPRETER;
    return false;
}

/* The line that says most: the first, but the last of a traceback. */
static const char *telling_line(struct arena *a, struct slice errors)
{
    struct slice line;
    const char *chosen = "";
    bool is_traceback = false;
    while (slice_line(&errors, &line)) {
        line = slice_trim(line);
        if (line.length == 0 || (chosen[0] != '\0' && !is_traceback))
            continue;
        chosen = arena_copy(a, line.data, line.length);
        is_traceback = is_traceback || starts_with(chosen, "Traceback");
    }
    return chosen;
}

/* The signals that the C standard names; of others the number must do. */
static const char *signal_name(int number)
{
    switch (number) {
    case SIGABRT:
        return " (SIGABRT)";
    case SIGFPE:
        return " (SIGFPE)";
    case SIGILL:
        return " (SIGILL)";
    case SIGSEGV:
        return " (SIGSEGV)";
    case SIGTERM:
        return " (SIGTERM)";
    default:
        return "";
    }
}

/* An interpreter that started but gave no answer. */
static bool no_answer(struct arena *a, const char *executable, const struct process_result *result,
                      struct cvenv_error *err)
{
    const char *line = telling_line(a, result->errors);
    const char *separator = line[0] != '\0' ? ": " : "";
    int number = result->status - 128;
    if (number > 0 && number < 65)
        return error_set(err, CVENV_ERROR_INTERPRETER, "%s: crashed: ended by signal %d%s%s%s", executable, number,
                         signal_name(number), separator, line);
    return error_set(err, CVENV_ERROR_INTERPRETER, "%s: does not answer as a Python does (exit status %d)%s%s",
                     executable, result->status, separator, line);
}

static bool mentions(struct arena *a, struct slice text, const char *word)
{
    return strstr(arena_copy(a, text.data, text.length), word) != NULL;
}

/* Runs the executable in `cwd` for its answer. */
static bool ask(struct arena *a, const struct probe *p, const char *executable, const char *cwd, struct slice *answer,
                struct cvenv_error *err)
{
    struct process_result result;
    if (!run(a, p, executable, isolated, cwd, &result, err))
        return false;
    if (result.status == 2 && mentions(a, result.errors, "-I") && !run(a, p, executable, dated, cwd, &result, err))
        return false;
    struct slice body;
    if (result.status != 0 || !facts_body(result.output, &body))
        return no_answer(a, executable, &result, err);
    *answer = result.output;
    return true;
}

/* ---- whom to ask ----------------------------------------------------------------------------------------- */

/* One value of an answer; NULL when it is not there. */
static const char *value_of(struct arena *a, struct slice answer, const char *key)
{
    struct slice body, value;
    if (!facts_body(answer, &body) || !facts_next(&body, key, &value))
        return NULL;
    return facts_decode(a, value);
}

/* Does sys.executable say that another program answered? Then it was a wrapper, for which directory and variables
 * count. */
static bool is_wrapper(struct arena *a, const char *executable, struct slice answer)
{
    struct disk_stat asked, answered;
    const char *self = value_of(a, answer, "self");
    if (self == NULL || strcmp(self, executable) == 0)
        return false;
    return disk_stat_path(executable, &asked) != 0 || disk_stat_path(self, &answered) != 0 ||
           asked.device != answered.device || asked.inode != answered.inode;
}

/* On the clock that stamps files. */
static int64_t now(void)
{
    struct timeval time = { 0, 0 };
    gettimeofday(&time, NULL);
    return (int64_t)time.tv_sec * 1000000000 + (int64_t)time.tv_usec * 1000;
}

/*
 * Asks a program in "/", where nothing lies about; a script or a wrapper where the user is. *lasting: what it said
 * depends on files alone.
 */
static bool ask_suitably(struct arena *a, const struct probe *p, const char *executable, bool is_script,
                         struct slice *answer, bool *lasting, struct cvenv_error *err)
{
    *lasting = false;
    if (is_script)
        return ask(a, p, executable, p->cwd, answer, err);
    if (!ask(a, p, executable, "/", answer, err))
        return false;
    if (is_wrapper(a, executable, *answer))
        return ask(a, p, executable, p->cwd, answer, err);
    *lasting = true;
    return true;
}

/* One step: the facts that `executable` tells, or *next, which tells them in its place. */
static bool step(struct arena *a, const struct probe *p, const char *executable, struct facts *out, const char **next,
                 struct cvenv_error *err)
{
    struct memory memory = { p->cache, executable, variable_value(p->environment, "LD_LIBRARY_PATH") };
    struct slice script, answer;
    struct cvenv_error unusable;
    if (!remember_find(a, &memory, &answer) || !facts_parse(a, answer, executable, out, &unusable)) {
        bool is_script = shim_is_script(a, executable, &script), lasting;
        if (is_script && shim_resolve(a, executable, script, p->environment, p->cwd, next))
            return true;
        int64_t asked = now();
        if (!ask_suitably(a, p, executable, is_script, &answer, &lasting, err) ||
            !facts_parse(a, answer, executable, out, err))
            return false;
        if (lasting)
            remember_keep(a, &memory, answer, asked);
    }
    *next = out->executable;
    return true;
}

bool probe_facts(struct arena *a, const struct probe *p, struct facts *out, struct cvenv_error *err)
{
    const char *executable = p->executable;
    for (int i = 0; i < STEPS_MAX; i++) {
        const char *next = executable;
        if (!step(a, p, executable, out, &next, err)) {
            if (strcmp(executable, p->executable) != 0)
                error_wrap(err, "%s: the base interpreter", p->executable);
            return false;
        }
        if (a->failed)
            return error_memory(err);
        if (strcmp(next, executable) == 0)
            return true;
        executable = next;
    }
    return error_set(err, CVENV_ERROR_INTERPRETER, "%s: leads to no base interpreter", p->executable);
}
