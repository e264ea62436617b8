# SPDX-License-Identifier: MIT
# fish completion of emapi, mapisend, emapi-sendmail and emapi-spooler: `emapi complete` knows.

function __emapi_complete
    set -l words (commandline -opc) (commandline -ct)
    for line in (emapi complete $words 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path $words[-1]
            case ':folders'
                __fish_complete_directories $words[-1]
            case '*'
                echo $line
        end
    end
end
complete -c emapi -f -a '(__emapi_complete)'
complete -c mapisend -f -a '(__emapi_complete)'
complete -c emapi-sendmail -f -a '(__emapi_complete)'
complete -c emapi-spooler -f -a '(__emapi_complete)'
