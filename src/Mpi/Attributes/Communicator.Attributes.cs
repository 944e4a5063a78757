namespace MPI;

/// <summary>Values that programs and libraries attach to communicators.</summary>
public abstract partial class Communicator
{
    private AttributeSet? _attributes;

    /// <summary>The attributes of this communicator. They belong to this process; a clone gets what each attribute's rule says.</summary>
    public AttributeSet Attributes => _attributes ??= new AttributeSet();

    private void DuplicateAttributesTo(Communicator clone)
    {
        if (_attributes is not null)
            clone.Attributes.DuplicateFrom(_attributes);
    }
}
