# Completions of occ for bash 3.2 and newer, made by occ completion bash.

# Sets commands, options and values for the command with the path $1.
_occ_command() {
  commands='' options='' values='none'
  case "$1" in
@COMMANDS@
  esac
}

# Sets values for the option $2 of the command with the path $1; to '' if it has no value.
_occ_option() {
  values=''
  case "$1 $2" in
@VALUES@
  esac
}

# Adds the completions of $cur: files, the words after "words", or what occ lists.
_occ_complete() {
  case "$1" in
    files)
      compopt -o filenames 2>/dev/null
      COMPREPLY=($(compgen -f -- "$cur"))
      ;;
    'list '*) COMPREPLY=($(compgen -W "$("$program" completion --list "${1#list }" 2>/dev/null)" -- "$cur")) ;;
    'words '*) COMPREPLY=($(compgen -W "${1#words }" -- "$cur")) ;;
    *) COMPREPLY=() ;;
  esac
}

_occ() {
  local IFS=$' \t\n' line="${COMP_LINE:0:COMP_POINT}" commands options values path='' option='' word prefix i
  local -a typed
  read -ra typed <<<"$line"
  case "$line" in *[[:space:]]) typed+=('') ;; esac
  local program="${typed[0]}" last=$((${#typed[@]} - 1)) cur passed=''
  cur="${typed[last]}"
  # Readline itself writes the quote that an unfinished word begins with.
  local quote=''
  case "$cur" in [\'\"]*) quote="${cur:0:1}" cur="${cur:1}" ;; esac

  _occ_command ''
  for ((i = 1; i < last; i++)); do
    word="${typed[i]}"
    if [[ -n $option ]]; then
      option=''
    elif [[ $word == -- ]]; then
      passed=yes
      break
    elif [[ $word == -* ]]; then
      _occ_option "$path" "$word"
      [[ -n $values ]] && option="$word"
    elif [[ " $commands " == *" $word "* ]]; then
      path="${path:+$path }$word"
      _occ_command "$path"
    fi
  done

  _occ_command "$path"
  if [[ -n $passed ]]; then
    _occ_complete files
  elif [[ -n $option ]]; then
    _occ_option "$path" "$option"
    _occ_complete "$values"
  elif [[ $cur == --*=* ]]; then
    _occ_option "$path" "${cur%%=*}"
    prefix="${cur%%=*}="
    cur="${cur#*=}"
    _occ_complete "$values"
    COMPREPLY=("${COMPREPLY[@]/#/$prefix}")
    cur="$prefix$cur"
  elif [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$cur"))
  elif [[ -n $commands ]]; then
    # A command with arguments of its own may have commands, too.
    _occ_complete "$values"
    COMPREPLY+=($(compgen -W "$commands" -- "$cur"))
  else
    _occ_complete "$values"
  fi

  [[ -n $quote ]] && return
  # Readline replaces only what follows the last of these characters.
  for word in ':' '='; do
    if [[ $COMP_WORDBREAKS == *"$word"* && $cur == *"$word"* ]]; then
      prefix="${cur%"${cur##*"$word"}"}"
      COMPREPLY=("${COMPREPLY[@]#"$prefix"}")
      cur="${cur#"$prefix"}"
    fi
  done
}

complete -F _occ occ
