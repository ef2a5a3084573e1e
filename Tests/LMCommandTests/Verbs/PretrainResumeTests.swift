import Glibc
import LMFormats
import LMRuntime
import LMTestSupport
import Testing

/// Runs that are stopped, killed, damaged or in each other's way.
@Suite struct PretrainResumeTests {
  private let temporary = TemporaryDirectory()

  private func entries(_ run: SampleRun) throws -> [String] {
    try FileSystem.entries(of: "\(run.output)/training").sorted()
  }

  @Test func `a folder that holds a run is left as it is`() throws {
    let run = try SampleRun.finished()
    let before = try run.contents()
    let again = try LM.run(run.arguments)
    #expect(again.isRefused(64, saying: "holds another run"), "\(again.errors)")
    // Another recipe, data or model: the checkpoint is not its own.
    for change in [
      "--learning-rate=0.01", "--layers=2", "--seed=3", "--steps=40", "--family=gpt2", "--optimizer=muon",
      "--optimizer=sgd", "--schedule=wsd", "--l2=0.1", "--clip-value=1", "--beta2=0.9",
    ] {
      let foreign = try LM.run(run.arguments + [change, "--resume=auto"])
      #expect(foreign.isRefused(2, saying: "belongs to another run: "), "\(change): \(foreign.errors)")
    }
    #expect(try run.contents() == before)
  }

