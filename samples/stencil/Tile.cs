namespace HpcVirt.Samples.Stencil;

/// <summary>The rectangle of the plate that one rank owns, in the plate's own row and column numbers.</summary>
public readonly record struct Tile(Block Rows, Block Columns);
