import Glibc
import LMRuntime
import LMTestSupport
import Testing

@Suite struct AtomicFileTests {
  let directory = TemporaryDirectory()

  @Test(arguments: [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3_000_000])
  func `the file is what was written, in pieces of any size`(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try AtomicFile.write(directory("f")) { writer throws(LMError) in
      try writer.write(Array(bytes.prefix(count / 3)))
      try writer.write("")
      try writer.write(Array(bytes.dropFirst(count / 3)))
    }
    #expect(try TemporaryDirectory.bytes(of: directory("f")) == bytes)
    #expect(try FileSystem.entries(of: directory.path) == ["f"])
  }

  @Test func `a failure leaves the old file and no temporary one`() throws {
    try directory.write("f", [1, 2, 3])
    let error = #expect(throws: LMError.self) {
      try AtomicFile.write(directory("f")) { writer throws(LMError) in
        try writer.write([9])
        throw LMError(at: "here", "stopped", remedy: "none")
      }
    }
    #expect(error?.place == "here")
    #expect(try TemporaryDirectory.bytes(of: directory("f")) == [1, 2, 3])
    #expect(try FileSystem.entries(of: directory.path) == ["f"])
  }

  @Test func `a mapped file may be replaced by its own bytes`() throws {
    let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
    let file = try MappedFile(directory.write("f", bytes))
    try AtomicFile.write(directory("f")) { writer throws(LMError) in try writer.write(file.bytes) }
    #expect(try TemporaryDirectory.bytes(of: directory("f")) == bytes)
  }

  @Test func `a link leads to the replaced target, and a device stays a device`() throws {
    try directory.write("target", [1])
    symlink("target", directory("link"))
    try directory.write("link", [2])
    #expect(try TemporaryDirectory.bytes(of: directory("target")) == [2])
    try AtomicFile.write("/dev/null") { writer throws(LMError) in try writer.write([1]) }
    #expect(FileSystem.kind(of: "/dev/null") == .other)
  }

  @Test func `no space is an error of its own kind`() {
    let error = #expect(throws: LMError.self) {
      try AtomicFile.write("/dev/full") { writer throws(LMError) in try writer.write([1]) }
    }
    #expect(error?.kind == .diskFull)
  }

  @Test func `a directory or a missing parent is refused`() {
    #expect(throws: LMError.self) { try AtomicFile.write(directory.path) { _ in } }
    #expect(throws: LMError.self) { try AtomicFile.write(directory("no/f")) { _ in } }
  }
}
