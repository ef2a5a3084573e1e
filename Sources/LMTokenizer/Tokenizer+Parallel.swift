import LMRuntime

extension Tokenizer {
  /// Bytes of text that are worth a part of their own.
  static let parallelPartSize = 128 << 10

  /// Encodes the parts of a text between neighbouring `cuts`, which must be such that the ids are those of the whole.
  func encodeInParallel(
    _ cuts: [Int], _ threads: ThreadPool, _ output: inout TokenBuffer,
    encode: (Range<Int>, inout TokenBuffer) -> Void
  ) {
    let results = UnsafeMutablePointer<[Int32]>.allocate(capacity: cuts.count)
    results.initialize(repeating: [], count: cuts.count)
    defer {
      results.deinitialize(count: cuts.count)
      results.deallocate()
    }
    threads.run(cuts.count - 1) { part, _ in
      let range = cuts[part]..<cuts[part + 1]
      results[part] = TokenBuffer.array(estimate: range.count / 3) { encode(range, &$0) }
    }
    // Where the ids of each part go; the parts are copied by all threads, too.
    var starts = [output.count]
    for part in 0..<cuts.count - 1 { starts.append((starts.last ?? 0) + results[part].count) }
    let total = starts.last ?? output.count
    output.reserve(total - output.count)
    let base = output.base
    threads.run(cuts.count - 1) { part, _ in
      results[part].withUnsafeBufferPointer { ids in
        if let source = ids.baseAddress { (base + starts[part]).update(from: source, count: ids.count) }
      }
      results[part] = []
    }
    output.count = total
  }

  /// Where a normalized text may be cut for the general way: where the pre-tokenizer cuts whatever stands around, or,
  /// without one, where no token of the model can lie on both sides. The text's two ends are included.
  ///
  /// A unigram model without pre-tokenizer has no such places: its sums, and with them their rounding, begin at the
  /// start of the text.
  func pieceCuts(_ text: TextCursor) -> [Int] {
    if preTokenizer.steps.isEmpty {
      guard let table = model.cuts else { return [0, text.count] }
      return text.cuts(every: Self.parallelPartSize) { text.cut(atOrAfter: $0, table) }
    }
    guard preTokenizer.steps.allSatisfy(\.cutsAtSpaces) else { return [0, text.count] }
    return text.cuts(every: Self.parallelPartSize) { text.spaceBehindASCII(atOrAfter: $0) }
  }
}

extension PreTokenizer {
  /// True where a text can be cut before a space that follows a visible ASCII character, without a change of pieces.
  fileprivate var cutsAtSpaces: Bool {
    switch self {
    case .bert, .whitespace, .whitespaceSplit: true
    case .metaspace(let metaspace): metaspace.splits
    default: false
    }
  }
}

extension TextCursor {
  /// The text's two ends, and between them a place `next` of every `size` bytes.
  func cuts(every size: Int, next: (Int) -> Int) -> [Int] {
    var cuts = [0]
    while let last = cuts.last, count - last >= 2 * size {
      let cut = next(last + size)
      if cut >= count { break }
      cuts.append(cut)
    }
    return cuts + [count]
  }

  fileprivate func spaceBehindASCII(atOrAfter index: Int) -> Int {
    var index = max(1, index)
    while index < count, !(bytes[index] == 0x20 && bytes[index - 1] > 0x20 && bytes[index - 1] < 0x7F) {
      index += 1
    }
    return index
  }

  /// The first place behind `index` where `table` allows a cut.
  fileprivate func cut(atOrAfter index: Int, _ table: CutTable) -> Int {
    var index = index
    // A byte that continues nothing begins a character, whatever stands before it.
    while index < count, bytes[index] & 0xC0 == 0x80 { index += 1 }
    guard index < count else { return count }
    var (codePoint, length) = self.codePoint(index)
    index += length
    while index < count {
      let next = self.codePoint(index)
      if table.allowsCut(codePoint, next.codePoint) { return index }
      (codePoint, length) = next
      index += length
    }
    return count
  }
}
