import LMEvaluation
import LMRuntime
import LMTestSupport
import Testing

@Suite struct SegmentsTests {
  private let temporary = TemporaryDirectory()

  @Test func `lines, empty ones included`() throws {
    let path = try temporary.write("a.txt", Array("x\r\n\n y \nlast".utf8))
    #expect(try Segments.read(path) == ["x", "", " y ", "last"])
    #expect(try Segments.read(try temporary.write("b.txt", Array("\n".utf8))) == [""])
    #expect(
      try Segments.read(try temporary.write("c.jsonl", Array("{\"text\":\"a\\nb\"}\n{\"text\":\"\"}\n".utf8)))
        == ["a\nb", ""])
  }

  @Test func `what is no text is refused`() throws {
    for (name, bytes, part) in [
      ("a.txt", [], "is empty"), ("b.txt", [0xFF], "is not UTF-8"),
      ("c.jsonl", Array("{\"a\":1}".utf8), "\"text\""),
      ("d.jsonl", Array("\n{\"text\":1}".utf8), "line 2"),
    ] as [(String, [UInt8], String)] {
      let path = try temporary.write(name, bytes)
      #expect { try Segments.read(path) } throws: { "\($0)".contains(part) }
    }
    #expect { try Segments.checkCounts(["a"], ["a", "b"], at: "r.txt") } throws: {
      "\($0)".contains("2 texts for 1")
    }
  }
}
