/* SPDX-License-Identifier: MIT */
/*
 * Every call fails once, and every call is the last of the process: what is there afterwards is as it was or as it is to be.
 *
 *   sweep [--sample] SCENARIO...
 *
 * Each call fails with everything that it may fail with, and each request for memory fails. What fails from some call on, and
 * processes that are ended twice, are tried at some calls, with CVENV_THOROUGH=1 at all. With --sample no process is ended, and
 * unless CVENV_THOROUGH=1 each call fails with one thing only (in turn), and not every request for memory fails.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fault.h"
#include "world.h"

enum { MOST_REPORTS = 20, MOST_DESCRIPTORS = 64 };

static struct world world;
static const struct scenario *scenario;
static bool thorough, sample, kills = true;
static long runs, failures, failures_before; /* the last: of this scenario */

/* The fault of the current run, for reports. */
static struct {
    struct fault_plan plan;
    char what[160];
} current;

__attribute__((format(printf, 1, 2))) static void report(const char *format, ...)
{
    va_list args;
    if (failures++ - failures_before >= MOST_REPORTS)
        return;
    printf("%s: %s: ", scenario->name, current.what);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    printf("\n");
    fflush(stdout);
}

static void begin(struct fault_plan plan, const char *what)
{
    current.plan = plan;
    snprintf(current.what, sizeof current.what, "%s %ld (%s, %s)", what, plan.at,
             plan.memory ? "memory" : fault_call_name(fault_call_at(plan.at)),
             plan.number > 0 ? strerror(plan.number) : plan.number == FAULT_SHORT ? "a part" : "no error");
    world_reset(&world, scenario);
    runs++;
}

/* ---- what has to hold ---------------------------------------------------------------------------------- */

static int open_descriptors(void)
{
    int count = 0;
    for (int fd = 0; fd < MOST_DESCRIPTORS; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void check_outside(void)
{
    struct snapshot now = world_outside(&world);
    const char *path = snapshot_difference(&world.outside, &now, true);
    if (path != NULL)
        report("changed outside: %s", path);
    snapshot_release(&now);
}

/* NULL: as it was (the same files), or as it is to be; else where it is neither. */
static const char *is_neither(const struct snapshot *now)
{
    const char *path = snapshot_difference(&world.after, now, false);
    return path == NULL ? NULL : snapshot_difference(&world.before, now, true) == NULL ? NULL : path;
}

static bool is_entry_of(const struct snapshot *s, const struct snapshot_entry *e, bool identity)
{
    const struct snapshot_entry *there = snapshot_find(s, e->path);
    return there != NULL && snapshot_same_entry(there, e, identity);
}

static bool is_configuration(const char *path)
{
    const char *name = strrchr(path, '/');
    return strcmp(name != NULL ? name + 1 : path, "pyvenv.cfg") == 0;
}

/* In the middle of a merge: each file is the old or the new one, and a new pyvenv.cfg is the last of all. */
static void check_each_file(const struct snapshot *now)
{
    bool done = false;
    for (size_t i = 0; i < now->count; i++) {
        const struct snapshot_entry *e = &now->entries[i];
        if (!is_entry_of(&world.before, e, true) && !is_entry_of(&world.after, e, false))
            report("neither old nor new: %s", e->path);
        done =
            done || (is_configuration(e->path) && is_entry_of(&world.after, e, false) && !is_entry_of(&world.before, e, false));
    }
    for (size_t i = 0; !scenario->old_kernel && i < world.before.count; i++) {
        const char *path = world.before.entries[i].path;
        if (snapshot_find(&world.after, path) != NULL && snapshot_find(now, path) == NULL)
            report("missing for a moment: %s", path);
    }
    const char *path = done ? snapshot_difference(&world.after, now, false) : NULL;
    if (path != NULL)
        report("pyvenv.cfg is new, but not yet %s", path);
}

static void check_message(const struct cvenv_error *fault)
{
    const char *cause = current.plan.number > 0 ? strerror(current.plan.number) : "";
    if (strchr(fault->message, '\n') != NULL || fault->message[0] == '\0')
        report("the message is not one line: '%s'", fault->message);
    if (strstr(fault->message, world.root) == NULL && strstr(fault->message, "working directory") == NULL)
        report("no path is named: %s", fault->message);
    if (current.plan.memory) {
        if (fault->code != CVENV_ERROR_MEMORY)
            report("not called a lack of memory: %s", fault->message);
        return;
    }
    bool said_otherwise = fault->code == CVENV_ERROR_DIRECTORY || current.plan.number == EXDEV || current.plan.number == EINVAL;
    if (strstr(fault->message, cause) == NULL && !said_otherwise)
        report("the cause is not named: %s", fault->message);
}

/* A run without faults on what there is now: it makes what an undisturbed one makes, and nothing stays behind. */
static void check_next_run(void)
{
    struct cvenv_error fault;
    if (!world_run(&world, scenario, &fault)) {
        report("the next run fails: %s", fault.message);
        return;
    }
    struct snapshot now = snapshot_take(world.work, NULL);
    const char *path = snapshot_difference(&world.after, &now, false);
    if (path != NULL)
        report("after the next run: %s", path);
    snapshot_release(&now);
    check_outside();
}

/* ---- one fault ----------------------------------------------------------------------------------------- */

static void run_with_error(struct fault_plan plan)
{
    struct cvenv_error fault;
    begin(plan, "call");
    int descriptors = open_descriptors();
    fault_arm(plan);
    bool ok = world_run(&world, scenario, &fault);
    fault_disarm();
    struct snapshot now = snapshot_take(world.work, world_is_staging);
    const char *path = ok ? snapshot_difference(&world.after, &now, false) : snapshot_difference(&world.before, &now, true);
    if (path != NULL)
        report("%s, but %s is not: %s", ok ? "done" : "failed", path, fault.message);
    if (!ok)
        check_message(&fault);
    if (open_descriptors() != descriptors)
        report("%d descriptors stay open", open_descriptors() - descriptors);
    snapshot_release(&now);
    check_next_run();
}

/* Ends a process that does what `run` does, instead of its call `at`. False when it has no such call. */
static bool kill_at(struct fault_plan plan, bool (*run)(struct cvenv_error *fault))
{
    pid_t pid = fork();
    if (pid < 0)
        err(2, "fork");
    if (pid == 0) {
        struct cvenv_error fault;
        fault_arm(plan);
        _exit(run(&fault) ? 0 : 1);
    }
    int status;
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) ||
        (WEXITSTATUS(status) != 0 && WEXITSTATUS(status) != FAULT_KILLED))
        report("ended otherwise: status %d", status);
    return WIFEXITED(status) && WEXITSTATUS(status) == FAULT_KILLED;
}

