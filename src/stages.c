/* SPDX-License-Identifier: MIT */
/* Owns the built-in stages that make directories, pyvenv.cfg, .gitignore and the activators. */
#include "base/argument.h"
#include <errno.h>

#include "base/path.h"
#include "env.h"
#include "environment/activation.h"

/* ---- ensure_directories -------------------------------------------------------------------------------- */

static bool make_context_dir(struct cvenv *env, enum cvenv_attribute which, struct cvenv_error *err)
{
    const char *path;
    return env_relative(env, which, &path, err) && transaction_make_dir(env->transaction, path, err);
}

/* Is something there already, whatever it is? */
static bool is_there(const struct cvenv *env, const char *name)
{
    struct disk_stat st;
    struct disk_dir existing = transaction_existing(env->transaction);
    return existing.handle >= 0 && disk_stat(existing, name, &st) == 0;
}

bool env_has_no_links(const struct cvenv_error *err)
{
    return err->code == CVENV_ERROR_SYSTEM && (err->system == ENOSYS || err->system == EPERM || err->system == EOPNOTSUPP);
}

/* A link to lib for 64-bit Pythons that look there (bpo-21197). What is there is left alone, unless it is a dangling link. */
static bool make_lib64(struct cvenv *env, struct cvenv_error *err)
{
    struct disk_stat st;
    const char *path = path_join(&env->arena, env->context[CVENV_ENV_DIR], "lib64");
    if (!env->facts.lib64 || (is_there(env, "lib64") && disk_stat_path(path, &st) == 0))
        return true;
    return transaction_symlink(env->transaction, "lib", "lib64", err) || env_has_no_links(err);
}

/* Tells programs that make backups to leave it out (Cache Directory Tagging Specification). */
static bool write_cache_tag(struct cvenv *env, struct cvenv_error *err)
{
    static const char tag[] = "Signature: 8a477f597d28d172789f06886806bc55\n"
                              "# This file is a cache directory tag created by cvenv.\n"
                              "# For information about cache directory tags, see: https://bford.info/cachedir/\n";
    if (is_there(env, "CACHEDIR.TAG"))
        return true;
    return transaction_write(env->transaction, "CACHEDIR.TAG", (struct slice){ tag, sizeof tag - 1 }, 0666, err);
}

bool stage_ensure_directories(struct cvenv *env, struct cvenv_error *err)
{
    return make_context_dir(env, CVENV_INC_PATH, err) && make_context_dir(env, CVENV_LIB_PATH, err) &&
           (strcmp(env->context[CVENV_PLATLIB_PATH], env->context[CVENV_LIB_PATH]) == 0 ||
            make_context_dir(env, CVENV_PLATLIB_PATH, err)) &&
           make_lib64(env, err) &&
           make_context_dir(env, CVENV_BIN_PATH, err) && write_cache_tag(env, err);
}

/* ---- create_ignore_file -------------------------------------------------------------------------------- */

/* A text file as Python writes one: with the platform's line ends. */
static bool write_text(struct cvenv *env, const char *path, struct slice text, struct cvenv_error *err)
{
    struct text out = TEXT_INIT(&env->arena);
    for (size_t i = 0; i < text.length; i++) {
        if (text.data[i] == '\n' && env_is_windows)
            text_add_char(&out, '\r');
        text_add_char(&out, text.data[i]);
    }
    const char *data = text_string(&out);
    return transaction_write(env->transaction, path, (struct slice){ data, out.length }, 0666, err);
}

/* The bytes are CPython's; one that is there is the user's. */
bool stage_create_ignore_file(struct cvenv *env, struct cvenv_error *err)
{
    static const char text[] = "# Created by venv; see https://docs.python.org/3/library/venv.html\n*\n";
    if (is_there(env, ".gitignore"))
        return true;
    return write_text(env, ".gitignore", (struct slice){ text, sizeof text - 1 }, err);
}

/* ---- create_configuration ------------------------------------------------------------------------------ */

/* A shell word. pyvenv.cfg is UTF-8 (site.py refuses to start otherwise), so other bytes are written as $'\xNN' (POSIX 2.2.4).
 */