  @Test func `a model without checkpoints is not overwritten`() throws {
    let run = try SampleRun(temporary)
    try copyFolder(try SampleRun.finished().output, to: run.output)
    let before = try run.digest()
    #expect(
      try LM.run(run.arguments + ["--resume=auto"]).isRefused(64, saying: "no checkpoint to go on from"))
    let step = "\(try SampleRun.finished().output)/training/step-20"
    #expect(try LM.run(run.arguments + ["--resume", step]).isRefused(64, saying: "holds another run"))
    #expect(try run.digest() == before)
  }

  @Test func `resuming from what is no checkpoint`() throws {
    let run = try SampleRun(temporary)
    let outcome = try LM.run(run.arguments + ["--resume", temporary("step-7")])
    #expect(outcome.isRefused(2, saying: "is no checkpoint"), "\(outcome.errors)")
    #expect(try LM.run(run.arguments).exitCode == 0, "the refusal left something in the way")
  }

  @Test func `a checkpoint is continued in a folder of its own`() throws {
    let run = try SampleRun(temporary)
    let outcome = try LM.run(
      run.arguments + ["--resume", "\(SampleRun.finished().output)/training/step-20/"])
    #expect(outcome.exitCode == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    #expect(try run.digest() == SampleRun.finished().digest())
  }

  @Test(arguments: ["flip", "cut", "foreign", "gone"])
  func `of a damaged checkpoint the older one is used, and it is said`(damage: String) throws {
    var run = try SampleRun(temporary)
    try run.copyCheckpoints([20, 30])
    let file = "run/training/step-30/optimizer.safetensors"
    var bytes = try TemporaryDirectory.bytes(of: temporary(file))
    switch damage {
    case "flip": bytes[bytes.count - 9] ^= 1
    case "cut": bytes.removeLast()
    case "foreign": try temporary.write("run/training/step-30/virus.bin", [0])
    default: try FileSystem.removeTree(temporary(file))
    }
    if damage != "gone" { try temporary.write(file, bytes) }
    run.arguments.removeAll { $0 == "--quiet" }
    let outcome = try LM.run(run.arguments + ["--resume=auto"])
    #expect(outcome.exitCode == 0 && outcome.errors.contains("resuming after step 20"), "\(outcome.errors)")
    let said = outcome.errors.split(separator: "\n").filter {
      $0.contains("passed over a damaged checkpoint")
    }
    #expect(said.count == 1 && said.first?.contains("step-30") == true)
    #expect(try run.digest() == SampleRun.finished().digest())
  }

  @Test func `with damaged checkpoints only it stops and keeps them`() throws {
    let run = try SampleRun(temporary)
    try run.copyCheckpoints([20])
    try temporary.write("run/training/step-20/model.safetensors", [1])
    let before = try run.contents()
    #expect(try LM.run(run.arguments + ["--resume=auto"]).isRefused(2, saying: "step-20/model.safetensors"))
    #expect(try run.contents() == before)
  }

  @Test func `two runs in one folder`() throws {
    let run = try SampleRun(temporary)
    try FileSystem.createDirectory(run.output)
    let lock = try DirectoryLock(run.output)
    let outcome = try LM.run(run.arguments)
    withExtendedLifetime(lock) {
      #expect(outcome.isRefused(2, saying: "locked by process \(getpid())"), "\(outcome.errors)")
    }
    #expect(try FileSystem.entries(of: run.output) == [".lock"])
  }

  /// The moments have 52 kB; weights, metrics and manifest fit under the limit.
  @Test func `a full disk keeps the last checkpoint`() throws {
    let run = try SampleRun(temporary)
    try run.copyCheckpoints([20])
    let before = try SHA256Digest(ofFile: "\(run.output)/training/step-20/manifest.json")
    let full = try LM.run(run.arguments + ["--resume=auto"], fileBlocks: 40)
    #expect(full.isRefused(75, saying: "step-30"), "\(full.exitCode): \(full.errors)")
    #expect(try entries(run) == ["step-20"])
    #expect(try SHA256Digest(ofFile: "\(run.output)/training/step-20/manifest.json") == before)
    let resumed = try LM.run(run.arguments + ["--resume=auto"])
    #expect(resumed.exitCode == 0, "\(resumed.errors)")
    #expect(try run.digest() == SampleRun.finished().digest())
  }

  @Test func `bits do not depend on the number of threads`() throws {
    for threads in [1, 2, 3] {
      let run = try SampleRun(temporary, "threads-\(threads)")
      let outcome = try LM.run(run.arguments + ["--threads=\(threads)"])
      #expect(outcome.exitCode == 0, "\(outcome.errors)")
      #expect(try run.digest() == SampleRun.finished().digest(), "\(threads) threads")
    }
  }

  /// Waits until the log of metrics has so many bytes, for 20 seconds at most.
  private func wait(for run: SampleRun, bytes: Int) throws {
    for _ in 0..<4000 {
      let path = "\(run.output)/metrics.jsonl"
      if FileSystem.kind(of: path) != nil, try FileSystem.size(of: path) >= bytes { return }
      usleep(5000)
    }
    Issue.record("the run made no progress")
  }

  /// A run of some seconds, and what it ends with when nothing happens to it.
  private func long() throws -> (run: SampleRun, digest: SHA256Digest) {
    let whole = try SampleRun(temporary, "whole", steps: 8000, saveEvery: 400)
    #expect(try LM.run(whole.arguments).exitCode == 0)
    return (try SampleRun(temporary, "run", steps: 8000, saveEvery: 400), try whole.digest())
  }

  @Test func `interrupted and killed, it is resumed to the same bits`() throws {
    let (run, digest) = try long()
    for (number, code) in [(SIGINT, 130), (SIGTERM, 143)] as [(Int32, Int32)] {
      let isNew = FileSystem.kind(of: run.output) == nil
      let before = isNew ? 0 : try FileSystem.size(of: "\(run.output)/metrics.jsonl")
      let process = try LM(run.arguments + ["--resume=auto"])
      try wait(for: run, bytes: before + 5000)
      process.signal(number)
      let outcome = try process.wait()
      #expect(outcome.exitCode == code && outcome.errors.isEmpty, "\(outcome.exitCode): \(outcome.errors)")
      // The newest checkpoint is of the last step that was logged, and whole.
      let (newest, rejected) = try CheckpointDirectory("\(run.output)/training").latestValid()
      let log = try TemporaryDirectory.bytes(of: "\(run.output)/metrics.jsonl")
      #expect(newest?.step == log.count { $0 == 0x0A } && rejected.isEmpty)
      #expect((newest?.step ?? 8000) < 8000)
    }
    // kill -9 wherever it may be: in a step, in a save, in the report.
    var random = RandomStream(seed: UInt64(getpid()))
    for _ in 0..<3 {
      let process = try LM(run.arguments + ["--resume=auto"])
      usleep(UInt32(20_000 + random.uniform(below: 230_000)))
      process.signal(SIGKILL)
      _ = try process.wait()
      #expect(try CheckpointDirectory("\(run.output)/training").latestValid().checkpoint != nil)
    }
    let end = try LM.run(run.arguments + ["--resume=auto"])
    #expect(end.exitCode == 0 && end.errors.isEmpty, "\(end.errors)")
    #expect(try run.digest() == digest)
    let log = try TemporaryDirectory.bytes(of: "\(run.output)/metrics.jsonl")
    #expect(log.count { $0 == 0x0A } == 8000)
  }
}
