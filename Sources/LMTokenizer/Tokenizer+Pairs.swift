import LMRuntime

extension Tokenizer {
  /// Two texts as one sequence, with the type of every id.
  public struct PairEncoding: Sendable, Equatable {
    /// The ids.
    public var ids: [Int32]
    /// 0 or 1 for each id: usually the text that it belongs to.
    public var typeIDs: [Int32]

    /// The given ids, with as many types.
    public init(ids: [Int32], typeIDs: [Int32]) {
      self.ids = ids
      self.typeIDs = typeIDs
    }
  }

  /// The ids of two texts, joined as ``SequenceTemplate/pairParts`` say.
  /// - Throws: ``LMError`` where a special token is refused, or a text has 2 GiB or more.
  public func encode(
    _ first: String, _ second: String, specials: SpecialTokenPolicy = .asText, addSpecialTokens: Bool = true
  ) throws(LMError) -> PairEncoding {
    let texts = [
      try encode(first, specials: specials, addSpecialTokens: false),
      try encode(second, specials: specials, addSpecialTokens: false),
    ]
    var result = PairEncoding(ids: [], typeIDs: [])
    for part in template.pairParts {
      switch part {
      case .text(let text, let type):
        result.ids += texts[text]
        result.typeIDs += repeatElement(type, count: texts[text].count)
      case .token(let id, let type):
        guard addSpecialTokens else { continue }
        result.ids.append(id)
        result.typeIDs.append(type)
      }
    }
    return result
  }

  /// The ids of many texts, shared among threads.
  /// - Returns: The ids of each text, in the order of `texts`.
  /// - Throws: The first error in that order.
  public func encode(
    batch texts: [String], specials: SpecialTokenPolicy = .asText, addSpecialTokens: Bool = true,
    threads: ThreadPool = .shared
  ) throws(LMError) -> [[Int32]] {
    let results = UnsafeMutablePointer<Result<[Int32], LMError>>.allocate(capacity: max(1, texts.count))
    results.initialize(repeating: .success([]), count: texts.count)
    defer {
      results.deinitialize(count: texts.count)
      results.deallocate()
    }
    threads.run(texts.count) { part, _ in
      results[part] = Result { () throws(LMError) in
        try encode(texts[part], specials: specials, addSpecialTokens: addSpecialTokens)
      }
    }
    var ids: [[Int32]] = []
    ids.reserveCapacity(texts.count)
    for part in texts.indices { ids.append(try results[part].get()) }
    return ids
  }
}
