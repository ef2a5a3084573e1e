import LMTokenizer
import Testing

@Suite struct UTF8DecodingTests {
  private func decode(_ bytes: [UInt8]) -> (codePoint: Int, length: Int) {
    bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return (0, 0) }
      return UTF8Decoding.decode(base, available: bytes.count)
    }
  }

  @Test func `every scalar decodes to itself and not when it is cut short`() {
    for value in UInt32(0)..<0x110000 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let bytes = Array(String(Character(scalar)).utf8)
      let (codePoint, length) = decode(bytes)
      if codePoint != Int(value) || length != bytes.count { Issue.record("U+\(String(value, radix: 16))") }
      for cut in 1..<bytes.count {
        let prefix = bytes.prefix(cut)
        if decode(Array(prefix)).length != 0 || UTF8Decoding.incompleteSuffixLength(prefix) != cut {
          Issue.record("U+\(String(value, radix: 16)) cut to \(cut)")
        }
      }
      if UTF8Decoding.incompleteSuffixLength(bytes) != 0 {
        Issue.record("U+\(String(value, radix: 16)) held")
      }
    }
  }

  @Test(
    arguments: [
      [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xF0, 0x8F, 0xBF, 0xBF],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF],
    ] as [[UInt8]])
  func `what is not UTF-8 has length 0 and is not waited for`(bytes: [UInt8]) {
    #expect(decode(bytes).length == 0)
    #expect(UTF8Decoding.incompleteSuffixLength(bytes.prefix(2)) == 0)
  }
}
