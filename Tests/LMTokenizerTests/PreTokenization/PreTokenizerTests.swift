import LMTokenizer
import Testing

@Suite struct PreTokenizerTests {
  /// The pieces of a text, by way of a dictionary of all its parts.
  private func pieces(_ text: String, _ preTokenizer: PreTokenizer) throws -> [String] {
    var vocabulary = Vocabulary()
    let scalars = Array(text.replacing(" ", with: "▁").unicodeScalars) + Array(text.unicodeScalars) + ["▁"]
    for start in scalars.indices {
      for end in start + 1...scalars.count {
        let part = Array(String(String.UnicodeScalarView(scalars[start..<end])).utf8)
        if vocabulary.id(of: part) == nil { vocabulary.append(part) }
        let marked = Array("▁".utf8) + part
        if vocabulary.id(of: marked) == nil { vocabulary.append(marked) }
      }
    }
    let model = WordLevelModel(vocabulary: vocabulary, modelCount: vocabulary.count, unknownID: nil)
    let tokenizer = Tokenizer(
      model: .wordLevel(model), preTokenizer: preTokenizer, decoder: nil, addedTokens: [])
    return try tokenizer.encode(text).map { tokenizer.token($0) ?? "" }
  }

  @Test(arguments: [
    (SplitBehavior.removed, ["The", "final", "countdown"]),
    (.isolated, ["The", "-", "final", "-", "-", "countdown"]),
    (.mergedWithPrevious, ["The-", "final-", "-", "countdown"]),
    (.mergedWithNext, ["The", "-final", "-", "-countdown"]),
    (.contiguous, ["The", "-", "final", "--", "countdown"]),
  ]) func `behaviours join matches as they say`(behavior: SplitBehavior, expected: [String]) throws {
    let text = "The-final--countdown"
    #expect(try pieces(text, .split(TextPattern("-"), behavior, isInverted: false)) == expected)
    #expect(try pieces(text, .punctuation(behavior)) == expected)
  }

  @Test func `metaspace marks what its scheme says`() throws {
    func metaspace(_ scheme: Metaspace.PrependScheme, splits: Bool = true) -> PreTokenizer {
      .metaspace(Metaspace(prependScheme: scheme, splits: splits))
    }
    #expect(try pieces("a b  c", metaspace(.always)) == ["▁a", "▁b", "▁", "▁c"])
    #expect(try pieces("a b", metaspace(.never)) == ["a", "▁b"])
    #expect(try pieces("a b", metaspace(.first, splits: false)) == ["▁a▁b"])
    let words = PreTokenizer.sequence([.whitespaceSplit, metaspace(.first)])
    #expect(try pieces("a b", words) == ["▁a", "b"])
    #expect(try pieces(" a b", words) == ["a", "b"])
    #expect(try pieces("", metaspace(.always)) == [])
  }
}
