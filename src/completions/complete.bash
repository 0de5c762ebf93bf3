# source <(claude-bottle completions bash)
_claude_bottle() {
  local word files=
  COMPREPLY=()
  while IFS=$'\t' read -r word _; do
    case $word in
      :files) files=also ;;
      "$2"*) COMPREPLY+=("$word") ;;
    esac
  done < <("$1" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}") 2>/dev/null
  [[ $files ]] || return
  compopt -o default
  # By itself bash takes the files only where no word fits.
  [[ ${COMPREPLY[0]-} ]] || return
  compopt -o nospace
  while IFS= read -r word; do
    compopt -o filenames
    COMPREPLY+=("$word")
  done < <(compgen -f -- "$2")
}
complete -F _claude_bottle claude-bottle
