/* SPDX-License-Identifier: MIT */
/* A small world to make environments in: a Python that is a script, wheels of a small pip, a cache, and files of a user. */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include <limits.h>
#include <stdbool.h>

#include "cvenv.h"
#include "snapshot.h"

/* What may be found where a run was ended in its middle. */
enum world_kind {
    WORLD_WHOLE,  /* all as it was, or all as it is to be */
    WORLD_MERGED, /* each file so; the next run puts it back first */
    WORLD_SEEN    /* a stage of the caller's sees the environment in the making, and so may others */
};

struct world {
    char root[64];                         /* everything is below it */
    char work[PATH_MAX], target[PATH_MAX]; /* what a run may change, and the environment in it */
    char cache[PATH_MAX], prepared[PATH_MAX], facts[4096], environment[PATH_MAX], python[PATH_MAX];
    struct snapshot outside, before, after;
    long until_interrupted;                /* counts down; 0: never */
};

struct scenario {
    const char *name;
    enum world_kind kind;
    void (*prepare)(struct world *w);                                  /* what is in w->work before a run; NULL: nothing */
    void (*configure)(struct world *w, struct cvenv_options *options); /* what the run is to do */
    const struct cvenv_stages *stages;
    bool cold;       /* nothing is in the cache */
    bool altered;    /* a file in the cache is not what it was */
    bool old_kernel; /* neither renameat2() nor openat2() */
    bool hard_link;  /* there is a user's file in the environment that has a name outside, too */
};

extern const struct scenario scenarios[];
extern const size_t scenario_count;

void world_open(struct world *w);
void world_close(struct world *w);
/* Facts of the world's Python, of that micro version, that bundles that version of pip. */
void world_set_facts(struct world *w, int micro, const char *pip);
/* Writes a file of the user's below w->work. */
void world_write(const struct world *w, const char *path, const char *text);
/* Runs what the scenario wants, at w->target or another place; or makes an ordinary environment for it to begin with. */
bool world_run(struct world *w, const struct scenario *s, struct cvenv_error *err);
bool world_run_at(struct world *w, const struct scenario *s, const char *target, struct cvenv_error *err);
bool world_make(struct world *w, const struct scenario *s, struct cvenv_error *err);
/* Prepares the scenario; fills in w->after with what an undisturbed run makes. */
void world_prepare(struct world *w, const struct scenario *s);
/* Back to what is there before a run, of which w->before is a snapshot. */
void world_reset(struct world *w, const struct scenario *s);
/* Does what every run does first: puts back what a dead one has left. */
bool world_recover(struct world *w, struct cvenv_error *err);
/* Takes away directories above the environment that a dead run has made. */
void world_remove_parents(const struct world *w);
/* What is outside of all that a run may change. */
struct snapshot world_outside(const struct world *w);
/* The environment's path below w->work. */
const char *world_target_name(const struct world *w);
/* Is it the name of a staging directory? */
bool world_is_staging(const char *name);

#endif
