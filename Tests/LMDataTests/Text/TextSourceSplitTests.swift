import LMData
import LMRuntime
import Testing

@Suite struct TextSourceSplitTests {
  private func source(_ lengths: [Int]) -> TextSource {
    TextSource(
      lengths.enumerated().map { index, length in
        TextDocument(String(repeating: String(index % 10), count: length))
      })
  }

  @Test(arguments: [2, 3, 7, 10, 11, 99, 1000, 1003]) func `one document is cut at nine tenths`(size: Int)
    throws
  {
    let text = String((0..<size).map { Character(Unicode.Scalar(UInt8(33 + $0 % 90))) })
    let (training, validation) = try TextSource([TextDocument(text)]).split()
    #expect(training.byteCount == size * 9 / 10)
    #expect(texts(training).joined() + texts(validation).joined() == text)
  }

  @Test func `no character is cut`() throws {
    for size in 2..<40 {
      let text = String(repeating: "é日😀", count: size)
      let (training, validation) = try TextSource([TextDocument(text)]).split()
      #expect(texts(training).joined() + texts(validation).joined() == text)
      let distance = text.utf8.count * 9 / 10 - training.byteCount
      #expect((0..<4).contains(distance))
    }
  }

  @Test func `few documents are cut by their place in the text`() throws {
    let (training, validation) = try source([50, 30, 20]).split()
    #expect(texts(training).map(\.count) == [50, 30, 10] && texts(validation).map(\.count) == [10])
    let (first, rest) = try source([50, 30, 20]).split(validationFraction: 0.2)
    #expect(texts(first).map(\.count) == [50, 30] && texts(rest).map(\.count) == [20])
    let (head, tail) = try source([50, 30, 20]).split(validationFraction: 0.7)
    #expect(texts(head).map(\.count) == [30] && texts(tail).map(\.count) == [20, 30, 20])
  }

  @Test func `ten documents and more stay whole`() throws {
    let (training, validation) = try source([Int](repeating: 7, count: 10)).split()
    #expect(training.documents.count == 9 && validation.documents.count == 1)
    let (many, few) = try source((1...40).map { $0 }).split()
    #expect(texts(many).map(\.count) == Array(1...38) && texts(few).map(\.count) == [39, 40])
  }

  @Test func `one long document among many is cut all the same`() throws {
    let (training, validation) = try source([Int](repeating: 1, count: 10) + [990]).split()
    #expect(training.byteCount == 900 && texts(validation).map(\.count) == [100])
  }

  @Test(arguments: [0, 1, -0.1, .nan]) func `a fraction out of range is a usage error`(fraction: Double) {
    let error = #expect(throws: LMError.self) { _ = try source([100]).split(validationFraction: fraction) }
    #expect(error?.kind == .usage)
  }

  @Test func `a text that leaves one part empty is an error`() {
    #expect(throws: LMError.self) { _ = try source([1]).split() }
    #expect(throws: LMError.self) { _ = try TextSource([TextDocument("日")]).split() }
    #expect(throws: LMError.self) { _ = try source([]).split() }
  }
}
