/** Of each shell: has it ask `store __complete` when Tab is pressed. */
export const COMPLETION_SCRIPTS = {
  bash: `_store() {
  local line=\${COMP_LINE:0:COMP_POINT} one cur quoted open=''
  local -a words
  # Within quotes that are not closed a blank is a part of the word, a ":" ends none, and nothing is to be quoted again.
  if [[ $line =~ ^(.*[[:space:]])[\\"\\']([^\\"\\']*)$ ]]; then
    open=yes line=\${BASH_REMATCH[1]} cur=\${BASH_REMATCH[2]}
  fi
  # It takes away the backslashes in front of blanks.
  read -a words <<< "$line"
  if [[ $open ]]; then words+=("$cur"); elif [[ $line == *[[:space:]] && $line != *\\\\[[:space:]] ]]; then words+=(''); fi
  cur=\${words[\${#words[@]}-1]}
  COMPREPLY=()
  while IFS= read -r one; do
    # Bash takes ":" for the end of a word, and replaces what is behind it.
    [[ ! $open && $COMP_WORDBREAKS == *:* && $cur == *:* ]] && one=\${one#"\${cur%"\${cur##*:}"}"}
    if [[ $open ]]; then quoted=$one; else printf -v quoted %q "$one"; fi
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
  found=("\${(@f)$(store __complete -- "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  found=(\${found:#})
  (( \${#found} )) || { _files; return }
  compadd -S '' -- \${(M)found:#*[:/]}
  compadd -- \${found:#*[:/]}
}
compdef _store store
`,
  fish: `function __store_complete
  set -l word (commandline -ct)
  set -l plain (string unescape -- $word 2>/dev/null; or echo $word)
  set -l found (store __complete -- (commandline -opc)[2..-1] "$plain" 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path "$plain"
  end
end
complete -c store -f -a '(__store_complete)'
`,
} as const;
