# Completes tink in bash 4 and newer.
_tink() {
    local line=${COMP_LINE:0:COMP_POINT}
    mapfile -t COMPREPLY < <("$1" complete --line "$line" 2>/dev/null | cut -f1)
    # What stands before the last = or : of a word is not bash's to replace.
    local word=${line##*[[:space:]]}
    COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*[=:]}"}"}")
}
complete -o default -F _tink tink
