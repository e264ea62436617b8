#!/bin/bash
# SPDX-License-Identifier: MIT
# Submits N messages while scheduler and worker are killed (-9) at random; afterwards each message
# must have gone out, nearly all once.  The pickup folder is the server, and a worker that is
# killed between a file's rename and its verdict (the folder's fsync lies there) sends it again: the
# window of design D4.  So a few doubles are possible, a loss is not; the exit code says which was
# seen (1 loss, 2 double).
#
#   N=200 meson devenv -C build $PWD/src/spooler/testing/torture.sh
set -u
N=${N:-150}
home=$(mktemp -d)
export HOME="$home" XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" \
	XDG_STATE_HOME="$home/state" XDG_RUNTIME_DIR="$home/run" EMAPI_SYSCONFDIR="$home/etc" \
	EMAPI_RETRY_SECONDS=0.05
mkdir -m 700 "$XDG_RUNTIME_DIR"
cd "$home" || exit 70

# Kills what the file's first field names, if it is a spooler of ours.
kill_named() {
	pid=$(cut -f1 "$2") && [ -n "$pid" ] &&
		grep -qaE 'emapi-spooler|--worker' "/proc/$pid/cmdline" && kill "$1" "$pid"
}

emapi profile create t --default --from a@example.test --pickup "$home/pickup" >/dev/null || exit 70
(
	for i in $(seq "$N"); do
		mapisend --wait 0 --to b@example.test --subject "msg $i" --body x >/dev/null 2>>errors ||
			echo "message $i was not stored"
	done
	touch done
) &
kills=0
while [ ! -e done ]; do
	sleep "0.00$((RANDOM % 9 + 1))"
	if [ $((RANDOM % 2)) = 0 ]; then
		kill_named -9 state/emapi/spooler.lock 2>/dev/null
	else
		for lock in state/emapi/worker-*.lock; do kill_named -9 "$lock"; done 2>/dev/null
	fi && kills=$((kills + 1))
done
sleep 1
emapi queue run >/dev/null
for _ in $(seq 150); do
	emapi queue list | grep -q Nothing && break
	sleep 0.2
done
files=$(find pickup -name '*.eml' | wc -l)
distinct=$(cat pickup/*.eml | grep ^Subject: | sort -u | wc -l)
echo "$N submitted, $kills kills, $distinct arrived, $((files - distinct)) twice"
code=0
[ "$files" = "$distinct" ] || code=2
[ "$distinct" = "$N" ] || code=1
[ "$code" = 0 ] || { emapi queue list --all | tail -20; sort errors | uniq -c | sort -rn | head -5; }
kill_named -TERM state/emapi/spooler.lock
rm -rf "$home"
exit "$code"
