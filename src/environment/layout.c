/* SPDX-License-Identifier: MIT */
/* Owns the paths of an environment: what EnvBuilder.ensure_directories works out. */
#include "environment/layout.h"

#include "base/error.h"
#include "base/path.h"
#include "base/utf8.h"

/*
 * `home` stands in pyvenv.cfg as it is: its readers know no escapes, take it for UTF-8 and strip white space (site.py),
 * so that an environment of a base which cannot be written like that would not start.
 */
static bool check_home(const struct layout *l, struct cvenv_error *err)
{
    size_t length = strlen(l->python_dir);
    bool is_stripped = length > 0 && l->python_dir[length - 1] == ' ';
    if (!text_has_control(l->python_dir) && utf8_is_valid(l->python_dir, length) && !is_stripped)
        return true;
    return error_set(err, CVENV_ERROR_INTERPRETER, "%s: the path of this Python cannot be written to pyvenv.cfg",
                     l->python_dir);
}

bool layout_make(struct arena *a, const char *env_dir, const struct facts *facts, struct layout *out,
                 struct cvenv_error *err)
{
    *out = (struct layout){
        .env_dir = arena_string(a, env_dir),
        .env_name = arena_string(a, path_name(env_dir)),
        .python_dir = path_parent(a, facts->executable),
        .python_exe = facts->primary,
        .bin_name = facts->bin_name,
        .include = facts->include_path,
        .lib = facts->lib_path,
        .platlib = facts->platlib_path,
        .bin_path = path_join(a, env_dir, facts->bin_name),
        .inc_path = path_join(a, env_dir, facts->include_path),
        .lib_path = path_join(a, env_dir, facts->lib_path),
        .platlib_path = path_join(a, env_dir, facts->platlib_path),
        .cfg_path = path_join(a, env_dir, "pyvenv.cfg"),
    };
    out->env_exe = path_join(a, out->bin_path, out->python_exe);
    out->env_exec_cmd = out->env_exe;
    return a->failed ? error_memory(err) : check_home(out, err);
}
