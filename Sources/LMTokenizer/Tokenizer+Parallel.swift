import LMRuntime

extension Tokenizer {
  /// Bytes of text that are worth a part of their own.
  static let parallelPartSize = 128 << 10

  /// Encodes a text in parts that start where every pattern starts a pre-token, so that the ids are those of
  /// the whole.
  func encodeInParallel(_ text: TextCursor, _ threads: ThreadPool, _ output: inout TokenBuffer) {
    let cuts = pattern == nil ? [0, text.count] : text.safeCuts(every: Self.parallelPartSize)
    let results = UnsafeMutablePointer<[Int32]>.allocate(capacity: cuts.count)
    results.initialize(repeating: [], count: cuts.count)
    defer {
      results.deinitialize(count: cuts.count)
      results.deallocate()
    }
    threads.run(cuts.count - 1) { part, _ in
      results[part] = encodePart(text, cuts[part]..<cuts[part + 1])
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

  /// The ids of `range`, with the rest of the text in view.
  private func encodePart(_ text: TextCursor, _ range: Range<Int>) -> [Int32] {
    TokenBuffer.array(estimate: range.count / 3) { ids in
      bytePool?.withEncoder { $0.encode(text, range, pattern: pattern, into: &ids) }
    }
  }
}
