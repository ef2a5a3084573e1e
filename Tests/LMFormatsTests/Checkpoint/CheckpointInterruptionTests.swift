import Glibc
import LMFormats
import LMRuntime
import LMTestSupport
import Synchronization
import Testing

@Suite struct CheckpointInterruptionTests {
  @Test(arguments: [0, 1]) func `kill -9 after any change to the disk of a save leaves a whole checkpoint`(
    replaced: Int
  ) async throws {
    // The new step is 2, or 1 again: the second saves what it replaces.
    let step = 2 - replaced
    let operations = try countOperations(step: step)
    #expect(operations > 10)
    for stop in 1...operations {
      let temporary = TemporaryDirectory()
      let path = temporary.path
      try saveSample(CheckpointDirectory(path, keep: 1), step: 1)
      await #expect(processExitsWith: .signal(SIGKILL)) {
        [path = path as String, stop = stop as Int, step = step as Int] in
        let count = Atomic<Int>(0)
        try FileOperation.$observer.withValue(
          FileOperation.Observer { _ in
            if count.add(1, ordering: .relaxed).newValue == stop { kill(getpid(), SIGKILL) }
          }
        ) {
          try saveSample(CheckpointDirectory(path, keep: 1), step: step, marker: 99)
        }
      }
      let (found, rejected) = try CheckpointDirectory(path, keep: 1).latestValid()
      let checkpoint = try #require(found, "stopped after operation \(stop)")
      #expect(rejected.isEmpty)
      #expect(
        checkpoint.state == ["marker": 1] || (checkpoint.step == step && checkpoint.state == ["marker": 99]))
    }
  }

  private func countOperations(step: Int) throws -> Int {
    let temporary = TemporaryDirectory()
    try saveSample(CheckpointDirectory(temporary.path, keep: 1), step: 1)
    let count = Mutex(0)
    try FileOperation.$observer.withValue(FileOperation.Observer { _ in count.withLock { $0 += 1 } }) {
      try saveSample(CheckpointDirectory(temporary.path, keep: 1), step: step, marker: 99)
    }
    return count.withLock { $0 }
  }

  @Test(arguments: [0, 1, 3000, 5000, 5008, 5500]) func `a full disk keeps the old checkpoint`(
    limit: Int
  ) async throws {
    let temporary = TemporaryDirectory()
    let path = temporary.path
    try saveSample(CheckpointDirectory(path), step: 1)
    await #expect(processExitsWith: .success) { [path = path as String, limit = limit as Int] in
      signal(SIGXFSZ, SIG_IGN)
      var bound = rlimit(rlim_cur: rlim_t(limit), rlim_max: rlim_t(limit))
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &bound)
      let directory = try CheckpointDirectory(path)
      let error = #expect(throws: LMError.self) {
        try directory.save(step: 2, state: [:]) { writer throws(LMError) in
          try writer.add("weights") { file throws(LMError) in
            try file.write([UInt8](repeating: 1, count: 5600))
          }
        }
      }
      #expect(error?.kind == .diskFull)
    }
    #expect(try FileSystem.entries(of: path) == ["step-1"])
    #expect(try CheckpointDirectory(path).latestValid().checkpoint?.step == 1)
  }
}
