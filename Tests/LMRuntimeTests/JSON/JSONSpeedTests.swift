import Glibc
import LMRuntime
import LMTestSupport
import Testing

/// Real tokenizer files, where the folder with test data is there (`../shared/data` beside the checkout).
@Suite struct JSONSpeedTests {
  static let folder =
    SharedData.folder + "/tokenizers/hf"

  @Test(
    .enabled(if: access(folder, R_OK) == 0, "no test data at \(folder)"),
    arguments: ["llama3.derived", "qwen2.derived", "gpt2", "llama2", "bert_base_cased"])
  func `a real tokenizer file is read fast and written back equal`(name: String) throws {
    let path = "\(Self.folder)/\(name).tokenizer.json"
    let bytes = try readAll(path)
    var best = Duration.seconds(100)
    var value = JSON.null
    for _ in 0..<5 {
      best = min(best, try processorTime { value = try JSON.parse(bytes, from: path) })
    }
    #expect(try JSON.parse(value.serialized(.pretty), from: path) == value)
    print(
      "JSON \(name): \(bytes.count) bytes in \(best), \(Int(Double(bytes.count) / 1e6 / (best / .seconds(1)))) MB/s"
    )
    #expect(
      best < .milliseconds(500), "ten times the usual time: other work may disturb, a quadratic step must not"
    )
  }

  private func readAll(_ path: String) throws -> [UInt8] {
    let file = try #require(fopen(path, "rb"))
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 32 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes[..<count])
  }
}
