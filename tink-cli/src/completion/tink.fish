# Completes tink in fish 3 and newer.
function __tink_complete
    set -l words (commandline -opc)
    set -l word (commandline -ct)
    set -l found ($words[1] complete -- $words[2..-1] "$word" 2>/dev/null)
    if set -q found[1]
        printf '%s\n' $found
    else
        # Of --option=FILE the file name is what fish completes.
        set -l flag (string match --regex -- '^--[^=]+=' "$word")
        printf '%s\n' "$flag"(__fish_complete_path (string replace -- "$flag" '' "$word"))
    end
end
complete -c tink -f -a '(__tink_complete)'
