# SPDX-License-Identifier: MIT
# Activates a Python virtual environment in Elvish (0.18 or newer):
#     eval (slurp < bin/activate.elv)
# `deactivate` leaves it again. In a script: `use ./bin/activate`, and later `activate:deactivate`.
# Set VIRTUAL_ENV_DISABLE_PROMPT to keep the prompt as it is.

use path
use platform
use str

# Code that is evaluated sees nothing of the shell but the environment variables: what was there before is kept in them,
# with the number of the shell that it is meant for.
var saved = [&VIRTUAL_ENV=_OLD_VIRTUAL_ENV &VIRTUAL_ENV_PROMPT=_OLD_VIRTUAL_ENV_PROMPT &PYTHONHOME=_OLD_VIRTUAL_PYTHONHOME]
var separator = (if $platform:is-windows { put ';' } else { put ':' })

fn get {|name| if (has-env $name) { get-env $name } else { put '' } }

fn copy {|from to|
  if (has-env $from) {
    set-env $to (get-env $from)
  } else {
    unset-env $to
  }
}

fn deactivate {
  # Only the environment's own entry leaves PATH: what was added since stays.
  var bin = (get _VIRTUAL_ENV_BIN)
  var found = $false
  var entries = [(for entry [(str:split $separator (get PATH))] {
    if (and (not $found) (eq $entry $bin)) {
      set found = $true
    } else {
      put $entry
    }
  })]
  if (and (eq $entries []) (eq (get _VIRTUAL_ENV_PATH) unset)) {
    unset-env PATH
  } else {
    set-env PATH (str:join $separator $entries)
  }
  for name [(keys $saved)] {
    copy $saved[$name] $name
    unset-env $saved[$name]
  }
  if (has-env _VIRTUAL_ENV_SHOWN) {
    # Asked with that variable set, the prompt that activation made answers with the one that was there before.
    set-env _VIRTUAL_ENV_SHOWN asked
    try { eval 'set edit:prompt = ($edit:prompt)' } catch { }
  }
  for name [BIN PATH SHELL SHOWN] {
    unset-env _VIRTUAL_ENV_$name
  }
  try { eval 'edit:del-var deactivate~' } catch { }
}

fn activate {|dir|
  if (eq (get _VIRTUAL_ENV_SHELL) $pid) {
    deactivate
  }
  for name [(keys $saved)] {
    copy $name $saved[$name]
  }
  set-env VIRTUAL_ENV $dir
  set-env VIRTUAL_ENV_PROMPT __VENV_PROMPT__
  unset-env PYTHONHOME
  set-env _VIRTUAL_ENV_BIN (path:join $dir __VENV_BIN_NAME__)
  set-env _VIRTUAL_ENV_SHELL $pid
  if (not (has-env PATH)) {
    set-env _VIRTUAL_ENV_PATH unset
  }
  set-env PATH (str:join $separator [(get _VIRTUAL_ENV_BIN) (if (not-eq (get PATH) '') { get-env PATH })])

  # Only an interactive shell has these.
  try {
    eval &ns=(ns [&f=$deactivate~]) 'edit:add-var deactivate~ $f'
    if (eq (get VIRTUAL_ENV_DISABLE_PROMPT) '') {
      set-env _VIRTUAL_ENV_SHOWN yes
      eval '
        var old = $edit:prompt
        set edit:prompt = {
          if (eq $E:_VIRTUAL_ENV_SHOWN asked) {
            put $old
          } else {
            put "("$E:VIRTUAL_ENV_PROMPT") "
            $old
          }
        }'
    }
  } catch { }
}

fn holds {|directory|
  and (not-eq $directory '') (path:is-regular &follow-symlink=$true (path:join $directory pyvenv.cfg))
}

# An exception here shows its message and one place, unless other code has called for this file.
if (== 2 (count [(try { fail where } catch exception { show $exception | from-lines })])) {
  echo 'activate.elv: must be evaluated, not run: eval (slurp < bin/activate.elv)' >&2
  exit 1
}

# Where this file is, if it was not read by eval; and the environment that it lies in.
var lies-in = ''
if (src)[is-file] {
  set lies-in = (path:dir (path:dir (path:eval-symlinks (path:abs (src)[name]))))
}
var dir = __VENV_DIR__
if (eq __VENV_RELOCATABLE__ yes) {
  if (not-eq $lies-in '') {
    set dir = $lies-in
  } else {
    echo 'activate.elv: eval does not tell where this script is: taking '$dir >&2
  }
}

if (and (holds $dir) (or (not (holds $lies-in)) (eq $lies-in (path:eval-symlinks $dir)))) {
  activate $dir
} else {
  echo 'activate.elv: '$dir' does not hold this environment any more (moved or copied?): nothing changed' >&2
}
