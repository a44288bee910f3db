# SPDX-License-Identifier: MIT
# Activates a Python virtual environment in Nushell (0.101 or newer), as an overlay:
#     overlay use bin/activate.nu
# `deactivate` leaves it again. Set VIRTUAL_ENV_DISABLE_PROMPT to keep the prompt as it is.

const script = path self
const recorded = __VENV_DIR__
const bin_name = __VENV_BIN_NAME__
const relocatable = __VENV_RELOCATABLE__

# The search path without the first entry of an environment that is active already.
def search-path [name: string] {
    let entries = ($env | get -o $name | default [])
    let entries = (if ($entries | describe) == 'string' { $entries | split row (char esep) } else { $entries })
    let active = ($env | get -o _VIRTUAL_ENV_BIN)
    let found = ($entries | enumerate | where item == $active | get -o 0.index)
    if $found == null { $entries } else { $entries | drop nth $found }
}

# Does it hold an environment? Nushell reads `...` in a path as `../..`: into a directory of that name it cannot look.
def holds [dir: string] {
    ($dir =~ '(^|[/\\])\.{3,}([/\\]|$)') or ($dir | path join pyvenv.cfg | path exists)
}

# What the prompt shows: the name, then the prompt that was there.
def prompt-with-name [old: any] {
    {||
        let before = (if ($old | describe) == 'closure' { do $old } else if $old == null { $env.PWD } else { $old })
        $'(char lp)($env.VIRTUAL_ENV_PROMPT)(char rp) ($before)'
    }
}

export-env {
    let lies_in = ($script | path expand | path dirname | path dirname)
    let dir = (if $relocatable == 'yes' { $lies_in } else { $recorded })
    let elsewhere = ((holds $lies_in) and $lies_in not-in [$dir ($dir | path expand)])
    if $elsewhere or not (holds $dir) {
        print -e $'activate.nu: ($dir) does not hold this environment any more (char lp)moved or copied?(char rp): nothing changed'
    } else {
        let bin = ($dir | path join $bin_name)
        let name = (if $nu.os-info.family == 'windows' and 'Path' in $env { 'Path' } else { 'PATH' })
        let entries = (search-path $name)
        let old_prompt = (if '_VIRTUAL_ENV_OLD_PROMPT' in $env { $env._VIRTUAL_ENV_OLD_PROMPT } else { $env | get -o PROMPT_COMMAND })
        load-env {
            VIRTUAL_ENV: $dir
            VIRTUAL_ENV_PROMPT: __VENV_PROMPT__
            _VIRTUAL_ENV_BIN: $bin
            PYTHONHOME: null
            $name: ($entries | prepend $bin)
        }
        if ($env | get -o VIRTUAL_ENV_DISABLE_PROMPT | is-empty) {
            $env._VIRTUAL_ENV_OLD_PROMPT = $old_prompt
            $env.PROMPT_COMMAND = (prompt-with-name $old_prompt)
        }
    }
}

export alias deactivate = overlay hide activate

def main [] {
    print -e 'activate.nu: must be used, not run: overlay use bin/activate.nu'
    exit 1
}
