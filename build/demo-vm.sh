#!/usr/bin/env bash
# ./demo --vm: a job in three virtual machines on three hosts. A sensor log is played, in which host a's node sickens and then fails; the guard sees it coming and moves the guest
# away while it computes, and has all of them saved at one instant. Then a guest dies, and the set is rolled back on other hosts. The result must be that of the same program on this
# machine, undisturbed. The log comes from our own fleet that never was, and the model from it.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source build/prerequisites.sh

say() { printf '\n== %s\n' "$*"; }
fail() { echo "verdict: FAILED: $*"; exit 1; }

[ "$(id -u)" -eq 0 ] || { echo "demo: hosts are network namespaces, and making them needs root; start it with sudo" >&2; exit 3; }
need_dotnet

place=$PWD/artifacts/demo-vm
plate="120 120 4000"
rm -rf "$place/sets" "$place/guard" "$place/fleet"
mkdir -p "$place"
lab() { ./lab --place "$place/lab" "$@"; }
vm() { local verb=$1; shift; ./hpcvirt vm "$verb" --guests "$place/lab/guests.json" "$@"; }
trap 'lab down' EXIT

# step: the last step that the job has told of.
step() { local said; said=$(lab job-log 2> /dev/null | sed -n 's/^step //p' | tail -n 1) || true; echo "${said:-0}"; }
# await N: until the job has come to step N, two minutes at most.
await() {
    local tries code
    for tries in $(seq 240); do
        [ "$(step)" -lt "$1" ] || return 0
        code=0
        lab job-log > /dev/null 2>&1 || code=$?
        [ "$code" -eq 75 ] || { lab job-log; fail "the job ended ($code) while the demo waited for step $1"; }
        sleep 0.5
    done
    fail "the job did not come to step $1 within two minutes"
}

# sick_node: a node that alarms and fails within 20 hours, and when: "NODE ALERT FAILURE", from what `predict watch` said and what failed.
sick_node() {
    local at node kind until alert
    zcat "$place/fleet/failures.csv.gz" | tail -n +2 | sort | while IFS=, read -r at node kind until; do
        for alert in $(sed -n "s/^\([^ ]*\) $node ALERT.*/\1/p" "$place/watched.txt"); do
            apart=$(($(date -d "$at" +%s) - $(date -d "$alert" +%s)))
            [ "$apart" -le 0 ] || [ "$apart" -ge 72000 ] || { echo "$node $alert $at"; return; }
        done
    done | head -n 1
}
# calm_nodes: nodes that neither alarm nor fail at all in the time that is watched.
calm_nodes() {
    local number node
    for number in $(seq 40); do
        node=$(printf 'n%04d' "$number")
        grep -q " $node ALERT" "$place/watched.txt" && continue
        zcat "$place/fleet/failures.csv.gz" | awk -F, -v n="$node" -v from="$watched_from" '$2 == n && $1 >= from { found = 1 } END { exit !found }' || echo "$node"
    done
}

say "build"
./hpcvirt --version > /dev/null
lab down

say "a fleet that never was: its sensor log, and a model from its first part"
./hpcvirt predict simulate "$place/fleet" --nodes 40 --span 80d --interval 1h --seed 3
./hpcvirt predict train "$place/fleet" --horizon 24h --lead 15m --period train --engine managed --search 1 --rows 8000 --seed 3 --out "$place/model.hpcm"
watched_from=2024-02-20T00:00:00Z
./hpcvirt predict watch --model "$place/model.hpcm" --source "replay:$place/fleet" --from "$watched_from" > "$place/watched.txt"
read -r sick alert failure <<< "$(sick_node)"
[ -n "${failure-}" ] || fail "no node of the fleet alarms and then fails"
mapfile -t calm < <(calm_nodes)
[ "${#calm[@]}" -ge 2 ] || fail "the fleet has no two calm nodes"
echo "host a is node $sick, which fails at $failure; hosts b and c are nodes ${calm[0]} and ${calm[1]}"

say "three guests on hosts a, b and c, under QEMU's software emulation"
lab up --vms 3 --hosts 3

say "undisturbed, on this machine: $plate"
lab reference $plate | tee "$place/reference.txt" | tail -n 1

say "the same program in the guests, one rank each"
lab job $plate
await 200

say "the guard: the sensor log is played, host a turns red, its guest leaves for another host while it computes, and all are saved"
cat > "$place/guard.json" << JSON
{
  "guests": "lab/guests.json", "model": "model.hpcm", "state": "guard",
  "sources": ["replay:fleet"],
  "replay": { "from": "$(date -u -d "$alert 30 hours ago" +%FT%TZ)", "to": "$(date -u -d "$alert 30 hours" +%FT%TZ)" },
  "hosts": { "a": "$sick", "b": "${calm[0]}", "c": "${calm[1]}" },
  "policy": { "moveCost": "1s", "amber": 0.9 },
  "checkpoint": { "sets": "sets", "intervalMin": "12h", "intervalMax": "12h" }
}
JSON
./hpcvirt guard --config "$place/guard.json" --check
before=$(step)
./hpcvirt guard --config "$place/guard.json"
saved=$(step)
vm list
grep -q 'moving vm1 from a to' "$place/guard/audit.log" || fail "the guard did not move vm1"
grep -q 'outcome: the host failed; the alarm was right' "$place/guard/audit.log" || fail "the audit log does not tell how it ended"
[ -z "$(vm list | awk '$1 == "vm1" && $2 == "a"')" ] || fail "vm1 is still on host a"
await $((saved + 100))
echo "the job was at step $before, and is at step $(step)"

say "vm2 dies at step $(step)"
lab kill vm2
vm list

say "the guard's newest set is rolled back, and all of it on other hosts"
vm restore --sets "$place/sets" --on vm1=b --on vm2=c --on vm3=b
vm list
back=$(step)
echo "the job goes on at step $back"
[ "$back" -gt 0 ] || fail "the job is not back"
[ "$back" -le "$((saved + 60))" ] || fail "the job was saved before step $saved and is back at step $back"

say "until its end"
await $((back + 1))
for tries in $(seq 240); do
    code=0
    lab job-log > "$place/job.txt" 2>&1 || code=$?
    [ "$code" -eq 75 ] || break
    sleep 1
done
[ "$code" -eq 0 ] || { cat "$place/job.txt"; fail "the job ended with $code"; }
tail -n 2 "$place/job.txt"

say "what the guard did, and why"
cat "$place/guard/audit.log"
./hpcvirt guard outcomes --config "$place/guard.json"
[ "$(grep '^checksum' "$place/job.txt")" = "$(grep '^checksum' "$place/reference.txt")" ] || fail "the checksums differ"
echo "verdict: the same result, bit for bit, after a predicted failure was moved away from, the death of a guest, and a rollback on other hosts"
