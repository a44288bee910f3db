/* SPDX-License-Identifier: MIT */
/* The environments of one command line, handed out to threads in order. */
#include "batch.h"

#include <stdlib.h>
#include <string.h>

#include "system.h"

enum { DESCRIPTORS = 32 }; /* for one environment: twice what it needs at the least */

/* What the threads share; what changes does so under the lock. */
struct batch {
    const struct request *request;
    struct console *console;
    int jobs;
    size_t next;   /* the next to begin; behind the last after a failure */
    size_t failed; /* the first that failed: their number when none has */
    struct cvenv_error error;
};

/* One environment being made. */
struct job {
    struct batch *batch;
    const char *env_dir, *label; /* label NULL: it is the only one */
    char stage[64];              /* the one that is running */
    int64_t begun;
};

static void end_stage(struct job *job)
{
    int64_t now = system_clock();
    if (job->stage[0] != '\0')
        console_time(job->batch->console, job->label, job->stage, now - job->begun);
    job->stage[0] = '\0';
    job->begun = now;
}

static void report(void *user, enum cvenv_report kind, const char *message)
{
    struct job *job = user;
    struct console *console = job->batch->console;
    switch (kind) {
    case CVENV_REPORT_WARNING:
        console_warning(console, message);
        break;
    case CVENV_REPORT_STAGE:
        end_stage(job);
        snprintf(job->stage, sizeof job->stage, "%s", message);
        break;
    case CVENV_REPORT_DETAIL:
        console_detail(console, message);
        break;
    case CVENV_REPORT_PROGRESS:
        console_progress(console, message);
        break;
    }
}

static bool interrupted(void *user)
{
    (void)user;
    return system_signal() != 0;
}

/* Processors are shared out among the environments that are made at once. */
static int processors(const struct batch *batch)
{
    int share = system_processors() / batch->jobs;
    return share > 0 ? share : 1;
}

static bool create_one(struct batch *batch, size_t index, struct cvenv_error *err)
{
    const struct request *request = batch->request;
    const char *env_dir = request->env_dirs.items[index];
    struct job job = { .batch = batch, .env_dir = env_dir, .label = request->env_dirs.count > 1 ? env_dir : NULL };
    struct cvenv_options options = request->options;
    options.environment = system_environment();
    options.processors = batch->jobs > 1 ? processors(batch) : 0;
    options.report = report;
    options.interrupted = interrupted;
    options.user = &job;
    int64_t start = job.begun = system_clock();
    bool created = cvenv_create(env_dir, &options, NULL, NULL, err);
    end_stage(&job);
    if (created)
        console_time(batch->console, job.label, "total", system_clock() - start);
    return created;
}

static void note_failure(struct batch *batch, size_t index, const struct cvenv_error *err)
{
    system_lock();
    if (index < batch->failed) {
        batch->failed = index;
        batch->error = *err;
    }
    batch->next = batch->request->env_dirs.count;
    system_unlock();
}

static bool take_next(struct batch *batch, size_t *index)
{
    system_lock();
    bool any = batch->next < batch->request->env_dirs.count && system_signal() == 0;
    if (any)
        *index = batch->next++;
    system_unlock();
    return any;
}

static void *work(void *user)
{
    struct batch *batch = user;
    struct cvenv_error err;
    for (size_t index; take_next(batch, &index);) {
        if (create_one(batch, index, &err))
            console_hint(batch->console, getenv("SHELL"), batch->request->env_dirs.items[index]);
        else
            note_failure(batch, index, &err);
    }
    return NULL;
}

static bool is_within(const char *path, const char *ancestor)
{
    size_t length = strlen(ancestor);
    return strncmp(path, ancestor, length) == 0 && (path[length] == '/' || path[length] == '\0');
}

/* Is one of them the same as another or inside it? Such are made one after the other, as python -m venv does. */
static bool overlap(const struct arguments_list *env_dirs)
{
    size_t count = 0;
    char **paths = calloc(env_dirs->count, sizeof *paths);
    bool found = paths == NULL;
    while (!found && count < env_dirs->count) {
        char *path = paths[count] = system_absolute(env_dirs->items[count]);
        found = path == NULL;
        for (size_t i = 0; i < count && !found; i++)
            found = is_within(path, paths[i]) || is_within(paths[i], path);
        count++;
    }
    while (count > 0)
        free(paths[--count]);
    free(paths);
    return found;
}

bool batch_create(const struct request *request, struct console *console)
{
    size_t count = request->env_dirs.count;
    struct batch batch = { .request = request, .console = console, .jobs = request->jobs, .failed = count };
    int most = system_descriptors() / DESCRIPTORS;
    if (batch.jobs == 0)
        batch.jobs = system_processors();
    if (batch.jobs > most)
        batch.jobs = most > 0 ? most : 1;
    if ((size_t)batch.jobs > count)
        batch.jobs = (int)count;
    if (batch.jobs > 1 && overlap(&request->env_dirs))
        batch.jobs = 1;
    system_run(batch.jobs, work, &batch);
    console_erase_progress(console);
    if (batch.failed < count)
        console_error(console, batch.error.message);
    return batch.failed == count;
}
