import Glibc
import LMData
import LMRuntime
import LMTestSupport
import LMTokenizer
import Testing

@Suite struct TokenStreamTests {
  private func encode(_ texts: [String], _ specialTokens: [String], threads: Int = 1) throws -> TokenStream {
    try TokenStream.encode(
      TextSource(texts.map { TextDocument($0) }), with: .bytes(specialTokens: specialTokens),
      pool: ThreadPool(threads: threads))
  }

  @Test func `begin of sequence stands before every document`() throws {
    let stream = try encode(["ab", "é"], ["<|bos|>", "<|eos|>"])
    #expect(stream.ids == [256, 97, 98, 256, 0xC3, 0xA9] && stream.byteCount == 4)
  }

  @Test func `without it, end of sequence stands behind every document`() throws {
    #expect(try encode(["ab", "c"], ["<|eos|>"]).ids == [97, 98, 256, 99, 256])
    #expect(try encode(["ab", "c"], []).ids == [97, 98, 99])
    #expect(try encode([], []).ids == [])
  }

  @Test func `special tokens in a text are text`() throws {
    #expect(try encode(["<|bos|>"], ["<|bos|>"]).ids == [256] + "<|bos|>".utf8.map { Int32($0) })
  }

  /// Around the size of a group (256 KiB), of a long document (512 KiB) and of a wave (64 groups).
  @Test(arguments: [1, 2, 5]) func `ids are those of one document after the other`(threads: Int) throws {
    let sizes = [1, 600_000, 262_143, 262_144, 1, 262_145, 524_288, 7] + [Int](repeating: 300_000, count: 70)
    let texts = sizes.enumerated().map { index, size in
      String(decoding: (0..<size).map { UInt8(97 + ($0 / 7 &+ index) % 26) }, as: UTF8.self)
    }
    let stream = try encode(texts, ["<|bos|>"], threads: threads)
    #expect(stream.byteCount == sizes.reduce(0, +))
    #expect(stream.ids == texts.flatMap { [256] + $0.utf8.map { Int32($0) } })
  }

  @Test func `mapped documents and those with escapes are encoded alike`() throws {
    let folder = TemporaryDirectory()
    let path = try folder.write(
      "a.jsonl", Array(#"{"text":"ab"} {"text":"c\n"}"#.replacing("} {", with: "}\n{").utf8))
    let stream = try TokenStream.encode(try TextSource.read([path]), with: .bytes())
    #expect(stream.ids == [256, 97, 98, 256, 99, 10])
  }

  @Test func `bits per byte are nats per token over the bytes of a token`() {
    let stream = TokenStream(ids: [Int32](repeating: 1, count: 100), byteCount: 400)
    #expect(abs(stream.bitsPerByte(loss: log(2) * 8) - 2) < 1e-12)
  }
}
