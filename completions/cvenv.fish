# SPDX-License-Identifier: MIT
# Completion of the command cvenv for fish.

function __cvenv_pythons
    for directory in $PATH
        for path in $directory/python* $directory/pypy*
            string match --regex '(?:python|pypy)[0-9.]*t?$' -- $path
        end
    end
end

complete -c cvenv -f -a '(__fish_complete_directories)'
complete -c cvenv -s h -l help -d 'Show the help and exit'
complete -c cvenv -l version -d 'Show the version and exit'
complete -c cvenv -l system-site-packages -d 'Let the environment see the packages of its base interpreter'
complete -c cvenv -l symlinks -d 'Link to the base interpreter'
complete -c cvenv -l copies -d 'Copy the base interpreter'
complete -c cvenv -l clear -d 'Replace all that is in the directory'
complete -c cvenv -l upgrade -d 'Keep the environment, move it to this base interpreter'
complete -c cvenv -l without-pip -d 'Do not install pip'
complete -c cvenv -l prompt -x -d 'What activated shells show'
complete -c cvenv -l upgrade-deps -d 'Let pip upgrade itself from the package index'
complete -c cvenv -l without-scm-ignore-files -d 'Do not write a .gitignore'
complete -c cvenv -s p -l python -r -F -a '(__cvenv_pythons)' -d 'The base interpreter'
complete -c cvenv -l wheel-dir -x -a '(__fish_complete_directories)' -d 'Look here first for wheels'
complete -c cvenv -l link-mode -x -a 'auto clone hardlink copy' -d 'How installed files are placed'
complete -c cvenv -l no-compile -d 'Do not byte-compile what is installed'
complete -c cvenv -l relocatable -d 'Let the environment be moved'
complete -c cvenv -l jobs -x -d 'How many environments to create at once'
complete -c cvenv -l cache-dir -x -a '(__fish_complete_directories)' -d 'Where to remember interpreters and wheels'
complete -c cvenv -l no-cache -d 'Remember nothing'
complete -c cvenv -l force -d 'Let --clear replace also what it would refuse to'
complete -c cvenv -l durable -d 'Have everything on the disk before the environment appears'
complete -c cvenv -s q -l quiet -d 'Say nothing but errors'
complete -c cvenv -s v -l verbose -d 'Say what is done and how long it took'
