# source <(claude-bottle completions bash)
_claude_bottle() {
  local word
  COMPREPLY=()
  while IFS=$'\t' read -r word _; do
    case $word in
      :files)
        compopt -o default
        return
        ;;
      "$2"*) COMPREPLY+=("$word") ;;
    esac
  done < <("$1" complete -- "${COMP_WORDS[@]:1:COMP_CWORD}") 2>/dev/null
}
complete -F _claude_bottle claude-bottle
