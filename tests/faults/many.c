/* SPDX-License-Identifier: MIT */
/* Many threads of one program at once, on one target and on different ones: all succeed, and all that they make is whole. */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "world.h"

enum { MOST_THREADS = 64, ROUNDS = 4 };

/* The second has another Python: the same program, of which other facts are told. */
static struct world world, other_world;
static int failures;

/* What a thread may be told to do. */
struct task {
    struct world *world;
    const struct scenario *scenario;
};

/* What one thread is to do. */
struct job {
    pthread_t thread;
    struct task task;
    char target[PATH_MAX];
    bool ok;
    struct cvenv_error fault;
};

static struct task find_task(struct world *w, const char *name)
{
    for (size_t i = 0; i < scenario_count; i++)
        if (strcmp(scenarios[i].name, name) == 0)
            return (struct task){ w, &scenarios[i] };
    errx(2, "%s: no such scenario", name);
}

static void *work(void *user)
{
    struct job *job = user;
    job->ok = world_run_at(job->task.world, job->task.scenario, job->target, &job->fault);
    return NULL;
}

static void complain(const char *what, const char *why)
{
    printf("%s: %s\n", what, why);
    failures++;
}

/* Is it what one alone makes there? */
static bool is_made_by(struct task task, const char *target, const struct snapshot *now)
{
    struct cvenv_error fault;
    tree_remove(target);
    if (!world_run_at(task.world, task.scenario, target, &fault))
        errx(2, "%s", fault.message);
    struct snapshot expected = snapshot_take(target, NULL);
    bool same = snapshot_difference(&expected, now, false) == NULL;
    snapshot_release(&expected);
    return same;
}

/* Whoever was last: it is all of one piece. */
static void check_target(const char *what, const char *target, struct task one, struct task other)
{
    struct snapshot now = snapshot_take(target, NULL);
    if (!is_made_by(one, target, &now) && !is_made_by(other, target, &now))
        complain(what, "not what one of them makes");
    snapshot_release(&now);
}

static void check_nothing_is_left(const char *what)
{
    struct snapshot now = snapshot_take(world.work, NULL);
    for (size_t i = 0; i < now.count; i++)
        if (world_is_staging(now.entries[i].path))
            complain(what, now.entries[i].path);
    snapshot_release(&now);
}

/* Every second thread does what `other` is. */
static void run_threads(int count, bool one_target, struct task one, struct task other)
{
    static struct job jobs[MOST_THREADS];
    char what[120];
    snprintf(what, sizeof what, "%d threads, %s, %s and %s%s", count, one_target ? "one target" : "different targets",
             one.scenario->name, other.scenario->name, one.world != other.world ? " of another Python" : "");
    for (int i = 0; i < count; i++) {
        jobs[i].task = i % 2 == 0 ? one : other;
        snprintf(jobs[i].target, sizeof jobs[i].target, "%.4000s/%d/env", world.work, one_target ? 0 : i);
        if (pthread_create(&jobs[i].thread, NULL, work, &jobs[i]) != 0)
            errx(2, "pthread_create");
    }
    for (int i = 0; i < count; i++) {
        pthread_join(jobs[i].thread, NULL);
        if (!jobs[i].ok)
            complain(what, jobs[i].fault.message);
    }
    check_nothing_is_left(what);
    for (int i = 0; i < (one_target ? 1 : count); i++)
        check_target(what, jobs[i].target, one, other);
    tree_remove(world.work);
    tree_copy(world.prepared, world.work);
}

/* ---- a store in which nothing is ----------------------------------------------------------------------- */

static void format(char out[PATH_MAX], const char *name)
{
    snprintf(out, PATH_MAX, "%s/%s", world.root, name);
}

/* From now on Python notes how often it is started: to compile, for nothing else is it needed. */
static void count_starts(void)
{
    static const char script[] = "#!/bin/sh\necho >>\"${0%/*}/starts\"\nexec \"${0%/*}/compiler\" \"$@\"\n";
    char python[PATH_MAX], compiler[PATH_MAX];
    format(python, "base/bin/python3");
    format(compiler, "base/bin/compiler");
    if (rename(python, compiler) != 0)
        err(2, "%s", compiler);
    FILE *file = fopen(python, "w");
    if (file == NULL || fputs(script, file) < 0 || fclose(file) != 0 || chmod(python, 0755) != 0)
        err(2, "%s", python);
}

static long starts(void)
{
    char path[PATH_MAX];
    struct stat st;
    format(path, "base/bin/starts");
    return stat(path, &st) == 0 ? (long)st.st_size : 0;
}

static void run_cold(int count, struct task task)
{
    long before = starts();
    tree_remove(world.cache);
    if (mkdir(world.cache, 0700) != 0)
        err(2, "%s", world.cache);
    run_threads(count, false, task, task);
    if (starts() != before + 1)
        complain("a store in which nothing is", "not built once");
}

/* ---- all of it ----------------------------------------------------------------------------------------- */

static void be_another_python(struct world *w)
{
    for (char *version = w->facts; (version = strstr(version, "3.13")) != NULL;)
        memcpy(version, "3.12", 4);
}

static void run_all(int count)
{
    struct task create = find_task(&world, "create-pip"), clear = find_task(&world, "clear"),
                stages = find_task(&world, "create-stages"), copies = find_task(&world, "create-copies"),
                plain = find_task(&world, "create"), other_clear = find_task(&other_world, "clear");
    run_threads(count, true, create, create);
    run_threads(count, true, plain, copies);
    run_threads(count, true, clear, create);
    run_threads(count, true, clear, clear);
    run_threads(count, true, clear, other_clear);
    run_threads(count, true, stages, create);
    run_threads(count, false, create, create);
    run_threads(count, false, create, copies);
    run_cold(count, create);
}

int main(void)
{
    static const int counts[] = { 2, 8, MOST_THREADS };
    world_open(&world);
    count_starts();
    world_prepare(&world, find_task(&world, "create-pip").scenario);
    other_world = world;
    be_another_python(&other_world);
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
            run_all(counts[i]);
    world_close(&world);
    return failures > 0;
}
