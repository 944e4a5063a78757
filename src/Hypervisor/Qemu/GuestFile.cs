using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using HpcVirt.Hypervisor.VSphere;
using static HpcVirt.Hypervisor.Qemu.GuestFileWords;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>
/// Hosts and guests, as an operator writes them down. Where a guest is, is not in it: that is asked of the sockets, and so is never out of date.
/// </summary>
/// <remarks><code>
/// {
///   "sockets": "/run/guests/{guest}@{host}.qmp",
///   "start": ["/usr/local/bin/start-guest", "{guest}", "{host}"],
///   "hosts":  [ { "name": "a", "address": "10.0.0.1", "cpu": "x86-64-v3", "memoryMiB": 65536, "guestsMax": 8 }, { "name": "b", "address": "10.0.0.2" } ],
///   "guests": [ { "name": "vm1", "cpu": ["sse4.2", "avx2"], "unplug": [ { "id": "ib0", "driver": "vfio-pci", "on": { "a": { "host": "0000:3b:00.2" }, "b": { "host": "0000:af:00.1" } } } ] } ],
///   "libvirt": { "peerToPeer": true },
///   "vsphere": { "url": "https://vcenter", "user": "hpcvirt@vsphere.local", "passwordFile": "vcenter.password" },
///   "rehearsal": { "state": "rehearsed.json", "mibPerSecond": 1024 }
/// }
/// </code>
/// cpu, memoryMiB, guestsMax, unplug, libvirt, vsphere and rehearsal may be left out; the last three are for the backends of these names only. Where every host has a "libvirt" (the URI of its daemon),
/// or with a "vsphere", sockets and start may be left out, which are QEMU's; with a "vsphere" the hosts' addresses, too.</remarks>
public sealed record GuestFile
{
    private const string GuestWord = "{guest}";
    private const string HostWord = "{host}";

    private string _sockets = "";
    private string[] _start = [];

    private GuestFile()
    {
    }

    /// <summary>Where it was read from.</summary>
    public required string Path { get; init; }

    /// <summary>Hosts, and the address at which each is reached by the others.</summary>
    public IReadOnlyDictionary<string, string> Hosts { get; private init; } = new Dictionary<string, string>();

    /// <summary>Hosts with their room and processors, in the order of the file.</summary>
    public IReadOnlyList<HypervisorHost> HostList { get; private init; } = [];

    /// <summary>The guests' names.</summary>
    public IReadOnlyList<string> Guests { get; private init; } = [];

    /// <summary>What guests' processors must be able to do, where the file says so.</summary>
    public IReadOnlyDictionary<string, CpuFeatures> GuestCpus { get; private init; } = new Dictionary<string, CpuFeatures>();

    /// <summary>Devices of guests that are unplugged for a move that drops links.</summary>
    internal IReadOnlyDictionary<string, IReadOnlyList<PluggableDevice>> Unplugged { get; private init; } = new Dictionary<string, IReadOnlyList<PluggableDevice>>();

    /// <summary>The URI of each host's libvirt, where the file names one.</summary>
    public IReadOnlyDictionary<string, string> LibvirtUris { get; private init; } = new Dictionary<string, string>();

    /// <summary>The source's libvirt moves guests by itself; otherwise the tool leads both ends.</summary>
    public bool LibvirtIsPeerToPeer { get; private init; }

    /// <summary>The vCenter that has the guests, where the file names one.</summary>
    public VSphereSettings? VSphere { get; private init; }

    /// <summary>Where the rehearsal keeps its guests' places between two runs of the tool; null: nowhere.</summary>
    public string? RehearsalState { get; private init; }

    /// <summary>How fast a rehearsed move is; null: as fast as by default.</summary>
    public int? RehearsalMibPerSecond { get; private init; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="GuestFileException">It is not there, is no JSON, or lacks something.</exception>
    public static GuestFile Load(string path)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GuestFileException(path, $"it cannot be read ({e.Message.TrimEnd('.')}). Name a file with hosts and guests; docs/operating/virtual-machines.md describes it.", e);
        }

