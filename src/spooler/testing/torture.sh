#!/bin/bash
# N submits while spooler and workers are killed at random
set -u
home=$(mktemp -d); export HOME=$home XDG_CONFIG_HOME=$home/config XDG_DATA_HOME=$home/data XDG_STATE_HOME=$home/state XDG_RUNTIME_DIR=$home/run EMAPI_SYSCONFDIR=$home/etc EMAPI_RETRY_SECONDS=0.05
mkdir -m 700 $XDG_RUNTIME_DIR; cd $home
emapi profile create t --default --from a@example.test --pickup $home/pickup >/dev/null
N=${N:-150}
( for i in $(seq $N); do mapisend --wait 0 --to b@example.test --subject "msg $i" --body x >/dev/null 2>>err || echo "submit $i failed"; done; touch done ) &
kills=0
while [ ! -e done ]; do
  sleep 0.00$((RANDOM%9+1))
  sp=$(cut -f1 state/emapi/spooler.lock 2>/dev/null)
  if [ -n "$sp" ]; then
    if [ $((RANDOM%2)) = 0 ]; then kill -9 $sp 2>/dev/null && kills=$((kills+1)); else
      w=$(cat state/emapi/worker-*.lock 2>/dev/null | head -1); [ -n "$w" ] && grep -q emapi-spooler /proc/$w/cmdline 2>/dev/null && kill -9 $w 2>/dev/null && kills=$((kills+1)); fi
  fi
done
sleep 1
emapi queue run >/dev/null; for i in $(seq 100); do emapi queue list | grep -q Nothing && break; sleep 0.2; done
emapi queue list | tail -5
echo "kills $kills, files $(ls pickup/*.eml | wc -l), distinct $(grep -h ^Subject: pickup/*.eml | sort -u | wc -l) of $N; tmp $(ls pickup | grep -vc eml)"
sp=$(cut -f1 state/emapi/spooler.lock 2>/dev/null); [ -n "$sp" ] && kill $sp
sort err | uniq -c | sort -rn | head -5; tail -5 state/emapi/spooler.log
rm -rf $home
