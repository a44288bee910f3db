/* SPDX-License-Identifier: MIT */
/* The table of options: those of `python -m venv` (3.14), then cvenv's own. */
#include "options.h"

#include <stdlib.h>

enum { GROUP_NONE, GROUP_LINKS, GROUP_CACHE };

#define MOST_JOBS 1024

/* In the order of enum cvenv_link_mode. */
static const char *const link_modes[] = { "auto", "clone", "hardlink", "copy", NULL };

#define FLAG(member, value) ARGUMENTS_BOOL, offsetof(struct request, options.member), value
#define STRING(member) ARGUMENTS_STRING, offsetof(struct request, options.member), 0
#define SET(member, value) ARGUMENTS_INT, offsetof(struct request, member), value
#define NUMBER(member, most) ARGUMENTS_NUMBER, offsetof(struct request, member), most
#define CHOICE(member) ARGUMENTS_CHOICE, offsetof(struct request, member), 0
#define APPEND(member) ARGUMENTS_APPEND, offsetof(struct request, member), 0

/* Letter, name, what the value is called, choices, group, what it does, help. */
static const struct arguments_option table[] = {
    { "-h", "--help", NULL, NULL, GROUP_NONE, ARGUMENTS_HELP, 0, 0, "show this help message and exit" },
    { NULL, "--system-site-packages", NULL, NULL, GROUP_NONE, FLAG(system_site_packages, true),
      "Let the environment see the packages that are installed for its base interpreter." },
    { NULL, "--symlinks", NULL, NULL, GROUP_LINKS, SET(links, CVENV_LINKS_SYMLINKS),
      "Link to the base interpreter, also where copies are the default." },
    { NULL, "--copies", NULL, NULL, GROUP_LINKS, SET(links, CVENV_LINKS_COPIES),
      "Copy the base interpreter, also where links are the default." },
    { NULL, "--clear", NULL, NULL, GROUP_NONE, FLAG(clear, true),
      "Replace all that is in the directory. What was there goes when the new environment is complete." },
    { NULL, "--upgrade", NULL, NULL, GROUP_NONE, FLAG(upgrade, true),
      "Keep the environment, but move it to this base interpreter." },
    { NULL, "--without-pip", NULL, NULL, GROUP_NONE, FLAG(with_pip, false), "Do not install pip." },
    { NULL, "--prompt", "PROMPT", NULL, GROUP_NONE, STRING(prompt),
      "What activated shells show, instead of the directory's name; a dot means the working directory's." },
    { NULL, "--upgrade-deps", NULL, NULL, GROUP_NONE, FLAG(upgrade_deps, true),
      "Let pip upgrade itself from the package index afterwards." },
    { NULL, "--without-scm-ignore-files", NULL, NULL, GROUP_NONE, FLAG(without_scm_ignore, true),
      "Do not write the .gitignore that keeps the environment out of version control." },
    { "-p", "--python", "SPEC", NULL, GROUP_NONE, STRING(python),
      "The base interpreter: a path, or a name on PATH (default: python3, then python)." },
    { NULL, "--wheel-dir", "DIR", NULL, GROUP_NONE, APPEND(wheel_dirs),
      "Look here first for the wheels to install. May be given several times." },
    { NULL, "--link-mode", NULL, link_modes, GROUP_NONE, CHOICE(link_mode),
      "How installed files are placed: as clones, hard links or copies. The default, auto, clones where the file "
      "system can, and otherwise links bytecode and copies the rest." },
    { NULL, "--no-compile", NULL, NULL, GROUP_NONE, FLAG(no_compile, true), "Do not byte-compile what is installed." },
    { NULL, "--relocatable", NULL, NULL, GROUP_NONE, FLAG(relocatable, true),
      "Let scripts and activators find the environment from their own place, so that it can be moved." },
    { NULL, "--jobs", "N", NULL, GROUP_NONE, NUMBER(jobs, MOST_JOBS),
      "How many environments to create at once (default: one for each processor)." },
    { NULL, "--cache-dir", "DIR", NULL, GROUP_CACHE, STRING(cache_dir),
      "Where to remember interpreters and unpacked wheels (default: cvenv in the user's cache directory)." },
    { NULL, "--no-cache", NULL, NULL, GROUP_CACHE, FLAG(no_cache, true),
      "Remember nothing, and use nothing that is remembered." },
    { NULL, "--force", NULL, NULL, GROUP_NONE, FLAG(force, true), "Let --clear replace also what it would refuse to." },
    { NULL, "--durable", NULL, NULL, GROUP_NONE, FLAG(durable, true),
      "Have everything on the disk before the environment appears, so that a power failure cannot spoil it." },
    { "-q", "--quiet", NULL, NULL, GROUP_NONE, SET(verbosity, VERBOSITY_QUIET), "Say nothing but errors." },
    { "-v", "--verbose", NULL, NULL, GROUP_NONE, SET(verbosity, VERBOSITY_VERBOSE),
      "Say what is done, and how long each stage took." },
    { NULL, "--version", NULL, NULL, GROUP_NONE, ARGUMENTS_VERSION, 0, 0, "show program's version number and exit" },
    { 0 },
};

static const struct arguments arguments = {
    .program = "cvenv",
    .version = "cvenv " CVENV_VERSION,
    .description = "Creates Python virtual environments in one or more directories.",
    .epilog = "A shell uses an environment once it has read the activate script in the environment's bin directory.",
    .operand = "ENV_DIR",
    .operand_help = "A directory to create an environment in.",
    .operand_target = offsetof(struct request, env_dirs),
    .options = table,
};

enum arguments_outcome options_read(struct request *request, int argc, char **argv,
                                    const struct arguments_output *output)
{
    *request = (struct request){ .options = CVENV_OPTIONS_INIT, .verbosity = VERBOSITY_NORMAL };
    request->options.with_pip = true;
    int count = argc > 0 ? argc - 1 : 0;
    enum arguments_outcome outcome = arguments_read(&arguments, count, argv + 1, output, request);
    request->options.links = (enum cvenv_links)request->links;
    request->options.link_mode = (enum cvenv_link_mode)request->link_mode;
    request->options.wheel_dirs = request->wheel_dirs.items;
    return outcome;
}

void options_release(struct request *request)
{
    free((void *)request->env_dirs.items);
    free((void *)request->wheel_dirs.items);
}
