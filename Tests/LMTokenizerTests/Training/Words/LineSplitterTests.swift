import LMTestSupport
import LMTokenizer
import Testing

@Suite struct LineSplitterTests {
  private func words(_ splitter: LineSplitter, _ text: [UInt8], _ range: Range<Int>? = nil) -> [String] {
    var words: [String] = []
    text.withUnsafeBufferPointer { buffer in
      splitter.forEachWord(in: buffer, range ?? 0..<text.count) {
        words.append(String(decoding: $0, as: UTF8.self))
      }
    }
    return words
  }

  @Test func `words are those of each line, normalized and split`() {
    let text = Array("Ab  ﬁ\r\n\n x.\tÉ\nlast".utf8)
    #expect(words(UnigramTrainer.splitter(.nmtNFKC), text) == ["▁Ab", "▁fi", "▁x.", "▁É", "▁last"])
    #expect(words(WordPieceTrainer.splitter(.bert), text) == ["ab", "ﬁ", "x", ".", "e", "last"])
    #expect(words(WordPieceTrainer.splitter(.bertCased), text) == ["Ab", "ﬁ", "x", ".", "É", "last"])
    #expect(words(UnigramTrainer.splitter(.none), []) == [])
  }

  @Test func `parts between safe cuts have the words of the whole`() {
    let splitter = UnigramTrainer.splitter(.nmtNFKC)
    var generator = SeededGenerator(seed: 3)
    let text = Array(RandomText.hostile(400, using: &generator).utf8)
    let whole = words(splitter, text)
    for index in 0..<text.count {
      let cut = text.withUnsafeBufferPointer { splitter.safeCut(in: $0, atOrAfter: index) }
      #expect(cut >= index && (cut == text.count || text[cut - 1] == 0x0A))
      #expect(words(splitter, text, 0..<cut) + words(splitter, text, cut..<text.count) == whole)
    }
  }
}
