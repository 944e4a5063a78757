#!/usr/bin/env bash
# Checks the switch UseMLNet on a copy of what is committed, against package folders of its own: an empty one, one with everything but ML.NET, and one with ML.NET. The
# packages are those that this machine has restored before; nothing is fetched, and the machine's package cache is only read.
#
#   build/mlnet/check.sh
#
# Exits with 0 when every case ends as it should, 1 when one does not, 3 when Microsoft.ML has never been restored here. Takes some minutes.
set -uo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
cache=${NUGET_PACKAGES:-$HOME/.nuget/packages}
[ -d "$cache/microsoft.ml" ] || { echo "check: there is no microsoft.ml in $cache; restore the solution once where a registry serves it" >&2; exit 3; }

place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir "$place/empty" "$place/without" "$place/with"
git clone -q . "$place/clone"
find "$cache" -name '*.nupkg' | while read -r package; do
    ln -sf "$package" "$place/with/"
    case ${package##*/} in microsoft.ml*) ;; *) ln -sf "$package" "$place/without/" ;; esac
done

code=0
# check FEED SWITCH ENDS SAYS: builds the engine's project and holds how it ends, and what it says, against what should be.
check() {
    local feed=$1 switch=$2 ends=$3 says=$4 output result
    cat > "$place/clone/nuget.config" << CONFIG
<configuration>
  <packageSources><clear /><add key="$feed" value="$place/$feed" /></packageSources>
  <fallbackPackageFolders><clear /></fallbackPackageFolders>
</configuration>
CONFIG
    rm -rf "$place/clone/artifacts"
    find "$place/clone" -type d \( -name obj -o -name bin \) -prune -exec rm -rf {} +
    output=$(cd "$place/clone" && NUGET_PACKAGES=$place/cache-$feed-$switch dotnet build src/Predictor.MLNet -c Release -nologo -v minimal -nodereuse:false "-p:UseMLNet=$switch" 2>&1) && result=builds || result=fails
    if [ "$result" = "$ends" ] && grep -q -- "$says" <<< "$output"; then
        echo "as it should: UseMLNet=$switch, packages '$feed': $result, and says '$says'"
    else
        echo "NOT AS IT SHOULD: UseMLNet=$switch, packages '$feed': $result; it should have been '$ends' with '$says':"
        tail -n 20 <<< "$output"
        code=1
    fi
}

check empty true fails "NU1101: Unable to find package Microsoft.ML\."
check without true fails "NU1101: Unable to find package Microsoft.ML\."
check without auto builds "is not there: the program is built without"
check with auto builds "is there: the ML.NET engine is built"
check with true builds "HpcVirt.Predictor.MLNet.dll"
exit "$code"
