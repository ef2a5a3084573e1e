/// A pre-token of 1 … 15 bytes in two words: the bytes, zeros behind them, the length in the last byte; its
/// highest bit marks a part of a pre-token.
struct ShortPiece: Equatable {
  static let lengthLimit = 15
  /// Stands for a longer pre-token; nothing is stored for it.
  static let tooLong = ShortPiece(low: 0, high: 0)
  /// What a free place in a table holds.
  static let vacant = ShortPiece(low: .max, high: .max)

  let low: UInt64
  let high: UInt64

  private init(low: UInt64, high: UInt64) {
    self.low = low
    self.high = high
  }

  /// What is kept of the two words.
  struct Mask {
    let low: UInt64
    let high: UInt64
  }

  /// The masks of the two words for every length from 0 to 15. They live as long as the program.
  nonisolated(unsafe) static let masks: UnsafePointer<Mask> = {
    let masks = UnsafeMutablePointer<Mask>.allocate(capacity: lengthLimit + 1)
    for length in 0...lengthLimit {
      let bits = 8 * length
      let low = bits >= 64 ? UInt64.max : (1 << UInt64(bits)) - 1
      let high = bits > 64 ? (1 << UInt64(bits - 64)) - 1 : UInt64(0)
      (masks + length).initialize(to: Mask(low: low, high: high))
    }
    return UnsafePointer(masks)
  }()

  /// Reads 16 bytes at `bytes`, all of which must be readable; `length` is in 1 … 15.
  ///
  /// Without a branch on the length, which no processor can predict.
  @inline(__always) init(
    wide bytes: UnsafePointer<UInt8>, length: Int, masks: UnsafePointer<Mask>
  ) {
    let raw = UnsafeRawPointer(bytes)
    let mask = masks[length]
    low = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self)) & mask.low
    let second = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)) & mask.high
    high = second | UInt64(truncatingIfNeeded: length) &<< 56
  }

  /// Reads no more than the `length` bytes, 1 … 15, by loads that overlap.
  @inline(__always) init(exact bytes: UnsafePointer<UInt8>, length: Int) {
    let raw = UnsafeRawPointer(bytes)
    func load<Word: FixedWidthInteger>(_ offset: Int, _: Word.Type) -> UInt64 {
      UInt64(truncatingIfNeeded: Word(littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: Word.self)))
    }
    let tag = UInt64(truncatingIfNeeded: length) &<< 56
    if length >= 8 {
      let last = load(length &- 8, UInt64.self)
      low = load(0, UInt64.self)
      high = (length == 8 ? 0 : last &>> UInt64(truncatingIfNeeded: 8 &* (16 &- length))) | tag
    } else if length >= 4 {
      low =
        load(0, UInt32.self) | load(length &- 4, UInt32.self)
        &<< UInt64(truncatingIfNeeded: 8 &* (length &- 4))
      high = tag
    } else {
      let middle = UInt64(bytes[length &>> 1]) &<< UInt64(truncatingIfNeeded: 8 &* (length &>> 1))
      low =
        UInt64(bytes[0]) | middle | UInt64(bytes[length &- 1])
        &<< UInt64(truncatingIfNeeded: 8 &* (length &- 1))
      high = tag
    }
  }

  /// Reads no more than `length` bytes.
  init(narrow bytes: UnsafePointer<UInt8>, length: Int) {
    var words: (UInt64, UInt64) = (0, UInt64(length) << 56)
    for index in 0..<length {
      let byte = UInt64(bytes[index])
      if index < 8 {
        words.0 |= byte << UInt64(8 * index)
      } else {
        words.1 |= byte << UInt64(8 * (index - 8))
      }
    }
    (low, high) = words
  }

  /// The same bytes as a part of a pre-token: what merging gives, even where they are a token as a whole.
  var asPart: ShortPiece { ShortPiece(low: low, high: high | 1 << 63) }

  /// 0 where the two are equal.
  @inline(__always) func difference(_ other: ShortPiece) -> UInt64 { (low ^ other.low) | (high ^ other.high) }

  /// A hash whose highest bits are the best.
  @inline(__always) var hash: UInt64 { (low ^ (high &* 0xFF51_AFD7_ED55_8CCD)) &* 0x9E37_79B9_7F4A_7C15 }
}
