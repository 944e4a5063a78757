using System.Collections.Generic;

namespace HpcVirt.Predictor.Data;

/// <summary>Names and the small numbers that stand for them, in the order of their first appearance.</summary>
internal sealed class NameTable
{
    private readonly Dictionary<string, int> _indices = [];
    private readonly List<string> _names = [];

    public int Count => _names.Count;

    public IReadOnlyList<string> Names => _names;

    public string this[int index] => _names[index];

    public int IndexOf(string name)
    {
        if (_indices.TryGetValue(name, out int index)) return index;
        index = _names.Count;
        _indices.Add(name, index);
        _names.Add(name);
        return index;
    }

    public int? Find(string name) => _indices.TryGetValue(name, out int index) ? index : null;
}
