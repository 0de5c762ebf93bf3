# claude-bottle completions fish | source
function __claude_bottle_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    set -l lines ($program complete -- $words "$current" 2>/dev/null)
    if test "$lines[1]" = :files
        __fish_complete_path "$current"
        set -e lines[1]
    end
    for line in $lines
        printf '%s\n' $line
    end
end
complete -c claude-bottle -f -a '(__claude_bottle_complete)'
