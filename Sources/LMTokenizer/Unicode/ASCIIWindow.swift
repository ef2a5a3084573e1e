/// 64 bytes of text as bit masks: bit i answers for byte `start + i`.
///
/// Where a word ends is then one shift and one count of zeros, so the wait from one pre-token to the next is
/// a few cycles, while the masks themselves are computed many bytes at a time without waiting for anything.
struct ASCIIWindow {
  /// Bytes that a window shows.
  static let size = 64
  /// A window is moved when the pre-token begins beyond this: 24 bytes are enough for most words.
  private static let lastOffset = 40

  private(set) var letters: UInt64 = 0
  private(set) var spaces: UInt64 = 0
  private(set) var capitals: UInt64 = 0
  private var start = Int.min / 2

  /// The offset of `index` in the window, which is moved there when little of it is left. The text must have
  /// ``size`` bytes from `index` on.
  @inline(__always) mutating func offset(of index: Int, in text: TextCursor, capitals: Bool) -> Int {
    let offset = index &- start
    if offset <= Self.lastOffset { return offset }
    load(text.bytes + index, capitals: capitals)
    start = index
    return 0
  }

  /// How many letters in a row begin at `offset`; what is beyond the window does not count.
  @inline(__always) func letterRun(_ offset: Int) -> Int {
    (~(letters &>> UInt64(truncatingIfNeeded: offset))).trailingZeroBitCount
  }

  /// 1 where the byte at `offset` is a space (U+0020), else 0.
  @inline(__always) func space(_ offset: Int) -> Int {
    Int(truncatingIfNeeded: spaces &>> UInt64(truncatingIfNeeded: offset)) & 1
  }

  @inline(__always) private mutating func load(_ bytes: UnsafePointer<UInt8>, capitals wantsCapitals: Bool) {
    letters = 0
    spaces = 0
    capitals = 0
    for part in 0..<8 {
      let word = ASCIIWord(bytes + 8 &* part)
      let shift = UInt64(truncatingIfNeeded: 8 &* part)
      letters |= ASCIIWord.gather(word.letters) &<< shift
      spaces |= ASCIIWord.gather(word.spaces) &<< shift
      if wantsCapitals { capitals |= ASCIIWord.gather(word.capitals) &<< shift }
    }
  }
}

/// Eight bytes of text in one register, tested all at once. A byte's answer is its highest bit.
struct ASCIIWord {
  private let bits: UInt64
  private static let high: UInt64 = 0x8080_8080_8080_8080
  private static let low7: UInt64 = 0x7F7F_7F7F_7F7F_7F7F

  @inline(__always) init(_ bytes: UnsafePointer<UInt8>) {
    bits = UInt64(littleEndian: UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self))
  }

  /// The bytes that are `a…z` or `A…Z`. No sum carries into the next byte: the largest is 0x7F + 0x1F.
  @inline(__always) var letters: UInt64 {
    let folded = (bits | 0x2020_2020_2020_2020) & Self.low7
    let fromA = folded &+ 0x1F1F_1F1F_1F1F_1F1F
    let beyondZ = folded &+ 0x0505_0505_0505_0505
    return fromA & ~beyondZ & ~bits & Self.high
  }

  /// The bytes that are `A…Z`: letters with bit 5 clear.
  @inline(__always) var capitals: UInt64 { letters & ~(bits &<< 2) }

  /// The bytes that are U+0020. A byte other than zero carries into its highest bit.
  @inline(__always) var spaces: UInt64 {
    let different = bits ^ 0x2020_2020_2020_2020
    return ~(((different & Self.low7) &+ Self.low7) | different) & Self.high
  }

  /// The eight answers in the lowest eight bits: the product moves the answer of byte i to bit 56 + i.
  @inline(__always) static func gather(_ answers: UInt64) -> UInt64 {
    ((answers &>> 7) &* 0x0102_0408_1020_4080) &>> 56
  }
}
