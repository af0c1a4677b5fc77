# Completions of occ for fish, made by occ completion fish.

# True if $argv[1] is the path of a command.
function __occ_is_command
    switch "$argv[1]"
@PATHS@
            return 0
    end
    return 1
end

# True if the option $argv[2] of the command with the path $argv[1] takes the next word as its value.
function __occ_takes
    switch "$argv[1] $argv[2]"
@VALUES@
            return 0
    end
    return 1
end

# True after --, where the arguments of a client stand.
function __occ_passed
    contains -- -- (commandline -opc)
end

# True if the line so far is the command with the path $argv[1], and not yet arguments for a client.
function __occ_at
    set -l path
    set -l option no
    for word in (commandline -opc)[2..-1]
        if test $option = yes
            set option no
        else if test "$word" = --
            return 1
        else if __occ_takes "$path" "$word"
            set option yes
        else if __occ_is_command (string trim "$path $word")
            set path (string trim "$path $word")
        end
    end
    test "$path" = "$argv[1]"
end

# What occ lists from the configuration.
function __occ_list
    set -l program (commandline -opc)[1]
    $program completion --list $argv[1] 2>/dev/null
end

complete -c occ -f
complete -c occ -n __occ_passed -F
@COMPLETE@
