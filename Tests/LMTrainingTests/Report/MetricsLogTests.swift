import LMRuntime
import LMTestSupport
import LMTraining
import Testing

@Suite struct MetricsLogTests {
  let directory = TemporaryDirectory()
  var log: MetricsLog { MetricsLog(directory("metrics.jsonl")) }

  static func record(_ step: Int) -> MetricsRecord {
    MetricsRecord(
      step: step, loss: 4 / Double(step), validationLoss: step % 3 == 0 ? 1.25 : nil, learningRate: 1e-3,
      gradientNorm: 0.1, tokens: step * 768, tokensPerSecond: 20_837.5, seconds: 0.25 * Double(step),
      skipped: step == 4)
  }

  @Test func `a line has the documented keys in their order`() {
    #expect(
      Self.record(3).json.text()
        == #"{"step":3,"loss":1.3333333333333333,"validation_loss":1.25,"learning_rate":0.001,"gradient_norm":0.1,"#
        + #""tokens":2304,"tokens_per_second":20837.5,"seconds":0.75}"#)
    #expect(Self.record(4).json.text().hasSuffix(#""skipped":true}"#))
  }

  @Test func `what was appended is read back`() throws {
    #expect(try log.records().isEmpty)
    let records = (1...100).map(Self.record)
    for record in records { try log.append(record) }
    #expect(try log.records() == records)
  }

  @Test func `values that are not finite come back as NaN`() throws {
    var record = Self.record(3)
    (record.loss, record.validationLoss, record.gradientNorm) = (.nan, .infinity, -.infinity)
    try log.append(record)
    let read = try #require(log.records().first)
    #expect(read.loss.isNaN && read.gradientNorm.isNaN)
    #expect(read.validationLoss?.isNaN == true)
  }

  @Test(arguments: 0...7)
  func `resuming keeps the records up to the step`(step: Int) throws {
    for step in 1...6 { try log.append(Self.record(step)) }
    try log.resume(atStep: step)
    #expect(try log.records() == (1...6).filter { $0 <= step }.map(Self.record))
    try log.append(Self.record(step + 1))
    #expect(try log.records().last == Self.record(step + 1))
    #expect(try FileSystem.entries(of: directory.path) == ["metrics.jsonl"])
  }

  @Test func `a line torn anywhere by a crash is passed over and taken away on resuming`() throws {
    let whole = Self.record(1).json.serialized() + [0x0A]
    let torn = Self.record(2).json.serialized()
    for count in 0..<torn.count {
      try directory.write("metrics.jsonl", whole + torn.prefix(count))
      #expect(try log.records() == [Self.record(1)])
      try log.resume(atStep: 5)
      #expect(try TemporaryDirectory.bytes(of: log.path) == whole)
    }
  }

  @Test func `a whole last line without its line break counts, and gets one on resuming`() throws {
    let line = Self.record(1).json.serialized()
    try directory.write("metrics.jsonl", line)
    #expect(try log.records() == [Self.record(1)])
    try log.resume(atStep: 1)
    #expect(try TemporaryDirectory.bytes(of: log.path) == line + [0x0A])
  }

  @Test(arguments: [
    "{\"step\":1}", "", "nonsense", "[]", "{\"step\":-1,\"loss\":1}", "\u{0}\u{0}",
    "{\"step\":1.5,\"loss\":2}",
  ])
  func `a bad line in the middle is an error with its number`(line: String) throws {
    let whole = Self.record(1).json.serialized() + [0x0A]
    try directory.write("metrics.jsonl", whole + Array(line.utf8) + [0x0A] + whole)
    let error = #expect(throws: LMError.self) { try log.records() }
    #expect(error?.place.hasPrefix("\(log.path), line 2") == true)
    #expect(throws: LMError.self) { try log.resume(atStep: 0) }
    #expect(try TemporaryDirectory.bytes(of: log.path).count > whole.count)
  }

  @Test func `a folder in its place is an error`() throws {
    try FileSystem.createDirectory(log.path)
    #expect(throws: LMError.self) { try log.append(Self.record(1)) }
    #expect(throws: LMError.self) { try log.records() }
  }
}
