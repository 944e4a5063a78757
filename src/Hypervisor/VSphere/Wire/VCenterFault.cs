using System;
using System.Linq;
using System.Text.Json;

namespace HpcVirt.Hypervisor.VSphere.Wire;

/// <summary>What vCenter says when it says no: errors of the Automation API (<c>error_type</c>) and faults of the Virtual Infrastructure JSON API (<c>_typeName</c>).</summary>
internal static class VCenterFault
{
    private const int WordsMax = 500;

    public static VSphereException Of(VCenterAnswer answer, string vcenter, string doing)
    {
        (string? fault, string words) = Read(answer.Body);
        VSphereFailure failure = FailureOf(answer.Status, fault);
        string said = string.Join(": ", new[] { fault, words }.Where(static part => part is { Length: > 0 })) is { Length: > 0 } text ? text : "nothing more";
        return new VSphereException(failure, $"vCenter {vcenter} failed at {doing} with HTTP {answer.Status} ({said}). {NextOf(failure)}", fault);
    }

    /// <summary>The words of a fault, for people.</summary>
    public static string WordsOf(ViFault fault)
    {
        string words = fault.FaultString ?? fault.LocalizedMessage ?? string.Join(" ", (fault.FaultMessage ?? []).Select(static one => one.Message).Where(static one => one is { Length: > 0 }));
        string named = fault.Fault?.TypeName ?? fault.TypeName ?? "an error without a name";
        return words.Length == 0 ? named : $"{named}: {Shorten(words).TrimEnd('.')}";
    }

    private static VSphereFailure FailureOf(int status, string? fault) => (status, fault) switch
    {
        (401, _) or (_, "NotAuthenticated" or "UNAUTHENTICATED" or "InvalidLogin") => VSphereFailure.NotLoggedIn,
        (404, _) or (_, "ManagedObjectNotFound" or "NOT_FOUND") => VSphereFailure.Missing,
        (429 or 502 or 503 or 504, _) => VSphereFailure.Busy,
        _ => VSphereFailure.Refused,
    };

    private static string NextOf(VSphereFailure failure) => failure switch
    {
        VSphereFailure.NotLoggedIn => "Correct \"user\" in \"vsphere\", or the password",
        VSphereFailure.Missing => "It may have been removed, or a vCenter before 8.0 U1 does not know the call",
        VSphereFailure.Busy => "Try again when it has time",
        _ => "Its own list of tasks and events says more",
    };

    private static (string? Fault, string Words) Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            ViFault? vi = JsonSerializer.Deserialize(body.Span, VCenterJson.Default.ViFault);
            if (vi?.TypeName is not null) return (vi.TypeName, vi.FaultString ?? string.Join(" ", (vi.FaultMessage ?? []).Select(static one => one.Message)));
            AutomationError? error = JsonSerializer.Deserialize(body.Span, VCenterJson.Default.AutomationError);
            return (error?.ErrorType, Shorten(string.Join(" ", (error?.Messages ?? []).Select(static one => one.DefaultMessage))));
        }
        catch (JsonException)
        {
            // A gateway's page of HTML: the status says all that is to be had.
            return (null, "");
        }
    }

    private static string Shorten(string words) => words.Length <= WordsMax ? words : words[..WordsMax] + "...";
}
