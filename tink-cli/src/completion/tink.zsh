#compdef tink
# Completes tink in zsh: loaded after compinit, or as the file _tink in a folder of fpath.
_tink() {
    local value about
    local -a found
    while IFS=$'\t' read -r value about; do
        found+=("${value//:/\\:}${about:+:$about}")
    done < <("$words[1]" complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
    if (( $#found )); then
        _describe tink found
    else
        compset -P '--*='
        _files
    fi
}
if [[ $funcstack[1] == _tink ]]; then _tink "$@"; else compdef _tink tink; fi
