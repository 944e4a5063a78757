using System.Collections.Generic;
using System.Linq;

namespace HpcVirt.Control.Supervision;

/// <summary>
/// Which hosts do not answer, decided from rounds of asking all of them. A host is absent when it did not answer in so many rounds in a row while
/// another one did: where none answers, it is the question that gets nowhere, and says nothing about hosts.
/// </summary>
internal sealed class HostRoll(int rounds)
{
    private readonly Dictionary<string, int> _missed = [];

    /// <summary>Takes the answers of one round: true for an answer, false for none, null when the host could not be asked.</summary>
    /// <returns>The hosts that are absent from this round on; each is named once.</returns>
    public IReadOnlyList<string> Take(IReadOnlyDictionary<string, bool?> answers)
    {
        if (!answers.Values.Contains(true)) return [];
        var absent = new List<string>();
        foreach ((string host, bool? answer) in answers)
        {
            _missed[host] = answer == false ? _missed.GetValueOrDefault(host) + 1 : 0;
            if (_missed[host] == rounds) absent.Add(host);
        }

        return absent;
    }
}
