/** Completion for bash, out of the tables that the command lines are read by. It needs nothing but bash, sed and sort. */
import type { OptionSpec } from "../arguments.ts";
import type { Command } from "../command.ts";
import type { Program } from "../programs.ts";

/** The script. `programs`: the one with commands, and the one without. */
export function bashCompletion(
  programs: { readonly failoverctl: Program; readonly failoverd: Program },
  commands: readonly Command[],
): string {
  const rows = commands.map(({ name, options, completes }) => {
    const words = completes.map((kinds) => `'${kinds.join(" ")}'`).join(" ");
    return `    ${name}) options=(${listOf(options)}) words=(${words}) ;;`;
  });
  return `# Completion for bash of failoverctl and failoverd, made from their own tables.
#
#     . /opt/failoverd/conf/completion/failoverctl.bash     for this shell, or in ~/.bashrc
#     cp … /etc/bash_completion.d/                          for everybody
#
# Names of rules, hosts, checks and runs come from the daemon, or from the table that it left.

_failoverctl() {
  local common=(${listOf(programs.failoverctl.options)})
  local commands=(${[...commands.map(({ name }) => name), "help"].join(" ")})
  _failoverd_complete
}

_failoverd() {
  local common=(${listOf(programs.failoverd.options)}) commands=()
  _failoverd_complete
}

# What a command has: its options, each with what its value is, and what its words are.
_failoverd_facts() {
  case $1 in
${rows.join("\n")}
    help) options=() words=("\${commands[*]/#/=}") ;;
    *) options=() words=() ;;
  esac
}

${machinery}
complete -F _failoverctl failoverctl
complete -F _failoverd failoverd
`;
}

function listOf(options: readonly OptionSpec[]): string {
  return options.map(({ name, value }) => `'--${name}${value === null ? "" : `:${value}`}'`).join(" ");
}

/** Reads what stands on the line until now, and offers what may come. `common` and `commands` are the caller's. */
const machinery = `_failoverd_complete() {
  local cur=\${COMP_WORDS[COMP_CWORD]} command='' option='' kind='' at=0 i word
  local options=() words=() place=()
  for (( i = 1; i <= COMP_CWORD; i++ )); do
    word=\${COMP_WORDS[i]}
    if [[ -n $kind ]]; then # the value of an option; readline cuts --name=value into three
      [[ $word == = ]] && continue
      (( i == COMP_CWORD )) && break
      case $option in --root | --conf | --var | --socket) place+=("$option" "$word") ;; esac
      kind=''
      continue
    fi
    (( i == COMP_CWORD )) && break
    case $word in
      -*) option=$word && _failoverd_kind ;;
      *)
        if [[ -n $command ]]; then (( at++ )); else command=$word; fi
        _failoverd_facts "$command"
        ;;
    esac
  done
  [[ $cur == = ]] && cur=''
  case $kind in
    DIR) compopt -o filenames 2> /dev/null; mapfile -t COMPREPLY < <(compgen -d -- "$cur") ;;
    PATH) compopt -o filenames 2> /dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur") ;;
    *) mapfile -t COMPREPLY < <(_failoverd_candidates | _failoverd_fitting | sort -u) ;;
  esac
}

# What the value of an option is; nothing for one that has none.
_failoverd_kind() {
  local each
  kind=''
  for each in "\${common[@]}" "\${options[@]}"; do
    [[ $each == "$option":* ]] && kind=\${each#*:}
  done
}

# All that could stand here, one a line.
_failoverd_candidates() {
  local each
  if [[ -n $kind ]]; then
    _failoverd_values
  elif [[ $cur == -* ]]; then
    for each in "\${common[@]}" "\${options[@]}"; do echo "\${each%%:*}"; done
  elif [[ -z $command ]]; then
    (( \${#commands[@]} == 0 )) || printf '%s\\n' "\${commands[@]}"
  elif (( \${#words[@]} > 0 )); then
    (( at < \${#words[@]} )) || at=$(( \${#words[@]} - 1 ))
    for each in \${words[at]}; do
      case $each in =*) echo "\${each#=}" ;; *) _failoverd_names "$each" ;; esac
    done
  fi
}

# Values of an option, by what they are.
_failoverd_values() {
  case $kind in
    HOST) _failoverd_names hosts ;;
    DURATION) printf '%s\\n' 30s 5m 30m 2h 8h 1d ;;
    WHEN) printf '%s\\n' 10m 1h 8h 1d ;;
    *'|'*) tr '|' '\\n' <<< "$kind" ;;
  esac
}

# Names that the daemon knows.
_failoverd_names() {
  local pattern=''
  case $1 in
    rules) pattern='"rule": "\\(.*\\)",\\{0,1\\}' ;;
    hosts) pattern='"host": "\\(.*\\)",\\{0,1\\}' ;;
    checks) pattern='"check": "\\(.*\\)",\\{0,1\\}' ;;
    runs) pattern='"run": \\([0-9]*\\),' ;;
  esac
  "\${COMP_WORDS[0]}" "\${place[@]}" --json status 2> /dev/null | sed -n "s/^ *$pattern\\$/\\1/p"
}

# Those of the words on stdin that go on with what was typed, as they have to be typed.
_failoverd_fitting() {
  local word
  while IFS= read -r word; do
    printf -v word %q "$word"
    [[ $word == "$cur"* ]] && echo "$word"
  done
}
`;
