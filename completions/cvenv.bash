# SPDX-License-Identifier: MIT
# Completion of the command cvenv for bash.

# Candidates that are files or directories; bash then quotes them and puts the "/" behind directories.
_cvenv_paths() {
    compopt -o filenames 2>/dev/null
    local IFS=$'\n'
    # shellcheck disable=SC2207 # split at line feeds alone, and not expanded again
    COMPREPLY+=($(compgen "$1" -- "$2"))
}

_cvenv_words() {
    # shellcheck disable=SC2207 # the words hold neither blanks nor patterns
    COMPREPLY+=($(compgen -W "$1" -- "$2"))
}

_cvenv() {
    local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    # "--link-mode=c" arrives as three words.
    if [[ $current == = ]]; then
        current=
    elif [[ $option == = ]]; then
        option=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    case $option in
    -p | --python)
        _cvenv_words "$(compgen -c | grep -E '^(python|pypy)[0-9.]*t?$')" "$current"
        _cvenv_paths -f "$current"
        return
        ;;
    --cache-dir | --wheel-dir)
        _cvenv_paths -d "$current"
        return
        ;;
    --link-mode)
        _cvenv_words 'auto clone hardlink copy' "$current"
        return
        ;;
    --jobs | --prompt)
        return
        ;;
    esac
    if [[ $current == -* ]]; then
        _cvenv_words '-h --help --system-site-packages --symlinks --copies --clear --upgrade --without-pip --prompt
            --upgrade-deps --without-scm-ignore-files -p --python --wheel-dir --link-mode --no-compile --relocatable
            --jobs --cache-dir --no-cache --force --durable -q --quiet -v --verbose --version' "$current"
    else
        _cvenv_paths -d "$current"
    fi
}

complete -F _cvenv cvenv
