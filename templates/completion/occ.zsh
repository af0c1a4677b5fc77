#compdef occ
# Completions of occ for zsh, made by occ completion zsh.

# Sets commands, options and values for the command with the path $1.
_occ_command() {
  commands=() options=() values='none'
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

# Completes files, the words after "words", or what occ lists.
_occ_complete() {
  local -a found
  case "$1" in
    files) _files ;;
    'list '*)
      found=(${(f)"$(_call_program values ${(q)words[1]} completion --list ${1#list })"})
      compadd -a found
      ;;
    'words '*)
      found=(${=1#words })
      compadd -a found
      ;;
  esac
}

_occ() {
  local -a commands options
  local values='' path_='' option='' word passed='' current="${words[CURRENT]}"
  integer i

  _occ_command ''
  for ((i = 2; i < CURRENT; i++)); do
    word="${words[i]}"
    if [[ -n $option ]]; then
      option=''
    elif [[ $word == -- ]]; then
      passed=yes
      break
    elif [[ $word == -* ]]; then
      _occ_option "$path_" "$word"
      [[ -n $values ]] && option="$word"
    elif (( ${commands[(I)${word}:*]} )); then
      path_="${path_:+$path_ }$word"
      _occ_command "$path_"
    fi
  done

  _occ_command "$path_"
  if [[ -n $passed ]]; then
    _files
  elif [[ -n $option ]]; then
    _occ_option "$path_" "$option"
    _occ_complete "$values"
  elif [[ $current == --*=* ]]; then
    _occ_option "$path_" "${current%%=*}"
    compset -P '*='
    _occ_complete "$values"
  elif [[ $current == -* ]]; then
    _describe -o option options
  elif (( ${#commands} )); then
    _describe command commands
    # A command with commands may have arguments of its own, too.
    _occ_complete "$values"
  else
    _occ_complete "$values"
  fi
}

if [[ $funcstack[1] == _occ ]]; then
  _occ "$@"
else
  # Loaded with eval instead of from $fpath.
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _occ occ
fi
