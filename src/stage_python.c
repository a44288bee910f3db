/* SPDX-License-Identifier: MIT */
/* Owns what becomes of the interpreter's names that a former Python has left in the scripts directory. */
#include <errno.h>

#include "base/path.h"
#include "env.h"

struct former {
    struct cvenv *env;
    const char *bin;
    struct disk_dir dir;
    struct cvenv_error *err;
};

static int remove_former(void *user, const char *name)
{
    const struct former *f = user;
    if (!env_is_former(f->env, f->dir, name))
        return 0;
    return transaction_remove(f->env->transaction, path_join(&f->env->arena, f->bin, name), f->err) ? 0 : ECANCELED;
}

bool env_remove_former(struct cvenv *env, const char *bin, struct cvenv_error *err)
{
    struct disk_dir existing = transaction_existing(env->transaction);
    struct former f = { env, bin, DISK_NO_DIR, err };
    if (env->previous.home == NULL || existing.handle < 0 || disk_open_below(existing, bin, &f.dir) != 0)
        return true;
    int number = disk_list(f.dir, remove_former, &f);
    disk_close(f.dir);
    if (number == ECANCELED)
        return false;
    return number == 0 ? true : error_system(err, number, "%s", env->context[CVENV_BIN_PATH]);
}
