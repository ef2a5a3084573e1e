import CIntrinsics

/// 64 bytes of text, the first of which begins a pre-token, as bit masks of classes: bit i answers for byte i.
///
/// Where pre-tokens start is then a few operations on masks for all of them at once, instead of a search for
/// the end of one after the other.
struct ASCIIWindow {
  /// Bytes that a window shows.
  static let size = 64

  let masks: lm_byte_masks
  /// ASCII characters that are no letter, no digit and no white space.
  let symbols: UInt64
  /// Bytes before the first one beyond ASCII.
  let count: Int

  /// The window at `bytes`, of which 64 must be readable.
  @inline(__always) init(_ bytes: UnsafePointer<UInt8>) {
    masks = lm_masks_of_64_bytes(bytes)
    symbols = ~(masks.letters | masks.digits | masks.whites | masks.others)
    count = masks.others.trailingZeroBitCount
  }

  /// The `count` lowest bits, 0 … 64.
  @inline(__always) static func lowest(_ count: Int) -> UInt64 {
    count >= 64 ? .max : bit(count) &- 1
  }

  /// Bit `index`, 0 … 63.
  @inline(__always) static func bit(_ index: Int) -> UInt64 { 1 &<< UInt64(truncatingIfNeeded: index) }

  /// Calls `body` with the index of every bit of `bits`, the lowest first, until it returns false.
  @inline(__always) static func forEachBit(_ bits: UInt64, _ body: (Int) -> Bool) {
    var bits = bits
    while bits != 0 {
      if !body(bits.trailingZeroBitCount) { return }
      bits &= bits &- 1
    }
  }
}
