using System;
using System.Collections.Concurrent;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Hypervisor.Tests.VSphere;

/// <summary>
/// A vCenter that answers as the documentation of its two interfaces says, except where a test says otherwise. A task goes on by being looked at: no clock is in it.
/// </summary>
internal sealed class ScriptedVCenter : IAsyncDisposable
{
    public const string User = "hpcvirt@vsphere.local";
    public const string Password = "s3cret: colon";
    public const string Instance = "8d1b1a7e-0000-4000-8000-00000000beef";
    public const string Root = "/sdk/vim25/8.0.1.0/";

    private readonly Lock _lock = new();
    private readonly LoopbackHttp _server;
    private readonly HashSet<string> _sessions = [];
    private int _lastSession;

    public ScriptedVCenter(X509Certificate2? certificate = null) => _server = new LoopbackHttp(Answer, certificate);

    public string Url => _server.Url;

    public ScriptedInventory Inventory { get; } = new();

    /// <summary>What was heard, in order.</summary>
    public ConcurrentQueue<Asked> Heard { get; } = new();

    /// <summary>What to answer instead; null for the usual.</summary>
    public Func<Asked, Reply?> Instead { get; set; } = static _ => null;

    /// <summary>What to answer when all was done as usual; an answer may be lost on its way.</summary>
    public Func<Asked, Reply, Reply> Afterwards { get; set; } = static (_, reply) => reply;

    /// <summary>How many sessions are open.</summary>
    public int Sessions
    {
        get
        {
            lock (_lock) return _sessions.Count;
        }
    }

    public int CountOf(string method, string end) => Heard.Count(asked => asked.Is(method, end));

    /// <summary>All sessions end, as after half an hour without a call.</summary>
    public void ExpireSessions()
    {
        lock (_lock) _sessions.Clear();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    public static Reply Fault(string name, string words = "as it says", int status = 500) => new(status, $$"""{"_typeName": "{{name}}", "faultstring": "{{words}}"}""");

    private static Reply Error(int status, string type, string words) => new(status, $$"""{"error_type": "{{type}}", "messages": [{"id": "com.vmware", "default_message": "{{words}}", "args": []}]}""");

    private Reply Answer(Asked asked)
    {
        Heard.Enqueue(asked);
        if (Instead(asked) is { } other) return other;
        lock (_lock) return Afterwards(asked, asked.Path.StartsWith(Root, StringComparison.Ordinal) ? Infrastructure(asked, asked.Path[Root.Length..].Split('/')) : Automation(asked));
    }

    private Reply Automation(Asked asked)
    {
        if (asked.Is("POST", "/api/session"))
        {
            string expected = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
            return asked.Header("Authorization") == expected ? new Reply(201, $"\"{Begin()}\"") : Error(401, "UNAUTHENTICATED", "Authentication required.");
        }

        if (!_sessions.Contains(asked.Header("vmware-api-session-id") ?? "")) return Error(401, "UNAUTHENTICATED", "This method requires authentication.");
        if (asked.Is("DELETE", "/api/session")) return End(asked);
        string[] parts = asked.Path.Split('?');
        return (asked.Method, parts[0].Split('/')) switch
        {
            ("GET", ["", "api", "vcenter", "vm"]) => new Reply(200, Inventory.MachinesJson([.. Query(parts, "names")])),
            ("GET", ["", "api", "vcenter", "host"]) => new Reply(200, Inventory.HostsJson()),
            ("GET", ["", "api", "vcenter", "vm", string vm, "hardware", "ethernet"]) => new Reply(200, Inventory.Machine(vm).AdaptersJson()),
            ("GET", ["", "api", "vcenter", "vm", string vm, "hardware", "ethernet", string nic]) => new Reply(200, Inventory.Machine(vm).AdapterJson(nic)),
            ("POST", ["", "api", "vcenter", "vm", string vm, "hardware", "ethernet", string nic]) => Connect(Inventory.Machine(vm), nic, Query(parts, "action").Single() == "connect"),
            _ => Error(404, "NOT_FOUND", "Not found."),
        };
    }

    private static Reply Connect(ScriptedMachine machine, string nic, bool isUp)
    {
        if (machine.Power != "poweredOn") return Error(400, "NOT_ALLOWED_IN_CURRENT_STATE", "The virtual machine is not powered on.");
        if (machine.Adapters[nic] == isUp) return Error(400, "ALREADY_IN_DESIRED_STATE", "The device is so already.");
        machine.Adapters[nic] = isUp;
        return new Reply(204);
    }

    private Reply Infrastructure(Asked asked, string[] path)
    {
        if (path is ["ServiceInstance", "ServiceInstance", "content"])
            return new Reply(200, $$"""{"_typeName": "ServiceContent", "about": {"_typeName": "AboutInfo", "apiType": "VirtualCenter", "instanceUuid": "{{Instance}}"}, "sessionManager": {{ScriptedInventory.Reference("SessionManager", "SessionManager")}} }""");
        if (path is ["SessionManager", "SessionManager", "Login"])
        {
            using JsonDocument login = JsonDocument.Parse(asked.Body);
            bool isRight = login.RootElement.GetProperty("userName").GetString() == User && login.RootElement.GetProperty("password").GetString() == Password;
            return isRight ? new Reply(200, """{"_typeName": "UserSession", "key": "k"}""") { Headers = [("vmware-api-session-id", Begin())] } : Fault("InvalidLogin", "Cannot complete login due to an incorrect user name or password.");
        }

        if (!_sessions.Contains(asked.Header("vmware-api-session-id") ?? "")) return Fault("NotAuthenticated", "The session is not authenticated.");
        if (path is ["SessionManager", "SessionManager", "Logout"]) return End(asked);
        JsonElement body = asked.Body.Length == 0 ? default : JsonDocument.Parse(asked.Body).RootElement;
        return Inventory.Infrastructure(asked.Method, path, body);
    }

    private string Begin()
    {
        string session = string.Create(CultureInfo.InvariantCulture, $"session-{++_lastSession}");
        _ = _sessions.Add(session);
        return session;
    }

    private Reply End(Asked asked)
    {
        _ = _sessions.Remove(asked.Header("vmware-api-session-id")!);
        return new Reply(204);
    }

    private static IEnumerable<string> Query(string[] parts, string name) =>
        parts.Skip(1).SelectMany(static query => query.Split('&')).Where(pair => pair.StartsWith(name + "=", StringComparison.Ordinal)).Select(pair => Uri.UnescapeDataString(pair[(name.Length + 1)..]));
}
