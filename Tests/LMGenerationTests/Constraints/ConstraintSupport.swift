import LMGeneration
import LMRuntime

/// Tokens of all bytes, of some longer texts, and the end.
enum SampleVocabulary {
  private static let texts = [
    "{\"", "\":", "\": ", "\",\"", "\", \"", "\"}", "[]", "{}", "},", "],", "true", "false", "null", "name",
    "id",
    "é", "日本", "12", "00", "-1", "0.", "  ", "\n  ", "\\u", "\\n", "ab", "x\": \"", "\"]}", "a\", \"",
    "2024-",
  ]
  static let vocabulary = TokenVocabulary(count: 257 + texts.count, endIDs: [Int32(256 + texts.count)]) {
    id in
    id < 256 ? [UInt8(id)] : Array(texts[Int(id) - 256].utf8)
  }
  static let trie = TokenTrie(vocabulary)
}

extension Grammar {
  /// True where `text` is one of the language: token by token, where a token is a byte.
  func accepts(_ text: String) throws -> Bool {
    var constraint = try TokenConstraint(self, SampleVocabulary.trie)
    for byte in text.utf8 {
      guard (try? constraint.accept(Int32(byte))) != nil else { return false }
    }
    return try constraint.isComplete()
  }

  /// A random text of the language, nil where it does not end within `limit` tokens.
  ///
  /// Closing is likelier than going on, so that most texts end.
  func randomText(seed: UInt64, limit: Int = 600) throws -> String? {
    let vocabulary = SampleVocabulary.vocabulary
    var constraint = try TokenConstraint(self, SampleVocabulary.trie)
    var random = RandomStream(seed: seed)
    for step in 0..<limit {
      let allowed = try constraint.allowedIDs()
      let closers = allowed.filter { id in
        vocabulary.endIDs.contains(id)
          || vocabulary[id].first.map { Array("\"]}".utf8).contains($0) } ?? false
      }
      let isClosing = random.uniformDouble() < (step < 60 ? 0.2 : 0.7)
      let choices = isClosing && !closers.isEmpty ? closers : allowed
      let id = choices[Int(random.uniformDouble() * Double(choices.count))]
      try constraint.accept(id)
      if vocabulary.endIDs.contains(id) { return String(validating: constraint.text, as: UTF8.self) }
    }
    return nil
  }
}
