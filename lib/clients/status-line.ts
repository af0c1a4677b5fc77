/** The command that Claude Code runs for its status line. */
import { quote } from '../shell-word.ts';

/** The client shows a line in its terminal's width without these columns. Measured with 2.1.332. */
export const clientMargin = 4;

/**
 * A command for `/bin/sh` that prints the line of the session, and nothing before its first answer. It takes the session from
 * the JSON on stdin, else from the variable that the client sets, and uses builtins of the shell only, because the client runs
 * it after every answer and every few seconds.
 */
export function statusLineCommand(folder: string, noColor: boolean): string {
  return [
    `IFS= read -r j; s=\${j#*'"session_id":"'}; s=\${s%%'"'*}`,
    '[ -n "$j" ] || s=$CLAUDE_CODE_SESSION_ID',
    `case $s in ""|*[!0-9A-Za-z_-]*) exit;; esac`,
    `f=${quote(folder)}/$s`,
    '[ -r "$f" ] || exit 0',
    noColor ? 'k=p' : 'k=c; if [ -n "$NO_COLOR" ] || [ "$TERM" = dumb ]; then k=p; fi',
    `while read -r v w t; do if [ "$v" = $k ] && [ "$w" -le $((\${COLUMNS:-80}-${clientMargin})) ]; then printf "%s\\n" "$t"; exit; fi; done <"$f"`,
  ].join('; ');
}
