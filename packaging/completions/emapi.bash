# SPDX-License-Identifier: MIT
# bash completion of emapi, mapisend, emapi-sendmail and emapi-spooler: `emapi complete` knows.

_emapi()
{
	local IFS=$'\n' rest=${COMP_LINE:0:COMP_POINT} line word cur keep
	local -a words=()

	# Words as they stand on the line: bash has cut them at "=", ":" and "@".
	for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
		if [[ ${#words[@]} -gt 0 && $rest != [[:space:]]* ]]; then
			words[-1]+=$word
		else
			rest=${rest#"${rest%%[![:space:]]*}"}
			words+=("$word")
		fi
		rest=${rest#"$word"}
	done
	words=("${words[@]//[\\\'\"]/}")
	cur=${words[-1]}
	keep=${cur%"${cur##*[=:@]}"}
	COMPREPLY=()
	while read -r line; do
		case $line in
		:files) COMPREPLY+=($(compgen -f -- "${cur##*=}")) && compopt -o filenames ;;
		:folders) COMPREPLY+=($(compgen -d -- "${cur##*=}")) && compopt -o filenames ;;
		*)
			line=${line%%$'\t'*}
			printf -v line %q "${line#"$keep"}"
			COMPREPLY+=("$line")
			;;
		esac
	done < <(emapi complete "${words[@]}" 2>/dev/null)
}

complete -F _emapi emapi mapisend emapi-sendmail emapi-spooler
