/** Of each shell: has it ask `store __complete` when Tab is pressed. */
export const COMPLETION_SCRIPTS = {
  bash: `_store() {
  local line=\${COMP_LINE:0:COMP_POINT} one cur quoted
  local -a words
  read -ra words <<< "$line"
  [[ $line == *[[:space:]] ]] && words+=('')
  cur=\${words[\${#words[@]}-1]}
  COMPREPLY=()
  while IFS= read -r one; do
    # Bash takes ":" for the end of a word, and replaces what is behind it.
    [[ $COMP_WORDBREAKS == *:* && $cur == *:* ]] && one=\${one#"\${cur%"\${cur##*:}"}"}
    printf -v quoted %q "$one"
    COMPREPLY+=("$quoted")
  done < <(store __complete -- "\${words[@]:1}" 2>/dev/null)
  [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[:/] ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -o default -F _store store
`,
  zsh: `#compdef store
_store() {
  local -a found
  found=("\${(@f)$(store __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  found=(\${found:#})
  (( \${#found} )) || { _files; return }
  compadd -S '' -- \${(M)found:#*[:/]}
  compadd -- \${found:#*[:/]}
}
compdef _store store
`,
  fish: `complete -c store -a '(store __complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
} as const;
