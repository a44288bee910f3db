/* SPDX-License-Identifier: MIT */
/* Owns the helpers of EnvBuilder that users call from their own stages: install_scripts, replace_variables, symlink_or_copy. */
#include <errno.h>

#include "base/path.h"
#include "base/utf8.h"
#include "env.h"

bool cvenv_replace_variables(struct cvenv *env, const char *name, const char *text, size_t length, const char **result,
                             size_t *result_length, struct cvenv_error *err)
{
    const struct activation values = env_activation(env);
    struct slice out = activation_replace(&env->arena, name, (struct slice){ text, length }, &values);
    if (env->arena.failed)
        return error_memory(err);
    *result = out.data;
    *result_length = out.length;
    return true;
}

/* ---- install_scripts ----------------------------------------------------------------------------------- */

enum { SCRIPT_LIMIT = 64 << 20 };

/* One directory of the user's tree and the directory of the environment that mirrors it. */
struct mirror {
    struct cvenv *env;
    struct disk_dir from;
    const char *from_path, *to; /* `to` is relative to the environment */
    bool top;                   /* only the directories for every and for this system count there */
    struct cvenv_error *err;
};

/* err is filled in: what the callers of disk_list pass through. */
enum { TOLD = -1 };

static int mirror_entry(void *user, const char *name);

static int mirror_directory(const struct mirror *m, const char *name)
{
    struct mirror inner = *m;
    inner.from_path = path_join(&m->env->arena, m->from_path, name);
    inner.to = m->top ? m->to : path_join(&m->env->arena, m->to, name);
    inner.top = false;
    if (!transaction_make_dir(m->env->transaction, inner.to, m->err))
        return TOLD;
    int number = disk_open_dir(m->from, name, &inner.from);
    if (number != 0)
        return number;
    number = disk_list(inner.from, mirror_entry, &inner);
    disk_close(inner.from);
    return number;
}

static int mirror_file(const struct mirror *m, const char *name, unsigned mode)
{
    struct arena *a = &m->env->arena;
    const char *from = path_join(a, m->from_path, name);
    struct slice script;
    int number = disk_read_path(a, from, SCRIPT_LIMIT, &script);
    if (number != 0)
        return number;
    if (!utf8_is_valid(script.data, script.length)) {
        env_report(m->env, CVENV_REPORT_WARNING, arena_format(a, "unable to copy script '%s', may be binary", from));
        return 0;
    }
    const struct activation values = env_activation(m->env);
    struct slice out = activation_replace(a, name, script, &values);
    unsigned shared = (mode & 0111) != 0 ? 0777 : 0666;
    return transaction_write(m->env->transaction, path_join(a, m->to, name), out, shared, m->err) ? 0 : TOLD;
}

static int mirror_entry(void *user, const char *name)
{
    const struct mirror *m = user;
    struct disk_stat st;
    if (m->top && strcmp(name, "common") != 0 && strcmp(name, env_is_windows ? "nt" : "posix") != 0)
        return 0;
    int number = disk_stat(m->from, name, &st);
    if (number != 0)
        return number;
    if (st.type == DISK_DIRECTORY)
        return mirror_directory(m, name);
    return m->top || st.type == DISK_OTHER ? 0 : mirror_file(m, name, st.mode);
}

static bool install_scripts(struct cvenv *env, struct cvenv_error *err)
{
    const char *bin;
    struct mirror m = { env, DISK_NO_DIR, env->scripts_path, NULL, true, err };
    if (!env_relative(env, CVENV_BIN_PATH, &bin, err))
        return false;
    m.to = bin;
    int number = disk_open_path(env->scripts_path, &m.from);
    if (number == 0) {
        number = disk_list(m.from, mirror_entry, &m);
        disk_close(m.from);
    }
    if (number == TOLD)
        return false;
    return number == 0 ? true : error_system(err, number, "%s: installing scripts from it", env->scripts_path);
}

bool cvenv_install_scripts(struct cvenv *env, const char *path, struct cvenv_error *err)
{
    env->scripts_path = path;
    return env_apply(env, install_scripts, false, err);
}

/* ---- symlink_or_copy ----------------------------------------------------------------------------------- */

static bool link_or_copy(struct cvenv *env, struct cvenv_error *err)
{
    const char *from = env->link_from, *path = env->link_path;
    const char *parent = path_parent(&env->arena, path);
    if (parent[0] != '\0' && !transaction_make_dir(env->transaction, parent, err))
        return false;
    bool copies = env->options.links == CVENV_LINKS_COPIES || (env->options.links == CVENV_LINKS_DEFAULT && env_is_windows);
    if (copies)
        return transaction_copy(env->transaction, from, path, 0777, err);
    return transaction_symlink(env->transaction, env->link_beside ? path_name(from) : from, path, err);
}

bool cvenv_symlink_or_copy(struct cvenv *env, const char *from, const char *path, bool relative_symlinks_ok,
                           struct cvenv_error *err)
{
    env->link_from = from;
    env->link_path = path;
    env->link_beside = relative_symlinks_ok;
    return env_apply(env, link_or_copy, false, err);
}
