/// The symbols of a pattern for every character of a text: a table of ASCII, and a two-stage table.
final class SymbolTable: @unchecked Sendable {
  private static let blockBits = 7

  /// The symbol of each code point of block `codePoint >> 7`; block 0 is ASCII.
  let values: UnsafeMutablePointer<UInt8>
  let blocks: UnsafeMutablePointer<UInt16>
  /// The symbol of a byte that is no UTF-8.
  let invalid: UInt8

  /// - Complexity: O(intervals of the alphabet + 8,704 blocks).
  init(_ alphabet: PatternAlphabet) {
    let size = 1 << Self.blockBits
    let blockCount = CodePointTable.codePointCount / size
    let blocks = UnsafeMutablePointer<UInt16>.allocate(capacity: blockCount)
    self.blocks = blocks
    var stored: [UInt8] = []
    /// The first block of each hash.
    var numbers: [UInt64: UInt16] = [:]
    /// The numbers of blocks of one symbol, which almost all blocks are.
    var uniform: [UInt16?] = Array(repeating: nil, count: 256)
    var block: [UInt8] = []
    var filled = 0
    func number(_ block: [UInt8]) -> UInt16 {
      let hash = block.withUnsafeBufferPointer { ByteHash.hash($0) }
      let known = numbers[hash]
      if let known, stored[Int(known) * size..<(Int(known) + 1) * size].elementsEqual(block) { return known }
      let number = UInt16(stored.count / size)
      stored += block
      numbers[hash] = known ?? number
      return number
    }
    func append(_ number: UInt16, _ count: Int) {
      for position in filled..<filled + count { blocks[position] = number }
      filled += count
    }
    alphabet.forEachInterval { interval, symbol in
      var left = interval.count
      while left > 0 {
        if block.isEmpty, left >= size {
          let whole = left / size
          let known = uniform[Int(symbol)] ?? number(Array(repeating: symbol, count: size))
          uniform[Int(symbol)] = known
          append(known, whole)
          left -= whole * size
          continue
        }
        let part = min(left, size - block.count)
        block.append(contentsOf: repeatElement(symbol, count: part))
        left -= part
        if block.count == size {
          append(number(block), 1)
          block.removeAll(keepingCapacity: true)
        }
      }
    }
    values = .allocate(capacity: stored.count)
    values.initialize(from: stored, count: stored.count)
    invalid = alphabet.symbol(of: CodePointSet.invalidByte)
  }

  deinit {
    values.deallocate()
    blocks.deallocate()
  }

  /// The symbol of the character at `index` (`< count`) and its length in bytes.
  @inline(__always) func symbol(at index: Int, in text: TextCursor) -> (symbol: Int, length: Int) {
    let lead = text.bytes[index]
    if lead < 0x80 { return (Int(values[Int(lead)]), 1) }
    let (codePoint, length) = UTF8Decoding.decode(text.bytes + index, available: text.count - index)
    if length == 0 { return (Int(invalid), 1) }
    let block = Int(blocks[codePoint >> Self.blockBits]) << Self.blockBits
    return (Int(values[block | codePoint & 127]), length)
  }

  /// The symbol of the character that ends at `index` (`> 0`).
  ///
  /// A well-formed sequence that ends there is a character, for no other one can begin before it and reach
  /// into it; where there is none the byte stands alone.
  func symbol(before index: Int, in text: TextCursor) -> Int {
    let last = text.bytes[index - 1]
    if last < 0x80 { return Int(values[Int(last)]) }
    for length in 2...4 where length <= index {
      let (symbol, found) = symbol(at: index - length, in: text)
      if found == length { return symbol }
    }
    return Int(invalid)
  }
}
