import LMTokenizer
import Testing

@Suite struct AddedTokenMatcherTests {
  private func find(_ tokens: [AddedToken], _ text: String) -> [String] {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBufferPointer { buffer in
      AddedTokenMatcher(tokens).matches(in: TextCursor(buffer)) { _ in false }.map {
        "\($0.token.id):" + String(decoding: bytes[$0.range], as: UTF8.self)
      }
    }
  }

  @Test func `the leftmost and of those the longest token counts`() {
    let tokens = [AddedToken("ab", id: 1), AddedToken("abcd", id: 2), AddedToken("bcde", id: 3)]
    #expect(find(tokens, "xabcde abc") == ["2:abcd", "1:ab"])
    #expect(find(tokens, "") == [])
  }

  @Test func `flags take white space and ask for a word of its own`() {
    let strips = [AddedToken("<m>", id: 1, stripsLeft: true, stripsRight: true)]
    #expect(find(strips, "a \u{3000}<m> \n<m>b") == ["1: \u{3000}<m> \n", "1:<m>"])
    let word = [AddedToken("yes", id: 1, isSingleWord: true)]
    #expect(find(word, "yes, eyes yes_ 漢yes (yes)") == ["1:yes", "1:yes"])
  }
}
