import Glibc
import LMRuntime
import LMTestSupport
import Testing

@Suite struct FileSystemTests {
  let directory = TemporaryDirectory()

  @Test func `directories are created with those above them, and again without harm`() throws {
    try FileSystem.createDirectory(directory("a/b/c"))
    try FileSystem.createDirectory(directory("a/b/c"))
    #expect(FileSystem.kind(of: directory("a/b/c")) == .directory)
    try directory.write("file", [1])
    #expect(throws: LMError.self) { try FileSystem.createDirectory(directory("file")) }
    #expect(throws: LMError.self) { try FileSystem.createDirectory(directory("file/x")) }
  }

  @Test func `entries are sorted by bytes`() throws {
    for name in ["b", "a", "é", "B", "10", "9"] { try directory.write(name, []) }
    #expect(try FileSystem.entries(of: directory.path) == ["10", "9", "B", "a", "b", "é"])
    #expect(throws: LMError.self) { try FileSystem.entries(of: directory("a")) }
  }

  @Test func `removing a tree takes links and names that are no UTF-8, and leaves what links lead to`() throws
  {
    let kept = try directory.write("kept", [1])
    try FileSystem.createDirectory(directory("tree/deep/deeper"))
    try directory.write("tree/deep/f", [1])
    symlink(kept, directory("tree/link"))
    symlink(directory.path, directory("tree/up"))
    let name = Array(directory("tree/").utf8CString.dropLast()) + [CChar(bitPattern: 0xFF), 0]
    close(open(name, O_CREAT | O_WRONLY, 0o600))
    try FileSystem.removeTree(directory("tree"))
    try FileSystem.removeTree(directory("tree"))
    #expect(FileSystem.kind(of: directory("tree")) == nil)
    #expect(FileSystem.kind(of: kept) == .file)
  }

  @Test(arguments: [
    ("a", "."), ("a/b", "a"), ("/a", "/"), ("/", "/"), ("a/b/", "a"), ("/a/b", "/a"), (".", "."),
  ]) func `the parent is what stands before the last slash`(path: String, parent: String) {
    #expect(FileSystem.parent(of: path) == parent)
  }

  @Test func `free space and sizes are given`() throws {
    #expect(try FileSystem.freeBytes(at: directory.path) > 0)
    #expect(try FileSystem.size(of: directory.write("f", [1, 2])) == 2)
    #expect(throws: LMError.self) { try FileSystem.freeBytes(at: directory("none")) }
  }
}
