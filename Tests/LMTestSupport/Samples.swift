import LMTensor

/// Numbers between -1 and 1 that look random and are the same in every run.
public func sampleValues(_ count: Int, seed: UInt64 = 1) -> [Double] {
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  return (0..<count).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Double(state >> 11) / Double(1 << 52) - 1
  }
}

/// A tensor of ``sampleValues(_:seed:)``, rounded to its type.
public func sampleTensor(_ shape: [Int], seed: UInt64 = 1, scale: Double = 1, dtype: DType = .float32)
  -> Tensor
{
  let values = sampleValues(shape.reduce(1, *), seed: seed).map { Float($0 * scale) }
  return Tensor(values, shape: shape).converted(to: dtype)
}

/// Blocks of any bits, with scales that are finite and of about `scale`.
public func sampleBlocks(_ shape: [Int], seed: UInt64 = 1, scale: Double = 0.01, dtype: DType) -> Tensor {
  let tensor = Tensor(shape, dtype: dtype)
  let bytes = UnsafeMutableRawBufferPointer(start: tensor.pointer, count: tensor.byteCount)
  for (index, value) in sampleValues(bytes.count, seed: seed).enumerated() {
    bytes[index] = UInt8(truncatingIfNeeded: Int(value * 0x1p40) >> 7)
  }
  let scales = dtype.scaleOffsets
  for (index, value) in sampleValues(bytes.count / dtype.blockByteCount * scales.count, seed: seed + 1)
    .enumerated()
  {
    let block = index / scales.count * dtype.blockByteCount
    bytes.storeBytes(
      of: Float16(value * scale).bitPattern, toByteOffset: block + scales[index % scales.count],
      as: UInt16.self)
  }
  return tensor
}

extension DType {
  /// Where the half-precision numbers of a block are.
  public var scaleOffsets: [Int] {
    switch self {
    case .float32, .bfloat16: []
    case .float16, .q8_0, .q4_0, .q5_0, .iq4_NL: [0]
    case .q4_1, .q5_1, .q4_K, .q5_K: [0, 2]
    case .q2_K: [80, 82]
    case .q3_K: [108]
    case .q6_K: [208]
    }
  }

  /// The types of blocks.
  public static var quantized: [DType] { allCases.filter(\.isQuantized) }
}

/// The elements in double precision.
public func doubles(_ tensor: Tensor) -> [Double] { tensor.toArray().map(Double.init) }

/// Largest |a - b| relative to the largest |b| (or to 1e-12).
public func relativeError(_ a: [Double], _ b: [Double]) -> Double {
  precondition(a.count == b.count, "relativeError: \(a.count) values against \(b.count)")
  let scale = max(b.reduce(0) { max($0, abs($1)) }, 1e-12)
  var worst = 0.0
  for (x, y) in zip(a, b) {
    let difference = abs(x - y)
    if difference.isNaN { return .infinity }
    worst = max(worst, difference)
  }
  return worst / scale
}
