import Glibc
import LMFormats
import LMRuntime
import LMTestSupport
import Testing

/// Saves a small checkpoint whose content tells its step.
func saveSample(_ directory: CheckpointDirectory, step: Int, marker: Int? = nil) throws(LMError) {
  try directory.save(step: step, state: ["marker": .integer(marker ?? step)]) { writer throws(LMError) in
    try writer.add("weights") { file throws(LMError) in
      try file.write([UInt8](repeating: UInt8(step & 255), count: 5000))
    }
    try writer.add("random") { file throws(LMError) in try file.write("state \(step)") }
  }
}

@Suite struct CheckpointDirectoryTests {
  let temporary = TemporaryDirectory()

  @Test func `what was saved is found, and only the newest two stay`() throws {
    let directory = try CheckpointDirectory(temporary("run/checkpoints"))
    #expect(try directory.latestValid().checkpoint == nil)
    for step in [0, 5, 10, 100] { try saveSample(directory, step: step) }
    #expect(try FileSystem.entries(of: directory.path) == ["step-10", "step-100"])
    let (found, rejected) = try directory.latestValid()
    let checkpoint = try #require(found)
    #expect(rejected.isEmpty)
    #expect(checkpoint.step == 100)
    #expect(checkpoint.state == ["marker": 100])
    #expect(checkpoint.files == ["weights", "random"])
    #expect(try TemporaryDirectory.bytes(of: checkpoint.path(of: "random")) == Array("state 100".utf8))
    #expect(throws: LMError.self) { try checkpoint.path(of: "none") }
  }

  @Test func `a step is replaced by a save of the same step, and later ones stay`() throws {
    let directory = try CheckpointDirectory(temporary.path)
    for step in [10, 20] { try saveSample(directory, step: step) }
    try saveSample(directory, step: 10, marker: 77)
    #expect(try directory.steps() == [10, 20])
    #expect(try directory.verified(step: 10).state == ["marker": 77])
  }

  @Test func `left-overs of interrupted saves go at the next start`() throws {
    let directory = try CheckpointDirectory(temporary.path)
    try saveSample(directory, step: 1)
    try FileSystem.createDirectory(temporary("step-2.tmp"))
    try temporary.write("step-2.tmp/weights", [1])
    try FileSystem.rename(temporary("step-1"), to: temporary("step-1.old"))
    try temporary.write("notes.tmp", [1])
    let again = try CheckpointDirectory(temporary.path)
    #expect(try FileSystem.entries(of: temporary.path) == ["notes.tmp", "step-1"])
    #expect(try again.latestValid().checkpoint?.step == 1)
  }

  @Test(arguments: ["no manifest", "short", "flipped", "missing", "foreign", "renamed", "other file"])
  func `damage is named and the older checkpoint is used`(damage: String) throws {
    let directory = try CheckpointDirectory(temporary.path)
    for step in [1, 2] { try saveSample(directory, step: step) }
    let newer = temporary("step-2")
    switch damage {
    case "no manifest": try FileSystem.removeTree("\(newer)/manifest.json")
    case "short": truncate("\(newer)/weights", 4999)
    case "flipped": try temporary.write("step-2/weights", [UInt8](repeating: 2, count: 4999) + [3])
    case "missing": try FileSystem.removeTree("\(newer)/random")
    case "foreign": try temporary.write("step-2/extra", [1])
    case "renamed": try FileSystem.rename(newer, to: temporary("step-3"))
    default: try temporary.write("step-2/manifest.json", Array("{\"format\": \"x\"}".utf8))
    }
    let (found, rejected) = try directory.latestValid()
    #expect(found?.step == 1)
    #expect(rejected.count == 1)
    #expect(rejected.first?.reason.place.contains(damage == "renamed" ? "step-3" : "step-2") == true)
  }

  @Test func `every flipped byte and every length of the manifest is detected`() throws {
    let directory = try CheckpointDirectory(temporary.path)
    try saveSample(directory, step: 1)
    let manifest = try TemporaryDirectory.bytes(of: temporary("step-1/manifest.json"))
    func isAccepted(_ bytes: [UInt8]) throws -> Bool {
      let file = try #require(fopen(temporary("step-1/manifest.json"), "wb"))
      fwrite(bytes, 1, bytes.count, file)
      fclose(file)
      return (try? directory.verified(step: 1)) != nil
    }
    for position in manifest.indices {
      for bit in [0, 3, 5] {
        var changed = manifest
        changed[position] ^= 1 << bit
        #expect(try !isAccepted(changed), "byte \(position) bit \(bit)")
      }
      #expect(try !isAccepted(Array(manifest[..<position])))
    }
    #expect(try !isAccepted(manifest + [0x0A]))
    #expect(try isAccepted(manifest))
  }

  @Test func `a failing save leaves the earlier checkpoint and nothing of the new one`() throws {
    let directory = try CheckpointDirectory(temporary.path)
    try saveSample(directory, step: 1)
    #expect(throws: LMError.self) {
      try directory.save(step: 2, state: [:]) { writer throws(LMError) in
        try writer.add("weights") { file throws(LMError) in try file.write([1]) }
        throw LMError(at: "trainer", "stopped", remedy: "none")
      }
    }
    #expect(try FileSystem.entries(of: temporary.path) == ["step-1"])
    let error = #expect(throws: LMError.self) {
      try directory.save(step: 2, state: [:], expectedBytes: 1 << 60) { _ in }
    }
    #expect(error?.kind == .diskFull)
    #expect(try directory.latestValid().checkpoint?.step == 1)
  }
}
