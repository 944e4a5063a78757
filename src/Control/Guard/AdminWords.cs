using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using HpcVirt.Control.Guard.Configuration;
using HpcVirt.Control.Guard.Protocol;

namespace HpcVirt.Control.Guard;

/// <summary>
/// What administrators tell the guard, one small file each in <c>STATE/words</c>: the guard takes it in at its next judgement and removes it, and it waits there while no guard runs.
/// The journal has one writer only.
/// </summary>
public static class AdminWords
{
    private const int FileBytesMax = 4096;
    private const int FilesMax = 1000;

    /// <summary>Says that a host was checked.</summary>
    /// <param name="config">The guard's configuration.</param>
    /// <param name="host">The host.</param>
    /// <param name="isFaulty">What was found.</param>
    /// <param name="by">Who has looked.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ControlException">There is no such host, or the word could not be written.</exception>
    public static void SayChecked(GuardConfig config, string host, bool isFaulty, string by, TimeProvider time)
    {
        if (!config.NodeOf.ContainsKey(host)) throw new ControlException(ExitCode.Usage, $"There is no host '{host}' in the guard's configuration; there are {string.Join(", ", config.NodeOf.Keys)}.");
        string file = Path.Combine(config.StateDirectory, "words", $"{time.GetUtcNow().UtcTicks}-{Environment.ProcessId}");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file + ".part", JsonSerializer.SerializeToUtf8Bytes(new Word(host, isFaulty, by)));
            File.Move(file + ".part", file + ".json");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ControlException(ExitCode.BadInput, $"{file}.json cannot be written ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>The words that wait, the oldest first; what is none is set aside under another name.</summary>
    internal static IReadOnlyList<HostChecked> Waiting(string stateDirectory)
    {
        string folder = Path.Combine(stateDirectory, "words");
        if (!Directory.Exists(folder)) return [];
        var words = new List<HostChecked>();
        foreach (string file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).Take(FilesMax).ToArray())
        {
            try
            {
                if (new FileInfo(file).Length > FileBytesMax) throw new JsonException("it is too long");
                Word word = JsonSerializer.Deserialize<Word>(File.ReadAllBytes(file)) ?? throw new JsonException("it is empty");
                words.Add(new HostChecked(word.Host ?? "", word.IsFaulty, word.By ?? "somebody", file));
            }
            catch (JsonException)
            {
                File.Move(file, file + ".bad", overwrite: true);
            }
        }

        return words;
    }

    private sealed record Word(string? Host, bool IsFaulty, string? By);
}
