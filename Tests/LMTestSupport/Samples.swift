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
