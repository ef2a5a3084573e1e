import LMRuntime

extension LearningRateSchedule.Shape {
  /// Names on the command line.
  public static let names = [
    "constant", "linear", "cosine", "inverse-sqrt", "step", "exponential", "cyclic", "restarts", "wsd",
  ]

  /// The shape called `name`.
  /// - Parameters:
  ///   - period: steps of a stage, cycle or decline; nil takes a fifth of `steps` for wsd and is missing else.
  ///   - factor: from stage to stage; nil takes 0.5 for step, 1 for restarts and is missing for exponential.
  ///   - steps: of the whole run.
  /// - Throws: ``LMError`` of kind `usage` where the name is unknown, or a parameter is missing, out of range,
  ///   or without use for the shape.
  public static func named(_ name: String, period: Int? = nil, factor: Double? = nil, steps: Int)
    throws(LMError) -> Self
  {
    let shape: Self
    switch name {
    case "constant": shape = .constant
    case "linear": shape = .linear
    case "cosine": shape = .cosine
    case "inverse-sqrt": shape = .inverseSquareRoot
    case "step": shape = .step(period: try required(period, "period", name), factor: factor ?? 0.5)
    case "exponential": shape = .exponential(factor: try required(factor, "factor", name))
    case "cyclic": shape = .cyclic(period: try required(period, "period", name))
    case "restarts":
      guard let whole = Int(exactly: factor ?? 1) else {
        throw refusal("factor", "is \(factor ?? 1)", "use a whole number from 1 on")
      }
      shape = .restarts(period: try required(period, "period", name), factor: whole)
    case "wsd": shape = .warmupStableDecay(period: period ?? max(1, steps / 5))
    default:
      throw LMError(
        .usage, at: "--schedule", "\"\(name)\" is unknown",
        remedy: "use one of \(names.joined(separator: ", "))")
    }
    try shape.validate()
    if period != nil, shape.period == nil {
      throw refusal("period", "is not part of \(name)", "leave it out")
    }
    if factor != nil, shape.factor == nil {
      throw refusal("factor", "is not part of \(name)", "leave it out")
    }
    return shape
  }

  /// Checks ranges.
  /// - Throws: ``LMError`` of kind `usage` that names the flag.
  func validate() throws(LMError) {
    if let period, !(1...1_000_000_000).contains(period) {
      throw Self.refusal("period", "is \(period)", "use a whole number from 1 on")
    }
    switch self {
    case .restarts(_, let factor) where !(1...1_000_000).contains(factor):
      throw Self.refusal("factor", "is \(factor)", "use a whole number from 1 on")
    case .step(_, let factor), .exponential(let factor):
      guard factor > 0, factor <= 1 else {
        throw Self.refusal("factor", "is \(factor)", "use a number above 0, at most 1")
      }
    default: break
    }
  }

  private static func required<Value>(_ value: Value?, _ name: String, _ shape: String) throws(LMError)
    -> Value
  {
    if let value { return value }
    throw refusal(
      name, "is missing",
      name == "period" ? "give the steps of a stage or cycle of \(shape)" : "give a factor such as 0.999")
  }

  private static func refusal(_ name: String, _ problem: String, _ remedy: String) -> LMError {
    LMError(.usage, at: "--schedule-\(name)", problem, remedy: remedy)
  }

  /// Its name.
  public var name: String {
    switch self {
    case .constant: "constant"
    case .linear: "linear"
    case .cosine: "cosine"
    case .inverseSquareRoot: "inverse-sqrt"
    case .step: "step"
    case .exponential: "exponential"
    case .cyclic: "cyclic"
    case .restarts: "restarts"
    case .warmupStableDecay: "wsd"
    }
  }

  /// Steps of a stage, cycle or decline, where it has such.
  public var period: Int? {
    switch self {
    case .step(let period, _), .cyclic(let period), .restarts(let period, _), .warmupStableDecay(let period):
      period
    case .constant, .linear, .cosine, .inverseSquareRoot, .exponential: nil
    }
  }

  /// Factor from stage to stage, where it has such.
  public var factor: Double? {
    switch self {
    case .step(_, let factor), .exponential(let factor): factor
    case .restarts(_, let factor): Double(factor)
    case .constant, .linear, .cosine, .inverseSquareRoot, .cyclic, .warmupStableDecay: nil
    }
  }

  /// The floor that is usual: torch's 0 for shapes that fall without end, else a tenth of `peak`.
  public func usualFloor(peak: Double) -> Double {
    switch self {
    case .constant: peak
    case .inverseSquareRoot, .step, .exponential: 0
    case .linear, .cosine, .cyclic, .restarts, .warmupStableDecay: peak / 10
    }
  }
}
