#compdef claude-bottle
# source <(claude-bottle completions zsh), or as the file _claude-bottle in a directory of fpath
_claude_bottle() {
  local line
  local -a lines candidates
  lines=("${(@f)$(${~${(Q)words[1]}} complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  # A place in a bottle goes on behind what is completed of it.
  local -a suffix
  if [[ $lines[1] == :files ]]; then
    _files
    shift lines
    suffix=(-S '')
  fi
  for line in $lines; do
    candidates+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
  done
  (( $#candidates )) && _describe -V claude-bottle candidates "${suffix[@]}"
}
if [[ $funcstack[1] == _claude_bottle || $funcstack[1] == _claude-bottle ]]; then
  _claude_bottle "$@"
else
  compdef _claude_bottle claude-bottle
fi
