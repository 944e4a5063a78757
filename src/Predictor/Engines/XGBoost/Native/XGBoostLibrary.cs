using System.Runtime.InteropServices;

namespace HpcVirt.Predictor.Engines.XGBoost.Native;

/// <summary>The C API of XGBoost, as Debian's libxgboost0 (1.7) has it. Only training is done there; scoring is managed.</summary>
internal static partial class XGBoostLibrary
{
    public const string FileName = "libxgboost.so.0";

    /// <summary>Why the library cannot be used, or null.</summary>
    public static string? Problem()
    {
        // OpenMP's threads would spin between the rounds, ten times the work itself; it reads this once, when the library is loaded.
        _ = SetEnvironment("OMP_WAIT_POLICY", "PASSIVE", 0);
        if (!NativeLibrary.TryLoad(FileName, out nint handle)) return $"the library {FileName} is not installed; on Debian: apt-get install libxgboost0";
        return NativeLibrary.TryGetExport(handle, nameof(XGBoosterSaveModelToBuffer), out _) ? null : $"the library {FileName} is older than 1.6; install a newer one";
    }

    public static string Version()
    {
        XGBoostVersion(out int major, out int minor, out int patch);
        return $"{major}.{minor}.{patch}";
    }

    public static void Check(int status)
    {
        if (status != 0) throw new PredictorException($"XGBoost refuses: {Marshal.PtrToStringUTF8(XGBGetLastError())?.Split('\n')[0]} Check the data and the settings of training.");
    }

    [LibraryImport(FileName)]
    public static partial int XGDMatrixCreateFromMat(ref readonly float data, ulong rows, ulong columns, float missing, out DMatrixHandle matrix);

    [LibraryImport(FileName, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGDMatrixSetFloatInfo(DMatrixHandle matrix, string field, ref readonly float values, ulong count);

    [LibraryImport(FileName)]
    public static partial int XGBoosterCreate(ref readonly nint matrices, ulong count, out BoosterHandle booster);

    [LibraryImport(FileName, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterSetParam(BoosterHandle booster, string name, string value);

    [LibraryImport(FileName)]
    public static partial int XGBoosterUpdateOneIter(BoosterHandle booster, int iteration, DMatrixHandle matrix);

    [LibraryImport(FileName, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int XGBoosterSaveModelToBuffer(BoosterHandle booster, string configuration, out ulong length, out nint bytes);

    [LibraryImport(FileName)]
    public static partial int XGBoosterPredict(BoosterHandle booster, DMatrixHandle matrix, int optionMask, uint treeLimit, int isTraining, out ulong length, out nint results);

    [LibraryImport(FileName)]
    public static partial int XGDMatrixFree(nint matrix);

    [LibraryImport(FileName)]
    public static partial int XGBoosterFree(nint booster);

    [LibraryImport(FileName)]
    private static partial nint XGBGetLastError();

    [LibraryImport(FileName)]
    private static partial void XGBoostVersion(out int major, out int minor, out int patch);

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
