/* SPDX-License-Identifier: MIT */
/* Owns byte-compilation: one child of the base interpreter for each processor, each with its share of the files. */
#include "seed/bytecode.h"

#include <stdatomic.h>
#include <stdio.h>

#include "compile_source.h"
#include "base/variable.h"
#include "disk/process.h"
#include "disk/threads.h"

enum { MOST_WORKERS = 16, FILES_WORTH_A_WORKER = 20, TIMEOUT_MS = 600000, LINE_LIMIT = 4096 };
enum { REPORT_EVERY = 50000000 }; /* nanoseconds */

/* One compilation, spread over workers. */
struct compilation {
    const struct bytecode *b;
    const char *root;
    const char *const *sources;
    const char *const *environment;
    size_t count, workers;
    bool *compiled;
    atomic_size_t done;
    struct worker *each;
};

struct worker {
    struct compilation *all;
    size_t index;
    int64_t reported; /* when */
    int refused;      /* the errno value with which the system refused to write */
    bool ok;
    struct arena arena; /* arenas belong to one thread each */
    struct cvenv_error err;
};

/* The caller's variables but those that tell Python what to do: pip's bytecode does not depend on them either. */
static const char *const unwanted[] = { "PYTHON", "__PYVENV_LAUNCHER__=", "SOURCE_DATE_EPOCH=", NULL };

/* Only the first worker reports: it runs on the caller's thread, as cvenv.h promises. */
static void report(struct worker *w, size_t done)
{
    const struct compilation *c = w->all;
    if (w->index != 0 || c->b->report == NULL || (done < c->count && disk_clock() - w->reported < REPORT_EVERY))
        return;
    w->reported = disk_clock();
    char message[80];
    snprintf(message, sizeof message, "%zu %zu byte-compiling", done, c->count);
    c->b->report(c->b->user, CVENV_REPORT_PROGRESS, message);
}

static bool read_number(struct slice digits, size_t *out)
{
    *out = 0;
    for (size_t i = 0; i < digits.length; i++) {
        if (digits.data[i] < '0' || digits.data[i] > '9')
            return false;
        *out = *out * 10 + (size_t)(digits.data[i] - '0');
    }
    return digits.length > 0 && digits.length < 10;
}

/* "NUMBER": this file is done. "!ERRNO": it cannot be written. */
static bool take_line(void *user, struct slice line)
{
    struct worker *w = user;
    struct compilation *c = w->all;
    size_t number;
    if (line.length > 0 && line.data[0] == '!') {
        bool known = read_number((struct slice){ line.data + 1, line.length - 1 }, &number);
        w->refused = known ? (int)number : 0;
        return known;
    }
    if (!read_number(line, &number) || number >= c->count || number % c->workers != w->index)
        return false;
    c->compiled[number] = true;
    report(w, atomic_fetch_add(&c->done, 1) + 1);
    return true;
}

static bool is_interrupted(void *user)
{
    const struct bytecode *b = ((struct worker *)user)->all->b;
    return b->interrupted != NULL && b->interrupted(b->user);
}

static struct slice share(struct worker *w)
{
    struct text text = TEXT_INIT(&w->arena);
    for (size_t i = w->index; i < w->all->count; i += w->all->workers)
        text_add_format(&text, "%zu %s\n", i, w->all->sources[i]);
    text_add_char(&text, '\n');
    return (struct slice){ text.data, text.length };
}

static bool fail(struct worker *w, const struct process_result *result)
{
    struct slice rest = result->errors, line, last = { "", 0 };
    while (slice_line(&rest, &line))
        last = line;
    error_set(&w->err, CVENV_ERROR_CHILD, "%s: byte-compiling failed (exit status %d): %.*s", w->all->b->executable,
              result->status, (int)last.length, last.data);
    w->err.system = result->status;
    return false;
}

static bool run_worker(struct worker *w)
{
    const struct compilation *c = w->all;
    const char *const arguments[] = { c->b->executable, "-I", "-S", "-W", "ignore", "-c", compile_source, NULL };
    struct process process = { .program = c->b->executable,
                               .arguments = arguments,
                               .environment = c->environment,
                               .cwd = c->root,
                               .input = share(w),
                               .timeout_ms = TIMEOUT_MS,
                               .output_limit = LINE_LIMIT,
                               .line = take_line,
                               .interrupted = is_interrupted,
                               .user = w };
    struct process_result result;
    if (w->arena.failed)
        return error_memory(&w->err);
    if (!process_run(&process, &w->arena, &result, &w->err))
        return false;
    if (result.status == 0)
        return true;
    if (w->refused != 0)
        return error_system(&w->err, w->refused, "byte-compiling");
    return fail(w, &result);
}

static void work(void *user, int index)
{
    struct worker *w = &((struct compilation *)user)->each[index];
    w->ok = run_worker(w);
    arena_release(&w->arena);
}

bool bytecode_compile(struct arena *a, const struct bytecode *b, const char *root, const char *const *sources,
                      size_t count, bool *compiled, struct cvenv_error *err)
{
    struct compilation c = { .b = b, .root = root, .sources = sources, .count = count, .compiled = compiled };
    size_t most = (size_t)(b->processors > 0 ? b->processors : disk_processors());
    size_t worth = (count + FILES_WORTH_A_WORKER - 1) / FILES_WORTH_A_WORKER;
    c.workers = most < worth ? most : worth;
    c.workers = c.workers < MOST_WORKERS ? c.workers : MOST_WORKERS;
    atomic_init(&c.done, 0);
    c.environment = variable_scrub(a, b->environment, unwanted, NULL);
    c.each = arena_array(a, c.workers, sizeof *c.each);
    if (c.environment == NULL || c.each == NULL)
        return error_memory(err);
    for (size_t i = 0; i < c.workers; i++)
        c.each[i] = (struct worker){ .all = &c, .index = i, .arena = ARENA_INIT };
    threads_run((int)c.workers, work, &c);
    for (size_t i = 0; i < c.workers; i++) {
        if (!c.each[i].ok) {
            *err = c.each[i].err;
            return false;
        }
    }
    if (count > 0)
        report(&c.each[0], count);
    return true;
}
