import LMRuntime

/// What a person wants to see of a training run, as one HTML file that needs neither network nor scripts.
///
///     var report = RunReport(title: "runs/shakespeare", records: try log.records())
///     report.configuration = [.init("Model", [("layers", "6"), ("width", "384")])]
///     try report.write(to: "runs/shakespeare/report.html")
public struct RunReport: Sendable {
  /// Text that the model wrote.
  public struct Sample: Sendable, Equatable {
    /// Where it comes from: the step, the prompt, the temperature.
    public var title: String
    /// The text, prompt included.
    public var text: String

    /// A text under its title.
    public init(title: String, text: String) {
      self.title = title
      self.text = text
    }
  }

  /// Settings that belong together.
  public struct Group: Sendable {
    /// The heading.
    public var name: String
    /// Names and values in order.
    public var rows: [(name: String, value: String)]

    /// Rows under a heading.
    public init(_ name: String, _ rows: [(name: String, value: String)]) {
      self.name = name
      self.rows = rows
    }
  }

  /// Name of the run.
  public var title: String
  /// Its records in ascending order of the step.
  public var records: [MetricsRecord]
  /// Lowest loss that any model can reach on the held-out text, nats per token, where it is known.
  public var entropyFloor: Double?
  /// What the model writes.
  public var samples: [Sample] = []
  /// Settings of the model, the recipe, the data.
  public var configuration: [Group] = []
  /// The command line that made the run; empty where unknown.
  public var command = ""
  /// The command line that goes on with it; empty where there is none.
  public var resumeCommand = ""

  /// A report of `records`; the other parts are set before it is written.
  public init(title: String, records: [MetricsRecord], entropyFloor: Double? = nil) {
    self.title = title
    self.records = records
    self.entropyFloor = entropyFloor
  }

  /// Replaces the file at `path`.
  /// - Throws: ``LMError`` where it cannot be written; the old file is untouched then.
  /// - Complexity: O(records · log records); the file has at most 1,000 points per curve.
  public func write(to path: String) throws(LMError) {
    let text = html
    try AtomicFile.write(path) { writer throws(LMError) in try writer.write(text) }
  }
}
