import LMTokenizer
import Testing

@Suite struct UnicodeFormTests {
  private static func normalized(_ bytes: [UInt8], _ form: UnicodeForm) -> [UInt8] {
    bytes.withUnsafeBufferPointer { Normalizer.unicode(form).normalize(TextCursor($0)).bytes } ?? bytes
  }

  @Test(arguments: [
    (UnicodeForm.nfd, "é각", "e\u{301}\u{1100}\u{1161}\u{11A8}"), (.nfkd, "ﬁ²Å", "fi2A\u{30A}"),
    (.nfkc, "ﬁ²A\u{30A}", "fi2Å"), (.nfd, "a\u{301}\u{316}", "a\u{316}\u{301}"), (.nfkc, "㋿", "㋿"),
    (.nfd, "", ""), (.nfkd, "\u{344}", "\u{308}\u{301}"), (.nfc, "\u{344}", "\u{308}\u{301}"),
  ]) func `every form does its part`(form: UnicodeForm, text: String, expected: String) {
    #expect(Self.normalized(Array(text.utf8), form) == Array(expected.utf8))
  }

  @Test(arguments: [UnicodeForm.nfc, .nfd, .nfkc, .nfkd])
  func `a form of a form is the form`(form: UnicodeForm) {
    var generator = SeededGenerator(seed: 9)
    for _ in 0..<300 {
      let text = Array(RandomText.hostile(30, using: &generator).utf8)
      let once = Self.normalized(text, form)
      #expect(Self.normalized(once, form) == once)
      #expect(Self.normalized(Self.normalized(text, .nfd), form) == once)
    }
  }

  private func composed(_ bytes: [UInt8]) -> [UInt8] {
    Self.normalized(bytes, .nfc)
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
