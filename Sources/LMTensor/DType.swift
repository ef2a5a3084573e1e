import CLMKernels

/// How the elements of a tensor are stored.
///
/// Activations, gradients and what is trained are float32 or bfloat16. Weights that are only read may lie in any
/// type: half precision, or blocks of small integers with a scale, byte for byte as ggml lays them out (GGUF files).
public enum DType: String, Sendable, Equatable, CaseIterable {
  /// IEEE single precision, 4 bytes.
  case float32 = "F32"
  /// The upper half of a single: 8 bits of exponent, 8 of precision, 2 bytes.
  case bfloat16 = "BF16"
  /// IEEE half precision: 5 bits of exponent, 11 of precision, 2 bytes.
  case float16 = "F16"
  /// Blocks of 32: a half-precision scale, 8 bits each; 8.5 bits per element.
  case q8_0 = "Q8_0"
  /// Blocks of 32: a scale, 4 bits each; 4.5 bits per element.
  case q4_0 = "Q4_0"
  /// Blocks of 32: a scale and an offset, 4 bits each; 5 bits per element.
  case q4_1 = "Q4_1"
  /// Blocks of 32: a scale, 5 bits each; 5.5 bits per element.
  case q5_0 = "Q5_0"
  /// Blocks of 32: a scale and an offset, 5 bits each; 6 bits per element.
  case q5_1 = "Q5_1"
  /// Blocks of 256 in 16 parts with a scale and an offset of 4 bits, 2 bits each; 2.625 bits per element.
  case q2_K = "Q2_K"
  /// Blocks of 256 in 16 parts with a scale of 6 bits, 3 bits each; 3.4375 bits per element.
  case q3_K = "Q3_K"
  /// Blocks of 256 in 8 parts with a scale and an offset of 6 bits, 4 bits each; 4.5 bits per element.
  case q4_K = "Q4_K"
  /// Blocks of 256 in 8 parts with a scale and an offset of 6 bits, 5 bits each; 5.5 bits per element.
  case q5_K = "Q5_K"
  /// Blocks of 256 in 16 parts with a scale of 8 bits, 6 bits each; 6.5625 bits per element.
  case q6_K = "Q6_K"
  /// Blocks of 32: a scale, 4 bits each that stand for one of 16 uneven steps; 4.5 bits per element.
  case iq4_NL = "IQ4_NL"

  /// Elements of a block: 1 where each stands alone. Rows of a tensor are whole blocks.
  public var blockSize: Int { lm_block_of(weightType).elements }
  /// Bytes of a block.
  public var blockByteCount: Int { lm_block_of(weightType).bytes }
  /// Whether elements come in blocks with a scale.
  public var isQuantized: Bool { blockSize > 1 }

  /// Bytes of one element.
  /// - Precondition: elements stand alone; of blocks see ``byteCount(of:)``.
  public var byteCount: Int {
    precondition(!isQuantized, "DType.byteCount: elements of \(rawValue) come in blocks of \(blockSize)")
    return blockByteCount
  }

  /// Bytes of `elements` elements, whole blocks of them.
  public func byteCount(of elements: Int) -> Int {
    let block = lm_block_of(weightType)
    precondition(
      elements % block.elements == 0,
      "DType.byteCount: \(elements) elements are not whole blocks of \(rawValue), \(block.elements) each")
    return elements / block.elements * block.bytes
  }

  /// The name of this type in kernels that compute: float32 or bfloat16 only.
  public var kernelType: lm_type {
    precondition(
      self == .float32 || self == .bfloat16, "this operation takes float32 or bfloat16, not \(rawValue)")
    return self == .float32 ? LM_F32 : LM_BF16
  }

  /// The name of this type in kernels that read weights.
  public var weightType: lm_type {
    switch self {
    case .float32: LM_F32
    case .bfloat16: LM_BF16
    case .float16: LM_F16
    case .q8_0: LM_Q8_0
    case .q4_0: LM_Q4_0
    case .q4_1: LM_Q4_1
    case .q5_0: LM_Q5_0
    case .q5_1: LM_Q5_1
    case .q2_K: LM_Q2_K
    case .q3_K: LM_Q3_K
    case .q4_K: LM_Q4_K
    case .q5_K: LM_Q5_K
    case .q6_K: LM_Q6_K
    case .iq4_NL: LM_IQ4_NL
    }
  }
}
