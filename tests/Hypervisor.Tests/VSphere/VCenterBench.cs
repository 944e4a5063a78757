using System;
using System.Text;
using HpcVirt.Hypervisor.Qemu;
using HpcVirt.Hypervisor.VSphere;

namespace HpcVirt.Hypervisor.Tests.VSphere;

/// <summary>Backends against a scripted vCenter, with deadlines for tests.</summary>
internal static class VCenterBench
{
    public static readonly VSphereDeadlines Quick = new()
    {
        AskAgainAfter = TimeSpan.FromMilliseconds(5),
        LookAgainAfter = TimeSpan.FromMilliseconds(5),
    };

    /// <summary>For servers that do not answer.</summary>
    public static readonly VSphereDeadlines Short = Quick with
    {
        Request = TimeSpan.FromMilliseconds(400),
        Silence = TimeSpan.FromMilliseconds(300),
        GiveUp = TimeSpan.FromMilliseconds(500),
        Close = TimeSpan.FromMilliseconds(300),
    };

    public static VSphereBackend Backend(ScriptedVCenter vcenter, VSphereDeadlines? deadlines = null, string password = ScriptedVCenter.Password, string more = "") =>
        new(File(vcenter.Url, more), TimeProvider.System, deadlines ?? Quick, name => name == VSpherePassword.Variable ? password : null);

    public static GuestFile File(string url, string more = "") => GuestFile.Parse(
        Encoding.UTF8.GetBytes($$"""
            { "vsphere": { "url": "{{url}}", "user": "{{ScriptedVCenter.User}}"{{more}} },
              "hosts": [ { "name": "esx-a" }, { "name": "esx-b" }, { "name": "esx-c" }, { "name": "esx-d" } ], "guests": [ { "name": "vm1" }, { "name": "vm2" }, { "name": "vm3" } ] }
            """),
        "/guests.json");
}
