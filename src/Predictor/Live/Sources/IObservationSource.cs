using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace HpcVirt.Predictor.Live.Sources;

/// <summary>Where observations come from. A source is asked again and again; one that hangs is given up for that time, and its nodes fall silent rather than healthy.</summary>
public interface IObservationSource
{
    /// <summary>The source's name, for messages.</summary>
    string Name { get; }

    /// <summary>What the source has seen since it was asked last.</summary>
    /// <param name="timeS">Now, in seconds since 1970.</param>
    /// <param name="cancellation">Ends the asking.</param>
    Task<IReadOnlyList<Observation>> AskAsync(long timeS, CancellationToken cancellation);
}

/// <summary>Asks sources, each within a deadline of its own.</summary>
public sealed class SourcePoller(IReadOnlyList<IObservationSource> sources, TimeSpan deadline, TimeProvider clock)
{
    private readonly Dictionary<IObservationSource, Task<IReadOnlyList<Observation>>> _hanging = [];

    /// <summary>What went wrong when sources were asked last, in one line each.</summary>
    public IReadOnlyList<string> Troubles { get; private set; } = [];

    /// <summary>Asks all sources at once.</summary>
    /// <param name="timeS">Now, in seconds since 1970.</param>
    public async Task<IReadOnlyList<Observation>> AskAsync(long timeS)
    {
        var troubles = new List<string>();
        var seen = new List<Observation>();
        var asked = new List<(IObservationSource Source, Task<IReadOnlyList<Observation>> Task)>();
        using var cancellation = new CancellationTokenSource(deadline, clock);
        foreach (IObservationSource source in sources)
        {
            // A probe that hangs in the kernel cannot be cancelled; a second one beside it would hang as well.
            if (_hanging.TryGetValue(source, out Task<IReadOnlyList<Observation>>? old) && !old.IsCompleted)
            {
                troubles.Add($"{source.Name}: still hanging; nothing is known from it");
                continue;
            }

            _hanging.Remove(source);
            // On a thread of the pool: a read of a hung device blocks, whatever its signature says.
            asked.Add((source, Task.Run(() => source.AskAsync(timeS, cancellation.Token), CancellationToken.None)));
        }

        foreach ((IObservationSource source, Task<IReadOnlyList<Observation>> task) in asked)
        {
            try
            {
                seen.AddRange(await task.WaitAsync(deadline, clock));
            }
            catch (TimeoutException)
            {
                _hanging[source] = task;
                troubles.Add($"{source.Name}: no answer within {deadline.TotalSeconds:0.#} s; nothing is known from it");
            }
            catch (OperationCanceledException)
            {
                troubles.Add($"{source.Name}: no answer within {deadline.TotalSeconds:0.#} s; nothing is known from it");
            }
            catch (Exception error)
            {
                // Whatever a source dies of, the others go on.
                troubles.Add($"{source.Name}: {error.Message}");
            }
        }

        Troubles = troubles;
        seen.Sort(static (a, b) => a.TimeS.CompareTo(b.TimeS));
        return seen;
    }
}
