import LMRuntime

extension Tokenizer {
  /// The bytes that `ids` stand for.
  ///
  /// Byte-level tokenizers give the exact bytes that were encoded; others the UTF-8 of ``decode(_:skipSpecialTokens:)``.
  /// - Parameters:
  ///   - ids: Ids of this tokenizer.
  ///   - skipSpecialTokens: Whether special tokens leave no trace.
  /// - Throws: ``LMError`` at the first id that no token has.
  /// - Complexity: O(bytes of the result).
  public func decodeBytes(_ ids: [Int32], skipSpecialTokens: Bool = true) throws(LMError) -> [UInt8] {
    let bytes =
      isPlainByteLevel
      ? try joinedBytes(ids, skipSpecialTokens) : try chainedBytes(ids, skipSpecialTokens)
    return cleansUpSpaces ? Decoder.cleanedText(bytes) : bytes
  }

  private func joinedBytes(_ ids: [Int32], _ skipSpecialTokens: Bool) throws(LMError) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(ids.count * 4)
    for (position, id) in ids.enumerated() {
      guard let bytes = storedBytes(id) else { throw unknown(id, position) }
      if skipSpecialTokens, isSpecial(id) { continue }
      if let content = normalizedContents[id] { output += content } else { output.append(contentsOf: bytes) }
    }
    return output
  }

  private func chainedBytes(_ ids: [Int32], _ skipSpecialTokens: Bool) throws(LMError) -> [UInt8] {
    var chain = DecoderChain(decoder, isStream: false)
    for (position, id) in ids.enumerated() {
      guard let token = decoderInput(id) else { throw unknown(id, position) }
      if !(skipSpecialTokens && isSpecial(id)) { chain.append(token) }
    }
    chain.finish()
    return chain.output
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
