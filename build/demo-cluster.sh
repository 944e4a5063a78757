#!/usr/bin/env bash
# ./demo --cluster: a job on four hosts and a spare, which are network namespaces of this machine, loses a rank and a host, is driven off another
# host, is preempted and requeued, and its result is compared bit for bit with that of an unbroken run.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source build/prerequisites.sh

say() { printf '\n== %s\n' "$*"; }
fail() { echo "verdict: FAILED: $*"; exit 1; }

[ "$(id -u)" -eq 0 ] || { echo "demo: hosts are network namespaces, and making them needs root; start it with sudo" >&2; exit 3; }
need openmpi-bin libopenmpi3 iproute2
need_dotnet

say "build"
build=$(dotnet build samples/stencil/Stencil.csproj -c Release -p:RunAnalyzers=false -nologo -v quiet -clp:NoSummary 2>&1) || { echo "$build" >&2; fail "the sample could not be built"; }
./hpcvirt --version > /dev/null
stencil=$PWD/samples/stencil/bin/Release/net10.0/stencil.dll
artifacts=$PWD/artifacts/demo-cluster
events=$artifacts/events.json
rm -rf "$artifacts"
mkdir -p "$artifacts"
plate=(--rows 300 --columns 400 --steps 24000)
place=$(mktemp -d)
cluster() { local verb=$1; shift; tests/Cluster/cluster "$verb" "$place" "$@"; }

job=
finish() {
    [ -z "$job" ] || kill -TERM "$job" 2> /dev/null || true
    cluster down
}
trap finish EXIT

say "unbroken: 4 ranks here, ${plate[*]}"
./hpcvirt run -n 4 --mpi openmpi -- "$stencil" "${plate[@]}" --result "$artifacts/unbroken.bin" --checksum

say "hosts a, b, c, d and the spare e; the supervisor is on head"
cluster up head a b c d e
agent=$(cluster agent)
launcher="--mca plm_rsh_agent $agent --mca plm_rsh_no_tree_spawn 1 --mca pml ob1 --mca btl self,tcp --mca btl_tcp_if_include eth0"
launcher="$launcher --mca oob_tcp_if_include eth0 --mca mpi_yield_when_idle 1"

start() {
    rm -f "$events"
    env HPCVIRT_INTERVAL="300 steps" timeout -k 30 240 tests/Cluster/cluster in "$place" head ./hpcvirt run -n 4 --mpi openmpi --hosts a,b,c,d --spares e \
        --checkpoints "$artifacts/checkpoints" --json-log "$events" --launcher-args "$launcher" \
        -- "$stencil" "${plate[@]}" --result "$artifacts/survivor.bin" --image "$artifacts/plate.png" --checksum > "$artifacts/job.log" 2>&1 &
    job=$!
}

count() {
    local found
    found=$(grep -c "\"event\":\"$1\"" "$events" 2> /dev/null) || true
    echo "${found:-0}"
}
field() { sed -n "s/.*\"event\":\"$1\".*\"$2\":\"\{0,1\}\([^,\"}]*\).*/\1/p" "$events" | tail -n "${3:-1}"; }

# await EVENT N: until the event has happened N times, a minute at most.
await() {
    local tries
    for tries in $(seq 600); do
        [ "$(count "$1")" -lt "$2" ] || return 0
        kill -0 "$job" 2> /dev/null || { cat "$artifacts/job.log"; fail "the job ended while the demo waited for '$1'"; }
        sleep 0.1
    done
    cat "$artifacts/job.log"
    fail "'$1' did not happen $2 times within a minute"
}
commits() { await checkpoint-committed $(($(count checkpoint-committed) + 1)); }
hpcvirt() { ./hpcvirt "$@" --job "$(field job-started job)"; }

start
await checkpoint-committed 2

say "a rank is killed on host c"
pid=$(grep '"event":"rank-connected"' "$events" | grep '"host":"c"' | sed -n 's/.*"pid":\([0-9]*\).*/\1/p' | tail -n 1)
[ -n "$pid" ] || fail "no rank came from host c"
kill -KILL "$pid"
await restored 2
commits

say "host b is cut off from the network"
cluster cut b
await host-lost 1
await restored 3
commits
hpcvirt status

say "host b is back, and host d is to be emptied"
cluster heal b
hpcvirt undrain b
hpcvirt drain d
await restored 4
commits
hpcvirt status
hpcvirt checkpoint-now

say "the scheduler wants the machine: SIGTERM"
supervisor=$(ip netns pids "$(cat "$place/id")-head" | while read -r p; do [ "$(ps -o args= -p "$p" | grep -c 'hpcvirt.dll run')" -eq 0 ] || echo "$p"; done | head -n 1)
kill -TERM "$supervisor"
code=0
wait "$job" || code=$?
cat "$artifacts/job.log"
[ "$code" -eq 75 ] || fail "a preempted job ends with 75, this one with $code"
restored=$(field restored step 10)

say "requeued: the same command again"
start
await restored 1
restored="$restored $(field restored step)"
wait "$job" || { cat "$artifacts/job.log"; fail "the requeued job ended with $?"; }
job=
cat "$artifacts/job.log"

say "what happened"
echo "steps at which the job went on: $(echo $restored)"
for step in $(echo $restored | tr ' ' '\n' | tail -n +2); do
    [ "$step" -gt 0 ] || fail "a restart began at step 0 instead of at a checkpoint"
done
# Of the host that was cut off nobody could fetch the launcher's own daemon; it holds nothing, and ends when its connection does.
left=$(for p in $(cluster list | cut -d ' ' -f 3-); do ps -o comm= -p "$p" || true; done | grep -v '^orted$' || true)
[ -z "$left" ] || fail "processes were left behind: $left"
cmp "$artifacts/unbroken.bin" "$artifacts/survivor.bin" || fail "the plates differ"
echo "result: $(stat -c %s "$artifacts/survivor.bin") bytes, equal"
echo "verdict: bit-identical after a killed rank, a host cut off, a host drained, and a requeue"
