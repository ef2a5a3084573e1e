import LMRuntime
import LMTestSupport

/// A pretraining run of a tiny model: 6,000 parameters, tokens are bytes.
struct SampleRun {
  /// The text, some 9,000 bytes that repeat their words but not their order.
  static let text: [UInt8] = {
    var random = RandomStream(seed: 4)
    let words = ["the", "small", "fox", "ran", "over", "a", "hill", "and", "saw", "Mia", "who", "sang", "dörflich", "三", "."]
    return Array((0..<2000).map { _ in words[random.uniform(below: words.count)] }.joined(separator: " ").utf8)
  }()

  /// Where the text is.
  let data: String
  /// Where the run goes.
  let output: String
  var arguments: [String]

  init(_ temporary: TemporaryDirectory, _ name: String = "run", steps: Int = 30, saveEvery: Int = 10) throws {
    data = temporary("text.txt")
    output = temporary(name)
    if FileSystem.kind(of: data) == nil { try temporary.write("text.txt", Self.text) }
    arguments = [
      "pretrain", "--tokenizer=bytes", "--layers=1", "--heads=2", "--width=16", "--hidden=24", "--context=16",
      "--batch-size=2", "--steps=\(steps)", "--save-every=\(saveEvery)", "--steps-per-eval=\(saveEvery)",
      "--warmup-steps=5", "--precision=fp32", "--dropout=0.1", "--sample-prompt=the", "--quiet", "--data", data,
      "--out=\(output)",
    ]
  }

  /// Digest of the final weights.
  func digest() throws -> SHA256Digest { try SHA256Digest(ofFile: "\(output)/model.safetensors") }

  /// A finished run of 30 steps, with checkpoints of steps 20 and 30; made once and only read.
  static func finished() throws -> SampleRun { try shared.get() }
  private static let directory = TemporaryDirectory()
  private static let shared = Result<SampleRun, any Error> {
    let run = try SampleRun(directory)
    let outcome = try LM.run(run.arguments)
    guard outcome.exitCode == 0 else {
      throw LMError(at: "the sample run", "ended with \(outcome.exitCode): \(outcome.errors)", remedy: "")
    }
    return run
  }

  /// Copies checkpoints of the finished run into this one's folder.
  func copyCheckpoints(_ steps: [Int]) throws {
    for step in steps { try copyFolder("\(Self.finished().output)/training/step-\(step)", to: "\(output)/training/step-\(step)") }
  }

  /// All files below the folder with their digests.
  func contents() throws -> [String: SHA256Digest] {
    var found: [String: SHA256Digest] = [:]
    var folders = [output]
    while let folder = folders.popLast() {
      for name in try FileSystem.entries(of: folder) where name != ".lock" {
        let path = "\(folder)/\(name)"
        if FileSystem.kind(of: path) == .directory { folders.append(path) } else { found[path] = try SHA256Digest(ofFile: path) }
      }
    }
    return found
  }
}

/// Copies the files of a folder into another, which is made.
func copyFolder(_ source: String, to target: String) throws {
  try FileSystem.createDirectory(target)
  for name in try FileSystem.entries(of: source) where FileSystem.kind(of: "\(source)/\(name)") == .file {
    let bytes = try TemporaryDirectory.bytes(of: "\(source)/\(name)")
    try AtomicFile.write("\(target)/\(name)") { file throws(LMError) in try file.write(bytes) }
  }
}