static bool run_scenario(struct cvenv_error *fault)
{
    return world_run(&world, scenario, fault);
}

static bool recover(struct cvenv_error *fault)
{
    return world_recover(&world, fault);
}

/* What the next run begins with. */
static void check_recovered(void)
{
    struct cvenv_error fault;
    bool right = false;
    for (int i = 0; i < 100 && !right; i++) { /* a child of the dead one's may have its lock for a moment longer */
        usleep(i > 0 ? 1000 : 0);
        if (!world_recover(&world, &fault))
            report("cannot be put back: %s", fault.message);
        world_remove_parents(&world);
        struct snapshot now = snapshot_take(world.work, NULL);
        right = is_neither(&now) == NULL;
        if (!right && i == 99)
            report("put back, but not %s", is_neither(&now));
        snapshot_release(&now);
    }
}

static void run_with_kill(struct fault_plan plan)
{
    begin(plan, "killed at call");
    kill_at(plan, run_scenario);
    struct snapshot now = snapshot_take(world.work, world_is_staging);
    if (scenario->kind == WORLD_MERGED)
        check_each_file(&now);
    else if (scenario->kind == WORLD_WHOLE && snapshot_find(&now, world_target_name(&world)) != NULL &&
             is_neither(&now) != NULL)
        report("half made: %s", is_neither(&now));
    snapshot_release(&now);
    if (scenario->kind != WORLD_SEEN)
        check_recovered();
    check_next_run();
}

/* ---- sweeps -------------------------------------------------------------------------------------------- */

static long count_calls(bool memory)
{
    struct cvenv_error fault;
    world_reset(&world, scenario);
    fault_arm((struct fault_plan){ .mode = FAULT_COUNT, .memory = memory, .old_kernel = scenario->old_kernel });
    world_run(&world, scenario, &fault);
    return fault_disarm();
}

