using System;
using System.Globalization;
using System.IO;
using System.Text;
using HpcVirt.Control.Guard.Protocol;

namespace HpcVirt.Control.Guard.Journal;

/// <summary>
/// The story for people, only ever appended to: <c>2026-01-31T18:00:00Z case 3: step 5: moving vm1 from a to b: ...</c>. Times are those of the sources: in a replay, of what is played.
/// </summary>
internal sealed class AuditLog : IDisposable
{
    private readonly FileStream? _file;
    private readonly Action<string> _say;

    /// <summary>A story.</summary>
    /// <param name="path">The file; null: the screen only.</param>
    /// <param name="say">Where it is told as well.</param>
    public AuditLog(string? path, Action<string> say)
    {
        _say = say;
        if (path is null) return;
        try
        {
            _file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0 });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ControlException(ExitCode.BadInput, $"{path} cannot be written ({e.Message.TrimEnd('.')}).", e);
        }
    }

    public void Write(Tell told)
    {
        string time = DateTimeOffset.FromUnixTimeSeconds(told.TimeS).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        string line = $"{time} {(told.CaseId == 0 ? "guard" : $"case {told.CaseId}")}: {told.Text.ReplaceLineEndings(" ")}";
        _say(line);
        _file?.Write(Encoding.UTF8.GetBytes(line + "\n"));
    }

    public void Dispose() => _file?.Dispose();
}
