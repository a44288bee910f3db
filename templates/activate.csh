# SPDX-License-Identifier: MIT
# Activates a Python virtual environment in csh and tcsh. To be sourced:
#     source bin/activate.csh
# The command deactivate leaves it again. Set VIRTUAL_ENV_DISABLE_PROMPT to keep the prompt as it is.

set _venv_dir = __VENV_DIR__
set _venv_bin = __VENV_BIN_NAME__
set _venv_name = ''
if ( $?0 && ! $?prompt ) then
    set _venv_name = $0:q
endif

if ( $_venv_name:t:q == activate.csh ) then
    /bin/sh -c 'echo "activate.csh: must be sourced, not run: source bin/activate.csh" >&2'
    exit 1
endif
if ( __VENV_RELOCATABLE__ == yes ) then
    /bin/sh -c 'printf "activate.csh: this shell cannot tell where this script is: taking %s\n" "$1" >&2' sh $_venv_dir:q
endif
if ( ! -e $_venv_dir:q/pyvenv.cfg ) then
    /bin/sh -c 'printf "activate.csh: %s does not hold this environment any more (moved or copied?): nothing changed\n" "$1" >&2' sh $_venv_dir:q
    unset _venv_dir _venv_bin _venv_name
    exit 1
endif

# Leaves the environment that is active in this shell, whoever made it.
if ( $?_VIRTUAL_ENV_BIN || $?_OLD_VIRTUAL_PATH ) then
    deactivate nondestructive
endif

# What is set already was inherited from another shell, and comes back. There is one alias for each thing to undo, because
# an alias is one line, in which every variable must exist.
if ( $?VIRTUAL_ENV ) then
    set _OLD_VIRTUAL_ENV = $VIRTUAL_ENV:q
    alias _venv_undo_env 'setenv VIRTUAL_ENV $_OLD_VIRTUAL_ENV:q'
else
    alias _venv_undo_env 'unsetenv VIRTUAL_ENV'
endif
if ( $?VIRTUAL_ENV_PROMPT ) then
    set _OLD_VIRTUAL_ENV_PROMPT = $VIRTUAL_ENV_PROMPT:q
    alias _venv_undo_label 'setenv VIRTUAL_ENV_PROMPT $_OLD_VIRTUAL_ENV_PROMPT:q'
else
    alias _venv_undo_label 'unsetenv VIRTUAL_ENV_PROMPT'
endif
setenv VIRTUAL_ENV __VENV_DIR__
setenv VIRTUAL_ENV_PROMPT __VENV_PROMPT__

set _VIRTUAL_ENV_BIN = $VIRTUAL_ENV:q/$_venv_bin:q
if ( $?PATH ) then
    set _OLD_VIRTUAL_PATH = $PATH:q
    alias _venv_undo_path 'setenv PATH $_OLD_VIRTUAL_PATH:q'
else
    set _OLD_VIRTUAL_PATH = ''
    set _OLD_VIRTUAL_WORDS = ( $path:q )
    alias _venv_undo_path 'set path = ( $_OLD_VIRTUAL_WORDS:q ); unsetenv PATH'
endif
if ( $_OLD_VIRTUAL_PATH:q == '' ) then
    setenv PATH $_VIRTUAL_ENV_BIN:q
else
    setenv PATH ${_VIRTUAL_ENV_BIN:q}:$_OLD_VIRTUAL_PATH:q
endif
# If PATH has changed when the environment is left, only the entry of the environment leaves it. sh gets the program from
# the environment, because csh would expand it.
set _VIRTUAL_ENV_PATH = $PATH:q
set _VIRTUAL_ENV_SH = 'p=:$PATH:; case $p in *":$B:"*) p=${p%%":$B:"*}:${p#*":$B:"} ;; esac; p=${p#:}; printf %s "${p%:}"'
alias _venv_keep_path 'setenv B $_VIRTUAL_ENV_BIN:q; setenv P $_VIRTUAL_ENV_SH:q; set _OLD_VIRTUAL_PATH = "`printenv P | /bin/sh`"; unsetenv B P'

if ( $?PYTHONHOME ) then
    set _OLD_VIRTUAL_PYTHONHOME = $PYTHONHOME:q
    unsetenv PYTHONHOME
    alias _venv_undo_home 'setenv PYTHONHOME $_OLD_VIRTUAL_PYTHONHOME:q'
else
    alias _venv_undo_home ''
endif

set _venv_show = 0
if ( $?prompt ) then
    set _venv_show = 1
    if ( $?VIRTUAL_ENV_DISABLE_PROMPT ) then
        if ( $VIRTUAL_ENV_DISABLE_PROMPT:q != '' ) set _venv_show = 0
    endif
endif
if ( $_venv_show ) then
    # Drawing the prompt runs nothing, but reads escapes: those in the name are taken out of action.
    set _venv_label = $VIRTUAL_ENV_PROMPT:q
    if ( $?tcsh ) then
        set _venv_label = $VIRTUAL_ENV_PROMPT:as.\\.\\\\.:as/%/%%/:as/^/\\^/:as/\!/\\\!/:q
    else if ( $_venv_label:q =~ *\!* ) then
        setenv P 'printenv VIRTUAL_ENV_PROMPT | sed "s/$(printf "\041")/\\\\&/g"'
        set _venv_label = "`printenv P | /bin/sh`"
        unsetenv P
    endif
    set _OLD_VIRTUAL_PROMPT = $prompt:q
    set prompt = '('$_venv_label:q') '$prompt:q
    set _VIRTUAL_ENV_SHOWN = $prompt:q
    alias _venv_undo_prompt 'if ( $prompt:q == $_VIRTUAL_ENV_SHOWN:q ) set prompt = $_OLD_VIRTUAL_PROMPT:q'
else
    alias _venv_undo_prompt ''
endif
unset _venv_dir _venv_bin _venv_name _venv_show _venv_label

alias _venv_undo 'if ( $PATH:q != $_VIRTUAL_ENV_PATH:q ) eval _venv_keep_path; _venv_undo_path; _venv_undo_home; _venv_undo_env; _venv_undo_label; _venv_undo_prompt; unset _OLD_VIRTUAL_* _VIRTUAL_ENV_*; unalias _venv_undo_* _venv_keep_path; alias _venv_undo :'
alias deactivate '_venv_undo; if ( "x\!*" != xnondestructive ) unalias _venv_undo deactivate; rehash'
rehash
