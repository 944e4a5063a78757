namespace HpcVirt.Cli.VirtualMachines;

/// <summary>The longer texts of the help for virtual machines.</summary>
internal static class VmTexts
{
    public const string Vm = """
        Virtual machines: where they are, moving one while it works, saving all of a job at one instant, and bringing them back elsewhere.

          ./lab up; export HPCVIRT_GUESTS=artifacts/lab/guests.json     three small guests on two hosts, to try it
          hpcvirt vm list                                               where they are
          hpcvirt vm migrate vm1 b                                      move one; its job goes on
          hpcvirt vm drain a                                            empty a host for maintenance
          hpcvirt vm rebalance --dry-run                                spread guests over hosts
          hpcvirt vm snapshot --sets /var/sets                          save all at one instant
          hpcvirt vm restore --sets /var/sets --on vm1=b                bring the newest set back, one guest elsewhere

        Guests and hosts are described in a file (--guests); docs/operating/virtual-machines.md explains it, docs/operating/backends.md how to
        bring a hypervisor of your own. Exit codes: 0 done; 64 wrong command line; 65 a set or the file of guests cannot be used; 76 given up
        (Ctrl-C), the guests work on; 77 the hypervisor could not do it, and the message says where the guest is.
        """;

    public static string HowToGoOn(string verb) => verb == "vm" ? "See hpcvirt vm --help." : $"See hpcvirt vm {verb} --help.";

    public const string Migrate = """
        Moves GUEST to HOST while it works. Given up by Ctrl-C, it works on where it was.

        A job in several guests is best silenced for the switch-over: --silence runs a command when nearly everything is copied, while the guest
        still works; the guest switches over when the command has ended well; --release runs at the end, whether the guest was moved or not. Under
        vsphere, which cannot be held so late, --silence runs before the move is begun.

        Examples:
          hpcvirt vm migrate vm1 b
          hpcvirt vm migrate vm1 b --bandwidth 100M --downtime 50ms
          hpcvirt vm migrate vm1 b --mode postcopy                     always ends, whatever the guest writes
          hpcvirt vm migrate vm1 b --silence 'touch /run/job/hold' --release 'rm /run/job/hold'
          hpcvirt vm migrate vm1 b --links drop --silence 'hpcvirt hold' --release 'hpcvirt release'
                                                                       devices that cannot move are out meanwhile; the job is silent all the while
          hpcvirt vm migrate vm1 b --dry-run                           says what would be done
        """;

    public const string Snapshot = """
        Saves all guests of a job at one instant, as a set: all stand still before the first is saved, and none goes on before the last is.
        The set counts from the rename that commits it; one that was broken off never does. Disks that guests write to are part of it, at the
        same instant; guests write beside them (IMAGE.overlay) while they are copied, and the two are merged afterwards.

        Examples:
          hpcvirt vm snapshot --sets /var/sets
          hpcvirt vm snapshot --sets /var/sets --guest vm1 --guest vm2 --compress lz4
          hpcvirt vm snapshot --sets /var/sets --background --silence 'touch /run/job/hold' --release 'rm /run/job/hold'
                                                                       the job is silent for some milliseconds, and works on while all is saved
          hpcvirt vm snapshot --sets /var/sets --quiesced --background  the job is silent already, says whoever types this, and stays so
        """;

    public const string Restore = """
        Brings all guests of a set back: every byte is verified first, then what still runs of them is ended, and they go on together.
        Without --set it takes the newest set that is whole, and says what was wrong with newer ones. Disks of the set are put back in their
        places; those that were there are kept as IMAGE.before-restore until all guests are back, and then removed.

        Examples:
          hpcvirt vm restore --sets /var/sets
          hpcvirt vm restore --sets /var/sets --set 7 --on vm1=b --on vm3=b
          hpcvirt vm restore --sets /var/sets --dry-run                verifies the set, and says what would go where
        """;
}
