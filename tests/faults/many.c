/* SPDX-License-Identifier: MIT */
/* Many threads of one program at once, on one target and on different ones: all succeed, and all that they make is whole. */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

enum { MOST_THREADS = 64, ROUNDS = 4 };

static struct world world;
static int failures;

/* What one thread is to do. */
struct job {
    pthread_t thread;
    const struct scenario *scenario;
    char target[PATH_MAX];
    bool ok;
    struct cvenv_error fault;
};

static const struct scenario *find_scenario(const char *name)
{
    for (size_t i = 0; i < scenario_count; i++)
        if (strcmp(scenarios[i].name, name) == 0)
            return &scenarios[i];
    errx(2, "%s: no such scenario", name);
}

static void *work(void *user)
{
    struct job *job = user;
    job->ok = world_run_at(&world, job->scenario, job->target, &job->fault);
    return NULL;
}

static void complain(const char *what, const char *why)
{
    printf("%s: %s\n", what, why);
    failures++;
}

/* Is it what one alone makes there? */
static bool is_made_by(const struct scenario *scenario, const char *target, const struct snapshot *now)
{
    struct cvenv_error fault;
    tree_remove(target);
    if (!world_run_at(&world, scenario, target, &fault))
        errx(2, "%s", fault.message);
    struct snapshot expected = snapshot_take(target, NULL);
    bool same = snapshot_difference(&expected, now, false) == NULL;
    snapshot_release(&expected);
    return same;
}

/* Whoever was last: it is all of one piece. */
static void check_target(const char *what, const char *target, const struct scenario *scenario, const struct scenario *others)
{
    struct snapshot now = snapshot_take(target, NULL);
    if (!is_made_by(scenario, target, &now) && !is_made_by(others, target, &now))
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

/* Every second thread does what `others` wants. */
static void run_threads(int count, bool one_target, const struct scenario *scenario, const struct scenario *others)
{
    static struct job jobs[MOST_THREADS];
    char what[100];
    snprintf(what, sizeof what, "%d threads, %s, %s and %s", count, one_target ? "one target" : "different targets",
             scenario->name, others->name);
    for (int i = 0; i < count; i++) {
        jobs[i].scenario = i % 2 == 0 ? scenario : others;
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
        check_target(what, jobs[i].target, scenario, others);
    tree_remove(world.work);
    tree_copy(world.prepared, world.work);
}

int main(void)
{
    static const int counts[] = { 2, 8, MOST_THREADS };
    const struct scenario *create = find_scenario("create-pip"), *clear = find_scenario("clear"),
                          *stages = find_scenario("create-stages");
    world_open(&world);
    world_prepare(&world, create);
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            run_threads(counts[i], true, create, create);
            run_threads(counts[i], true, clear, create);
            run_threads(counts[i], true, clear, clear);
            run_threads(counts[i], true, stages, create);
            run_threads(counts[i], false, create, create);
        }
    world_close(&world);
    return failures > 0;
}
