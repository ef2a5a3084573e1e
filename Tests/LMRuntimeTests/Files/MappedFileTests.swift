import Glibc
import LMRuntime
import LMTestSupport
import Testing

@Suite struct MappedFileTests {
  let directory = TemporaryDirectory()

  @Test(arguments: [0, 1, 4095, 4096, 4097, 100_000]) func `the bytes are the file's`(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let file = try MappedFile(directory.write("f", bytes))
    #expect(file.count == count)
    #expect(file.withBytes { Array($0) } == bytes)
    try file.checkUnchanged()
  }

  @Test func `what is no regular file is refused without waiting`() throws {
    mkfifo(directory("pipe"), 0o600)
    for (path, part) in [
      (directory("missing"), "No such file"), (directory.path, "a directory"), (directory("pipe"), "a pipe"),
      ("/dev/null", "a pipe, device"),
    ] {
      let error = #expect(throws: LMError.self) { try MappedFile(path) }
      #expect(error?.place == path)
      #expect(error?.problem.contains(part) == true)
    }
  }

  @Test func `a file that is replaced keeps its mapped bytes and says that it was changed`() throws {
    let path = try directory.write("f", [1, 2, 3])
    let file = try MappedFile(path)
    try directory.write("f", [4, 5])
    #expect(file.withBytes { Array($0) } == [1, 2, 3])
    #expect(throws: LMError.self) { try file.checkUnchanged() }
  }
}