static void sweep_errors(long calls)
{
    for (long at = 1; at <= calls; at++) {
        const int *numbers = fault_numbers(fault_call_at(at));
        long count = 0;
        while (numbers[count] != 0)
            count++;
        for (long i = 0; i < (sample ? 1 : count); i++)
            run_with_error((struct fault_plan){ .mode = FAULT_ONCE, .at = at, .old_kernel = scenario->old_kernel,
                                                .number = numbers[(at + i) % count] });
    }
}

static void sweep_kills(long calls)
{
    for (long at = 1; at <= calls; at++)
        run_with_kill((struct fault_plan){ .mode = FAULT_KILL, .at = at, .old_kernel = scenario->old_kernel });
}

static void sweep_memory(long calls)
{
    for (long at = 1; at <= calls; at += sample ? 1 + at % 5 : 1)
        run_with_error((struct fault_plan){ .mode = FAULT_ONCE, .memory = true, .at = at, .number = ENOMEM });
}

/* What is put back is ended too, again and again, and then put back. */
static void sweep_kills_while_recovering(long calls)
{
    for (long at = calls / 2; at <= calls && scenario->kind == WORLD_MERGED; at += calls / (thorough ? 80 : 12) + 1) {
        const struct fault_plan first = { .mode = FAULT_KILL, .at = at, .old_kernel = scenario->old_kernel };
        for (long again = 1, more = 1; more; again++) {
            begin(first, "killed twice, first at call");
            kill_at(first, run_scenario);
            more = kill_at((struct fault_plan){ .mode = FAULT_KILL, .at = again, .old_kernel = scenario->old_kernel }, recover);
            check_recovered();
        }
        check_next_run();
    }
}

/* The disk stays full, the table of open files stays full, the disk stays broken: it cannot all be put back at once. */
static void sweep_lasting(long calls)
{
    static const int numbers[] = { ENOSPC, EMFILE, EIO, EROFS, EACCES, ENOMEM };
    struct cvenv_error fault;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        for (long at = 1 + (long)i; at <= calls; at += thorough ? 1 : 12) {
            const struct fault_plan plan = {
                .mode = FAULT_FROM, .at = at, .number = numbers[i], .old_kernel = scenario->old_kernel
            };
            begin(plan, "all calls from");
            fault_arm(plan);
            bool ok = world_run(&world, scenario, &fault);
            fault_disarm();
            if (!ok)
                check_message(&fault);
            if (scenario->kind != WORLD_SEEN)
                check_recovered();
            check_next_run();
        }
}

static void sweep_interruptions(void)
{
    for (long at = 1, more = 1; more; at++) {
        struct cvenv_error fault = { 0 };
        begin((struct fault_plan){ .at = at }, "interrupted at question");
        world.until_interrupted = at;
        more = !world_run(&world, scenario, &fault);
        world.until_interrupted = 0;
        struct snapshot now = snapshot_take(world.work, NULL);
        const char *path = snapshot_difference(more ? &world.before : &world.after, &now, more);
        if (path != NULL)
            report("%s: %s", path, fault.message);
        if (more && fault.code != CVENV_ERROR_INTERRUPTED)
            report("not called an interruption: %s", fault.message);
        snapshot_release(&now);
    }
}

static void sweep(void)
{
    long before = runs;
    failures_before = failures;
    world_prepare(&world, scenario);
    long memory = count_calls(true), calls = count_calls(false);
    sweep_errors(calls);
    sweep_lasting(calls);
    if (kills) {
        sweep_kills(calls);
        sweep_kills_while_recovering(calls);
    }
    sweep_interruptions();
    sweep_memory(memory);
    printf("%-26s %5ld calls, %5ld allocations: %6ld runs\n", scenario->name, calls, memory, runs - before);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    int known = 1;
    thorough = getenv("CVENV_THOROUGH") != NULL && strcmp(getenv("CVENV_THOROUGH"), "1") == 0;
    if (argc > 1 && strcmp(argv[1], "--sample") == 0) {
        kills = false;
        sample = !thorough;
        argc--;
        argv++;
    }
    world_open(&world);
    for (scenario = scenarios; scenario < scenarios + scenario_count; scenario++) {
        bool wanted = argc == 1;
        for (int i = 1; i < argc; i++) {
            wanted = wanted || strcmp(argv[i], scenario->name) == 0;
            known += strcmp(argv[i], scenario->name) == 0;
        }
        if (wanted)
            sweep();
    }
    world_close(&world);
    printf("%ld failures in %ld runs\n", failures, runs);
    return failures > 0 || known < argc;
}
