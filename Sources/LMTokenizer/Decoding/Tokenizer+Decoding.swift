import LMRuntime

extension Tokenizer {
  /// The bytes that `ids` stand for.
  ///
  /// - Parameters:
  ///   - ids: Ids of this tokenizer.
  ///   - skipSpecialTokens: Whether special tokens leave no trace.
  /// - Throws: ``LMError`` at the first id that no token has.
  /// - Complexity: O(bytes of the result).
  public func decodeBytes(_ ids: [Int32], skipSpecialTokens: Bool = true) throws(LMError) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(ids.count * 4)
    for (position, id) in ids.enumerated() {
      guard let bytes = bytes(of: id) else { throw unknown(id, position) }
      if skipSpecialTokens, isSpecial(id) { continue }
      output.append(contentsOf: bytes)
    }
    return output
  }

  /// The text that `ids` stand for. Bytes that form no UTF-8 become U+FFFD, one for each maximal part of a
  /// sequence (Unicode 16, section 3.9), as in every reference tokenizer.
  /// - Throws: ``LMError`` at the first id that no token has.
  public func decode(_ ids: [Int32], skipSpecialTokens: Bool = true) throws(LMError) -> String {
    String(decoding: try decodeBytes(ids, skipSpecialTokens: skipSpecialTokens), as: UTF8.self)
  }

  func unknown(_ id: Int32, _ position: Int) -> LMError {
    LMError(
      at: "token \(position)", "has the id \(id), which is not in the vocabulary of \(vocabularySize)",
      remedy: "decode with the tokenizer that encoded the text")
  }
}
