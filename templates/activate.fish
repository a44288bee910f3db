# SPDX-License-Identifier: MIT
# Activates a Python virtual environment in fish (3.1 or newer). To be sourced:
#     source bin/activate.fish
# `deactivate` leaves it again. Set VIRTUAL_ENV_DISABLE_PROMPT to keep the prompt as it is.

if not status stack-trace | string length -q
    echo 'activate.fish: must be sourced, not run: source bin/activate.fish' >&2
    exit 1
end

set -l _venv_dir __VENV_DIR__
set -l _venv_bin __VENV_BIN_NAME__
set -l _venv_relocatable __VENV_RELOCATABLE__

# MSYS and Cygwin: C:\env is /c/env or /cygdrive/c/env there.
if not string match -q '/*' -- $_venv_dir; and command -q cygpath
    set _venv_dir (cygpath -u $_venv_dir)
end

# The environment that this file lies in. Not known when it is piped to `source`, or where only a link to it is sourced.
set -l _venv_script (status filename)
set -l _venv_home
if test "$_venv_script" != - -a -e "$_venv_script"
    if test "$_venv_relocatable" = yes
        set _venv_dir (builtin realpath -- $_venv_script | string replace -r '/[^/]*/[^/]*$' '')
    else if not test -L "$_venv_script"
        set -l above (string replace -r '[^/]*$' '..' -- $_venv_script)
        test -e "$above/pyvenv.cfg"; and set _venv_home (builtin realpath -- $above)
    end
else if test "$_venv_relocatable" = yes
    printf 'activate.fish: cannot tell where this script is: taking %s\n' $_venv_dir >&2
end

if not test -e "$_venv_dir/pyvenv.cfg"
    or begin
        test -n "$_venv_home"; and test "$_venv_home" != (builtin realpath -- $_venv_dir)
    end
    printf 'activate.fish: %s does not hold this environment any more (moved or copied?): nothing changed\n' $_venv_dir >&2
    false
else
    # Leaves the environment that is active in this shell, whoever made it.
    if set -q _VIRTUAL_ENV_BIN; or set -q _OLD_VIRTUAL_PATH
        functions -q deactivate; and deactivate nondestructive
    end
    set -e _OLD_VIRTUAL_ENV
    set -e _OLD_VIRTUAL_ENV_PROMPT
    set -e _OLD_VIRTUAL_PATH
    set -e _OLD_VIRTUAL_PYTHONHOME

    function deactivate -d 'Leave the virtual environment'
        # Only the environment's own entry leaves PATH: what was added since stays.
        if set -l index (contains -i -- "$_VIRTUAL_ENV_BIN" $PATH)
            set -e PATH[$index]
            if not set -q PATH[1]; and not set -q _OLD_VIRTUAL_PATH
                set -e PATH
            end
        end
        if set -q _OLD_VIRTUAL_PYTHONHOME
            set -gx PYTHONHOME $_OLD_VIRTUAL_PYTHONHOME
        end
        # Inherited from another shell, or not there before.
        set -e VIRTUAL_ENV
        if set -q _OLD_VIRTUAL_ENV
            set -gx VIRTUAL_ENV $_OLD_VIRTUAL_ENV
        end
        set -e VIRTUAL_ENV_PROMPT
        if set -q _OLD_VIRTUAL_ENV_PROMPT
            set -gx VIRTUAL_ENV_PROMPT $_OLD_VIRTUAL_ENV_PROMPT
        end
        for name in _OLD_VIRTUAL_ENV _OLD_VIRTUAL_ENV_PROMPT _OLD_VIRTUAL_PATH _OLD_VIRTUAL_PYTHONHOME _VIRTUAL_ENV_BIN
            set -e $name
        end

        # The prompt that was there, unless it has been replaced since.
        if functions -q _old_fish_prompt
            if string match -q '*_old_fish_prompt*' -- (functions fish_prompt)
                functions -e fish_prompt
                functions -c _old_fish_prompt fish_prompt
            end
            functions -e _old_fish_prompt
        end
        set -e _OLD_FISH_PROMPT_OVERRIDE

        if test "$argv[1]" != nondestructive
            functions -e deactivate
        end
    end

    if set -q VIRTUAL_ENV
        set -g _OLD_VIRTUAL_ENV $VIRTUAL_ENV
    end
    if set -q VIRTUAL_ENV_PROMPT
        set -g _OLD_VIRTUAL_ENV_PROMPT $VIRTUAL_ENV_PROMPT
    end
    set -gx VIRTUAL_ENV $_venv_dir
    set -gx VIRTUAL_ENV_PROMPT __VENV_PROMPT__

    set -g _VIRTUAL_ENV_BIN $VIRTUAL_ENV/$_venv_bin
    if set -q PATH
        set -g _OLD_VIRTUAL_PATH $PATH
    end
    set -gx PATH $_VIRTUAL_ENV_BIN $PATH

    if set -q PYTHONHOME
        set -g _OLD_VIRTUAL_PYTHONHOME $PYTHONHOME
        set -e PYTHONHOME
    end

    if status is-interactive; and test -z "$VIRTUAL_ENV_DISABLE_PROMPT"
        functions -e _old_fish_prompt
        functions -c fish_prompt _old_fish_prompt
        function fish_prompt
            # First of all, so that the user's prompt sees the status of the last command.
            set -l prompt (_old_fish_prompt)
            builtin printf '(%s) ' $VIRTUAL_ENV_PROMPT
            builtin string join \n -- $prompt
        end
        set -g _OLD_FISH_PROMPT_OVERRIDE $VIRTUAL_ENV # what the activators of others look at
    end
end
