import Glibc
import LMData
import LMRuntime
import LMTestSupport
import Testing

func texts(_ source: TextSource) -> [String] {
  source.documents.map { $0.withBytes { String(decoding: $0, as: UTF8.self) } }
}

@Suite struct TextSourceTests {
  let folder = TemporaryDirectory()

  private func read(_ name: String, _ content: String) throws -> [String] {
    texts(try TextSource.read([try folder.write(name, Array(content.utf8))]))
  }

  private func failure(_ paths: [String]) -> String {
    let error = #expect(throws: LMError.self) { _ = try TextSource.read(paths) }
    return error?.description.replacing(folder.path, with: "DIR") ?? ""
  }

  private func failure(_ name: String, _ bytes: [UInt8]) throws -> String {
    failure([try folder.write(name, bytes)])
  }

  @Test func `a file is one document, whatever its name`() throws {
    #expect(try read("a.txt", "one\n\ntwo é\n") == ["one\n\ntwo é\n"])
    #expect(try read("README", " ") == [" "])
    let source = try TextSource.read([folder("a.txt"), folder("README"), folder("a.txt")])
    #expect(source.documents.count == 3 && source.byteCount == 25)
  }

  @Test func `a byte-order mark is dropped`() throws {
    #expect(try read("a.txt", "\u{FEFF}text\u{FEFF}") == ["text\u{FEFF}"])
    #expect(try read("a.jsonl", "\u{FEFF}{\"text\":\"x\"}") == ["x"])
  }

  @Test func `each JSON line is a document`() throws {
    let lines = #"""
      {"text": "plain é 日"}
      {"id": {"a": [1, "]"]}, "text": "tab\t quote\" \u00e9 \ud83d\ude00", "text2": null}

      \#("  \t\r")
      {"text": ""}
      { "text" : "end" }
      """#
    #expect(try read("a.jsonl", lines) == ["plain é 日", "tab\t quote\" é 😀", "end"])
    #expect(try read("A.JSON", "{\"text\":\"a\"}\r\n{\"text\":\"b\"}\r\n") == ["a", "b"])
  }

  @Test func `a folder gives its text files in order, not what is hidden or linked`() throws {
    for name in ["", "/b", "/b/c", "/.git"] { try FileSystem.createDirectory(folder("data" + name)) }
    for name in ["z.txt", "b/n.md", "b/c/m.TXT", ".hidden.txt", ".git/x.txt", "image.png", "txt", "B.txt"] {
      try folder.write("data/" + name, Array(name.utf8))
    }
    try folder.write("data/a.jsonl", Array("{\"text\":\"1\"}\n{\"text\":\"2\"}".utf8))
    try folder.write("data/empty.txt", [])
    try folder.write("outside.txt", Array("outside".utf8))
    #expect(symlink("../outside.txt", folder("data/link.txt")) == 0)
    #expect(symlink("..", folder("data/up")) == 0)
    let expected = ["B.txt", "1", "2", "b/c/m.TXT", "b/n.md", "z.txt"]
    #expect(texts(try TextSource.read([folder("data")])) == expected)
    #expect(texts(try TextSource.read([folder("data/")])) == expected)
    #expect(texts(try TextSource.read([folder("data/link.txt")])) == ["outside"])
  }

  @Test func `what is missing or empty is an error`() throws {
    #expect(failure([folder("none")]) == "DIR/none: is missing; check the path given with --data")
    #expect(try failure("e.txt", []).hasPrefix("DIR/e.txt: is empty;"))
    #expect(try failure("m.txt", [0xEF, 0xBB, 0xBF]).hasPrefix("DIR/m.txt: is empty;"))
    #expect(try failure("e.jsonl", Array("\n\n{\"text\":\"\"}\n".utf8)).hasPrefix("DIR/e.jsonl: is empty;"))
    try FileSystem.createDirectory(folder("d"))
    #expect(
      failure([folder("d")]).hasPrefix("DIR/d: no text was found; give files, or folders with .txt, .md"))
    #expect(failure([]).hasPrefix("--data: no text was found;"))
  }

  @Test func `bytes that are no text are named by their offset`() throws {
    #expect(try failure("b.txt", [65, 66, 0, 0xFF]).hasPrefix("DIR/b.txt, byte 2: is zero"))
    #expect(
      try failure("l.txt", Array("caf".utf8) + [0xE9, 0x0A]).hasPrefix("DIR/l.txt, byte 3: begins no UTF-8"))
    #expect(try failure("s.txt", Array("ab".utf8) + [0xED, 0xA0, 0x80]).hasPrefix("DIR/s.txt, byte 2:"))
    #expect(try failure("t.txt", Array("ab".utf8) + [0xE2, 0x82]).hasPrefix("DIR/t.txt, byte 2:"))
    #expect(
      try failure("u.jsonl", Array("{\"text\":\"a".utf8) + [0xFF] + Array("\"}".utf8))
        .hasPrefix("DIR/u.jsonl, line 1, byte 10:"))
  }

  @Test(arguments: [
    ("{\"text\":\"a\"}\n{\"text\":", "DIR/a.jsonl, line 2, byte 8: the document ends"),
    (
      "\n{\"txt\":\"a\",\"b\":1}",
      "DIR/a.jsonl, line 2: has no \"text\" (found \"txt\", \"b\"); write one object"
    ),
    ("{}", "DIR/a.jsonl, line 1: has no \"text\" (found no keys);"),
    ("{\"text\":5}", "DIR/a.jsonl, line 1: has a \"text\" that is no string;"),
    ("[\n{\"text\":\"a\"}]", "DIR/a.jsonl, line 1: is no JSON object;"),
    ("{\"text\":\"a\"} x", "DIR/a.jsonl, line 1, byte 13: \"x\" stands where"),
    ("{\"text\":\"a\",\"text\":\"b\"}", "DIR/a.jsonl, line 1, byte 19: the key \"text\" stands twice"),
  ]) func `a line that is no object with a text is named by its number`(content: String, message: String)
    throws
  {
    #expect(try failure("a.jsonl", Array(content.utf8)).hasPrefix(message))
  }
}
