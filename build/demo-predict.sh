#!/usr/bin/env bash
# ./demo --predict: simulate, train, evaluate, explain, report; closes with a verdict. Called by ./demo with the seed.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
seed=${1:?the seed}

say() { printf '\n== %s\n' "$*"; }
fail() { echo "verdict: FAILED: $*"; exit 1; }

say "build"
./hpcvirt --version > /dev/null
place=$PWD/artifacts/demo-predict
rm -rf "$place"
mkdir -p "$place"

say "simulate: a fleet with worn fans, bad memory, drifting voltages, failing disks, and failures without any sign (seed $seed)"
./hpcvirt predict simulate "$place/fleet" --nodes 300 --span 200d --seed "$seed"

say "train: on the first part of the time"
./hpcvirt predict train "$place/fleet" --horizon 24h --lead 15m --period train --search 1 --rows 20000 --seed "$seed" --out "$place/model.hpcm"

say "evaluate: on later time that training never saw"
./hpcvirt predict evaluate --model "$place/model.hpcm" "$place/fleet" --period test --json "$place/report.json" --html "$place/report.html"

say "explain: the riskiest point"
number() { sed -n "s/^  \"$1\": \([0-9.eE+-]*\),\{0,1\}$/\1/p" "$place/report.json" | head -n 1; }
read -r node time <<< "$(sed -n 's/^  "riskiest": "\([^ ]*\) \([^"]*\)",\{0,1\}$/\1 \2/p' "$place/report.json")"
./hpcvirt predict explain --model "$place/model.hpcm" "$place/fleet" --node "$node" --at "$time"

say "what it is worth"
score=$(number prAuc) best=$(number bestReachablePrAuc) rule=$(number bestRulePrAuc) saved=$(number savedNodeHours)
[ -s "$place/report.html" ] || fail "there is no report"
awk -v s="$score" -v r="$rule" 'BEGIN { exit !(s > r) }' || fail "PR-AUC $score does not beat the best simple rule, $rule"
[ -n "$best" ] || fail "the report does not tell the best reachable score"
awk -v b="$best" 'BEGIN { exit !(b <= 0.6) }' || fail "the fleet is too easy: PR-AUC $best is within reach"
awk -v s="$score" -v b="$best" 'BEGIN { exit !(s >= 0.95 * b) }' || fail "PR-AUC $score is more than 5 % below the best reachable, $best"
awk -v v="$saved" 'BEGIN { exit !(v > 0) }' || fail "the alerts save nothing: $saved node-hours"
echo "report: artifacts/demo-predict/report.html ($(stat -c %s "$place/report.html") bytes)"
awk -v s="$score" -v b="$best" -v r="$rule" -v v="$saved" 'BEGIN {
    printf "verdict: PR-AUC %.3f, %.0f %% of the best reachable %.3f, %.1f times the best simple rule; its alerts save %.0f node-hours\n", s, 100 * s / b, b, s / r, v }'
