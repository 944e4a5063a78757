using System;
using HpcVirt.Control.Processes;

namespace HpcVirt.Control.Logging;

/// <summary>The supervisor's own words: lines for people on standard error, marked <c>hpcvirt:</c>, and events for programs in a file.</summary>
internal sealed class JobLog(JobStream lines, EventLog? events)
{
    private const string Prefix = "hpcvirt: ";

    /// <summary>Writes a line for people.</summary>
    public void Say(string sentence) => lines.WriteLine(Prefix + sentence.ReplaceLineEndings("\n" + Prefix));

    /// <summary>Records an event for programs.</summary>
    public void Record(string name, params ReadOnlySpan<(string Name, object? Value)> fields) => events?.Write(name, fields);
}
