namespace HpcVirt.Cli.Guard;

/// <summary>The longer texts of the guard's help.</summary>
internal static class GuardTexts
{
    public const string Guard = """
        Watches hosts, and moves virtual machines away from those that are likely to fail:
        health sources -> predictor -> gate -> policy -> move or checkpoint -> outcome.

        What it does, and why, is told line by line, and kept in STATE/audit.log. Killed at any time and started again, it asks the hypervisor
        what became of what it was doing, and never does it twice. Of two guards with one state directory, one leads.

        Examples:
          hpcvirt guard --config guard.json --check           is the configuration right? every problem in one go
          hpcvirt guard --config guard.json --dry-run         say what would be done, and change nothing
          hpcvirt guard --config guard.json                   guard, until Ctrl-C
          hpcvirt guard --config guard.json --standby         wait until the other guard ends, then lead
          hpcvirt guard outcomes --config guard.json          alarms and what became of them; precision and recall so far
          hpcvirt guard checked a faulty --config guard.json  you looked at host a: the alarm was right

        docs/operating/guard.md explains the configuration. Exit codes: 0 ended as asked; 64 wrong command line; 65 the configuration, model, data or
        journal cannot be used; 74 another guard leads; 77 the hypervisor cannot be opened.
        """;

    public static string HowToGoOn(string verb) => verb is "guard" or "rebalance" ? $"See hpcvirt {verb} --help." : $"See hpcvirt guard {verb} --help.";

    public const string Drain = """
        Marks HOST as drained and moves all of its guests away, one after the other, for maintenance. Nothing is moved there, by the guard or by
        `rebalance`, until `hpcvirt vm undrain HOST`. A guest for which there is no room stays, and the exit code says so.

        Examples:
          hpcvirt vm drain a --reason "new memory"
          hpcvirt vm drain a --config guard.json              go by the guard's risks, and keep its groups apart
          hpcvirt vm drain a --dry-run                        print the plan
        """;

    public const string Rebalance = """
        Spreads guests over hosts: from the fullest to the emptiest, while that evens out their numbers; away from hosts whose risk is raised. At most
        --moves moves, one after the other. Drained hosts take none.

        Examples:
          hpcvirt rebalance --guests guests.json --dry-run    print the plan
          hpcvirt rebalance --guests guests.json --moves 3
          hpcvirt vm rebalance --config guard.json            go by the guard's risks, and keep its groups apart
        """;
}
