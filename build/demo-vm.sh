#!/usr/bin/env bash
# ./demo --vm: a job in three virtual machines on two hosts. One is moved while it works, all are saved at one instant, one dies, and the set is rolled
# back on the other host. The result must be that of the same program on this machine, undisturbed.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source build/prerequisites.sh

say() { printf '\n== %s\n' "$*"; }
fail() { echo "verdict: FAILED: $*"; exit 1; }

[ "$(id -u)" -eq 0 ] || { echo "demo: hosts are network namespaces, and making them needs root; start it with sudo" >&2; exit 3; }
need_dotnet

place=$PWD/artifacts/demo-vm
plate="120 120 4000"
rm -rf "$place/sets"
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

say "build"
./hpcvirt --version > /dev/null
lab down
say "three guests on hosts a and b, under QEMU's software emulation"
lab up --vms 3 --hosts 2

say "undisturbed, on this machine: $plate"
lab reference $plate | tee "$place/reference.txt" | tail -n 1

say "the same program in the guests, one rank each"
lab job $plate
await 200

say "vm1 moves from a to b while it computes"
before=$(step)
vm migrate vm1 b
await $((before + 50))
echo "the job was at step $before, and is at step $(step)"

say "all three are saved at one instant"
vm snapshot --sets "$place/sets"
saved=$(step)
await $((saved + 100))

say "vm2 dies at step $(step)"
lab kill vm2
vm list

say "the set is rolled back, and all of it on the other hosts"
vm restore --sets "$place/sets" --on vm1=a --on vm2=a --on vm3=b
vm list
back=$(step)
echo "the job goes on at step $back"
[ "$back" -gt 0 ] || fail "the job is not back"
[ "$back" -le "$((saved + 60))" ] || fail "the job was saved near step $saved and is back at step $back"

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
[ "$(grep '^checksum' "$place/job.txt")" = "$(grep '^checksum' "$place/reference.txt")" ] || fail "the checksums differ"
echo "verdict: the same result, bit for bit, after a live migration, the death of a guest, and a rollback on other hosts"
