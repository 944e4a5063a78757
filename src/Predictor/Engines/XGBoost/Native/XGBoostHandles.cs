using Microsoft.Win32.SafeHandles;

namespace HpcVirt.Predictor.Engines.XGBoost.Native;

/// <summary>A matrix of XGBoost.</summary>
internal sealed class DMatrixHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => XGBoostLibrary.XGDMatrixFree(handle) == 0;
}

/// <summary>A booster of XGBoost.</summary>
internal sealed class BoosterHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => XGBoostLibrary.XGBoosterFree(handle) == 0;
}
