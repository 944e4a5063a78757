# Sourced by the scripts of the root: installs what they lack, or says exactly what to type. Never run by itself.

# need PACKAGE...: makes sure that Debian packages are installed. Asks nothing of the network when they all are.
need() {
    local missing=() package
    if ! command -v dpkg-query > /dev/null; then
        echo "$0: this is not a Debian system; it needs what Debian calls: $*" >&2
        exit 3
    fi
    for package in "$@"; do
        [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2> /dev/null)" = installed ] || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0

    if [ "$(id -u)" -ne 0 ]; then
        echo "$0: packages are missing; install them, then start again:" >&2
        echo "    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
        exit 3
    fi
    echo "$0: installing ${missing[*]}" >&2
    # A fresh machine has no package lists, or old ones: they are fetched only when the packages are not found without.
    if ! install_packages "${missing[@]}" > /dev/null 2>&1; then
        apt-get update -qq >&2 && install_packages "${missing[@]}" >&2 || {
            echo "$0: apt-get could not install ${missing[*]}; its messages above say why" >&2
            exit 3
        }
    fi
}

install_packages() {
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
}

# need_dotnet: makes sure that a .NET SDK new enough for global.json answers.
need_dotnet() {
    local version
    if ! command -v dotnet > /dev/null; then
        echo "$0: no dotnet found; install the .NET SDK 10 (https://dotnet.microsoft.com/download) and put it on the PATH" >&2
        exit 3
    fi
    if ! version=$(dotnet --version 2>&1); then
        echo "$0: the .NET SDK does not fit global.json; install the .NET SDK 10 (https://dotnet.microsoft.com/download):" >&2
        echo "$version" >&2
        exit 3
    fi
}
