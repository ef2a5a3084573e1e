import Glibc
import LMRuntime
import LMTestSupport
import Testing

@Suite struct DirectoryLockTests {
  @Test func `one holder at a time, and the error names its process`() throws {
    let directory = TemporaryDirectory()
    do {
      let lock = try DirectoryLock(directory.path)
      for _ in 0..<9 {
        let error = #expect(throws: LMError.self) { try DirectoryLock(directory.path) }
        #expect(error?.problem == "locked by process \(getpid())")
      }
      withExtendedLifetime(lock) {}
    }
    #expect(throws: Never.self) { try DirectoryLock(directory.path) }
  }

  @Test func `a missing directory is refused`() {
    #expect(throws: LMError.self) { try DirectoryLock("/nonexistent") }
  }
}
