using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;

namespace HpcVirt.Hypervisor.Qemu;

/// <summary>
/// Hosts and guests, as an operator writes them down. Where a guest is, is not in it: that is asked of the sockets, and so is never out of date.
/// </summary>
/// <remarks><code>
/// {
///   "sockets": "/run/guests/{guest}@{host}.qmp",
///   "start": ["/usr/local/bin/start-guest", "{guest}", "{host}"],
///   "hosts":  [ { "name": "a", "address": "10.0.0.1" }, { "name": "b", "address": "10.0.0.2" } ],
///   "guests": [ { "name": "vm1" } ]
/// }
/// </code></remarks>
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

    /// <summary>The guests' names.</summary>
    public IReadOnlyList<string> Guests { get; private init; } = [];

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
            OnlyKnown(root, "the file", "sockets", "start", "hosts", "guests");
            string sockets = Text(root, "sockets", "the file");
            if (!sockets.Contains(GuestWord, StringComparison.Ordinal) || !sockets.Contains(HostWord, StringComparison.Ordinal))
                throw new FormatException($"\"sockets\" must contain {GuestWord} and {HostWord}, for a guest that moves has one socket at either end");
            string[] start = [.. Items(root, "start").Select(static word => word.ValueKind is JsonValueKind.String ? word.GetString()! : throw new FormatException("\"start\" is a list of words"))];
            if (start.Length == 0) throw new FormatException("\"start\" is empty; it is the command that starts a guest on a host");
            (string Name, string Address)[] hosts = [.. Items(root, "hosts").Select(static host => Host(host))];
            string[] guests = [.. Items(root, "guests").Select(static guest => GuestName(guest))];
            Distinct(hosts.Select(static host => host.Name), "host");
            Distinct(guests, "guest");
            if (hosts.Length == 0) throw new FormatException("there are no hosts in it");
            return new GuestFile
            {
                Path = path,
                Hosts = hosts.ToDictionary(static host => host.Name, static host => host.Address),
                Guests = guests,
                _sockets = System.IO.Path.IsPathRooted(sockets) ? sockets : System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, sockets),
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

    private static string Fill(string text, string guest, string host) =>
        text.Replace(GuestWord, guest, StringComparison.Ordinal).Replace(HostWord, host, StringComparison.Ordinal);

    private static (string Name, string Address) Host(JsonElement host)
    {
        OnlyKnown(host, "a host", "name", "address");
        return (Name(host, "a host"), Text(host, "address", "a host"));
    }

    private static string GuestName(JsonElement guest)
    {
        OnlyKnown(guest, "a guest", "name");
        return Name(guest, "a guest");
    }

    /// <summary>Names become parts of paths.</summary>
    private static string Name(JsonElement parent, string of)
    {
        string name = Text(parent, "name", of);
        return name.All(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.') && name[0] is not ('.' or '-')
            ? name
            : throw new FormatException($"'{name}' is no name; use letters, digits, '-', '_' and '.', and begin with a letter or digit");
    }

    private static string Text(JsonElement parent, string name, string of) =>
        parent.TryGetProperty(name, out JsonElement value) && value.ValueKind is JsonValueKind.String && value.GetString() is { Length: > 0 } text
            ? text
            : throw new FormatException($"{of} lacks \"{name}\", or it is no text");

    private static JsonElement.ArrayEnumerator Items(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement list) && list.ValueKind is JsonValueKind.Array
            ? list.EnumerateArray()
            : throw new FormatException($"the file lacks \"{name}\", or it is no list");

    private static void OnlyKnown(JsonElement parent, string of, params ReadOnlySpan<string> known)
    {
        if (parent.ValueKind is not JsonValueKind.Object) throw new FormatException($"{of} is no object");
        foreach (JsonProperty property in parent.EnumerateObject())
        {
            if (!known.Contains(property.Name)) throw new FormatException($"{of} has \"{property.Name}\", which nobody here knows; it may have {string.Join(", ", known!)}");
        }
    }

    private static void Distinct(IEnumerable<string> names, string kind)
    {
        if (names.GroupBy(static name => name).FirstOrDefault(static same => same.Count() > 1) is { } twice) throw new FormatException($"{kind} '{twice.Key}' is there twice");
    }
}