        return Parse(bytes, path);
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <exception cref="GuestFileException">They are no JSON, or lack something.</exception>
    public static GuestFile Parse(ReadOnlyMemory<byte> bytes, string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(bytes, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            JsonElement root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object) throw new FormatException("it holds no object");
            OnlyKnown(root, "the file", "sockets", "start", "hosts", "guests", "libvirt", "vsphere", "rehearsal");
            VSphereSettings? vsphere = root.TryGetProperty("vsphere", out JsonElement named) ? VSphereSettings.Read(named, path) : null;
            bool hasNoSockets = IsForLibvirt(root) || (vsphere is not null && SaysNothingOfSockets(root));
            (string sockets, string[] start) = hasNoSockets ? ("", []) : Sockets(root);
            (HypervisorHost Host, string Address, string? Libvirt)[] hosts = [.. Items(root, "hosts").Select(host => Host(host, isAddressed: vsphere is null))];
            (string Name, CpuFeatures? Cpu, IReadOnlyList<PluggableDevice> Unplugged)[] guests = [.. Items(root, "guests").Select(static guest => GuestOf(guest))];
            Distinct(hosts.Select(static host => host.Host.Name), "host");
            Distinct(guests.Select(static guest => guest.Name), "guest");
            if (hosts.Length == 0) throw new FormatException("there are no hosts in it");
            JsonElement? rehearsal = root.TryGetProperty("rehearsal", out JsonElement found) ? found : null;
            if (rehearsal is { } given) OnlyKnown(given, "\"rehearsal\"", "state", "mibPerSecond");
            return new GuestFile
            {
                Path = path,
                Hosts = hosts.ToDictionary(static host => host.Host.Name, static host => host.Address),
                HostList = [.. hosts.Select(static host => host.Host)],
                Guests = [.. guests.Select(static guest => guest.Name)],
                GuestCpus = guests.Where(static guest => guest.Cpu is not null).ToDictionary(static guest => guest.Name, static guest => guest.Cpu!),
                Unplugged = guests.ToDictionary(static guest => guest.Name, static guest => guest.Unplugged),
                LibvirtUris = hosts.Where(static host => host.Libvirt is not null).ToDictionary(static host => host.Host.Name, static host => host.Libvirt!),
                LibvirtIsPeerToPeer = root.TryGetProperty("libvirt", out JsonElement libvirt) && PeerToPeer(libvirt),
                VSphere = vsphere,
                RehearsalState = rehearsal is { } told && told.TryGetProperty("state", out _) ? Beside(path, Text(told, "state", "\"rehearsal\"")) : null,
                RehearsalMibPerSecond = rehearsal is { } asked ? (int?)Count(asked, "mibPerSecond", "\"rehearsal\"") : null,
                _sockets = hasNoSockets ? "" : Beside(path, sockets),
                _start = start,
            };
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw new GuestFileException(path, $"{e.Message.TrimEnd('.')}. Correct it; docs/operating/virtual-machines.md describes it.", e);
        }
    }

    /// <summary>The QMP socket of a guest on a host.</summary>
    public string SocketOf(string guest, string host) => Fill(_sockets, guest, host);

    /// <summary>The command that starts a guest's QEMU on a host, to be followed by further arguments for it.</summary>
    public IReadOnlyList<string> StartOf(string guest, string host) => [.. _start.Select(word => Fill(word, guest, host))];

    /// <summary>Refuses a file that says nothing of QEMU's sockets and how it is started.</summary>
    public void RequireSockets()
    {
        if (_start.Length == 0) throw new GuestFileException(Path, "it lacks \"sockets\" and \"start\", without which QEMU cannot be spoken to. Add them, or choose --backend libvirt.");
    }

    /// <summary>Refuses a guest that is not in the file.</summary>
    public void RequireGuest(string guest)
    {
        if (!Guests.Contains(guest)) throw new HypervisorException($"there is no guest '{guest}' in {Path}; it names {(Guests.Count == 0 ? "none" : string.Join(", ", Guests))}.");
    }

    /// <summary>Refuses a host that is not in the file.</summary>
    public void RequireHost(string host)
    {
        if (!Hosts.ContainsKey(host)) throw new HypervisorException($"there is no host '{host}' in {Path}; it names {string.Join(", ", Hosts.Keys)}.");
    }

    /// <summary>Refuses a host whose processor lacks what a guest needs.</summary>
    /// <param name="guest">The guest.</param>
    /// <param name="from">The host it is on, which tells what it needs where the file does not; null: only the file tells.</param>
    /// <param name="to">The host it is to work on.</param>
    public void RequireCpu(string guest, string? from, string to)
    {
        CpuFeatures? needed = GuestCpus.GetValueOrDefault(guest) ?? HostList.FirstOrDefault(host => host.Name == from)?.Cpu;
        if (needed?.WhyNotOn(HostList.First(host => host.Name == to).Cpu) is { } reason)
            throw new HypervisorException($"guest {guest} cannot work on host {to}: {reason}. Nothing was moved; choose another host, or correct \"cpu\" in {Path}.");
    }

    private static string Beside(string file, string path) =>
        System.IO.Path.IsPathRooted(path) ? path : System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(file))!, path);

    private static string Fill(string text, string guest, string host) =>
        text.Replace(GuestWord, guest, StringComparison.Ordinal).Replace(HostWord, host, StringComparison.Ordinal);

    /// <summary>Every host has a libvirt, and nothing is said of QEMU's sockets.</summary>
    private static bool IsForLibvirt(JsonElement root) =>
        SaysNothingOfSockets(root) && root.TryGetProperty("hosts", out JsonElement hosts) && hosts.ValueKind is JsonValueKind.Array
        && hosts.GetArrayLength() > 0 && hosts.EnumerateArray().All(static host => host.ValueKind is JsonValueKind.Object && host.TryGetProperty("libvirt", out _));

    private static bool SaysNothingOfSockets(JsonElement root) => !root.TryGetProperty("sockets", out _) && !root.TryGetProperty("start", out _);

    private static (string Sockets, string[] Start) Sockets(JsonElement root)
    {
        string sockets = Text(root, "sockets", "the file");
        if (!sockets.Contains(GuestWord, StringComparison.Ordinal) || !sockets.Contains(HostWord, StringComparison.Ordinal))
            throw new FormatException($"\"sockets\" must contain {GuestWord} and {HostWord}, for a guest that moves has one socket at either end");
        string[] start = [.. Items(root, "start").Select(static word => word.ValueKind is JsonValueKind.String ? word.GetString()! : throw new FormatException("\"start\" is a list of words"))];
        if (start.Length == 0) throw new FormatException("\"start\" is empty; it is the command that starts a guest on a host");
        return (sockets, start);
    }

    private static bool PeerToPeer(JsonElement libvirt)
    {
        OnlyKnown(libvirt, "\"libvirt\"", "peerToPeer");
        return libvirt.TryGetProperty("peerToPeer", out JsonElement value) && (value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw new FormatException("\"peerToPeer\" is true or false"));
    }

    /// <summary>vCenter knows its hosts' addresses by itself.</summary>
    private static (HypervisorHost Host, string Address, string? Libvirt) Host(JsonElement host, bool isAddressed)
    {
        OnlyKnown(host, "a host", "name", "address", "cpu", "memoryMiB", "guestsMax", "libvirt");
        string name = Name(host, "a host");
        var described = new HypervisorHost(name) { Cpu = Cpu(host, name), MemoryBytes = Count(host, "memoryMiB", name) << 20, GuestsMax = (int?)Count(host, "guestsMax", name) };
        return (described, isAddressed || host.TryGetProperty("address", out _) ? Text(host, "address", "a host") : name, host.TryGetProperty("libvirt", out _) ? Text(host, "libvirt", name) : null);
    }

    private static (string Name, CpuFeatures? Cpu, IReadOnlyList<PluggableDevice> Unplugged) GuestOf(JsonElement guest)
    {
        OnlyKnown(guest, "a guest", "name", "cpu", "unplug");
        string name = Name(guest, "a guest");
        return (name, Cpu(guest, name), PluggableDevice.ReadAll(guest, name));
    }

    private static void Distinct(IEnumerable<string> names, string kind)
    {
        if (names.GroupBy(static name => name).FirstOrDefault(static same => same.Count() > 1) is { } twice) throw new FormatException($"{kind} '{twice.Key}' is there twice");
    }
}
