import LMTokenizer
import Testing

@Suite struct CanonicalCompositionTests {
  private func composed(_ bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBufferPointer { CanonicalComposition.normalized(TextCursor($0)) } ?? bytes
  }

  @Test(arguments: [
    ("e\u{301}", "é"), ("か\u{3099}x", "がx"), ("\u{1100}\u{1161}\u{11A8}", "각"), ("\u{AC00}\u{11A8}", "각"),
    ("\u{212B}", "Å"), ("a\u{323}\u{307}", "ạ\u{307}"), ("a\u{307}\u{323}", "ạ\u{307}"),
    ("\u{958}", "\u{915}\u{93C}"),
    ("plain", "plain"), ("", ""), ("\u{301}", "\u{301}"), ("ﬁ", "ﬁ"),
  ]) func `texts are composed`(text: String, expected: String) {
    #expect(composed(Array(text.utf8)) == Array(expected.utf8))
  }

  @Test func `bytes that are no UTF-8 stay, and composing twice changes nothing`() {
    var generator = SeededGenerator(seed: 4)
    #expect(composed([0xFF, 0x65, 0xCC, 0x81, 0xC3]) == [0xFF, 0xC3, 0xA9, 0xC3])
    for _ in 0..<200 {
      let once = composed(Array(RandomText.hostile(40, using: &generator).utf8))
      #expect(composed(once) == once)
      let bytes = composed(RandomText.bytes(64, using: &generator))
      #expect(composed(bytes) == bytes)
    }
  }
}
