import CLMKernels

/// How the elements of a tensor are stored.
public enum DType: Sendable, Equatable {
  /// IEEE single precision, 4 bytes.
  case float32
  /// The upper half of a single: 8 bits of exponent, 8 of precision, 2 bytes.
  case bfloat16

  /// Bytes of one element.
  public var byteCount: Int { self == .float32 ? 4 : 2 }

  /// The name of this type in the kernels.
  public var kernelType: lm_type { self == .float32 ? LM_F32 : LM_BF16 }
}
