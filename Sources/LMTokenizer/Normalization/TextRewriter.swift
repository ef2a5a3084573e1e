/// Collects the result of one normalization step: runs of the input that stay, and what replaces the rest.
///
/// As long as everything stays, nothing is copied. With ``Origin``s it also says, for every byte of the
/// result, which bytes of the original text it comes from.
package struct TextRewriter: ~Copyable {
  /// The bytes of the original text that a byte of a result stands for.
  package struct Origin: Sendable, Equatable {
    package var start: Int32
    package var end: Int32
  }

  let input: TextCursor
  private let inputOrigins: [Origin]?
  private var bytes: [UInt8] = []
  private var origins: [Origin] = []
  /// A run of the input that is part of the result and not copied yet.
  private var pending = 0..<0
  private var isChanged = false
  /// Where in the input the first byte of the result comes from; nil while there is none.
  private(set) var firstSource: Int?

  /// A rewriter of `input`. Where the bytes' origins are given, those of the result are recorded too.
  init(_ input: TextCursor, origins: [Origin]? = nil) {
    self.input = input
    inputOrigins = origins
  }

  /// Takes bytes of the input as they are. Ranges ascend from call to call.
  @inline(__always) mutating func keep(_ range: Range<Int>) {
    if range.lowerBound == pending.upperBound {
      pending = pending.lowerBound..<range.upperBound
    } else {
      flush()
      isChanged = true
      pending = range
    }
  }

  /// Adds bytes that stand for the bytes `source` of the input (which may be none).
  @inline(__always) mutating func emit(_ replacement: UnsafeBufferPointer<UInt8>, for source: Range<Int>) {
    flush()
    isChanged = true
    if replacement.isEmpty { return }
    noteFirst(source.lowerBound)
    bytes.append(contentsOf: replacement)
    record(replacement.count, source)
  }

  /// Adds the bytes of an array; see ``emit(_:for:)``.
  mutating func emit(_ replacement: [UInt8], for source: Range<Int>) {
    replacement.withUnsafeBufferPointer { emit($0, for: source) }
  }

  /// Adds one byte; see ``emit(_:for:)``.
  @inline(__always) mutating func emit(_ byte: UInt8, for source: Range<Int>) {
    flush()
    isChanged = true
    noteFirst(source.lowerBound)
    bytes.append(byte)
    if inputOrigins != nil { record(1, source) }
  }

  /// Adds a code point (below 0x110000); see ``emit(_:for:)``.
  mutating func emit(codePoint: UInt32, for source: Range<Int>) {
    flush()
    isChanged = true
    noteFirst(source.lowerBound)
    let before = bytes.count
    UTF8Encoding.append(codePoint, to: &bytes)
    if inputOrigins != nil { record(bytes.count - before, source) }
  }

  /// Takes away `suffix` as often as it stands at the end of what has come out so far.
  mutating func removeTrailing(_ suffix: [UInt8]) {
    flush()
    while !suffix.isEmpty, bytes.suffix(suffix.count).elementsEqual(suffix) {
      isChanged = true
      bytes.removeLast(suffix.count)
      if inputOrigins != nil { origins.removeLast(suffix.count) }
    }
  }

  /// What came out.
  package struct Result {
    /// The bytes, nil where they are those of the input.
    package let bytes: [UInt8]?
    /// The origins of the bytes, where they were asked for.
    package let origins: [Origin]?
    /// True where the result starts with what the input starts with.
    package let keepsStart: Bool
  }

  /// The result; the rewriter is used up.
  consuming func finish() -> Result {
    let keepsStart = (firstSource ?? pending.lowerBound) == 0
    if !isChanged, pending == 0..<input.count {
      return Result(bytes: nil, origins: inputOrigins, keepsStart: true)
    }
    flush()
    return Result(bytes: bytes, origins: inputOrigins == nil ? nil : origins, keepsStart: keepsStart)
  }

  private mutating func noteFirst(_ source: Int) { if firstSource == nil { firstSource = source } }

  @inline(__always) private mutating func flush() { if !pending.isEmpty { copyPending() } }

  @inline(never) private mutating func copyPending() {
    noteFirst(pending.lowerBound)
    if bytes.isEmpty { bytes.reserveCapacity(input.count + input.count / 8 + 16) }
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: input.bytes + pending.lowerBound, count: pending.count))
    if let inputOrigins { origins.append(contentsOf: inputOrigins[pending]) }
    pending = pending.upperBound..<pending.upperBound
  }

  private mutating func record(_ count: Int, _ source: Range<Int>) {
    guard let inputOrigins else { return }
    let origin: Origin
    if source.isEmpty {
      let place = source.lowerBound > 0 ? inputOrigins[source.lowerBound - 1].end : 0
      origin = Origin(start: place, end: place)
    } else {
      origin = Origin(
        start: inputOrigins[source.lowerBound].start, end: inputOrigins[source.upperBound - 1].end)
    }
    origins.append(contentsOf: repeatElement(origin, count: count))
  }
}

/// UTF-8 from code points.
enum UTF8Encoding {
  /// Appends the sequence of `codePoint`, which is below 0x110000 and no surrogate.
  @inline(__always) static func append(_ codePoint: UInt32, to bytes: inout [UInt8]) {
    func tail(_ shift: UInt32) -> UInt8 { UInt8(truncatingIfNeeded: codePoint >> shift & 0x3F | 0x80) }
    if codePoint < 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: codePoint))
    } else if codePoint < 0x800 {
      bytes.append(UInt8(truncatingIfNeeded: codePoint >> 6 | 0xC0))
      bytes.append(tail(0))
    } else if codePoint < 0x10000 {
      bytes.append(UInt8(truncatingIfNeeded: codePoint >> 12 | 0xE0))
      bytes.append(tail(6))
      bytes.append(tail(0))
    } else {
      bytes.append(UInt8(truncatingIfNeeded: codePoint >> 18 | 0xF0))
      bytes.append(tail(12))
      bytes.append(tail(6))
      bytes.append(tail(0))
    }
  }

  /// The bytes of one code point.
  static func bytes(_ codePoint: UInt32) -> [UInt8] {
    var bytes: [UInt8] = []
    append(codePoint, to: &bytes)
    return bytes
  }
}
