/// xoshiro256** seeded by SplitMix64 (Blackman and Vigna, "Scrambled Linear Pseudorandom Number
/// Generators", arXiv 1805.01407): integer arithmetic only, so one seed gives one corpus on every platform.
package struct RandomStream {
  private var a: UInt64
  private var b: UInt64
  private var c: UInt64
  private var d: UInt64

  package init(seed: UInt64) {
    var state = seed
    func splitMix() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    (a, b, c, d) = (splitMix(), splitMix(), splitMix(), splitMix())
  }

  /// Next 64 random bits.
  package mutating func next() -> UInt64 {
    let rotated = rotate(b &* 5, 7) &* 9
    let shifted = b << 17
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= shifted
    d = rotate(d, 45)
    return rotated
  }

  /// An integer in `0..<bound`, each equally likely (Lemire's multiplication with rejection, arXiv 1805.10941).
  package mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0, "below: bound \(bound) must be positive")
    let range = UInt64(bound)
    let biased = (0 &- range) % range
    while true {
      let product = next().multipliedFullWidth(by: range)
      if product.low >= biased { return Int(product.high) }
    }
  }

  private func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 {
    (value << count) | (value >> (64 - count))
  }
}
