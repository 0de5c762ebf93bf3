#!/bin/sh
# A plugin for tpm, or for run-shell: docs/tmux.md. Options, each before the line that loads it:
#   @claude-bottle-binary PATH   the program, where it is not on the PATH of the tmux server
#   @claude-bottle-open-key KEY, and likewise -shell-key, -menu-key, -paste-key; none leaves it out
here=$(cd "$(dirname "$0")" && pwd)
for binary in "$(tmux show-option -gqv @claude-bottle-binary)" "$(command -v claude-bottle)" "$HOME/.local/bin/claude-bottle" "$here/dist/claude-bottle"; do
  [ -x "$binary" ] && exec "$binary" tmux bind
done
exec tmux display-message -d 8000 "claude-bottle: the program was not found; set @claude-bottle-binary to its path"
