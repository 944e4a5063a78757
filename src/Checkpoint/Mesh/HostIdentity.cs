using System;
using System.IO;
using System.Linq;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace HpcVirt.Checkpoint.Mesh;

/// <summary>Which host this is, asked of the system and never of an environment variable.</summary>
internal static class HostIdentity
{
    private const string BootIdPath = "/proc/sys/kernel/random/boot_id";

    /// <summary>Equal on two processes exactly when they run under one kernel.</summary>
    public static string Id => File.Exists(BootIdPath) ? File.ReadAllText(BootIdPath).Trim() : Environment.MachineName;

    /// <summary>The addresses under which other hosts may reach this one.</summary>
    public static string[] Addresses() =>
    [
        .. NetworkInterface.GetAllNetworkInterfaces()
            .Where(static i => i.OperationalStatus == OperationalStatus.Up && i.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(static i => i.GetIPProperties().UnicastAddresses)
            .Select(static a => a.Address)
            .Where(static a => a.AddressFamily == AddressFamily.InterNetwork)
            .Select(static a => a.ToString()),
    ];
}
