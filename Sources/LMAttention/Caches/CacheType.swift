import CLMKernels
import LMTensor

/// How a cache stores keys and values.
public enum CacheType: String, Sendable, Equatable, CaseIterable {
  /// Single precision: what was computed in it, bit by bit.
  case float32
  /// Rounded to 8 bits of precision.
  case bfloat16
  /// One byte per number and a float32 scale s = max |x| / 127 for each row of a head: every number is at
  /// most s / 2 away from what it was. A score then moves by at most scale · ‖q‖₁ · s / 2, and a result of
  /// attention, a mean of values, by at most the largest s / 2 among them more.
  case int8

  /// The type that keeps numbers of `dtype` as they are.
  public init(_ dtype: DType) { self = dtype == .float32 ? .float32 : .bfloat16 }

  /// Its name in the kernels.
  var kernelType: lm_cached {
    switch self {
    case .float32: LM_CACHED_F32
    case .bfloat16: LM_CACHED_BF16
    case .int8: LM_CACHED_INT8
    }
  }

  /// Bytes of one number.
  public var elementBytes: Int {
    switch self {
    case .float32: 4
    case .bfloat16: 2
    case .int8: 1
    }
  }
}