static void add_word(struct text *out, const char *word)
{
    if (env_is_windows) {
        argument_quote(out, word);
        return;
    }
    if (text_is_utf8(word)) {
        quote_posix(out, word);
        return;
    }
    text_add_string(out, "$'");
    for (; *word != '\0'; word++) {
        unsigned char c = (unsigned char)*word;
        if (c >= 0x80)
            text_add_format(out, "\\%03o", c);
        else if (c == '\'' || c == '\\')
            text_add_format(out, "\\%c", c);
        else
            text_add_char(out, (char)c);
    }
    text_add_char(out, '\'');
}

/* In double quotes as CPython writes it, where these hide nothing from a shell. */
static void add_prompt(struct text *out, const char *prompt)
{
    text_add_string(out, " --prompt=");
    if (strpbrk(prompt, "\"\\$`!") == NULL && text_is_utf8(prompt))
        text_add_format(out, "\"%s\"", prompt);
    else
        add_word(out, prompt);
}

/* Has venv of this base an option that came with 3.`minor`? The command is to work when it is given again. */
static bool venv_has_since(const struct cvenv *env, int minor)
{
    return env->facts.major > 3 || env->facts.minor >= minor;
}

/* The command line that makes this environment again, in the order in which CPython lists the options. */
static const char *make_command(struct cvenv *env)
{
    const struct cvenv_options *wanted = &env->options;
    bool copies = wanted->links == CVENV_LINKS_COPIES || (wanted->links == CVENV_LINKS_DEFAULT && env_is_windows);
    const struct {
        bool is_set;
        const char *option;
    } flags[] = {
        { env_is_windows && !copies, " --symlinks" }, { !env_is_windows && copies, " --copies" },
        { !wanted->with_pip, " --without-pip" },
        { wanted->system_site_packages && !env->isolated, " --system-site-packages" },
        { wanted->clear, " --clear" },                       { wanted->upgrade, " --upgrade" },
        { wanted->upgrade_deps && venv_has_since(env, 9), " --upgrade-deps" },
    };
    struct text out = TEXT_INIT(&env->arena);
    if (wanted->command != NULL)
        text_add_string(&out, wanted->command);
    else {
        add_word(&out, env->context[CVENV_EXECUTABLE]);
        text_add_string(&out, " -m venv");
    }
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        if (flags[i].is_set)
            text_add_string(&out, flags[i].option);
    if (wanted->prompt != NULL)
        add_prompt(&out, wanted->prompt);
    if (wanted->without_scm_ignore && venv_has_since(env, 13))
        text_add_string(&out, " --without-scm-ignore-files");
    text_add_char(&out, ' ');
    add_word(&out, env->context[CVENV_ENV_DIR]);
    return text_string(&out);
}

bool stage_create_configuration(struct cvenv *env, struct cvenv_error *err)
{
    const char *path;
    struct config config = {
        .home = env->context[CVENV_PYTHON_DIR],
        .system_site_packages = env->options.system_site_packages && !env->isolated,
        .version = env->facts.version,
        .python_version = arena_format(&env->arena, "%d.%d", env->facts.major, env->facts.minor),
        .prompt = env->options.prompt != NULL ? env->context[CVENV_PROMPT] : NULL,
        .executable = env->facts.real_executable,
        .command = make_command(env),
    };
    const char *text = config_format(&env->arena, &config);
    return env_relative(env, CVENV_CFG_PATH, &path, err) &&
           write_text(env, path, (struct slice){ text, strlen(text) }, err);
}

/* ---- setup_scripts ------------------------------------------------------------------------------------- */

struct activation env_activation(const struct cvenv *env)
{
    return (struct activation){
        .env_dir = env->context[CVENV_ENV_DIR], .env_name = env->context[CVENV_ENV_NAME],
        .prompt = env->context[CVENV_PROMPT], .bin_name = env->context[CVENV_BIN_NAME],
        .env_exe = env->context[CVENV_ENV_EXE], .relocatable = env->options.relocatable,
    };
}

bool stage_setup_scripts(struct cvenv *env, struct cvenv_error *err)
{
    const char *bin;
    const struct activation values = env_activation(env);
    if (!env_relative(env, CVENV_BIN_PATH, &bin, err) || !transaction_make_dir(env->transaction, bin, err))
        return false;
    for (const struct activator *a = activation_builtin; a->name != NULL; a++) {
        if (!(env_is_windows ? a->windows : a->posix))
            continue;
        struct slice script = activation_render(&env->arena, a, &values);
        if (!transaction_write(env->transaction, path_join(&env->arena, bin, a->name), script, 0666, err))
            return false;
    }
    return true;
}
