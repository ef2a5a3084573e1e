import LMTokenizer
import Testing

@Suite struct WordPieceModelTests {
  @Test func `words are the longest tokens from left to right, or unknown as a whole`() {
    var vocabulary = Vocabulary()
    for token in ["[UNK]", "un", "##aff", "##able", "##a", "u", "##ß", "ß"] { vocabulary.append(token.utf8) }
    let model = WordPieceModel(vocabulary: vocabulary, modelCount: 8, unknownID: 0, longestWord: 9)
    func ids(_ word: String) -> [Int32] { TokenizerModel.wordPiece(model).ids(ofPiece: Array(word.utf8)) }
    #expect(ids("unaffable") == [1, 2, 3])
    #expect(ids("una") == [1, 4])
    #expect(ids("unx") == [0])
    #expect(ids("able") == [0])
    #expect(ids("ßßßßßßßßß") == [7, 6, 6, 6, 6, 6, 6, 6, 6])
    #expect(ids("ßßßßßßßßßß") == [0])
  }
}
