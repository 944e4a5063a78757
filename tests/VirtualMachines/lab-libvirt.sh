# Sourced by ./lab for `up --libvirt`: a libvirt daemon on each host, which has the guests. Never run by itself.
#
# A daemon wants to be alone on its machine: it has its files under fixed names, and takes hosts with one name or one UUID for the same. So each lives in
# namespaces of its own, where the folders of these names are folders of the laboratory's, and the host has a name.

libvirt_folders="etc:/etc/libvirt run:/run/libvirt lib:/var/lib/libvirt cache:/var/cache/libvirt log:/var/log/libvirt"

is_libvirt() { [ -e "$place/libvirt" ]; }
libvirt_socket() { echo "$place/host-$1/run/libvirt-sock"; }
libvirt_uri() { echo "qemu+unix:///system?socket=$(libvirt_socket "$1")"; }

# libvirt_host HOST ADDRESS: starts its daemon, which listens when this returns.
libvirt_host() {
    local host=$1 address=$2 folder mounts= own=$place/host-$1 file
    [ "$(libvirt_socket "$host" | wc -c)" -le 108 ] || fail "the path $(libvirt_socket "$host") is too long for a socket; choose a shorter --place"
    for folder in $libvirt_folders; do
        mkdir -p "$own/${folder%%:*}"
        # Only a place to mount on; what no package has put there is taken away again.
        if [ ! -d "${folder#*:}" ] || ! dpkg-query -S "${folder#*:}" > /dev/null 2>&1; then
            mkdir -p "${folder#*:}"
            echo "${folder#*:}" >> "$place/libvirt"
        fi
        mounts="$mounts mount --bind '$own/${folder%%:*}' '${folder#*:}';"
    done
    printf '%s\n' 'user = "root"' 'group = "root"' 'security_driver = "none"' 'stdio_handler = "file"' 'cgroup_controllers = []' 'namespaces = []' 'dynamic_ownership = 0' \
        "migration_host = \"$address\"" > "$own/etc/qemu.conf"
    printf '%s\n' "host_uuid = \"$(cat /proc/sys/kernel/random/uuid)\"" 'auth_unix_rw = "none"' > "$own/etc/libvirtd.conf"
    # The daemon does not start without a user of this name, whom it never becomes here. Debian makes it with a package that brings much else.
    if ! id libvirt-qemu > /dev/null 2>&1; then
        for file in passwd group; do
            cp "/etc/$file" "$own/$file"
            mounts="$mounts mount --bind '$own/$file' /etc/$file;"
        done
        echo 'libvirt-qemu:x:64055:64055::/var/lib/libvirt:/usr/sbin/nologin' >> "$own/passwd"
        echo 'libvirt-qemu:x:64055:' >> "$own/group"
    fi
    ip netns exec "$(space "$host")" unshare --mount --uts sh -ec "mount --make-rprivate /;$mounts hostname 'lab-$host'; exec libvirtd -d -p '$own/libvirtd.pid'" > "$own/start.log" 2>&1 < /dev/null \
        || fail "the libvirt daemon of host $host did not start; $own/start.log and $own/log/libvirtd.log say why"
    # It asks QEMU what it can do when it is asked first: several seconds that are better spent here than in somebody's first move.
    timeout 60 virsh -q -c "$(libvirt_uri "$host")" domcapabilities --virttype qemu > /dev/null || fail "the libvirt daemon of host $host does not answer; $own/log/libvirtd.log may say why"
}

# libvirt_guest VM HOST: with the devices of ./lab's own QEMU, and no definition that would outlive it.
libvirt_guest() {
    local vm=$1 host=$2
    {
        # On a busy machine the kernel may find its emulated timer too slow and panic; it takes it as it is, and boots again, should it panic all the same.
        # libvirt rounds memory up to whole MiB. QEMU 7.2's emulator loses pages written during a move where memory is a multiple of 256 KiB, so it gets another
        # piece by name; libvirt's own is never touched.
        cat << END
<domain type='qemu' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
  <name>$vm</name>
  <memory unit='KiB'>163848</memory>
  <vcpu>1</vcpu>
  <cpu mode='custom' match='exact' check='none'><model fallback='forbid'>Nehalem</model></cpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <kernel>$place/image/kernel</kernel>
    <initrd>$place/image/initramfs</initrd>
    <cmdline>console=ttyS0 quiet panic=1 mitigations=off no_timer_check vmname=$vm vmip=$(address_of "$vm")</cmdline>
  </os>
  <features><acpi/></features>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>$(command -v qemu-system-x86_64)</emulator>
    <controller type='usb' model='none'/>
    <interface type='bridge'>
      <mac address='02:78:01:00:00:0${vm#vm}'/>
      <source bridge='bridge'/>
      <model type='virtio'/>
      <rom enabled='no'/>
    </interface>
    <serial type='file'><source path='$place/run/$vm.console' append='on'/></serial>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
    <memballoon model='none'/>
    <video><model type='none'/></video>
  </devices>
  <qemu:commandline>
    <qemu:arg value='-object'/><qemu:arg value='memory-backend-ram,id=odd.ram,size=163848K'/>
    <qemu:arg value='-m'/><qemu:arg value='163848K'/>
    <qemu:arg value='-machine'/><qemu:arg value='memory-backend=odd.ram'/>
  </qemu:commandline>
</domain>
END
    } > "$place/run/$vm.xml"
    timeout 120 virsh -q -c "$(libvirt_uri "$host")" create "$place/run/$vm.xml" > "$place/run/$vm.log" 2>&1 || fail "libvirt did not start $vm on host $host: $(cat "$place/run/$vm.log")"
}

# libvirt_pid VM HOST: the number of its QEMU; nothing where there is none. Only processes of the laboratory's own namespaces are looked at.
libvirt_pid() {
    local pid
    for pid in $(ip netns pids "$(space "$2")" 2> /dev/null); do
        ! grep -qzx "guest=$1,debug-threads=on" "/proc/$pid/cmdline" 2> /dev/null || echo "$pid"
    done
}

# libvirt_end_guest VM: by SIGKILL, on every host.
libvirt_end_guest() {
    local host pid tries
    for host in $(cat "$place/hosts"); do
        for pid in $(libvirt_pid "$1" "$host"); do
            kill -KILL "$pid" 2> /dev/null || true
            for tries in $(seq 100); do [ -n "$(libvirt_pid "$1" "$host")" ] || break; sleep 0.05; done
        done
    done
}

# libvirt_down: ends everything in the laboratory's namespaces, with which their mounts go, and takes away what was only made to mount on.
libvirt_down() {
    local host pid tries folder
    for host in $(cat "$place/hosts" 2> /dev/null); do
        for pid in $(ip netns pids "$(space "$host")" 2> /dev/null); do kill -KILL "$pid" 2> /dev/null || true; done
    done
    for host in $(cat "$place/hosts" 2> /dev/null); do
        for tries in $(seq 100); do [ -n "$(ip netns pids "$(space "$host")" 2> /dev/null)" ] || break; sleep 0.05; done
    done
    for folder in $(sort -u "$place/libvirt"); do
        # Another laboratory may still mount on it.
        grep -qsF " $folder " /proc/[0-9]*/mountinfo || rmdir --ignore-fail-on-non-empty "$folder" 2> /dev/null || true
    done
}
