namespace HpcVirt.Control.Protocol;

/// <summary>What makes two failures of a program the same failure.</summary>
internal readonly record struct FailureSignature(string ExceptionType, string Message, long Step);
